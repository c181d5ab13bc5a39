"""The values that pass between the rooms of an interview: sessions, messages, assessments, grades, scorecards.

All frozen. A value that says "could not grade" (`Ungraded`) is a type of its own, never a number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from knowledge.models import Frozen, Language, Level
from knowledge.similarity import text_id

OUTSIDE = "outside"
"""How the id of a question begins that no bank holds."""


def outside_id(text: str) -> str:
    """The id of a question that no bank holds: made of its words, the same wherever they are asked."""
    return text_id(OUTSIDE, text)


def is_outside(question_id: str | None) -> bool:
    """Whether a question of a session is one that its bank never held."""
    return not question_id or question_id.startswith(f"{OUTSIDE}-")


Mode = Literal["practice", "exam"]
Thinking = Literal["endpoint", "offline"]
"""Whether a model behind an endpoint speaks and judges, or nobody does: offline, the candidate marks."""
JudgedBy = Literal["endpoint", "offline", "self"]
"""Who judged an answer: a model; text similarity, as earlier versions stored it, which counts for nothing now; the
candidate, by self-marks."""
Role = Literal["interviewer", "candidate"]
InterviewerKind = Literal[
    "question", "probe", "hint", "clarification", "redirect", "decline", "feedback", "closing", "small_talk", "backchannel"
]  # fmt: skip
CandidateKind = Literal["answer", "hint_request", "repeat_request", "skip", "small_talk", "backchannel"]
"""`small_talk` and `backchannel` ("mm-hm") stand in recordings only: kept and shown, part of no question."""
TurnKind = Literal["answer", "dont_know", "clarifying", "off_topic", "asks_answer", "orders"]
"""What a candidate's turn is: an answer, "I don't know", a question back, something else entirely, a wish to be told the
answer or the score, or an attempt to give the interviewer orders."""
VerdictStatus = Literal["covered", "partial", "contradicted", "absent"]
BandId = Literal["excellent", "good", "fair", "insufficient"]


class Quota(Frozen):
    chapter_id: str
    questions: int
    minutes: float


class Plan(Frozen):
    """How many questions each chapter gets, in order; `seconds_per_question` is one question's share of the time."""

    quotas: tuple[Quota, ...]
    seconds_per_question: float

    @property
    def total_questions(self) -> int:
        return sum(quota.questions for quota in self.quotas)


Origin = Literal["interview", "recording"]
"""Whether this program conducted it, or a person did and a transcript of it was read in."""
RecordingFormat = Literal[
    "webvtt", "srt", "sbv", "names_with_times", "dialogue", "questions_and_answers", "table", "speech_json", "messages",
    "sharegpt", "chatgpt",
]  # fmt: skip
AlignedBy = Literal["words", "meaning", "model", "person", "file"]
"""What found which question an interviewer's turn asks: words, vectors too, a model among what they found, a person, or
the file itself."""


class Voice(Frozen):
    """A speaker of a recording and the side they were taken to be on; `name` is empty where the file names nobody."""

    name: str
    role: Role


class RecordingSource(Frozen):
    """Where a session's words came from, and who said which question they belong to.

    `sha256` is of what was said (speakers, times, words), so that the same talk in another encoding has the same; `file`
    is a name without its folder. `recorded_at` is None where the file does not say when it was.
    """

    file: str
    format: RecordingFormat
    sha256: str
    number: int = 1
    title: str = ""
    recorded_at: datetime | None = None
    voices: tuple[Voice, ...] = ()
    aligned_by: AlignedBy
    aligner: str = ""
    """The model and prompt that chose among the questions found; empty where none did."""
    confirmed_by: str = ""
    """Who looked at speakers and questions before they counted; empty where what was proposed was taken unseen."""
    imported_at: AwareDatetime

    @property
    def interviewers(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.voices if one.role == "interviewer" and one.name)


