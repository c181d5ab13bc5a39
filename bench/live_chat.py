"""The product's chat client with replies of a fixed length, and a clock on each turn.

A model with random weights never stops by itself and says nothing sensible. So replies are bounded as `gpu/floor.py`
bounds them, every token is generated, sent and read, and then its words are swapped for harmless ones, so that the
interview goes on. What the real checks would have said of the reply is counted, and nothing is repaired for it.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from bench.judgement_worker import bounded_calls, nothing_said
from interviewer.errors import ReplyError
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.llm.structured import Check, Flaw, Line, Schema, StructuredReply
from knowledge.models import Language

SPOKEN_TOKENS, SENTENCE_PIECES = 40, 20
"""Tokens of an acknowledgement, and pieces of the stream after which its first sentence ends and can be shown."""
SHOWN: Mapping[Language, tuple[str, str]] = {"zh": ("好", "。"), "en": ("well ", "so. ")}
"""What stands for a piece of the stream, and for one that ends a sentence."""


@dataclass
class TurnClock:
    """Moments of one turn on `time.perf_counter`: Enter, first raw piece, first words shown, all written; None if never."""

    entered: float = field(default_factory=time.perf_counter)
    first_piece: float | None = None
    first_shown: float | None = None
    spoken: float | None = None
    judged: float | None = None
    written: float | None = None
    reply_tokens: int = 0
    judge_prompt_tokens: int = 0


on_turn: ContextVar[TurnClock | None] = ContextVar("on_turn", default=None)


@dataclass(frozen=True)
class Bounds:
    """`points` key points in a judgement at most, and `chars` characters in each of its strings; None: as shipped."""

    points: int | None = 4
    chars: int | None = 12


@dataclass
class Seen:
    """What came back: calls by what became of them ("sound", or the reason), and each reply that the client rejected."""

    calls: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    reply_tokens: list[int] = field(default_factory=list)


class Rejections(logging.Handler):
    """Counts what `interviewer.llm.structured` logs of each reply it sends back for repair, by category."""

    def __init__(self, chat: MeasuredChat) -> None:
        super().__init__(logging.INFO)
        self._chat = chat

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple) and len(record.args) == 3:
            self._chat.seen.rejected[str(record.args[1])] += 1


class MeasuredChat(ChatClient):
    """`ChatClient` whose `bounds` and `seen` are open; with bounds of None replies pass through it unchanged."""

    def __init__(self, endpoint: EndpointSettings, bounds: Bounds | None, language: Language = "zh") -> None:
        super().__init__(endpoint)
        self.bounds = bounds
        self.seen = Seen()
        self._said, self._ended = SHOWN[language]

    async def stream(
        self,
        system: str,
        user: str,
        *,
        max_tokens: int,
        temperature: float,
        seed: int | None = None,
        stop: Sequence[str] | None = None,
    ) -> AsyncGenerator[str]:
        clock = on_turn.get() or TurnClock()
        tokens = SPOKEN_TOKENS if self.bounds else max_tokens
        said = super().stream(system, user, max_tokens=tokens, temperature=temperature, seed=seed, stop=stop)
        async with aclosing(said) as pieces:
            number = 0
            async for piece in pieces:
                number += 1
                clock.first_piece = clock.first_piece or time.perf_counter()
                instead = self._ended if number == SENTENCE_PIECES else self._said
                yield instead if self.bounds else piece
        clock.spoken = time.perf_counter()
        if self.bounds:
            yield self._ended

    async def structured(
        self,
        system: str,
        user: str,
        schema: Schema,
        *,
        name: str,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int | None = None,
        check: Check | None = None,
        line: Line | None = None,
        least: int | None = None,
    ) -> StructuredReply:
        asked: dict[str, Any] = {"schema": schema, "check": check, "line": line}
        if self.bounds:
            asked |= bounded_calls(schema, line, self.bounds.points, self.bounds.chars)
        try:
            reply = await super().structured(
                system, user, **asked, name=name, max_tokens=max_tokens, temperature=temperature, seed=seed, least=least
            )
        except ReplyError as error:
            self.seen.calls[str(error.details.get("reason"))] += 1
            raise
        self.seen.calls["sound" if self.bounds and line else verdict_on(reply.value, schema, check)] += 1
        self.seen.reply_tokens.append(reply.completion_tokens)
        if clock := on_turn.get():
            clock.judged = time.perf_counter()
            clock.reply_tokens, clock.judge_prompt_tokens = reply.completion_tokens, reply.prompt_tokens
        return reply.model_copy(update={"value": nothing_said(schema)}) if self.bounds else reply


def verdict_on(value: dict[str, Any], schema: Schema, check: Check | None) -> str:
    """What is wrong with a reply, by kind, or "sound": what `check` says once the points left out are absent."""
    said = {**value, "points": nothing_said(schema)["points"] | value["points"]} if "points" in value else value
    flaw = check(said) if check else None
    return flaw.category if isinstance(flaw, Flaw) else "reply_malformed" if flaw else "sound"
