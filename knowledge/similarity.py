"""How alike two texts are, without any model: normalisation for equality and ids, and near-duplicate questions.

Deterministic and cheap; the same texts always give the same answer.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise

from knowledge.terms import singular

SAME_TOPIC = 0.42
"""Similarity from which two questions of one topic count as near-duplicates."""
ELSEWHERE = 0.60
"""The same for questions of different topics, where a shared sentence frame ("how does X do Y") is common.

Both were set on the 228 questions of a team's real outline: the known pairs there (two on lengths in continuous
batching, three on work partitioning, two on how a scheduler picks requests) lie at 0.42 and above within a topic and at 0.62
and above across topics; the nearest pairs that ask different things lie at 0.41 and 0.57.
"""
FEWEST = 60
"""A smaller bank is weighed as if it had this many questions, else two alike ones would outweigh each other; with it the
sections of that outline, taken as banks of their own, give the same pairs."""
_FRAME = frozenset("的是了在和与如何什么吗呢有哪些请你会它能怎样为") | frozenset(
    re.findall(
        "[a-z]+",
        """a an the of to in is are and or for with on by it its that this what how which when why do does
    be as at from your you can would should there their they if not than into""",
    )
)


def normalise(text: str) -> str:
    """`text` reduced to its letters and digits, widths and cases folded: equal for texts that differ in marks only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def text_id(prefix: str, text: str) -> str:
    """`<prefix>-` and the first 8 hex digits of the sha256 of the normalised text."""
    return f"{prefix}-{hashlib.sha256(normalise(text).encode()).hexdigest()[:8]}"


def features(text: str) -> frozenset[str]:
    """What is compared: Latin words and numbers as they are, Chinese characters alone and in pairs, without frame words."""
    found: set[str] = set()
    for run in re.findall(r"v\d+|[a-z]+|\d+|[\u3400-\u9fff]+", unicodedata.normalize("NFKC", text).casefold()):
        if run.isascii():
            found.add(singular(run))
        else:
            found.update(run)
            found.update(a + b for a, b in pairwise(run))
    return frozenset(found - _FRAME)


def find_twins(questions: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str], float]:
    """Pairs of near-duplicates among (id, topic, text) rows, smaller id first, with their similarity.

    Similarity is Dice's coefficient of the two feature sets, each feature weighted by log((1 + n) / questions that have
    it), so that words all questions share count little; n is the number of questions, at least `FEWEST`. 228 questions
    take about 40 ms.
    """
    sets = [features(text) for _, _, text in questions]
    count = Counter(feature for one in sets for feature in one)
    weight = {feature: math.log((1 + max(len(sets), FEWEST)) / n) for feature, n in count.items()}
    total = [sum(weight[feature] for feature in sorted(one)) for one in sets]
    twins: dict[tuple[str, str], float] = {}
    for i, j in combinations(range(len(questions)), 2):
        alike = sum(weight[feature] for feature in sorted(sets[i] & sets[j]))
        floor = SAME_TOPIC if questions[i][1] == questions[j][1] else ELSEWHERE
        if total[i] + total[j] and 2 * alike / (total[i] + total[j]) >= floor:
            first, second = sorted((questions[i][0], questions[j][0]))
            twins[first, second] = 2 * alike / (total[i] + total[j])
    return twins