class Session(Frozen):
    """What was agreed at the start of an interview. Nothing in it changes afterwards; what happens is in the messages.

    `usage` counts how often each question had been asked before this session, as known at its start; empty when the
    seed was given by a person, so that the same seed and the same answers give the same interview.
    """

    id: str
    created_at: AwareDatetime
    bank_id: str
    bank_hash: str
    language: Language
    mode: Mode
    thinking: Thinking
    seed: int
    minutes: float
    timed: bool = True
    """Whether the length was chosen by time; where a number of questions was, no minutes are promised and none run out."""
    chapters: tuple[str, ...]
    plan: Plan
    candidate: str = ""
    consent_at: AwareDatetime | None = None
    """When the candidate agreed to what was said on the start page; None where it was not asked (terminal, imports)."""
    preferred: tuple[str, ...] = ()
    """Questions close to the background the candidate pasted; the text itself is not kept."""
    usage: dict[str, int] = Field(default_factory=dict)
    origin: Origin = "interview"
    recording: RecordingSource | None = None
    """Set where `origin` is "recording"."""


class Moment(Frozen):
    """Where in a message a cue of the recording begins: the character, and its seconds from the recording's start."""

    char: int
    start_s: float


class Message(Frozen):
    """One message of the transcript. `turn` counts all messages of a session from 0 and is unique in it.

    Interviewer messages name the question (and, for probes, the key point) they are about and why they were chosen.
    """

    session_id: str
    turn: int
    role: Role
    kind: InterviewerKind | CandidateKind
    text: str
    at: AwareDatetime
    question_id: str | None = None
    key_point_id: str | None = None
    reason: str = ""
    speaker: str = ""
    """In a recording: who said it, by the name in the file."""
    moments: tuple[Moment, ...] = ()
    """In a recording with times: its cues in this message, in order."""

    def second_of(self, char: int) -> float | None:
        """When in the recording the character at `char` was said: the start of its cue; None without times."""
        return next((one.start_s for one in reversed(self.moments) if one.char <= char), None)


class Event(Frozen):
    """Something that happened to a session that is not a message: paused, resumed, finished, a flag for reviewers, a
    fault, brought in from elsewhere."""

    session_id: str
    at: AwareDatetime
    kind: Literal["paused", "resumed", "finished", "flag", "fault", "imported"]
    turn: int | None = None
    detail: str = ""


class Span(Frozen):
    """A stretch of one candidate message: characters [start, end) of the message at `turn`, as typed."""

    turn: int
    start: int
    end: int


TakenBack = Literal["", "echo", "order", "empty"]
"""Why code took a judge's verdict back: the words only repeat the interviewer, only give orders, or hold no word at all."""


class Verdict(Frozen):
    """What an answer says about one key point, with the candidate's own words for it.

    Where code took the judge's verdict back, `note` says why, `status` is absent, `claimed` is what the judge had said of
    these words, and `echo_of` what the interviewer said in the same words.
    """

    key_point_id: str
    status: VerdictStatus
    reason: str = ""
    quote: str = ""
    span: Span | None = None
    after_hint: bool = False
    note: TakenBack = ""
    claimed: VerdictStatus | None = None
    echo_of: InterviewerKind | None = None
    sure: float | None = Field(default=None, ge=0, le=1)
    """How probable the judge held its verdict among the four, where the server tells; it changes no score."""


class VoicedMisconception(Frozen):
    misconception_id: str
    quote: str
    span: Span | None = None


class Provenance(Frozen):
    """Everything needed to tell how an assessment came about and to repeat it."""

    thinking: JudgedBy
    grader_version: str
    at: AwareDatetime
    bank_hash: str
    key_points_hash: str
    prompt_id: str = ""
    prompt_version: str = ""
    prompt_sha256: str = ""
    model: str = ""
    temperature: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    latency_s: float = 0.0
    repairs: int = 0

    @property
    def read(self) -> bool:
        """Whether anyone read the answers: nobody did where nothing was answered, or nothing left open."""
        return self.thinking != "endpoint" or bool(self.model) or self.max_tokens is not None


