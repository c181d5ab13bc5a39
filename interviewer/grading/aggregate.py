"""From grades to a scorecard: chapters, dimensions, total, interval, band. The one rule: what could not be graded counts
for nothing, neither for the candidate nor against.

The interval. The total is a weighted mean of chapter means, that is a stratified sample of the questions that could have
been asked, so its variance is the sum of w_c^2 s^2 / n_c (Cochran, Sampling Techniques, 3rd ed., 1977, chapter 5).
s^2 is pooled over chapters; chapters with one question are collapsed into one stratum (same book, chapter 5A, "one unit
per stratum"), which can only overstate it. Five questions say little about their own spread: two equal scores would give an interval of width
nothing. So s^2 is drawn towards a prior spread of `PRIOR_SPREAD` points that counts as `PRIOR_WEIGHT` observations
(scaled inverse chi-square; Gelman et al., Bayesian Data Analysis, 3rd ed., 2013, chapter 3), and the quantile is
Student's t with the degrees of freedom of both: finite with one question, and narrowing as more are asked.
It says how far the total would move with other questions of these chapters; it says nothing of a judge that errs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import NormalDist, fmean

from interviewer.grading.case import GRADER_VERSION
from interviewer.grading.score import band_of, coverage_at, fits, grade
from interviewer.grading.self_marks import self_row
from interviewer.models import (
    Assessment,
    ChapterScore,
    DimensionScore,
    Grade,
    Message,
    Review,
    Scorecard,
    Transcript,
    Ungraded,
    Verdict,
    VerdictStatus,
    exchanges,
    is_outside,
    judged_at,
)
from knowledge.models import Bank, Chapter, Question

ENOUGH = 5
"""Fewer graded questions than this carry no band."""
CONFIDENCE = 0.90
PRIOR_SPREAD = 20.0
"""Points. Questions of one candidate lie some 20 apart: wider than a band (15), far from pass-or-fail noise (50)."""
PRIOR_WEIGHT = 4

Row = Assessment | Ungraded


def scorecard(
    bank: Bank, rows: Sequence[Row], reviews: Sequence[Review] = (), stored: Sequence[Grade] = ()
) -> Scorecard:
    """The scorecard over `rows`, one for each question asked (see `current_rows`).

    The last review of a question overrides its row, or with neither score nor verdicts lets it stand again. `stored` are grades computed earlier: one of them stands in where
    the bank's key points have changed since, so that editing a bank does not unmake an interview of last week.
    """
    override = {review.question_id: review for review in reviews}
    earlier = {one.question_id: one for one in stored}
    judged = [_judge(bank, row, override.get(row.question_id), earlier.get(row.question_id)) for row in rows]
    grades = tuple(one for one in judged if isinstance(one, Grade))
    chapters = tuple(score for chapter in bank.outline.chapters if (score := _chapter(bank, chapter, judged)))
    scored = [chapter for chapter in chapters if chapter.earned is not None]
    bonus = sum(chapter.earned or 0.0 for chapter in scored if chapter.bonus)
    base = [chapter for chapter in scored if not chapter.bonus]
    points = sum(chapter.points for chapter in base)
    total = interval = None
    if base and points > 0:
        reached = 100 * sum(chapter.earned or 0.0 for chapter in base) / points + bonus
        total = round(min(100.0, max(0.0, reached)), 6)
        half = _half_width(_strata(bank, grades, points))
        interval = (_clip(reached - half), _clip(reached + half))
    enough = len(grades) >= ENOUGH
    asked = {chapter.chapter_id for chapter in chapters}
    return Scorecard(
        grades=grades,
        ungraded=tuple(one for one in judged if isinstance(one, Ungraded)),
        chapters=chapters,
        chapters_not_asked=tuple(chapter.id for chapter in bank.outline.chapters if chapter.id not in asked),
        dimensions=_dimensions(bank, grades),
        bonus=round(bonus, 6),
        total=total,
        interval=interval,
        band=band_of(total, bank.outline.bands) if total is not None and enough else None,
        too_little_evidence=not enough,
        rows=tuple(rows),
    )


def score_transcript(bank: Bank, transcript: Transcript) -> Scorecard:
    """The scorecard of a stored session: its current rows, reviews and grades."""
    return scorecard(bank, current_rows(bank, transcript), transcript.reviews, transcript.standing_grades)


def current_rows(bank: Bank, transcript: Transcript) -> tuple[Row, ...]:
    """One row for each question asked, in the order asked: the newest on everything the candidate said about it.

    A failed re-grading does not hide an assessment of the same answer. A row that misses a later answer does not count,
    as it would give less than was said; a question without a row was not reached. Offline the candidate's own marks are
    the row, until a model has judged the answers; what text similarity once made of them is no row.
    """
    current: dict[str, Row] = {}
    for question_id, said in exchanges(transcript.messages).items():
        current[question_id] = _row(bank, transcript, said)
    return tuple(current.values())


def _row(bank: Bank, transcript: Transcript, said: Sequence[Message]) -> Row:
    asked = said[0]
    judged = [m for m in said if m.kind == "answer"] or [m for m in said if m.kind == "skip"] or [asked]
    turn = judged[-1].turn
    rows = [r for r in transcript.assessments if r.question_id == asked.question_id and r.turn == turn]
    standing = [r for r in transcript.standing if r.question_id == asked.question_id and r.turn == turn]
    assessed = [row for row in standing if isinstance(row, Assessment)]
    if assessed:
        return assessed[-1]
    if is_outside(asked.question_id):
        return (standing or [_not_in_bank(asked, turn)])[-1]
    withdrawn = any(isinstance(row, Assessment) and row.withdrawn for row in rows)
    if transcript.session.thinking == "offline" and turn != asked.turn:
        return _own(bank, transcript, said, withdrawn) or _not_reached(asked)
    if standing or not withdrawn:
        return (standing or [_not_reached(asked)])[-1]
    return Ungraded(question_id=asked.question_id or "", turn=turn, reason="withdrawn", detail="", at=judged[-1].at)


def _own(bank: Bank, transcript: Transcript, said: Sequence[Message], withdrawn: bool) -> Row | None:
    """What the candidate's own marks make of it; a question that the bank no longer has cannot be marked."""
    question_id = said[0].question_id or ""
    try:
        question = bank.question(question_id)
    except KeyError:
        at = said[-1]
        return Ungraded(question_id=question_id, turn=at.turn, reason="question_removed", detail="", at=at.at)
    marks = transcript.self_marks(question_id)
    return self_row(question, said, marks, transcript.session, withdrawn=withdrawn)


