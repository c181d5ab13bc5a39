"""A bank's texts as passages to search: questions, notes by heading, and what the outline expects of a section.

Its rule: a passage is known by its source and its content, so that a change in one place leaves all others as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from knowledge.cutting import Cut, written
from knowledge.markdown import read_blocks
from knowledge.models import LEVELS, Bank, Frozen, Note, Question, Section

STANDARD = Cut()


class Chunk(Frozen):
    """One passage. `source_id` is a note's id, `question:<id>` or `outline:<section id>`.

    `content_hash` is the sha256 of headings and text, what is embedded; `ordinal` counts a source's passages from 0.
    """

    id: str
    source_id: str
    question_id: str | None
    heading: tuple[str, ...]
    text: str
    content_hash: str
    ordinal: int

    @property
    def content(self) -> str:
        """Headings and text, as embedded and searched."""
        return written(self.heading, self.text)


def chunk_bank(bank: Bank, cut: Cut = STANDARD) -> tuple[Chunk, ...]:
    """Every passage of a bank: its questions, its notes, the focus and rubric of its sections. Ids are unique."""
    asked_by: dict[str, str] = {}
    for question in bank.questions:
        if question.note:
            asked_by.setdefault(question.note.id, question.id)
    sections = (section for chapter in bank.outline.chapters for section in chapter.sections)
    return (
        *(chunk for question in bank.questions for chunk in chunk_question(bank, question, cut)),
        *(chunk for note in bank.notes for chunk in chunk_note(note, asked_by.get(note.id), cut)),
        *(chunk for section in sections for chunk in chunk_section(section, cut)),
    )


def chunk_question(bank: Bank, question: Question, cut: Cut = STANDARD) -> tuple[Chunk, ...]:
    """The question itself, in the languages it is written in, under its section and topic."""
    section = bank.titles.get(question.section_id)
    heading = (*((section.zh, section.en) if section else ()), question.topic)
    text = "\n".join(filter(None, (question.text.zh, question.text.en)))
    return _chunks(f"question:{question.id}", question.id, [(heading, text)], cut)


def chunk_note(note: Note, question_id: str | None = None, cut: Cut = STANDARD) -> tuple[Chunk, ...]:
    """A note by heading, long parts split at sentences; the question it answers stands above every heading."""
    title = note.question.zh or note.question.en
    return _chunks(note.id, question_id, [((title, *path), text) for path, text in _parts(note.body)], cut)


def chunk_section(section: Section, cut: Cut = STANDARD) -> tuple[Chunk, ...]:
    """What a section looks for, and what its answers show at each level."""
    parts = [((section.title,), "\n".join(section.focus))]
    if section.rubric:
        levels = (section.rubric.fair, section.rubric.good, section.rubric.excellent)
        parts.append(
            (
                (section.title,),
                "\n".join(f"{level}: {text}" for level, text in zip(LEVELS, levels, strict=True) if text),
            )
        )
    return _chunks(f"outline:{section.id}", None, parts, cut)


def _parts(body: str) -> Iterable[tuple[tuple[str, ...], str]]:
    """(heading path, text under it) in order; text before the first heading has an empty path."""
    lines = body.splitlines()
    path: dict[int, str] = {}
    start = 0
    for block in read_blocks(body, raw=True):
        if block.kind == "heading":
            yield tuple(path.values()), "\n".join(lines[start : block.line - 1])
            path = {depth: title for depth, title in path.items() if depth < block.depth} | {block.depth: block.text}
            start = block.end
    yield tuple(path.values()), "\n".join(lines[start:])


def _chunks(
    source_id: str, question_id: str | None, parts: Sequence[tuple[tuple[str, ...], str]], cut: Cut
) -> tuple[Chunk, ...]:
    chunks: list[Chunk] = []
    seen: dict[str, int] = {}
    for path, whole in parts:
        heading = tuple(filter(None, path))
        for text in cut.pieces(whole):
            digest = _digest(heading, text)
            seen[digest] = seen.get(digest, 0) + 1
            repeat = f"~{seen[digest]}" if seen[digest] > 1 else ""
            chunks.append(
                Chunk(
                    id=f"{source_id}#{digest[:16]}{repeat}",
                    source_id=source_id,
                    question_id=question_id,
                    heading=heading,
                    text=text,
                    content_hash=digest,
                    ordinal=len(chunks),
                )
            )
    return tuple(chunks)


def parts_of(chunk: Chunk, cut: Cut, context: int) -> tuple[Chunk, ...]:
    """`chunk` as it is embedded: itself, or where it is longer than `context` tokens (0: any) as many parts as fit."""
    pieces = cut.within(chunk.heading, chunk.text, context)
    if pieces == [(chunk.heading, chunk.text)]:
        return (chunk,)
    return tuple(
        chunk.model_copy(
            update={
                "id": f"{chunk.id}/{number}-{_digest(heading, text)[:8]}", "heading": heading, "text": text,
                "content_hash": _digest(heading, text),
            }
        )
        for number, (heading, text) in enumerate(pieces, 1)
    )  # fmt: skip


def _digest(heading: Sequence[str], text: str) -> str:
    return hashlib.sha256("\x1f".join((*heading, text)).encode()).hexdigest()
