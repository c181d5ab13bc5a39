"""What to read next, in order: what was said the wrong way round, then missing basics, then the next level.

The one rule: each step says for which points it is there, so that nobody reads a whole note for one of its lines.
"""

from __future__ import annotations

from collections.abc import Iterable

from interviewer.report.model import PointRow, QuestionRow, StudyReason, StudyStep
from knowledge.models import LEVELS, Level

STEPS = 8
"""Most steps; after so many it is time for another interview."""
_ORDER: tuple[StudyReason, ...] = ("contradicted", "basics", "deeper")


def study_plan(questions: Iterable[QuestionRow]) -> tuple[StudyStep, ...]:
    """One step a question at most, the most urgent first and the weakest answer first among equals."""
    found = [(question, step) for question in questions if (step := _step(question))]
    found.sort(key=lambda one: (_ORDER.index(one[1].reason), one[0].score or 0.0, one[0].number))
    return tuple(step for _, step in found[:STEPS])


def _step(question: QuestionRow) -> StudyStep | None:
    """The step for one graded question; None where nothing was wrong and the answer is excellent already."""
    if question.score is None:
        return None
    wrong = tuple(point for point in question.points if point.status == "contradicted")
    if wrong or question.misconceptions:
        return _as_step(question, "contradicted", None, wrong)
    missing = _lowest_missing(question)
    if missing is None or question.level == "excellent":
        return None
    level, points = missing
    return _as_step(question, "basics" if level == "fair" else "deeper", level, points)


def _lowest_missing(question: QuestionRow) -> tuple[Level, tuple[PointRow, ...]] | None:
    for level in LEVELS:
        if points := tuple(point for point in question.missing if point.level == level):
            return level, points
    return None


def _as_step(
    question: QuestionRow, reason: StudyReason, level: Level | None, points: tuple[PointRow, ...]
) -> StudyStep:
    return StudyStep(
        question=question.number,
        question_id=question.id,
        text=question.text,
        reason=reason,
        level=level,
        points=points,
        sources=question.sources,
    )
