"""A candidate's objection to a grade. The one rule: it is kept as written, and a person answers it; no model does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from interviewer.errors import AnswerTooLong, EmptyAnswer
from interviewer.interview.closed import closed_question, require_finished
from interviewer.interview.state import InterviewState
from interviewer.models import Remark
from interviewer.store import Store

LONGEST = 4000
"""Characters of one objection."""


async def object_to(
    state: InterviewState, question_id: str, text: str, store: Store, clock: Callable[[], datetime]
) -> None:
    """Store an objection to the grade of one question of a finished interview. The last one sent again is not stored twice.

    Raises NotFinished, UnknownQuestion, EmptyAnswer, AnswerTooLong.
    """
    require_finished(state)
    closed_question(state, question_id)
    text = text.strip()
    if not text:
        raise EmptyAnswer("The objection is empty.", "Write what you do not agree with, and why.")
    if len(text) > LONGEST:
        raise AnswerTooLong(
            f"The objection has {len(text)} characters, more than {LONGEST}.",
            "Shorten it and send it again; nothing was stored.",
            length=len(text),
            limit=LONGEST,
        )
    thread = [one for one in state.transcript.annotations if isinstance(one, Remark) and one.question_id == question_id]
    if thread and thread[-1].author == "candidate" and thread[-1].text == text:
        return
    remark = Remark(session_id=state.session.id, question_id=question_id, author="candidate", text=text, at=clock())
    await asyncio.to_thread(store.annotate, state.session.id, remark)
