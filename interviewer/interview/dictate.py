"""Answers that are spoken: a recording of the candidate becomes words, for an interview that is going on.

The one rule: what was said is written out and handed back, never stored and never sent as an answer; the candidate does that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from interviewer.errors import SessionClosed, SessionPaused, SpeechError
from interviewer.interview.interviews import Interviews
from interviewer.llm import Transcriber


class Dictation:
    """One recording at a time a session; knows which are under way in this process and nothing else."""

    def __init__(self, interviews: Interviews, transcriber: Transcriber) -> None:
        self._interviews = interviews
        self._transcriber = transcriber
        self._busy: set[str] = set()

    @property
    def max_bytes(self) -> int:
        return self._transcriber.max_bytes

    @asynccontextmanager
    async def open(self, session_id: str) -> AsyncIterator[Callable[[bytes], Awaitable[str]]]:
        """Gives what turns a WAV recording into words, in the language of the interview; it raises SpeechError.

        Raises UnknownSession, SessionPaused, SessionClosed, or SpeechError where another recording is under way.
        """
        state = await self._interviews.look(session_id)
        if state.status == "finished":
            raise SessionClosed("The interview is over.", "Open its report.")
        if state.status == "paused":
            raise SessionPaused("The interview is paused.", "Resume it first.")
        if session_id in self._busy:
            raise SpeechError("Another recording of this interview is being written out.", "Wait until it is done.",
                              reason="busy")  # fmt: skip
        self._busy.add(session_id)
        try:
            yield lambda wav: self._transcriber.text_of(wav, state.session.language, state.last_prompt)
        finally:
            self._busy.discard(session_id)

    async def check(self) -> str:
        """The model that writes out what is said. Raises SpeechError."""
        return await self._transcriber.check()

    async def aclose(self) -> None:
        await self._transcriber.aclose()
