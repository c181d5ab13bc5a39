"""What was read from a source: questions under chapters, and the role of every line.

Its rule: every line that holds anything has a role, and whatever was not taken in is listed with its lines and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from knowledge.models import Level

Role = Literal[
    "title", "chapter", "section", "topic", "label", "question", "extra", "reference", "points", "rubric", "focus", "follow_up",
    "misconception", "sources", "tags", "scheme", "note", "contents", "comment", "front_matter", "target", "layout", "not_read",
]  # fmt: skip
ROLES: tuple[Role, ...] = (
    "title", "chapter", "section", "topic", "label", "question", "extra", "reference", "points", "rubric", "focus", "follow_up",
    "misconception", "sources", "tags", "scheme", "note", "contents", "comment", "front_matter", "target", "layout", "not_read",
)  # fmt: skip
Why = Literal[
    "struck_out", "too_long", "too_deep", "answer_of_none", "answers_of_many", "text_between", "table_without_question", "list_without_question",
    "formula_cell", "hidden_sheet", "picture", "empty_question", "model_left_out", "left_by_hand", "over_limit", "advice", "appendix",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Where:
    """Lines of one file, counted from 1, both included."""

    file: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines that are in no question: where, why, and how they begin."""

    where: Where
    why: Why
    text: str


@dataclass(slots=True)
class Asked:
    """One question: its text on one line, and everything that came with it. Texts are Markdown as the source has it.

    `link` leads to its note; `web` are addresses; `phrase` says that it is not worded as a question.
    """

    text: str
    where: Where
    number: int | None = None
    extra: str = ""
    link: str = ""
    web: tuple[str, ...] = ()
    reference: str = ""
    points: list[str] = field(default_factory=list[str])
    focus: list[str] = field(default_factory=list[str])
    follow_ups: list[str] = field(default_factory=list[str])
    rubric: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    misconceptions: list[str] = field(default_factory=list[str])
    sources: list[str] = field(default_factory=list[str])
    tags: tuple[str, ...] = ()
    dimension: str = ""
    given_id: str = ""
    phrase: bool = False
    came_with: list[Where] = field(default_factory=list[Where])
    """The lines its reference and the rest came from."""


@dataclass(slots=True)
class TopicRead:
    title: str
    line: int
    questions: list[Asked] = field(default_factory=list[Asked])


@dataclass(slots=True)
class SectionRead:
    title: str
    number: str
    minutes: int | None
    line: int
    focus: list[str] = field(default_factory=list[str])
    topics: list[TopicRead] = field(default_factory=list[TopicRead])
    rubric: dict[Level, str] = field(default_factory=dict[Level, str])
    below: list[str] = field(default_factory=list[str])
    """What shows that an answer is below the lowest level."""
    rubric_line: int = 0

    @property
    def questions(self) -> Iterator[Asked]:
        return (question for topic in self.topics for question in topic.questions)


@dataclass(slots=True)
class ChapterRead:
    title: str
    number: int | None
    minutes: int | None
    file: str
    line: int
    sections: list[SectionRead] = field(default_factory=list[SectionRead])

    @property
    def questions(self) -> Iterator[Asked]:
        return (question for section in self.sections for question in section.questions)


@dataclass(frozen=True, slots=True)
class Mapped:
    """Level names of the source and the levels they were read as (`below` for those under the lowest)."""

    where: Where
    levels: tuple[tuple[str, Level | Literal["below"]], ...]


@dataclass(slots=True)
class FileRead:
    """One file: its lines' roles, and how its bytes were read. `roles[0]` is line 1; a blank line has None."""

    name: str
    roles: list[Role | None]
    encoding: str = "utf-8"
    assumed: bool = False
    unit: Literal["line", "row", "paragraph"] = "line"
    scheme: str = ""
    """The closing parts as Markdown: points, bands, dimensions."""
    intro: str = ""

    def counts(self) -> Mapping[Role, int]:
        found: dict[Role, int] = {}
        for role in self.roles:
            if role is not None:
                found[role] = found.get(role, 0) + 1
        return found


@dataclass(slots=True)
class Reading:
    title: str
    chapters: list[ChapterRead]
    files: list[FileRead]
    left_out: list[LeftOut]
    mapped: list[Mapped] = field(default_factory=list[Mapped])

    @property
    def questions(self) -> Iterator[Asked]:
        return (question for chapter in self.chapters for question in chapter.questions)
