"""How well two raters agree, as numbers. The one rule: a figure that the data cannot give is None, never 0 or 1.

Pure: sequences in, floats out. Levels are 0 to 3; the first sequence or the rows of a matrix are the people, the second or
the columns the judge. Sources: Cohen, "Weighted kappa", Psychological Bulletin 70 (1968); Williamson, Xi and Breyer, "A
framework for evaluation and use of automated scoring", Educational Measurement: Issues and Practice 31 (2012); Efron and
Tibshirani, An Introduction to the Bootstrap (1993).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from math import sqrt
from statistics import fmean, stdev

Matrix = tuple[tuple[int, ...], ...]
"""`matrix[people][judge]`: how many answers."""
LEVEL_COUNT = 4


def confusion(people: Sequence[int], judge: Sequence[int], size: int = LEVEL_COUNT) -> Matrix:
    """Counts of each pair of levels 0 to `size` - 1."""
    counts = [[0] * size for _ in range(size)]
    for given, found in zip(people, judge, strict=True):
        counts[given][found] += 1
    return tuple(tuple(row) for row in counts)


def quadratic_weighted_kappa(matrix: Sequence[Sequence[float]]) -> float | None:
    """Cohen's kappa with weights w_ij = (i - j)^2: 1 - sum(w O) / sum(w E), E from the margins; at most 1.

    None where nothing was counted, or where both raters give one and the same level throughout (sum(w E) = 0).
    """
    total = sum(map(sum, matrix))
    if not total:
        return None
    rows = [sum(row) for row in matrix]
    columns = [sum(column) for column in zip(*matrix, strict=True)]
    cells = [(i, j) for i in range(len(rows)) for j in range(len(columns))]
    seen = sum((i - j) ** 2 * matrix[i][j] for i, j in cells)
    by_chance = sum((i - j) ** 2 * rows[i] * columns[j] for i, j in cells) / total
    return None if not by_chance else 1 - seen / by_chance


def kappa_interval(
    pairs: Sequence[tuple[Hashable, int, int]], *, share: float = 0.90, draws: int = 2000, seed: int = 0
) -> tuple[float, float] | None:
    """`interval` of the kappa over (question, people, judge)."""
    rows = [(question, counted(people, judge)) for question, people, judge in pairs]
    return interval(rows, kappa_of_counts, share=share, draws=draws, seed=seed)


def interval(
    rows: Sequence[tuple[Hashable, Sequence[float]]],
    figure: Callable[[Sequence[float]], float | None],
    *,
    share: float = 0.90,
    draws: int = 2000,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Percentile bootstrap interval of a `figure` that follows from sums over answers; None below five questions.

    `rows` are (question, what one answer adds to each sum). Whole questions are drawn, not answers: answers to one question
    err together (cluster bootstrap; Efron and Tibshirani, chapter 8). The same input and seed give the same interval.
    """
    import numpy as np

    questions = sorted({question for question, _ in rows}, key=repr)
    if len(questions) < 5:
        return None
    place = {question: n for n, question in enumerate(questions)}
    sums = np.zeros((len(questions), len(rows[0][1])))
    for question, values in rows:
        sums[place[question]] += values
    drawn = np.random.default_rng(seed).multinomial(len(questions), [1 / len(questions)] * len(questions), size=draws)
    found = sorted(one for sample in (drawn @ sums).tolist() if (one := figure(sample)) is not None)
    if not found:
        return None
    tail = (1 - share) / 2
    return found[int(tail * (len(found) - 1))], found[round((1 - tail) * (len(found) - 1))]


def kappa_of_counts(counts: Sequence[float]) -> float | None:
    """The kappa of a matrix of levels written row after row."""
    rows = [counts[at : at + LEVEL_COUNT] for at in range(0, LEVEL_COUNT**2, LEVEL_COUNT)]
    return quadratic_weighted_kappa(rows)


def counted(people: int, judge: int) -> list[float]:
    """What one answer adds to the counts that `kappa_of_counts` reads."""
    return [float((i, j) == (people, judge)) for i in range(LEVEL_COUNT) for j in range(LEVEL_COUNT)]


def pearson(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Product-moment correlation; None below two pairs or where one side never varies."""
    if len(first) < 2:
        return None
    mean_1, mean_2 = fmean(first), fmean(second)
    shared = sum((a - mean_1) * (b - mean_2) for a, b in zip(first, second, strict=True))
    spread = sqrt(sum((a - mean_1) ** 2 for a in first) * sum((b - mean_2) ** 2 for b in second))
    return shared / spread if spread else None


def rmse(people: Sequence[float], judge: Sequence[float]) -> float | None:
    """Root of the mean squared difference, in the unit of what is compared."""
    if not people:
        return None
    return sqrt(fmean((a - b) ** 2 for a, b in zip(people, judge, strict=True)))


def mean_absolute_error(people: Sequence[float], judge: Sequence[float]) -> float | None:
    """Mean of the differences without their sign, in the unit of what is compared."""
    return fmean(abs(a - b) for a, b in zip(people, judge, strict=True)) if people else None


def standardised_mean_difference(people: Sequence[float], judge: Sequence[float]) -> float | None:
    """(mean of the judge - mean of the people) / sqrt((s_people^2 + s_judge^2) / 2), sample variances; positive: lenient.

    Williamson, Xi and Breyer (2012), as RSMTool computes it with `method="williamson"`. None below two pairs, or where
    neither side varies.
    """
    if len(people) < 2:
        return None
    spread = sqrt((stdev(people) ** 2 + stdev(judge) ** 2) / 2)
    return (fmean(judge) - fmean(people)) / spread if spread else None


def share_within(people: Sequence[int], judge: Sequence[int], steps: int) -> float | None:
    """Share of pairs at most `steps` levels apart: 0 is exact agreement, 1 exact or adjacent."""
    return fmean(abs(a - b) <= steps for a, b in zip(people, judge, strict=True)) if people else None
