"""The one who speaks: a short acknowledgement of what the candidate just said, streamed at once.

The one rule: it never holds reference text. A scene carries the question's words and the conversation on it, nothing
else, so an answer cannot leak whatever the candidate types. The question or probe that follows is added by code.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

import prompts
from interviewer.errors import EndpointError, ReplyError
from interviewer.interview.phrases import Phrases
from interviewer.llm import ChatClient
from interviewer.models import Message, TurnKind
from knowledge.models import Frozen, Language

SPEAK_VERSION = "v1"
MAX_TOKENS = 90
MAX_SENTENCES = 2
MAX_CHARS = 240
"""A longer sentence is no acknowledgement; nothing of it is shown."""
_SENTENCE = re.compile(r".+?(?:[。！？!?]+|\.(?=\s|$)|\n+)", re.S)
_CJK = re.compile(r"[\u3400-\u9fff]")


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


class OfflineSpeaker:
    """Fixed words that say an answer was noted, and never that it was understood: nobody has read it."""

    async def acknowledge(self, scene: Scene) -> AsyncGenerator[str]:
        yield self.fixed(scene)

    def fixed(self, scene: Scene) -> str:
        """One sentence: kind to "I don't know", else that the answer is noted; nothing where the open question is put again."""
        phrases = Phrases(scene.language, scene.seed)
        if scene.turn_kind == "dont_know":
            return phrases.say("ack", "dont_know", scene.turn)
        if scene.turn_kind not in (None, "answer"):
            return ""
        return phrases.say("ack", "noted", scene.turn)


class EndpointSpeaker:
    """A model's words, held back by one sentence and shown only when they keep the rules; else fixed words.

    Raises nothing: an endpoint that fails leaves the fixed words.
    """

    def __init__(self, chat: ChatClient, fallback: OfflineSpeaker, temperature: float) -> None:
        self._chat = chat
        self._fallback = fallback
        self._temperature = temperature

    async def acknowledge(self, scene: Scene) -> AsyncGenerator[str]:
        said = 0
        try:
            async with aclosing(self._sentences(scene)) as sentences:
                async for sentence in sentences:
                    if not keeps_rules(sentence, scene.language):
                        break
                    yield sentence
                    said += 1
                    if said == MAX_SENTENCES:
                        break
        except (EndpointError, ReplyError):
            pass  # fixed words follow; the assessor, which runs beside, records the fault
        if not said:
            yield self._fallback.fixed(scene)

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
        if buffer.strip().endswith((".", "!")):
            yield buffer


def render(scene: Scene) -> tuple[str, str]:
    """(system, user) of the speaking prompt: built from the scene alone."""
    lines = [f"{'Interviewer' if m.role == 'interviewer' else 'Candidate'}: {m.text}" for m in scene.messages[1:]]
    return prompts.load("speak", SPEAK_VERSION).render(
        language="Chinese" if scene.language == "zh" else "English",
        question=prompts.untrusted(scene.question_text, "question"),
        conversation=prompts.untrusted("\n\n".join(lines), "conversation"),
    )


def keeps_rules(sentence: str, language: Language) -> bool:
    """Whether a model's sentence may be shown: no question, no verdict, nothing from inside, the right language."""
    text = sentence.strip()
    lowered = text.lower()
    if not text or len(text) > MAX_CHARS or any(mark in text for mark in "?？"):
        return False
    phrases = Phrases(language)
    if any(word in lowered for word in phrases.options("guard", "leaking")):
        return False
    if language == "zh":
        return bool(_CJK.search(text)) and not any(word in text for word in phrases.options("guard", "judging"))
    judging = "|".join(re.escape(word) for word in phrases.options("guard", "judging"))
    return len(_CJK.findall(text)) * 3 < len(text) and not re.search(rf"\b(?:{judging})\b", lowered)
