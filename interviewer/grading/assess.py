"""Judging with a model. The one rule: the model says what it found and where; code decides whether that counts.

The model sees short ids (p1, p2, …) and gives back, for each, a reason, a quote and a verdict. A reply with a missing,
doubled or unknown id, or with a quote that the candidate did not type, is sent back for repair (twice at most, by the
client); after that the question is `Ungraded`. Words copied from the interviewer, and orders, give no credit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, cast

import prompts
from interviewer.errors import EndpointError, ReplyError
from interviewer.grading.case import GRADER_VERSION, Case, in_note_order, key_points_hash, ungraded, without_judge
from interviewer.grading.evidence import is_echo, locate
from interviewer.grading.turn_kinds import is_order
from interviewer.llm.failures import standing, told_plainly
from interviewer.llm.structured import Flaw, StructuredReply
from interviewer.models import (
    Assessment,
    Provenance,
    Span,
    TurnKind,
    Ungraded,
    UngradedReason,
    Verdict,
    VerdictStatus,
    VoicedMisconception,
)
from knowledge.models import KeyPoint, Language, Misconception

PROMPT_ID = "assess"
REASON, QUOTE = 120, 150
"""Most characters of a reason and of a quote; a quote may run over the 120 it is asked for."""
_REASON_LANGUAGE: Mapping[Language, str] = {"zh": "Chinese", "en": "English"}
_KINDS: tuple[TurnKind, ...] = ("answer", "dont_know", "clarifying", "off_topic", "asks_answer", "orders")
_STATUSES: tuple[VerdictStatus, ...] = ("covered", "partial", "contradicted", "absent")
_UNGRADED: Mapping[object, UngradedReason] = {
    "reply_cut_off": "reply_cut_off",
    "quotes_unverifiable": "quotes_unverifiable",
}


class Structured(Protocol):
    """The part of the chat client that judging needs."""

    async def structured(
        self,
        system: str,
        user: str,
        schema: Mapping[str, Any],
        *,
        name: str,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int | None = None,
        check: Callable[[dict[str, Any]], str | Flaw | None] | None = None,
        least: int | None = None,
    ) -> StructuredReply: ...

    async def fits(self, system: str, user: str, max_tokens: int) -> bool: ...


class EndpointAssessor:
    """Implements `Assessor` with one structured call a case. `seed` goes with each call; `now` gives the time stored."""

    def __init__(
        self,
        chat: Structured,
        *,
        prompt_version: str = "v1",
        seed: int | None = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._chat = chat
        self._prompt = prompts.load(PROMPT_ID, prompt_version)
        self._seed = seed
        self._now = now

    async def assess(self, case: Case) -> Assessment | Ungraded:
        """The model's verdicts on `case` as far as they hold, or why there are none. Asks nothing when nothing is open."""
        if refused := without_judge(case, self._now()):
            return refused
        if not case.exchange.answers or not case.open_points:
            return self._unasked(case)
        asked = _Asked(case)
        system, user = self._prompt.render(**asked.blanks())
        try:
            reply = await self._chat.structured(
                system,
                user,
                asked.schema(),
                name=PROMPT_ID,
                max_tokens=asked.max_tokens,
                temperature=0.0,
                seed=self._seed,
                check=asked.check,
                least=asked.least_tokens,
            )
        except EndpointError as error:
            return ungraded(case, standing(error), told_plainly(error, case.language), self._now())
        except ReplyError as error:
            return ungraded(
                case, _UNGRADED.get(error.details.get("reason"), "reply_malformed"), error.what, self._now()
            )
        return Assessment(
            question_id=case.question.id,
            turn=case.turn,
            turn_kind=reply.value["kind"],
            verdicts=in_note_order(case, asked.verdicts(reply.value)),
            misconceptions=asked.voiced(reply.value),
            provenance=self._provenance(case).model_copy(
                update={
                    "model": reply.model,
                    "temperature": 0.0,
                    "seed": self._seed,
                    "max_tokens": asked.max_tokens,
                    "prompt_tokens": reply.prompt_tokens,
                    "completion_tokens": reply.completion_tokens,
                    "latency_s": reply.latency_s,
                    "repairs": reply.repairs,
                }
            ),
        )

    async def fits(self, case: Case) -> bool:
        """Whether the case should fit the model's context with room for the reply. Raises EndpointError."""
        asked = _Asked(case)
        system, user = self._prompt.render(**asked.blanks())
        return await self._chat.fits(system, user, asked.least_tokens)

    def _unasked(self, case: Case) -> Assessment:
        """Nothing was answered, or nothing is open: no one has to judge that."""
        return Assessment(
            question_id=case.question.id,
            turn=case.turn,
            turn_kind="answer" if case.exchange.answers else "dont_know",
            verdicts=in_note_order(
                case, tuple(Verdict(key_point_id=point.id, status="absent") for point in case.open_points)
            ),
            provenance=self._provenance(case),
        )

    def _provenance(self, case: Case) -> Provenance:
        return Provenance(
            thinking="endpoint",
            grader_version=GRADER_VERSION,
            at=self._now(),
            bank_hash=case.bank_hash,
            key_points_hash=key_points_hash(case.question),
            prompt_id=self._prompt.id,
            prompt_version=self._prompt.version,
            prompt_sha256=self._prompt.sha256,
        )


