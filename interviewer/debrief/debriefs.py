"""The facade of the talk about a finished interview: look, ask, reply. Holds nothing between calls.

One rule: what a candidate writes is stored before anything is done about it, and a reply when it is whole. So whatever is
killed in between, the message stands, and the page can offer to answer it. No grade is ever written from here.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from interviewer.debrief import offline
from interviewer.debrief.events import DebriefEvent, LookingUp, Piece, Replied, Whole
from interviewer.debrief.record import Record, open_record
from interviewer.debrief.suggest import suggestions
from interviewer.errors import AnswerTooLong, EmptyAnswer
from interviewer.interview.interviews import Interviews
from interviewer.llm import ChatClient
from interviewer.models import DebriefMessage, Thinking
from interviewer.store import Store
from knowledge.models import Language

LONGEST = 2000
"""Characters of one message; a question about a result is short."""


@dataclass(frozen=True)
class Talk:
    """Where a debrief stands. `waiting` is the candidate's message that has no reply yet."""

    record: Record
    messages: tuple[DebriefMessage, ...]
    suggestions: tuple[str, ...]

    @property
    def waiting(self) -> DebriefMessage | None:
        return self.messages[-1] if self.messages and self.messages[-1].role == "candidate" else None


class Debriefs:
    """Debriefs over the sessions of `interviews`. `client` gives the endpoint's client, or is None where none is set."""

    def __init__(
        self,
        interviews: Interviews,
        store: Store,
        client: Callable[[], ChatClient] | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._interviews = interviews
        self._store = store
        self._client = client
        self._clock = clock

    @property
    def thinking(self) -> Thinking:
        return "offline" if self._client is None else "endpoint"

    async def look(self, session_id: str, language: Language) -> Talk:
        """The talk so far. Raises NotFinished, UnknownSession, SessionDeleted, BankChanged."""
        state = await self._interviews.look(session_id)
        record = await asyncio.to_thread(open_record, state, language)
        messages = tuple(one for one in state.transcript.annotations if isinstance(one, DebriefMessage))
        return Talk(record, messages, suggestions(record))

    async def ask(self, session_id: str, text: str, language: Language) -> Talk:
        """Store a candidate's message. Raises EmptyAnswer, AnswerTooLong, and what `look` raises; then nothing is stored."""
        text = text.replace("\0", "").strip()
        if not text:
            raise EmptyAnswer("The message is empty.", "Write a question about the result.")
        if len(text) > LONGEST:
            raise AnswerTooLong(
                f"The message has {len(text)} characters, more than the {LONGEST} that fit.",
                "Shorten it and send it again; nothing was cut or stored.",
                length=len(text),
                limit=LONGEST,
            )
        await self.look(session_id, language)
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        await self._write(DebriefMessage(session_id=session_id, role="candidate", text=whole, at=self._clock()))
        return await self.look(session_id, language)

    async def reply(
        self, session_id: str, language: Language, thinking: Thinking | None = None
    ) -> AsyncGenerator[DebriefEvent]:
        """Answer the message that waits, by the endpoint where there is one, or with `thinking` "offline" by retrieval alone.

        Nothing happens where none waits. Raises EndpointError, ReplyError: the message then still waits.
        """
        talk = await self.look(session_id, language)
        if talk.waiting is None:
            return
        by = thinking or self.thinking
        made = self._offline(talk) if by == "offline" or self._client is None else self._endpoint(talk, self._client())
        async with aclosing(made):
            async for event in made:
                if not isinstance(event, Whole):
                    yield event
                    continue
                message = DebriefMessage(
                    session_id=session_id,
                    role="guide",
                    text=event.text,
                    at=self._clock(),
                    thinking="endpoint" if event.model else "offline",
                    model=event.model,
                    citations=event.citations,
                )
                now = await self.look(session_id, language)
                if now.messages == talk.messages:  # else another tab has answered meanwhile
                    await self._write(message)
                    yield Replied(message)

    async def _offline(self, talk: Talk) -> AsyncGenerator[Piece | LookingUp | Whole]:
        made = await asyncio.to_thread(offline.answer, talk.record, talk.messages[-1].text)
        yield Whole(made.text, made.citations)

    async def _endpoint(self, talk: Talk, client: ChatClient) -> AsyncGenerator[Piece | LookingUp | Whole]:
        agent = await asyncio.to_thread(importlib.import_module, "interviewer.debrief.agent")
        seed = talk.record.state.session.seed + len(talk.messages)
        said: AsyncGenerator[Piece | LookingUp | Whole] = agent.reply(client, talk.record, talk.messages, seed)
        async with aclosing(said):
            async for event in said:
                yield event

    async def _write(self, message: DebriefMessage) -> None:
        await asyncio.to_thread(self._store.annotate, message.session_id, message)
