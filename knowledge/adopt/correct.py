"""A reading with some of its lines labelled anew, by a person or a model that named line numbers.

Its rule: only text moves. A label says what a line is; the words of the line stay the source's own, and what was read around it
stays as it was. It works on files of lines (Markdown, plain text), not on rows or paragraphs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from knowledge.adopt.asking import asks
from knowledge.adopt.inline import one_line, question_of, say
from knowledge.adopt.reading import Asked, ChapterRead, LeftOut, Reading, Role, SectionRead, TopicRead, Where
from knowledge.adopt.structure import head_of
from knowledge.adopt.vocabulary import split_label

Correction = Literal[
    "question", "reference", "follow_up", "points", "extra", "chapter", "section", "rubric", "leave_out"
]
CORRECTIONS: tuple[Correction, ...] = (
    "question",
    "reference",
    "follow_up",
    "points",
    "extra",
    "chapter",
    "section",
    "rubric",
    "leave_out",
)
_BELOW: tuple[Role, ...] = ("reference", "follow_up", "points", "extra")


def correct(reading: Reading, lines: Sequence[str], labels: Mapping[int, Correction]) -> Reading:
    """`reading` of one file changed so that each line of `labels` (counted from 1) is what its label says; `lines` are the file's."""
    if reading.files[0].unit != "line":
        return reading
    desk = _Desk(reading, lines)
    for line in sorted(labels):
        if 0 < line <= len(lines) and lines[line - 1].strip():
            desk.put(line, labels[line])
    desk.done()
    return reading


