"""Values to rows and back: the JSON of the value, and beside it the columns that queries need."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError
from sqlalchemy import TableClause

from interviewer.errors import StoreError
from interviewer.models import (
    Annotation,
    Assessment,
    Event,
    Grade,
    Mark,
    Message,
    Remark,
    Review,
    Session,
    Transcript,
    Ungraded,
)
from interviewer.store.tables import ALL, annotations, assessments, events, grades, messages, reviews, sessions

Row = dict[str, Any]
Batch = tuple[TableClause, list[Row]]
"""Rows of one table, written by one statement."""
_RESULT: TypeAdapter[Assessment | Ungraded] = TypeAdapter(
    Annotated[Assessment | Ungraded, Field(discriminator="outcome")]
)

KEPT = 4096
"""Rows whose values a store keeps: those of some fifty interviews under way."""
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""A NUL as JSON writes it; behind an escaped backslash the same characters are only text."""
_ANNOTATION: TypeAdapter[Annotation] = TypeAdapter(Annotated[Annotation, Field(discriminator="kind")])
_READ: dict[str, Callable[[str | bytes], BaseModel]] = {
    "messages": Message.model_validate_json,
    "events": Event.model_validate_json,
    "assessments": _RESULT.validate_json,
    "grades": Grade.model_validate_json,
    "reviews": Review.model_validate_json,
    "annotations": _ANNOTATION.validate_json,
}
_READERS = [_READ.get(source.name, Session.model_validate_json) for source in ALL]


def of_session(session: Session) -> Row:
    return {
        "id": session.id,
        "created_at": stamp(session.created_at),
        "bank_id": session.bank_id,
        "candidate": held(session.candidate),
        "language": session.language,
        "mode": session.mode,
        "thinking": session.thinking,
        "origin": session.origin,
        "recording": session.recording.sha256 if session.recording else None,
        "body": _body(session),
    }


def of_message(message: Message) -> Row:
    return {
        "session_id": message.session_id,
        "turn": message.turn,
        "role": message.role,
        "kind": message.kind,
        "question_id": message.question_id,
        "at": stamp(message.at),
        "body": _body(message),
    }


def of_event(event: Event) -> Row:
    return {"session_id": event.session_id, "kind": event.kind, "at": stamp(event.at), "body": _body(event)}


def of_result(session_id: str, result: Assessment | Ungraded) -> Row:
    return {
        "session_id": session_id,
        "question_id": result.question_id,
        "turn": result.turn,
        "outcome": result.outcome,
        "sure": result.least_sure if isinstance(result, Assessment) else None,
        "body": _body(result),
    }


def of_grade(session_id: str, grade: Grade) -> Row:
    return {"session_id": session_id, "question_id": grade.question_id, "body": _body(grade)}


def of_review(review: Review) -> Row:
    return {
        "session_id": review.session_id,
        "question_id": review.question_id,
        "kind": review.kind,
        "at": stamp(review.at),
        "body": _body(review),
    }


def of_annotation(annotation: Annotation) -> Row:
    return {
        "session_id": annotation.session_id,
        "kind": annotation.kind,
        "question_id": getattr(annotation, "question_id", None),
        "author": _author(annotation),
        "at": stamp(annotation.at),
        "body": _body(annotation),
    }


def _author(annotation: Annotation) -> str | None:
    """Who wrote it, where that decides what is to be done: "candidate" or "reviewer" of a remark, the name at a mark."""
    match annotation:
        case Remark():
            return annotation.author
        case Mark():
            return held(annotation.reviewer)
        case _:
            return None


def of_transcript(transcript: Transcript) -> list[Batch]:
    """All rows of a transcript, table by table, the session first."""
    own = transcript.session.id
    return [
        (sessions, [of_session(transcript.session)]),
        (messages, [of_message(message) for message in transcript.messages]),
        (events, [of_event(event) for event in transcript.events]),
        (assessments, [of_result(own, result) for result in transcript.assessments]),
        (grades, [of_grade(own, grade) for grade in transcript.grades]),
        (reviews, [of_review(review) for review in transcript.reviews]),
        (annotations, [of_annotation(annotation) for annotation in transcript.annotations]),
    ]


def to_session(body: str | bytes, place: str, session_id: str = "") -> Session:
    """The value of a session's row; `session_id` is its column, to name it by where the body cannot be read."""
    try:
        return Session.model_validate_json(body)
    except ValidationError as error:
        raise _unreadable("session", session_id or str(body[:60]), place, error) from error


class Reader:
    """Rows to values. A stored row never changes, so what was read of the latest `KEPT` of them is kept; which rows there
    are is asked of the database every time."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._value = lru_cache(KEPT)(lambda table, body: _READERS[table](body))

    def transcript(self, found: Sequence[tuple[int, Any, str | bytes]]) -> Transcript:
        """The value of `statements.SNAPSHOT`'s rows; the session's own row is there (the caller has looked)."""
        values: list[list[Any]] = [[] for _ in ALL]
        bodies = iter(found)
        session = to_session(next(bodies)[2], self._place)
        try:
            for part, _, body in bodies:
                values[part].append(self._value(part, body))
            held = {source.name: tuple(own) for source, own in zip(ALL, values, strict=True) if source is not sessions}
            return Transcript(session=session, **held)
        except ValidationError as error:
            raise _unreadable("row of session", session.id, self._place, error) from error

    def forget(self) -> None:
        """Nothing of what was deleted stays in memory either."""
        self._value.cache_clear()


def to_mark(body: str, place: str) -> Mark:
    try:
        return Mark.model_validate_json(body)
    except ValidationError as error:
        raise _unreadable("mark", body[:60], place, error) from error


def without_nul(transcript: Transcript) -> Transcript:
    """The transcript as it will be read back: no text of it, nor an id, holds a NUL."""
    text = _body(transcript)
    return transcript if text == transcript.model_dump_json() else Transcript.model_validate_json(text)


def held(text: str) -> str:
    """A name as a column holds it: without NUL, which PostgreSQL takes in no text, and not longer than the column."""
    return text.replace("\0", "")[:200]


def stamp(at: datetime) -> str:
    """A time as text that sorts by time: ISO 8601 in UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(stamped: str) -> datetime:
    """A stored time. Raises ValueError where it is none, or says no zone."""
    at = datetime.fromisoformat(stamped)
    if at.tzinfo is None:
        raise ValueError("it has no time zone")
    return at


def _body(value: BaseModel) -> str:
    """The value as JSON without NUL, which PostgreSQL takes in no text: the same is stored in every database."""
    try:
        text = value.model_dump_json()
        return _NUL.sub(r"\1", text) if "\\u0000" in text else text
    except PydanticSerializationError as error:
        raise StoreError(
            f"A {type(value).__name__.lower()} holds a character that cannot be written as UTF-8.",
            "Remove broken characters (often half of an emoji) from the text and send it again.",
        ) from error


def _unreadable(what: str, which: str, place: str, error: ValidationError) -> StoreError:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"])) or "the whole"
    return StoreError(
        f"A {what} {which!r} in the store {place} cannot be read ({field}: {first['msg']}).",
        "It was edited by hand or written by another version of this program; use that version or restore a copy.",
        place=place,
    )