class Assessment(Frozen):
    """The verdicts on everything a candidate said about one question, up to and including message `turn`.

    Holds exactly one verdict for every key point of the question, in the note's order.
    """

    question_id: str
    turn: int
    turn_kind: TurnKind
    verdicts: tuple[Verdict, ...]
    misconceptions: tuple[VoicedMisconception, ...] = ()
    unsupported: int = 0
    """Misconceptions that the judge named without words of the candidate's own for them; they are dropped."""
    provenance: Provenance
    outcome: Literal["assessed"] = "assessed"

    @property
    def least_sure(self) -> float | None:
        """How sure the judge was of the verdict it was least sure of; None where nobody told."""
        return min((verdict.sure for verdict in self.verdicts if verdict.sure is not None), default=None)

    @property
    def withdrawn(self) -> bool:
        """Whether text similarity made it: fluent wrong answers beat right ones, so such verdicts count for nothing."""
        return self.provenance.thinking == "offline"


UngradedReason = Literal[
    "endpoint_down", "reply_malformed", "reply_cut_off", "quotes_unverifiable", "no_key_points", "not_reached",
    "question_removed", "over_context", "beyond_offline", "unmarked", "withdrawn",
    "reference_unusable", "refused", "too_slow", "endpoint_failed", "not_in_bank",
]  # fmt: skip
"""`unmarked`: held offline, and the candidate has not marked every key point. `withdrawn`: only text similarity judged it.
`beyond_offline`: text similarity, as a labelled experiment, cannot judge it."""


ENDPOINT_REASONS: frozenset[UngradedReason] = frozenset({"endpoint_down", "refused", "too_slow", "endpoint_failed"})
"""Reasons that lie with the endpoint, not with the answer or the reply: the same answer is graded once it is mended."""


class Ungraded(Frozen):
    """A question that could not be graded and why. Never a number; graded later by the same function."""

    question_id: str
    turn: int
    reason: UngradedReason
    detail: str
    at: AwareDatetime
    prompt_tokens: int = 0
    completion_tokens: int = 0
    repairs: int = 0
    """What was spent on it all the same, repairs included."""
    outcome: Literal["ungraded"] = "ungraded"


def judged_at(row: Assessment | Ungraded) -> datetime:
    """When a judgement was made, or given up."""
    return row.at if isinstance(row, Ungraded) else row.provenance.at


class Exchange(Frozen):
    """All that was said about one question, in order: the interviewer's turns and the candidate's."""

    question_id: str
    messages: tuple[Message, ...]

    @property
    def answers(self) -> tuple[Message, ...]:
        return tuple(m for m in self.messages if m.role == "candidate" and m.kind == "answer")


APART = ("feedback", "closing", "small_talk", "backchannel")
"""Kinds of messages that are part of no question."""


def exchanges(messages: Iterable[Message]) -> dict[str, list[Message]]:
    """The messages about each question by its id, in the order asked; one that is come back to keeps its place."""
    found: dict[str, list[Message]] = {}
    current: list[Message] | None = None
    for message in messages:
        if message.kind == "question":
            current = found.setdefault(message.question_id or "", [])
        if current is not None and message.kind not in APART:
            current.append(message)
    return found


class Grade(Frozen):
    """A question's score, computed by arithmetic from one assessment. `score` 0 to 100, `coverage` 0 to 1."""

    question_id: str
    coverage: float
    score: float
    level: BandId
    depth: Level | None
    """Highest level whose key points are all at least partly covered, with all levels below; None below `fair`."""
    reviewed: bool = False


ReviewKind = Literal["score", "verdicts", "withdrawn"]


class Review(Frozen):
    """A person's override of one question: a score or verdicts, with a reason and a name. The model's row stays.

    The latest review of a question counts, alone. One with neither score nor verdicts withdraws what stood before it: the
    judge's own row counts again.
    """

    session_id: str
    question_id: str
    reviewer: str
    reason: str
    at: AwareDatetime
    score: float | None = None
    statuses: dict[str, VerdictStatus] = Field(default_factory=dict)

    @property
    def kind(self) -> ReviewKind:
        return "score" if self.score is not None else "verdicts" if self.statuses else "withdrawn"