def _not_in_bank(asked: Message, turn: int) -> Ungraded:
    return Ungraded(question_id=asked.question_id or "", turn=turn, reason="not_in_bank", detail="", at=asked.at)


def _not_reached(asked: Message) -> Ungraded:
    return Ungraded(
        question_id=asked.question_id or "",
        turn=asked.turn,
        reason="not_reached",
        detail="The interview ended before this question was answered, or before the answer was judged.",
        at=asked.at,
    )


def t_quantile(p: float, degrees: float) -> float:
    """Quantile of Student's t: Cornish-Fisher expansion, Abramowitz and Stegun 26.7.5; within 0.001 for 4 degrees and more at p = 0.95."""
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / degrees ** (n + 1) for n, term in enumerate(terms))


def _judge(bank: Bank, row: Row, review: Review | None, stored: Grade | None) -> Grade | Ungraded:
    try:
        question = bank.question(row.question_id)
    except KeyError:
        if isinstance(row, Ungraded) and row.reason == "not_in_bank":
            return row
        detail = "The bank no longer has this question."
        return Ungraded(
            question_id=row.question_id, turn=row.turn, reason="question_removed", detail=detail, at=judged_at(row)
        )
    scoring, bands = bank.scoring, bank.outline.bands
    verdicts = row.verdicts if isinstance(row, Assessment) else ()
    rules = row.provenance.grader_version if isinstance(row, Assessment) else GRADER_VERSION
    if review and review.score is not None:
        depth = grade(question, verdicts, scoring, bands).depth if fits(question, verdicts) else None
        return Grade(
            question_id=question.id,
            coverage=coverage_at(review.score, scoring.knots),
            score=review.score,
            level=band_of(review.score, bands),
            depth=depth,
            reviewed=True,
        )
    if review and review.statuses:
        verdicts = _overridden(question, verdicts, review.statuses)
        if fits(question, verdicts):
            return grade(question, verdicts, scoring, bands, rules).model_copy(update={"reviewed": True})
    if isinstance(row, Ungraded):
        return row
    if fits(question, verdicts):
        return grade(question, verdicts, scoring, bands, rules)
    if stored is not None:
        return stored
    detail = "The key points of this question have changed since it was judged; grade it again."
    return Ungraded(
        question_id=row.question_id, turn=row.turn, reason="question_removed", detail=detail, at=judged_at(row)
    )


