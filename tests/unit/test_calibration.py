"""How sure against how often right, from pairs and from readings; drawn and printed."""

from __future__ import annotations

import pytest

from interviewer.models import Verdict
from interviewer.qualify import fitness_of
from interviewer.qualify.calibration import calibration
from interviewer.qualify.page import as_html
from interviewer.qualify.text import as_text
from tests.builders import BANDS
from tests.unit.test_qualify import answer, measured, reading


def test_a_judge_as_often_right_as_it_was_sure_has_no_error():
    found = calibration([(0.75, True)] * 3 + [(0.75, False)])
    assert found is not None
    assert (found.n, found.error, len(found.bins)) == (4, 0.0, 1)


@pytest.mark.parametrize(
    ("pairs", "error"),
    [
        ([(1.0, False)], 1.0),
        ([(0.5, True), (0.5, False), (0.9, True), (0.9, True)], 0.05),
        ([(0.25, True)] * 3, 0.75),
    ],
)
def test_the_error_is_the_mean_distance_weighted_by_the_bins(pairs, error):
    found = calibration(pairs)
    assert found is not None
    assert found.error == pytest.approx(error)


def test_nothing_to_compare_is_none_and_never_a_zero():
    assert calibration([]) is None


def sure_of(id, *rows):
    """A reading whose verdicts are (status, claimed, sure)."""
    one = reading(id, 2)
    verdicts = tuple(
        Verdict(key_point_id=f"k{n}", status=status, claimed=claimed, sure=sure)
        for n, (status, claimed, sure) in enumerate(rows)
    )
    return one.model_copy(update={"result": one.result.model_copy(update={"verdicts": verdicts})})


def test_what_code_took_back_is_compared_as_the_judge_had_given_it_and_what_has_no_probability_not_at_all():
    given = answer("a", 2, verdicts=["covered", "absent", "partial"])
    found = measured(
        [given], [sure_of("a", ("absent", "covered", 0.9), ("absent", None, 0.7), ("covered", None, None))]
    )
    assert found.calibration is not None
    assert (found.calibration.n, [one.right for one in found.calibration.bins]) == (2, [1.0, 1.0])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_drawn_with_its_figure_or_said_that_it_cannot_be(language):
    given = answer("a", 2, verdicts=["covered", "absent"])
    told = measured([given], [sure_of("a", ("covered", None, 0.9), ("covered", None, 0.9))])
    page = as_html(told, fitness_of(told), language, 1.0, BANDS)
    assert '<svg class="reliability"' in page
    assert "0.400" in page
    assert "0.400 (n = 2)" in as_text(told, fitness_of(told), language, 1.0)
    silent = measured([given], [sure_of("a", ("covered", None, None), ("covered", None, None))])
    page = as_html(silent, fitness_of(silent), language, 1.0, BANDS)
    assert '<svg class="reliability"' not in page
    assert ("服务未提供" if language == "zh" else "not told") in as_text(silent, fitness_of(silent), language, 1.0)
