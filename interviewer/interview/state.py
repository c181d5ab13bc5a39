"""Where an interview stands, folded from its stored transcript: pure, no clock, no I/O.

The one rule: the transcript is the only memory. `fold` of the same rows gives the same state in any process, so any
process can serve the next turn and a killed one loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from interviewer.errors import BankChanged
from interviewer.grading import kind_of, self_row
from interviewer.interview.claims import find_claim
from interviewer.models import (
    Assessment,
    Exchange,
    Message,
    Session,
    Transcript,
    TurnKind,
    Ungraded,
    VerdictStatus,
    exchanges,
    is_outside,
)
from interviewer.policy import Progress
from knowledge.models import Bank, Bilingual, Frozen, Question

IDLE_CAP = timedelta(minutes=10)
"""A longer silence between two messages counts as this much: the page was closed without pressing pause."""
WORTH: dict[VerdictStatus, int] = {"contradicted": 0, "absent": 1, "partial": 2, "covered": 3}
NON_ANSWERS = ("clarifying", "off_topic", "asks_answer", "orders")

Status = Literal["active", "paused", "finished"]
Pending = Literal["open", "reply", "candidate", "nothing"]
"""Whose move it is: the first question is still to be asked; the candidate's last message awaits its reply; the candidate
is to speak; nobody, the interview is over."""


class AskedQuestion(Frozen):
    """One question of the interview with all that was said about it. `results` are its stored rows, oldest first; those
    of text similarity, which earlier versions stored, are left out. `own` is what the candidate's marks make of it, in an
    interview held offline; None in others, and where nothing was said."""

    question: Question
    messages: tuple[Message, ...]
    results: tuple[Assessment | Ungraded, ...] = ()
    own: Assessment | Ungraded | None = None

    @property
    def exchange(self) -> Exchange:
        return Exchange(question_id=self.question.id, messages=self.messages)

    @property
    def answers(self) -> tuple[Message, ...]:
        return tuple(m for m in self.messages if m.role == "candidate" and m.kind == "answer")

    @property
    def hint_turns(self) -> tuple[int, ...]:
        return tuple(m.turn for m in self.messages if m.kind == "hint")

    @property
    def skipped(self) -> bool:
        return any(m.kind == "skip" for m in self.messages)

    @property
    def judged_turn(self) -> int | None:
        """The turn a result must cover to count: the last answer, or the skip where nothing was answered."""
        said = self.answers or tuple(m for m in self.messages if m.kind == "skip")
        return said[-1].turn if said else None

    @property
    def result(self) -> Assessment | Ungraded | None:
        """The latest assessment of everything said, or why there is none; None when nothing was judged at all.

        A result that misses a later answer does not count: it would give less than was said. Offline the candidate's own
        marks stand in its place, until a model has judged the answers.
        """
        rows = [row for row in self.results if row.turn == self.judged_turn]
        assessed = [row for row in rows if isinstance(row, Assessment)]
        return (assessed or ([] if self.own is None else [self.own]) or rows or [None])[-1]

    def assessment_at(self, turn: int) -> Assessment | None:
        """The first assessment stored for the answer at `turn`: the one the interview went on from."""
        rows = (row for row in self.results if row.turn == turn and isinstance(row, Assessment))
        return next(rows, None)

    @property
    def statuses(self) -> dict[str, VerdictStatus]:
        """The latest known verdict per key point, from whichever answer was last assessed."""
        for answer in reversed(self.answers):
            if assessment := self.assessment_at(answer.turn):
                return {verdict.key_point_id: verdict.status for verdict in assessment.verdicts}
        return {}


class InterviewState(Frozen):
    """What the next move depends on. `turn` is the number the next message will carry."""

    session: Session
    bank: Bank
    transcript: Transcript
    status: Status
    pending: Pending
    asked: tuple[AskedQuestion, ...]

    @property
    def turn(self) -> int:
        return len(self.transcript.messages)

    @property
    def current(self) -> AskedQuestion | None:
        return self.asked[-1] if self.asked else None

    @property
    def last_prompt(self) -> str:
        """The words of the question or probe that is waiting for an answer."""
        asking = [m for m in self.transcript.messages if m.kind in ("question", "probe")]
        return asking[-1].text if asking else ""

    @property
    def shown(self) -> tuple[str, ...]:
        """Everything the interviewer has said in this session."""
        return tuple(m.text for m in self.transcript.messages if m.role == "interviewer")


def fold(bank: Bank, transcript: Transcript) -> InterviewState:
    """The state after `transcript`. Raises BankChanged when it is to go on and asks a question the bank no longer has."""
    status = _status(transcript)
    standing: dict[str, list[Assessment | Ungraded]] = {}
    for row in transcript.standing:
        standing.setdefault(row.question_id, []).append(row)
    asked = tuple(
        _asked(_question(bank, said[0], going_on=status != "finished"), said, transcript, standing)
        for said in exchanges(transcript.messages).values()
    )
    return InterviewState(
        session=transcript.session,
        bank=bank,
        transcript=transcript,
        status=status,
        pending=_pending(transcript, status),
        asked=asked,
    )


def _asked(
    question: Question,
    said: Sequence[Message],
    transcript: Transcript,
    standing: Mapping[str, Sequence[Assessment | Ungraded]],
) -> AskedQuestion:
    own = None
    if transcript.session.thinking == "offline" and not is_outside(question.id):
        marks = transcript.self_marks(question.id)
        rows = (row for row in transcript.assessments if row.question_id == question.id)
        withdrawn = any(isinstance(row, Assessment) and row.withdrawn for row in rows)
        own = self_row(question, said, marks, transcript.session, withdrawn=withdrawn)
    results = tuple(standing.get(question.id, ()))
    return AskedQuestion(question=question, messages=tuple(said), results=results, own=own)


def _question(bank: Bank, message: Message, *, going_on: bool) -> Question:
    """The bank's question, or one made of the words that were asked: a person asked it, or the bank has lost it since."""
    try:
        return bank.question(message.question_id or "")
    except KeyError as error:
        if is_outside(message.question_id) or not going_on:
            return stand_in(message)
        raise BankChanged(
            f"The bank {bank.id!r} no longer has the question {message.question_id!r} of session {message.session_id!r}.",
            "Put the question's note back under its old file name; what was answered before is kept.",
            question=message.question_id,
        ) from error


