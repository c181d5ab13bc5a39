"""Figures of agreement against values worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.grading import agreement

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40)


def kappa(people, judge):
    return agreement.quadratic_weighted_kappa(agreement.confusion(people, judge))


def test_rows_of_the_confusion_are_people():
    assert agreement.confusion([0, 0, 3], [0, 1, 2]) == ((1, 1, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 1, 0))


def test_kappa_of_one_adjacent_slip():
    # seen: (3-2)^2 = 1; by chance: columns (1,1,2,0) against uniform rows: (14 + 6 + 2*6) / 4 = 8; 1 - 1/8
    assert kappa([0, 1, 2, 3], [0, 1, 2, 2]) == pytest.approx(0.875)


def test_kappa_of_levels_turned_round_is_minus_one():
    assert kappa([0, 3], [3, 0]) == pytest.approx(-1.0)


def test_kappa_of_chance_agreement_is_zero():
    assert kappa([0, 0, 3, 3], [0, 3, 0, 3]) == pytest.approx(0.0)


@pytest.mark.parametrize(("people", "judge"), [([], []), ([2, 2, 2], [2, 2, 2])])
def test_kappa_without_variation_is_not_a_number(people, judge):
    assert kappa(people, judge) is None


@given(PAIRS)
def test_kappa_does_not_care_who_is_the_judge_and_never_passes_one(pairs):
    people, judge = zip(*pairs, strict=True)
    one, other = kappa(people, judge), kappa(judge, people)
    assert one == pytest.approx(other)
    assert one is None or one <= 1


@given(PAIRS)
def test_full_agreement_is_one_wherever_it_is_defined(pairs):
    people = [first for first, _ in pairs]
    assert kappa(people, people) in (None, 1.0)


def test_pearson_by_hand():
    assert agreement.pearson([1, 2, 3], [1, 3, 2]) == pytest.approx(0.5)
    assert agreement.pearson([1, 2, 3], [30, 20, 10]) == pytest.approx(-1.0)
    assert agreement.pearson([1, 2], [5, 5]) is None
    assert agreement.pearson([1], [1]) is None


def test_distances_by_hand():
    assert agreement.rmse([0, 2], [1, 4]) == pytest.approx((5 / 2) ** 0.5)
    assert agreement.mean_absolute_error([0, 2], [1, 4]) == pytest.approx(1.5)
    assert agreement.rmse([], []) is None
    assert agreement.mean_absolute_error([], []) is None


def test_standardised_mean_difference_by_hand():
    # means 1 and 2, both variances 2: 1 / sqrt(2); a lenient judge is positive
    assert agreement.standardised_mean_difference([0, 2], [1, 3]) == pytest.approx(0.5**0.5)
    # variances 2 and 8: (3 - 1) / sqrt(5)
    assert agreement.standardised_mean_difference([0, 2], [1, 5]) == pytest.approx(2 / 5**0.5)
    assert agreement.standardised_mean_difference([2, 0], [0, 0]) == pytest.approx(-1.0)
    assert agreement.standardised_mean_difference([1, 1], [2, 2]) is None


def test_shares_of_exact_and_adjacent_levels():
    assert agreement.share_within([0, 1, 2, 3], [0, 2, 0, 3], 0) == 0.5
    assert agreement.share_within([0, 1, 2, 3], [0, 2, 0, 3], 1) == 0.75
    assert agreement.share_within([], [], 1) is None


def test_the_interval_holds_the_kappa_is_repeatable_and_widens_with_fewer_questions():
    people, judge = [0, 1, 2, 3, 1, 2], [0, 1, 2, 2, 2, 2]
    many = [(f"q{q}", a, b if q % 3 else (b + 1) % 4) for q in range(40) for a, b in zip(people, judge, strict=True)]
    few = many[: 6 * 6]
    low, high = agreement.kappa_interval(many)
    assert low < kappa([p for _, p, _ in many], [j for _, _, j in many]) < high
    assert agreement.kappa_interval(many) == (low, high)
    fewer_low, fewer_high = agreement.kappa_interval(few)
    assert fewer_high - fewer_low > high - low


def test_no_interval_from_fewer_than_five_questions():
    assert agreement.kappa_interval([(f"q{n}", n % 4, n % 4) for n in range(4)]) is None
