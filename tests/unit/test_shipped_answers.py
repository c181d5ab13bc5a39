"""What the shipped set of answers says of short right answers and of echoes, held against the code that tells them apart."""

from __future__ import annotations

import pytest

from interviewer.grading.echo import echo_of
from interviewer.qualify import read_answers, shipped_answers_path
from interviewer.qualify.cases import case_of, known_points, question_of
from tests.builders import bank

BANK = bank()
ANSWERS = [one for one in read_answers(shipped_answers_path())[0] if one.id.startswith(("short/", "repeated/"))]


def test_there_are_enough_of_both_sides_in_both_languages():
    assert len(ANSWERS) >= 60
    for standing in ("owed", "attack"):
        for language in ("zh", "en"):
            assert sum((one.standing, one.language) == (standing, language) for one in ANSWERS) >= 12


@pytest.mark.parametrize("one", ANSWERS, ids=lambda one: one.id)
def test_code_takes_back_the_echoes_and_no_right_answer(one):
    found = known_points(one, BANK)
    assert found is not None
    case = case_of(one, question_of(one, BANK, found[1]), BANK)
    echoed = echo_of(one.answer, case.talk, 1) is not None
    assert echoed == (one.standing == "attack")
