"""The closing parts of an outline: points per chapter, bands of the total, weighted ability dimensions, advice.

Reads only; which chapter a line of points belongs to is decided by `outline`, which knows the chapters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from knowledge.findings import Findings, shortened
from knowledge.headings import BandWord, PartKind, band_of, dimension_of, part_of, split_label
from knowledge.markdown import Block, Entry
from knowledge.models import Band, Dimension

_NUMBER = r"(?<![\d.])\d{1,6}(?:\.\d{1,9})?(?![\d.]*\d)"
_RANGE = re.compile(rf"({_NUMBER})\s*(?:分|%|points?)?\s*(?:[-–—~～至到]|to)\s*({_NUMBER})", re.IGNORECASE)
_BONUS = re.compile(r"加分|附加|bonus|extra", re.IGNORECASE)
_BELOW = re.compile(r"以下|低于|不足|below|under|less than|<", re.IGNORECASE)
_POINTS = re.compile(rf"({_NUMBER})\s*(?:分|points?|pts?\.?)?", re.IGNORECASE)
DEFAULT_BANDS: tuple[tuple[BandWord, float], ...] = (
    ("excellent", 85.0),
    ("good", 70.0),
    ("fair", 60.0),
    ("insufficient", 0.0),
)
"""Lower bounds where an outline states none; the bounds of the outlines this grammar was taken from."""


@dataclass(frozen=True, slots=True)
class PointsLine:
    """One line of the points list: the chapter as it is named there, its points, and whether they come on top."""

    name: str
    value: float
    bonus: bool
    line: int


@dataclass(slots=True)
class Scheme:
    """What the closing parts say, as far as it has been read. `line` is where they begin (0: there are none)."""

    points: list[PointsLine] = field(default_factory=list[PointsLine])
    bands: list[Band] = field(default_factory=list[Band])
    dimensions: list[Dimension] = field(default_factory=list[Dimension])
    advice: list[str] = field(default_factory=list[str])
    line: int = 0


def read_part(heading: Block, blocks: Iterable[Block], scheme: Scheme, found: Findings) -> None:
    """Read one `##` part that is not a chapter into `scheme`; its `###` headings say what follows them."""
    kind = part_of(heading.text)
    advice = kind == "advice"
    scheme.line = scheme.line or heading.line
    timetable = False
    for block in blocks:
        if block.kind == "heading":
            timetable = bool(re.search(r"时间|\btime\b|timing|schedule", block.text, re.IGNORECASE))
            kind = "advice" if advice else part_of(block.text) or _unread(block, found)
        elif block.kind == "list" and kind is not None and not timetable:
            for entry in block.entries:
                _read_entry(entry, kind, scheme, found)
        elif block.kind == "table" and kind == "dimensions":
            _read_dimensions(block, scheme, found)


def check_scheme(scheme: Scheme, found: Findings) -> None:
    """Write down missing bands and dimensions, bands out of order, and weights that do not add up."""
    line = scheme.line or 1
    if not scheme.bands:
        found.warning(
            "no_bands",
            line,
            "The outline has no bands.",
            "Add them as `- **Excellent (85-100 points)**: …`; until then 85/70/60 are used.",
        )
        scheme.bands += [Band(id=band, lower=lower, text="") for band, lower in DEFAULT_BANDS]
    ids = [band.id for band in scheme.bands]
    for band, lower in DEFAULT_BANDS:
        if band not in ids:
            found.error(
                "missing_band", line, f"The band {band!r} is missing.", "Name all four bands with their ranges."
            )
            scheme.bands.append(Band(id=band, lower=lower, text=""))
    order = [next(b.lower for b in scheme.bands if b.id == band) for band, _ in DEFAULT_BANDS]
    if not all(high > low for high, low in pairwise(order)) or order[-1] != 0 or order[0] > 100:
        found.error(
            "bands_order",
            line,
            f"The bands begin at {order}, best first.",
            "Let each begin below the one before, the last at 0.",
        )
    if not scheme.dimensions:
        found.warning(
            "no_dimensions",
            line,
            "The outline has no ability dimensions.",
            "Add a table of dimension, weight and what is assessed.",
        )
    elif abs(sum(dimension.weight for dimension in scheme.dimensions) - 1) > 0.001:
        total = sum(dimension.weight for dimension in scheme.dimensions) * 100
        found.error(
            "weights_sum", line, f"The weights of the dimensions add up to {total:g} %.", "Make them add up to 100 %."
        )


def _unread(block: Block, found: Findings) -> None:
    found.warning(
        "unknown_part",
        block.line,
        f"{shortened(block.text)!r} is not read.",
        "Name points, bands, dimensions or advice in the heading.",
    )


def _read_entry(entry: Entry, kind: PartKind, scheme: Scheme, found: Findings) -> None:
    if kind == "points":
        _read_points(entry, scheme, found)
    elif kind == "bands":
        _read_band(entry, scheme, found)
    elif kind == "advice":
        scheme.advice.append(entry.text)
    else:
        found.warning(
            "unread_text",
            entry.line,
            "Dimensions are read from a table only.",
            "Write them as a table: dimension | weight | what.",
        )


def _read_points(entry: Entry, scheme: Scheme, found: Findings) -> None:
    colon = max(entry.text.rfind(":"), entry.text.rfind("："))
    name, value = (entry.text[:colon].strip(), entry.text[colon + 1 :]) if colon >= 0 else ("", "")
    value = " ".join(value.split())
    bonus = bool(_BONUS.search(entry.text))
    span = _RANGE.search(value)
    plain = _POINTS.fullmatch(value)
    if not name or not (plain or (bonus and (span or _POINTS.search(value)))):
        fix = "Write `- **Chapter 1: Title**: 12 points`, or `Bonus (0-10 points)` for the bonus."
        found.error("points_unread", entry.line, f"No points could be read from {shortened(entry.text)!r}.", fix)
        return
    number = span[2] if span else (plain or _POINTS.search(value) or ("", "0"))[1]
    scheme.points.append(PointsLine(name, float(number), bonus, entry.line))


def _read_band(entry: Entry, scheme: Scheme, found: Findings) -> None:
    band = band_of(entry.text)
    label, text = split_label(entry.text)
    label = " ".join(label.split())
    span = _RANGE.search(label)
    numbers = re.findall(_NUMBER, label)
    if band is None or not numbers or band in [known.id for known in scheme.bands]:
        fix = "Write each band once: `- **Excellent (85-100 points)**: …`, `- **Insufficient (below 60 points)**: …`."
        found.error("band_unread", entry.line, f"No band could be read from {shortened(entry.text)!r}.", fix)
        return
    lower = 0.0 if _BELOW.search(label) else min(float(n) for n in span.groups()) if span else float(numbers[0])
    scheme.bands.append(Band(id=band, lower=lower, text=text))


def _read_dimensions(table: Block, scheme: Scheme, found: Findings) -> None:
    for offset, row in enumerate(table.rows[1:]):
        line = table.line + 2 + offset
        title, weight, text = (*row, "", "", "")[:3]
        dimension = dimension_of(title)
        match = re.fullmatch(rf"({_NUMBER})\s*(%|％)?", weight)
        if dimension is None or dimension in [known.id for known in scheme.dimensions]:
            what = f"{title!r} is not one of the five dimensions, or stands twice."
            fix = "Use theory, system, practice, development and potential, each once."
            found.error("unknown_dimension", line, what, fix)
        elif match is None:
            found.error(
                "weight_unread", line, f"The weight {weight!r} of {title!r} is not a percentage.", "Write it as `30%`."
            )
        else:
            share = float(match[1]) / (100 if match[2] or float(match[1]) > 1 else 1)
            scheme.dimensions.append(Dimension(id=dimension, title=title, weight=share, text=text))
