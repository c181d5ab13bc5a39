"""Adopting: what was read becomes a bank's files, and adopting again never takes away what a person wrote.

Its rule: a file is written only where it is not there yet, or still is as it was written the last time; every other one is
left and named. What was written, from which lines, stands in provenance.json.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from knowledge.adopt.decode import decode
from knowledge.adopt.gather import Gathered, read_note
from knowledge.adopt.reading import Asked, Where
from knowledge.adopt.render import language_of, left_out_text, note_parts, note_text, outline_text, question_id
from knowledge.errors import BankError
from knowledge.pictures import MOST_MB, picture_file
from knowledge.similarity import normalise
from knowledge.walls import NotOpened, read_file

PROVENANCE = "provenance.json"
State = Literal["new", "updated", "same", "kept", "gone"]
"""`kept`: edited by hand since it was written, and therefore left; `gone`: no longer in the source, and left as well."""
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}")
_PICTURE = re.compile(r"!\[[^\]]*\]\(<?([^<>()\s][^<>()]*?)>?\)")


@dataclass(frozen=True, slots=True)
class Change:
    """What adopting does to one file of the bank."""

    file: str
    state: State


@dataclass(slots=True)
class Adoption:
    """A bank's files as they would be written, and what that changes in its folder."""

    out: Path
    contents: dict[str, bytes]
    changes: list[Change]
    added: list[str] = field(default_factory=list[str])
    removed: list[str] = field(default_factory=list[str])
    provenance: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def kept(self) -> list[str]:
        return [change.file for change in self.changes if change.state == "kept"]


def plan(found: Gathered, out: Path) -> Adoption:
    """What adopting would write into `out`, and how that differs from what stands there. Raises BankError where `out` is in use
    for something else."""
    before = _written_before(out)
    contents, questions = _contents(found)
    old: Mapping[str, str] = before.get("files", {})
    changes = [Change(name, _state(out / name, content, old.get(name))) for name, content in contents.items()]
    changes += [Change(name, "gone") for name in old if name not in contents and (out / name).is_file()]
    known = {
        normalise(str(one["text"])): str(one["text"])
        for one in cast("list[dict[str, Any]]", before.get("questions", []))
    }
    now = {normalise(str(one["text"])): str(one["text"]) for one in questions}
    adoption = Adoption(out, contents, changes)
    adoption.added = [text for key, text in now.items() if key not in known] if known else []
    adoption.removed = [text for key, text in known.items() if key not in now]
    kept = set(adoption.kept)
    adoption.provenance = {
        "version": 1,
        "files": {
            name: old[name] if name in kept and name in old else _hash(content) for name, content in contents.items()
        },
        "sources": _sources(found),
        "questions": questions,
        "labelled_by_model": [{"file": name, "line": line, "label": label} for name, line, label in found.labelled],
        "left_out": [{**_where(one.where), "why": one.why} for one in found.reading.left_out],
    }
    return adoption


def write(adoption: Adoption) -> None:
    """Write what the plan says: new files and those nobody edited. Raises BankError where the folder cannot be written."""
    states = {change.file: change.state for change in adoption.changes}
    try:
        for name, content in adoption.contents.items():
            if states[name] in ("new", "updated"):
                _put(adoption.out / name, content)
        text = json.dumps(adoption.provenance, ensure_ascii=False, indent=1) + "\n"
        _put(adoption.out / PROVENANCE, text.encode())
    except OSError as error:
        what = f"{error.filename or adoption.out}: it cannot be written ({error.strerror})."
        raise BankError(what, "Choose another folder with --out.") from error


