"""What the interview's page does on each event: calls the facade, turns its events into changes of the page. Decides nothing, keeps nothing.

The address holds the session id and the page the number of the next turn; everything else comes from the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from interviewer.app import App
from interviewer.errors import SessionDeleted, UnknownSession
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
"""Silence after which the page says that the model takes its time; what is then sent also keeps the connection alive."""
Change = dict[str, Any]
"""What the page is told, as JSON. `kind` is one of: standing (how the stored session stands, with the bubbles from `since`
on), heard (the answer is stored), speaking, delta, notice, refused (with words; the draft stays), gone (no such interview)."""


class Handlers:
    """One instance serves every visitor."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._behind: set[asyncio.Task[bool]] = set()

    async def open(self, visitor: Visitor) -> AsyncIterator[Change]:
        """The page was opened, reloaded or reconnected; a turn that was left undone is finished first."""
        try:
            state = await self.app.interviews.look(visitor.session_id)
            left = state.pending in ("open", "reply") and state.status == "active"
            yield self._standing(state, visitor, busy=left)
            if left:
                async for change in self._stream(self.app.interviews.carry_on(visitor.session_id), state, visitor):
                    yield change
            elif any(map(is_pending, state.asked)) and await self._grade_left(visitor):
                after = await self.app.interviews.look(visitor.session_id)
                if after.turn == state.turn:  # else an answer came in meanwhile
                    yield self._standing(after, visitor)
        except UserFacingError as error:
            yield _gone(error, visitor)

    async def answer(self, visitor: Visitor, text: str, turn: int) -> AsyncIterator[Change]:
        """Send an answer. On an error the draft stays in the box."""
        async for change in self._turn(visitor, lambda i: i.answer(visitor.session_id, text, turn)):
            yield change

    async def skip(self, visitor: Visitor, turn: int) -> AsyncIterator[Change]:
        async for change in self._turn(visitor, lambda i: i.skip(visitor.session_id, turn)):
            yield change

    async def hint(self, visitor: Visitor, turn: int) -> AsyncIterator[Change]:
        async for change in self._once(visitor, self.app.interviews.hint(visitor.session_id, turn), turn):
            yield change

    async def repeat(self, visitor: Visitor, turn: int) -> AsyncIterator[Change]:
        async for change in self._once(visitor, self.app.interviews.repeat(visitor.session_id, turn), turn):
            yield change

    async def pause(self, visitor: Visitor, turn: int) -> AsyncIterator[Change]:
        async for change in self._once(visitor, self.app.interviews.pause(visitor.session_id), turn):
            yield change

    async def resume(self, visitor: Visitor, turn: int) -> AsyncIterator[Change]:
        async for change in self._once(visitor, self.app.interviews.resume(visitor.session_id), turn):
            yield change

    async def finish(self, visitor: Visitor, turn: int) -> AsyncIterator[Change]:
        async for change in self._once(visitor, self.app.interviews.finish(visitor.session_id), 0):
            yield change

    async def _once(self, visitor: Visitor, move: Coroutine[Any, Any, object], since: int) -> AsyncIterator[Change]:
        try:
            await move
            yield self._standing(await self.app.interviews.look(visitor.session_id), visitor, since=since)
        except UserFacingError as error:
            yield await self._refused(visitor, error)

    async def _turn(
        self, visitor: Visitor, move: Callable[[Interviews], AsyncIterator[TurnEvent]]
    ) -> AsyncIterator[Change]:
        try:
            state = await self.app.interviews.look(visitor.session_id)
            async for change in self._stream(move(self.app.interviews), state, visitor):
                yield change
            after = await self.app.interviews.look(visitor.session_id)
            if was_down(after):
                yield {"kind": "notice", "message": visitor.say("talk", "back")}
                self._grade_behind(visitor)
        except UserFacingError as error:
            yield await self._refused(visitor, error)
        except Exception:  # the boundary of a page event: the visitor is told, the log has the trace
            log.exception("turn of session %s failed", visitor.session_id)
            yield {"kind": "refused", "message": visitor.say("errors", "unexpected")}

    async def _refused(self, visitor: Visitor, error: UserFacingError) -> Change:
        """Why a move was not taken, with how the session stands, where it can still be read."""
        words = explain_to_candidate(error, visitor.language)
        try:
            state = await self.app.interviews.look(visitor.session_id)
        except UserFacingError:
            return _gone(error, visitor)
        return self._standing(state, visitor) | {"kind": "refused", "message": words}

    async def _grade_left(self, visitor: Visitor) -> bool:
        """Try again what could not be graded; whether anything was."""
        results = await self.app.interviews.grade_pending(visitor.session_id)
        return any(isinstance(result, Assessment) for result in results)

    def _grade_behind(self, visitor: Visitor) -> None:
        """The same while the interview goes on: nobody waits for it."""
        task = asyncio.ensure_future(self._grade_left(visitor))
        self._behind.add(task)
        task.add_done_callback(self._graded_behind)

    def _graded_behind(self, task: asyncio.Task[bool]) -> None:
        self._behind.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("what the model missed could not be graded yet", exc_info=error)

    async def _stream(
        self, events: AsyncIterator[TurnEvent], state: InterviewState, visitor: Visitor
    ) -> AsyncIterator[Change]:
        """Changes while the interviewer speaks; the last one is drawn from the store."""
        kept, notice = state.pending == "reply", ""
        async for event in patiently(events, SLOW_S):
            match event:
                case None:
                    yield {"kind": "notice", "message": notice or visitor.say("talk", "slow" if kept else "storing")}
                case Stored():
                    kept = True
                    yield {"kind": "heard"}
                case Speaking():
                    yield {"kind": "speaking"}
                case Delta(text=piece):
                    yield {"kind": "delta", "text": piece}
                case Notice(text=words):
                    notice = words
                    yield {"kind": "notice", "message": words}
                case Written():
                    pass
        after = await self.app.interviews.look(visitor.session_id)
        yield self._standing(after, visitor, since=state.turn) | ({"message": notice} if notice else {})

    def _standing(self, state: InterviewState, visitor: Visitor, *, since: int = 0, busy: bool = False) -> Change:
        sheets = self.app.self_marking.sheets(state)
        return view.standing(state, visitor, self.app.clock(), sheets, since=since, busy=busy)


def _gone(error: UserFacingError, visitor: Visitor) -> Change:
    """The interview cannot be shown; where there is none of that id, with the way to a new one."""
    lost = isinstance(error, UnknownSession | SessionDeleted)
    way = {"link": visitor.address_of("/"), "way": visitor.say("page", "begin")} if lost else {}
    return {"kind": "gone", "message": explain_to_candidate(error, visitor.language), **way}


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
