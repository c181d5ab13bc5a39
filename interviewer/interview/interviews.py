"""The session facade: start, answer, hint, skip, pause, resume, finish. Every call reads the transcript and forgets it.

The one rule: a message is written before it is acted on, under a number that can be taken only once. So two tabs, a double
click, or a process killed at any step leave one transcript, and `carry_on` takes it up exactly where it stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from interviewer.errors import (
    AnswerTooLong,
    BankChanged,
    EmptyAnswer,
    EndpointError,
    OverContext,
    SessionClosed,
    SessionPaused,
    TurnTaken,
    UnknownBank,
)
from interviewer.interview.claims import preferred_questions
from interviewer.interview.events import Stored, TurnEvent, Written
from interviewer.interview.judging import Judge, case_of, grade_of
from interviewer.interview.moves import hint_words, open_words, opening_words
from interviewer.interview.objections import object_to
from interviewer.interview.phrases import Phrases
from interviewer.interview.regrade import regrade
from interviewer.interview.second_try import judge_again, try_again
from interviewer.interview.speak import Speaker
from interviewer.interview.start import StartRequest, check
from interviewer.interview.state import InterviewState, fold
from interviewer.models import Assessment, CandidateKind, Event, Message, Session, Thinking, Ungraded
from interviewer.policy import choose, make_plan
from interviewer.store import Store
from knowledge.models import Bank

if TYPE_CHECKING:
    from interviewer.interview.turn import Part, Turn


@dataclass(frozen=True)
class Mind:
    """One way to think: who speaks and who judges."""

    speaker: Speaker
    judge: Judge


@dataclass(frozen=True)
class Desk:
    """A bank and who speaks and judges in interviews on it."""

    bank: Bank
    minds: Mapping[Thinking, Mind]


class Interviews:
    """Conducts interviews over one store, each on the bank it was begun with. Holds no session; safe to share.

    `clock` gives the time in UTC, `new_id` an unguessable session id, `new_seed` a seed where none was chosen.
    """

    def __init__(
        self,
        store: Store,
        desks: Mapping[str, Desk],
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        new_seed: Callable[[], int],
        max_answer_chars: int,
    ) -> None:
        self._store = store
        self._desks = desks
        self._clock = clock
        self._new_id = new_id
        self._new_seed = new_seed
        self._max_answer_chars = max_answer_chars

    @cached_property
    def _graph(self) -> Any:
        """The turn graph. LangGraph takes a second to import, so the first page does not wait for it."""
        from interviewer.interview.turn import build_turn_graph

        return build_turn_graph()

    def warm_up(self) -> None:
        """Have ready what the first turn needs; may be called from a thread while the page is already served."""
        _ = self._graph

    def bank_of(self, session: Session) -> Bank:
        """The bank a session is on; where it is not served here, the only one that is, whose questions may be the same."""
        return self._desk(session.bank_id).bank

    def mind(self, session: Session, thinking: Thinking | None = None) -> Mind:
        """Who speaks and judges in a session, or would with `thinking`. Raises EndpointError when its endpoint is not set here."""
        minds = self._desk(session.bank_id).minds
        wanted = thinking or session.thinking
        if wanted not in minds:
            raise EndpointError(
                "This interview was begun with a model endpoint, and none is set here.",
                "Start with --base-url (or INTERVIEWER_MODEL__BASE_URL) and open it again; nothing is lost.",
            )
        return minds[wanted]

    def _desk(self, bank_id: str) -> Desk:
        found = self._desks.get(bank_id)
        if found is None and (not bank_id or len(self._desks) == 1):
            found = next(iter(self._desks.values()))
        if found is None:
            raise BankChanged(
                f"The bank {bank_id!r} is not served here.",
                "Name its folder in --bank and start again; nothing is lost.",
            )
        return found

    async def start(self, request: StartRequest) -> InterviewState:
        """Write a new session and ask its first question. Raises what `check` raises, and UnknownBank; then nothing is written."""
        bank = self.bank_to_start(request)
        preferred = await asyncio.to_thread(preferred_questions, bank, request.background)  # a long text takes a while
        chapters = request.chapters or tuple(chapter.id for chapter in bank.outline.chapters)
        usage: dict[str, int] = {}
        if request.seed is None:
            usage = dict(await asyncio.to_thread(self._store.asked_counts, bank.id))
        now = self._clock()
        session = Session(
            id=self._new_id(),
            created_at=now,
            bank_id=bank.id,
            bank_hash=bank.content_hash,
            language=request.language,
            mode=request.mode,
            thinking=request.thinking,
            seed=self._new_seed() if request.seed is None else request.seed,
            minutes=request.minutes,
            timed=request.timed,
            chapters=chapters,
            plan=make_plan(bank, chapters, request.minutes, request.questions),
            candidate=_whole(request.candidate).strip(),
            consent_at=now if request.consent else None,
            preferred=preferred,
            usage=usage,
        )
        await asyncio.to_thread(self._store.create, session)
        await self._open(await self.look(session.id))
        return await self.look(session.id)

    def bank_to_start(self, request: StartRequest) -> Bank:
        """The bank that `request` is on. Raises UnknownBank where it is not served here, and what `check` raises."""
        if request.bank_id and request.bank_id not in self._desks:
            raise UnknownBank(
                f"The bank {request.bank_id!r} is not served here.", "Choose another.", bank=request.bank_id
            )
        bank = self._desk(request.bank_id).bank
        check(request, bank)
        return bank

    async def look(self, session_id: str) -> InterviewState:
        """Where the session stands. Raises UnknownSession, BankChanged."""
        transcript = await asyncio.to_thread(self._store.transcript, session_id)
        return fold(self.bank_of(transcript.session), transcript)

    async def answer(self, session_id: str, text: str, turn: int) -> AsyncIterator[TurnEvent]:
        """Store the answer as message `turn` (the number the page saw as next), then stream the interviewer's reply.

        Raises EmptyAnswer, AnswerTooLong, TurnTaken, SessionPaused, SessionClosed before anything is written.
        """
        if not _whole(text).strip():
            raise EmptyAnswer("The answer is empty.", "Write something, or say that you do not know.")
        if len(text) > self._max_answer_chars:
            raise AnswerTooLong(
                f"The answer has {len(text)} characters, more than the {self._max_answer_chars} that fit.",
                "Shorten it and send it again; nothing was cut or stored.",
                length=len(text),
                limit=self._max_answer_chars,
            )
        async for event in self._move(session_id, "answer", _whole(text), turn):
            yield event

    async def skip(self, session_id: str, turn: int) -> AsyncIterator[TurnEvent]:
        """Leave the question. What was already said about it is graded; nothing said counts as nothing known."""
        async for event in self._move(session_id, "skip", "", turn):
            yield event

    async def hint(self, session_id: str, turn: int) -> Message:
        """The next rung of the hint ladder; points won after it count half."""
        state = await self._ready(session_id, turn)
        now = self._clock()
        asked_for = self._candidate_message(state, "hint_request", "", now)
        words, key_point_id = hint_words(state, now)
        hint = asked_for.model_copy(
            update={
                "turn": turn + 1,
                "role": "interviewer",
                "kind": "hint",
                "text": words,
                "key_point_id": key_point_id,
            }
        )
        await asyncio.to_thread(self._store.append_all, session_id, messages=(asked_for, hint))
        return hint

    async def repeat(self, session_id: str, turn: int) -> Message:
        """The open question or probe once more, in its authored words; counts as no answer and costs nothing."""
        state = await self._ready(session_id, turn)
        asked_for = self._candidate_message(state, "repeat_request", "", self._clock())
        again = asked_for.model_copy(
            update={"turn": turn + 1, "role": "interviewer", "kind": "clarification", "text": open_words(state)}
        )
        await asyncio.to_thread(self._store.append_all, session_id, messages=(asked_for, again))
        return again

    async def pause(self, session_id: str) -> None:
        """Stop the clock. Pausing twice changes nothing."""
        await self._mark(session_id, "paused", unless=("paused", "finished"))

    async def resume(self, session_id: str) -> None:
        await self._mark(session_id, "resumed", unless=("active", "finished"))

    async def finish(self, session_id: str) -> InterviewState:
        """End early: closing words are stored, what was answered is graded. Finishing twice changes nothing."""
        state = await self.look(session_id)
        if state.status != "finished":
            now = self._clock()
            words = Phrases(state.session.language, state.session.seed).say("closing", "ended")
            closing = Message(
                session_id=session_id, turn=state.turn, role="interviewer", kind="closing", text=words, at=now, reason="ended"
            )  # fmt: skip
            event = Event(session_id=session_id, at=now, kind="finished", turn=state.turn)
            await asyncio.to_thread(self._store.append_all, session_id, messages=(closing,), events=(event,))
        await self.grade_pending(session_id)
        return await self.look(session_id)

    async def grade_pending(self, session_id: str) -> tuple[Assessment | Ungraded, ...]:
        """Try once more what could not be graded (the endpoint may be back); asks nothing when nothing is pending."""
        state = await self.look(session_id)
        if state.session.thinking not in self._desk(state.session.bank_id).minds:
            return ()
        judge = self.mind(state.session).judge
        return await regrade(state, judge, self._store, "pending", self._clock)

    async def try_again(self, session_id: str, question_id: str, text: str) -> InterviewState:
        """Store and judge another answer to a closed question; it is never counted (see `second_try`)."""
        state = await self.look(session_id)
        judge = self.mind(state.session).judge
        await try_again(state, question_id, _whole(text), judge, self._store, self._clock, self._max_answer_chars)
        return await self.look(session_id)

    async def judge_tries(self, session_id: str, question_id: str) -> InterviewState:
        """Judge the second tries that wait for it: the process was killed, or the endpoint was away."""
        state = await self.look(session_id)
        judge = self.mind(state.session).judge
        done = await judge_again(state, question_id, judge, self._store, self._clock)
        return await self.look(session_id) if done else state

    async def object_to(self, session_id: str, question_id: str, text: str) -> InterviewState:
        """Store a candidate's objection to a grade of a finished interview."""
        await object_to(await self.look(session_id), question_id, _whole(text), self._store, self._clock)
        return await self.look(session_id)

    async def carry_on(self, session_id: str) -> AsyncIterator[TurnEvent]:
        """Do what a killed process left undone: ask the first question, or reply to the stored answer. Else nothing."""
        state = await self.look(session_id)
        if state.pending == "open":
            yield Written(messages=(await self._open(state),))
        elif state.pending == "reply" and state.status == "active":
            async for event in self._reply(state):
                yield event

    async def _move(self, session_id: str, kind: CandidateKind, text: str, turn: int) -> AsyncIterator[TurnEvent]:
        state = await self._ready(session_id, turn, resent=text if kind == "answer" else None)
        if state.pending != "reply":
            message = self._candidate_message(state, kind, text, self._clock())
            messages = (*state.transcript.messages, message)
            state = fold(state.bank, state.transcript.model_copy(update={"messages": messages}))
            await self._refuse_over_context(state, text)
            await asyncio.to_thread(self._store.append, message)
            yield Stored()
        async for event in self._reply(state):
            yield event

    async def _refuse_over_context(self, state: InterviewState, text: str) -> None:
        """All that was said on the question must reach the judge whole; what would not fit is refused before it is kept."""
        current = state.current
        if current is None or not text:
            return
        if not await self.mind(state.session).judge.takes(case_of(state, current)):
            raise OverContext(
                f"With this answer of {len(text)} characters, what was said on the question exceeds the model's context.",
                "Shorten it and send it again; nothing was cut or stored.",
                length=len(text),
            )

    async def _ready(self, session_id: str, turn: int, resent: str | None = None) -> InterviewState:
        """The state, if the candidate may now write message `turn`; `resent` is an answer that may be stored already."""
        state = await self.look(session_id)
        if state.status == "finished":
            raise SessionClosed("This interview has ended.", "Open its report, or start a new interview.")
        if state.status == "paused":
            raise SessionPaused("This interview is paused.", "Resume it first; nothing was lost.")
        last = state.transcript.messages[-1] if state.transcript.messages else None
        same_again = last is not None and last.turn == turn and last.kind == "answer" and last.text == resent
        if state.pending == "reply" and same_again:
            return state
        if state.turn != turn or state.pending != "candidate":
            raise TurnTaken(
                f"Message {turn} of this interview is already written: it went on in another tab, or was sent twice.",
                "Reload the page to see where it stands.",
                turn=turn,
            )
        return state

    def _candidate_message(self, state: InterviewState, kind: CandidateKind, text: str, now: datetime) -> Message:
        return Message(
            session_id=state.session.id,
            turn=state.turn,
            role="candidate",
            kind=kind,
            text=text,
            at=now,
            question_id=state.current.question.id if state.current else None,
        )

    async def _open(self, state: InterviewState) -> Message:
        session = state.session
        selection = choose(state.bank, session.plan, (), session.seed, session.usage, session.preferred)
        if selection is None:
            raise ValueError(f"the plan of session {session.id} asks for no question")
        question = state.bank.question(selection.question_id)
        message = Message(
            session_id=session.id,
            turn=0,
            role="interviewer",
            kind="question",
            text=f"{opening_words(state)}\n\n{question.shown(session.language)}",
            at=self._clock(),
            question_id=question.id,
            reason=selection.reason,
        )
        await asyncio.to_thread(self._store.append, message)
        return message

    async def _reply(self, state: InterviewState) -> AsyncIterator[TurnEvent]:
        mind = self.mind(state.session)
        written: list[Message] = []

        async def record(turn: Turn) -> None:
            await self._record(turn)
            written.extend(turn["messages"])

        begun: Part = {
            "state": state, "speaker": mind.speaker, "judge": mind.judge, "clock": self._clock, "record": record,
            "spoken": asyncio.Event(),
        }  # fmt: skip
        try:
            async for event in self._graph.astream(begun, stream_mode="custom"):
                yield event
        except TurnTaken:  # another process replied first; what it wrote is the reply
            written.extend((await self.look(state.session.id)).transcript.messages[state.turn :])
        yield Written(messages=tuple(written))

    async def _record(self, turn: Turn) -> None:
        """One commit for the whole turn. Raises TurnTaken when another process was quicker, and then writes nothing."""
        state, result, current = turn["state"], turn["result"], turn["state"].current
        grades = (grade_of(state.bank, current, result),) if current and isinstance(result, Assessment) else ()
        await asyncio.to_thread(
            self._store.append_all,
            state.session.id,
            messages=turn["messages"],
            assessments=() if result is None else (result,),
            events=turn["events"],
            grades=grades,
        )

    async def _mark(self, session_id: str, kind: Literal["paused", "resumed"], unless: Sequence[str]) -> None:
        state = await self.look(session_id)
        if state.status not in unless:
            event = Event(session_id=session_id, at=self._clock(), kind=kind, turn=state.turn)
            await asyncio.to_thread(self._store.append_event, event)


def _whole(text: str) -> str:
    """Half an emoji (a lone surrogate, as some keyboards and clipboards send it) becomes the replacement character; a NUL,
    which not every database takes, is left out."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
