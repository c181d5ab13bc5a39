"""Which stretches of a message were quoted for which key points. The one rule: the text comes out whole, in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from interviewer.report.model import QuestionRow
from interviewer.typed import drawn_stretches


@dataclass(frozen=True)
class Piece:
    """A stretch of a message. `marks` are the numbers of the key points it was quoted for; `ends` those that end with it."""

    text: str
    marks: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


@dataclass(frozen=True)
class Run:
    """Pieces one after another, all of them in a drawing or code whose columns must stay, or none."""

    drawn: bool
    pieces: tuple[Piece, ...]


def pieces(text: str, spans: Sequence[tuple[int, int, int]], also: Iterable[int] = ()) -> tuple[Piece, ...]:
    """`text` cut where any of `spans` (start, end, number) begins or ends; spans may overlap, and are cut to the text.

    `also` are places to cut at beside those.
    """
    inside = [(max(0, start), min(len(text), end), number) for start, end, number in spans]
    inside = [(start, end, number) for start, end, number in inside if start < end]
    cuts = sorted({0, len(text), *(start for start, _, _ in inside), *(end for _, end, _ in inside), *also})
    found: list[Piece] = []
    for start, end in pairwise(cuts):
        over = sorted({number for first, last, number in inside if first <= start and end <= last})
        ends = sorted({number for first, last, number in inside if first <= start and last == end})
        found.append(Piece(text[start:end], tuple(over), tuple(ends)))
    return tuple(found)


def runs(text: str, spans: Sequence[tuple[int, int, int]]) -> tuple[Run, ...]:
    """The same pieces, with drawings and code apart from the rest."""
    drawn = drawn_stretches(text)
    found: list[Run] = []
    at = 0
    for piece in pieces(text, spans, (edge for stretch in drawn for edge in stretch)):
        inside = any(start <= at < end for start, end in drawn)
        same = bool(found) and found[-1].drawn == inside and not any(at == start for start, _ in drawn)
        before = found.pop().pieces if same else ()
        found.append(Run(inside, (*before, piece)))
        at += len(piece.text)
    return tuple(found)


def spans_of(question: QuestionRow, turn: int) -> tuple[tuple[int, int, int], ...]:
    """The stretches of the message at `turn` that verdicts of `question` quote, with their key points' numbers."""
    return tuple(
        (point.span.start, point.span.end, point.number)
        for point in question.points
        if point.span is not None and point.span.turn == turn and point.status != "absent"
    )
