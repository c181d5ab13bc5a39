"""Drawings of a report as inline SVG. The one rule: a drawing says in its label what it shows, for those who cannot see it.

Pure: numbers and labels in, markup out. Colours are the style sheet's classes; nothing here knows light from dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import cos, pi, sin

from interviewer.report.wording import number

Point = tuple[float, float]
_GAUGE_TOP, _GAUGE_HIGH = 22, 14


def gauge(total: float, interval: Point | None, edges: Sequence[tuple[float, str]], label: str) -> str:
    """A scale of 0 to 100 with bands that begin at `edges` (lower bound, name), the interval as a bar and the total as a mark.

    Sized in per cent across, so that its text keeps its size on a narrow page.
    """
    top, high = _GAUGE_TOP, _GAUGE_HIGH
    parts: list[str] = []
    for n, (lower, name) in enumerate(edges):
        upper = edges[n + 1][0] if n + 1 < len(edges) else 100.0
        parts.append(f'<rect class="band b{n}" x="{lower:g}%" y="{top}" width="{upper - lower:g}%" height="{high}"/>')
        anchor = (lower + upper) / 2
        parts.append(
            f'<text class="name" x="{anchor:g}%" y="{top + high + 32}" text-anchor="middle">{escape(name)}</text>'
        )
        if lower > 0:
            parts.append(
                f'<line class="edge" x1="{lower:g}%" x2="{lower:g}%" y1="{top - 3}" y2="{top + high + 5}"/>'
                f'<text class="tick" x="{lower:g}%" y="{top + high + 17}" text-anchor="middle">{number(lower)}</text>'
            )
    if interval:
        low, wide, middle = interval[0], interval[1] - interval[0], top + high / 2
        parts.append(f'<rect class="interval" x="{low:.2f}%" y="{middle - 3}" width="{wide:.2f}%" height="6" rx="3"/>')
        for end in interval:
            parts.append(f'<line class="whisker" x1="{end:.2f}%" x2="{end:.2f}%" y1="{middle - 6}" y2="{middle + 6}"/>')
    parts.append(f'<circle class="total" cx="{total:.2f}%" cy="{top + high / 2}" r="8"/>')
    return _svg("gauge", label, "".join(parts), width="100%", height=str(top + high + 40))


def bar(share: float, label: str) -> str:
    """A horizontal bar filled to `share` (0 to 1)."""
    filled = f'<rect class="fill" width="{100 * min(1.0, max(0.0, share)):.2f}%" height="10" rx="5"/>'
    track = '<rect class="track" width="100%" height="10" rx="5"/>'
    return _svg("bar", label, track + filled, width="100%", height="10")


def radar(values: Sequence[tuple[str, float]], label: str) -> str:
    """A radar of three or more (name, score of 100) with rings at every quarter."""
    if len(values) < 3:
        raise ValueError("a radar needs three values; draw bars for fewer")
    rings = "".join(
        f'<polygon class="ring" points="{_ring(len(values), radius)}"/>' for radius in (0.25, 0.5, 0.75, 1.0)
    )
    spokes = "".join(
        f'<line class="ring" x1="{_CENTRE[0]}" y1="{_CENTRE[1]}" x2="{x:.1f}" y2="{y:.1f}"/>'
        for x, y in (_at(n, len(values), 1.0) for n in range(len(values)))
    )
    shape = " ".join(
        f"{x:.1f},{y:.1f}" for x, y in (_at(n, len(values), score / 100) for n, (_, score) in enumerate(values))
    )
    dots = "".join(
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
        for x, y in (_at(n, len(values), score / 100) for n, (_, score) in enumerate(values))
    )
    names = "".join(_name(n, len(values), name, score) for n, (name, score) in enumerate(values))
    body = f'{rings}{spokes}<polygon class="shape" points="{shape}"/>{dots}{names}'
    lowest = max(_at(n, len(values), 1.0)[1] for n in range(len(values)))
    return _svg("radar", label, body, view_box=f"0 0 360 {lowest + 42:.0f}")


def depth(shares: Sequence[float | None], label: str) -> str:
    """Boxes from the bottom up, one for each level, filled to its share; None (no points of that level) is left dotted."""
    parts: list[str] = []
    for n, share in enumerate(shares):
        y = 2 + (len(shares) - 1 - n) * 17
        if share is None:
            parts.append(f'<rect class="void" x="1" y="{y}" width="30" height="14" rx="3"/>')
            continue
        parts.append(f'<rect class="track" x="1" y="{y}" width="30" height="14" rx="3"/>')
        if share > 0:
            parts.append(f'<rect class="fill d{n}" x="1" y="{y}" width="{30 * share:.1f}" height="14" rx="3"/>')
    return _svg(
        "depth", label, "".join(parts), width="32", height=str(17 * len(shares)), view_box=f"0 0 32 {17 * len(shares)}"
    )


_CENTRE: Point = (180.0, 138.0)
_RADIUS = 92.0


def _at(n: int, count: int, radius: float) -> Point:
    angle = 2 * pi * n / count - pi / 2
    return _CENTRE[0] + _RADIUS * radius * cos(angle), _CENTRE[1] + _RADIUS * radius * sin(angle)


def _ring(count: int, radius: float) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in (_at(n, count, radius) for n in range(count)))


def _name(n: int, count: int, name: str, score: float) -> str:
    x, y = _at(n, count, 1.14)
    anchor = "middle" if abs(x - _CENTRE[0]) < 12 else ("start" if x > _CENTRE[0] else "end")
    drop = -10 if y < _CENTRE[1] - _RADIUS else 0
    short = name if len(name) <= 14 else f"{name[:13]}…"
    return (
        f'<text class="name" x="{x:.1f}" y="{y + drop:.1f}" text-anchor="{anchor}">{escape(short)}'
        f'<tspan class="value" x="{x:.1f}" dy="15">{number(score)}</tspan></text>'
    )


def _svg(kind: str, label: str, body: str, *, width: str = "", height: str = "", view_box: str = "") -> str:
    size = "".join(
        f' {name}="{value}"' for name, value in (("width", width), ("height", height), ("viewBox", view_box)) if value
    )
    return (
        f'<svg class="{kind}" role="img" aria-label="{escape(label)}"{size}><title>{escape(label)}</title>{body}</svg>'
    )
