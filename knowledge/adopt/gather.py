"""The files that are adopted: those that are given, and in folders all that can be read.

Its rule: nothing outside of what was given is opened; of a folder, hidden files and files beyond the limits are named, not read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from knowledge.adopt.correct import Correction, correct
from knowledge.adopt.decode import MOST_BYTES, decode
from knowledge.adopt.joined import joined
from knowledge.adopt.outline_of import outline_of
from knowledge.adopt.reading import LeftOut, Reading, Where
from knowledge.adopt.sources import TEXT_KINDS, can_read, read_source
from knowledge.anchors import parts_of, unlinked
from knowledge.bank_folder import BankFiles
from knowledge.errors import BankError
from knowledge.joining import notes_of
from knowledge.links import places
from knowledge.models import Finding, Note, Place
from knowledge.notes import front_lines
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
    sections: dict[int, Note] = field(default_factory=dict[int, Note])
    """By the id() of its question a note that is only a section of its file."""
    findings: list[Finding] = field(default_factory=list[Finding])
    """Links to headings that are not there."""
    sources: dict[str, Path] = field(default_factory=dict[str, Path])
    labelled: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])
    """(file, line, label) of lines that a model labelled."""


Helper = Callable[[Reading, str, Sequence[str]], Mapping[int, Correction]]
"""Told a reading, its file's name and lines, it may say what some of the lines are."""


def gather(given: Sequence[Path], out: Path | None = None, helper: Helper | None = None) -> Gathered:
    """Read all of `given`, files and folders, but the bank's own folder `out`. Raises BankError where nothing is there, or no
    question was found."""
    found = Gathered(Reading("", [], [], []))
    readings: list[tuple[Path, Reading]] = []
    for path, name, alone in _files(given, out, found):
        try:
            reading = read_source(path, name)
        except BankError as error:
            if alone:
                raise
            found.refused.append((name, error))
            continue
        found.sources[name] = path
        if helper is not None and path.suffix.lower() in TEXT_KINDS:
            _helped(reading, path, name, helper, found)
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
    found.reading.left_out += _unlinked(found)
    return found


def _helped(reading: Reading, path: Path, name: str, helper: Helper, found: Gathered) -> None:
    """Let `helper` label lines of one file, and write down which."""
    lines = decode(read_file(path, MOST_BYTES / 1e6), name).text.split("\n")
    labels = helper(reading, name, lines)
    correct(reading, lines, labels)
    found.labelled += [(name, line, label) for line, label in sorted(labels.items())]


def _title(given: Sequence[Path], readings: Sequence[Reading]) -> str:
    if len(readings) == 1:
        return readings[0].title or Path(readings[0].files[0].name.partition("#")[0]).stem
    return Path(os.path.abspath(given[0])).name if given[0].is_dir() else Path(given[0]).stem


def _files(given: Sequence[Path], out: Path | None, found: Gathered) -> Iterator[tuple[Path, str, bool]]:
    """(path, name, whether it was given by itself), in order, each once."""
    count = 0
    own = os.path.realpath(out) if out is not None else ""
    seen: dict[str, str] = {}
    for one in given:
        path = Path(os.path.abspath(os.path.expanduser(one)))
        if own and os.path.commonpath((own, os.path.realpath(path))) == own:
            what = f"{one}: it is the bank's own folder, or in it."
            raise BankError(what, "Give the lists that the bank is made of, or another folder with --out.")
        if os.path.isdir(path):  # says no to what cannot be a path at all, where Path.is_dir would raise
            for file in _walk(path, own):
                if not _once(file, file.relative_to(path).as_posix(), seen):
                    continue
                count += 1
                if count > MOST_FILES:
                    error = BankError(
                        f"{one}: more than {MOST_FILES} files; the rest is not read.", "Give smaller folders."
                    )
                    found.refused.append((str(file), error))
                    return
                yield file, seen[os.path.realpath(file)], False
        elif os.path.lexists(path):
            if _once(path, path.name, seen):
                yield Path(os.path.realpath(path)), seen[os.path.realpath(path)], True
        else:
            raise BankError(f"{one}: there is no such file or folder.", "Give files or folders with questions in them.")


def _once(file: Path, name: str, seen: dict[str, str]) -> bool:
    """Whether `file` comes for the first time; it then has a name of its own in `seen`, `name` where no other has it."""
    real = os.path.realpath(file)
    if real in seen:
        return False
    names = set(seen.values())
    longer = [name, f"{file.parent.name}/{name}", *(f"{n}/{name}" for n in range(2, len(seen) + 3))]
    seen[real] = next(one for one in longer if one not in names)
    return True