def _overridden(
    question: Question, verdicts: Sequence[Verdict], statuses: Mapping[str, VerdictStatus]
) -> tuple[Verdict, ...]:
    """`verdicts` with the reviewer's statuses; a status for a point without a verdict becomes one. What was judged of a
    point that the question no longer has is left out."""
    judged = {verdict.key_point_id: verdict for verdict in verdicts}
    changed = {
        point: judged.get(point, Verdict(key_point_id=point, status=status)).model_copy(update={"status": status})
        for point, status in statuses.items()
    }
    known = judged | changed
    return tuple(known[point.id] for point in question.key_points if point.id in known)


def _chapter(bank: Bank, chapter: Chapter, judged: Sequence[Grade | Ungraded]) -> ChapterScore | None:
    """The chapter's points, or None where none of its questions was asked."""
    own = [one for one in judged if _chapter_id(bank, one.question_id) == chapter.id]
    if not own:
        return None
    scores = [one.score for one in own if isinstance(one, Grade)]
    mean = round(fmean(scores), 6) if scores else None
    return ChapterScore(
        chapter_id=chapter.id,
        asked=len(own),
        graded=len(scores),
        points=chapter.points,
        score=mean,
        earned=None if mean is None else round(chapter.points * mean / 100, 6),
        bonus=chapter.bonus,
    )


def _dimensions(bank: Bank, grades: Sequence[Grade]) -> tuple[DimensionScore, ...]:
    scores: list[DimensionScore] = []
    for dimension in bank.outline.dimensions:
        own = [g.score for g in grades if _dimension_id(bank, g.question_id) == dimension.id]
        mean = round(fmean(own), 6) if own else None
        scores.append(DimensionScore(dimension_id=dimension.id, weight=dimension.weight, graded=len(own), score=mean))
    return tuple(scores)


def _strata(bank: Bank, grades: Sequence[Grade], points: float) -> list[tuple[float, list[float]]]:
    """(share of the total, scores) of each graded chapter; a bonus chapter's share is what it can add to 100."""
    strata: list[tuple[float, list[float]]] = []
    for chapter in bank.outline.chapters:
        scores = [g.score for g in grades if _chapter_id(bank, g.question_id) == chapter.id]
        if scores:
            strata.append((chapter.points / (100 if chapter.bonus else points), scores))
    return strata


def _half_width(strata: Sequence[tuple[float, list[float]]]) -> float:
    """Half the width of the interval in points of 100 (see the module's text)."""
    groups = [scores for _, scores in strata if len(scores) > 1]
    groups.append([scores[0] for _, scores in strata if len(scores) == 1])
    squares = sum(sum((score - fmean(group)) ** 2 for score in group) for group in groups if group)
    degrees = PRIOR_WEIGHT + sum(len(group) - 1 for group in groups if group)
    variance = (PRIOR_WEIGHT * PRIOR_SPREAD**2 + squares) / degrees
    error = sqrt(variance * sum(share**2 / len(scores) for share, scores in strata))
    return t_quantile(0.5 + CONFIDENCE / 2, degrees) * error


def _chapter_id(bank: Bank, question_id: str) -> str | None:
    try:
        return bank.question(question_id).chapter_id
    except KeyError:
        return None


def _dimension_id(bank: Bank, question_id: str) -> str:
    return bank.question(question_id).dimension


def _clip(value: float) -> float:
    return round(min(100.0, max(0.0, value)), 6)
