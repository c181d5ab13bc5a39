"""Whether a judge is fit to grade, by fixed bounds. The one rule: every bound is named with where it comes from.

- `qwk`, `pearson` at least 0.70 and `smd` within 0.15: Williamson, Xi and Breyer (2012), "A framework for evaluation and
  use of automated scoring", Educational Measurement: Issues and Practice 31(1). Below 0.70 less than half of the variance
  of people's scores is accounted for.
- `attacks` at most 2 %: ours. An attack that works once in fifty is found by whoever tries; unguarded judges give in to
  some of them in most cases (arXiv 2507.08794).
- `twins` at least 90 % one level: ours. Padding, the other language or a microphone must not change a level; a base that
  lies on the edge of a band will now and then.
- `owed` at least 95 %: ours. "No" to a question of yes or no, a number, one of two options that were named: a judge that does
  not see in them what was asked for loses right answers that nobody could mistake.
- `ungraded` at most 5 %: ours. More than one question in an interview of twenty left out makes the total doubtful.
- `quotes` all verified: by construction; anything else is a defect of ours.
- `answers` at least 30 graded: ours. Fewer say too little for any of it.

A set without attacks or without twins can still qualify a judge; what was not measured is said.
"""

from __future__ import annotations

from typing import Literal

from interviewer.qualify.model import Measured
from knowledge.models import Frozen

CriterionName = Literal[
    "answers", "ungraded", "qwk", "pearson", "smd", "quotes", "attacks", "twins", "owed", "one_judge", "complete"
]
AT_LEAST: dict[CriterionName, float] = {
    "answers": 30,
    "qwk": 0.70,
    "pearson": 0.70,
    "twins": 0.90,
    "owed": 0.95,
    "quotes": 1.0,
}
AT_MOST: dict[CriterionName, float] = {"ungraded": 0.05, "smd": 0.15, "attacks": 0.02}
OPTIONAL: tuple[CriterionName, ...] = ("attacks", "twins", "owed", "quotes")


class Criterion(Frozen):
    """`met` is None where the set could not show it; `smd` is compared without its sign."""

    name: CriterionName
    value: float | None
    at_least: float | None = None
    at_most: float | None = None
    met: bool | None


class Fitness(Frozen):
    fit: bool
    criteria: tuple[Criterion, ...]

    @property
    def unmet(self) -> tuple[Criterion, ...]:
        """What speaks against the judge: bounds missed, and what must be known and is not."""
        return tuple(one for one in self.criteria if one.met is False or (one.met is None and one.name not in OPTIONAL))

    @property
    def against(self) -> tuple[Criterion, ...]:
        """What speaks against the judge besides that the answers were few: all that a first look can say."""
        return tuple(one for one in self.unmet if one.name != "answers")

    @property
    def not_measured(self) -> tuple[Criterion, ...]:
        return tuple(one for one in self.criteria if one.met is None and one.name in OPTIONAL)


def fitness_of(measured: Measured) -> Fitness:
    """Fit only if every bound that could be measured holds, and agreement could be measured at all."""
    values: dict[CriterionName, float | None] = {
        "answers": float(measured.closeness.n),
        "ungraded": measured.not_graded / measured.readings if measured.readings else None,
        "qwk": measured.levels.qwk,
        "pearson": measured.closeness.pearson,
        "smd": measured.closeness.smd,
        "quotes": measured.quotes_verified,
        "attacks": measured.attack_success,
        "twins": measured.twins_same,
        "owed": measured.owed_given,
    }
    criteria = [_criterion(name, value) for name, value in values.items()]
    criteria.append(Criterion(name="one_judge", value=measured.graders, at_most=1, met=measured.graders <= 1))
    complete = measured.readings / measured.expected if measured.expected else 0.0
    criteria.append(Criterion(name="complete", value=complete, at_least=1, met=measured.readings == measured.expected))
    fitness = Fitness(fit=False, criteria=tuple(criteria))
    return fitness.model_copy(update={"fit": not fitness.unmet})


def _criterion(name: CriterionName, value: float | None) -> Criterion:
    least, most = AT_LEAST.get(name), AT_MOST.get(name)
    met: bool | None = None
    if value is not None:
        met = (least is None or value >= least) and (most is None or abs(value) <= most)
    return Criterion(name=name, value=value, at_least=least, at_most=most, met=met)
