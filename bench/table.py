"""Rows of figures and how they are printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number: `value` in `unit`, its `target` ("<= 15"), and `ratio` to a plain measure named in `against`."""

    name: str
    value: float
    unit: str
    target: str = ""
    ratio: float | None = None
    against: str = ""


def percentile(values: list[float], share: float) -> float:
    """Nearest-rank percentile; `share` 0 to 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def show(title: str, figures: list[Figure]) -> None:
    """Print one benchmark's table."""
    print(f"\n{title}")
    for one in figures:
        ratio = f"{one.ratio:8.2f} x {one.against}" if one.ratio is not None else ""
        print(f"  {one.name:52} {one.value:10.2f} {one.unit:6} {one.target:12} {ratio}", flush=True)
