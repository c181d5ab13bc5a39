"""The desk on which a reading is put together: open chapter, section and topic, the roles of lines, and what was left out.

Its rule: the first role a line gets is its role; a line that nobody claims is listed as not read when the desk is cleared.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from knowledge.adopt.asking import asks
from knowledge.adopt.inline import Said, one_line
from knowledge.adopt.nodes import Node
from knowledge.adopt.reading import (
    Asked,
    ChapterRead,
    FileRead,
    LeftOut,
    Mapped,
    Reading,
    Role,
    SectionRead,
    TopicRead,
    Where,
    Why,
)
from knowledge.adopt.structure import Head, Region
from knowledge.adopt.tidy import Tidied
from knowledge.similarity import normalise

MOST_QUESTIONS = 60_000
_WEB = re.compile(r"(?:https?:)?//|mailto:|www\.", re.IGNORECASE)


class Desk:
    def __init__(self, name: str, lines: int, tidied: Tidied) -> None:
        self.name = name
        self.tidied = tidied
        self.title = ""
        self.file = FileRead(name, [None] * lines)
        self.chapters: list[ChapterRead] = []
        self.left_out: list[LeftOut] = []
        self.mapped: list[Mapped] = []
        self.count = 0
        self.heads: list[tuple[Head, int]] = []
        self.topics: list[str] = []
        self.bold_topic = False
        """Whether the innermost topic is a bold line, which the next bold line replaces."""
        self._section_open = False
        self._topic_open = False
        self._topic_line = 1

    # -- where things go

    def open_chapter(self, head: Head, line: int) -> None:
        self.heads, self.topics, self.bold_topic = [(head, line)], [], False
        self.chapters.append(
            ChapterRead(head.title, int(head.number) if head.number.isdigit() else None, head.minutes, self.name, line)
        )
        self._section_open = self._topic_open = False

    def open_section(self, head: Head, line: int) -> None:
        self.topics, self.bold_topic = [], False
        self.chapter.sections.append(SectionRead(head.title, head.number, head.minutes, line))
        self._section_open, self._topic_open = True, False

    def open_topic(self, title: str, depth: int, line: int) -> None:
        """A topic at `depth` among topics; the titles of those above it stay part of its name."""
        self.topics = [*self.topics[:depth], *[""] * (depth - len(self.topics)), title]
        self._topic_open = self.bold_topic = False
        self._topic_line = line

    def bold_line(self, title: str, line: int) -> None:
        """A bold line names the innermost topic, in place of a bold line before it."""
        kept = [one for one in self.topics if one][: -1 if self.bold_topic else None]
        self.open_topic(title, len(kept), line)
        self.bold_topic = True

    @contextmanager
    def inner_topic(self, title: str, line: int) -> Generator[None]:
        """A topic for as long as the items under an item are read."""
        kept, bold = list(self.topics), self.bold_topic
        self.open_topic(title, len(self.topics), line)
        yield
        self.topics, self.bold_topic, self._topic_open = kept, bold, False

    def reopen(self, chapter: ChapterRead) -> None:
        """Go on with a chapter that was left."""
        self.chapters.remove(chapter)
        self.chapters.append(chapter)
        self._section_open, self._topic_open = bool(chapter.sections), False

    def close(self, path: int) -> None:
        """Leave the headings below a path of `path` kinds, its last one too."""
        if path >= 3:
            self.topics = self.topics[: path - 3]
            self._topic_open = self.bold_topic = False
        elif path == 2:
            self._section_open = self._topic_open = self.bold_topic = False
            self.topics = []

    @property
    def chapter(self) -> ChapterRead:
        if not self.chapters:
            self.chapters.append(ChapterRead("", None, None, self.name, 1))
        return self.chapters[-1]

    @property
    def section(self) -> SectionRead:
        chapter = self.chapter
        if not self._section_open or not chapter.sections:
            chapter.sections.append(SectionRead(chapter.title, "", None, chapter.line))
            self._section_open, self._topic_open = True, False
        return chapter.sections[-1]

    @property
    def topic(self) -> TopicRead:
        section = self.section
        if not self._topic_open or not section.topics:
            title = " · ".join(title for title in self.topics if title)
            section.topics.append(TopicRead(title, self._topic_line if title else section.line))
            self._topic_open = True
        return section.topics[-1]

    def latest(self, count: int) -> list[Asked]:
        """The last `count` questions, in order."""
        found: list[Asked] = []
        for chapter in reversed(self.chapters):
            for section in reversed(chapter.sections):
                for topic in reversed(section.topics):
                    found += reversed(topic.questions)
                    if len(found) >= count:
                        return found[:count][::-1]
        return found[::-1]

    # -- what is put down

    def ask(
        self,
        said: Said,
        node: Node,
        *,
        link: str = "",
        last: int = 0,
        number: int | None = None,
        role: Role = "question",
    ) -> Asked:
        """Put down a question that stands in the lines of `node` (down to `last` if given); images go below its text."""
        first, end = node.first, last or (node.lines[-1][0] if node.lines else node.last)
        text, target = one_line(said.text), link or said.note
        web = tuple(link.target for link in said.links if _WEB.match(link.target))
        if not any(c.isalnum() for c in text):
            text = next((alt for image in said.images if (alt := image[2:].partition("]")[0].strip())), text)
        asked = Asked(
            text=text,
            where=Where(self.name, first, end),
            number=number if number is not None else node.number,
            extra="\n\n".join(said.images),
            link="" if _WEB.match(target) else target,
            web=web,
            tags=said.tags,
            phrase=asks(text) < 2,
        )
        self.mark_lines(first, end, role)
        if not any(c.isalnum() for c in text) and not said.images:
            self.leave_lines(first, end, "empty_question")
        elif self.count >= MOST_QUESTIONS:
            self.leave_lines(first, end, "over_limit")
        else:
            self.topic.questions.append(asked)
            self.count += 1
        return asked

    def mark(self, node: Node | None, role: Role) -> None:
        if node is not None:
            self.mark_lines(node.first, node.last, role)

    def mark_lines(self, first: int, last: int, role: Role) -> None:
        roles = self.file.roles
        for line in range(max(1, first), min(last, len(roles)) + 1):
            if roles[line - 1] is None:
                roles[line - 1] = role

    def leave(self, node: Node, why: Why) -> None:
        self.leave_lines(node.first, node.last, why)

    def leave_lines(self, first: int, last: int, why: Why) -> None:
        """List these lines as not read."""
        for line in range(max(1, first), min(last, len(self.file.roles)) + 1):
            self.file.roles[line - 1] = "not_read"
        self.remark(first, last, why, one_line(self.source(first, first))[:80])

    def remark(self, first: int, last: int, why: Why, text: str) -> None:
        self.left_out.append(LeftOut(Where(self.name, first, last), why, text))

    # -- text as it stands

    def source(self, first: int, last: int) -> str:
        """The source lines, without tags of layout, moved to the left together."""
        clean = self.tidied.clean
        return textwrap.dedent(
            "\n".join(clean.get(line, "").expandtabs(4).rstrip() for line in range(first, last + 1))
        ).strip("\n")

    def text_of(self, nodes: Sequence[Node]) -> str:
        """The source text of neighbouring nodes; quotes lose their mark."""
        if not nodes:
            return ""
        pieces: list[str] = []
        for node in nodes:
            if node.kind == "quote":
                text = "\n".join(
                    re.sub(r"^\s*>\s?", "", line) for line in self.source(node.first, node.last).split("\n")
                )
            elif node.kind == "details":
                text = self.text_of(node.children)
            elif node.kind == "rule":
                text = ""
            elif self.file.unit != "line":
                text = _plain(node)
            else:
                text = self.source(node.first, node.last)
            if text.strip():
                pieces.append(text)
        return "\n\n".join(pieces).strip()

    def claimed_between(self, last: int, first: int) -> bool:
        """Whether a line between these two holds something, which is then no part of the text around it."""
        return any(self.tidied.clean.get(line, "").strip() for line in range(last + 1, first))

    def keep_scheme(self, region: Region) -> None:
        last = max((node.last for node in region.all_nodes()), default=region.line)
        self.file.scheme += "\n".join(self.tidied.clean.get(line, "") for line in range(region.line, last + 1)) + "\n\n"

    # -- at the end

    def done(self) -> Reading:
        """The reading: parts that hold nothing are dropped, lines without a role are listed."""
        self._taken()
        self._unclaimed()
        self._without_contents()
        for chapter in self.chapters:
            for section in chapter.sections:
                section.topics = [topic for topic in section.topics if topic.questions]
            chapter.sections = [section for section in chapter.sections if section.topics]
        kept = [chapter for chapter in self.chapters if chapter.sections]
        self.left_out.sort(key=lambda one: one.where.first)
        return Reading(self.title, kept, [self.file], self.left_out, self.mapped)

    def _without_contents(self) -> None:
        """Drop a question that stands in a list without anything and again further down: where some of such a list are answered
        there, the list is contents."""
        answered: dict[str, int] = {}
        latest: dict[str, int] = {}
        for one in (one for chapter in self.chapters for one in chapter.questions):
            key = normalise(one.text)
            latest[key] = max(latest.get(key, 0), one.where.first)
            if one.reference:
                answered[key] = one.where.first
        for topic in (t for chapter in self.chapters for section in chapter.sections for t in section.topics):
            bare = [one for one in topic.questions if _is_bare(one)]
            if any(answered.get(normalise(one.text), 0) > one.where.first for one in bare):
                again = [one for one in bare if latest[normalise(one.text)] > one.where.first]
                for line in (line for one in again for line in range(one.where.first, one.where.last + 1)):
                    self.file.roles[line - 1] = "contents"
                dropped = set(map(id, again))
                topic.questions = [one for one in topic.questions if id(one) not in dropped]

    def _taken(self) -> None:
        for line, taken in self.tidied.taken.items():
            if taken in ("too_long", "too_deep"):
                self.leave_lines(line, line, taken)
            else:
                self.mark_lines(line, line, taken)

    def _unclaimed(self) -> None:
        """List what nobody claimed, neighbouring lines together."""
        roles, clean = self.file.roles, self.tidied.clean
        begin = 0
        for line in range(1, len(roles) + 2):
            empty = line <= len(roles) and not clean.get(line, "").strip()
            if line <= len(roles) and roles[line - 1] is None and not empty:
                begin = begin or line
            elif begin and not empty:
                self._list(begin, line - 1)
                begin = 0
        for line in self.tidied.blank:
            if line <= len(roles) and roles[line - 1] != "not_read":
                roles[line - 1] = None
        for line in range(1, len(roles) + 1):
            if roles[line - 1] is None and line not in self.tidied.blank:
                roles[line - 1] = "layout"  # nothing but tags

    def _list(self, begin: int, end: int) -> None:
        while end > begin and not self.tidied.clean.get(end, "").strip():
            end -= 1
        text = self.source(begin, begin).strip()
        if re.fullmatch(r"[\W_]*", "".join(self.tidied.clean.get(line, "") for line in range(begin, end + 1))):
            self.mark_lines(begin, end, "layout")
        else:
            self.leave_lines(begin, end, "text_between" if text else "too_deep")


def _is_bare(one: Asked) -> bool:
    return not (one.reference or one.extra or one.link or one.follow_ups or one.points)


def _plain(node: Node) -> str:
    """Text of a node that no Markdown source stands behind."""
    if node.kind == "table":
        return "\n".join("| " + " | ".join(row.cells) + " |" for row in node.rows)
    mark = f"{node.number}. " if node.number is not None else "- " if node.kind == "item" else ""
    inner = [f"  {line}" for child in node.children for line in _plain(child).split("\n")]
    return "\n".join([mark + node.text, *inner])