class Remark(Frozen):
    """One line of the talk between a candidate who objects to a grade and the person who answers.

    The objection of a question is open while its last remark is the candidate's.
    """

    kind: Literal["remark"] = "remark"
    session_id: str
    question_id: str
    author: Literal["candidate", "reviewer"]
    name: str = ""
    text: str
    at: AwareDatetime


class Mark(Frozen):
    """A person's own score of one answer, 0 to 100, given without seeing any other: for measuring agreement only."""

    kind: Literal["mark"] = "mark"
    session_id: str
    question_id: str
    reviewer: str
    score: float = Field(ge=0, le=100)
    at: AwareDatetime


SelfStatus = Literal["covered", "partial", "absent"]
"""What candidates say of their own answer to a key point: said, partly, not."""


class SelfMark(Frozen):
    """A candidate's own verdict on one key point of an interview held offline. The latest of a key point counts.

    `span` is the sentence that was proposed and left standing as the words for it. `attempt` is 0 for the answers in the
    interview, else the number of a second try. `left` counts the key points of that answer not marked yet, after this one.
    """

    kind: Literal["self_mark"] = "self_mark"
    session_id: str
    question_id: str
    key_point_id: str
    status: SelfStatus
    span: Span | None = None
    attempt: int = 0
    left: int = 0
    at: AwareDatetime


class SecondTry(Frozen):
    """A question answered again after it was closed and its reference shown. Never counted in any score."""

    kind: Literal["second_try"] = "second_try"
    session_id: str
    question_id: str
    number: int
    """From 1, per question."""
    text: str
    at: AwareDatetime


class SecondTryResult(Frozen):
    """What was found in a second try; several rows for one number where it was judged again, the newest counts."""

    kind: Literal["second_try_result"] = "second_try_result"
    session_id: str
    question_id: str
    number: int
    result: Assessment | Ungraded = Field(discriminator="outcome")
    at: AwareDatetime


class Citation(Frozen):
    """What a debrief reply rests on: a note of a question of this session, as `[n]` in the reply's text."""

    number: int
    question_id: str
    heading: str


class DebriefMessage(Frozen):
    """One message of the talk about a finished interview. It changes no grade."""

    kind: Literal["debrief"] = "debrief"
    session_id: str
    role: Literal["candidate", "guide"]
    text: str
    at: AwareDatetime
    thinking: Thinking = "offline"
    model: str = ""
    citations: tuple[Citation, ...] = ()


class Relabelled(Frozen):
    """What one turn of a recording was taken for, before and after a person looked at it again."""

    turn: int
    role: Role
    kind: InterviewerKind | CandidateKind
    question_id: str | None
    was_role: Role
    was_kind: InterviewerKind | CandidateKind
    was_question_id: str | None


class Realigned(Frozen):
    """A person's correction of which question the turns of a stored recording belong to. No word was changed.

    `changed` are the questions to which other turns belong since: what was judged of them before no longer counts.
    """

    kind: Literal["realigned"] = "realigned"
    session_id: str
    by: str
    at: AwareDatetime
    turns: tuple[Relabelled, ...]
    changed: tuple[str, ...]


class Explanation(Frozen):
    """Why a model gave one verdict that was partial or contradicted, asked for afterwards. It changes no score.

    It belongs to the assessment made at `judged_at`. Several that came in one reply count its tokens and time once.
    """

    kind: Literal["explanation"] = "explanation"
    session_id: str
    question_id: str
    key_point_id: str
    status: VerdictStatus
    judged_at: datetime
    text: str
    at: datetime
    model: str = ""
    prompt_id: str = ""
    prompt_version: str = ""
    prompt_sha256: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    repairs: int = 0
    latency_s: float = 0.0


