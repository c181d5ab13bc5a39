"""Scores are arithmetic: the knots are hit, better verdicts never score less."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.grading.score import band_of, coverage, coverage_at, credit, effective_weights, fits, grade, score_at
from interviewer.models import Verdict, VerdictStatus
from knowledge.models import LEVELS, KeyPoint, Level, Scoring
from tests.unit import grading_samples as samples

SCORING = Scoring()
ORDER: tuple[VerdictStatus, ...] = ("contradicted", "absent", "partial", "covered")
statuses = st.sampled_from(ORDER)
levels = st.lists(st.sampled_from(LEVELS), min_size=1, max_size=9)


def points_of(of_level: Sequence[Level]) -> tuple[KeyPoint, ...]:
    return tuple(samples.point(f"k{n}", level, f"点{n}") for n, level in enumerate(of_level))


def verdicts_of(status: Sequence[VerdictStatus], hint: Sequence[bool] | None = None) -> list[Verdict]:
    after = hint or [False] * len(status)
    return [Verdict(key_point_id=f"k{n}", status=one, after_hint=after[n]) for n, one in enumerate(status)]


def score_of(points: tuple[KeyPoint, ...], verdicts: Sequence[Verdict]) -> float:
    question = samples.question(samples.note("n", points))
    return grade(question, verdicts, SCORING, samples.BANDS).score


@pytest.mark.parametrize(
    ("status", "after_hint", "worth"),
    [
        ("covered", False, 1.0), ("partial", False, 0.5), ("absent", False, 0.0), ("contradicted", False, -0.5),
        ("covered", True, 0.5), ("partial", True, 0.25), ("absent", True, 0.0), ("contradicted", True, -0.5),
    ],
)  # fmt: skip
def test_credit(status: VerdictStatus, after_hint: bool, worth: float):
    assert credit(Verdict(key_point_id="k", status=status, after_hint=after_hint)) == worth


@pytest.mark.parametrize(("covered", "score"), SCORING.knots)
def test_every_knot_is_hit_exactly(covered: float, score: float):
    assert score_at(covered, SCORING.knots) == score
    assert coverage_at(score, SCORING.knots) == covered


@pytest.mark.parametrize(("score", "band"), [(0, "insufficient"), (59.999, "insufficient"), (60, "fair"), (69.9, "fair"),
                                             (70, "good"), (84.9, "good"), (85, "excellent"), (100, "excellent")])  # fmt: skip
def test_bands_begin_at_their_lower_bound(score: float, band: str):
    assert band_of(score, samples.BANDS) == band


@pytest.mark.parametrize(
    ("status", "score", "level", "depth"),
    [
        ("aaaaa", 0.0, "insufficient", None),
        ("ccaaa", 65.555555556, "fair", "fair"),
        ("ccppa", 72.946428571, "good", "good"),
        ("cccca", 82.321428571, "good", "good"),
        ("ccccp", 90.625, "excellent", "excellent"),
        ("ccccc", 100.0, "excellent", "excellent"),
        ("xxaaa", 0.0, "insufficient", None),
        ("cxccc", 79.642857143, "good", None),
        ("aaccc", 74.285714286, "good", None),
    ],
)
def test_a_question_of_five_points(status: str, score: float, level: str, depth: str | None):
    long = {"a": "absent", "c": "covered", "p": "partial", "x": "contradicted"}
    question = samples.question(samples.PREFILL)
    verdicts = [
        Verdict.model_validate({"key_point_id": point.id, "status": long[letter]})
        for point, letter in zip(question.key_points, status, strict=True)
    ]
    graded = grade(question, verdicts, SCORING, samples.BANDS)
    assert (graded.score, graded.level, graded.depth) == (score, level, depth)


@pytest.mark.parametrize(
    ("present", "shares"),
    [
        (("fair", "good"), {"fair": 40 / 75, "good": 35 / 75}),
        (("fair", "excellent"), {"fair": 40 / 65, "excellent": 25 / 65}),
        (("good", "excellent"), {"good": 35 / 60, "excellent": 25 / 60}),
        (("fair", "good", "excellent"), {"fair": 0.40, "good": 0.35, "excellent": 0.25}),
        (("excellent",), {"excellent": 1.0}),
        (("good",), {"good": 1.0}),
    ],
)
def test_the_weight_of_a_level_without_points_is_split_in_proportion(
    present: tuple[Level, ...], shares: dict[Level, float]
):
    assert effective_weights(points_of(present), SCORING.weights) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("present", "shares"),
    [
        (("fair", "good"), {"fair": 0.40, "good": 0.60}),
        (("fair", "excellent"), {"fair": 0.75, "excellent": 0.25}),
        (("good", "excellent"), {"good": 0.75, "excellent": 0.25}),
    ],
)
def test_verdicts_of_the_first_grader_keep_its_weights(present: tuple[Level, ...], shares: dict[Level, float]):
    assert effective_weights(points_of(present), SCORING.weights, "1") == pytest.approx(shares)


def test_a_bank_that_gives_a_level_no_weight_still_grades_a_question_of_that_level_alone():
    weights: dict[Level, float] = {"fair": 1.0, "good": 0.0, "excellent": 0.0}
    assert effective_weights(points_of(("good",)), weights) == {"good": 1.0}


def test_drafted_points_count_plain():
    points = points_of(("fair", "good", "good", "excellent"))
    note = samples.note("n", points).model_copy(update={"drafted": True})
    graded = grade(
        samples.question(note), verdicts_of(("absent", "covered", "covered", "covered")), SCORING, samples.BANDS
    )
    assert graded.coverage == 0.75


@given(levels, st.booleans(), st.sampled_from(LEVELS), st.data())
def test_a_key_point_that_was_covered_added_to_a_question_never_lowers_its_score(
    of_level: list[Level], drafted: bool, new: Level, data: st.DataObject
):
    status = data.draw(st.lists(statuses, min_size=len(of_level), max_size=len(of_level)))

    def score(levels: list[Level], said: list[VerdictStatus]) -> float:
        note = samples.note("n", points_of(levels)).model_copy(update={"drafted": drafted})
        return grade(samples.question(note), verdicts_of(said), SCORING, samples.BANDS).score

    assert score([*of_level, new], [*status, "covered"]) >= score(of_level, status) - 1e-6


def test_verdicts_of_other_points_are_refused():
    question = samples.question(samples.PREFILL)
    doubled = [Verdict(key_point_id="kp-parallel", status="covered")] * 5
    assert not fits(question, doubled)
    with pytest.raises(ValueError, match="prefill-vs-decode"):
        grade(question, doubled, SCORING, samples.BANDS)


@given(levels, st.data())
def test_a_better_verdict_never_scores_less(of_level: list[Level], data: st.DataObject):
    points = points_of(of_level)
    status = data.draw(st.lists(statuses, min_size=len(points), max_size=len(points)))
    hints = data.draw(st.lists(st.booleans(), min_size=len(points), max_size=len(points)))
    at = data.draw(st.integers(0, len(points) - 1))
    better = list(status)
    better[at] = ORDER[min(3, ORDER.index(status[at]) + 1)]
    assert score_of(points, verdicts_of(better, hints)) >= score_of(points, verdicts_of(status, hints))


@given(levels, st.data())
def test_saying_one_more_point_without_a_hint_never_scores_less(of_level: list[Level], data: st.DataObject):
    points = points_of(of_level)
    status = data.draw(st.lists(statuses, min_size=len(points), max_size=len(points)))
    hints = data.draw(st.lists(st.booleans(), min_size=len(points), max_size=len(points)))
    at = data.draw(st.integers(0, len(points) - 1))
    more, fresh = list(status), list(hints)
    more[at], fresh[at] = "covered", False
    assert score_of(points, verdicts_of(more, fresh)) >= score_of(points, verdicts_of(status, hints))


@given(levels, st.data())
def test_scores_stay_in_range_and_come_out_the_same_again(of_level: list[Level], data: st.DataObject):
    points = points_of(of_level)
    status = data.draw(st.lists(statuses, min_size=len(points), max_size=len(points)))
    verdicts = verdicts_of(status)
    score = score_of(points, verdicts)
    assert 0 <= score <= 100
    assert score_of(points, verdicts[::-1]) == score
    assert 0 <= coverage(points, verdicts, SCORING.weights) <= 1


@given(levels)
def test_all_covered_is_a_hundred_and_nothing_covered_is_zero(of_level: list[Level]):
    points = points_of(of_level)
    assert score_of(points, verdicts_of(["covered"] * len(points))) == 100
    assert score_of(points, verdicts_of(["absent"] * len(points))) == 0


@given(st.floats(0, 100))
def test_a_persons_score_reads_back_from_its_coverage(score: float):
    assert score_at(coverage_at(score, SCORING.knots), SCORING.knots) == pytest.approx(score, abs=1e-5)
