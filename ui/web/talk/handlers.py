"""What the interview's page does on each event: calls the facade, turns its events into screens. Decides nothing, keeps nothing.

The address holds the session id and the page the number of the next turn; everything else comes from the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from interviewer.app import App
from interviewer.interview.events import Delta, Notice, Speaking, Stored, TurnEvent, Written
from interviewer.interview.interviews import Interviews
from interviewer.interview.regrade import is_pending
from interviewer.interview.state import InterviewState
from interviewer.models import ENDPOINT_REASONS, Assessment, Ungraded
from knowledge.errors import UserFacingError
from ui.texts import explain_to_candidate
from ui.web.frame import Visitor
from ui.web.talk import view

log = logging.getLogger("interviewer.ui")
SLOW_S = 8.0
"""Silence after which the page says that the model takes its time."""


@dataclass(frozen=True)
class Screen:
    """What the page shows after an event; `None` leaves a part as it is. `begins` marks the first screen of a turn."""

    state: InterviewState | None = None
    chat: list[view.ChatMessage] | None = None
    message: str = ""
    draft: str | None = None
    busy: bool = False
    begins: bool = False


class Handlers:
    """One instance serves every visitor."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._behind: set[asyncio.Task[bool]] = set()

    async def open(self, visitor: Visitor) -> AsyncIterator[Screen]:
        """The page was opened or reloaded; a turn that a killed process left undone is finished first."""
        try:
            state = await self.app.interviews.look(visitor.session_id)
            left = state.pending in ("open", "reply") and state.status == "active"
            yield Screen(state=state, busy=left)
            if left:
                async for screen in self._stream(self.app.interviews.carry_on(visitor.session_id), state, visitor):
                    yield screen
            elif any(map(is_pending, state.asked)) and await self._grade_left(visitor):
                after = await self._after(visitor, "")
                if after.state is not None and after.state.turn == state.turn:  # else an answer came in meanwhile
                    yield after
        except UserFacingError as error:
            yield Screen(message=explain_to_candidate(error, visitor.language))

    async def answer(self, text: str, turn: int, visitor: Visitor) -> AsyncIterator[Screen]:
        """Send an answer. On an error the draft stays in the box."""
        async for screen in self._turn(visitor, text, lambda i: i.answer(visitor.session_id, text, turn)):
            yield screen

    async def skip(self, turn: int, visitor: Visitor) -> AsyncIterator[Screen]:
        async for screen in self._turn(visitor, None, lambda i: i.skip(visitor.session_id, turn)):
            yield screen

    async def is_last(self, visitor: Visitor) -> bool:
        """Whether skipping the open question would end the interview; no where that cannot be said, for the move itself will."""
        try:
            state = await self.app.interviews.look(visitor.session_id)
        except UserFacingError:
            return False
        return state.status == "active" and len(state.asked) >= state.session.plan.total_questions

    async def hint(self, turn: int, visitor: Visitor) -> Screen:
        return await self._once(visitor, self.app.interviews.hint(visitor.session_id, turn))

    async def repeat(self, turn: int, visitor: Visitor) -> Screen:
        return await self._once(visitor, self.app.interviews.repeat(visitor.session_id, turn))

    async def pause(self, visitor: Visitor) -> Screen:
        return await self._once(visitor, self.app.interviews.pause(visitor.session_id))

    async def resume(self, visitor: Visitor) -> Screen:
        return await self._once(visitor, self.app.interviews.resume(visitor.session_id))

    async def finish(self, visitor: Visitor) -> Screen:
        return await self._once(visitor, self.app.interviews.finish(visitor.session_id))

    async def _once(self, visitor: Visitor, move: Coroutine[Any, Any, object]) -> Screen:
        try:
            await move
        except UserFacingError as error:
            return await self._after(visitor, explain_to_candidate(error, visitor.language))
        return await self._after(visitor, "")

    async def _after(self, visitor: Visitor, message: str, draft: str | None = None) -> Screen:
        try:
            return Screen(state=await self.app.interviews.look(visitor.session_id), message=message, draft=draft)
        except UserFacingError as error:
            return Screen(message=message or explain_to_candidate(error, visitor.language), draft=draft)

    async def _turn(
        self, visitor: Visitor, text: str | None, move: Callable[[Interviews], AsyncIterator[TurnEvent]]
    ) -> AsyncIterator[Screen]:
        try:
            state = await self.app.interviews.look(visitor.session_id)
            last: Screen | None = None
            async for last in self._stream(move(self.app.interviews), state, visitor, text):
                yield last
            if last is not None and last.state is not None and not last.message and was_down(last.state):
                yield Screen(state=last.state, message=visitor.say("talk", "back"))
                self._grade_behind(visitor)
        except UserFacingError as error:
            yield await self._after(visitor, explain_to_candidate(error, visitor.language), draft=text)
        except Exception:  # the boundary of a page event: the visitor is told, the log has the trace
            log.exception("turn of session %s failed", visitor.session_id)
            yield await self._after(visitor, visitor.say("errors", "unexpected"), draft=text)

    async def _grade_left(self, visitor: Visitor) -> bool:
        """Try again what could not be graded; whether anything was."""
        results = await self.app.interviews.grade_pending(visitor.session_id)
        return any(isinstance(result, Assessment) for result in results)

    def _grade_behind(self, visitor: Visitor) -> None:
        """The same while the interview goes on: an event that is under way would keep the next answer from being sent."""
        task = asyncio.ensure_future(self._grade_left(visitor))
        self._behind.add(task)
        task.add_done_callback(self._graded_behind)

    def _graded_behind(self, task: asyncio.Task[bool]) -> None:
        self._behind.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("what the model missed could not be graded yet", exc_info=error)

    async def _stream(
        self, events: AsyncIterator[TurnEvent], state: InterviewState, visitor: Visitor, text: str | None = None
    ) -> AsyncIterator[Screen]:
        """Screens while the interviewer speaks; the last one is drawn from the store."""
        bubbles = view.chat(state, visitor, self.app.self_marking.sheets(state))
        notice, spoke, fresh = "", False, False
        kept = state.pending == "reply"
        async for event in patiently(events, SLOW_S):
            if isinstance(event, Stored):
                kept = True
                continue
            if not spoke and event is not None:
                if text is not None:
                    bubbles.append(view.typed(text))
                bubbles.append(view.waiting(visitor))
                yield Screen(chat=list(bubbles), draft="" if text is not None else None, busy=True, begins=True)
            match event:
                case None:
                    yield Screen(
                        chat=list(bubbles),
                        message=notice or visitor.say("talk", "slow" if kept else "storing"),
                        busy=True,
                    )
                case Speaking():
                    if not spoke:
                        bubbles.pop()
                    bubbles.append({"role": "assistant", "content": ""} if spoke else view.waiting(visitor))
                    fresh, spoke = True, True
                case Delta(text=piece):
                    bubbles[-1] = {"role": "assistant", "content": piece if fresh else bubbles[-1]["content"] + piece}
                    fresh = False
                    yield Screen(chat=list(bubbles), message=notice, busy=True)
                case Notice(text=words):
                    notice = words
                case Written():
                    pass
        yield await self._after(visitor, notice, draft="" if text is not None else None)


def was_down(state: InterviewState) -> bool:
    """Whether an earlier question waits for its grade because the endpoint was away, while the latest answer got one."""
    waiting = [asked for asked in state.asked if isinstance(asked.result, Ungraded) and is_pending(asked)]
    rows = state.transcript.assessments
    back = bool(rows) and isinstance(rows[-1], Assessment) and rows[-1].provenance.thinking == "endpoint"
    return back and any(isinstance(a.result, Ungraded) and a.result.reason in ENDPOINT_REASONS for a in waiting)


async def patiently(events: AsyncIterator[TurnEvent], wait_s: float) -> AsyncIterator[TurnEvent | None]:
    """Each event as it comes, and None whenever `wait_s` pass without one."""
    coming = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=wait_s)
            if not done:
                yield None
                continue
            event = coming.result()
            if event is None:
                return
            coming = asyncio.ensure_future(anext(events, None))
            yield event
    finally:
        coming.cancel()
