"""Drawings of a qualification as inline SVG. The one rule: a drawing says in its label what it shows, and its numbers stand
in it as text where there are few. Colours are the page's classes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import sqrt
from statistics import quantiles

Point = tuple[float, float]
_LEFT, _TOP, _SIDE = 56.0, 14.0, 300.0
"""Left and upper margin and length of the side of a plot of scores 0 to 100."""


OVERSURE = 0.1
"""A bin in which the judge was right less often than it was sure, by more than this, is marked."""


def confusion(matrix: Sequence[Sequence[int]], names: Sequence[str], axes: tuple[str, str], label: str) -> str:
    """A square of counts, rows `axes[0]`, columns `axes[1]`; a darker cell holds a larger share of its row."""
    cell, left, top = 72.0, 128.0, 44.0
    parts = [f'<text class="axis" x="{left + 2 * cell}" y="14" text-anchor="middle">{escape(axes[1])}</text>']
    parts.append(f'<text class="axis" x="0" y="{top - 12}">{escape(axes[0])}</text>')
    for n, name in enumerate(names):
        middle = (n + 0.5) * cell
        parts.append(
            f'<text class="name" x="{left + middle}" y="{top - 10}" text-anchor="middle">{escape(name)}</text>'
        )
        parts.append(
            f'<text class="name" x="{left - 10}" y="{top + middle + 4}" text-anchor="end">{escape(name)}</text>'
        )
    for i, row in enumerate(matrix):
        total = sum(row)
        for j, count in enumerate(row):
            x, y, share = left + j * cell, top + i * cell, count / total if total else 0.0
            kind = "hit" if i == j else "miss"
            parts.append(f'<rect class="empty" x="{x + 1}" y="{y + 1}" width="{cell - 2}" height="{cell - 2}" rx="4"/>')
            parts.append(
                f'<rect class="{kind}" x="{x + 1}" y="{y + 1}" width="{cell - 2}" height="{cell - 2}" rx="4"'
                f' fill-opacity="{_shade(share):.3f}"/>'
            )
            strong = " strong" if share > 0.33 else ""
            parts.append(
                f'<text class="count{strong}" x="{x + cell / 2}" y="{y + cell / 2 + 2}" text-anchor="middle">{count}</text>'
            )
            if count:
                parts.append(
                    f'<text class="share{strong}" x="{x + cell / 2}" y="{y + cell / 2 + 18}" text-anchor="middle">'
                    f"{100 * share:.0f} %</text>"
                )
    size = len(names) * cell
    return _svg("confusion", label, parts, left + size + 2, top + size + 4)


def scatter(points: Sequence[Point], axes: tuple[str, str], label: str) -> str:
    """(people, judge) of 100 each as dots, spread a little where many fall together, with the line of agreement."""
    parts = _frame(axes[1])
    parts.append(f'<line class="same" x1="{_LEFT}" y1="{_TOP + _SIDE}" x2="{_LEFT + _SIDE}" y2="{_TOP}"/>')
    for tick in (0, 20, 40, 60, 80, 100):
        parts.append(
            f'<text class="tick" x="{_x(tick):.1f}" y="{_TOP + _SIDE + 18}" text-anchor="middle">{tick}</text>'
        )
    middle = _LEFT + _SIDE / 2
    parts.append(
        f'<text class="axis" x="{middle}" y="{_TOP + _SIDE + 36}" text-anchor="middle">{escape(axes[0])}</text>'
    )
    for n, (people, judge) in enumerate(points):
        aside, up = _jitter(n)
        parts.append(f'<circle class="dot" cx="{_x(people) + 4 * aside:.1f}" cy="{_y(judge) + 4 * up:.1f}" r="3"/>')
    return _svg("scatter", label, parts, _LEFT + _SIDE + 16, _TOP + _SIDE + 44)


def boxes(
    groups: Sequence[Sequence[float]], names: Sequence[str], ranges: Sequence[Point], axes: tuple[str, str], label: str
) -> str:
    """Scores of 100 of each group as dots with box and median; `ranges` is the band of scores that each group should meet."""
    parts, wide = _frame(axes[1]), _SIDE / len(groups)
    for n, (scores, name, (low, high)) in enumerate(zip(groups, names, ranges, strict=True)):
        left, middle = _LEFT + n * wide, _LEFT + (n + 0.5) * wide
        parts.append(
            f'<rect class="range" x="{left + 2:.1f}" y="{_y(high):.1f}" width="{wide - 4:.1f}" height="{_y(low) - _y(high):.1f}"/>'
        )
        for at, score in enumerate(scores):
            x = middle + _jitter(at)[0] * wide * 0.3
            parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{_y(score):.1f}" r="2.5"/>')
        if len(scores) > 1:
            low_q, median, high_q = quantiles(scores, n=4, method="inclusive")
            box, inside = left + 0.16 * wide, 0.68 * wide
            parts.append(
                f'<rect class="box" x="{box:.1f}" y="{_y(high_q):.1f}" width="{inside:.1f}" height="{_y(low_q) - _y(high_q):.1f}"/>'
                f'<line class="median" x1="{box:.1f}" x2="{box + inside:.1f}" y1="{_y(median):.1f}" y2="{_y(median):.1f}"/>'
            )
        parts.append(
            f'<text class="name" x="{middle:.1f}" y="{_TOP + _SIDE + 18}" text-anchor="middle">{escape(name)}</text>'
            f'<text class="tick" x="{middle:.1f}" y="{_TOP + _SIDE + 34}" text-anchor="middle">n = {len(scores)}</text>'
        )
    parts.append(
        f'<text class="axis" x="{_LEFT + _SIDE / 2}" y="{_TOP + _SIDE + 54}" text-anchor="middle">{escape(axes[0])}</text>'
    )
    return _svg("boxes", label, parts, _LEFT + _SIDE + 16, _TOP + _SIDE + 62)


def reliability(bins: Sequence[tuple[float, float, float, float, int]], axes: tuple[str, str], label: str) -> str:
    """(low, high, how sure on average, share right, n) of each bin, shares of 1: a bar to the share that was right with its
    count at its foot, a dot where the bin would be if the judge were as often right as it was sure, and the line of that."""
    parts = _frame(axes[1])
    for low, high, sure, right, n in bins:
        x, wide, y = _x(100 * low) + 1.5, _SIDE * (high - low) - 3, _y(100 * right)
        kind = "over" if sure - right > OVERSURE else "under"
        parts.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{_y(0) - y:.1f}" rx="2"/>'
        )
        parts.append(f'<text class="share" x="{x + wide / 2:.1f}" y="{_y(0) - 6:.1f}" text-anchor="middle">{n}</text>')
    parts.append(f'<line class="same" x1="{_LEFT}" y1="{_TOP + _SIDE}" x2="{_LEFT + _SIDE}" y2="{_TOP}"/>')
    for *_, sure, _right, _n in bins:
        parts.append(f'<circle class="sure" cx="{_x(100 * sure):.1f}" cy="{_y(100 * sure):.1f}" r="3.5"/>')
    for tick in (0, 20, 40, 60, 80, 100):
        parts.append(
            f'<text class="tick" x="{_x(tick):.1f}" y="{_TOP + _SIDE + 18}" text-anchor="middle">{tick}</text>'
        )
    middle = _LEFT + _SIDE / 2
    parts.append(
        f'<text class="axis" x="{middle}" y="{_TOP + _SIDE + 36}" text-anchor="middle">{escape(axes[0])}</text>'
    )
    return _svg("reliability", label, parts, _LEFT + _SIDE + 16, _TOP + _SIDE + 44)


def bars(rows: Sequence[tuple[str, int, int]], limit: float, label: str) -> str:
    """(name, hits, of how many) as bars of the share from 0 to 100 %, with the bound as a dashed line."""
    left, wide, step = 150.0, 330.0, 30.0
    parts: list[str] = []
    for n, (name, hits, total) in enumerate(rows):
        y, share = 6 + n * step, hits / total if total else 0.0
        parts.append(f'<text class="name" x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect class="empty" x="{left}" y="{y}" width="{wide}" height="20" rx="3"/>')
        if hits:
            kind = "over" if share > limit else "under"
            parts.append(f'<rect class="{kind}" x="{left}" y="{y}" width="{wide * share:.1f}" height="20" rx="3"/>')
        said = f"{hits} / {total}"
        parts.append(f'<text class="value" x="{left + wide + 10}" y="{y + 14}">{said}</text>')
    bottom = 6 + len(rows) * step
    at = left + wide * limit
    parts.append(f'<line class="bound" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{bottom - 4}"/>')
    for tick in (0, 50, 100):
        parts.append(
            f'<text class="tick" x="{left + wide * tick / 100}" y="{bottom + 12}" text-anchor="middle">{tick} %</text>'
        )
    return _svg("bars", label, parts, left + wide + 70, bottom + 20)


def _frame(axis: str) -> list[str]:
    """Grid and left-hand scale of a plot of scores."""
    parts: list[str] = []
    for tick in (0, 20, 40, 60, 80, 100):
        y = _y(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _SIDE}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    middle = _TOP + _SIDE / 2
    parts.append(
        f'<text class="axis" transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">{escape(axis)}</text>'
    )
    return parts


def _x(score: float) -> float:
    return _LEFT + _SIDE * score / 100


def _y(score: float) -> float:
    return _TOP + _SIDE * (1 - score / 100)


def _jitter(n: int) -> Point:
    """Two numbers in -1..1 that fill the square evenly as `n` grows (additive recurrence), the same at every drawing."""
    return 2 * ((n * 0.7548776662466927) % 1) - 1, 2 * ((n * 0.5698402909980532) % 1) - 1


def _shade(share: float) -> float:
    return 0.06 + 0.94 * sqrt(share) if share else 0.0


def _svg(kind: str, label: str, parts: Sequence[str], width: float, height: float) -> str:
    return (
        f'<svg class="{kind}" role="img" aria-label="{escape(label)}" viewBox="0 0 {width:.0f} {height:.0f}"'
        f' style="max-width:{width * 1.15:.0f}px"><title>{escape(label)}</title>{"".join(parts)}</svg>'
    )
