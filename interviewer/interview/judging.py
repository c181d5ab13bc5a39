"""From a state to a judgement: the case an assessor reads, the grade an assessment gives, and who judges.

Live turns, later grading and re-grading build the same case, so they get the same judgement.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from interviewer.errors import EndpointError
from interviewer.grading import (
    GRADER_VERSION,
    Case,
    EndpointAssessor,
    Suggester,
    grade,
    key_points_hash,
    kind_of,
    ungraded,
)
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.models import Assessment, Grade, Provenance, TurnKind, Ungraded, Verdict, is_outside
from interviewer.policy import Asked
from knowledge.models import Bank


class Judge(Protocol):
    """One way to think. `judges` is false where nobody does: offline, where the candidate marks."""

    @property
    def judges(self) -> bool: ...

    async def assess(self, case: Case) -> Assessment | Ungraded:
        """What is stored of a case; not asked for where nobody judges."""
        ...

    def likely(self, case: Case) -> frozenset[str]:
        """The key points that some sentence resembles, for an answer that nobody has judged: others are probed first."""
        ...

    async def takes(self, case: Case) -> bool:
        """Whether the case is short enough to be judged whole; nothing is ever cut or summarised."""
        ...

    def obvious_kind(self, text: str) -> TurnKind | None:
        """What a turn is by its words alone ("I don't know"), before anything is judged; None if it takes reading."""
        ...


class EndpointJudge:
    """A model judges; while it is away, the conversation goes on as it does offline, and the answer waits for its grade."""

    judges = True

    def __init__(self, assessor: EndpointAssessor, offline: OfflineJudge) -> None:
        self._assessor = assessor
        self._offline = offline

    async def assess(self, case: Case) -> Assessment | Ungraded:
        return await self._assessor.assess(case)

    def likely(self, case: Case) -> frozenset[str]:
        return self._offline.likely(case)

    async def takes(self, case: Case) -> bool:
        """Also True where not even one word on the question would fit: shortening the answer would not help then, and the
        question stays ungraded for that reason while the interview goes on."""
        try:
            return await self._assessor.fits(case) or not await self._assessor.fits(_barely_answered(case))
        except EndpointError:
            return True  # it cannot be asked now; an answer that turns out too long is then Ungraded("over_context")

    def obvious_kind(self, text: str) -> TurnKind | None:
        return self._offline.obvious_kind(text)


def _barely_answered(case: Case) -> Case:
    """`case` as if the latest answer were one character."""
    *before, last = case.exchange.messages
    short = last.model_copy(update={"text": last.text[:1]})
    return case.model_copy(update={"exchange": case.exchange.model_copy(update={"messages": (*before, short)})})


class OfflineJudge:
    """Nobody judges; the likeness of words may choose which probe comes next, and decides nothing else."""

    judges = False

    def __init__(self, suggester: Suggester, now: Callable[[], datetime]) -> None:
        self._suggester = suggester
        self._now = now

    async def assess(self, case: Case) -> Assessment | Ungraded:
        return ungraded(case, "unmarked", "", self._now())

    def likely(self, case: Case) -> frozenset[str]:
        return self._suggester.likely(case)

    async def takes(self, case: Case) -> bool:
        return True

    def obvious_kind(self, text: str) -> TurnKind | None:
        kind = kind_of(text)
        return None if kind == "answer" else kind


def case_of(state: InterviewState, asked: AskedQuestion, *, afresh: bool = False) -> Case:
    """What an assessor reads about `asked`. Points already covered are settled, unless everything is judged `afresh`."""
    own = {message.turn for message in asked.messages}
    last = max(own)
    return Case(
        question=asked.question,
        rubric=state.bank.section(asked.question.section_id).rubric if asked.question.section_id else None,
        exchange=asked.exchange,
        before=tuple(m for m in state.transcript.messages if m.turn < last and m.turn not in own),
        hint_turns=asked.hint_turns,
        language=state.session.language,
        bank_hash=state.bank.content_hash,
        settled=() if afresh else _settled(asked),
    )


def without_question(state: InterviewState, asked: AskedQuestion, now: datetime) -> Ungraded | None:
    """Why an answer cannot be judged at all where the bank does not hold its question; None where it does."""
    question_id = asked.question.id
    if any(question.id == question_id for question in state.bank.questions):
        return None
    never = is_outside(question_id)
    return Ungraded(
        question_id=question_id,
        turn=asked.judged_turn if asked.judged_turn is not None else asked.messages[0].turn,
        reason="not_in_bank" if never else "question_removed",
        detail="" if never else f"The bank {state.bank.id!r} has no question {question_id!r} any more.",
        at=now,
    )


def _settled(asked: AskedQuestion) -> tuple[Verdict, ...]:
    for answer in reversed(asked.answers):
        if assessment := asked.assessment_at(answer.turn):
            return tuple(verdict for verdict in assessment.verdicts if verdict.status == "covered")
    return ()


def grade_of(bank: Bank, asked: AskedQuestion, assessment: Assessment) -> Grade:
    """The score of one assessment: arithmetic, nothing else."""
    rules = assessment.provenance.grader_version
    return grade(asked.question, assessment.verdicts, bank.scoring, bank.outline.bands, rules)


def levels_of(state: InterviewState) -> dict[str, Asked]:
    """Per question asked, the level its answer has reached so far; None while it is not graded."""
    levels: dict[str, Asked] = {}
    for asked in state.asked:
        result = asked.result
        level = grade_of(state.bank, asked, result).level if isinstance(result, Assessment) else None
        levels[asked.question.id] = Asked(question_id=asked.question.id, level=level)
    return levels


def skipped_assessment(state: InterviewState, now: datetime) -> Assessment | Ungraded:
    """A question skipped without an answer: nothing was said, so every point is absent; no one has to judge that."""
    current = state.current
    if current is None or current.judged_turn is None:
        raise ValueError("nothing was skipped")
    if not current.question.key_points:
        return Ungraded(
            question_id=current.question.id,
            turn=current.judged_turn,
            reason="no_key_points",
            detail="The question has no key points to look for.",
            at=now,
        )
    return Assessment(
        question_id=current.question.id,
        turn=current.judged_turn,
        turn_kind="dont_know",
        verdicts=tuple(Verdict(key_point_id=p.id, status="absent") for p in current.question.key_points),
        provenance=Provenance(
            thinking="endpoint",
            grader_version=GRADER_VERSION,
            at=now,
            bank_hash=state.bank.content_hash,
            key_points_hash=key_points_hash(current.question),
        ),
    )
