"""The files that are adopted: those that are given, and in folders all that can be read.

Its rule: nothing outside of what was given is opened; of a folder, hidden files and files beyond the limits are named, not read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.adopt.joined import joined
from knowledge.adopt.reading import Reading
from knowledge.adopt.sources import can_read, read_source
from knowledge.errors import BankError
from knowledge.links import places
from knowledge.similarity import normalise
from knowledge.walls import NotOpened, read_file, real_place

MOST_FILES = 2_000
_NO_LISTS = frozenset(("license", "licence", "contributing", "changelog", "code_of_conduct", "security", "authors"))
_SKIPPED_FOLDERS = frozenset((".git", "node_modules", "__pycache__", ".venv", "venv"))


@dataclass(slots=True)
class Gathered:
    """What was read from all files. `refused` are files that could not be read and why; `notes` the files that links lead to,
    by the id() of their question; `empty` files that hold no question."""

    reading: Reading
    refused: list[tuple[str, BankError]] = field(default_factory=list[tuple[str, BankError]])
    notes: dict[int, Path] = field(default_factory=dict[int, Path])
    empty: list[str] = field(default_factory=list[str])
    sources: dict[str, Path] = field(default_factory=dict[str, Path])


def gather(given: Sequence[Path]) -> Gathered:
    """Read all of `given`, files and folders. Raises BankError where nothing is there, or no question was found."""
    found = Gathered(Reading("", [], [], []))
    readings: list[tuple[Path, Reading]] = []
    for path, name, alone in _files(given, found):
        try:
            reading = read_source(path, name)
        except BankError as error:
            if alone:
                raise
            found.refused.append((name, error))
            continue
        found.sources[name] = path
        if any(reading.questions):
            readings.append((path, reading))
        else:
            found.empty.append(name)
    readings = _without_notes(readings, found)
    if not readings:
        names = ", ".join(str(path) for path in given[:3])
        what = f"{names}: no question was found in {len(found.sources) + len(found.refused)} files."
        raise BankError(what, "Write questions as a list, a table, headings or bold lines.")
    for path, reading in readings:
        for chapter in reading.chapters:
            chapter.title = chapter.title or reading.title or path.stem
    found.reading = joined([reading for _, reading in readings], _title(given, [reading for _, reading in readings]))
    _link_notes(readings, found)
    return found


def _title(given: Sequence[Path], readings: Sequence[Reading]) -> str:
    if len(readings) == 1:
        return readings[0].title or Path(readings[0].files[0].name.partition("#")[0]).stem
    return Path(os.path.abspath(given[0])).name if given[0].is_dir() else Path(given[0]).stem


def _files(given: Sequence[Path], found: Gathered) -> Iterator[tuple[Path, str, bool]]:
    """(path, name, whether it was given by itself), in order."""
    count = 0
    for one in given:
        path = Path(os.path.abspath(one.expanduser()))
        if path.is_dir():
            for file in _walk(path):
                count += 1
                if count > MOST_FILES:
                    error = BankError(
                        f"{one}: more than {MOST_FILES} files; the rest is not read.", "Give smaller folders."
                    )
                    found.refused.append((str(file), error))
                    return
                yield file, file.relative_to(path).as_posix(), False
        elif os.path.lexists(path):
            yield Path(os.path.realpath(path)), path.name, True
        else:
            raise BankError(f"{one}: there is no such file or folder.", "Give files or folders with questions in them.")


def _walk(root: Path) -> Iterator[Path]:
    """Files of a folder that can be read, its own outline first; links that lead out of it are passed over."""
    real = os.path.realpath(root)
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in _SKIPPED_FOLDERS and not name.startswith("."))
        for name in sorted(files, key=lambda name: (Path(name).stem.lower() != "outline", name)):
            path = Path(folder) / name
            if name.startswith(".") or not path.suffix or not can_read(path) or path.stem.lower() in _NO_LISTS:
                continue
            if path.is_symlink() and real_place(path, root, real) is None:
                continue
            if name in ("left-out.md", "terms.toml", "bank.toml"):
                continue
            yield path


def _without_notes(readings: list[tuple[Path, Reading]], found: Gathered) -> list[tuple[Path, Reading]]:
    """The lists among the readings: a file that a question of another one links to, or is named for, is that question's note."""
    linked: dict[Path, int] = {}
    by_text: dict[str, int] = {}
    for path, reading in readings:
        for asked in reading.questions:
            by_text.setdefault(normalise(asked.text), id(asked))
            for place in places(asked.link, path, path.parent) if asked.link else ():
                linked.setdefault(place, id(asked))
    kept: list[tuple[Path, Reading]] = []
    for path, reading in readings:
        questions = list(reading.questions)
        named = by_text.get(normalise(path.stem)) or by_text.get(normalise(reading.title))
        alone = len(questions) <= 1 and named is not None and (not questions or id(questions[0]) != named)
        if path in linked or alone:
            found.notes.setdefault(linked.get(path) or named or 0, path)
        else:
            kept.append((path, reading))
    for name in list(found.empty):
        path = found.sources[name]
        owner = linked.get(path) or by_text.get(normalise(path.stem))
        if owner:
            found.notes.setdefault(owner, path)
            found.empty.remove(name)
    return kept


def _link_notes(readings: Sequence[tuple[Path, Reading]], found: Gathered) -> None:
    """Notes that links lead to beside the lists, also where only the list was given; never outside of its folder's parent."""
    for path, reading in readings:
        root = path.parent
        real = os.path.realpath(root)
        for asked in reading.questions:
            if not asked.link or id(asked) in found.notes:
                continue
            for place in places(asked.link, path, root):
                inside = real_place(place, root, real)
                if inside is not None and os.path.isfile(inside):
                    found.notes[id(asked)] = inside
                    break


def read_note(path: Path) -> bytes:
    """The bytes of a note to copy. Raises BankError."""
    try:
        return read_file(Path(os.path.realpath(path)), 2.0)
    except NotOpened as error:
        raise BankError(f"{path.name}: {error.what}", error.fix) from error
