"""Texts to search tokens in either language: words, pairs of Chinese characters, and the bank's names of one thing.

Its rule: every name of a term group gives the group's one token, so that 首字延迟 finds TTFT; a text without such names
gives the same tokens with or without the groups.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from knowledge.models import TermGroup
from knowledge.terms import fold, singular

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003134f"
_UNIT = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:\.\d+)*")
_IS_CJK = re.compile(rf"[{_CJK}]")

TERM_MARK = "="
"""First character of a term group's token; no word begins with it."""


class Lexicon:
    """The bank's term groups, ready to be found in texts: the longest name that begins at a place counts."""

    def __init__(self, groups: Iterable[TermGroup] = ()) -> None:
        starts: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for group in groups:
            token = TERM_MARK + " ".join(_units(fold(group.names[0])))
            for name in group.names:
                units = tuple(_units(fold(name)))
                if units:
                    starts.setdefault(units[0], []).append((units, token))
        self._starts = {start: sorted(names, key=lambda name: -len(name[0])) for start, names in starts.items()}

    def tokens(self, text: str) -> list[str]:
        """Search tokens of `text`, repeated as often as they stand in it; their order means nothing."""
        folded = fold(text)
        found: list[str] = []
        units: list[str] = []
        for run in _UNIT.findall(folded):
            if _IS_CJK.match(run):
                units.extend(run)
                found.extend(map("".join, pairwise(run)) if len(run) > 1 else run)
            else:
                units.append(singular(run))
                found.append(units[-1])
        found.extend(token for token, _, _ in self._terms(units))
        return found

    def spans(self, query: str, text: str) -> tuple[tuple[int, int], ...]:
        """Where tokens of `query` stand in `text`: [start, end) in order, those that touch or overlap made one."""
        wanted = set(self.tokens(query))
        folded, places = _fold_in_place(text)
        units: list[tuple[str, int, int]] = []
        found: list[tuple[int, int]] = []
        for run in _UNIT.finditer(folded):
            start, end = run.span()
            if _IS_CJK.match(run[0]):
                units.extend((folded[at], at, at + 1) for at in range(start, end))
                found.extend((at, at + 2) for at in range(start, end - 1) if folded[at : at + 2] in wanted)
                found.extend([(start, end)] if end - start == 1 and run[0] in wanted else [])
            else:
                units.append((singular(run[0]), start, end))
                found.extend([(start, end)] if singular(run[0]) in wanted else [])
        for token, first, last in self._terms([unit for unit, _, _ in units]):
            if token in wanted:
                found.append((units[first][1], units[last][2]))
        return _joined((places[start], places[end - 1] + 1) for start, end in sorted(found))

    def _terms(self, units: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """(token, first unit, last unit) of every name of a group that stands in `units`."""
        at = 0
        while at < len(units):
            names = self._starts.get(units[at], ())
            match = next((name for name in names if tuple(units[at : at + len(name[0])]) == name[0]), None)
            if match:
                yield match[1], at, at + len(match[0]) - 1
            at += len(match[0]) if match else 1


def _fold_in_place(text: str) -> tuple[str, list[int]]:
    """`text` with widths and cases folded, and for each of its characters the place in `text` it comes from."""
    pieces = [(piece, at) for at, c in enumerate(text) for piece in unicodedata.normalize("NFKC", c).casefold()]
    return "".join(piece for piece, _ in pieces), [at for _, at in pieces]


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    whole: list[tuple[int, int]] = []
    for start, end in spans:
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((start, end))
    return tuple(whole)


def _units(folded: str) -> list[str]:
    """Single Chinese characters and whole words, as names are compared."""
    found: list[str] = []
    for run in _UNIT.findall(folded):
        if _IS_CJK.match(run):
            found.extend(run)
        else:
            found.append(singular(run))
    return found
