"""Near-duplicate questions of a bank: every pair, found in time that grows with the bank and not with its square.

Its rule: two questions are only compared where they share one of their rarer features. That leaves out no pair: of what a
similar pair shares, some lies among the rarest features of both (prefix filtering: Chaudhuri, Ganti and Kaushik, "A Primitive
Operator for Similarity Joins in Data Cleaning", ICDE 2006; Bayardo, Ma and Srikant, "Scaling Up All Pairs Similarity
Search", WWW 2007). Where a bank is so alike that this still is too much, the search stops and says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from knowledge.similarity import features

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
MOST_PAIRS = 50_000
"""Pairs that are all kept; from then on only those that join questions nothing has joined yet, so that groups are whole."""
MOST_WORK = 1_000_000_000
"""Places of the index looked at before the search stops: a quarter of a minute or so."""
FEW = 40
"""Questions of one topic that are simply compared with each other."""
AT_ONCE = 64
"""Questions that are compared before it is looked again which are joined already."""
_SLACK = 1e-9
_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]
Row = tuple[str, str, str]
"""A question as (id, topic, text)."""


@dataclass(slots=True)
class Twins:
    """Pairs of ids, smaller first, with their similarity.

    `every_pair` is false where there were `MOST_PAIRS` or more; `looked_at` is the number of questions, in order, that
    were compared with all before them.
    """

    pairs: dict[tuple[str, str], float]
    every_pair: bool
    looked_at: int


def find_twins(questions: Sequence[Row]) -> dict[tuple[str, str], float]:
    """The pairs of `search_twins`."""
    return search_twins(questions).pairs


def search_twins(questions: Sequence[Row], most_pairs: int = MOST_PAIRS, most_work: int = MOST_WORK) -> Twins:
    """Near-duplicates among the questions, in the order of these.

    Similarity is Dice's coefficient of the two feature sets, each feature weighted by log((1 + n) / questions that have
    it), so that words all questions share count little; n is the number of questions, at least `FEWEST`.
    """
    texts = [text for _, _, text in questions]
    weighed, members = _weighed(texts)
    found = _Found(questions, members, most_pairs)
    stopped = _Search(weighed, found, most_work).run()
    return Twins(found.sorted(), not found.full, len(questions) if stopped is None else members[stopped][0])


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Entries, the different feature sets of a bank, with what comparing them needs.

    `spelt` holds the features of each by number in the order of their spelling, `ranked` by rank, rarest first; `weight` is
    by number, `rank_weight` by rank. `total` is the weight of each entry.
    """

    spelt: list[list[int]]
    ranked: list[_Ints]
    weight: list[float]
    rank_weight: _Floats
    total: _Floats


def _weighed(texts: Sequence[str]) -> tuple[_Weighed, list[list[int]]]:
    """The entries of the texts, and which texts (by their place) have each entry's features."""
    coded = _coded(texts)
    entries: dict[bytes, list[int]] = {}
    for at, codes in enumerate(coded):
        entries.setdefault(codes.tobytes(), []).append(at)
    entries.pop(b"", None)
    members = list(entries.values())
    sizes = [len(coded[one[0]]) for one in members]
    whole = np.concatenate([coded[one[0]] for one in members]) if members else np.zeros(0, dtype=np.int64)
    _, numbers = np.unique(whole, return_inverse=True)
    times = np.bincount(numbers, weights=np.repeat([len(one) for one in members], sizes)).astype(np.int64)
    n = max(len(texts), FEWEST)
    weight = [math.log((1 + n) / int(one)) for one in times]
    by_rarity = np.argsort(times, kind="stable")
    rank = np.empty(len(times), dtype=np.int32)
    rank[by_rarity] = np.arange(len(times), dtype=np.int32)
    cuts = np.cumsum(sizes)[:-1]
    spelt: list[list[int]] = [one.tolist() for one in np.split(numbers, cuts)] if members else []
    ranked = [np.sort(rank[one]) for one in np.split(numbers, cuts)] if members else []
    total = np.array([sum(weight[feature] for feature in one) for one in spelt], dtype=np.float64)
    return _Weighed(spelt, ranked, weight, np.array(weight, dtype=np.float64)[by_rarity], total), members


