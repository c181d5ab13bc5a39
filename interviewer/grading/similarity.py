"""How much of one statement stands in another text, without any model. The one rule: the same texts, the same number.

A text becomes a set of features: terms (all names of a thing in both languages are one feature), Latin words (cut to a
stem), numbers, and pairs of Chinese characters between function words. A feature weighs more when few statements of
the bank hold it, and little when the question already said it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from knowledge.models import TermGroup

TERM, NUMBER, WORD, PAIR = 1.6, 1.4, 1.0, 0.55
"""Weights by kind of feature: two overlapping pairs of characters make about one word."""
ASKED = 0.25
"""What is left of a feature's weight when the question itself holds it."""
_Tree: TypeAlias = "dict[str, _Tree]"
_CJK = "\\u3400-\\u9fff"
_TOKEN = re.compile(rf"\x02\d+\x03|\d+(?:\.\d+)?|[a-z][a-z0-9_+#]*|[{_CJK}]+")
_SUFFIX = re.compile(r"(?:ations?|ating|ated|ates?|ings?|edly|ed|ies|es|s|ly|e|y)$")


class Features:
    """Turns texts into features, given the bank's terms and the languages' function words."""

    def __init__(
        self,
        terms: Sequence[TermGroup],
        stop_words: Iterable[str] = (),
        stop_characters: str = " ",
        stop_phrases: Iterable[str] = (),
    ) -> None:
        self._names = _Names(terms)
        self._stop = frozenset(stop_words)
        gaps = (*sorted(stop_phrases, key=len, reverse=True), f"[{re.escape(stop_characters)}]")
        self._gaps = re.compile(f"(?:{'|'.join(gaps)})+")

    def of(self, text: str) -> frozenset[str]:
        """The features of `text`; empty for a text without content."""
        plain = self._names.mark(_plain(text))
        found: set[str] = set()
        for token in _TOKEN.findall(plain):
            if token[0] == "\x02" or token[0].isdigit():
                found.add(token)
            elif token.isascii():
                if token not in self._stop:
                    found.add(_stem(token))
            else:
                found.update(self._pairs(token))
        return frozenset(found)

    def _pairs(self, run: str) -> Iterable[str]:
        for piece in self._gaps.split(run):
            if len(piece) == 1:
                yield piece
            yield from (left + right for left, right in pairwise(piece))


class _Names:
    """All names of the bank's terms, found in a text from left to right, the longest at each place.

    One pattern made as a tree of characters: a bank has thousands of names, and a plain list of them would be tried in
    full at every character.
    """

    def __init__(self, terms: Sequence[TermGroup]) -> None:
        named = {_plain(name): n for n, group in enumerate(terms) for name in group.names if name.strip()}
        tree: _Tree = {}
        for name in named:
            node = tree
            for character in _loosely_spaced(name):
                node = node.setdefault(character, {})
            node[""] = {}
        self._groups = {name.replace(" ", ""): n for name, n in named.items()}
        self._pattern = re.compile(_pattern(tree)) if tree else None

    def mark(self, plain: str) -> str:
        """`plain` with each name replaced by the sign of its group."""
        return self._pattern.sub(self._sign, plain) if self._pattern else plain

    def _sign(self, hit: re.Match[str]) -> str:
        name = hit[0].replace(" ", "")
        group = self._groups[name] if name in self._groups else self._groups[name.removesuffix("s")]
        return f"\x02{group}\x03"


class Weights:
    """How much each feature says: log((1 + n) / statements that hold it), times the weight of its kind."""

    def __init__(self, statements: Sequence[frozenset[str]]) -> None:
        self._count: Mapping[str, int] = Counter(feature for one in statements for feature in one)
        self._total = len(statements)

    def of(self, feature: str) -> float:
        rarity = math.log((2 + self._total) / (1 + self._count.get(feature, 0)))
        return max(0.1, rarity) * kind_weight(feature)


def kind_weight(feature: str) -> float:
    if feature[0] == "\x02":
        return TERM
    if feature[0].isdigit():
        return NUMBER
    if feature.isascii():
        return WORD
    return PAIR


class Statement:
    """A statement to look for: its features and what each is worth, less where the question (`asked`) already says it."""

    def __init__(self, features: frozenset[str], asked: frozenset[str], weights: Weights) -> None:
        self._worth = {
            feature: weights.of(feature) * (ASKED if feature in asked else 1.0) for feature in sorted(features)
        }
        self._whole = sum(self._worth.values())

    def share_in(self, text: frozenset[str]) -> float:
        """The share of the statement, by weight, that stands in the features of a text: 0 to 1."""
        if not self._whole:
            return 0.0
        return sum(worth for feature, worth in self._worth.items() if feature in text) / self._whole


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s-]+", " ", folded).strip()


def _loosely_spaced(name: str) -> str:
    """A term's characters with a blank wherever one may or may not be typed: where it has one, and beside Chinese."""
    return re.sub(rf"(?<=[{_CJK}])(?=[a-z0-9])|(?<=[a-z0-9])(?=[{_CJK}])", " ", name)


def _pattern(tree: _Tree, before: str = "") -> str:
    """The names below a node as one pattern, longer ones first; Latin ones end at a word's edge, with a plural s or not.

    An identifier is one word, underscores and all. A blank that may be missing is tried after the characters without one.
    """
    branches: list[str] = []
    for character, below in sorted(tree.items(), key=lambda branch: branch[0] == " "):
        if character:
            edge = r"(?<![a-z0-9_])" if not before and character.isascii() else ""
            branches.append(edge + (" ?" if character == " " else re.escape(character)) + _pattern(below, character))
    if "" in tree:
        branches.append(r"s?(?![a-z0-9_])" if before.isascii() else "")
    return f"(?:{'|'.join(branches)})" if len(branches) != 1 else branches[0]


def _stem(word: str) -> str:
    if len(word) <= 3:
        return word
    stem = _SUFFIX.sub("", word)
    return stem if len(stem) >= 3 else word
