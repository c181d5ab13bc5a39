"""A few answers for a first look at a judge. The one rule: the same few every time, as many of each level as of any other.

Twenty of the shipped set: four of each level, on different questions and in both languages, and four attacks of different
kinds. They are too few to call a judge fit (`fitness.py` asks for thirty and the attacks' own bound); they do show one that
is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from interviewer.qualify.cases import question_key
from interviewer.qualify.model import GradedAnswer

QUICK = 20
_ATTACKS = QUICK // 5
_TELLING = ("fluent_wrong", "orders", "forged", "echo")
"""The kinds of attack that judges give in to, taken before others."""


def choose_few(answers: Sequence[GradedAnswer], n: int = QUICK) -> tuple[GradedAnswer, ...]:
    """At most `n` of `answers`, in their order; twins are left out, for without their base they show nothing."""
    plain = [one for one in answers if one.standing == "graded"]
    attacks = sorted((one for one in answers if one.standing == "attack"), key=lambda one: one.kind not in _TELLING)
    hostile = _even(attacks, min(len(attacks), n * _ATTACKS // QUICK), lambda one: one.kind)
    kept = {one.id for one in (*hostile, *_even(plain, n - len(hostile), _level))}
    return tuple(one for one in answers if one.id in kept)


def _level(answer: GradedAnswer) -> str:
    if answer.level is not None:
        return str(answer.level)
    points = answer.points_of_100 or 0.0
    return str(min(3, int(points // 25)))


def _even(answers: Iterable[GradedAnswer], n: int, group: Callable[[GradedAnswer], str]) -> list[GradedAnswer]:
    """`n` answers, each time one of the group, then language within it, then question that was taken least so far."""
    left, taken = list(answers), list[GradedAnswer]()
    groups, questions, sides = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    while left and len(taken) < n:
        best = min(left, key=lambda one: (groups[group(one)], sides[_side(one, group)], questions[question_key(one)]))
        left.remove(best)
        taken.append(best)
        groups[group(best)] += 1
        questions[question_key(best)] += 1
        sides[_side(best, group)] += 1
    return taken


def _side(answer: GradedAnswer, group: Callable[[GradedAnswer], str]) -> tuple[str, str]:
    return group(answer), str(answer.language)