def _put(path: Path, content: bytes) -> None:
    """Write beside and move into place, so that a file is never half written; a link is replaced, not followed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    os.replace(beside, path)


def _written_before(out: Path) -> dict[str, Any]:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return {}
    record = out / PROVENANCE
    if not out.is_dir() or not record.is_file():
        what = f"{out}: there is something already that `bank adopt` did not write."
        raise BankError(what, "Name a new folder with --out.")
    try:
        found: Any = json.loads(read_file(Path(os.path.realpath(record)), 200.0))
        if isinstance(found, dict) and isinstance(cast("dict[str, Any]", found).get("files"), dict):
            return cast("dict[str, Any]", found)
    except (NotOpened, ValueError) as error:
        raise BankError(f"{record}: it cannot be read ({error}).", "Name a new folder with --out.") from error
    raise BankError(f"{record}: it is no record of `bank adopt`.", "Name a new folder with --out.")


def _state(path: Path, content: bytes, written: str | None) -> State:
    if not os.path.lexists(path):
        return "new"
    try:
        there = read_file(path, 100.0)
    except NotOpened:
        return "kept"
    if there == content:
        return "same"
    return "updated" if written is not None and _hash(there) == written else "kept"


def _contents(found: Gathered) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    """The bank's files by name, and what each question came from."""
    reading, language = found.reading, language_of(found.reading)
    links: dict[int, str] = {}
    contents: dict[str, bytes] = {}
    questions: list[dict[str, Any]] = []
    used: set[str] = set()
    notes: dict[Path, str] = {}
    for asked in reading.questions:
        name = _note_name(asked, found, used, notes)
        body = _note(asked, found, language)
        if body:
            contents[name] = body
        if body:
            links[id(asked)] = name
        questions.append(
            {"text": asked.text, "id": name.rpartition("/")[2].removesuffix(".md"), **_where(asked.where)}
            | ({"came_with": [_where(where) for where in asked.came_with]} if asked.came_with else {})
        )
    outline = outline_text(reading, reading.title or "questions", language, links)
    first = {"outline.md": outline.encode()}
    if left := left_out_text(reading, language):
        first["left-out.md"] = left.encode()
    return first | contents | _pictures(found), questions


def _note_name(asked: Asked, found: Gathered, used: set[str], notes: dict[Path, str]) -> str:
    path = found.notes.get(id(asked))
    section = found.sections.get(id(asked))
    own = path.stem if path is not None and path not in notes and _SLUG.fullmatch(path.stem) else question_id(asked)
    if section is not None:
        own = section.id
    stem = own
    number = 2
    while stem.lower() in used:
        stem, number = f"{own}-{number}", number + 1
    used.add(stem.lower())
    if path is not None and section is None:
        notes.setdefault(path, stem)
    return f"notes/{stem}.md"


def _note(asked: Asked, found: Gathered, language: Literal["zh", "en"]) -> bytes:
    """The question's note as it is, and below it what stood beside the question; without a note one made of that."""
    path = found.notes.get(id(asked))
    if path is not None:
        section = found.sections.get(id(asked))
        text = section.body if section is not None else decode(read_note(path), path.name).text
        if text.strip():
            return (
                "\n\n".join(filter(None, (text.rstrip("\n"), note_parts(asked, language).rstrip("\n"), ""))).encode()
                + b"\n"
            )
    return note_text(asked, language).encode()


def _pictures(found: Gathered) -> dict[str, bytes]:
    """Pictures that questions show, copied to the places their links name; those outside of the list's folder are left."""
    copied: dict[str, bytes] = {}
    for asked in found.reading.questions:
        source = found.sources.get(asked.where.file.partition("#")[0])
        if source is None:
            continue
        for target in _PICTURE.findall(asked.extra):
            file = picture_file(source.parent, target)
            if file is not None and ".." not in Path(target).parts:
                try:
                    copied[Path(target.lstrip("/")).as_posix()] = read_file(file, MOST_MB)
                except NotOpened:
                    continue
    return copied


def _sources(found: Gathered) -> list[dict[str, Any]]:
    read = {file.name: file for file in found.reading.files}
    rows: list[dict[str, Any]] = []
    for name, path in found.sources.items():
        file = next((one for key, one in read.items() if key.partition("#")[0] == name), None)
        try:
            content = read_file(Path(os.path.realpath(path)), 100.0)
        except NotOpened:
            continue
        rows.append({"file": name, "sha256": _hash(content), "encoding": file.encoding if file else ""})
    return rows


def _where(where: Where) -> dict[str, Any]:
    return {"file": where.file, "first": where.first, "last": where.last}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def summary(changes: Sequence[Change]) -> dict[State, int]:
    """How many files are new, updated and so on."""
    counts: dict[State, int] = {}
    for change in changes:
        counts[change.state] = counts.get(change.state, 0) + 1
    return counts
