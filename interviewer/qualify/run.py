"""Asking a judge about every answer, some at once. The one rule: what was judged is kept before the next one is asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from interviewer.errors import EndpointError
from interviewer.grading import Assessor, Case, grade
from interviewer.llm.failures import standing
from interviewer.models import Assessment, Grade, Thinking, Ungraded
from interviewer.qualify.cases import case_hash, case_of, known_points, question_key, question_of, split_reference
from interviewer.qualify.draft import Drafter
from interviewer.qualify.kept import Kept
from interviewer.qualify.model import GradedAnswer, PointsFrom, Reading
from knowledge.errors import UserFacingError
from knowledge.models import Bank, KeyPoint

_UNUSABLE = {"cut_off": "The reference breaks off.", "other": "The reference answers another question."}


class ReferenceUnusable(UserFacingError):
    """A reference from which nothing can be drafted."""

    code = "reference_unusable"


Job = tuple[GradedAnswer, int]


@dataclass(frozen=True)
class Grader:
    """A judge and what it needs. Without a drafter, a reference is cut into sentences. `concurrency`: calls at once."""

    assessor: Assessor
    thinking: Thinking
    bank: Bank
    drafter: Drafter | None = None
    concurrency: int = 1


async def judge_all(
    answers: Sequence[GradedAnswer],
    repeats: int,
    grader: Grader,
    kept: Kept,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    """Judge what `kept` does not hold yet. Answers to one question follow each other, so that a server's prefix cache works.

    `progress` gets (done, total). Cancelling loses only what is under way. Raises AnswersError for an answer whose
    question is not there, before anything is asked.
    """
    for answer in answers:
        known_points(answer, grader.bank)
    if grader.drafter:
        without = [answer for answer in answers if known_points(answer, grader.bank) is None]
        await grader.drafter.draft_all(without, grader.concurrency)
    jobs = _in_question_order(answers, repeats)
    total, done = len(answers) * repeats, 0

    async def work() -> None:
        nonlocal done
        for answer, repeat in jobs:  # one iterator for all workers: each takes the next job
            await _judge(answer, repeat, grader, kept, clock)
            done += 1
            progress(done, total)
            await asyncio.sleep(0)  # a judge without a network never waits; an interruption must still get through

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, min(grader.concurrency, total))):
                group.create_task(work())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed


def _in_question_order(answers: Sequence[GradedAnswer], repeats: int) -> Iterator[Job]:
    place: dict[str, int] = {}
    for answer in answers:
        place.setdefault(question_key(answer), len(place))
    ordered = sorted(answers, key=lambda answer: place[question_key(answer)])
    return iter([(answer, repeat) for answer in ordered for repeat in range(repeats)])


async def _judge(answer: GradedAnswer, repeat: int, grader: Grader, kept: Kept, clock: Callable[[], float]) -> None:
    try:
        points_from, points = await _points(answer, grader)
    except UserFacingError as error:
        case = case_of(answer, question_of(answer, grader.bank, ()), grader.bank)
        kept.add(_reading(answer, repeat, grader, case, "drafted", _undrafted(case, error), 0.0))
        return
    unreviewed = points_from in ("drafted", "split")
    case = case_of(answer, question_of(answer, grader.bank, points, drafted=unreviewed), grader.bank)
    if kept.settled(answer.id, repeat, case_hash(case)):
        before = kept.readings[answer.id, repeat]  # the arithmetic is today's, whatever it was then
        kept.readings[answer.id, repeat] = before.model_copy(update={"grade": _grade(case, before.result, grader.bank)})
        return
    started = clock()
    result = await grader.assessor.assess(case)
    kept.add(_reading(answer, repeat, grader, case, points_from, result, clock() - started))


async def _points(answer: GradedAnswer, grader: Grader) -> tuple[PointsFrom, tuple[KeyPoint, ...]]:
    if known := known_points(answer, grader.bank):
        return known
    if grader.drafter is None:
        return "split", split_reference(answer, grader.bank)
    draft = await grader.drafter.draft(answer)
    if draft.reference != "whole":
        raise ReferenceUnusable(_UNUSABLE[draft.reference], "Give a reference that answers the question.")
    return "drafted", draft.points


def _undrafted(case: Case, error: UserFacingError) -> Ungraded:
    return Ungraded(
        question_id=case.question.id,
        turn=case.turn,
        reason=(
            standing(error)
            if isinstance(error, EndpointError)
            else "reference_unusable"
            if isinstance(error, ReferenceUnusable)
            else "no_key_points"
        ),
        detail=f"Its key points could not be drafted. {error.what}",
        at=datetime.now(UTC),
    )


def _reading(
    answer: GradedAnswer,
    repeat: int,
    grader: Grader,
    case: Case,
    points_from: PointsFrom,
    result: Assessment | Ungraded,
    elapsed_s: float,
) -> Reading:
    return Reading(
        id=answer.id, repeat=repeat, thinking=grader.thinking, case_hash=case_hash(case), points_from=points_from,
        elapsed_s=round(elapsed_s, 6), result=result, grade=_grade(case, result, grader.bank),
    )  # fmt: skip


def _grade(case: Case, result: Assessment | Ungraded, bank: Bank) -> Grade | None:
    if isinstance(result, Ungraded):
        return None
    return grade(case.question, result.verdicts, bank.scoring, bank.outline.bands, result.provenance.grader_version)
