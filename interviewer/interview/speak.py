"""The one who speaks: a short acknowledgement of what the candidate just said, streamed at once.

The one rule: it never holds reference text. A scene carries the question's words and the conversation on it, nothing
else, so an answer cannot leak whatever the candidate types. The question or probe that follows is added by code.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Protocol

import prompts
from interviewer.errors import EndpointError, ReplyError
from interviewer.interview.guard import MAX_CHARS, keeps_rules
from interviewer.interview.phrases import Phrases
from interviewer.llm import ChatClient
from interviewer.models import Message, TurnKind
from knowledge.models import Frozen, Language, TermGroup

SPEAK_VERSION = "v1"
MAX_TOKENS = 90
MAX_SENTENCES = 2
_SENTENCE = re.compile(r"\s*.+?(?:[。！？!?…]+[”」\"]?|\.(?=\s|$)|\n)", re.S)
"""A sentence, or a line that ends as none: the guard does not let it through."""
SPECIFIC = 6
"""Width below which a term says too little to be told from everyday words (token, 请求); a Chinese character counts two."""


class Scene(Frozen):
    """All that a speaker may know: the question as asked, what was said on it, the latest answer last."""

    question_text: str
    messages: tuple[Message, ...]
    language: Language
    seed: int
    turn: int
    turn_kind: TurnKind | None = None
    """What code already knows about the answer before any model has read it ("I don't know"); None if nothing."""


class Speaker(Protocol):
    def acknowledge(self, scene: Scene) -> AsyncGenerator[str]:
        """The acknowledgement in pieces, whole sentences each: never a question, never a verdict. Closing it stops it."""
        ...

    async def waits_its_turn(self) -> bool:
        """Whether a judgement that is asked for at the same time would keep the words waiting."""
        ...


class OfflineSpeaker:
    """Fixed words that say an answer was noted, and never that it was understood: nobody has read it."""

    async def acknowledge(self, scene: Scene) -> AsyncGenerator[str]:
        yield self.fixed(scene)

    async def waits_its_turn(self) -> bool:
        return False

    def fixed(self, scene: Scene) -> str:
        """One sentence: kind to "I don't know", else that the answer is noted; nothing where the open question is put again."""
        phrases = Phrases(scene.language, scene.seed)
        if scene.turn_kind == "dont_know":
            return phrases.say("ack", "dont_know", scene.turn)
        if scene.turn_kind not in (None, "answer"):
            return ""
        return phrases.say("ack", "noted", scene.turn)


def _says_something(name: str) -> bool:
    return len(name) + sum("\u3400" <= one <= "\u9fff" for one in name) >= SPECIFIC


class EndpointSpeaker:
    """A model's words, held back by one sentence and shown only when they keep the rules; else fixed words.

    Raises nothing: an endpoint that fails, or is silent for `within_s` seconds, leaves the fixed words.
    """

    def __init__(
        self,
        chat: ChatClient,
        fallback: OfflineSpeaker,
        temperature: float,
        *,
        within_s: float = 8.0,
        terms: Iterable[TermGroup] = (),
    ) -> None:
        self._chat = chat
        self._fallback = fallback
        self._temperature = temperature
        self._within_s = within_s
        self._terms = frozenset(name.lower() for group in terms for name in group.names if _says_something(name))

    async def acknowledge(self, scene: Scene) -> AsyncGenerator[str]:
        said, heard = 0, "\n".join((scene.question_text, *(message.text for message in scene.messages)))
        async with aclosing(self._sentences(scene)) as sentences:
            while said < MAX_SENTENCES and (sentence := await self._next(sentences)):
                if not keeps_rules(sentence, scene.language, heard, self._terms):
                    break
                yield sentence
                said += 1
        if not said:
            yield self._fallback.fixed(scene)

    async def waits_its_turn(self) -> bool:
        """Whether a judgement that is asked for now would keep the words waiting."""
        return await self._chat.one_at_a_time()

    async def _next(self, sentences: AsyncGenerator[str]) -> str | None:
        """The next sentence; None when there is none, the endpoint fails, or the wait is over."""
        try:
            async with asyncio.timeout(self._within_s):
                return await anext(sentences, None)
        except (EndpointError, ReplyError, TimeoutError):
            return None  # fixed words follow; the assessor, which runs beside, records the fault

    async def _sentences(self, scene: Scene) -> AsyncGenerator[str]:
        """Whole sentences as they are finished; stops at words that would not end."""
        system, user = render(scene)
        buffer = ""
        stream = self._chat.stream(
            system, user, max_tokens=MAX_TOKENS, temperature=self._temperature, seed=scene.seed + scene.turn
        )
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                buffer += piece
                while match := _SENTENCE.match(buffer):
                    yield match[0]
                    buffer = buffer[match.end() :]
                if len(buffer) > MAX_CHARS:
                    return
        if buffer.strip():
            yield buffer


def render(scene: Scene) -> tuple[str, str]:
    """(system, user) of the speaking prompt: built from the scene alone."""
    lines = [f"{'Interviewer' if m.role == 'interviewer' else 'Candidate'}: {m.text}" for m in scene.messages[1:]]
    return prompts.load("speak", SPEAK_VERSION).render(
        language="Chinese" if scene.language == "zh" else "English",
        question=prompts.untrusted(scene.question_text, "question"),
        conversation=prompts.untrusted("\n\n".join(lines), "conversation"),
    )
