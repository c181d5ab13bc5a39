"""Marking blind: which answer a person is given next, and what of it. The one rule: no verdict, grade, name of the
candidate or mark of anyone else is on the sheet, and a mark changes no grade."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from interviewer.errors import ScoreOutOfRange, SessionDeleted, UnknownQuestion, UnknownSession
from interviewer.models import Mark, Message, Transcript
from interviewer.store import Answered, Store, Unread, set_aside
from knowledge.models import Band, Bank, Frozen, Question


class Sheet(Frozen):
    """One answer to be marked: the question with its reference and key points, and what was said about it.

    `left` counts the answers that wait for this person, this one included.
    """

    session_id: str
    question: Question
    messages: tuple[Message, ...]
    bands: tuple[Band, ...]
    left: int

    @property
    def place(self) -> str:
        return f"{self.session_id}/{self.question.id}"


def next_sheet(
    store: Store,
    banks: Mapping[str, Bank],
    reviewer: str,
    unread: Unread,
    *,
    bank_id: str = "",
    chapter_id: str = "",
    after: str = "",
) -> Sheet | None:
    """The first answer this person has not marked, in an order of their own, or the first behind `after` (a `place`).

    `bank_id` and `chapter_id` narrow it down. None when nothing is left. Sessions that cannot be read are passed over and
    put into `unread`.
    """
    waiting = sorted(
        (one for one in store.unmarked(reviewer) if _wanted(one, banks, bank_id, chapter_id)),
        key=lambda one: _order(reviewer, one.place),
    )
    behind = [one for one in waiting if after and _order(reviewer, one.place) > _order(reviewer, after)]
    for one in dict.fromkeys([*behind, *waiting]):
        if one.session_id in unread:
            continue
        with set_aside(one.session_id, unread), suppress(SessionDeleted, UnknownSession):  # gone since they were listed
            return _sheet(store, banks[one.bank_id], one, len(waiting))
    return None


def _sheet(store: Store, bank: Bank, one: Answered, left: int) -> Sheet:
    return Sheet(
        session_id=one.session_id,
        question=bank.question(one.question_id),
        messages=said_about(store.transcript(one.session_id), one.question_id),
        bands=bank.outline.bands,
        left=left,
    )


def give_mark(store: Store, place: str, reviewer: str, score: float, now: datetime) -> Mark:
    """Store the mark for the sheet at `place`. Raises ScoreOutOfRange, UnknownSession, UnknownQuestion."""
    if not 0 <= score <= 100:
        raise ScoreOutOfRange(f"{score:g} is no score.", "Give a number from 0 to 100.")
    session_id, _, question_id = place.partition("/")
    said = said_about(store.transcript(session_id), question_id)
    if not any(message.kind == "answer" for message in said):
        raise UnknownQuestion(f"Nothing was answered to {question_id!r}.", "Reload the page for the next answer.")
    mark = Mark(session_id=session_id, question_id=question_id, reviewer=reviewer, score=score, at=now)
    store.annotate(session_id, mark)
    return mark


def said_about(transcript: Transcript, question_id: str) -> tuple[Message, ...]:
    """The exchange on one question. Feedback is left out: in practice mode it tells the verdicts."""
    found: list[Message] = []
    here = False
    for message in transcript.messages:
        if message.kind == "question":
            here = message.question_id == question_id
        if here and message.kind not in ("feedback", "closing"):
            found.append(message)
    return tuple(found)


def _wanted(one: Answered, banks: Mapping[str, Bank], bank_id: str, chapter_id: str) -> bool:
    """Whether there is anything to mark it by: its question with a note, in the chapter asked for."""
    bank = banks.get(one.bank_id)
    if bank is None or (bank_id and bank_id != one.bank_id):
        return False
    try:
        question = bank.question(one.question_id)
    except KeyError:
        return False
    return question.note is not None and (not chapter_id or question.chapter_id == chapter_id)


def _order(reviewer: str, place: str) -> str:
    """Random to look at, the same each time, and another for each person."""
    return hashlib.sha256(f"{reviewer}\n{place}".encode()).hexdigest()
