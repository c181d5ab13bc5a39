"""Whether a text that the candidate sees gives away a key point: pure functions of texts, used by `lint`.

Its rule: rather miss a leak than cry wolf. Words of the question are no leak, nor are words the whole bank asks with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from knowledge.similarity import features
from knowledge.terms import TermFinder, key_terms

COMMON = 4
"""A term that this many questions of the bank use names its subject (token, GPU, KV) and gives nothing away."""
LONGEST_RUN = 4
"""From this many Chinese characters on, a shared run is taken for wording of the key point. Shorter ones are words
that any two sentences on a subject share (注意力, 线性层): 18 of 593 probes written for our own bank have one of 3."""
_TOLD = 0.85
"""Share of a key point's features in the question from which it counts as told. In 593 points of our own bank the
highest share is 0.64."""
_FRAME = "的了在里个这那是和与对从把被到给用有为就都也不一每几多少会能要什么怎样如何哪时候"


def common_terms(questions: Sequence[str], titles: Iterable[str], names: TermFinder) -> frozenset[str]:
    """The terms that `COMMON` or more questions use, or that stand in a title: what the bank is about."""
    count: Counter[str] = Counter()
    for question in questions:
        count.update(key_terms(question) | names.mentioned(question))
    in_titles = {term for title in titles for term in key_terms(title) | names.mentioned(title)}
    return frozenset(in_titles | {term for term, n in count.items() if n >= COMMON})


def given_away(point: str, probe: str, question: str, common: frozenset[str], names: TermFinder) -> tuple[str, ...]:
    """The words of `point` that `probe` says though `question` did not: technical words, numbers, names of the same thing in
    either language, or a run of Chinese characters. Empty when it gives nothing away."""
    said = (key_terms(point) | names.mentioned(point)) & (key_terms(probe) | names.mentioned(probe))
    terms = said - key_terms(question) - names.mentioned(question) - common
    return (*sorted(terms), *_runs(point, probe, question))


def tells(question: str, point: str) -> bool:
    """Whether nearly all words of `point` stand in `question` (at least five of them)."""
    asked, stated = features(question), features(point)
    return len(stated) >= 5 and len(asked & stated) / len(stated) >= _TOLD


def _runs(point: str, probe: str, question: str) -> list[str]:
    """Longest runs of Chinese characters that point and probe share, less frame characters at their ends, of which the
    question does not hold most."""
    found: list[str] = []
    for stretch in re.findall(r"[\u3400-\u9fff]+", point):
        start = 0
        while start < len(stretch):
            end = start
            while end < len(stretch) and stretch[start : end + 1] in probe:
                end += 1
            run = stretch[start:end].strip(_FRAME)
            if len(run) >= LONGEST_RUN and _unsaid(run, question) >= LONGEST_RUN - 1:
                found.append(run)
            start = max(end, start + 1)
    return found


def _unsaid(run: str, question: str) -> int:
    """How many characters of `run` are in no pair of neighbours that `question` has too."""
    said: set[int] = set()
    for n in range(len(run) - 1):
        if run[n : n + 2] in question:
            said |= {n, n + 1}
    return len(run) - len(said)
