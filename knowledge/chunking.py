"""A bank's texts as passages to search: questions, notes by heading, and what the outline expects of a section.

Its rule: a passage is known by its source and its content, so that a change in one place leaves all others as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from knowledge.markdown import read_blocks
from knowledge.models import LEVELS, Bank, Frozen, Note, Question, Section

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

LONGEST = 400
"""Length of a passage, in Chinese characters or thirds of other characters, before it is split: roughly its tokens, so
that with its headings it fits the 512 that small embedding models read."""
_OVERLAP = 40
_SEPARATORS = ["\n\n", "\n", "。", "！", "？", "；", ". ", "! ", "? ", "; ", "，", "、", ", ", " ", ""]


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
        return "\n".join(filter(None, (" > ".join(self.heading), self.text)))


def chunk_bank(bank: Bank) -> tuple[Chunk, ...]:
    """Every passage of a bank: its questions, its notes, the focus and rubric of its sections. Ids are unique."""
    asked_by: dict[str, str] = {}
    for question in bank.questions:
        if question.note:
            asked_by.setdefault(question.note.id, question.id)
    sections = (section for chapter in bank.outline.chapters for section in chapter.sections)
    return (
        *(chunk for question in bank.questions for chunk in chunk_question(bank, question)),
        *(chunk for note in bank.notes for chunk in chunk_note(note, asked_by.get(note.id))),
        *(chunk for section in sections for chunk in chunk_section(section)),
    )


def chunk_question(bank: Bank, question: Question) -> tuple[Chunk, ...]:
    """The question itself, in the languages it is written in, under its section and topic."""
    section = bank.titles.get(question.section_id)
    heading = (*((section.zh, section.en) if section else ()), question.topic)
    text = "\n".join(filter(None, (question.text.zh, question.text.en)))
    return _chunks(f"question:{question.id}", question.id, [(heading, text)])


def chunk_note(note: Note, question_id: str | None = None) -> tuple[Chunk, ...]:
    """A note by heading, long parts split at sentences; the question it answers stands above every heading."""
    title = note.question.zh or note.question.en
    return _chunks(note.id, question_id, [((title, *path), text) for path, text in _parts(note.body)])


def chunk_section(section: Section) -> tuple[Chunk, ...]:
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
    return _chunks(f"outline:{section.id}", None, parts)


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


def _chunks(source_id: str, question_id: str | None, parts: Sequence[tuple[tuple[str, ...], str]]) -> tuple[Chunk, ...]:
    chunks: list[Chunk] = []
    seen: dict[str, int] = {}
    for path, whole in parts:
        heading = tuple(filter(None, path))
        for text in split(whole):
            digest = hashlib.sha256("\x1f".join((*heading, text)).encode()).hexdigest()
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


def length(text: str) -> int:
    """Length of `text` as `LONGEST` counts it."""
    wide = sum(character > "\u2e7f" for character in text)
    return wide + (len(text) - wide + 2) // 3


def split(text: str) -> list[str]:
    """`text` in pieces of at most `LONGEST`, cut between paragraphs, else sentences, else words; none for a blank one."""
    text = text.strip()
    if length(text) <= LONGEST:
        return [text] if text else []
    return _splitter().split_text(text)


def _splitter() -> RecursiveCharacterTextSplitter:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        chunk_size=LONGEST,
        chunk_overlap=_OVERLAP,
        length_function=length,
        separators=_SEPARATORS,
        is_separator_regex=False,
        keep_separator="end",
    )
