"""The notes of a bank: which files they are, and which of them hold the notes of several questions, each under its anchor.

Its rule: a file that links name by anchor is parted there, and then no question has the whole of it but one that links it so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.anchors import Part, Parts, anchor_of, parts_of, unlinked
from knowledge.bank_folder import BankFiles
from knowledge.findings import Findings, shortened
from knowledge.links import NOTE_KINDS, is_address, places
from knowledge.models import Finding, Item, Note, Outline
from knowledge.notes import front_lines, parse_note, part_of
from knowledge.similarity import text_id

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_MOST_NAMED = 8
"""Anchors that a message names."""


@dataclass(slots=True)
class BankNotes:
    """`whole` are files that are one note, `parts` sections by their file and the anchor as it is linked, `absent` anchors that
    are not in their file, with those that are."""

    whole: list[tuple[Path, Note]] = field(default_factory=list[tuple[Path, Note]])
    parts: dict[tuple[Path, str], Note] = field(default_factory=dict[tuple[Path, str], Note])
    absent: dict[tuple[Path, str], tuple[str, ...]] = field(default_factory=dict[tuple[Path, str], tuple[str, ...]])
    findings: tuple[Finding, ...] = ()

    @property
    def all(self) -> tuple[Note, ...]:
        """Every note, a section once however it is linked."""
        sections = {note.id: note for note in self.parts.values()}
        return (*(note for _, note in self.whole), *sections.values())


def read_notes(files: BankFiles, outline: Outline) -> BankNotes:
    """The notes that `outline` links, and those of the folder."""
    found = BankNotes()
    findings = Findings("notes")
    anchors: dict[Path, list[str]] = {}
    for path, anchor in _links(files, outline):
        anchors.setdefault(path, []).append(anchor)
    paths = set(anchors)
    if not files.alone:
        paths |= set(files.notes(findings))
    taken: dict[str, str] = {}
    for path in sorted(paths):
        in_file = Findings(files.name(path))
        text = files.read(path, in_file)
        if text is not None:
            _read(path, files.name(path), text, anchors.get(path, [""]), outline, found, taken, in_file)
        findings.add(in_file.all())
    found.findings = findings.all()
    return found


def _read(
    path: Path,
    name: str,
    text: str,
    anchors: Sequence[str],
    outline: Outline,
    found: BankNotes,
    taken: dict[str, str],
    findings: Findings,
) -> None:
    wanted = dict.fromkeys(filter(None, anchors))
    parts = parts_of(text, front_lines(text)) if wanted else None
    used: dict[tuple[int, int], Note] = {}
    whole = parts is None or "" in anchors
    for anchor in wanted:
        assert parts is not None
        part = parts.find(anchor)
        if part is None:
            found.absent[path, anchor] = tuple(one.anchor for one in parts.headed if not part_of(one.title))
        elif parts.whole(part):
            whole = True
        else:
            place = (part.first, part.last)
            if place not in used:
                used[place] = _part_note(path, name, parts, part, taken, findings)
            found.parts[path, anchor] = used[place]
    if parts is not None and used and not whole:
        _say_unlinked(parts, set(used), findings)
    if whole or not used:
        note = _note(path, name, text, outline, findings)
        first = taken.setdefault(note.id.lower(), name)
        if first == name:
            found.whole.append((path, note))
        else:
            what = f"The note's id {note.id!r} is also that of {first}."
            findings.error("duplicate_note", 1, what, "Rename one of the files.")


def _note(path: Path, name: str, text: str, outline: Outline, found: Findings) -> Note:
    """The note at `path`; its id is the file's name, or made from its question where that is no plain ASCII slug."""
    note, findings = parse_note(text, name, path.stem)
    found.add(findings)
    if SLUG.fullmatch(path.stem):
        return note
    return note.model_copy(update={"id": text_id("q", note.question.to(outline.language) or path.stem)})


def _part_note(path: Path, name: str, parts: Parts, part: Part, taken: dict[str, str], found: Findings) -> Note:
    """The note under one anchor; its id is the file's name and the anchor, or made from them where they are no ASCII slug."""
    own = f"{path.stem}-{part.anchor}"
    note_id = own if SLUG.fullmatch(own) and own.lower() not in taken else text_id("q", f"{name}#{part.anchor}")
    taken[note_id.lower()] = f"{name}#{part.anchor}"
    note, findings = parse_note(parts.text(part), name, note_id, part.first - 1)
    found.add(findings)
    if parts.empty(part):
        what = f"Nothing stands under the heading {shortened(part.title)!r}."
        found.warning("empty_note", part.first, what, "Write a reference answer there, or remove its link.")
    return note.model_copy(update={"anchor": part.anchor})


def _say_unlinked(parts: Parts, used: set[tuple[int, int]], found: Findings) -> None:
    """Write down headings beside the linked ones that no question links to: nobody reads what stands under them."""
    for part in unlinked(parts, {first for first, _ in used}):
        what = f"No question links to the heading {shortened(part.title)!r}; what stands under it is not read."
        fix = f"Link it as {shortened(f'{found.file}#{part.anchor}', 80)!r}."
        found.warning("unlinked_note", part.first, what, fix)


def say_absent(item: Item, file: str, anchors: Sequence[str], found: Findings) -> None:
    """Write down that a link names an anchor that is not there, and those that are."""
    missing = shortened("#" + anchor_of(item.link))
    names = shortened(", ".join(f"#{one}" for one in anchors[:_MOST_NAMED]), 300)
    what = f"{file} has no heading {missing!r}. It has no headings."
    if anchors:
        what = f"{file} has no heading {missing!r}. Headings there: {names}."
    found.warning(
        "dead_anchor", item.line, what, "Link one of its headings, or give the heading that is meant `{#name}`."
    )


def _links(files: BankFiles, outline: Outline) -> Iterator[tuple[Path, str]]:
    """The files that links lead to, where they really are, and the anchor; where a target differs from a file in punctuation or
    width only, that file. A target outside the folder is left out here and named where its question is read."""
    for item in _items(outline):
        target = target_of(item, files)
        if target is None or target.suffix.lower() not in NOTE_KINDS:
            continue
        place = files.inside(target)
        anchor = anchor_of(item.link)
        if place and os.path.lexists(place):
            yield place, anchor
        elif place:
            for path in filter(None, map(files.inside, files.alike(target))):
                yield path, anchor


def _items(outline: Outline) -> Iterable[Item]:
    return (item for chapter in outline.chapters for section in chapter.sections for item in section.items)


def target_of(item: Item, files: BankFiles) -> Path | None:
    """Where an item's link leads: the first place it may mean at which there is a file. None for an address or no link."""
    if item.link is None or is_address(item.link):
        return None
    meant = list(places(item.link, files.outline, files.root))
    for path in meant:
        if (place := files.inside(path)) and os.path.isfile(place):
            return path
    for path in meant:
        if files.inside(path) and files.alike(path):
            return path
    return meant[0] if meant else None
