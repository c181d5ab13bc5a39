"""What stands in a file or folder that is refused as a bank: its headings, the labels met, and how its lines were taken.

Its rule: it says what is there and never raises; a file that cannot be opened has nothing to show.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from knowledge.adopt.decode import decode
from knowledge.adopt.reading import Reading
from knowledge.adopt.sources import TEXT_KINDS, can_read, read_source
from knowledge.adopt.vocabulary import split_label
from knowledge.errors import BankError
from knowledge.markdown import read_blocks
from knowledge.models import Frozen, Place
from knowledge.walls import NotOpened, read_file

MOST = 200
"""Headings, labels and files that are named."""
_MOST_MB = 10.0


class Line(Frozen):
    """One line that was met, with what it was taken for ("" where that is not known)."""

    place: Place
    text: str
    role: str


class Seen(Frozen):
    """`lists` are files that could be read as lists of questions; `lines` counts the lines of the file by what they are."""

    lists: tuple[str, ...] = ()
    headings: tuple[Line, ...] = ()
    labels: tuple[Line, ...] = ()
    lines: Mapping[str, int] = Field(default_factory=dict[str, int])


def seen_at(path: Path) -> Seen:
    """What stands at `path`, a file or a folder."""
    if path.is_dir():
        lists = sorted(one.name for one in path.iterdir() if can_read(one) and one.suffix and one.is_file())
        return Seen(lists=tuple(lists[:MOST]))
    try:
        reading = read_source(Path(os.path.realpath(path)), path.name)
    except BankError:
        return Seen()
    return _of_reading(path, reading)


def _of_reading(path: Path, reading: Reading) -> Seen:
    counts: dict[str, int] = {}
    for file in reading.files:
        for role, n in file.counts().items():
            counts[role] = counts.get(role, 0) + n
    if path.suffix.lower() not in TEXT_KINDS:
        return Seen(lines=counts)
    try:
        text = decode(read_file(Path(os.path.realpath(path)), _MOST_MB), path.name).text
    except (BankError, NotOpened):
        return Seen(lines=counts)
    roles = reading.files[0].roles

    def line(number: int, words: str) -> Line:
        role = roles[number - 1] if number <= len(roles) else None
        return Line(place=Place(file=path.name, line=number), text=words[:120], role=role or "")

    headings = [line(block.line, block.text) for block in read_blocks(text) if block.kind == "heading"]
    labels = [
        line(number, words.strip())
        for number, words in enumerate(text.split("\n"), 1)
        if len(words) < 80 and not words.startswith("#") and split_label(words.strip())[0]
    ]
    return Seen(headings=tuple(headings[:MOST]), labels=tuple(labels[:MOST]), lines=counts)
