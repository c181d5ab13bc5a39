"""Near-duplicates: the pairs that comparing everything with everything would find, and an end to banks that are all alike."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from itertools import combinations

import pytest

from knowledge.bank import load_bank, shipped_bank_path
from knowledge.similarity import features
from knowledge.twins import ELSEWHERE, SAME_TOPIC, Row, find_twins, search_twins

WORDS = ["".join((a, b)) for a in "bcdfgklmnp" for b in ("ab", "ek", "ip", "or", "ut")] * 1
SIGNS = [chr(0x4E00 + n) for n in range(60)]


def everything_with_everything(questions: list[Row]) -> dict[tuple[str, str], float]:
    """Dice's coefficient of weighted features, as it is defined, without any shortcut."""
    sets = [features(text) for _, _, text in questions]
    count = Counter(feature for one in sets for feature in one)
    weight = {feature: math.log((1 + max(len(sets), 60)) / n) for feature, n in count.items()}
    total = [sum(weight[feature] for feature in sorted(one)) for one in sets]
    found: dict[tuple[str, str], float] = {}
    for i, j in combinations(range(len(questions)), 2):
        alike = sum(weight[feature] for feature in sorted(sets[i] & sets[j]))
        floor = SAME_TOPIC if questions[i][1] == questions[j][1] else ELSEWHERE
        if total[i] + total[j] and 2 * alike / (total[i] + total[j]) >= floor:
            first, second = sorted((questions[i][0], questions[j][0]))
            found[first, second] = 2 * alike / (total[i] + total[j])
    return found


def drawn(seed: int) -> list[Row]:
    """A small bank of random questions: few or many words, few or many topics, some questions equal or empty."""
    dice = random.Random(seed)
    words = dice.choice([WORDS[:8], WORDS, WORDS + SIGNS, SIGNS[:12]])
    topics = dice.choice([1, 2, 150])
    rows = [
        (f"q{dice.random()}", f"t{dice.randrange(topics)}", " ".join(dice.choices(words, k=dice.randint(0, 8))))
        for _ in range(dice.choice([4, 60, 150]))
    ]
    return rows + [(f"again{n}", topic, text) for n, (_, topic, text) in enumerate(rows[::9])]


@pytest.mark.parametrize("seed", range(40))
def test_the_pairs_are_those_of_comparing_everything(seed: int) -> None:
    rows = drawn(seed)
    assert list(find_twins(rows).items()) == list(everything_with_everything(rows).items())


def test_the_pairs_of_the_shipped_bank_are_those_of_comparing_everything() -> None:
    bank = load_bank(shipped_bank_path())
    rows = [(q.id, f"{q.section_id}/{q.topic}", q.text.zh) for q in bank.questions]
    expected = everything_with_everything(rows)
    assert find_twins(rows) == expected
    assert bank.twins == frozenset(expected)


def groups(pairs: dict[tuple[str, str], float]) -> set[frozenset[str]]:
    """What the pairs join, directly or through others."""
    group: dict[str, set[str]] = {}
    for one, other in pairs:
        joined = group.get(one, {one}) | group.get(other, {other})
        group |= dict.fromkeys(joined, joined)
    return {frozenset(one) for one in group.values()}


@pytest.mark.parametrize("seed", range(12))
def test_where_pairs_are_too_many_the_groups_are_still_whole(seed: int) -> None:
    rows = drawn(seed)
    whole = find_twins(rows)
    few = search_twins(rows, most_pairs=10)
    assert groups(few.pairs) == groups(whole)
    assert few.every_pair == (len(whole) < 10)
    assert few.pairs.items() <= whole.items()
    assert len(few.pairs) <= 10 + len(rows)


def test_a_search_that_would_take_too_long_says_where_it_stopped() -> None:
    dice = random.Random(1)
    rows = [(f"q{n}", "t", " ".join(dice.sample(WORDS[:20], 10))) for n in range(2000)]
    cut = search_twins(rows, most_work=100_000)
    assert 0 < cut.looked_at < 2000
    assert search_twins(rows[:50], most_work=100_000).looked_at == 50


@pytest.mark.parametrize("name", ["alike", "one word apart", "by template"])
def test_eight_thousand_questions_take_seconds(name: str) -> None:
    dice = random.Random(2)
    words = ["".join(dice.choices("bcdfgaeiou", k=6)) for _ in range(3000)]
    texts = {
        "alike": lambda n: "How does a planner choose between two indexes?",
        "one word apart": lambda n: f"How does service number {n} handle retries when the queue is full?",
        "by template": lambda n: (
            f"Why does {dice.choice(words[:99])} {dice.choice(words[99:120])} {dice.choice(words[:500])}?"
        ),
    }[name]
    rows = [(f"q{n}", "one topic", texts(n)) for n in range(8000)]
    started = time.process_time()
    assert search_twins(rows).looked_at == 8000
    assert time.process_time() - started < 15  # three times the promise; comparing everything takes a minute
