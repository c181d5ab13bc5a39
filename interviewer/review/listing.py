"""A page of the sessions a reviewer looks for, with what each needs a look for.

The one rule: filtering is the database's; only the sessions of the shown page are read whole and scored. One that
cannot be read is named and hides no other.
"""

from __future__ import annotations

from contextlib import suppress

from interviewer.errors import BankChanged, SessionDeleted, UnknownSession
from interviewer.grading import score_transcript
from interviewer.interview.interviews import Interviews
from interviewer.models import Assessment, BandId, Remark, Scorecard, Transcript
from interviewer.store import SessionSummary, Store, Wanted, note, set_aside
from knowledge.errors import UserFacingError
from knowledge.models import Bilingual, Frozen

PAGE = 50
"""Sessions on one page."""


class Listed(Frozen):
    """One line of the list. `total` and `band` only of a finished interview; `bank` is None where it is not served here."""

    summary: SessionSummary
    bank: Bilingual | None
    asked: int
    planned: int
    total: float | None = None
    interval: tuple[float, float] | None = None
    band: BandId | None = None
    orders: int = 0
    off_topic: int = 0
    faults: int = 0
    ungraded: int = 0
    own: bool = False
    """Whether some of the total rests on the candidate's own marks."""
    objections: int = 0
    reviewed: int = 0
    least_sure: float | None = None
    """How sure the judge was of its least sure verdict on a question that nobody has gone over; None where nobody told."""


class Page(Frozen):
    """Lines `first` and on (from 0) of `count` in all; `unread` are the ids of those that cannot be read."""

    lines: tuple[Listed, ...]
    unread: tuple[str, ...] = ()
    first: int
    count: int


def list_sessions(store: Store, interviews: Interviews, wanted: Wanted, page: int = 1) -> Page:
    """Page `page` (from 1) of the sessions that meet `wanted`; a page beyond the end is the last one."""
    count = store.count(wanted)
    last = max(1, -(-count // PAGE))
    first = (min(max(1, page), last) - 1) * PAGE
    unread: dict[str, UserFacingError] = {}
    lines: list[Listed] = []
    for one in store.find(wanted, limit=PAGE, offset=first, unread=unread):
        with (
            set_aside(one.session.id, unread),
            suppress(SessionDeleted, UnknownSession),
        ):  # gone since the list was read
            lines.append(_line(one, store.transcript(one.session.id), interviews))
    note(unread)
    return Page(lines=tuple(lines), unread=tuple(unread), first=first, count=count)


def _line(summary: SessionSummary, transcript: Transcript, interviews: Interviews) -> Listed:
    flags = [event.detail for event in transcript.events if event.kind == "flag"]
    line = Listed(
        summary=summary,
        bank=None,
        asked=len({m.question_id for m in transcript.messages if m.kind == "question"}),
        planned=transcript.session.plan.total_questions,
        orders=flags.count("orders"),
        off_topic=flags.count("off_topic"),
        faults=sum(event.kind == "fault" for event in transcript.events),
        objections=len(open_objections(transcript)),
        reviewed=len(transcript.overrides),
    )
    try:
        bank = interviews.bank_of(transcript.session)
    except BankChanged:
        return line
    card = score_transcript(bank, transcript)
    more: dict[str, object] = {"bank": bank.name, "ungraded": _waiting(card), "own": _own(card)}
    more["least_sure"] = _least_sure(card, transcript)
    if summary.finished:
        more |= {"total": card.total, "interval": card.interval, "band": card.band}
    return line.model_copy(update=more)


def _least_sure(card: Scorecard, transcript: Transcript) -> float | None:
    rows = (row for row in card.rows if isinstance(row, Assessment) and row.question_id not in transcript.overrides)
    return min((sure for row in rows if (sure := row.least_sure) is not None), default=None)


def _own(card: Scorecard) -> bool:
    return any(isinstance(row, Assessment) and row.provenance.thinking == "self" for row in card.rows)


def _waiting(card: Scorecard) -> int:
    """Answered questions that nobody has graded; what was never answered needs no look."""
    return sum(one.reason != "not_reached" for one in card.ungraded)


def open_objections(transcript: Transcript) -> tuple[str, ...]:
    """The questions whose last remark is the candidate's, in the order they were objected to."""
    last: dict[str, Remark] = {}
    for one in transcript.annotations:
        if isinstance(one, Remark):
            last[one.question_id] = one
    return tuple(question_id for question_id, remark in last.items() if remark.author == "candidate")
