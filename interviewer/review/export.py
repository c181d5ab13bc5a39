"""Sessions, scores and marks as files for a spreadsheet or a script. Two rules: text of people is no formula, and a row that
cannot be read says so by its id and stops no other."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from interviewer.errors import BankChanged, SessionDeleted, UnknownSession
from interviewer.interview.interviews import Interviews
from interviewer.models import Assessment, Transcript
from interviewer.review.agreement import Marked, join
from interviewer.review.dossier import QuestionFile, open_dossier
from interviewer.store import Store, UnreadMark, Wanted, note, set_aside
from knowledge.errors import UserFacingError
from knowledge.models import Bank, Frozen

SCORE_COLUMNS = (
    "session", "candidate", "started", "bank", "language", "mode", "thinking", "status", "total", "band", "number",
    "question", "chapter", "score", "level", "judge_score", "reviewed_by", "ungraded", "judged_by", "key_points",
)  # fmt: skip
MARK_COLUMNS = (
    "session", "question", "bank", "chapter", "reviewer", "mark", "mark_level", "marked_at", "judge", "judge_score",
    "judge_level", "note",
)  # fmt: skip
Cell = str | float | None
UNREADABLE = "unreadable"
"""What stands at a row that cannot be read: as the status of a session, as the note at a mark."""
_AT_ONCE = 200


class Unread(Frozen):
    """A session that cannot be read, as a line of JSON."""

    session_id: str
    unreadable: str
    """Why."""


_FORMULA = ("=", "+", "-", "@", "\u2212")
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me")
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
_PARTS = re.compile(r"(?<=[;\t\r\n\v\f\x85\u2028\u2029])")
"""Where a cell may be parted by a spreadsheet that takes another sign than the comma for the separator."""


def transcripts(store: Store, wanted: Wanted) -> Iterator[tuple[Transcript | Unread, str]]:
    """Every session that meets `wanted` with its status, newest first, one at a time."""
    offset = 0
    unread: dict[str, UserFacingError] = {}
    while (found := store.find(wanted, limit=_AT_ONCE, offset=offset, unread=unread)) or unread:
        for one in found:
            transcript = None
            with set_aside(one.session.id, unread), suppress(SessionDeleted, UnknownSession):
                transcript = store.transcript(one.session.id)
            if transcript is not None:  # else deleted while the file was being written, and rightly not in it
                yield transcript, "finished" if one.finished else "paused" if one.paused else "active"
        for session_id, error in unread.items():
            yield Unread(session_id=session_id, unreadable=error.what), UNREADABLE
        note(unread)
        unread.clear()
        offset += _AT_ONCE


def json_lines(store: Store, wanted: Wanted) -> Iterator[str]:
    """Each session as `interviewer export` writes it, on one line."""
    return (f"{transcript.model_dump_json()}\n" for transcript, _ in transcripts(store, wanted))


def score_lines(store: Store, interviews: Interviews, wanted: Wanted) -> Iterator[str]:
    """CSV with a line for each question asked; a session whose bank is not served here has one without scores."""
    return _csv(SCORE_COLUMNS, _scores(store, interviews, wanted))


def mark_lines(store: Store, banks: Mapping[str, Bank]) -> Iterator[str]:
    """CSV with a line for each mark, beside the judge's own grade."""
    return _csv(MARK_COLUMNS, _marks(store, banks))


def _marks(store: Store, banks: Mapping[str, Bank]) -> Iterator[Sequence[Cell]]:
    unread: list[UnreadMark] = []
    orphans: dict[str, UserFacingError] = {}
    marks = store.marks(unread)
    yield from (_mark(one) for one in join(store, banks, marks, orphans))
    note(orphans)
    for mark in (one for one in marks if one.session_id in orphans):
        at = mark.at.isoformat(timespec="seconds")
        known = (mark.session_id, mark.question_id, None, None, mark.reviewer, mark.score, None, at)
        yield (*known, None, None, None, UNREADABLE)
    for one in unread:
        yield (one.session_id, one.question_id, None, None, one.reviewer, *[None] * 6, UNREADABLE)


def _scores(store: Store, interviews: Interviews, wanted: Wanted) -> Iterator[Sequence[Cell]]:
    for transcript, status in transcripts(store, wanted):
        if isinstance(transcript, Unread):
            yield _unreadable(transcript.session_id)
            continue
        failed: dict[str, UserFacingError] = {}
        with set_aside(transcript.session.id, failed):
            yield from _scores_of(transcript, status, interviews)
        yield from map(_unreadable, failed)
        note(failed)


def _unreadable(session_id: str) -> Sequence[Cell]:
    return (session_id, *[None] * 6, UNREADABLE, *[None] * (len(SCORE_COLUMNS) - 8))


def _scores_of(transcript: Transcript, status: str, interviews: Interviews) -> list[Sequence[Cell]]:
    session = transcript.session
    about = (
        session.id, session.candidate, session.created_at.isoformat(timespec="seconds"), session.bank_id,
        session.language, session.mode, session.thinking, status,
    )  # fmt: skip
    try:
        bank = interviews.bank_of(session)
    except BankChanged:
        return [(*about, *[None] * (len(SCORE_COLUMNS) - len(about)))]
    dossier = open_dossier(bank, transcript, session.language)
    card = dossier.scorecard
    return [(*about, card.total, card.band, *_score(file)) for file in dossier.questions]


def _score(file: QuestionFile) -> Sequence[Cell]:
    row = file.row
    return (
        row.number, row.id, row.chapter.to("en"), row.score, row.level, file.own.score if file.own else None,
        file.override.reviewer if file.override else None, row.ungraded.reason if row.ungraded else None,
        _judged_by(file), ("drafted" if row.drafted else "written") if row.score is not None else None,
    )  # fmt: skip


def _judged_by(file: QuestionFile) -> str | None:
    """Who gave the score: a model by its name, `self` for the candidate's own marks, `person` for a reviewer."""
    if file.row.judged_by == "endpoint" and isinstance(file.judged, Assessment):
        return file.judged.provenance.model or "?"
    return file.row.judged_by


def _mark(one: Marked) -> Sequence[Cell]:
    mark = one.mark
    return (
        mark.session_id, mark.question_id, one.bank_id, one.chapter_id, mark.reviewer, mark.score, one.level,
        mark.at.isoformat(timespec="seconds"), one.judge, one.judge_score, one.judge_level, None,
    )  # fmt: skip


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Lines of CSV; the mark at the start makes spreadsheets read Chinese rightly."""
    yield "\ufeff" + _line(columns)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[Cell]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: Cell) -> Cell:
    """A spreadsheet would run a text that begins like a formula; an apostrophe makes it text again.

    Some take full-width and raised signs for the plain ones, look behind blanks and what is not seen, or part a cell at
    semicolons.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    if _is_formula(text) or text.startswith(("\t", "\r", "\n")):
        text = f"'{text}"
    first, *others = _PARTS.split(text)
    return first + "".join(f"'{part}" if _is_formula(part) else part for part in others)


def _is_formula(text: str) -> bool:
    seen = (sign for sign in text if unicodedata.category(sign) not in _UNSEEN and sign not in _FILLERS)
    return unicodedata.normalize("NFKC", next(seen, "")).startswith(_FORMULA)
