"""What a report holds, as frozen values. The one rule: everything a renderer shows stands here, so all formats agree.

A session's id is its candidate's key, and a report may be handed on: no report holds it (`report_id` cannot be turned back).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from interviewer.models import (
    AlignedBy,
    Assessment,
    BandId,
    CandidateKind,
    InterviewerKind,
    JudgedBy,
    Mode,
    RecordingFormat,
    Role,
    SelfStatus,
    Span,
    TakenBack,
    Thinking,
    Ungraded,
    UngradedReason,
    VerdictStatus,
)
from knowledge.models import LEVELS, Bilingual, DimensionId, Frozen, Language, Level


class Judge(Frozen):
    """One way the answers were judged. `model`, `prompt` and `grader_version` are empty where the candidate marked."""

    thinking: JudgedBy
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
    speaker: str = ""
    start_s: float | None = None
    """In a recording: who said it, and when it begins, in seconds from the start."""


class PointRow(Frozen):
    """One key point with what was found. `number` counts from 1 in the note's order and is what marks in the text refer to."""

    number: int
    id: str
    level: Level
    text: Bilingual
    status: VerdictStatus
    quote: str = ""
    span: Span | None = None
    start_s: float | None = None
    """When the quote was said in a recording."""
    reason: str = ""
    after_hint: bool = False
    echo: bool = False
    note: TakenBack = ""
    """Why code took the judge's verdict back; `quote` then holds the words, `claimed` what the judge had said of them."""
    claimed: VerdictStatus | None = None
    echo_of: InterviewerKind | None = None
    sure: float | None = None
    reviewed: bool = False
    explained: str = ""
    """Why the judge gave this verdict, where somebody has asked it afterwards."""
    explainable: bool = False
    """Whether a model could still be asked why."""


class PointToMark(Frozen):
    """One key point of an answer that the candidate marks; `status` is None while it is not marked."""

    number: int
    id: str
    level: Level
    text: Bilingual
    status: SelfStatus | None = None


class MisconceptionRow(Frozen):
    wrong: Bilingual
    right: Bilingual
    quote: str
    span: Span | None
    start_s: float | None = None


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


class RemarkRow(Frozen):
    """One line of the talk about a grade, between the candidate who objects and a person who answers."""

    author: Literal["candidate", "reviewer"]
    name: str
    text: str
    at: datetime


class Tried(Frozen):
    """A second try as it is stored, with its score; what `build` makes a `TryRow` of.

    `copied` is the share of its wording, 0 to 1, that stands in the reference. `result` is None while it is not judged.
    """

    number: int
    text: str
    at: datetime
    copied: float
    result: Assessment | Ungraded | None = None
    score: float | None = None
    level: BandId | None = None


class TryPoint(Frozen):
    """One key point before and after. `before` is None where the first answer has no verdict on it."""

    number: int
    id: str
    level: Level
    text: Bilingual
    before: VerdictStatus | None
    after: VerdictStatus
    quote: str = ""
    span: Span | None = None
    reason: str = ""
    echo: bool = False
    note: TakenBack = ""
    echo_of: InterviewerKind | None = None

    @property
    def change(self) -> Literal["better", "worse", "same"]:
        """Compared with the first answer; without one, the same."""
        order: tuple[VerdictStatus, ...] = ("contradicted", "absent", "partial", "covered")
        before = self.before or self.after
        steps = order.index(self.after) - order.index(before)
        return "better" if steps > 0 else "worse" if steps < 0 else "same"


COPIED = 0.6
"""A second try with more of its wording from the reference than this says little of what its author knows."""


