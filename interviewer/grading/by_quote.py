"""Judging by quote (assess/v1): the model copies the candidate's words, code finds them where they were typed.

The one rule: a verdict counts with words that stand in a candidate turn, or not at all. Kept for those who choose it
(`model.judge_prompt = "v1"`) and for what was judged so; `by_reference` costs a model a seventh of the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import prompts
from interviewer.grading.case import Case, taken_back
from interviewer.grading.echo import echo_of
from interviewer.grading.evidence import locate
from interviewer.grading.turn_kinds import is_order
from interviewer.llm.structured import Flaw, Line, StructuredReply
from interviewer.models import (
    Span,
    TurnKind,
    Verdict,
    VerdictStatus,
    VoicedMisconception,
)
from knowledge.models import KeyPoint, Language, Misconception

REASON, QUOTE = 120, 150
"""Most characters of a reason and of a quote; a quote may run over the 120 it is asked for."""
KINDS: tuple[TurnKind, ...] = ("answer", "dont_know", "clarifying", "off_topic", "asks_answer", "orders")
_REASON_LANGUAGE: Mapping[Language, str] = {"zh": "Chinese", "en": "English"}
_STATUSES: tuple[VerdictStatus, ...] = ("covered", "partial", "contradicted", "absent")


class Quoted:
    """One case as the model sees it, and its reply read back. Ids are places in the note, the same at every turn."""

    line: Line | None = None

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
            "question": case.question.shown(language),
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
            kind={"type": "string", "enum": list(KINDS)},
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

    def verdicts(self, reply: StructuredReply) -> tuple[Verdict, ...]:
        """The verdicts of a checked reply; echoes and orders are taken back to absent."""
        return tuple(self._verdict(row, self.open[row["id"]]) for row in _points(reply.value))

    def voiced(self, value: dict[str, Any]) -> tuple[VoicedMisconception, ...]:
        """Misconceptions with a quote that the candidate typed; the others are dropped: no blame without words either."""
        found: dict[str, VoicedMisconception] = {}
        for row in _rows(value, "misconceptions"):
            if span := locate(row["quote"], self.case.exchange.answers):
                known = self.misconceptions[row["id"]].id
                found.setdefault(known, VoicedMisconception(misconception_id=known, quote=self._typed(span), span=span))
        return tuple(found.values())

    def claimed(self, value: dict[str, Any]) -> int:
        return len({row["id"] for row in _rows(value, "misconceptions")})

    def _verdict(self, row: dict[str, Any], point: KeyPoint) -> Verdict:
        reason = str(row["reason"]).strip()
        span = None if row["verdict"] == "absent" else locate(row["quote"], self.case.exchange.answers)
        if span is None:
            return Verdict(key_point_id=point.id, status="absent", reason=reason)
        typed = self._typed(span)
        if is_order(typed):
            return taken_back(point.id, row["verdict"], typed, span, "order").model_copy(update={"reason": reason})
        if echoed := echo_of(typed, self.case.talk, span.turn):
            back = taken_back(point.id, row["verdict"], typed, span, "echo", echoed)
            return back.model_copy(update={"reason": reason})
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
