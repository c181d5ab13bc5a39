"""Texts to search tokens in either language: words, pairs of Chinese characters, and the bank's names of one thing.

Its rule: every name of a term group gives the group's one token, so that 首字延迟 finds TTFT; a text without such names
gives the same tokens with or without the groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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
        found.extend(self._terms(units))
        return found

    def _terms(self, units: Sequence[str]) -> list[str]:
        found: list[str] = []
        at = 0
        while at < len(units):
            names = self._starts.get(units[at], ())
            match = next((name for name in names if tuple(units[at : at + len(name[0])]) == name[0]), None)
            if match:
                found.append(match[1])
            at += len(match[0]) if match else 1
        return found


def _units(folded: str) -> list[str]:
    """Single Chinese characters and whole words, as names are compared."""
    found: list[str] = []
    for run in _UNIT.findall(folded):
        if _IS_CJK.match(run):
            found.extend(run)
        else:
            found.append(singular(run))
    return found