class _Asked:
    """One case as the model sees it, and its reply read back. Ids are places in the note, the same at every turn."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.points: dict[str, KeyPoint] = {f"p{n}": point for n, point in enumerate(case.question.key_points, 1)}
        self.open = {id: point for id, point in self.points.items() if point in case.open_points}
        known = case.question.note.misconceptions if case.question.note else ()
        self.misconceptions: dict[str, Misconception] = {f"m{n}": one for n, one in enumerate(known, 1)}

    @property
    def max_tokens(self) -> int:
        """Room for the fullest reply the schema allows, at about one token a character of Chinese and JSON marks."""
        return 100 + len(self.open) * (REASON + QUOTE + 40) + len(self.misconceptions) * (QUOTE + 30)

    @property
    def least_tokens(self) -> int:
        """Room without which there is no asking: a reply of usual length (265 tokens were measured for six points), with
        as much again. What the context leaves beyond it is used; a reply that it cuts all the same is over_context."""
        return min(self.max_tokens, 120 + 80 * len(self.open) + 40 * min(1, len(self.misconceptions)))

    def blanks(self) -> dict[str, str]:
        case, language = self.case, self.case.language
        rubric = case.rubric
        levels = (("fair", rubric.fair), ("good", rubric.good), ("excellent", rubric.excellent)) if rubric else ()
        note = case.question.note
        reference = [note.reference.to(language)] if note and note.reference else []
        return {
            "question": case.question.text.to(language),
            "rubric": "\n".join(f"- {level}: {text}" for level, text in levels if text) or "(none)",
            "key_points": "\n".join(f"{id} [{p.level}] {p.text.to(language)}" for id, p in self.points.items()),
            "misconceptions": "\n".join(
                f"{id} wrong: {one.wrong.to(language)} | right: {one.right.to(language)}"
                for id, one in self.misconceptions.items()
            )
            or "(none)",
            "reference": "\n\n".join((*reference, *case.passages)) or "(none)",
            "conversation": "\n".join(
                prompts.untrusted(message.text, f"{message.role} turn {message.turn}")
                for message in case.exchange.messages
                if message.kind not in ("skip", "hint_request", "repeat_request")
            ),
            "open_points": ", ".join(self.open),
            "reason_language": _REASON_LANGUAGE[language],
        }

    def schema(self) -> dict[str, Any]:
        """Every open id once, by the grammar itself: what is absent is one word, what is said has reason, quote, verdict."""
        quote = {"type": "string", "maxLength": QUOTE}
        said = _object(
            reason={"type": "string", "maxLength": REASON},
            quote=quote,
            verdict={"type": "string", "enum": list(_STATUSES)},
        )
        point = {"anyOf": [{"type": "string", "enum": ["absent"]}, said]}
        voiced: dict[str, Any] = {"type": "array", "maxItems": len(self.misconceptions)}
        if self.misconceptions:
            voiced["items"] = _object(id={"type": "string", "enum": list(self.misconceptions)}, quote=quote)
        return _object(
            kind={"type": "string", "enum": list(_KINDS)},
            points=_object(**dict.fromkeys(self.open, point)),
            misconceptions=voiced,
        )

    def check(self, value: dict[str, Any]) -> str | Flaw | None:
        """What is wrong with a reply that fits the schema: quotes that nobody typed."""
        bad = [
            row["id"]
            for row in _points(value)
            if row["verdict"] != "absent" and locate(row["quote"], self.case.exchange.answers) is None
        ]
        if bad:
            return Flaw(
                "quotes_unverifiable",
                f"the quote of {', '.join(bad)} does not stand in a candidate turn. Copy one unbroken stretch of a "
                'candidate turn character by character, or answer "absent".',
            )
        return None

    def verdicts(self, value: dict[str, Any]) -> tuple[Verdict, ...]:
        """The verdicts of a checked reply; echoes and orders are taken back to absent."""
        return tuple(self._verdict(row, self.open[row["id"]]) for row in _points(value))

    def voiced(self, value: dict[str, Any]) -> tuple[VoicedMisconception, ...]:
        """Misconceptions with a quote that the candidate typed; the others are dropped: no blame without words either."""
        found: dict[str, VoicedMisconception] = {}
        for row in _rows(value, "misconceptions"):
            if span := locate(row["quote"], self.case.exchange.answers):
                known = self.misconceptions[row["id"]].id
                found.setdefault(known, VoicedMisconception(misconception_id=known, quote=self._typed(span), span=span))
        return tuple(found.values())

    def _verdict(self, row: dict[str, Any], point: KeyPoint) -> Verdict:
        reason = str(row["reason"]).strip()
        span = None if row["verdict"] == "absent" else locate(row["quote"], self.case.exchange.answers)
        if span is None:
            return Verdict(key_point_id=point.id, status="absent", reason=reason)
        typed = self._typed(span)
        if is_order(typed) or is_echo(typed, self.case.shown_before(span.turn)):
            return Verdict(key_point_id=point.id, status="absent", reason=reason, note="echo")
        return Verdict(
            key_point_id=point.id,
            status=row["verdict"],
            reason=reason,
            quote=typed,
            span=span,
            after_hint=any(hint < span.turn for hint in self.case.hint_turns),
        )

    def _typed(self, span: Span) -> str:
        message = next(message for message in self.case.exchange.answers if message.turn == span.turn)
        return message.text[span.start : span.end]


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _points(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The points of a reply as rows: id, reason, quote, verdict; the bare word "absent" has neither reason nor quote."""
    nothing = {"reason": "", "quote": "", "verdict": "absent"}
    points = cast("dict[str, str | dict[str, Any]]", value["points"])
    return [{"id": id} | (nothing if isinstance(said, str) else said) for id, said in points.items()]


def _rows(value: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", value[key])
