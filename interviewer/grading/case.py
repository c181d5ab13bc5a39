"""What an assessor reads and what it must give back. The one rule: live, later and batch grading read the same case."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, cast

from interviewer.models import (
    Assessment,
    Exchange,
    InterviewerKind,
    Message,
    Span,
    TakenBack,
    Ungraded,
    UngradedReason,
    Verdict,
    VerdictStatus,
)
from knowledge.models import Frozen, KeyPoint, Language, Question, Rubric

GRADER_VERSION = "2"
"""Raised whenever the same reply of a model, or the same answer offline, would give other verdicts."""

SPENT = ("prompt_tokens", "completion_tokens", "repairs")


class Case(Frozen):
    """One question with everything said about it.

    `before` is what else was said in the session before the last answer, by both, for telling echoes; `hint_turns` are the turns at which a hint was given on this question; `settled` are verdicts that stand and need not
    be asked again; `passages` is retrieved reference text for a question whose note has none of its own.
    """

    question: Question
    rubric: Rubric | None
    exchange: Exchange
    before: tuple[Message, ...] = ()
    hint_turns: tuple[int, ...] = ()
    language: Language
    bank_hash: str
    settled: tuple[Verdict, ...] = ()
    passages: tuple[str, ...] = ()

    @property
    def turn(self) -> int:
        """The turn a judgement is up to: the last answer, the skip where nothing was answered, or else the question."""
        skips = tuple(message for message in self.exchange.messages if message.kind == "skip")
        return (self.exchange.answers or skips or self.exchange.messages)[-1].turn

    @property
    def open_points(self) -> tuple[KeyPoint, ...]:
        """The key points still to be judged, in the note's order."""
        done = {verdict.key_point_id for verdict in self.settled}
        return tuple(point for point in self.question.key_points if point.id not in done)

    @property
    def talk(self) -> tuple[Message, ...]:
        """All that is known to have been said up to the end of this exchange."""
        return (*self.before, *self.exchange.messages)


class Assessor(Protocol):
    """Judges one case. Never raises for what a model or an endpoint does: that is an `Ungraded`."""

    async def assess(self, case: Case) -> Assessment | Ungraded: ...


def key_points_hash(question: Question) -> str:
    """Changes when any key point of `question` does; hex sha256 of their JSON."""
    return hashlib.sha256("\n".join(point.model_dump_json() for point in question.key_points).encode()).hexdigest()


def in_note_order(case: Case, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Settled and new verdicts together, one for each key point of the note, in its order."""
    by_id = {verdict.key_point_id: verdict for verdict in (*verdicts, *case.settled)}
    return tuple(by_id[point.id] for point in case.question.key_points)


def without_judge(case: Case, now: datetime) -> Ungraded | None:
    """Why nobody can judge this case at all: no key points to look for, or nothing said and nothing skipped."""
    if not case.question.key_points:
        return ungraded(case, "no_key_points", "The question has no key points to look for.", now)
    if not any(message.kind in ("answer", "skip") for message in case.exchange.messages):
        return ungraded(case, "not_reached", "The candidate said nothing about this question.", now)
    return None


def taken_back(
    point_id: str, claimed: VerdictStatus, words: str, span: Span, why: TakenBack, echoed: Message | None = None
) -> Verdict:
    """A verdict that code takes back: nothing is credited, and its words stay to be seen with the reason."""
    return Verdict(
        key_point_id=point_id,
        status="absent",
        quote=words,
        span=span,
        note=why,
        claimed=claimed,
        echo_of=cast("InterviewerKind", echoed.kind) if echoed else None,
    )


def ungraded(
    case: Case, reason: UngradedReason, detail: str, now: datetime, spent: Mapping[str, object] | None = None
) -> Ungraded:
    """`spent` are the details of the error that ended it: what was read and written all the same, repairs included."""
    failed = Ungraded(question_id=case.question.id, turn=case.turn, reason=reason, detail=detail, at=now)
    tokens = {name: value for name in SPENT if isinstance(value := (spent or {}).get(name), int)}
    return failed.model_copy(update=tokens)
