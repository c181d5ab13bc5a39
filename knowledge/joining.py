"""Outline and notes joined: each question with its note, by link, by the words it asks, or by title.

Its rule: a note belongs to one question, and a question keeps its id whatever its neighbours do.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.anchors import anchor_of
from knowledge.bank_folder import BankFiles
from knowledge.findings import Findings, shortened
from knowledge.ids import Ids
from knowledge.models import (
    Bilingual,
    Chapter,
    Finding,
    Item,
    KeyPoint,
    Note,
    Outline,
    Question,
    Section,
    Topic,
)
from knowledge.note_files import SLUG, BankNotes, read_notes, say_absent, target_of
from knowledge.similarity import normalise, text_id


def notes_of(files: BankFiles, outline: Outline) -> tuple[list[Note | None], tuple[Finding, ...]]:
    """For each question of `outline`, in order, its note in a file of its own; and what is wrong with links by anchor."""
    notes, own = read_notes(files, outline), files.name(files.outline)
    found = Findings(own)
    joined = [question.note for question in join_notes(outline, notes, files, found)]
    findings = [one for one in (*found.all(), *notes.findings) if one.code == "dead_anchor"]
    return [None if note is None or note.file == own else note for note in joined], tuple(findings)


def in_language(text: str, outline: Outline, other: str = "") -> Bilingual:
    """`text` on the side of the outline's own language, `other` on the other."""
    return Bilingual(zh=text, en=other) if outline.language == "zh" else Bilingual(zh=other, en=text)


def join_notes(outline: Outline, notes: BankNotes, files: BankFiles, found: Findings) -> list[Question]:
    """The questions of `outline` with their notes."""
    known = {path for path, _ in notes.whole} | {path for path, _ in notes.parts}
    join = _Join(
        notes=notes,
        known=known,
        by_path=dict(notes.whole),
        by_stem={(path.parent, normalise(path.stem)): path for path in sorted(known)},
        by_text=_by_text(notes.whole),
        by_id={note.id: note for note in notes.all},
    )
    questions = [
        _question(chapter, section, topic, item, outline, join, files, found)
        for chapter in outline.chapters
        for section in chapter.sections
        for topic in section.topics
        for item in topic.items
    ]
    for note in notes.all:
        if note.id not in join.used:
            found.add(_unused(note, join))
    return questions


@dataclass(slots=True)
class _Join:
    """The notes by everything a question may be tied to them with, and which are taken."""

    notes: BankNotes
    known: set[Path]
    by_path: dict[Path, Note]
    by_stem: dict[tuple[Path, str], Path]
    by_text: dict[str, Note]
    by_id: dict[str, Note]
    used: dict[str, int] = field(default_factory=dict[str, int])
    ids: Ids = field(default_factory=Ids)


def _unused(note: Note, join: _Join) -> tuple[Finding, ...]:
    """That no question uses `note`, and where one could have: because another note was there first."""
    found = Findings(note.file)
    texts = (note.question.zh, note.question.en, *note.names)
    other = next((one for text in texts if text and (one := join.by_text.get(normalise(text)))), None)
    if other is not None and other is not note and other.id in join.used:
        what = f"Its question has the note {other.file} already; this one is not used."
        found.warning("second_note", 1, what, "Put the two together in one file.")
    else:
        fix = "Link it from the outline, give it the question's exact text, or remove it; it is still searched for passages."
        found.warning("unlinked_note", 1, "No question of the outline uses this note.", fix)
    return found.all()


def _by_text(notes: Sequence[tuple[Path, Note]]) -> dict[str, Note]:
    """The notes by the question they say they answer; where they say none, by title, first heading and file name."""
    found: dict[str, Note] = {}
    for path, note in notes:
        for name in (*note.names, path.stem, re.sub(r"^[\d\s._、-]+", "", path.stem)):
            if len(normalise(name)) > 3:
                found.setdefault(normalise(name), note)
    for _, note in notes:
        found |= {normalise(text): note for text in (note.question.zh, note.question.en) if text}
    return found


def _question(
    chapter: Chapter,
    section: Section,
    topic: Topic,
    item: Item,
    outline: Outline,
    join: _Join,
    files: BankFiles,
    found: Findings,
) -> Question:
    target = target_of(item, files)
    note = _linked(item, target, files, join, found)
    if note is None:
        meant = join.by_text.get(normalise(item.text)) or join.by_id.get(text_id("q", item.text))
        note = meant if meant is not None and meant.id not in join.used else None
    named = "-".join(filter(None, (target.stem, anchor_of(item.link)))) if target else ""
    own = note.id if note else named if SLUG.fullmatch(named) else text_id("q", item.text)
    if note and note.id in join.used:
        what = f"The note {note.file} already belongs to the question in line {join.used[note.id]}."
        found.error(
            "note_shared",
            item.line,
            what,
            f"Give each question its own note, or a heading of its own in one file: {note.file}#heading.",
        )
        own = text_id("q", item.text)
    elif note:
        join.used[note.id] = item.line
        _check_text(item, note, outline, found)
        if target is None and not note.question:
            in_note = Findings(note.file)
            what = f"The note was found by its title or its file's name: {shortened(item.text)!r}."
            in_note.warning(
                "matched_by_title",
                1,
                what,
                "Link it from the outline, or give it `question:` at its top, so that it stays found when either changes.",
            )
            found.add(in_note.all())
    question_id = join.ids.take(own, f"{own}-", first=2)
    other = (note.question.en if outline.language == "zh" else note.question.zh) if note else ""
    return Question(
        id=question_id,
        text=in_language(item.text, outline, other),
        chapter_id=chapter.id,
        section_id=section.id,
        topic=topic.title,
        headline=note.headline if note and note.headline is not None else item.link is not None,
        dimension=(note.dimension if note else None) or "theory",
        bonus=chapter.bonus,
        note=_both(note, _note_of(item, question_id, outline, files.name(files.outline))),
        line=item.line,
        extra=item.extra,
    )


