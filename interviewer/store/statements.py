"""The store's questions to the database, each one statement: one statement sees one state on every database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from interviewer.store.tables import ALL, annotations, deletions, events, messages, reviews, sessions


class _Bytes(FunctionElement[Any]):
    """A text as the bytes it is stored as, where the database gives them; JSON is read from them without decoding them first,
    and what is no UTF-8 spoils only the row it stands in. Elsewhere the text."""

    inherit_cache = True
    type = NullType()


@compiles(_Bytes)
def _as_text(element: _Bytes, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_Bytes, "sqlite")
def _as_bytes(element: _Bytes, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BLOB)"


def _snapshot() -> CompoundSelect[*tuple[Any, ...]]:
    """Every row of one session as (index into ALL, order, body): messages by turn, the rest as they were written."""
    parts = [
        select(
            literal_column(str(part)).label("part"),
            literal_column("0").label("place")
            if source is sessions
            else source.c["turn" if source is messages else "row"],
            _Bytes(source.c.body).label("body"),
        ).where(source.c["id" if source is sessions else "session_id"] == bindparam("session_id"))
        for part, source in enumerate(ALL)
    ]
    return union_all(*parts).order_by("part", "place")


def newest(*where: ColumnElement[bool], first: ColumnElement[Any] | None = None) -> Select[*tuple[Any, ...]]:
    """A page of the sessions that meet every condition, those with the least of `first` before others: id, body, number of messages, time of the last message and of the last
    event, finished, last pause or resume."""
    page = (
        select(sessions, (literal_column("0") if first is None else first).label("order_key"))
        .where(*where)
        .order_by(literal_column("order_key").asc().nulls_last(), sessions.c.created_at.desc(), sessions.c.id.desc())
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .subquery()
    )
    said = messages.c.session_id == page.c.id
    happened = events.c.session_id == page.c.id
    return select(
        page.c.id,
        page.c.body,
        select(func.count()).select_from(messages).where(said).scalar_subquery().label("messages"),
        select(func.max(messages.c.at)).where(said).scalar_subquery().label("said_at"),
        select(func.max(events.c.at)).where(happened).scalar_subquery().label("happened_at"),
        exists().where(happened, events.c.kind == "finished").label("finished"),
        select(events.c.kind)
        .where(happened, events.c.kind.in_(("paused", "resumed")))
        .order_by(events.c.row.desc())
        .limit(1)
        .scalar_subquery()
        .label("pause"),
    ).order_by(page.c.order_key.asc().nulls_last(), page.c.created_at.desc(), page.c.id.desc())


SNAPSHOT = _snapshot()
NEWEST_SESSIONS = newest()
ASKED = (
    select(messages.c.question_id, func.count())
    .join_from(messages, sessions, messages.c.session_id == sessions.c.id)
    .where(
        messages.c.kind == "question", messages.c.question_id.is_not(None), sessions.c.bank_id == bindparam("bank_id")
    )
    .group_by(messages.c.question_id)
)
"""How often each question of a bank was asked, as (question id, number)."""
BODY = select(sessions.c.body).where(sessions.c.id == bindparam("session_id"))
TAKEN = select(messages.c.turn).where(messages.c.session_id == bindparam("session_id"))
GONE = select(deletions.c.at).where(deletions.c.session_id == bindparam("session_id"))
WITHDRAWN = GONE.where(deletions.c.reason == "candidate")
"""When a session was deleted by its candidate, whose wish an import must not undo."""
OF_RECORDING = (
    select(sessions.c.body)
    .where(sessions.c.recording == bindparam("sha256"))
    .order_by(sessions.c.created_at, sessions.c.id)
)
"""The sessions read in from one talk: one for each bank and candidate."""
WITHDRAWN_RECORDING = select(deletions.c.at).where(
    deletions.c.recording == bindparam("sha256"), deletions.c.reason == "candidate"
)
"""When a session of this talk was deleted by its candidate, whose wish an import must not undo."""
IDLE_SINCE = select(sessions.c.id).where(
    sessions.c.created_at < bindparam("before"),
    *(
        ~exists().where(one.c.session_id == sessions.c.id, one.c.at >= bindparam("before"))
        for one in (messages, events, reviews, annotations)
    ),
)
"""Sessions in which nothing was said, done or added since `before`."""
