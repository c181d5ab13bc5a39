"""What a program writes around a talk: titles and dates above, blocks of keywords, a line of thanks below.

The one rule: each such line is kept as an aside with its line number, so that a person can see it was no speech.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from interviewer.recordings.formats.clock import date_in
from interviewer.recordings.model import Aside, AsideKind
from interviewer.recordings.words import folded, load_words

_DECORATION = re.compile(r"^[\s#*>\-–—=_📖📝✍️🗒️]+|[\s*:：#_=]+$")


def heading_of(line: str) -> str:
    """A line without Markdown marks, decoration and a colon at its end, folded."""
    return folded(_DECORATION.sub("", line))


def is_footer(line: str) -> bool:
    """Whether a program added this line below the talk."""
    return bool(line.strip()) and load_words().footers.search(heading_of(line)) is not None


def opens_talk(line: str) -> bool:
    """Whether the talk itself begins below this heading: `文字记录:`, `Transcript`, `Round Up Call - Transcript`."""
    plain = heading_of(line)
    return plain in load_words().talk or (len(plain) < 120 and plain.endswith("- transcript"))


def opens_notes(line: str) -> bool:
    """Whether a program's own notes on the talk begin below this heading."""
    return heading_of(line) in load_words().notes


def front_matter(lines: Sequence[str], first: int = 0) -> tuple[list[Aside], str, datetime | None]:
    """Everything above the talk as asides, the talk's title and when it was, as far as they are given."""
    asides: list[Aside] = []
    title, at = "", None
    kind: AsideKind = "heading"
    for n, line in enumerate(lines, first):
        plain = line.strip()
        if not plain:
            continue
        if opens_notes(plain):
            kind = "keywords" if heading_of(plain) in ("关键词", "keywords") else "summary"
        elif opens_talk(plain):
            kind = "heading"
        dated = date_in(plain) if at is None and kind == "heading" else None
        at = at or dated
        if not title and kind == "heading" and not dated and not opens_talk(plain) and len(plain) <= 200:
            title = plain.strip("#*> ")
        asides.append(Aside(plain, "date" if dated else kind, n + 1))
    return asides, title, at
