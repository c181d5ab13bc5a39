"""What a page that shows a report adds to it. The one rule: a file that is handed on has none of it, so it opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from interviewer.report.model import PointRow


@dataclass(frozen=True)
class Surroundings:
    """`note` gives the address of a question's note page, unescaped. `actions` is HTML of the page's own, by question id,
    put at the end of that question, `marking` a form for marking it oneself, in the place of its key points; `opened` are the ids of the questions shown open; `trend` is HTML put before them; `explain` gives the button by which a verdict is explained, for a question's id and a point."""

    note: Callable[[str], str] | None = None
    actions: Mapping[str, str] = field(default_factory=dict[str, str])
    marking: Mapping[str, str] = field(default_factory=dict[str, str])
    opened: frozenset[str] = frozenset()
    trend: str = ""
    explain: Callable[[str, PointRow], str] | None = None


ALONE = Surroundings()
