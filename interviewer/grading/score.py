"""From verdicts to a score, in arithmetic alone. The one rule: the same verdicts always give the same score.

DESIGN section 6. Nothing here knows a model, an answer or the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from interviewer.grading.case import GRADER_VERSION
from interviewer.models import BandId, Grade, Verdict, VerdictStatus
from knowledge.models import LEVELS, Band, KeyPoint, Level, Question, Scoring

CREDIT: Mapping[VerdictStatus, float] = {"covered": 1.0, "partial": 0.5, "absent": 0.0, "contradicted": -0.5}
AFTER_HINT = 0.5
_DIGITS = 9
"""Coverage and scores are rounded to this many decimals, so that 0.1 + 0.2 does not decide a band."""


def credit(verdict: Verdict) -> float:
    """What one verdict is worth, -0.5 to 1; positive credit halves when the words came after a hint."""
    worth = CREDIT[verdict.status]
    return worth * AFTER_HINT if worth > 0 and verdict.after_hint else worth


def effective_weights(
    points: Sequence[KeyPoint], weights: Mapping[Level, float], rules: str = GRADER_VERSION
) -> dict[Level, float]:
    """The share of each level that has points; the shares sum to what `weights` sums to.

    The share of levels without points is split over the others in proportion to theirs. `rules` is the grader version that
    verdicts were made by: until "1" it went to the next level below, so that stored grades replay as they were.
    """
    present: list[Level] = [level for level in LEVELS if any(point.level == level for point in points)]
    if rules == "1":
        return _inherited(present, weights)
    whole, shown = sum(weights.values()), sum(weights[level] for level in present)
    if shown <= 0:  # the bank gives no weight to any level that this question has
        return dict.fromkeys(present, whole / len(present)) if present else {}
    return {level: weights[level] * whole / shown for level in present}


def _inherited(present: Sequence[Level], weights: Mapping[Level, float]) -> dict[Level, float]:
    """A level without points gives its share to the next one below that has some, or above where none below does."""
    shares: dict[Level, float] = dict.fromkeys(present, 0.0)
    for level in LEVELS:
        below: list[Level] = [other for other in present if LEVELS.index(other) <= LEVELS.index(level)]
        heir = below[-1] if below else present[0]
        shares[heir] += weights[level]
    return shares


def coverage(
    points: Sequence[KeyPoint],
    verdicts: Sequence[Verdict],
    weights: Mapping[Level, float],
    *,
    rules: str = GRADER_VERSION,
    plain: bool = False,
) -> float:
    """T, 0 to 1: each level's mean credit cut to 0..1, weighted; with `plain`, the mean credit of all points."""
    by_id = {verdict.key_point_id: verdict for verdict in verdicts}
    shares: Mapping[Level | None, float] = (
        {None: 1.0} if plain and rules != "1" else {**effective_weights(points, weights, rules)}
    )
    total = 0.0
    for level, share in shares.items():
        credits = [credit(by_id[point.id]) for point in points if level is None or point.level == level]
        total += share * min(1.0, max(0.0, sum(credits) / len(credits)))
    return round(min(1.0, total), _DIGITS)


def score_at(covered: float, knots: Sequence[tuple[float, float]]) -> float:
    """The score at coverage `covered` on straight lines through `knots`; flat before the first and after the last."""
    if covered <= knots[0][0]:
        return knots[0][1]
    for (left, low), (right, high) in pairwise(knots):
        if covered == right:
            return high
        if covered < right:
            return round(low + (high - low) * (covered - left) / (right - left), _DIGITS)
    return knots[-1][1]


def coverage_at(score: float, knots: Sequence[tuple[float, float]]) -> float:
    """The least coverage that gives `score`: `score_at` read backwards, for a score that a person set."""
    if score <= knots[0][1]:
        return knots[0][0]
    for (left, low), (right, high) in pairwise(knots):
        if score <= high:
            return round(left + (right - left) * (score - low) / (high - low), _DIGITS)
    return knots[-1][0]


def band_of(score: float, bands: Sequence[Band]) -> BandId:
    """The band whose range `score` falls into: the one with the highest lower bound not above it."""
    reached = [band for band in bands if score >= band.lower]
    if not reached:
        return min(bands, key=lambda band: band.lower).id
    return max(reached, key=lambda band: band.lower).id


def depth_of(points: Sequence[KeyPoint], verdicts: Sequence[Verdict]) -> Level | None:
    """Highest level whose points are all at least partly covered, with all levels below; levels without points are passed over."""
    status = {verdict.key_point_id: verdict.status for verdict in verdicts}
    reached: Level | None = None
    for level in LEVELS:
        own = [point for point in points if point.level == level]
        if any(status[point.id] not in ("covered", "partial") for point in own):
            break
        reached = level if own else reached
    return reached


def fits(question: Question, verdicts: Sequence[Verdict]) -> bool:
    """Whether `verdicts` hold exactly one verdict for every key point of `question`, as arithmetic needs."""
    return bool(verdicts) and sorted(v.key_point_id for v in verdicts) == sorted(p.id for p in question.key_points)


def grade(
    question: Question,
    verdicts: Sequence[Verdict],
    scoring: Scoring,
    bands: Sequence[Band],
    rules: str = GRADER_VERSION,
) -> Grade:
    """The question's grade by the rules of the grader version that made its verdicts; drafted key points count plain.

    Raises ValueError where `verdicts` do not fit its key points: ask `fits` first when the bank may have changed since.
    """
    if not fits(question, verdicts):
        raise ValueError(f"verdicts of {question.id!r} do not match its key points one to one")
    plain = question.note is not None and question.note.drafted
    covered = coverage(question.key_points, verdicts, scoring.weights, rules=rules, plain=plain)
    score = score_at(covered, scoring.knots)
    return Grade(
        question_id=question.id,
        coverage=covered,
        score=score,
        level=band_of(score, bands),
        depth=depth_of(question.key_points, verdicts),
    )
