"""Judging stored answers again: what could not be graded before, or a whole session afresh. Adds rows, overwrites none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Literal

from interviewer.interview.judging import Judge, case_of, grade_of, skipped_assessment, without_question
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.models import Assessment, Grade, Ungraded
from interviewer.store import Store

Which = Literal["pending", "all"]
AT_ONCE = 16
"""Questions of one session graded side by side."""


BEYOND_HELP = (
    "no_key_points", "reference_unusable", "beyond_offline", "question_removed", "unmarked", "not_in_bank",
)  # fmt: skip
"""Reasons that the same judge would give again, or that wait for the candidate's own marks."""


def is_pending(asked: AskedQuestion) -> bool:
    """Answered, but without an assessment of all that was said, for a reason that grading again could mend."""
    if asked.judged_turn is None or asked.own is not None:  # offline, nobody but the candidate is waited for
        return False
    result = asked.result
    return result is None or (isinstance(result, Ungraded) and result.reason not in BEYOND_HELP)


def answered(state: InterviewState, which: Which = "all", only: Collection[str] = ()) -> list[AskedQuestion]:
    """The questions that `regrade` would judge."""
    said = [asked for asked in state.asked if asked.judged_turn is not None]
    return [a for a in said if (which == "all" or is_pending(a)) and (not only or a.question.id in only)]


async def regrade(
    state: InterviewState,
    judge: Judge,
    store: Store,
    which: Which,
    clock: Callable[[], datetime],
    *,
    only: Collection[str] = (),
    on_done: Callable[[Assessment | Ungraded], None] | None = None,
) -> tuple[Assessment | Ungraded, ...]:
    """Judge the answered questions of a session again and add the rows; nothing is overwritten.

    Where nobody judges (offline) nothing is done. `pending` takes only what has no assessment; `all` judges every answered question afresh; `only` names some of them.
    `on_done` hears of each result when it is stored.
    """
    chosen = answered(state, which, only) if judge.judges else []
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(asked: AskedQuestion) -> Assessment | Ungraded:
        async with gate:
            if lost := without_question(state, asked, clock()):
                result: Assessment | Ungraded = lost
            elif not asked.answers:
                only = state.model_copy(update={"asked": (asked,)})
                result = skipped_assessment(only, clock())
            else:
                result = await judge.assess(case_of(state, asked, afresh=True))
            grades = (grade_of(state.bank, asked, result),) if isinstance(result, Assessment) else ()
            await asyncio.to_thread(store.append_all, state.session.id, assessments=(result,), grades=grades)
            if on_done is not None:
                on_done(result)
            return result

    return tuple(await asyncio.gather(*(one(asked) for asked in chosen)))


def replay(state: InterviewState) -> tuple[tuple[Grade, Grade | None], ...]:
    """Recompute every stored grade from its stored assessment: (stored, recomputed) pairs in the order they were written,
    without those of text similarity, which are withdrawn.

    The second is None where the bank's key points have changed since, so that the verdicts no longer fit them. Scoring is
    arithmetic, so each pair must be equal to the last bit.
    """
    questions = {asked.question.id: asked for asked in state.asked}
    assessed = [row for row in state.transcript.standing if isinstance(row, Assessment)]
    pairs: list[tuple[Grade, Grade | None]] = []
    for stored, assessment in zip(state.transcript.standing_grades, assessed, strict=True):
        asked = questions[assessment.question_id]
        same = {verdict.key_point_id for verdict in assessment.verdicts} == {p.id for p in asked.question.key_points}
        pairs.append((stored, grade_of(state.bank, asked, assessment) if same else None))
    return tuple(pairs)