def _walk(root: Path, own: str) -> Iterator[Path]:
    """Files of a folder that can be read, its own outline first; links that lead out of it and the folder `own` are passed over."""
    real = os.path.realpath(root)
    for folder, names, files in os.walk(root):
        names[:] = sorted(
            name
            for name in names
            if name not in _SKIPPED_FOLDERS and not name.startswith(".") and os.path.realpath(f"{folder}/{name}") != own
        )
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
    """The lists among the readings. A file that a question of another one links to, or is named for, is that question's note;
    a file whose questions are links to lists is their index."""
    lists = {os.path.realpath(path) for path, reading in readings if _holds(reading, 2)}
    index = {path for path, reading in readings if _is_index(path, reading, lists)}
    by_text: dict[str, int] = {}
    for path, reading in readings:
        if path in index or os.path.realpath(path) in {os.path.realpath(note) for note in found.notes.values()}:
            continue
        for asked in reading.questions:
            by_text.setdefault(normalise(asked.text), id(asked))
        _find_notes(path, reading, readings, found)
    taken = {os.path.realpath(note) for note in found.notes.values()}
    for path, reading in readings:
        if not _holds(reading, 2) and os.path.realpath(path) not in taken:
            own = {id(asked) for asked in reading.questions}
            named = by_text.get(normalise(path.stem)) or by_text.get(normalise(reading.title))
            if named is not None and named not in own:
                found.notes.setdefault(named, path)
    taken = {os.path.realpath(note) for note in found.notes.values()}
    found.empty = [name for name in found.empty if os.path.realpath(found.sources[name]) not in taken]
    found.empty += [name for name, path in found.sources.items() if path in index]
    return [(path, one) for path, one in readings if path not in index and os.path.realpath(path) not in taken]


def _holds(reading: Reading, number: int) -> bool:
    return len(list(islice(reading.questions, number))) == number


def _is_index(path: Path, reading: Reading, lists: Set[str]) -> bool:
    asked = list(reading.questions)
    leading = sum(
        one.phrase and any(os.path.realpath(place) in lists for place in places(one.link, path, path.parent))
        for one in asked
        if one.link and "#" not in one.link
    )
    return leading * 2 > len(asked)


def _find_notes(path: Path, reading: Reading, readings: Sequence[tuple[Path, Reading]], found: Gathered) -> None:
    """The notes of one list, as a bank of it would have them. Of several lists in one folder the notes beside them may be
    anybody's: then only links count."""
    alone = any(other.parent == path.parent and other != path for other, _ in readings)
    files = BankFiles(path.parent, path, alone=alone)
    outline, _ = outline_of(reading, path.name)
    notes, findings = notes_of(files, outline)
    for asked, note in zip(reading.questions, notes, strict=True):
        if note is None or os.path.realpath(path.parent / note.file) == os.path.realpath(path):
            continue
        if id(asked) not in found.notes:
            found.notes[id(asked)] = Path(os.path.realpath(path.parent / note.file))
            if note.anchor:
                found.sections[id(asked)] = note
    name = next((name for name, source in found.sources.items() if source == path), path.name)
    found.findings += [one.model_copy(update={"place": Place(file=name, line=one.place.line)}) for one in findings]


def _unlinked(found: Gathered) -> list[LeftOut]:
    """Headings of files that are notes by section, beside the linked ones, which no question links to."""
    names = {os.path.realpath(source): name for name, source in found.sources.items()}
    linked: dict[Path, set[int]] = {}
    for question, note in found.sections.items():
        linked.setdefault(found.notes[question], set()).add(note.line)
    whole = {path for question, path in found.notes.items() if question not in found.sections}
    left: list[LeftOut] = []
    for path, lines in linked.items():
        text = decode(read_note(path), path.name).text
        parts = parts_of(text, front_lines(text))
        name = names.get(os.path.realpath(path), path.name)
        for part in unlinked(parts, lines) if path not in whole else ():
            left.append(LeftOut(Where(name, part.first, part.last), "answer_of_none", part.title))
    return left


def read_note(path: Path) -> bytes:
    """The bytes of a note to copy. Raises BankError."""
    try:
        return read_file(Path(os.path.realpath(path)), 2.0)
    except NotOpened as error:
        raise BankError(f"{path.name}: {error.what}", error.fix) from error