def stand_in(message: Message) -> Question:
    """A question without key points for one that the bank does not hold; it can be shown, not graded."""
    return Question(
        id=message.question_id or "",
        text=Bilingual(zh=message.text, en=message.text),
        chapter_id="",
        section_id="",
        topic="",
        headline=False,
        dimension="theory",
        bonus=False,
        note=None,
        line=0,
    )


def is_finished(transcript: Transcript) -> bool:
    """Whether the interview is over; needs no bank, so it can be told of a session whose bank is gone."""
    return _status(transcript) == "finished"


def _status(transcript: Transcript) -> Status:
    status: Status = "active"
    for event in transcript.events:
        match event.kind:
            case "paused":
                status = "paused"
            case "resumed":
                status = "active"
            case "finished":
                return "finished"
            case "flag" | "fault" | "imported":
                pass
    if any(message.kind == "closing" for message in transcript.messages):
        return "finished"
    return status


def _pending(transcript: Transcript, status: Status) -> Pending:
    if status == "finished":
        return "nothing"
    if not transcript.messages:
        return "open"
    return "reply" if transcript.messages[-1].role == "candidate" else "candidate"


def active_seconds(transcript: Transcript, now: datetime, since: datetime | None = None) -> float:
    """Seconds of interview up to `now`, from `since` or the start: pauses left out, long silences capped at IDLE_CAP.

    A finished interview stops the clock at its last message.
    """
    marks = [(transcript.session.created_at, "")]
    marks += [(message.at, message.kind) for message in transcript.messages]
    marks += [(event.at, event.kind) for event in transcript.events if event.kind in ("paused", "resumed", "finished")]
    marks.sort(key=lambda mark: mark[0])
    if not any(kind in ("closing", "finished") for _, kind in marks):
        marks.append((now, ""))
    total, paused = timedelta(), False
    for (start, kind), (end, _) in pairwise(marks):
        paused = kind == "paused" or (paused and kind != "resumed")
        start = max(start, since) if since else start
        if not paused and end > start:
            total += min(end - start, IDLE_CAP)
    return total.total_seconds()


def progress(state: InterviewState, now: datetime, likely: frozenset[str] = frozenset()) -> Progress:
    """What the follow-up policy needs to know of the current question.

    `likely` are the key points that the latest answer resembles, where nobody has judged it.
    """
    current = state.current
    if current is None:
        raise ValueError("no question has been asked yet")
    assessed = [current.assessment_at(answer.turn) for answer in current.answers]
    seen = [a for a in assessed if a is not None]
    probed = tuple(m.key_point_id for m in current.messages if m.kind in ("probe", "hint") and m.key_point_id)
    asked_claims = sum(m.kind == "probe" and m.key_point_id is None for m in current.messages)
    return Progress(
        statuses={verdict.key_point_id: verdict.status for verdict in seen[-1].verdicts} if seen else {},
        probed=tuple(dict.fromkeys(probed)),
        claim=bool(current.answers) and not asked_claims and find_claim(current.answers[-1].text) is not None,
        claim_probes=asked_claims,
        fruitless=_fruitless(seen),
        likely=likely,
        unjudged=bool(assessed) and assessed[-1] is None,
        non_answers=_non_answers(current),
        elapsed_s=active_seconds(state.transcript, now, since=current.messages[0].at),
        share_s=state.session.plan.seconds_per_question,
        turn_kind=turn_kind(current),
    )


def turn_kind(asked: AskedQuestion) -> TurnKind:
    """What the latest answer is: as it was judged, else by its words alone."""
    return _kind_at(asked, asked.answers[-1]) if asked.answers else "answer"


def _kind_at(asked: AskedQuestion, answer: Message) -> TurnKind:
    judged = asked.assessment_at(answer.turn)
    return judged.turn_kind if judged else kind_of(answer.text)


def _fruitless(seen: list[Assessment]) -> int:
    """How many of the latest answers in a row improved no verdict; the first answer to the question is not a probe's."""
    count = 0
    for before, after in zip(reversed(seen[:-1]), reversed(seen), strict=False):
        was = {verdict.key_point_id: WORTH[verdict.status] for verdict in before.verdicts}
        if any(WORTH[verdict.status] > was.get(verdict.key_point_id, 1) for verdict in after.verdicts):
            break
        count += 1
    return count


def _non_answers(asked: AskedQuestion) -> int:
    count = 0
    for answer in reversed(asked.answers):
        if _kind_at(asked, answer) not in NON_ANSWERS:
            break
        count += 1
    return count
