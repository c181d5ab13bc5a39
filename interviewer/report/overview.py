"""The figures behind the sentences at the top of a report. The one rule: they are counted from verdicts, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.report.model import ChapterName, ChapterRow, Overview, QuestionRow
from knowledge.models import LEVELS


def overview(chapters: Sequence[ChapterRow], questions: Sequence[QuestionRow]) -> Overview:
    """What stands out in a session; a question without a grade is left out."""
    graded = [question for question in questions if question.score is not None]
    named = [
        ChapterName(title=one.title, score=one.score, graded=one.graded)
        for one in chapters
        if one.score is not None and not one.bonus
    ]
    reached = [0 if one.depth is None else 1 + LEVELS.index(one.depth) for one in graded]
    basics = [point for one in graded for point in one.points if point.level == "fair"]
    wrong = [(one.number, point) for one in graded for point in one.points if point.status == "contradicted"]
    return Overview(
        chapters=tuple(sorted(named, key=lambda one: -one.score)),
        depths=(reached.count(0), reached.count(1), reached.count(2), reached.count(3)),
        basics=len(basics),
        basics_missed=sum(point.status in ("absent", "contradicted") for point in basics),
        contradicted=len(wrong),
        contradicted_in=tuple(dict.fromkeys(number for number, _ in wrong)),
        after_hint=sum(
            point.after_hint and point.status in ("covered", "partial") for one in graded for point in one.points
        ),
    )
