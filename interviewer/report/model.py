"""What a report holds, as frozen values. The one rule: everything a renderer shows stands here, so all formats agree."""

from __future__ import annotations

from datetime import datetime

from interviewer.models import (
    BandId,
    CandidateKind,
    InterviewerKind,
    Mode,
    Role,
    Span,
    Thinking,
    UngradedReason,
    VerdictStatus,
)
from knowledge.models import LEVELS, Bilingual, DimensionId, Frozen, Language, Level


class Judge(Frozen):
    """One way the answers were judged. `model` and `prompt` are empty for text similarity, which is no model's judgement."""

    thinking: Thinking
    model: str = ""
    prompt: str = ""
    grader_version: str = ""
    questions: int = 0


class BandRow(Frozen):
    """`upper` is the next band's lower bound, or 100."""

    id: BandId
    lower: float
    upper: float
    text: str


class ChapterRow(Frozen):
    """`score` (0 to 100) and `earned` (of `points`) are None where no question of the chapter could be graded."""

    id: str
    title: Bilingual
    points: float
    asked: int
    graded: int
    score: float | None
    earned: float | None
    bonus: bool


class DimensionRow(Frozen):
    id: DimensionId
    title: str
    weight: float
    graded: int
    score: float | None


class Line(Frozen):
    """One message of the exchange, as it was shown."""

    turn: int
    role: Role
    kind: InterviewerKind | CandidateKind
    text: str


class PointRow(Frozen):
    """One key point with what was found. `number` counts from 1 in the note's order and is what marks in the text refer to."""

    number: int
    id: str
    level: Level
    text: Bilingual
    status: VerdictStatus
    quote: str = ""
    span: Span | None = None
    reason: str = ""
    after_hint: bool = False
    echo: bool = False
    reviewed: bool = False


class MisconceptionRow(Frozen):
    wrong: Bilingual
    right: Bilingual
    quote: str
    span: Span | None


class ReviewRow(Frozen):
    """A person's override. `judged_score` is what the question had before it, None where it was not graded."""

    reviewer: str
    reason: str
    at: datetime
    judged_score: float | None = None


class Failure(Frozen):
    """Why a question has no grade. It counts for nothing."""

    reason: UngradedReason
    detail: str


class QuestionRow(Frozen):
    """One question asked, with everything said, found and missing. `score` is None exactly where `ungraded` is set."""

    number: int
    id: str
    text: Bilingual
    chapter: Bilingual
    section: Bilingual
    dimension: DimensionId | None
    bonus: bool
    asked_because: str
    lines: tuple[Line, ...]
    points: tuple[PointRow, ...] = ()
    misconceptions: tuple[MisconceptionRow, ...] = ()
    reference: Bilingual = Bilingual()
    sources: tuple[str, ...] = ()
    score: float | None = None
    level: BandId | None = None
    depth: Level | None = None
    review: ReviewRow | None = None
    ungraded: Failure | None = None

    @property
    def missing(self) -> tuple[PointRow, ...]:
        """Points that were not, or not wholly, in the answer."""
        return tuple(point for point in self.points if point.status != "covered")

    @property
    def level_shares(self) -> tuple[float | None, ...]:
        """How much of each level was said, lowest first, 0 to 1 (partly counts half); None for a level without points."""
        worth = {"covered": 1.0, "partial": 0.5}
        shares: list[float | None] = []
        for level in LEVELS:
            own = [worth.get(point.status, 0.0) for point in self.points if point.level == level]
            shares.append(sum(own) / len(own) if own else None)
        return tuple(shares)


class Highlight(Frozen):
    """A key point worth naming at the top, with the number of its question."""

    question: int
    point: PointRow


class Reading(Frozen):
    """One source to read, and the questions it would help with, the weakest first."""

    source: str
    questions: tuple[int, ...]


class Flag(Frozen):
    """Something a reviewer should look at, with the turn it happened at."""

    turn: int | None
    detail: str


class Report(Frozen):
    """The whole report of one session, to be read in `language`. Scores are points of 100."""

    language: Language
    session_id: str
    candidate: str
    bank: Bilingual
    mode: Mode
    interview_language: Language
    thinking: Thinking
    started_at: datetime
    ended_at: datetime
    minutes: float
    seed: int
    finished: bool
    judges: tuple[Judge, ...]
    total: float | None
    interval: tuple[float, float] | None
    band: BandId | None
    too_little_evidence: bool
    bonus: float
    graded: int
    bands: tuple[BandRow, ...]
    chapters: tuple[ChapterRow, ...]
    chapters_not_asked: tuple[Bilingual, ...]
    dimensions: tuple[DimensionRow, ...]
    strengths: tuple[Highlight, ...]
    gaps: tuple[Highlight, ...]
    reading: tuple[Reading, ...]
    questions: tuple[QuestionRow, ...]
    flags: tuple[Flag, ...]
    enough: int = 5
    """Graded questions a band needs (DESIGN section 6); the decision itself is the scorecard's."""
