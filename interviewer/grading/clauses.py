"""What a candidate said, cut into numbered clauses that a judge can point at. The one rule: the pieces joined are the
answer, character for character, and a number once given to a clause never changes when the talk goes on.

A clause ends where a sentence does or at a comma. Three things are never cut: what is one word to a reader (a number, an
address, a version, `a.b.c`, a short bracket or quotation), a formula, and a block of code or a drawing.

A light piece joins what it belongs to: a label ("优点：", "First,") the words after it, a tag at a sentence's end the words
before it in that sentence. It never joins the sentence before: "有没有冲突？没有。" are two clauses, and the second is the answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from interviewer.grading.evidence import weight
from interviewer.grading.units import units
from interviewer.models import Message, Span
from interviewer.typed import drawn_stretches

LONGEST = 60
"""Characters of a clause, unless it is kept whole or the answer is very long."""
LIGHT, LABEL = 6, 12
"""Weight below which a piece is light (two Chinese characters, a short English word), and the most a label weighs."""
MOST, MOST_OF_ONE = 999, 400
"""Clauses of an exchange (three digits) and of one message; a longer message is cut coarser, never short."""

_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_CLOSERS = "”’\"'）)】］\\]」』》"
_NUMERAL = r"\d{1,2}[.)）、](?!\d)|[(（]\d{1,2}[)）]|[①-⑳]"
_LINE_MARK = re.compile(rf"[ \t]*(?:{_NUMERAL}|[-*•·+](?=[ \t])|[一二三四五六七八九十]{{1,3}}、)[ \t]*")
_ATOM = re.compile(
    rf"""
    (?P<whole> `+[^`\n]+`+
        | (?:https?|ftp):// [^\s<>"'，。；、！？（）《》“”]* [^\s<>"'，。；、！？（）《》“”.,;:!?)]
        | \b(?:e\.\s?g|i\.\s?e|vs|cf|approx|resp|et\ al|w\.r\.t|a\.k\.a|etc)\.(?!\s*[A-Z{_WIDE}]|\s*$)
        | \b(?:fig|eq|sec|no|ch)\.(?=\s*\d)
        | (?<![A-Za-z])(?:e\.\s?g|i\.\s?e|vs)\.
        | \d+(?:[.,:]\d+)+
        | [A-Za-z_]\w*(?:\.[A-Za-z0-9_]+)+(?=[^\w]|[{_WIDE}]|$)
        | \((?=[^\s)])[^()\n]{{0,58}}\) | （[^（）\n]{{1,58}}） | \[[^\[\]\n]{{1,58}}\] | “[^“”\n]{{1,58}}” | 「[^「」\n]{{1,58}}」 )
  | (?P<mark> (?:(?<=\s)|(?<=[{_WIDE},;:]))(?:{_NUMERAL})[ \t]* )
  | (?P<stop> (?: [。！？；]+ | (?<=\S)[!?;]+(?=[\s{_CLOSERS}{_WIDE}]|$) | (?<=\S)\.(?=[\s{_CLOSERS}{_WIDE}]|$) | \n )
        [{_CLOSERS}。！？!?.]* \s* )
  | (?P<pause> (?: ，+ | ,(?=[\s{_WIDE}]|$) | (?<=[{_WIDE}]), | …+ | ⋯+ | \.{{3,}}(?=[\s{_WIDE}]|$) ) \s* )
    """,
    re.X | re.S | re.I,
)
_FORMULA = re.compile(
    r"(?P<opened>\$\$|\\\[|\\\(|\\begin\{(?P<name>\w{1,20}\*?)\})"
    r"|(?<![\\$\w])\$(?=[^\s$])[^$\n]{1,300}?(?<=[^\s\\])\$(?![\d$])"
)
_CLOSED = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_BREAKS: tuple[re.Pattern[str], ...] = (
    re.compile(
        r"[、：:—]+\s*|(?=但|而且|所以|因为|如果|并且|然后|从而|以及|或者)"
        r"|(?<=\s)(?=(?:and|but|or|so|because|which|while|when|if|then|that|than|whereas|since)\s)",
        re.I,
    ),
    re.compile(r"\s+"),
    re.compile(r"(?=.)", re.S),
)
"""Where a piece that is too long may be cut, best first: at a smaller stop or before a joining word, at a space, anywhere."""

Ends = Literal["stop", "pause", "block"]
_Kept = Sequence[tuple[int, int]]
"""Stretches [start, end) that are not cut."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Clause `number` of an exchange: characters [start, end) of the candidate's message at `turn`."""

    number: int
    turn: int
    start: int
    end: int

    @property
    def span(self) -> Span:
        return Span(turn=self.turn, start=self.start, end=self.end)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    ends: Ends


def number_clauses(answers: Sequence[Message]) -> tuple[Clause, ...]:
    """The clauses of all answers to one question, numbered from 1 on; those of earlier messages are always the same."""
    found: list[Clause] = []
    for message in answers:
        left = MOST - len(found)
        for start, end in cut(message.text, max(1, min(MOST_OF_ONE, left // 2))):
            found.append(Clause(len(found) + 1, message.turn, start, end))
    return tuple(found)


@lru_cache(maxsize=256)
def cut(text: str, most: int = MOST_OF_ONE) -> tuple[tuple[int, int], ...]:
    """[start, end) of each clause of `text`, in order and without gaps; at most `most`, coarser where it must be."""
    formulas = _formulas(text)
    pieces = [part for piece in _pieces(text, formulas) for part in _shortened(text, piece, formulas)]
    pieces = _joined(text, pieces)
    bound = LONGEST
    while len(pieces) > most:
        pieces = _merged(pieces, lambda a, b, bound=bound: b.end - a.start <= bound)
        bound *= 2
    return tuple((piece.start, piece.end) for piece in pieces)


def _pieces(text: str, formulas: _Kept) -> Iterator[_Piece]:
    """Blocks of code and drawings whole, and what stands between them cut at every stop and pause."""
    at = 0
    for start, end in (*drawn_stretches(text), (len(text), len(text))):
        yield from _sentences(text, at, start, formulas)
        if end > start:
            yield _Piece(start, end, "block")
        at = end


def _sentences(text: str, start: int, end: int, formulas: _Kept) -> Iterator[_Piece]:
    at, scan, expected = start, start, 1
    ahead = deque(one for one in formulas if start <= one[0] and one[1] <= end)
    while scan < end:
        if (scan == start or text[scan - 1] == "\n") and (mark := _LINE_MARK.match(text, scan, end)):
            scan, expected = mark.end(), (_value(mark[0]) or 0) + 1
            continue
        hit = _ATOM.search(text, scan, end)
        if hit is None:
            break
        while ahead and ahead[0][1] <= scan:
            ahead.popleft()
        if ahead and hit.end() > ahead[0][0]:
            scan = ahead.popleft()[1]
            continue
        scan = hit.end()
        if hit.lastgroup in ("stop", "pause"):
            scan = _line_start(text, hit.start(), scan)
            yield _Piece(at, scan, "stop" if hit["stop"] else "pause")
            at = scan
        elif hit["mark"] and _value(hit["mark"]) == expected:
            expected += 1
            if hit.start() > at and weight(text[at : hit.start()]):
                yield _Piece(at, hit.start(), "stop")
                at = hit.start()
        elif hit["mark"]:
            scan = hit.start() + 1
    if at < end:
        yield _Piece(at, end, "stop")


def _formulas(text: str) -> _Kept:
    """[start, end) of each LaTeX formula; an opening mark that nothing closes opens none. In linear time."""
    found: list[tuple[int, int]] = []
    never: set[str] = set()
    at = 0
    while hit := _FORMULA.search(text, at):
        at = hit.end()
        if opened := hit["opened"]:
            closer = _CLOSED.get(opened) or f"\\end{{{hit['name']}}}"
            ends = -1 if closer in never else text.find(closer, at)
            if ends < 0:
                never.add(closer)
                continue
            at = ends + len(closer)
        found.append((hit.start(), at))
    return tuple(found)


def _line_start(text: str, start: int, end: int) -> int:
    """Where the next piece begins after white space: at its line's indentation, which code needs."""
    last = text.rfind("\n", start, end)
    return last + 1 if last >= 0 and end < len(text) else end


def _value(mark: str) -> int | None:
    """The number of a list mark: "2." and "（2）" are 2, "②" too; None for a dash."""
    shown = re.sub(r"[^\d①-⑳]", "", mark)
    return int(unicodedata.numeric(shown)) if len(shown) == 1 else int(shown) if shown else None


def _shortened(text: str, piece: _Piece, formulas: _Kept) -> Iterator[_Piece]:
    """`piece`, or its parts of about equal length where it is too long; formulas and blocks stay whole."""
    if piece.ends == "block" or piece.end - piece.start <= LONGEST:
        yield piece
        return
    whole = tuple(hit.span() for hit in _ATOM.finditer(text, piece.start, piece.end) if hit["whole"])
    inside = tuple(one for one in formulas if piece.start <= one[0] and one[1] <= piece.end)
    kept = (*inside, *(one for one in whole if one[1] - one[0] <= LONGEST))
    at = piece.start
    for start, end in (*(one for one in inside if one[1] - one[0] > LONGEST), (piece.end, piece.end)):
        edges = sorted({at, *_cuts(text, at, start, kept), start, end})
        for left, right in pairwise(edges):
            yield _Piece(left, right, "pause" if right < piece.end else piece.ends)
        at = end


def _cuts(text: str, start: int, end: int, kept: _Kept) -> list[int]:
    """Where to cut text[start:end] so that no part is longer than `LONGEST`."""
    cuts: list[int] = []
    while end - start > LONGEST:
        start = _cut_at(text, start, end, kept)
        cuts.append(start)
    return cuts


def _cut_at(text: str, start: int, end: int, kept: _Kept) -> int:
    """The best place for the first cut: as even parts as a good place allows."""
    even = start + (end - start) / -(-(end - start) // LONGEST)
    for pattern in _BREAKS:
        places = {hit.end() for hit in pattern.finditer(text, start + LONGEST // 3, start + LONGEST)}
        places = {at for at in places if start < at <= start + LONGEST and _may_cut(text, at, kept)}
        if places:
            return min(places, key=lambda at: (abs(at - even), at))
    return start + LONGEST


def _may_cut(text: str, at: int, kept: _Kept) -> bool:
    """Never inside what is kept together, a character with its accents or joiners, or a Latin word."""
    if any(start < at < end for start, end in kept) or at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in ("Mn", "Me", "Cf", "Sk") or before == "\u200d":
        return False
    return not (before.isalnum() and after.isalnum() and before.isascii() and after.isascii())


def _joined(text: str, pieces: Iterable[_Piece]) -> list[_Piece]:
    """Light pieces joined to what they belong to."""
    done: list[_Piece] = []
    held: _Piece | None = None
    for piece in pieces:
        if held is not None:
            joined = replace(piece, start=held.start)
            if piece.ends == "block" or joined.end - joined.start <= LONGEST:
                piece = joined
            else:
                done.append(held)
            held = None
        said = text[piece.start : piece.end]
        heavy = weight(said)
        before = done[-1] if done else None
        if not heavy and not units(said) and before is not None and piece.end - before.start <= LONGEST:
            done[-1] = replace(before, end=piece.end, ends=before.ends if before.ends == "block" else piece.ends)
        elif piece.ends != "block" and (not heavy or _leads(said, heavy, piece.ends)):
            held = piece
        elif (
            heavy < LIGHT
            and before is not None
            and before.ends == "pause"
            and piece.ends == "stop"
            and piece.end - before.start <= LONGEST
        ):
            done[-1] = replace(piece, start=before.start)
        else:
            done.append(piece)
    return [*done, held] if held is not None else done


def _leads(said: str, heavy: int, ends: Ends) -> bool:
    """Whether a piece only leads on to the next: a label, the number of a list, a light word before a comma."""
    bare = said.strip()
    if bare.endswith((":", "：")):
        return heavy <= LABEL
    return (ends == "pause" and heavy < LIGHT) or bool(_LINE_MARK.fullmatch(bare))


def _merged(pieces: Iterable[_Piece], fit: Callable[[_Piece, _Piece], bool]) -> list[_Piece]:
    """Neighbours put together as long as they `fit`."""
    done: list[_Piece] = []
    for piece in pieces:
        if done and fit(done[-1], piece):
            done[-1] = replace(piece, start=done[-1].start)
        else:
            done.append(piece)
    return done
