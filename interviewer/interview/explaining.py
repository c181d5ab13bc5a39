"""Explanations of verdicts, asked for when a person opens them. The one rule: they are added beside a verdict and move no score.

An explanation belongs to one judgement: after grading again, the new verdict has none until somebody asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

from interviewer.errors import UnknownQuestion
from interviewer.grading import Explainer
from interviewer.interview.judging import case_of
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.models import Assessment, Explanation, Verdict, explanations_of, may_be_explained
from interviewer.store import Store


def unexplained(state: InterviewState, asked: AskedQuestion) -> tuple[Verdict, ...]:
    """The verdicts of a model on `asked` that somebody may want explained and nobody has had explained."""
    result = asked.result
    if not isinstance(result, Assessment) or result.provenance.thinking != "endpoint" or not asked.answers:
        return ()
    known = explanations_of(state.transcript, result)
    return tuple(one for one in result.verdicts if may_be_explained(one) and one.key_point_id not in known)


async def explain(
    state: InterviewState,
    question_id: str,
    explainer: Explainer,
    store: Store,
    clock: Callable[[], datetime],
    *,
    only: Collection[str] = (),
) -> tuple[Explanation, ...]:
    """Ask why of the verdicts of one question (`only` some key points) and store what comes; nothing where all is said.

    Raises UnknownQuestion, EndpointError, ReplyError; then nothing is stored.
    """
    asked = next((one for one in state.asked if one.question.id == question_id), None)
    if asked is None:
        raise UnknownQuestion(f"The question {question_id!r} was not asked.", "Reload the page.")
    wanted = [one for one in unexplained(state, asked) if not only or one.key_point_id in only]
    if not wanted or not isinstance(asked.result, Assessment):
        return ()
    found = await explainer.explain(case_of(state, asked, afresh=True), wanted)
    rows = tuple(
        Explanation(
            session_id=state.session.id,
            question_id=question_id,
            key_point_id=one.key_point_id,
            status=one.status,
            judged_at=asked.result.provenance.at,
            text=found.texts[one.key_point_id],
            at=clock(),
            model=found.model,
            prompt_id="explain",
            prompt_version=found.prompt_version,
            prompt_sha256=found.prompt_sha256,
            prompt_tokens=found.prompt_tokens if n == 0 else 0,
            completion_tokens=found.completion_tokens if n == 0 else 0,
            repairs=found.repairs if n == 0 else 0,
            latency_s=found.latency_s if n == 0 else 0.0,
        )
        for n, one in enumerate(wanted)
    )
    await asyncio.to_thread(store.annotate, state.session.id, *rows)
    return rows
