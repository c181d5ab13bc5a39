"""What the page does on each event: calls the facade, turns its events into updates. Decides nothing, keeps nothing.

The browser holds the session id (also in the address) and the number of the next turn; everything else comes from the store.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from interviewer.app import App
from interviewer.interview.events import Delta, Notice, Speaking, TurnEvent, Written
from interviewer.interview.regrade import is_pending
from interviewer.interview.state import InterviewState
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.texts import explain, say
from ui.web.talk import view

log = logging.getLogger("interviewer.ui")


@dataclass(frozen=True)
class Screen:
    """What the page shows after an event; `None` leaves a part as it is."""

    state: InterviewState | None = None
    chat: list[view.ChatMessage] | None = None
    message: str = ""
    draft: str | None = None
    busy: bool = False


class Handlers:
    """One instance serves every visitor."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def open(self, session_id: str, language: Language) -> AsyncIterator[Screen]:
        """The page was opened or reloaded; a turn that a killed process left undone is finished first."""
        try:
            state = await self.app.interviews.look(session_id)
            yield Screen(state=state, busy=state.pending in ("open", "reply") and state.status == "active")
            if state.pending in ("open", "reply") and state.status == "active":
                async for screen in self._stream(self.app.interviews.carry_on(session_id), state, language):
                    yield screen
            if state.status == "active" and any(map(is_pending, state.asked)):
                await self.app.interviews.grade_pending(session_id)
                yield await self._after(session_id, language, "")
        except UserFacingError as error:
            yield Screen(message=explain(error, language))

    async def answer(self, session_id: str, text: str, turn: int, language: Language) -> AsyncIterator[Screen]:
        """Send an answer. On an error the draft stays in the box."""
        async for screen in self._turn(session_id, language, text, lambda i: i.answer(session_id, text, turn)):
            yield screen

    async def skip(self, session_id: str, turn: int, language: Language) -> AsyncIterator[Screen]:
        async for screen in self._turn(session_id, language, None, lambda i: i.skip(session_id, turn)):
            yield screen

    async def hint(self, session_id: str, turn: int, language: Language) -> Screen:
        return await self._once(session_id, language, self.app.interviews.hint(session_id, turn))

    async def pause(self, session_id: str, language: Language) -> Screen:
        return await self._once(session_id, language, self.app.interviews.pause(session_id))

    async def resume(self, session_id: str, language: Language) -> Screen:
        return await self._once(session_id, language, self.app.interviews.resume(session_id))

    async def finish(self, session_id: str, language: Language) -> Screen:
        return await self._once(session_id, language, self.app.interviews.finish(session_id))

    async def _once(self, session_id: str, language: Language, move: Any) -> Screen:
        message = ""
        try:
            await move
        except UserFacingError as error:
            message = explain(error, language)
        return await self._after(session_id, language, message)

    async def _after(self, session_id: str, language: Language, message: str, draft: str | None = None) -> Screen:
        try:
            return Screen(state=await self.app.interviews.look(session_id), message=message, draft=draft)
        except UserFacingError as error:
            return Screen(message=message or explain(error, language), draft=draft)

    async def _turn(self, session_id: str, language: Language, text: str | None, move: Any) -> AsyncIterator[Screen]:
        try:
            state = await self.app.interviews.look(session_id)
            async for screen in self._stream(move(self.app.interviews), state, language, text):
                yield screen
        except UserFacingError as error:
            yield await self._after(session_id, language, explain(error, language), draft=text)
        except Exception:  # the boundary of a page event: the visitor is told, the log has the trace
            log.exception("turn of session %s failed", session_id)
            yield await self._after(session_id, language, say(language, "errors", "unexpected"), draft=text)

    async def _stream(
        self, events: AsyncIterator[TurnEvent], state: InterviewState, language: Language, text: str | None = None
    ) -> AsyncIterator[Screen]:
        """Screens while the interviewer speaks; the last one is drawn from the store."""
        bubbles = view.chat(state, language)
        notice, spoke, fresh = "", False, False
        async for event in events:
            if not spoke:
                if text is not None:
                    bubbles.append(view.typed(text))
                bubbles.append(view.waiting(language))
                yield Screen(chat=list(bubbles), draft="" if text is not None else None, busy=True)
            match event:
                case Speaking():
                    if not spoke:
                        bubbles.pop()
                    bubbles.append({"role": "assistant", "content": "" if spoke else view.waiting(language)["content"]})
                    fresh, spoke = True, True
                case Delta(text=piece):
                    bubbles[-1] = {"role": "assistant", "content": piece if fresh else bubbles[-1]["content"] + piece}
                    fresh = False
                    yield Screen(chat=list(bubbles), message=notice, busy=True)
                case Notice(text=words):
                    notice = words
                case Written():
                    pass
        yield await self._after(state.session.id, language, notice, draft="" if text is not None else None)
