"""Everything there is about one session for a reviewer: per question what was said, judged, overridden and objected to.

The one rule: every stored row is there, oldest first, beside the one that counts now. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.grading import current_rows, fits, grade, score_transcript
from interviewer.models import (
    Assessment,
    Event,
    Grade,
    Remark,
    Review,
    Scorecard,
    Transcript,
    Ungraded,
    VerdictStatus,
)
from interviewer.report import Report, build
from interviewer.report.model import QuestionRow
from knowledge.models import Bank, Frozen, KeyPoint, Language


class Change(Frozen):
    """One key point whose verdict differs between two judgements; None where one of them has none."""

    key_point_id: str
    before: VerdictStatus | None
    after: VerdictStatus | None


class Judgement(Frozen):
    """One stored judgement with the grade it gave. `changes` are against the assessment before it; `counts` is the one
    the judge's grade rests on now."""

    result: Assessment | Ungraded
    grade: Grade | None = None
    changes: tuple[Change, ...] = ()
    counts: bool = False


class QuestionFile(Frozen):
    """One question. `row` is what the report shows, with the override; `judged` the judge's own row and `own` its grade."""

    row: QuestionRow
    points: tuple[KeyPoint, ...]
    judged: Assessment | Ungraded
    own: Grade | None
    history: tuple[Judgement, ...] = ()
    reviews: tuple[Review, ...] = ()
    override: Review | None = None
    remarks: tuple[Remark, ...] = ()
    happened: tuple[Event, ...] = ()

    @property
    def objected(self) -> bool:
        """Whether the candidate waits for an answer."""
        return bool(self.remarks) and self.remarks[-1].author == "candidate"

    @property
    def judged_statuses(self) -> dict[str, VerdictStatus]:
        """The judge's verdict on each key point; empty where it could not grade, or where the points have changed since."""
        if not isinstance(self.judged, Assessment):
            return {}
        known = {point.id for point in self.points}
        return {v.key_point_id: v.status for v in self.judged.verdicts if v.key_point_id in known}

    @property
    def statuses(self) -> dict[str, VerdictStatus]:
        """The verdicts that count now, a person's before the judge's."""
        return {**self.judged_statuses, **(self.override.statuses if self.override else {})}


class Dossier(Frozen):
    """One session. `report` and `scorecard` hold what counts now."""

    transcript: Transcript
    report: Report
    scorecard: Scorecard
    questions: tuple[QuestionFile, ...]

    def question(self, question_id: str) -> QuestionFile:
        """Raises KeyError for a question that was not asked."""
        for one in self.questions:
            if one.row.id == question_id:
                return one
        raise KeyError(question_id)


def open_dossier(bank: Bank, transcript: Transcript, language: Language) -> Dossier:
    """The dossier of `transcript`, to be read in `language`."""
    card = score_transcript(bank, transcript)
    report = build(bank, transcript, card, language)
    unreviewed = score_transcript(bank, transcript.model_copy(update={"reviews": ()}))
    own = {one.question_id: one for one in unreviewed.grades}
    rows = {row.question_id: row for row in current_rows(bank, transcript)}
    starts = {row.id: row.lines[0].turn for row in report.questions if row.lines}
    return Dossier(
        transcript=transcript,
        report=report,
        scorecard=card,
        questions=tuple(
            _question(bank, transcript, row, rows[row.id], own.get(row.id), starts) for row in report.questions
        ),
    )


def _question(
    bank: Bank,
    transcript: Transcript,
    row: QuestionRow,
    judged: Assessment | Ungraded,
    own: Grade | None,
    starts: dict[str, int],
) -> QuestionFile:
    return QuestionFile(
        row=row,
        points=_points(bank, row.id),
        judged=judged,
        own=own,
        history=judgements(bank, transcript, row.id, judged),
        reviews=tuple(one for one in transcript.reviews if one.question_id == row.id),
        override=transcript.overrides.get(row.id),
        remarks=tuple(a for a in transcript.annotations if isinstance(a, Remark) and a.question_id == row.id),
        happened=tuple(
            event
            for event in transcript.events
            if event.kind in ("flag", "fault") and _question_at(starts, event.turn) == row.id
        ),
    )


def _question_at(starts: dict[str, int], turn: int | None) -> str | None:
    """The question that was open at `turn`."""
    begun = [question_id for question_id, start in starts.items() if turn is not None and start <= turn]
    return begun[-1] if begun else None


def _points(bank: Bank, question_id: str) -> tuple[KeyPoint, ...]:
    try:
        return bank.question(question_id).key_points
    except KeyError:
        return ()


def judgements(
    bank: Bank, transcript: Transcript, question_id: str, judged: Assessment | Ungraded
) -> tuple[Judgement, ...]:
    """The stored rows of a question, oldest first. A grade is the stored one, or computed where an old file has none."""
    results = [row for row in transcript.assessments if row.question_id == question_id]
    stored = [one for one in transcript.grades if one.question_id == question_id]
    assessed = [row for row in results if isinstance(row, Assessment)]
    grades = stored if len(stored) == len(assessed) else [_graded(bank, row) for row in assessed]
    by_row = dict(zip(map(id, assessed), grades, strict=True))
    found: list[Judgement] = []
    before: Assessment | None = None
    for result in results:
        if isinstance(result, Ungraded) or result.withdrawn:
            found.append(Judgement(result=result, counts=result is judged))
            continue
        changes = changes_between(before, result) if before else ()
        found.append(Judgement(result=result, grade=by_row[id(result)], changes=changes, counts=result is judged))
        before = result
    return tuple(found)


def _graded(bank: Bank, row: Assessment) -> Grade | None:
    try:
        question = bank.question(row.question_id)
    except KeyError:
        return None
    if not fits(question, row.verdicts):
        return None
    return grade(question, row.verdicts, bank.scoring, bank.outline.bands, row.provenance.grader_version)


def changes_between(before: Assessment | Ungraded | None, after: Assessment | Ungraded) -> tuple[Change, ...]:
    """The key points on which two judgements differ, in the order of the later one."""
    was, now = _statuses(before), _statuses(after)
    points: Sequence[str] = (*now, *(point for point in was if point not in now))
    return tuple(
        Change(key_point_id=point, before=was.get(point), after=now.get(point))
        for point in points
        if was.get(point) != now.get(point)
    )


def _statuses(row: Assessment | Ungraded | None) -> dict[str, VerdictStatus]:
    return {v.key_point_id: v.status for v in row.verdicts} if isinstance(row, Assessment) else {}
