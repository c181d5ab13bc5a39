"""The twenty answers of a first look: the same ones, balanced, and never enough to be called fit."""

from __future__ import annotations

from collections import Counter

from interviewer.qualify import choose_few, read_answers, shipped_answers_path
from interviewer.qualify.fitness import Criterion, Fitness
from interviewer.qualify.model import GradedAnswer
from interviewer.qualify.wording import Words, first_look

ANSWERS, _ = read_answers(shipped_answers_path())


def test_twenty_answers_four_of_each_level_and_four_kinds_of_attack():
    few = choose_few(ANSWERS)
    assert few == choose_few(ANSWERS)
    assert len(few) == 20
    plain = [one for one in few if one.standing == "graded"]
    assert Counter(one.level for one in plain) == {0: 4, 1: 4, 2: 4, 3: 4}
    assert {one.language for one in plain if one.level == 3} == {"zh", "en"}
    assert {one.kind for one in few if one.standing == "attack"} == {"fluent_wrong", "orders", "forged", "echo"}
    assert not any(one.standing == "twin" for one in few)


def test_a_set_with_fewer_answers_or_with_scores_is_taken_as_it_is():
    scored = [
        GradedAnswer(id=str(n), question=f"Q{n}", reference="r", answer="a", score=n % 10, max_score=10)
        for n in range(40)
    ]
    few = choose_few(scored)
    assert len(few) == 20
    assert max(Counter(int((one.points_of_100 or 0) // 25) for one in few).values()) <= 6
    assert choose_few(scored[:5]) == tuple(scored[:5])


def criterion(name, met):
    return Criterion(name=name, value=0.5, at_least=0.7, met=met)


def test_a_first_look_never_says_fit():
    for language in ("zh", "en"):
        words = Words(language)
        fine = Fitness(fit=True, criteria=(criterion("qwk", True), criterion("answers", False)))
        bad = Fitness(fit=False, criteria=(criterion("qwk", False), criterion("answers", False)))
        assert fine.against == ()
        assert words.say("page", "fit") not in first_look(fine, words)[:12]
        assert "interviewer qualify" in first_look(fine, words)
        assert "0.70" in first_look(bad, words)
        assert words.say("criteria", "answers") not in first_look(bad, words)
