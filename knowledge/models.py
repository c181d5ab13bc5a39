"""What a bank is made of, as frozen values: outline, notes, key points, findings.

Everything above reads these and nothing changes them. Texts that a person sees are `Bilingual`; a bank written in one
language leaves the other side empty and is complete for interviews in its own language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["zh", "en"]
Level = Literal["fair", "good", "excellent"]
Severity = Literal["error", "warning"]
DimensionId = Literal["theory", "system", "practice", "development", "potential"]

LEVELS: tuple[Level, ...] = ("fair", "good", "excellent")
"""Depth levels of a rubric, lowest first (一般, 良好, 优秀)."""
DIMENSIONS: tuple[DimensionId, ...] = ("theory", "system", "practice", "development", "potential")


class Frozen(BaseModel):
    """Base of every value that passes between rooms: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Frozen):
    """One text in Chinese, English or both; an empty string means that side is not written."""

    zh: str = ""
    en: str = ""

    def to(self, language: Language) -> str:
        """The text in `language`, or in the other one where this side is not written."""
        wanted, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return wanted or other

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


class Place(Frozen):
    """Where something stands: a path relative to the bank's folder, and a line counted from 1."""

    file: str
    line: int


class Finding(Frozen):
    """One thing a bank's author should know: what is off, where, and what to do. Errors stop an interview, warnings do not.

    Of a kind (severity and code) that was found very often only the first are listed; `more` is the number of the others,
    told by the last one listed and 0 everywhere else.
    """

    severity: Severity
    code: str
    place: Place
    what: str
    fix: str
    more: int = 0


class FileLimits(Frozen):
    """How large a file of a bank may be, in MB; a larger one is not opened. `note_mb` goes for every file but the outline."""

    outline_mb: float = Field(default=10.0, gt=0)
    note_mb: float = Field(default=2.0, gt=0)


class Item(Frozen):
    """A question as the outline writes it: its text, the target of its link if it has one, and its line.

    `extra` is Markdown that is shown with it (code, pictures, options). `reference`, `follow_ups` and `points` came with it
    in a list of another layout; our own grammar has them in notes.
    """

    text: str
    link: str | None
    line: int
    extra: str = ""
    reference: str = ""
    follow_ups: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


class Topic(Frozen):
    """Questions under one `####` heading; a section without such headings has one topic with an empty title."""

    title: str
    items: tuple[Item, ...]
    line: int


class Rubric(Frozen):
    """What a section's answers show at each level, as the outline says it."""

    fair: str = ""
    good: str = ""
    excellent: str = ""
    line: int


class Section(Frozen):
    id: str
    number: str
    title: str
    minutes: int | None
    focus: tuple[str, ...]
    topics: tuple[Topic, ...]
    rubric: Rubric | None
    line: int

    @property
    def items(self) -> Iterator[Item]:
        return (item for topic in self.topics for item in topic.items)


class Chapter(Frozen):
    """A `##` chapter. `bonus` marks the closing part whose points are added on top and never taken away."""

    id: str
    number: int | None
    title: str
    minutes: int | None
    points: float
    bonus: bool
    sections: tuple[Section, ...]
    line: int


class Band(Frozen):
    """A named range of the total: from `lower` (inclusive) up to the next band's lower bound. Points of 100."""

    id: Literal["excellent", "good", "fair", "insufficient"]
    lower: float
    text: str


class Dimension(Frozen):
    """An ability the total is also read along; `weight` is a fraction of 1."""

    id: DimensionId
    title: str
    weight: float
    text: str


class Outline(Frozen):
    title: str
    language: Language
    stated_minutes: tuple[int, int] | None
    chapters: tuple[Chapter, ...]
    bands: tuple[Band, ...]
    dimensions: tuple[Dimension, ...]
    advice: tuple[str, ...] = ()


class KeyPoint(Frozen):
    """One checkable statement of an answer, the level it belongs to, and the neutral probe that asks for it.

    `id` is made of the statement itself, so reordering or rewording its neighbours does not change it.
    """

    id: str
    level: Level
    text: Bilingual
    probe: Bilingual
    line: int


class Misconception(Frozen):
    id: str
    wrong: Bilingual
    right: Bilingual
    line: int


