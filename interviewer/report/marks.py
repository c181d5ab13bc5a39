"""Which stretches of a message were quoted for which key points. The one rule: the text comes out whole, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from interviewer.report.model import QuestionRow


@dataclass(frozen=True)
class Piece:
    """A stretch of a message. `marks` are the numbers of the key points it was quoted for; `ends` those that end with it."""

    text: str
    marks: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


def pieces(text: str, spans: Sequence[tuple[int, int, int]]) -> tuple[Piece, ...]:
    """`text` cut where any of `spans` (start, end, number) begins or ends; spans may overlap, and are cut to the text."""
    inside = [(max(0, start), min(len(text), end), number) for start, end, number in spans]
    inside = [(start, end, number) for start, end, number in inside if start < end]
    cuts = sorted({0, len(text), *(start for start, _, _ in inside), *(end for _, end, _ in inside)})
    found: list[Piece] = []
    for start, end in pairwise(cuts):
        over = sorted({number for first, last, number in inside if first <= start and end <= last})
        ends = sorted({number for first, last, number in inside if first <= start and last == end})
        found.append(Piece(text[start:end], tuple(over), tuple(ends)))
    return tuple(found)


def spans_of(question: QuestionRow, turn: int) -> tuple[tuple[int, int, int], ...]:
    """The stretches of the message at `turn` that verdicts of `question` quote, with their key points' numbers."""
    return tuple(
        (point.span.start, point.span.end, point.number)
        for point in question.points
        if point.span is not None and point.span.turn == turn and point.status != "absent"
    )
