"""The values of a qualification: answers with what people gave, one judge's readings of them, and what they add up to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from interviewer.models import Assessment, BandId, Grade, Thinking, Ungraded, VerdictStatus
from knowledge.models import Frozen, KeyPoint, Language, Level

LEVEL_OF: dict[BandId, int] = {"insufficient": 0, "fair": 1, "good": 2, "excellent": 3}
LevelNumber = Annotated[int, Field(ge=0, le=3)]
PointsFrom = Literal["bank", "given", "drafted", "split"]
"""Where key points came from: the bank, the answer's own line, a model's draft, or a reference cut into sentences."""
Standing = Literal["graded", "attack", "twin", "owed"]


class GivenPoint(Frozen):
    id: str
    level: Level
    text: str


class GradedAnswer(Frozen):
    """One answer of the set with what people gave it, as its line says; `score` is out of `max_score`.

    `base_id` names the answer whose level a twin must get, `max_level` the highest level an attack may get, `min_level` the
    lowest that a right answer in few words must get; `verdicts` are people's own, one for each key point in the note's order.
    """

    id: str = Field(min_length=1)
    question_id: str = ""
    question: str = ""
    key_points: tuple[GivenPoint, ...] = ()
    reference: str = ""
    answer: str
    level: LevelNumber | None = None
    score: float | None = Field(default=None, ge=0)
    max_score: float | None = Field(default=None, gt=0)
    kind: str = "answer"
    base_id: str = ""
    max_level: LevelNumber | None = None
    min_level: LevelNumber | None = None
    language: Language | None = None
    verdicts: tuple[VerdictStatus, ...] = ()
    written_by: str = ""

    @property
    def standing(self) -> Standing:
        """What the answer is for: an attack (has `max_level`), one that is owed a level (has `min_level`), a twin (has
        `base_id`), or one that counts in agreement."""
        if self.max_level is not None:
            return "attack"
        if self.min_level is not None:
            return "owed"
        return "twin" if self.base_id else "graded"

    @property
    def points_of_100(self) -> float | None:
        return None if self.score is None or self.max_score is None else 100 * self.score / self.max_score

    @model_validator(mode="after")
    def _complete(self) -> GradedAnswer:
        if not self.question_id and not self.question:
            raise ValueError("give `question_id` of the bank, or `question`")
        if self.score is not None and (self.max_score is None or self.score > self.max_score):
            raise ValueError("`score` needs a `max_score` that is not below it")
        if self.level is None and self.score is None and self.standing == "graded":
            raise ValueError("give what people gave: `level` 0 to 3, or `score` with `max_score`")
        return self


class Draft(Frozen):
    """Key points that a model drafted for one question, kept so that a resumed run asks about the same ones."""

    record: Literal["draft"] = "draft"
    question_key: str
    reference: Literal["whole", "cut_off", "other"] = "whole"
    """Whether the reference answers the question; where it does not, there are no points and nothing is graded by it."""
    points: tuple[KeyPoint, ...]
    model: str
    prompt_id: str
    prompt_version: str
    prompt_sha256: str
    prompt_tokens: int
    completion_tokens: int
    latency_s: float


class Reading(Frozen):
    """One answer judged once. `case_hash` changes with anything the judge read; `elapsed_s` is wall time of the judgement."""

    record: Literal["reading"] = "reading"
    id: str
    repeat: int
    thinking: Thinking
    case_hash: str
    points_from: PointsFrom
    elapsed_s: float
    result: Annotated[Assessment | Ungraded, Field(discriminator="outcome")]
    grade: Grade | None

    @property
    def level(self) -> int | None:
        return LEVEL_OF[self.grade.level] if self.grade else None


class LevelAgreement(Frozen):
    """Agreement on levels 0 to 3 over `n` readings; `confusion[people][judge]`."""

    n: int
    qwk: float | None
    qwk_interval: tuple[float, float] | None
    exact: float | None
    adjacent: float | None
    confusion: tuple[tuple[int, ...], ...]


class Closeness(Frozen):
    """How near the judge's numbers lie to people's, in points of 100 (`score`) or levels (`level`). SMD above 0: lenient."""

    unit: Literal["score", "level"]
    n: int
    people_mean: float | None
    judge_mean: float | None
    pearson: float | None
    rmse: float | None
    mae: float | None
    smd: float | None


class OwnScale(Frozen):
    """Agreement in the marks that people gave, 0 to `most` in steps of 1, the judge's score of 100 brought onto them.

    Quadratic weights on the marks themselves, over the whole declared scale: marks that nobody gave still count as steps.
    """

    n: int
    most: int
    qwk: float | None
    exact: float | None
    within_one: float | None
    mae: float | None


class Spread(Frozen):
    """How far repeats of the same answers lie apart: mean standard deviation of the score, and the share of answers that
    got one level in all repeats."""

    question: str
    answers: int
    score_sd: float
    same_level: float


class AttackRow(Frozen):
    kind: str
    graded: int
    succeeded: int


class Bin(Frozen):
    """Verdicts of which the judge was between `low` and `high` sure: how sure on average, and the share that people share."""

    low: float
    high: float
    n: int
    sure: float
    right: float


class Calibration(Frozen):
    """How sure the judge was against how often it was right, over `n` verdicts; `error` is the expected calibration error."""

    n: int
    error: float
    bins: tuple[Bin, ...]


class Failure(Frozen):
    reason: str
    n: int
    example: str
    detail: str


class Dot(Frozen):
    """One graded reading for the drawings: people's level, their score if they gave one, and the judge's score and level."""

    id: str
    question: str
    people_level: int
    people_score: float | None
    judge_level: int
    judge_score: float


class Measured(Frozen):
    """Everything a qualification found. Ungraded readings are counted here and nowhere else."""

    answers: int
    readings: int
    expected: int
    graded: int
    ungraded: tuple[Failure, ...]
    thinking: tuple[Thinking, ...]
    models: tuple[str, ...]
    prompts: tuple[str, ...]
    graders: int
    written_by: tuple[str, ...]
    points_from: dict[PointsFrom, int]
    levels: LevelAgreement
    scores: Closeness | None
    own_scale: OwnScale | None = None
    """Where people's scores are whole marks of one scale."""
    level_closeness: Closeness
    verdicts_alike: float | None
    verdicts_compared: int
    quotes: int
    quotes_verified: float | None
    unsupported: int = 0
    """Misconceptions that the judge named without words of the candidate's own."""
    calibration: Calibration | None = None
    """Where the server told how sure the judge was, and people gave verdicts."""
    attacks: tuple[AttackRow, ...]
    twins: tuple[AttackRow, ...]
    owed: tuple[AttackRow, ...] = ()
    """Right answers in few words that got at least what they are owed."""
    spread: tuple[Spread, ...]
    spread_total: Spread | None
    length_people: float | None
    length_judge: float | None
    prompt_tokens: int
    completion_tokens: int
    repairs: int
    judged_s: float
    latency_p50_s: float | None
    dots: tuple[Dot, ...]
    attacks_that_won: tuple[str, ...]
    twins_apart: tuple[str, ...]
    owed_lost: tuple[str, ...] = ()

    @property
    def not_graded(self) -> int:
        return sum(one.n for one in self.ungraded)

    @property
    def closeness(self) -> Closeness:
        """On people's scores where they gave scores, else on levels."""
        return self.scores or self.level_closeness

    @property
    def attack_success(self) -> float | None:
        graded = sum(row.graded for row in self.attacks)
        return sum(row.succeeded for row in self.attacks) / graded if graded else None

    @property
    def owed_given(self) -> float | None:
        graded = sum(row.graded for row in self.owed)
        return sum(row.succeeded for row in self.owed) / graded if graded else None

    @property
    def twins_same(self) -> float | None:
        graded = sum(row.graded for row in self.twins)
        return sum(row.succeeded for row in self.twins) / graded if graded else None
