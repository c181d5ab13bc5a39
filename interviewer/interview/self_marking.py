"""Self-marking: offline, the candidate says of each key point whether it was said, and a number is that person's own.

The one rule: a proposal is never a verdict. The nearest sentence of one's own stands beside a key point as "maybe here";
nothing counts before a person has marked it, and a question counts once all its key points are marked. Marks may be
changed until a reviewer has set the question, or a model has judged it; the latest counts, none is overwritten.

For a page or a terminal:

    sheets = marking.sheets(state)                        # closed questions by id, in the order asked; {} with a model
    sheet = sheets[question_id]                           # .rows: key points with level, proposal, mark; .left; .grade
    sheet = await marking.mark(session_id, question_id, row.point.id, "covered")    # or "partial", "absent"
    sheet = await marking.mark_rest(session_id, question_id)                        # what is left was not said

In practice mode a question has its sheet once the next one is asked, in exam mode when the interview is over.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from interviewer.errors import MarkingClosed, NotFinished, UnknownQuestion
from interviewer.grading import Case, score_transcript
from interviewer.interview.closed import closed_question
from interviewer.interview.judging import case_of, grade_of
from interviewer.interview.second_try import second_case, tries_of
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.models import Assessment, Grade, SelfMark, SelfStatus, Span
from interviewer.store import Store
from knowledge.models import Frozen, KeyPoint, Question

if TYPE_CHECKING:
    from interviewer.interview.interviews import Interviews

KEPT = 512
"""Answers whose proposals are remembered; a closed answer does not change, so they are looked for once."""
Lock = Literal["", "reviewed", "judged"]


class Suggester(Protocol):
    """Finds the nearest sentence of the candidate's own for each key point; none is better than a wrong one."""

    def suggest(self, case: Case) -> Mapping[str, Span]: ...


class Proposed(Frozen):
    """A sentence of the candidate's that may be about a key point, as typed."""

    text: str
    span: Span


class MarkRow(Frozen):
    """One key point. `number` counts from 1 in the note's order; `kept` says that the proposal was left standing."""

    number: int
    point: KeyPoint
    proposed: Proposed | None = None
    status: SelfStatus | None = None
    kept: bool = False


class Sheet(Frozen):
    """One closed question to be marked. `number` is its place in the interview, `attempt` 0 or that of a second try.

    `lock` says why nothing can be marked any more: a reviewer has set the question, or a model has judged it since.
    """

    session_id: str
    question: Question
    number: int
    attempt: int
    rows: tuple[MarkRow, ...]
    grade: Grade | None = None
    lock: Lock = ""

    @property
    def left(self) -> int:
        """Key points not marked yet."""
        return sum(row.status is None for row in self.rows)