class Note(Frozen):
    """An answer note. Without key points it is free-form: reference text only."""

    id: str
    file: str
    question: Bilingual
    dimension: DimensionId | None
    headline: bool | None
    reference: Bilingual
    key_points: tuple[KeyPoint, ...]
    misconceptions: tuple[Misconception, ...]
    sources: tuple[str, ...]
    body: str
    """The Markdown after the front matter, as written; what the index embeds."""
    drafted: bool = False
    """Whether a model wrote the key points and nobody has reviewed them: they count plain, whatever their level."""
    follow_ups: tuple[str, ...] = ()
    """Further questions that stand in the note, tied to no key point."""
    draft: str = ""
    """The file of the draft that the key points come from, if they do."""
    line: int = 1
    """Where it begins in its file; not 1 where several questions have sections of one file."""
    anchor: str = ""
    """The section of the file that it is, as links name it; "" for the whole file."""
    names: tuple[str, ...] = ()
    """What else its question may be found by: the title in the front matter, the first heading."""


class Question(Frozen):
    """A question of the bank: the outline's item joined with its note, if it has one."""

    id: str
    text: Bilingual
    chapter_id: str
    section_id: str
    topic: str
    headline: bool
    dimension: DimensionId
    bonus: bool
    note: Note | None
    line: int
    extra: str = ""
    """Markdown shown with the question: code, pictures, options to choose from."""

    def shown(self, language: Language) -> str:
        """The question as a candidate sees it: its text, and what is shown with it."""
        return "\n\n".join(piece for piece in (self.text.to(language), self.extra) if piece)

    @property
    def key_points(self) -> tuple[KeyPoint, ...]:
        return self.note.key_points if self.note else ()

    def key_point(self, key_point_id: str) -> KeyPoint:
        return next(point for point in self.key_points if point.id == key_point_id)


class Scoring(Frozen):
    """How verdicts become scores; the defaults are DESIGN's, a bank.toml may set its own.

    `weights` are the shares of the three levels in coverage T; `knots` are (T, score) pairs joined by straight lines.
    """

    weights: Mapping[Level, float] = {"fair": 0.40, "good": 0.35, "excellent": 0.25}
    knots: tuple[tuple[float, float], ...] = ((0.0, 0.0), (0.25, 60.0), (0.52, 70.0), (0.80, 85.0), (1.0, 100.0))


class TermGroup(Frozen):
    """Names of one thing in both languages (首字延迟 = TTFT = time to first token); the first is the canonical one."""

    names: tuple[str, ...]


class Bank(Frozen):
    """Outline and notes, joined and cross-checked. `content_hash` changes with any content an interview depends on."""

    id: str
    name: Bilingual
    root: Path
    outline: Outline
    questions: tuple[Question, ...]
    notes: tuple[Note, ...]
    """Every note of the folder, also those no question links."""
    titles: Mapping[str, Bilingual]
    """Chapter and section ids to titles in both languages."""
    scoring: Scoring
    terms: tuple[TermGroup, ...]
    twins: frozenset[tuple[str, str]]
    """Pairs of question ids that ask nearly the same, smaller id first; never both in one interview."""
    findings: tuple[Finding, ...]
    content_hash: str
    drafted: frozenset[str] = frozenset()
    """Ids of the questions that have a draft on disk, whatever was said of it."""

    def __repr__(self) -> str:
        """Short: the content would be megabytes, and takes half a second, in every trace that holds a session's state."""
        return f"Bank({self.id!r}, {len(self.questions)} questions, {self.content_hash[:12]!r})"

    @cached_property
    def _by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    def question(self, question_id: str) -> Question:
        """Raises KeyError for an id the bank does not have (a stored session may outlive a question)."""
        return self._by_id[question_id]

    def chapter(self, chapter_id: str) -> Chapter:
        return next(chapter for chapter in self.outline.chapters if chapter.id == chapter_id)

    def section(self, section_id: str) -> Section:
        return next(s for chapter in self.outline.chapters for s in chapter.sections if s.id == section_id)

    def title(self, part_id: str, language: Language) -> str:
        """Title of a chapter or section in `language`."""
        return self.titles[part_id].to(language)
