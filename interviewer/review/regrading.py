"""Grading stored answers again while a reviewer watches, and what differs from before.

The one rule: the same judge as in interviews gives rows that are added; a difference is read from the rows, not kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import suppress
from datetime import datetime

from interviewer.interview.interviews import Interviews
from interviewer.interview.regrade import answered, regrade
from interviewer.models import Assessment, Thinking, Transcript, Ungraded
from interviewer.review.dossier import Change, changes_between, open_dossier
from interviewer.store import Store
from knowledge.models import Bank, Frozen


class Difference(Frozen):
    """One question before and after: scores of the judge's own grade (None: not graded), and verdicts that changed."""

    question_id: str
    number: int
    before: float | None
    after: float | None
    changes: tuple[Change, ...]
    failed: Ungraded | None = None
    """Why the new judgement gave no grade; the old one then still counts."""


class Step(Frozen):
    """How far it is; `differences` is there when all is done."""

    done: int
    total: int
    differences: tuple[Difference, ...] | None = None


async def grade_again(
    interviews: Interviews,
    store: Store,
    clock: Callable[[], datetime],
    session_id: str,
    *,
    only: Collection[str] = (),
    thinking: Thinking | None = None,
) -> AsyncIterator[Step]:
    """Judge the answered questions of a session afresh (or `only` some), telling after each. Raises EndpointError, BankChanged."""
    state = await interviews.look(session_id)
    judge = interviews.mind(state.session, thinking).judge
    total = len(answered(state, only=only)) if judge.judges else 0
    yield Step(done=0, total=total)
    news: asyncio.Queue[Assessment | Ungraded | None] = asyncio.Queue()
    work = asyncio.create_task(regrade(state, judge, store, "all", clock, only=only, on_done=news.put_nowait))
    work.add_done_callback(lambda _: news.put_nowait(None))
    try:
        done = 0
        while await news.get() is not None:
            done += 1
            yield Step(done=done, total=total)
        results = await work
    finally:
        if not work.done():  # the reviewer has gone; what is stored by now stays
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
    after = await asyncio.to_thread(store.transcript, session_id)
    found = differences(state.bank, state.transcript, after, results)
    yield Step(done=total, total=total, differences=found)


def differences(
    bank: Bank, before: Transcript, after: Transcript, results: Collection[Assessment | Ungraded]
) -> tuple[Difference, ...]:
    """What re-grading changed, question by question in the order asked."""
    was = open_dossier(bank, before, before.session.language)
    now = open_dossier(bank, after, after.session.language)
    by_question = {result.question_id: result for result in results}
    found: list[Difference] = []
    for old, new in zip(was.questions, now.questions, strict=True):
        result = by_question.get(new.row.id)
        if result is None:
            continue
        found.append(
            Difference(
                question_id=new.row.id,
                number=new.row.number,
                before=old.own.score if old.own else None,
                after=new.own.score if new.own else None,
                changes=changes_between(old.judged, new.judged),
                failed=result if isinstance(result, Ungraded) else None,
            )
        )
    return tuple(found)
