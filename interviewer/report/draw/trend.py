"""Drawings of results over time as inline SVG. The one rule: a line joins only what may be compared.

Pure: numbers and labels in, markup out. A mark's shape, not only its colour, says by which means it was judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

SHAPES = ("circle", "square", "diamond", "triangle")


@dataclass(frozen=True)
class Dot:
    """One interview: `group` counts from 0 and is one number for each kind of means; `score` None leaves a gap."""

    score: float | None
    group: int
    here: bool
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Size:
    """Pixels, but for the width: charts are as wide as their place, and their text and marks keep their size."""

    high: int
    dot: float


LARGE, SMALL = Size(190, 6), Size(76, 4)
_LEFT, _TOP, _BOTTOM = 9.0, 10, 10
"""Per cent of the width kept for the scale; pixels above and below."""


def chart(dots: Sequence[Dot], label: str, size: Size, dates: Sequence[str] = (), lines: Sequence[float] = (0, 50, 100)) -> str:  # fmt: skip
    """Scores of 0 to 100 from left to right, with `lines` across, whiskers for intervals, and `dates` underneath."""
    places = [(_x(n, len(dots)), one) for n, one in enumerate(dots)]
    body = "".join(_across(at, size) for at in lines) + _joins(places, size)
    for (x, one), date in zip(places, dates or [""] * len(places), strict=True):
        if one.score is not None:
            drawn = _whisker(one, size) if one.interval else ""
            drawn += mark(one.group, _y(one.score, size), size.dot + (2 if one.here else 0), here=one.here)
            body += f'<svg x="{x:.2f}%" overflow="visible">{drawn}</svg>'
        if date:
            weight = " here" if one.here else ""
            body += f'<text class="date{weight}" x="{x:.2f}%" y="{size.high + 14}" text-anchor="middle">{escape(date)}</text>'
    high = size.high + (20 if dates else 0)
    return (
        f'<svg class="trend" role="img" aria-label="{escape(label)}" width="100%" height="{high}">'
        f"<title>{escape(label)}</title>{body}</svg>"
    )


def key(group: int) -> str:
    """The mark of a group alone, for a legend."""
    drawn = f'<svg x="8" overflow="visible">{mark(group, 8, 5.5, here=False)}</svg>'
    return f'<svg class="trend key" aria-hidden="true" width="16" height="16">{drawn}</svg>'


def mark(group: int, y: float, r: float, *, here: bool) -> str:
    """One mark around (0, y); shapes repeat after four groups, filled first and then hollow."""
    kind = f"dot g{group % len(SHAPES)}" + (" hollow" if group >= len(SHAPES) else "") + (" here" if here else "")
    match SHAPES[group % len(SHAPES)]:
        case "circle":
            return f'<circle class="{kind}" cx="0" cy="{y:.1f}" r="{r:g}"/>'
        case "square":
            return f'<rect class="{kind}" x="{-r * 0.9:.1f}" y="{y - r * 0.9:.1f}" width="{r * 1.8:.1f}" height="{r * 1.8:.1f}"/>'
        case "diamond":
            corners = ((0, y - r * 1.2), (r * 1.2, y), (0, y + r * 1.2), (-r * 1.2, y))
        case _:
            corners = ((0, y - r * 1.1), (r * 1.1, y + r * 0.9), (-r * 1.1, y + r * 0.9))
    return f'<polygon class="{kind}" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in corners)}"/>'


def _x(n: int, count: int) -> float:
    return _LEFT + (100 - _LEFT) * (n + 0.5) / count


def _y(score: float, size: Size) -> float:
    return _TOP + (size.high - _TOP - _BOTTOM) * (1 - score / 100)


def _across(at: float, size: Size) -> str:
    y = _y(at, size)
    return (
        f'<line class="grid" x1="{_LEFT}%" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="tick" x="{_LEFT - 1.5}%" y="{y + 4:.1f}" text-anchor="end">{at:g}</text>'
    )


def _joins(places: Sequence[tuple[float, Dot]], size: Size) -> str:
    """A line through the marks of each group, in order."""
    found = ""
    for group in dict.fromkeys(one.group for _, one in places):
        points = [(x, _y(one.score, size)) for x, one in places if one.group == group and one.score is not None]
        found += "".join(
            f'<line class="join g{group % len(SHAPES)}" x1="{x:.2f}%" y1="{y:.1f}" x2="{then:.2f}%" y2="{there:.1f}"/>'
            for (x, y), (then, there) in pairwise(points)
        )
    return found


def _whisker(one: Dot, size: Size) -> str:
    assert one.interval is not None
    low, high = (_y(end, size) for end in one.interval)
    kind = f'class="whisker g{one.group % len(SHAPES)}"'
    ends = "".join(f'<line {kind} x1="-4" x2="4" y1="{y:.1f}" y2="{y:.1f}"/>' for y in (low, high))
    return f'<line {kind} x1="0" x2="0" y1="{high:.1f}" y2="{low:.1f}"/>{ends}'
