"""Markdown to `Outline`: chapters, sections, topics, questions and rubrics, with the scoring scheme at the end.

Its rule: whatever deviates from the grammar becomes a finding with its line, and reading goes on; only an outline
without any chapter is refused. It sees text, never files: whether a link leads anywhere is `bank`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from knowledge.errors import BankError
from knowledge.findings import Findings, shortened
from knowledge.headings import Heading, chapter_heading, label_of, names_chapter, part_of, section_heading, split_label
from knowledge.ids import Ids
from knowledge.markdown import Block, has_cjk, read_blocks
from knowledge.models import Chapter, Finding, Language, Outline, Section
from knowledge.scheme import PointsLine, Scheme, check_scheme, read_part
from knowledge.section import read_section
from knowledge.similarity import normalise

_DURATION = re.compile(r"时长|duration|length", re.IGNORECASE)
_SPAN = re.compile(r"(?<!\d)(\d{1,4})\s*(?:(?:[-–—~～至到]|to)\s*(\d{1,4})\s*)?(?:分钟|min)", re.IGNORECASE)


def parse_outline(text: str, file: str) -> tuple[Outline, tuple[Finding, ...]]:
    """Read an outline; `file` is how findings name it, relative to the bank's folder.

    Chapter ids are `c<number>` from the heading, `c<position>` where it has no number or one already taken, and `bonus`
    for the chapter whose points come on top. Section ids are `<chapter id>.s<n>`, n being the last part of the number in
    the heading when the part before it is the chapter's own (1.2 in chapter 1), else the section's position.
    Raises BankError when no chapter is found.
    """
    found = Findings(file)
    parts = _split(read_blocks(text, found=found), depth=2)
    chapters, scheme = _read_parts(parts, found)
    if not chapters:
        what = f"{file}: no chapter found."
        raise BankError(
            what,
            "Begin each chapter with a heading like `## Chapter 1: Title (15 minutes)`.",
        )
    check_scheme(scheme, found)
    pointed = _with_points(chapters, scheme, found)
    before = [block for part in parts for block in part.blocks if block.line < chapters[0].line]
    stated, line = _stated_minutes(before, found)
    _check_minutes(pointed, stated, line, found)
    title = next((block.text for block in parts[0].blocks if block.kind == "heading" and block.depth == 1), "")
    if not title:
        found.warning("no_title", 1, "The outline has no title.", "Begin the file with `# Title`.")
    outline = Outline(
        title=title or PurePosixPath(file).stem,
        language=_language(pointed),
        stated_minutes=stated,
        chapters=tuple(pointed),
        bands=tuple(scheme.bands),
        dimensions=tuple(scheme.dimensions),
        advice=tuple(scheme.advice),
    )
    return outline, found.all()


@dataclass(frozen=True, slots=True)
class _Part:
    """A heading (None before the first one) and the blocks under it."""

    heading: Block | None
    blocks: tuple[Block, ...]


def _split(blocks: Iterable[Block], depth: int) -> list[_Part]:
    """The blocks cut at every heading of `depth`; the first part has no heading and may be empty."""
    heading: Block | None = None
    current: list[Block] = []
    parts: list[_Part] = []
    for block in blocks:
        if block.kind == "heading" and block.depth == depth:
            parts.append(_Part(heading, tuple(current)))
            heading, current = block, []
        else:
            current.append(block)
    return [*parts, _Part(heading, tuple(current))]


def _read_parts(parts: Sequence[_Part], found: Findings) -> tuple[list[Chapter], Scheme]:
    chapters: list[Chapter] = []
    scheme, ids = Scheme(), Ids()
    for part in parts[1:]:
        assert part.heading is not None  # only the first part has none
        head = chapter_heading(part.heading.text)
        asks = any(
            block.kind in ("paragraph", "heading") and label_of(block.text) == "questions" for block in part.blocks
        )
        if asks or names_chapter(part.heading.text):
            chapters.append(_chapter(part.heading, head, part.blocks, len(chapters) + 1, ids, found))
        elif part_of(part.heading.text):
            read_part(part.heading, part.blocks, scheme, found)
        elif chapters:
            fix = "Number it as a chapter, or name it scoring, bands, dimensions or advice."
            found.warning("unknown_part", part.heading.line, f"The part {part.heading.text!r} is not read.", fix)
    return chapters, scheme


def _chapter(
    heading: Block, head: Heading, blocks: Sequence[Block], position: int, ids: Ids, found: Findings
) -> Chapter:
    number = int(head.number) if head.number else None
    wanted = f"c{number if number is not None else position}"
    if number is not None and wanted in ids:
        found.error(
            "chapter_number",
            heading.line,
            f"Chapter number {number} stands twice.",
            "Give every chapter its own number.",
        )
    chapter_id = ids.take(wanted, "c")
    _check_heading(heading, head, found, wants_minutes=True)
    parts = _split(blocks, depth=3)
    sections: list[Section] = []
    section_ids = Ids()
    if any(block.kind == "list" for block in parts[0].blocks):
        found.warning(
            "no_section",
            heading.line,
            f"Chapter {head.title!r} has questions outside a section.",
            "Put them under `### 1.1 …`.",
        )
        sections.append(
            read_section(
                heading, Heading("", head.title, None), parts[0].blocks, chapter_id, number, 1, section_ids, found
            )
        )
    timed = any(section_heading(part.heading.text).minutes for part in parts[1:] if part.heading)
    for part in parts[1:]:
        assert part.heading is not None  # only the first part has none
        section = section_heading(part.heading.text)
        _check_heading(part.heading, section, found, wants_minutes=timed)
        position = len(sections) + 1
        sections.append(
            read_section(part.heading, section, part.blocks, chapter_id, number, position, section_ids, found)
        )
    if not sections:
        found.error(
            "empty_chapter",
            heading.line,
            f"Chapter {head.title!r} has no sections.",
            "Add `### 1.1 …` with questions, or remove it.",
        )
    planned = sum(section.minutes or 0 for section in sections)
    if head.minutes and timed and planned != head.minutes:
        what = f"The sections of {head.title!r} take {planned} minutes, the chapter says {head.minutes}."
        found.warning("section_minutes", heading.line, what, "Make the sections add up to the chapter.")
    return Chapter(
        id=chapter_id, number=number, title=head.title, minutes=head.minutes, points=0.0, bonus=False,
        sections=tuple(sections), line=heading.line,
    )  # fmt: skip


def _check_heading(heading: Block, head: Heading, found: Findings, *, wants_minutes: bool) -> None:
    if not head.title:
        found.warning(
            "no_title", heading.line, f"The heading {heading.text!r} has no title.", "Write a title after the number."
        )
    if head.unread_minutes:
        found.warning(
            "minutes_unread",
            heading.line,
            f"{head.unread_minutes!r} is not one number of minutes.",
            "Write (15 minutes).",
        )
    elif wants_minutes and head.minutes is None:
        found.warning(
            "missing_minutes",
            heading.line,
            f"{heading.text!r} has no minutes.",
            "Write (15 minutes) after the title.",
        )


def _with_points(chapters: Sequence[Chapter], scheme: Scheme, found: Findings) -> list[Chapter]:
    """The chapters with their points, matched by number first and by title else; the bonus chapter gets id `bonus`."""
    line = scheme.points[0].line if scheme.points else scheme.line or 1
    if not scheme.points:
        what = "The outline gives no points per chapter; all chapters count alike."
        found.warning(
            "no_points", line, what, "Add a list like `- **Chapter 1: Title**: 12 points` under the scoring heading."
        )
        return [chapter.model_copy(update={"points": 100 / len(chapters)}) for chapter in chapters]
    of_chapter: dict[str, PointsLine] = {}
    named = _ByName(chapters)
    for points in scheme.points:
        chapter = named.chapter(points)
        if chapter is None or chapter.id in of_chapter:
            what = f"The points of {points.name!r} belong to no chapter, or to one that has points already."
            found.error("points_chapter", points.line, what, "Name each chapter once, as in its heading.")
        else:
            of_chapter[chapter.id] = points
    total = sum(points.value for points in scheme.points if not points.bonus)
    if abs(total - 100) > 0.001:
        found.error(
            "points_sum",
            line,
            f"The points of the chapters add up to {total:g}.",
            "Make them add up to 100 (the bonus comes on top).",
        )
    return [_pointed(chapter, of_chapter.get(chapter.id), found) for chapter in chapters]


class _ByName:
    """The chapters by what a line of points may call them."""

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        self._titles = [(normalise(chapter.title), chapter) for chapter in chapters]
        self._numbers: dict[int, Chapter] = {}
        for chapter in chapters:
            if chapter.number is not None:
                self._numbers.setdefault(chapter.number, chapter)

    def chapter(self, points: PointsLine) -> Chapter | None:
        """The chapter of that number, else the only one whose title begins like that."""
        head = chapter_heading(points.name)
        if head.number:
            return self._numbers.get(int(head.number))
        name = normalise(head.title)
        same = [chapter for title, chapter in self._titles if name and title.startswith(name)]
        if not same and points.bonus:
            same = [chapter for _, chapter in self._titles if chapter.number is None]
        return same[0] if len(same) == 1 else None


def _pointed(chapter: Chapter, points: PointsLine | None, found: Findings) -> Chapter:
    if points is None:
        what = f"Chapter {chapter.title!r} has no points and cannot count."
        found.error("missing_points", chapter.line, what, "Give it points in the scoring part.")
        return chapter
    if not points.bonus:
        return chapter.model_copy(update={"points": points.value})
    sections = tuple(s.model_copy(update={"id": f"bonus.{s.id.rpartition('.')[2]}"}) for s in chapter.sections)
    return chapter.model_copy(update={"id": "bonus", "bonus": True, "points": points.value, "sections": sections})


def _stated_minutes(blocks: Iterable[Block], found: Findings) -> tuple[tuple[int, int] | None, int]:
    """The length of the whole interview from a line like `**面试时长**：90-120分钟`, and where it stands."""
    for block in blocks:
        lines = [*block.text.splitlines(), *(entry.text for entry in block.entries)]
        for line in lines if block.kind in ("paragraph", "list") else ():
            if _DURATION.search(split_label(line)[0]):
                match = _SPAN.search(line)
                if match:
                    return (int(match[1]), int(match[2] or match[1])), block.line
                what = f"No minutes could be read from {shortened(line)!r}."
                found.warning(
                    "minutes_unread",
                    block.line,
                    what,
                    "Write `**Length**: 90-120 minutes`.",
                )
    return None, 1


def _check_minutes(chapters: Sequence[Chapter], stated: tuple[int, int] | None, line: int, found: Findings) -> None:
    total = sum(chapter.minutes or 0 for chapter in chapters)
    if stated and total and not stated[0] <= total <= stated[1]:
        span = f"{stated[0]}-{stated[1]}" if stated[0] != stated[1] else str(stated[0])
        what = f"The chapters take {total} minutes, the outline says {span}."
        fix = "Change the minutes of the chapters or the stated length; plans scale to the time asked for."
        found.warning("minutes_sum", line, what, fix)


def _language(chapters: Sequence[Chapter]) -> Language:
    """Chinese when at least half of all questions hold Chinese characters."""
    texts = [item.text for chapter in chapters for section in chapter.sections for item in section.items]
    return "zh" if sum(has_cjk(text) for text in texts) * 2 >= len(texts) else "en"