def _coded(texts: Sequence[str]) -> list[npt.NDArray[np.int64]]:
    """The features of each text as numbers that sort as the features do: strings would take ten times the room."""
    words: dict[str, int] = {}
    coded: list[npt.NDArray[np.int64]] = []
    for text in texts:
        codes: list[int] = []
        for feature in features(text):
            if feature[0].isascii():
                codes.append(-1 - words.setdefault(feature, len(words)))
            else:
                codes.append((ord(feature[0]) << 21) + (ord(feature[1]) if len(feature) > 1 else 0))
        coded.append(np.array(codes, dtype=np.int64))
    place = np.empty(len(words), dtype=np.int64)
    for number, word in enumerate(sorted(words)):  # all of them sort before Chinese
        place[words[word]] = number
    for row in coded:
        words_in = np.flatnonzero(row < 0)
        row[words_in] = place[-1 - row[words_in]]
        row.sort()
    return coded


class _Found:
    """The pairs found so far, and which entries they join. An entry's members all are one group: their sets are equal."""

    def __init__(self, questions: Sequence[Row], members: list[list[int]], most: int) -> None:
        self.members = members
        self.topics = [{questions[at][1] for at in one} for one in members]
        self.group = np.arange(len(members), dtype=np.int32)
        self._questions = questions
        self._most = most
        self._pairs: dict[tuple[int, int], float] = {}
        for one in members:
            self._equal(one)

    @property
    def full(self) -> bool:
        return len(self._pairs) >= self._most

    def sorted(self) -> dict[tuple[str, str], float]:
        named = (
            ((self._questions[i][0], self._questions[j][0]), alike) for (i, j), alike in sorted(self._pairs.items())
        )
        return {(min(pair), max(pair)): alike for pair, alike in named}

    def together(self, one: int, other: int) -> bool:
        return bool(self.group[one] == self.group[other])

    def add(self, one: int, other: int, alike: float) -> None:
        """Two entries that are so much alike; whether that makes their members twins depends on the topics."""
        for i in self.members[one]:
            for j in self.members[other]:
                same = self._questions[i][1] == self._questions[j][1]
                if alike < (SAME_TOPIC if same else ELSEWHERE):
                    continue
                joined = self.together(one, other)
                if self.full and joined:
                    return
                self._pairs[min(i, j), max(i, j)] = alike
                if not joined:
                    self.group[self.group == self.group[other]] = self.group[one]

    def _equal(self, members: list[int]) -> None:
        for n, j in enumerate(members):
            if self.full and n > 1:
                self._pairs[members[0], j] = 1.0
            else:
                self._pairs.update({(i, j): 1.0 for i in members[:n]})


class _Index:
    """Some entries by their rarer features: those that leave less behind than the least that a similar pair shares.

    Of an entry of weight T a partner shares at least T * floor / (2 - floor), whatever its own weight. Places count the
    index's own entries.
    """

    def __init__(self, weighed: _Weighed, entries: Sequence[int], floor: float) -> None:
        self.floor = floor
        self.entries = np.array(entries, dtype=np.int32)
        self.total = weighed.total[self.entries]
        self.place = {entry: place for place, entry in enumerate(entries)}
        self.rarer: list[_Ints] = []
        self.left = np.zeros(len(entries))
        for place, entry in enumerate(entries):
            ranks = weighed.ranked[entry]
            behind = weighed.rank_weight[ranks[::-1]].cumsum()[::-1]  # what a feature and all more common ones weigh
            enough = self.total[place] * floor / (2 - floor) - _SLACK
            rarer = ranks[: np.count_nonzero(behind >= enough)]
            self.left[place] = behind[len(rarer)] if len(rarer) < len(ranks) else 0.0
            self.rarer.append(rarer)
        self.last = np.array([one[-1] if len(one) else -1 for one in self.rarer], dtype=np.int32)
        sizes = [len(one) for one in self.rarer]
        ranks = np.concatenate(self.rarer)
        order = np.argsort(ranks, kind="stable")
        self._places = np.repeat(np.arange(len(entries), dtype=np.int32), sizes)[order]
        self._ranks, self._starts, self._sizes = np.unique(ranks[order], return_index=True, return_counts=True)

    def before(self, me: int) -> list[tuple[int, _Ints]]:
        """Each rarer feature of the entry at `me` that stands in entries before it, with their places."""
        at = np.searchsorted(self._ranks, self.rarer[me])
        shared = self._sizes[at] > 1
        found: list[tuple[int, _Ints]] = []
        for rank, place in zip(self.rarer[me][shared].tolist(), at[shared].tolist(), strict=True):
            start = int(self._starts[place])
            places = self._places[start : start + int(self._sizes[place])]
            if places[0] < me:
                found.append((rank, places[: places.searchsorted(me)]))
        return found


