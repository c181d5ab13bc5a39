"""Answering a question again, after its reference was shown, and what came of it.

The one rule: a second try is written before it is judged, and never counted: no scorecard reads it. A process killed, or
an endpoint gone, in between leaves a stored try without a result, which `judge_again` takes up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from interviewer.errors import AnswerTooLong, EmptyAnswer, OverContext
from interviewer.grading import Case, self_row
from interviewer.grading.echo import copied_share
from interviewer.interview.closed import closed_question
from interviewer.interview.judging import Judge, case_of, grade_of
from interviewer.interview.regrade import BEYOND_HELP
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.models import Assessment, Message, SecondTry, SecondTryResult, Ungraded
from interviewer.report.model import Tried
from interviewer.store import Store

Clock = Callable[[], datetime]


def tries_of(state: InterviewState, asked: AskedQuestion) -> tuple[Tried, ...]:
    """Every second try at a question with the newest thing found in it, oldest first.

    Tries are numbered by the order they stand in the store, so that two tabs sending at once make two tries.
    """
    tries, results = _rows(state, asked.question.id)
    return tuple(_tried(state, asked, number, one, results.get(number)) for number, one in enumerate(tries, 1))


def all_tries(state: InterviewState) -> dict[str, tuple[Tried, ...]]:
    """`tries_of` for each question that was tried again."""
    found = {asked.question.id: tries_of(state, asked) for asked in state.asked}
    return {question_id: tries for question_id, tries in found.items() if tries}


def is_waiting(tried: Tried) -> bool:
    """Not judged yet, or for a reason that judging again could mend."""
    return tried.result is None or (isinstance(tried.result, Ungraded) and tried.result.reason not in BEYOND_HELP)


async def try_again(
    state: InterviewState, question_id: str, text: str, judge: Judge, store: Store, clock: Clock, most: int
) -> None:
    """Store `text` as the next try at a closed question, then judge it. The newest try sent again is not stored twice.

    Raises UnknownQuestion, NotFinished, EmptyAnswer, AnswerTooLong (more than `most` characters), OverContext, all before
    anything is written.
    """
    asked = closed_question(state, question_id)
    text = text.replace("\0", "")
    if not text.strip():
        raise EmptyAnswer("The answer is empty.", "Write something first.")
    if len(text) > most:
        raise AnswerTooLong(
            f"The answer has {len(text)} characters, more than the {most} that fit.",
            "Shorten it and send it again; nothing was cut or stored.",
            length=len(text),
            limit=most,
        )
    tries, _ = _rows(state, question_id)
    if not tries or tries[-1].text != text:
        if not await judge.takes(second_case(state, asked, text)):
            raise OverContext(
                f"This answer of {len(text)} characters exceeds the model's context.",
                "Shorten it and send it again; nothing was cut or stored.",
                length=len(text),
            )
        row = SecondTry(
            session_id=state.session.id, question_id=question_id, number=len(tries) + 1, text=text, at=clock()
        )
        await asyncio.to_thread(store.annotate, state.session.id, row)
        transcript = await asyncio.to_thread(store.transcript, state.session.id)
        state = state.model_copy(update={"transcript": transcript})
    await judge_again(state, question_id, judge, store, clock)


async def judge_again(state: InterviewState, question_id: str, judge: Judge, store: Store, clock: Clock) -> int:
    """Judge every try at a closed question that waits for it, and store what was found; gives their number."""
    asked = closed_question(state, question_id)
    waiting = [one for one in tries_of(state, asked) if is_waiting(one)] if judge.judges else []
    for one in waiting:
        result = await judge.assess(second_case(state, asked, one.text))
        row = SecondTryResult(
            session_id=state.session.id, question_id=question_id, number=one.number, result=result, at=clock()
        )
        await asyncio.to_thread(store.annotate, state.session.id, row)
    return len(waiting)


def second_case(state: InterviewState, asked: AskedQuestion, text: str) -> Case:
    """What the judge reads: the question and the new answer, as if nothing had been said before.

    What the interviewer said in the first exchange still counts as shown, so that a probe or hint repeated is an echo. The
    reference does not: the candidate has read it and may well use its words; `Tried.copied` says how far they did.
    """
    question, answer = _tried_exchange(asked, text)
    said = tuple(m for m in asked.messages if m.role == "interviewer")
    afresh = AskedQuestion(question=asked.question, messages=(question, answer))
    alone = state.model_copy(
        update={"asked": (afresh,), "transcript": state.transcript.model_copy(update={"messages": (*said, answer)})}
    )
    return case_of(alone, afresh, afresh=True)


def _tried_exchange(asked: AskedQuestion, text: str) -> tuple[Message, Message]:
    """The question, and `text` as the one answer to it, at the turn after everything said on it in the interview."""
    question = asked.messages[0]
    answer = question.model_copy(
        update={"turn": asked.messages[-1].turn + 1, "role": "candidate", "kind": "answer", "text": text, "reason": ""}
    )
    return question, answer


def _rows(state: InterviewState, question_id: str) -> tuple[list[SecondTry], dict[int, Assessment | Ungraded]]:
    """The stored tries at a question in order, and by number the result that counts: an assessment before a failure."""
    own = [one for one in state.transcript.annotations if getattr(one, "question_id", None) == question_id]
    results: dict[int, Assessment | Ungraded] = {}
    for one in own:
        if isinstance(one, SecondTryResult) and not (isinstance(one.result, Assessment) and one.result.withdrawn):
            kept = results.get(one.number)
            if not (isinstance(kept, Assessment) and isinstance(one.result, Ungraded)):
                results[one.number] = one.result
    return [one for one in own if isinstance(one, SecondTry)], results


def _tried(
    state: InterviewState, asked: AskedQuestion, number: int, row: SecondTry, result: Assessment | Ungraded | None
) -> Tried:
    note = asked.question.note
    source = "" if note is None else "\n".join((note.reference.zh, note.reference.en, *(p.text.zh + "\n" + p.text.en for p in note.key_points)))  # fmt: skip
    if state.session.thinking == "offline":
        marks = state.transcript.self_marks(asked.question.id, number)
        result = self_row(asked.question, _tried_exchange(asked, row.text), marks, state.session)
    known = {point.id for point in asked.question.key_points}
    fits = isinstance(result, Assessment) and {verdict.key_point_id for verdict in result.verdicts} == known
    graded = grade_of(state.bank, asked, result) if fits and isinstance(result, Assessment) else None
    return Tried(
        number=number,
        text=row.text,
        at=row.at,
        copied=round(copied_share(row.text, source), 4),
        result=result,
        score=graded.score if graded else None,
        level=graded.level if graded else None,
    )