class TryRow(Frozen):
    """A second try at a question, made after its reference was shown. It is no grade and counts in none.

    Judged: `score` and `points` are there. Not judged yet: neither, and no `ungraded`.
    """

    number: int
    text: str
    at: datetime
    copied: float
    score_before: float | None = None
    score: float | None = None
    level: BandId | None = None
    points: tuple[TryPoint, ...] = ()
    misconceptions: tuple[MisconceptionRow, ...] = ()
    ungraded: Failure | None = None

    @property
    def much_copied(self) -> bool:
        return self.copied > COPIED

    @property
    def missing(self) -> tuple[TryPoint, ...]:
        return tuple(point for point in self.points if point.after != "covered")


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
    to_mark: tuple[PointToMark, ...] = ()
    """Of an answer that waits for the candidate's own marks: all its key points."""
    judged_by: JudgedBy | Literal["person"] | None = None
    """Who gave the score; None without one."""
    drafted: bool = False
    """Whether the score rests on key points that a model drafted and nobody has reviewed."""
    misconceptions: tuple[MisconceptionRow, ...] = ()
    reference: Bilingual = Bilingual()
    sources: tuple[str, ...] = ()
    score: float | None = None
    level: BandId | None = None
    depth: Level | None = None
    review: ReviewRow | None = None
    ungraded: Failure | None = None
    tries: tuple[TryRow, ...] = ()
    remarks: tuple[RemarkRow, ...] = ()
    outside: bool = False
    """Whether its bank never held it: a person asked it."""

    @property
    def objection(self) -> Literal["none", "open", "answered"]:
        """Open while the candidate has the last word."""
        if not self.remarks:
            return "none"
        return "open" if self.remarks[-1].author == "candidate" else "answered"

    @property
    def missing(self) -> tuple[PointRow, ...]:
        """Points that were not, or not wholly, in the answer."""
        return tuple(point for point in self.points if point.status != "covered")

    @property
    def depth_differs(self) -> bool:
        """Whether the depth reached is another level than the score's: then both are explained where they stand."""
        return self.level is not None and self.level != (self.depth or "insufficient")

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


StudyReason = Literal["contradicted", "basics", "deeper"]
"""Why to read on: something was said the wrong way round; basics are missing; the next level is."""


class StudyStep(Frozen):
    """What to read next: the note of one question, the points to read it for, and the note's sources.

    `level` is the level that `points` are missing from; None where something was said the wrong way round.
    """

    question: int
    question_id: str
    text: Bilingual
    reason: StudyReason
    level: Level | None
    points: tuple[PointRow, ...]
    sources: tuple[str, ...]


class ChapterName(Frozen):
    title: Bilingual
    score: float
    graded: int


class Overview(Frozen):
    """The figures that the sentences at the top are made of.

    `chapters` are the graded ones, strongest first, without the bonus chapter; `depths` counts the graded questions by the
    depth they reached, from none to excellent; the other counts are key points.
    """

    chapters: tuple[ChapterName, ...] = ()
    depths: tuple[int, int, int, int] = (0, 0, 0, 0)
    basics_missed: int = 0
    basics: int = 0
    contradicted: int = 0
    contradicted_in: tuple[int, ...] = ()
    after_hint: int = 0


class Flag(Frozen):
    """Something a reviewer should look at, with the turn it happened at."""

    turn: int | None
    detail: str


class RecordingRow(Frozen):
    """Where an interview that a person conducted comes from, and who said which questions it asked."""

    file: str
    format: RecordingFormat
    title: str
    recorded_at: datetime | None
    imported_at: datetime
    interviewers: tuple[str, ...]
    aligned_by: AlignedBy
    aligner: str
    confirmed_by: str
    timed: bool
    outside: tuple[int, ...]
    """The numbers of the questions that the bank does not hold."""


class Report(Frozen):
    """The whole report of one session, to be read in `language`. Scores are points of 100."""

    language: Language
    report_id: str
    candidate: str
    bank: Bilingual
    mode: Mode
    interview_language: Language
    thinking: Thinking
    started_at: datetime
    ended_at: datetime
    minutes: float
    timed: bool = True
    active_s: float | None = None
    """Seconds of the interview, pauses and long silences left out: what the page's clock shows. None where nobody counted."""
    seed: int
    finished: bool
    judges: tuple[Judge, ...]
    unread: int
    """Graded questions with nothing in them that a judge could have read."""
    total: float | None
    interval: tuple[float, float] | None
    band: BandId | None
    too_little_evidence: bool
    bonus: float
    graded: int
    self_marked: int = 0
    """Graded questions whose score comes from the candidate's own marks."""
    drafted: int = 0
    """Graded questions whose score rests on key points that nobody has reviewed."""
    bands: tuple[BandRow, ...]
    chapters: tuple[ChapterRow, ...]
    chapters_not_asked: tuple[Bilingual, ...]
    dimensions: tuple[DimensionRow, ...]
    strengths: tuple[Highlight, ...]
    gaps: tuple[Highlight, ...]
    overview: Overview
    study: tuple[StudyStep, ...]
    questions: tuple[QuestionRow, ...]
    flags: tuple[Flag, ...]
    recording: RecordingRow | None = None
    """Set where a person conducted the interview."""
    apart: tuple[Line, ...] = ()
    """What was said outside of all questions, in a recording."""
    enough: int = 5
    """Graded questions a band needs (DESIGN section 6); the decision itself is the scorecard's."""
