"""Whether a quote stands in the candidate's own words, and how much a text weighs. The one rule: verbatim or not at all.

Texts are compared folded: NFKC, case folded, white space, quote marks and invisible characters dropped, Chinese and
Western punctuation made one. Every folded character remembers where it stood, so a hit maps back to the text as typed.

`MIN_WEIGHT`: a quote weighs 2 a CJK letter or digit and 1 any other letter; below 4 (two Chinese characters, `FP8`, `16`,
`TTFT`) a quote that was typed by a model says nothing that could be looked for. A lone ":" or an emoji weighs 0 (such
answers fool judging models: arXiv 2507.08794). One character repeated is no content either.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from interviewer.models import Message, Span

MIN_WEIGHT = 4

_QUOTE_MARKS = frozenset("\"'`´‘’‚‛“”„‟«»‹›「」『』〝〞〟＂＇*_")
_SAME = str.maketrans(
    {"。": ".", "、": ",", "—": "-", "–": "-", "‐": "-", "‑": "-", "−": "-", "·": ".", "【": "[", "】": "]"}
)


@dataclass(frozen=True)
class Folded:
    """A text made comparable; `origin[i]` is the [start, end) in the typed text that folded character i came from."""

    text: str
    origin: tuple[tuple[int, int], ...]


def fold(text: str) -> Folded:
    """`text` folded for comparison, character by character with its combining marks, so that positions stay known."""
    characters: list[str] = []
    origin: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        for character in unicodedata.normalize("NFKC", text[start:end]).casefold().translate(_SAME):
            if not _is_dropped(character):
                characters.append(character)
                origin.append((start, end))
        start = end
    return Folded("".join(characters), tuple(origin))


def weight(text: str) -> int:
    """How much content `text` has: 2 for each CJK letter or digit, 1 for each other letter, nothing for anything else."""
    return sum(_weight(character) for character in unicodedata.normalize("NFKC", text))


def has_content(quote: str) -> bool:
    """Whether `quote` says enough to be judged at all (see `MIN_WEIGHT`)."""
    letters = {character for character in unicodedata.normalize("NFKC", quote).casefold() if _weight(character)}
    return len(letters) > 1 and weight(quote) >= MIN_WEIGHT


def locate(quote: str, answers: tuple[Message, ...]) -> Span | None:
    """The first place where the candidate typed `quote`, or None where it stands in no answer or has no content.

    Punctuation at either end of the quote is not compared, and a Latin word is never cut: "cat" is not found in
    "concatenate". The first place counts, so that words already said before a hint are not taken for its fruit.
    """
    if not has_content(quote):
        return None
    wanted = fold(quote).text
    wanted = wanted[_edge(wanted) : len(wanted) - _edge(wanted[::-1])]
    for message in answers:
        folded = fold(message.text)
        at = folded.text.find(wanted)
        while at >= 0:
            start, end = folded.origin[at][0], folded.origin[at + len(wanted) - 1][1]
            if not _cuts_word(message.text, start) and not _cuts_word(message.text, end):
                return Span(turn=message.turn, start=start, end=end)
            at = folded.text.find(wanted, at + 1)
    return None


def _is_dropped(character: str) -> bool:
    return character.isspace() or character in _QUOTE_MARKS or unicodedata.category(character) in ("Cf", "Cc", "Mn")


@lru_cache(8192)
def _weight(character: str) -> int:
    if character.isdigit() or unicodedata.category(character) == "Lo":
        return 2
    return 1 if character.isalpha() else 0


def _edge(folded: str) -> int:
    """How many characters at the start of `folded` are neither letter nor digit."""
    return next((at for at, character in enumerate(folded) if character.isalnum()), len(folded))


def _cuts_word(text: str, at: int) -> bool:
    """Whether position `at` stands between two letters of one Latin (or Greek, Cyrillic) word, or two digits of a number."""
    if not 0 < at < len(text):
        return False
    left, right = text[at - 1], text[at]
    return _is_spaced(left) and _is_spaced(right) and left.isdigit() == right.isdigit()


def _is_spaced(character: str) -> bool:
    return character.isalnum() and unicodedata.category(character) != "Lo"
