"""Which sessions a reviewer looks for, as conditions in SQL. The one rule: a page of the list never reads all transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select

from interviewer.models import Mode, Origin, Thinking
from interviewer.store.rows import stamp
from interviewer.store.tables import annotations, assessments, events, messages, reviews, sessions
from knowledge.models import Frozen, Language

SessionStatus = Literal["active", "paused", "finished"]
FlagKind = Literal["orders", "off_topic"]


class Wanted(Frozen):
    """What the sessions of a list have in common; what is left empty does not matter.

    `text` is part of the candidate's name or of the session's id. `since` is inclusive, `until` exclusive. `flags`: any of
    them was raised. `ungraded`: something was answered that neither a judge nor a person has graded. `objection`: a candidate waits for an answer.
    `reviewed`: a person has changed a grade, also where that was taken back.
    """

    text: str = ""
    bank_id: str = ""
    language: Language | None = None
    mode: Mode | None = None
    status: SessionStatus | None = None
    thinking: Thinking | None = None
    origin: Origin | None = None
    flags: tuple[FlagKind, ...] = ()
    ungraded: bool = False
    objection: bool = False
    reviewed: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Literal["newest", "least_sure"] = "newest"
    """`least_sure`: first the sessions with the verdict that a model was least sure of and nobody has looked at."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question that was answered in a finished session."""

    session_id: str
    bank_id: str
    question_id: str

    @property
    def place(self) -> str:
        return f"{self.session_id}/{self.question_id}"


@dataclass(frozen=True, slots=True)
class UnreadMark:
    """A mark whose row cannot be read: what its columns say of it."""

    session_id: str
    question_id: str
    reviewer: str


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a row of `sessions` must meet to be listed."""
    found: list[ColumnElement[bool]] = []
    for name in ("bank_id", "language", "mode", "thinking", "origin"):
        if value := getattr(wanted, name):
            found.append(sessions.c[name] == value.replace("\0", ""))
    if text := wanted.text.replace("\0", "").strip():
        found.append(
            or_(sessions.c.candidate.icontains(text, autoescape=True), sessions.c.id.icontains(text, autoescape=True))
        )
    if wanted.since:
        found.append(sessions.c.created_at >= stamp(wanted.since))
    if wanted.until:
        found.append(sessions.c.created_at < stamp(wanted.until))
    if wanted.status:
        found.append(_has_status(wanted.status))
    if wanted.flags:
        found.append(_flagged(wanted.flags))
    if wanted.ungraded:
        found.append(_ungraded())
    if wanted.objection:
        found.append(_objection())
    if wanted.reviewed is not None:
        one = exists().where(reviews.c.session_id == sessions.c.id)
        found.append(one if wanted.reviewed else ~one)
    return found


def _has_status(status: SessionStatus) -> ColumnElement[bool]:
    own = events.c.session_id == sessions.c.id
    finished = exists().where(own, events.c.kind == "finished")
    last = (
        select(events.c.kind)
        .where(own, events.c.kind.in_(("paused", "resumed")))
        .order_by(events.c.row.desc())
        .limit(1)
        .correlate(sessions)
        .scalar_subquery()
    )
    match status:
        case "finished":
            return finished
        case "paused":
            return and_(~finished, last == "paused")
        case "active":
            return and_(~finished, or_(last.is_(None), last == "resumed"))


def _flagged(kinds: Sequence[FlagKind]) -> ColumnElement[bool]:
    """By the event's JSON: inside a text the quotes around a word would be escaped, so only the field itself matches."""
    named = or_(*(events.c.body.contains(f'"detail":"{kind}"', autoescape=True) for kind in kinds))
    return exists().where(events.c.session_id == sessions.c.id, events.c.kind == "flag", named)