class _Search:
    """The comparing itself: each entry looks for the ones before it."""

    def __init__(self, weighed: _Weighed, found: _Found, most_work: int) -> None:
        self._weighed, self._found, self._work_left = weighed, found, most_work
        self._shared = np.zeros(len(weighed.ranked))
        self._mine = np.zeros(len(weighed.rank_weight))
        sizes = [len(one) for one in weighed.ranked]
        self._starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        self._flat = np.concatenate(weighed.ranked) if sizes else np.zeros(0, dtype=np.int32)

    def run(self) -> int | None:
        """Find all pairs; gives the first entry that was not compared with all before it, None where there is none."""
        everyone = range(len(self._weighed.ranked))
        of_topic: dict[str, list[int]] = {}
        for entry, topics in enumerate(self._found.topics):
            for topic in topics:
                of_topic.setdefault(topic, []).append(entry)
        indexes: dict[int, list[_Index]] = {}
        for entries in of_topic.values():
            if len(entries) <= FEW:
                for one, other in combinations(entries, 2):
                    self._compare(one, other, SAME_TOPIC)
            else:
                index = _Index(self._weighed, entries, SAME_TOPIC)
                for entry in entries:
                    indexes.setdefault(entry, []).append(index)
        everywhere = [_Index(self._weighed, everyone, ELSEWHERE)] if len(of_topic) > 1 else []
        for entry in everyone:
            if self._work_left <= 0:
                return entry
            for index in (*indexes.get(entry, ()), *everywhere):
                self._look(entry, index)
        return None

    def _look(self, entry: int, index: _Index) -> None:
        """Compare an entry with those before it in the index that share enough of its rarer features."""
        me = index.place[entry]
        before = index.before(me)
        if not before:
            return
        self._work_left -= sum(len(found) for _, found in before)
        for rank, found in before:
            self._shared[found] += self._weighed.rank_weight[rank]
        near = np.flatnonzero(self._shared[:me])
        shared = self._shared[near]
        self._shared[near] = 0.0
        left = np.where(index.last[me] <= index.last[near], index.left[me], index.left[near])
        needed = (index.total[me] + index.total[near]) * (index.floor / 2) - _SLACK
        enough = shared + left >= needed
        others = index.entries[near[enough]]
        if not self._found.full:
            self._meet(entry, others, index.floor)
            return
        others = others[np.argsort(-shared[enough], kind="stable")]
        while len(others := others[self._found.group[others] != self._found.group[entry]]):
            self._meet(entry, others[:AT_ONCE], index.floor)
            others = others[AT_ONCE:]

    def _meet(self, entry: int, others: _Ints, floor: float) -> None:
        for other in self._enough(entry, others, floor) if len(others) else ():
            self._compare(other, entry, floor)

    def _enough(self, entry: int, others: _Ints, floor: float) -> list[int]:
        """Those of `others` whose similarity, but for rounding, reaches the floor."""
        ranks = self._weighed.ranked[entry]
        self._mine[ranks] = self._weighed.rank_weight[ranks]
        starts, sizes = self._starts[others], self._starts[others + 1] - self._starts[others]
        ends = np.cumsum(sizes)
        self._work_left -= int(ends[-1])
        at = np.arange(int(ends[-1]), dtype=np.int64) + np.repeat(starts - (ends - sizes), sizes)
        alike = np.add.reduceat(self._mine[self._flat[at]], ends - sizes)
        self._mine[ranks] = 0.0
        needed = (self._weighed.total[entry] + self._weighed.total[others]) * (floor / 2) - _SLACK
        return others[alike >= needed].tolist()

    def _compare(self, one: int, other: int, floor: float) -> None:
        """The similarity of two entries, added up in one fixed order; a pair that reaches the floor is kept."""
        if self._found.full and self._found.together(one, other):
            return
        spelt, weight, total = self._weighed.spelt, self._weighed.weight, self._weighed.total
        mine = set(spelt[one])
        alike = sum(weight[feature] for feature in spelt[other] if feature in mine)
        similarity = float(2 * alike / (total[one] + total[other]))
        if similarity >= floor:
            self._found.add(one, other, similarity)
