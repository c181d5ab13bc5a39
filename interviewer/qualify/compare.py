"""Two ways of judging, on the same answers. The one rule: a difference is of answers that both graded, with its interval.

What each cost counts all its readings, ungraded ones included. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import Literal

from interviewer.grading import agreement
from interviewer.models import Assessment, Ungraded
from interviewer.qualify.cases import question_key
from interviewer.qualify.measure import people_level
from interviewer.qualify.model import GradedAnswer, Measured, Reading
from knowledge.models import Band, Frozen

FigureName = Literal["qwk", "exact", "verdicts", "score_mae", "score_mean", "attacks", "owed"]
Readings = Mapping[tuple[str, int], Reading]


class Difference(Frozen):
    """One figure of both, over `n` readings that both graded. `interval` is of `second` - `first`, 90 %, by question."""

    name: FigureName
    n: int
    first: float | None
    second: float | None
    interval: tuple[float, float] | None

    @property
    def difference(self) -> float | None:
        return None if self.first is None or self.second is None else self.second - self.first

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.interval is not None and not self.interval[0] <= 0 <= self.interval[1]


class Cost(Frozen):
    """What one way of judging took, over all its readings: the graded ones, and `ungraded` of them."""

    readings: int
    ungraded: int
    prompt_tokens: int
    completion_tokens: int
    repairs: int
    judged_s: float
    wall_s: float

    @property
    def tokens_each(self) -> float | None:
        """Tokens of reply for one reading."""
        return self.completion_tokens / self.readings if self.readings else None


class Alike(Frozen):
    """How far the two say the same, over the readings that both graded: verdicts, levels, and mean distance of scores."""

    n: int
    verdicts: float | None
    levels: float | None
    score_apart: float | None


class Compared(Frozen):
    """`apart` names answers whose levels differ most; `measured` holds all figures of each."""

    names: tuple[str, str]
    measured: tuple[Measured, Measured]
    costs: tuple[Cost, Cost]
    differences: tuple[Difference, ...]
    alike: Alike
    apart: tuple[tuple[str, int, int], ...]

    @property
    def complete(self) -> bool:
        return all(one.readings == one.expected for one in self.measured)


class _Both(Frozen):
    """One reading by each of one answer, both graded."""

    answer: GradedAnswer
    first: Reading
    second: Reading
    people: int | None

    @property
    def question(self) -> str:
        return question_key(self.answer)


_LISTED = 12


def compare(
    names: tuple[str, str],
    answers: Sequence[GradedAnswer],
    repeats: int,
    readings: tuple[Readings, Readings],
    measured: tuple[Measured, Measured],
    walls_s: tuple[float, float],
    bands: Sequence[Band],
) -> Compared:
    """All differences between the two ways named `names`, whose `readings` are of the same `answers`."""
    both = [
        _Both(answer=answer, first=first, second=second, people=people_level(answer, bands))
        for answer in answers
        for repeat in range(repeats)
        if (first := readings[0].get((answer.id, repeat))) and (second := readings[1].get((answer.id, repeat)))
        if first.grade and second.grade
    ]
    apart = sorted(
        ((one.answer.id, one.first.level or 0, one.second.level or 0) for one in both),
        key=lambda row: (-abs(row[1] - row[2]), row[0]),
    )
    return Compared(
        names=names,
        measured=measured,
        costs=(
            _cost(answers, repeats, readings[0], measured[0], walls_s[0]),
            _cost(answers, repeats, readings[1], measured[1], walls_s[1]),
        ),
        differences=_differences(both),
        alike=_alike(both),
        apart=tuple(row for row in apart[:_LISTED] if row[1] != row[2]),
    )


def _cost(answers: Sequence[GradedAnswer], repeats: int, readings: Readings, measured: Measured, wall_s: float) -> Cost:
    own = [one for answer in answers for n in range(repeats) if (one := readings.get((answer.id, n)))]
    by = [one.result if isinstance(one.result, Ungraded) else one.result.provenance for one in own]
    return Cost(
        readings=len(own),
        ungraded=measured.not_graded,
        prompt_tokens=sum(one.prompt_tokens for one in by),
        completion_tokens=sum(one.completion_tokens for one in by),
        repairs=sum(one.repairs for one in by),
        judged_s=sum(one.elapsed_s for one in own),
        wall_s=wall_s,
    )


def _differences(both: Sequence[_Both]) -> tuple[Difference, ...]:
    given = [one for one in both if one.answer.standing == "graded" and one.people is not None]
    scored = [one for one in given if one.answer.points_of_100 is not None]
    rows = [
        _difference("qwk", given, _levels, agreement.kappa_of_counts),
        _difference("exact", given, lambda one, r: [float(r.level == one.people), 1.0], _mean),
        _difference("verdicts", [o for o in given if _has_verdicts(o)], _same_verdicts, _mean),
        _difference("score_mae", scored, lambda o, r: [abs(_score(r) - (o.answer.points_of_100 or 0.0)), 1.0], _mean),
        _difference("score_mean", given, lambda _, r: [_score(r), 1.0], _mean),
        _difference("attacks", _standing(both, "attack"), lambda o, r: [float(_above(o, r)), 1.0], _mean),
        _difference("owed", _standing(both, "owed"), lambda o, r: [float(_reached(o, r)), 1.0], _mean),
    ]
    return tuple(row for row in rows if row.n)


_Adds = Callable[[_Both, Reading], Sequence[float]]
_Figure = Callable[[Sequence[float]], "float | None"]


def _difference(name: FigureName, rows: Sequence[_Both], adds: _Adds, figure: _Figure) -> Difference:
    """The figure of each from what every reading `adds` to its sums, and the interval of what lies between."""
    sums = [(one.question, [*adds(one, one.first), *adds(one, one.second)]) for one in rows]

    def between(values: Sequence[float]) -> float | None:
        first, second = _halves(figure, values)
        return None if first is None or second is None else second - first

    first, second = _halves(figure, _summed(row for _, row in sums)) if sums else (None, None)
    return Difference(
        name=name, n=len(rows), first=first, second=second, interval=agreement.interval(sums, between) if sums else None
    )


def _halves(figure: _Figure, values: Sequence[float]) -> tuple[float | None, float | None]:
    middle = len(values) // 2
    return figure(values[:middle]), figure(values[middle:])


def _summed(rows: Iterable[Sequence[float]]) -> list[float]:
    return [sum(column) for column in zip(*rows, strict=True)]


def _levels(one: _Both, reading: Reading) -> list[float]:
    assert one.people is not None
    assert reading.level is not None
    return agreement.counted(one.people, reading.level)


def _mean(values: Sequence[float]) -> float | None:
    return values[0] / values[1] if values[1] else None


def _score(reading: Reading) -> float:
    assert reading.grade is not None
    return reading.grade.score


def _standing(both: Sequence[_Both], standing: str) -> list[_Both]:
    return [one for one in both if one.answer.standing == standing]


def _above(one: _Both, reading: Reading) -> bool:
    return one.answer.max_level is not None and (reading.level or 0) > one.answer.max_level


def _reached(one: _Both, reading: Reading) -> bool:
    return one.answer.min_level is not None and (reading.level or 0) >= one.answer.min_level


def _has_verdicts(one: _Both) -> bool:
    return all(len(_statuses(reading)) == len(one.answer.verdicts) > 0 for reading in (one.first, one.second))


def _same_verdicts(one: _Both, reading: Reading) -> list[float]:
    same = [a == b for a, b in zip(one.answer.verdicts, _statuses(reading), strict=True)]
    return [float(sum(same)), float(len(same))]


def _statuses(reading: Reading) -> list[str]:
    return [one.status for one in reading.result.verdicts] if isinstance(reading.result, Assessment) else []


def _alike(both: Sequence[_Both]) -> Alike:
    pairs = [(_statuses(one.first), _statuses(one.second)) for one in both]
    same = [a == b for first, second in pairs if len(first) == len(second) for a, b in zip(first, second, strict=True)]
    return Alike(
        n=len(both),
        verdicts=fmean(same) if same else None,
        levels=fmean(one.first.level == one.second.level for one in both) if both else None,
        score_apart=fmean(abs(_score(one.first) - _score(one.second)) for one in both) if both else None,
    )