def _ungraded() -> ColumnElement[bool]:
    """A last answer (or a skip without any answer) that no assessment covers, whose key points the candidate has not all
    marked, and no review that counts stands for."""
    later, answer, review, newer = messages.alias(), messages.alias(), reviews.alias(), reviews.alias()
    same = messages.c.session_id == sessions.c.id
    last_answer = and_(
        messages.c.kind == "answer",
        ~exists().where(
            later.c.session_id == messages.c.session_id,
            later.c.question_id == messages.c.question_id,
            later.c.kind == "answer",
            later.c.turn > messages.c.turn,
        ),
    )
    only_skip = and_(
        messages.c.kind == "skip",
        ~exists().where(
            answer.c.session_id == messages.c.session_id,
            answer.c.question_id == messages.c.question_id,
            answer.c.kind == "answer",
        ),
    )
    assessed = exists().where(
        assessments.c.session_id == messages.c.session_id,
        assessments.c.turn == messages.c.turn,
        assessments.c.outcome == "assessed",
        ~assessments.c.body.contains('"thinking":"offline"', autoescape=True),  # text similarity, withdrawn
    )
    marked = exists().where(
        annotations.c.session_id == messages.c.session_id,
        annotations.c.question_id == messages.c.question_id,
        annotations.c.kind == "self_mark",
        annotations.c.body.contains('"attempt":0,"left":0,', autoescape=True),
    )
    overridden = exists().where(
        review.c.session_id == messages.c.session_id,
        review.c.question_id == messages.c.question_id,
        review.c.kind != "withdrawn",
        ~exists().where(
            newer.c.session_id == review.c.session_id,
            newer.c.question_id == review.c.question_id,
            newer.c.row > review.c.row,
        ),
    )
    said = and_(same, messages.c.kind.in_(("answer", "skip")), messages.c.question_id.is_not(None))
    return exists().where(said, ~assessed, ~marked, or_(last_answer, only_skip), ~overridden)


def _objection() -> ColumnElement[bool]:
    later = annotations.alias()
    waiting = select(annotations.c.session_id).where(
        annotations.c.kind == "remark",
        annotations.c.author == "candidate",
        ~exists().where(
            later.c.session_id == annotations.c.session_id,
            later.c.kind == "remark",
            later.c.question_id == annotations.c.question_id,
            later.c.row > annotations.c.row,
        ),
    )
    return sessions.c.id.in_(waiting)


def rank(wanted: Wanted) -> ColumnElement[Any] | None:
    """What the list is ordered by before the time: how sure the judge was of its least sure verdict that counts and that no
    person has gone over; None for the newest first."""
    if wanted.order == "newest":
        return None
    later, seen, newer = assessments.alias(), reviews.alias(), reviews.alias()
    newest_row = ~exists().where(
        later.c.session_id == assessments.c.session_id,
        later.c.question_id == assessments.c.question_id,
        later.c.outcome == "assessed",
        later.c.row > assessments.c.row,
    )
    gone_over = exists().where(
        seen.c.session_id == assessments.c.session_id,
        seen.c.question_id == assessments.c.question_id,
        seen.c.kind != "withdrawn",
        ~exists().where(
            newer.c.session_id == seen.c.session_id,
            newer.c.question_id == seen.c.question_id,
            newer.c.row > seen.c.row,
        ),
    )
    return (
        select(func.min(assessments.c.sure))
        .where(assessments.c.session_id == sessions.c.id, assessments.c.outcome == "assessed", newest_row, ~gone_over)
        .correlate(sessions)
        .scalar_subquery()
    )


def counted(wanted: Wanted) -> Select[int]:
    """How many sessions meet it."""
    return select(func.count()).select_from(sessions).where(*conditions(wanted))


_mark = annotations.alias("mark")
UNMARKED = (
    select(messages.c.session_id, sessions.c.bank_id, messages.c.question_id)
    .join_from(messages, sessions, messages.c.session_id == sessions.c.id)
    .where(
        messages.c.kind == "answer",
        messages.c.question_id.is_not(None),
        exists().where(events.c.session_id == sessions.c.id, events.c.kind == "finished"),
        ~exists().where(
            _mark.c.session_id == messages.c.session_id,
            _mark.c.question_id == messages.c.question_id,
            _mark.c.kind == "mark",
            _mark.c.author == bindparam("reviewer"),
        ),
    )
    .distinct()
)
"""Answers of finished sessions that a reviewer has not marked."""
MARKS = (
    select(annotations.c.session_id, annotations.c.question_id, annotations.c.author, annotations.c.body)
    .where(annotations.c.kind == "mark")
    .order_by(annotations.c.row)
)