def _both(note: Note | None, beside: Note | None) -> Note | None:
    """A question's note together with what stands beside the question in the outline."""
    if note is None or beside is None:
        return note or beside
    known = {point.id for point in note.key_points}
    reference = Bilingual(
        zh="\n\n".join(filter(None, (note.reference.zh, beside.reference.zh))),
        en="\n\n".join(filter(None, (note.reference.en, beside.reference.en))),
    )
    return note.model_copy(
        update={
            "reference": reference,
            "key_points": note.key_points + tuple(one for one in beside.key_points if one.id not in known),
            "follow_ups": note.follow_ups + beside.follow_ups,
            "body": f"{note.body}\n\n{beside.body}".strip(),
        }
    )


def _note_of(item: Item, question_id: str, outline: Outline, file: str) -> Note | None:
    """A note made of the answer that stands beside the question in its own list."""
    if not (item.reference or item.points or item.follow_ups):
        return None
    body = "\n\n".join(piece for piece in (item.reference, "\n".join(f"- {point}" for point in item.points)) if piece)
    points = tuple(
        KeyPoint(
            id=text_id("k", text), level="fair", text=in_language(text, outline), probe=Bilingual(), line=item.line
        )
        for text in dict.fromkeys(item.points)
        if normalise(text)
    )
    return Note(
        id=question_id, file=file, question=in_language(item.text, outline), dimension=None, headline=None,
        reference=in_language(item.reference, outline), key_points=points, misconceptions=(), sources=(), body=body,
    )  # fmt: skip


def _linked(item: Item, target: Path | None, files: BankFiles, join: _Join, found: Findings) -> Note | None:
    link = shortened(item.link or "", 80)
    if target is None:
        if item.link is not None:
            what = f"The link {shortened(item.link)!r} leads to no note."
            found.warning("dead_link", item.line, what, "Link to a note's file, relative to the outline.")
        return None
    place = files.inside(target)
    if place is None and files.alone and not os.path.lexists(target):
        # an outline given alone, away from the notes it was written beside: nothing is there to be read
        what = f"The link {link!r} leads to a file that is not there."
        found.warning(
            "dead_link", item.line, what, "Put the note there, or give the folder that holds outline and notes."
        )
        return None
    if place is None:
        what = f"The link {link!r} leads out of the bank's folder and is not read."
        found.error("link_outside", item.line, what, "Copy the note into the folder and link it there.")
        return None
    if place in join.known:
        return _in_file(item, place, files, join, found)
    alike = join.by_stem.get((place.parent, normalise(place.stem)))
    if alike:
        what = f"The link's target differs from the file {files.name(alike)} in spelling; that file is used."
        found.warning("link_spelling", item.line, what, "Write the file's name exactly.")
        return _in_file(item, alike, files, join, found)
    if os.path.lexists(place):
        what = f"The link's target is no note that could be read: {link!r}."
        found.warning("dead_link", item.line, what, "Link to a Markdown file with UTF-8 text.")
    else:
        what = f"The link's target does not exist: {link!r}."
        found.warning("dead_link", item.line, what, "Write the note, or mend or remove the link.")
    return None


def _in_file(item: Item, path: Path, files: BankFiles, join: _Join, found: Findings) -> Note | None:
    """The note of a file that a link means: the section at its anchor, or all of it. Where the anchor is not there, all of it
    only if no question has a part in it."""
    anchor = anchor_of(item.link)
    part = join.notes.parts.get((path, anchor))
    if part is not None:
        return part
    if (path, anchor) in join.notes.absent:
        say_absent(item, files.name(path), join.notes.absent[path, anchor], found)
        return None if any(one == path for one, _ in join.notes.parts) else join.by_path.get(path)
    return join.by_path.get(path)


def _check_text(item: Item, note: Note, outline: Outline, found: Findings) -> None:
    text = note.question.zh if outline.language == "zh" else note.question.en
    if text and normalise(text) != normalise(item.text):
        what = f"The outline asks {shortened(item.text)!r}, its note {note.file} answers {shortened(text)!r}."
        found.warning("question_differs", item.line, what, "Use the same words in both; the outline's are asked.")
