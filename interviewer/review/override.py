"""A person's word on one question: other verdicts, a score, or taking that back; and the answer to an objection.

The one rule: each is a new row with a name and a reason. The last one counts; the judge's row is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from interviewer.errors import NothingChanged, NothingWritten, ScoreOutOfRange, ScoreStands
from interviewer.models import Remark, Review, VerdictStatus
from interviewer.review.dossier import QuestionFile


def change_verdicts(
    file: QuestionFile,
    session_id: str,
    wanted: Mapping[str, VerdictStatus],
    *,
    reviewer: str,
    reason: str,
    now: datetime,
) -> Review:
    """An override of the verdicts in `wanted` that differ from the judge's; those that agree with it stay the judge's own.

    Where the judge could not grade, every key point needs a verdict. Raises NothingWritten, NothingChanged.
    """
    judged = file.judged_statuses
    points = [point.id for point in file.points]
    missing = [point for point in points if point not in wanted and point not in judged]
    if missing:
        raise NothingChanged(
            f"{len(missing)} of {len(points)} key points have no verdict yet.", "Choose a verdict for each."
        )
    statuses: dict[str, VerdictStatus] = {
        point: wanted[point] for point in points if point in wanted and wanted[point] != judged.get(point)
    }
    standing = file.override.statuses if file.override else {}
    if statuses == standing and (file.override is None or file.override.kind == "verdicts"):
        raise NothingChanged("No verdict was changed.", "Choose another verdict for at least one key point.")
    if not statuses:
        raise NothingChanged(
            "These are the judge's own verdicts.", "Take the change back instead; the judge's grade counts again."
        )
    return Review(
        session_id=session_id,
        question_id=file.row.id,
        reviewer=reviewer,
        reason=_written(reason),
        at=now,
        statuses=statuses,
    )


def set_score(
    file: QuestionFile, session_id: str, score: float, *, reviewer: str, reason: str, now: datetime
) -> Review:
    """An override of the whole score. Raises NothingWritten, ScoreOutOfRange, ScoreStands."""
    if not 0 <= score <= 100:
        raise ScoreOutOfRange(f"{score:g} is no score.", "Give a number from 0 to 100.")
    if file.override is not None and file.override.score == score:
        raise ScoreStands(f"The score was set to {score:g} already.", "Give another one.", value=f"{score:g}")
    return Review(
        session_id=session_id,
        question_id=file.row.id,
        reviewer=reviewer,
        reason=_written(reason),
        at=now,
        score=score,
    )


def withdraw(file: QuestionFile, session_id: str, *, reviewer: str, reason: str, now: datetime) -> Review:
    """Take back what stands, so that the judge's own row counts again. Raises NothingWritten, NothingChanged."""
    if file.override is None:
        raise NothingChanged("Nothing stands that could be taken back.", "Reload the page to see what counts now.")
    return Review(session_id=session_id, question_id=file.row.id, reviewer=reviewer, reason=_written(reason), at=now)


def answer_objection(session_id: str, question_id: str, text: str, *, reviewer: str, now: datetime) -> Remark:
    """The reviewer's line in the talk with a candidate who objects. Raises NothingWritten."""
    return Remark(
        session_id=session_id, question_id=question_id, author="reviewer", name=reviewer, text=_written(text), at=now
    )


def _written(text: str) -> str:
    written = text.replace("\0", "").strip()
    if not written:
        raise NothingWritten("Nothing was written.", "Write why; it is kept with your name.")
    return written
