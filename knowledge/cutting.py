"""How long a passage may be and where it is cut: between paragraphs, else sentences, else words.

Its rule: the same texts and the same `Cut` give the same pieces on every machine, without asking anything; a `Cut` that
gives others has another name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

LONGEST = 400
"""Length of a passage before it is split, as a `Cut` measures it; with headings that fits the 512 tokens that small
embedding models read."""
SPECIAL_TOKENS = 8
"""What an embedding model puts around a text, rounded up."""
LEAST_CONTEXT = 64
"""Tokens below which no context is believed: there is none that small, and nothing sensible fits."""
_SEPARATORS = ["\n\n", "\n", "。", "！", "？", "；", ". ", "! ", "? ", "; ", "，", "、", ", ", " ", ""]


def length(text: str) -> int:
    """Length of `text` in Chinese characters or thirds of other characters, which is roughly its tokens."""
    wide = sum(character > "\u2e7f" for character in text)
    return wide + (len(text) - wide + 2) // 3


@dataclass(frozen=True)
class Cut:
    """`measure` says how long a text is where it is cut, `bound` how many tokens it may be at most.

    `name` changes with whatever changes a measure (a vocabulary's digest); it is empty for the standard ones.
    """

    measure: Callable[[str], int] = length
    bound: Callable[[str], int] = length
    name: str = ""

    def pieces(self, text: str) -> list[str]:
        """`text` in pieces of at most `LONGEST`; none for a blank one."""
        text = text.strip()
        if self.measure(text) <= LONGEST:
            return [text] if text else []
        return _split(text, LONGEST, self.measure)

    def within(self, heading: Sequence[str], text: str, context: int) -> list[tuple[tuple[str, ...], str]]:
        """(headings, text) in as many pieces as it takes for each to fit in `context` tokens, 0 being any number.

        Outer headings are left out where they would fill half of it.
        """
        kept, room = tuple(heading), max(context, LEAST_CONTEXT) - SPECIAL_TOKENS
        if not context or self.bound(written(kept, text)) <= room:
            return [(kept, text)]
        while kept and self.bound(written(kept, "")) > room // 2:
            kept = kept[1:]
        pieces = [text]
        for share in (10, 8, 6, 4, 2, 1):  # pieces joined with headings may be more tokens than both alone
            pieces = _split(text, max(1, (room - self.bound(written(kept, "")) - 1) * share // 10), self.bound)
            if all(self.bound(written(kept, piece)) <= room for piece in pieces):
                break
        return [(kept, piece) for piece in pieces]


def written(heading: Sequence[str], text: str) -> str:
    """Headings and text as they are embedded and searched."""
    return "\n".join(filter(None, (" > ".join(heading), text)))


def _split(text: str, longest: int, measure: Callable[[str], int]) -> list[str]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        chunk_size=longest,
        chunk_overlap=longest // 10,
        length_function=cache(measure),
        separators=_SEPARATORS,
        is_separator_regex=False,
        keep_separator="end",
    ).split_text(text)