class SelfMarking:
    """Marks over the sessions of `interviews`; `suggesters` by bank id. Keeps only proposals, which it could find again."""

    def __init__(
        self,
        interviews: Interviews,
        store: Store,
        suggesters: Mapping[str, Suggester],
        clock: Callable[[], datetime],
    ) -> None:
        self._interviews = interviews
        self._store = store
        self._suggesters = suggesters
        self._clock = clock
        self._found: OrderedDict[tuple[str, str, int, int], Mapping[str, Span]] = OrderedDict()

    def sheets(self, state: InterviewState) -> dict[str, Sheet]:
        """The sheet of every closed question with something to mark, by question id, in the order asked."""
        found: dict[str, Sheet] = {}
        for asked in state.asked:
            try:
                found[asked.question.id] = self.sheet(state, asked.question.id)
            except (NotFinished, MarkingClosed):
                continue
        return found

    def sheet(self, state: InterviewState, question_id: str, attempt: int = 0) -> Sheet:
        """The sheet of one closed question, or of a second try at it.

        Raises NotFinished, UnknownQuestion, and MarkingClosed where there is nothing to mark.
        """
        asked = closed_question(state, question_id)
        if state.session.thinking != "offline" or asked.own is None or not asked.question.key_points:
            raise MarkingClosed(
                f"The question {question_id!r} is not one to mark oneself.",
                "Only questions answered in offline mode are, where they have key points.",
            )
        case, texts = _said(state, asked, attempt)
        marks = state.transcript.self_marks(question_id, attempt)
        spans = self._proposals(state, case, attempt)
        rows = tuple(
            _row(n, point, marks.get(point.id), spans.get(point.id), texts)
            for n, point in enumerate(asked.question.key_points, 1)
        )
        return Sheet(
            session_id=state.session.id,
            question=asked.question,
            number=1 + state.asked.index(asked),
            attempt=attempt,
            rows=rows,
            grade=_grade(state, asked, attempt),
            lock="" if attempt else _lock(state, asked),
        )

    async def mark(
        self,
        session_id: str,
        question_id: str,
        key_point_id: str,
        status: SelfStatus,
        *,
        keep: bool = True,
        attempt: int = 0,
    ) -> Sheet:
        """Store one mark at once and give the sheet as it then stands; the mark that stands already is not stored again.

        `keep` leaves the proposed sentence standing as the words for the point. Raises what `sheet` raises.
        """
        state = await self._interviews.look(session_id)
        sheet = self._open(state, question_id, attempt)
        row = next((one for one in sheet.rows if one.point.id == key_point_id), None)
        if row is None:
            raise UnknownQuestion(
                f"The question {question_id!r} has no key point {key_point_id!r}.", "Reload the page and mark again."
            )
        await self._write(sheet, [(row, status, keep)])
        return self.sheet(await self._interviews.look(session_id), question_id, attempt)

    async def mark_rest(self, session_id: str, question_id: str, attempt: int = 0) -> Sheet:
        """Mark every key point that has no mark yet as not said."""
        state = await self._interviews.look(session_id)
        sheet = self._open(state, question_id, attempt)
        await self._write(sheet, [(row, "absent", False) for row in sheet.rows if row.status is None])
        return self.sheet(await self._interviews.look(session_id), question_id, attempt)

    def _open(self, state: InterviewState, question_id: str, attempt: int) -> Sheet:
        sheet = self.sheet(state, question_id, attempt)
        if sheet.lock:
            raise MarkingClosed(
                f"The question {question_id!r} was set by a reviewer, or judged by a model, since.",
                "That counts now, whatever is marked; object to it on the report page if it is wrong.",
                lock=sheet.lock,
            )
        return sheet

    async def _write(self, sheet: Sheet, wanted: Sequence[tuple[MarkRow, SelfStatus, bool]]) -> None:
        left, marks = sheet.left, list[SelfMark]()
        for row, status, keep in wanted:
            kept = keep and status != "absent" and row.proposed is not None
            if row.status == status and row.kept == kept:
                continue
            left -= row.status is None
            marks.append(
                SelfMark(
                    session_id=sheet.session_id,
                    question_id=sheet.question.id,
                    key_point_id=row.point.id,
                    status=status,
                    span=row.proposed.span if row.proposed and kept else None,
                    attempt=sheet.attempt,
                    left=left,
                    at=self._clock(),
                )
            )
        if marks:
            await asyncio.to_thread(self._store.annotate, sheet.session_id, *marks)

    def _proposals(self, state: InterviewState, case: Case, attempt: int) -> Mapping[str, Span]:
        key = (state.session.id, case.question.id, attempt, case.turn)
        if key not in self._found:
            self._found[key] = self._suggesters[state.bank.id].suggest(case)
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        return self._found[key]


def _said(state: InterviewState, asked: AskedQuestion, attempt: int) -> tuple[Case, dict[int, str]]:
    """The case of the answers to mark, and their texts by turn. Raises UnknownQuestion for a try that was not made."""
    case = case_of(state, asked, afresh=True)
    if attempt:
        tried = next((one for one in tries_of(state, asked) if one.number == attempt), None)
        if tried is None:
            raise UnknownQuestion(f"There is no try {attempt} at {asked.question.id!r}.", "Reload the page.")
        case = second_case(state, asked, tried.text)
    return case, {message.turn: message.text for message in case.exchange.answers}


def _row(number: int, point: KeyPoint, mark: SelfMark | None, span: Span | None, texts: Mapping[int, str]) -> MarkRow:
    kept = mark is not None and mark.span is not None
    shown = mark.span if mark is not None and mark.span is not None else span
    text = texts.get(shown.turn, "")[shown.start : shown.end] if shown else ""
    return MarkRow(
        number=number,
        point=point,
        proposed=Proposed(text=text, span=shown) if shown and text else None,
        status=mark.status if mark else None,
        kept=kept,
    )


def _grade(state: InterviewState, asked: AskedQuestion, attempt: int) -> Grade | None:
    if attempt:
        tried = next((one for one in tries_of(state, asked) if one.number == attempt), None)
        result = tried.result if tried else None
    else:
        result = asked.own
    return grade_of(state.bank, asked, result) if isinstance(result, Assessment) else None


def _lock(state: InterviewState, asked: AskedQuestion) -> Lock:
    if isinstance(asked.result, Assessment) and asked.result is not asked.own:
        return "judged"
    if asked.question.id not in state.transcript.overrides:
        return ""
    card = score_transcript(state.bank, state.transcript)
    return "reviewed" if any(one.reviewed for one in card.grades if one.question_id == asked.question.id) else ""
