"""Judging with a model. The one rule: the model says what it found and where; code decides whether that counts.

How it says so is a prompt's version: v2 points at numbered clauses (`by_reference`), v1 copies quotes (`by_quote`). A reply
with a missing, doubled or unknown id, or with words or clauses that are not there, is sent back for repair (twice at most,
by the client); after that the question is `Ungraded`. Words copied from the interviewer, and orders, give no credit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import prompts
from interviewer.errors import EndpointError, ReplyError
from interviewer.grading.by_quote import Quoted
from interviewer.grading.by_reference import Referenced
from interviewer.grading.case import GRADER_VERSION, Case, in_note_order, key_points_hash, ungraded, without_judge
from interviewer.grading.turn_kinds import kind_of
from interviewer.grading.units import units
from interviewer.llm.failures import standing, told_plainly
from interviewer.llm.structured import Check, Flaw, Line, StructuredReply
from interviewer.models import (
    Assessment,
    Provenance,
    TurnKind,
    Ungraded,
    UngradedReason,
    Verdict,
    VoicedMisconception,
)

PROMPT_ID = "assess"
PromptVersion = Literal["v1", "v2"]
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
        check: Check | None = None,
        line: Line | None = None,
        least: int | None = None,
    ) -> StructuredReply: ...

    async def fits(self, system: str, user: str, max_tokens: int) -> bool: ...


class Asked(Protocol):
    """One case as one version of the prompt puts it to a model, and the reply read back."""

    line: Line | None

    @property
    def max_tokens(self) -> int: ...

    @property
    def least_tokens(self) -> int:
        """Room without which there is no asking."""
        ...

    def blanks(self) -> dict[str, str]: ...

    def schema(self) -> dict[str, Any]: ...

    def check(self, value: dict[str, Any]) -> str | Flaw | None: ...

    def verdicts(self, reply: StructuredReply) -> tuple[Verdict, ...]: ...

    def voiced(self, value: dict[str, Any]) -> tuple[VoicedMisconception, ...]: ...

    def claimed(self, value: dict[str, Any]) -> int:
        """How many misconceptions the model named, with words of the candidate's or without."""
        ...


_ASKED: Mapping[PromptVersion, Callable[[Case], Asked]] = {"v1": Quoted, "v2": Referenced}


class EndpointAssessor:
    """Implements `Assessor` with one structured call a case. `seed` goes with each call; `now` gives the time stored."""

    def __init__(
        self,
        chat: Structured,
        *,
        prompt_version: PromptVersion = "v2",
        seed: int | None = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._chat = chat
        self._prompt = prompts.load(PROMPT_ID, prompt_version)
        self._asked = _ASKED[prompt_version]
        self._seed = seed
        self._now = now

    async def assess(self, case: Case) -> Assessment | Ungraded:
        """The model's verdicts on `case` as far as they hold, or why there are none. Asks nothing when nothing is open."""
        if refused := without_judge(case, self._now()):
            return refused
        if not case.exchange.answers or not case.open_points:
            return self._unasked(case)
        asked = self._asked(case)
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
                line=asked.line,
                least=asked.least_tokens,
            )
        except EndpointError as error:
            return ungraded(case, standing(error), told_plainly(error, case.language), self._now(), error.details)
        except ReplyError as error:
            reason = _UNGRADED.get(error.details.get("reason"), "reply_malformed")
            return ungraded(case, reason, error.what, self._now(), error.details)
        verdicts, voiced = asked.verdicts(reply), asked.voiced(reply.value)
        return Assessment(
            question_id=case.question.id,
            turn=case.turn,
            turn_kind=_turn_kind(case, reply.value["kind"], verdicts),
            verdicts=in_note_order(case, verdicts),
            misconceptions=voiced,
            unsupported=asked.claimed(reply.value) - len(voiced),
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
        asked = self._asked(case)
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


def _turn_kind(case: Case, said: TurnKind, verdicts: tuple[Verdict, ...]) -> TurnKind:
    """What the last turn is: as the model says, unless code sees that it is an answer.

    A turn that won a point is one; and "I don't know" it is not where its own words go on to say something.
    """
    last = case.exchange.answers[-1]
    if any(one.span is not None and one.span.turn == last.turn and one.status != "absent" for one in verdicts):
        return "answer"
    if said == "dont_know" and kind_of(last.text) == "answer" and units(last.text):
        return "answer"
    return said