Annotation = Remark | Mark | SelfMark | SecondTry | SecondTryResult | DebriefMessage | Realigned | Explanation
"""What people and the debrief add to a session after it was held; it never changes what was said or judged."""


class ChapterScore(Frozen):
    """Earned and possible points of one chapter over its graded questions; `score` is None when none was graded."""

    chapter_id: str
    asked: int
    graded: int
    points: float
    score: float | None
    earned: float | None
    bonus: bool


class DimensionScore(Frozen):
    dimension_id: str
    weight: float
    graded: int
    score: float | None


class Scorecard(Frozen):
    """The result of a session. `total` is None when nothing was graded; `band` is None with too little evidence.

    `interval` is (low, high) in points of 100, around the total.
    """

    grades: tuple[Grade, ...]
    ungraded: tuple[Ungraded, ...]
    chapters: tuple[ChapterScore, ...]
    chapters_not_asked: tuple[str, ...]
    dimensions: tuple[DimensionScore, ...]
    bonus: float
    total: float | None
    interval: tuple[float, float] | None
    band: BandId | None
    too_little_evidence: bool
    rows: tuple[Assessment | Ungraded, ...] = ()
    """The judgement that each question rests on, in the order asked; a person's override stands beside it."""


class Transcript(Frozen):
    """Everything the store holds about one session, rows in the order they were written."""

    session: Session
    messages: tuple[Message, ...]
    events: tuple[Event, ...] = ()
    assessments: tuple[Assessment | Ungraded, ...] = ()
    grades: tuple[Grade, ...] = ()
    reviews: tuple[Review, ...] = ()
    annotations: tuple[Annotated[Annotation, Field(discriminator="kind")], ...] = ()

    @property
    def standing(self) -> tuple[Assessment | Ungraded, ...]:
        """The stored judgements that may count: all but those of text similarity, which are withdrawn, and in a recording
        those of a question to which other turns belong since."""
        since = {question: one.at for one in self.annotations if isinstance(one, Realigned) for question in one.changed}
        rows = tuple(row for row in self.assessments if isinstance(row, Ungraded) or not row.withdrawn)
        if not since:
            return rows
        return tuple(row for row in rows if row.question_id not in since or judged_at(row) > since[row.question_id])

    @property
    def standing_grades(self) -> tuple[Grade, ...]:
        """The grades of those judgements; none where an old file does not tell which grade is whose."""
        assessed = [row for row in self.assessments if isinstance(row, Assessment)]
        if not any(row.withdrawn for row in assessed):
            return self.grades
        if len(assessed) != len(self.grades):
            return ()
        return tuple(one for one, row in zip(self.grades, assessed, strict=True) if not row.withdrawn)

    def self_marks(self, question_id: str, attempt: int = 0) -> dict[str, SelfMark]:
        """The candidate's latest mark of each key point of one answer, by the key point's id."""
        return {
            one.key_point_id: one
            for one in self.annotations
            if isinstance(one, SelfMark) and one.question_id == question_id and one.attempt == attempt
        }

    @property
    def overrides(self) -> dict[str, Review]:
        """The review that counts for each question; questions whose last review withdraws are not in it."""
        latest = {review.question_id: review for review in self.reviews}
        return {question_id: review for question_id, review in latest.items() if review.kind != "withdrawn"}


def may_be_explained(verdict: Verdict) -> bool:
    """Whether it says less than yes of words that are there, and carries no reason already."""
    return verdict.status in ("partial", "contradicted") and bool(verdict.quote) and not verdict.reason


def explanations_of(transcript: Transcript, assessment: Assessment) -> dict[str, str]:
    """What was explained of the verdicts of `assessment`, by key point; the newest words of each."""
    statuses = {verdict.key_point_id: verdict.status for verdict in assessment.verdicts}
    return {
        one.key_point_id: one.text
        for one in transcript.annotations
        if isinstance(one, Explanation)
        and (one.question_id, one.judged_at) == (assessment.question_id, assessment.provenance.at)
        and statuses.get(one.key_point_id) == one.status
    }