class _Desk:
    def __init__(self, reading: Reading, lines: Sequence[str]) -> None:
        self.reading = reading
        self.lines = lines
        self.file = reading.files[0]
        self.changed: set[int] = set()
        """id() of the questions whose own lines below them changed."""

    def put(self, line: int, label: Correction) -> None:
        self._take_away(line)
        role: Role = "note" if label == "leave_out" else label
        self.file.roles[line - 1] = role
        self.reading.left_out = [one for one in self.reading.left_out if not one.where.first <= line <= one.where.last]
        match label:
            case "question":
                self._question(line)
            case "chapter" | "section":
                self._heading(line, label)
            case "leave_out":
                self.reading.left_out.append(
                    LeftOut(Where(self.file.name, line, line), "left_by_hand", self._text(line)[:80])
                )
            case _:
                pass
        if (owner := self._owner(line)) is not None:
            self.changed.add(id(owner))

    def done(self) -> None:
        """Give the questions whose surroundings changed what stands below them now, and drop parts that hold nothing."""
        ordered = list(self._ordered())
        for place, asked in enumerate(ordered):
            if id(asked) in self.changed:
                end = ordered[place + 1].where.first if place + 1 < len(ordered) else len(self.lines) + 1
                self._below(asked, range(asked.where.last + 1, end))
        for chapter in self.reading.chapters:
            for section in chapter.sections:
                section.topics = [topic for topic in section.topics if topic.questions]
            chapter.sections = [section for section in chapter.sections if section.topics]
        self.reading.chapters = [chapter for chapter in self.reading.chapters if chapter.sections]
        self.reading.left_out.sort(key=lambda one: one.where.first)

    def _ordered(self) -> Iterator[Asked]:
        yield from sorted(self.reading.questions, key=lambda one: one.where.first)

    def _owner(self, line: int) -> Asked | None:
        """The last question that begins at `line` or before it."""
        return next((one for one in reversed(list(self._ordered())) if one.where.first <= line), None)

    def _take_away(self, line: int) -> None:
        """The question on `line` is one no more; what belonged to it falls to the one before."""
        for _, _, topic in self._places():
            for asked in topic.questions:
                if asked.where.first <= line <= asked.where.last:
                    topic.questions = [one for one in topic.questions if one is not asked]
                    if (before := self._owner(line)) is not None:
                        self.changed.add(id(before))
                    return

    def _question(self, line: int) -> None:
        before = self._owner(line)
        said = question_of(say(self._text(line)))
        text = one_line(said.text)
        asked = Asked(
            text=text,
            where=Where(self.file.name, line, line),
            extra="\n\n".join(said.images),
            link=said.note,
            tags=said.tags,
            phrase=asks(text) < 2,
        )
        self.changed |= {id(asked)} | ({id(before)} if before is not None else set())
        for _, _, topic in self._places():
            place = next((n for n, one in enumerate(topic.questions) if one is before), -1)
            if place >= 0:
                topic.questions.insert(place + 1, asked)
                return
        self._first_topic(line).questions.insert(0, asked)

    def _first_topic(self, line: int) -> TopicRead:
        if not self.reading.chapters:
            self.reading.chapters.append(ChapterRead("", None, None, self.file.name, line))
        chapter = self.reading.chapters[0]
        if not chapter.sections:
            chapter.sections.append(SectionRead(chapter.title, "", None, line))
        section = chapter.sections[0]
        if not section.topics or section.topics[0].title:
            section.topics.insert(0, TopicRead("", line))
        return section.topics[0]

    def _heading(self, line: int, label: Literal["chapter", "section"]) -> None:
        """A chapter or section begins at `line`: what stood below it in the part that held it moves there."""
        head = head_of(self._text(line).lstrip("# "))
        section = SectionRead(head.title, head.number, head.minutes, line)
        for place, chapter in enumerate(self.reading.chapters):
            after = (
                self.reading.chapters[place + 1].line if place + 1 < len(self.reading.chapters) else len(self.lines) + 1
            )
            if not (chapter.line <= line < after or (place == 0 and line < after)):
                continue
            moved = [one for one in chapter.sections if one.line > line]
            kept = [one for one in chapter.sections if one.line <= line]
            if kept:
                section.topics = _cut(kept[-1], line)
            if label == "section":
                chapter.sections = [*kept, section, *moved]
            else:
                number = int(head.number) if head.number.isdigit() else None
                opened = ChapterRead(head.title, number, head.minutes, self.file.name, line, [section, *moved])
                chapter.sections = kept
                self.reading.chapters.insert(place + 1, opened)
            return

    def _below(self, asked: Asked, span: range) -> None:
        """Read the lines of `span` again by their roles: they are what stands below `asked`."""
        found: dict[Role, list[str]] = {role: [] for role in _BELOW}
        for line in span:
            role = self.file.roles[line - 1]
            if role in found:
                found[role].append(self.lines[line - 1])
            elif role is None and found["reference"]:
                found["reference"].append("")
        asked.reference = _block(found["reference"])
        asked.extra = _block(found["extra"]) or asked.extra
        asked.follow_ups = [text for line in found["follow_up"] if (text := one_line(question_of(say(line)).text))]
        asked.points = [text for line in found["points"] if (text := one_line(question_of(say(line)).text))]
        asked.came_with = [Where(self.file.name, line, line) for line in span if self.file.roles[line - 1] in found]

    def _places(self) -> Iterator[tuple[ChapterRead, SectionRead, TopicRead]]:
        for chapter in self.reading.chapters:
            for section in chapter.sections:
                for topic in section.topics:
                    yield chapter, section, topic

    def _text(self, line: int) -> str:
        return self.lines[line - 1].strip()


def _cut(section: SectionRead, line: int) -> list[TopicRead]:
    """Take the questions behind `line` out of `section`: the topics they stand in from now on."""
    moved: list[TopicRead] = []
    for topic in section.topics:
        behind = [one for one in topic.questions if one.where.first > line]
        if behind:
            moved.append(TopicRead(topic.title, max(topic.line, line), behind))
            topic.questions = [one for one in topic.questions if one.where.first <= line]
    return moved


def _block(lines: Sequence[str]) -> str:
    """Lines as one text, moved to the left together; a word for an answer in front of it falls away."""
    text = textwrap.dedent("\n".join(lines)).strip()
    label, rest = split_label(text.split("\n")[0]) if text else (None, "")
    return "\n".join([rest, *text.split("\n")[1:]]).strip() if label == "reference" else text
