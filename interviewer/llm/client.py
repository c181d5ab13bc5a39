"""The client of the team's chat endpoint: two ways to ask, `stream` for spoken words and `structured` for checked data.

One rule: every call is bounded (tokens, time, repairs, calls at once), and what comes out is usable or an error that
says what to do. A client belongs to one event loop; it keeps nothing between calls but what the server can do.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from interviewer.errors import EndpointError
from interviewer.llm import chances, failures, wording
from interviewer.llm.breaker import Breaker
from interviewer.llm.capabilities import (
    CHAT,
    THINKING_OFF,
    Capabilities,
    format_fields,
    line_fields,
    probe,
    raw_reply,
)
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.reasoning import Spoken
from interviewer.llm.structured import Check, Line, RawReply, Schema, StructuredReply, ask_until_sound
from interviewer.llm.tokens import fits
from interviewer.llm.tool_calls import CallsHeard, ChatMessage, ToolCall, can_call_tools, tool_fields
from interviewer.llm.transport import Json, Transport

Form = Literal["line", "json_schema", "json_object", "prompt"]
"""A line, or one of the `ReplyFormat`s."""


class ChatClient:
    """Speaks and judges through one endpoint. `clock` in seconds; `sleep` and `jitter` (0 to 1) pace the retries."""

    def __init__(
        self,
        endpoint: EndpointSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        breaker: Breaker | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._clock = clock
        self._transport = Transport(endpoint, clock=clock, sleep=sleep, jitter=jitter, breaker=breaker or Breaker())
        self._capabilities: Capabilities | None = None
        self._calls_tools: bool | None = None
        self._connecting = asyncio.Lock()

    async def connect(self) -> Capabilities:
        """What the server can do, asked once and remembered; calls do it by themselves. Raises EndpointError."""
        if self._capabilities is None:
            async with self._connecting:
                if self._capabilities is None:
                    self._capabilities = await probe(self._transport, self.endpoint)
        return self._capabilities

    async def served(self) -> tuple[str, ...]:
        """The names of the models it lists, in its order. Raises EndpointError."""
        listing = await self._transport.get("/models")
        cards = listing.get("data")
        return tuple(str(card["id"]) for card in cards or () if isinstance(card, dict) and card.get("id"))

    async def fits(self, system: str, user: str, max_tokens: int) -> bool:
        """Whether the request should fit the served model's context, by estimate; True when its length is not known."""
        server = await self.connect()
        return fits(system + user, max_tokens, server.max_model_len, server.ruler)

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
        """Spoken words as they come, thinking taken out; a reply that is all thinking or blank yields nothing.

        Cancelling, or closing the iterator (`contextlib.aclosing`), closes the connection, and the server stops
        generating. Raises EndpointError, also in the middle when the connection breaks.
        """
        server = await self.connect()
        request = _Request(system, user, self._bounded(max_tokens), temperature, seed)
        body = request.body(server) | ({"stop": list(stop)} if stop else {})
        async with aclosing(self._speak(server, body, CallsHeard())) as pieces:
            async for piece in pieces:
                yield piece

    async def calls_tools(self) -> bool:
        """Whether `converse` may be given tools here, asked once and remembered. Raises EndpointError."""
        server = await self.connect()
        if self._calls_tools is None:
            self._calls_tools = await can_call_tools(self._transport, server)
        return self._calls_tools

    async def converse(
        self,
        messages: Sequence[ChatMessage],
        *,
        tools: Sequence[Mapping[str, Any]] = (),
        max_tokens: int,
        temperature: float,
        seed: int | None = None,
    ) -> AsyncGenerator[str | ToolCall]:
        """The reply to a talk of many messages: words as they come, thinking taken out, then the calls of tools it asks for.

        Give `tools` only where `calls_tools` says so. Closing it stops the server. Raises EndpointError, as `stream`.
        """
        server = await self.connect()
        request = _Request("", "", self._bounded(max_tokens), temperature, seed)
        body = request.body(server) | {"messages": list(messages)} | tool_fields(tools)
        heard = CallsHeard()
        async with aclosing(self._speak(server, body, heard)) as pieces:
            async for piece in pieces:
                yield piece
        for call in heard.whole():
            yield call

    async def _speak(self, server: Capabilities, body: Json, heard: CallsHeard) -> AsyncGenerator[str]:
        spoken = Spoken(thinking=server.thinking_opens_in_prompt)
        finished = False
        with self._forgetting_a_model_that_left():
            async with aclosing(self._transport.events(CHAT, body | {"stream": True})) as events:
                async for event in events:
                    piece, ended = _delta(event)
                    heard.feed(event)
                    finished = finished or ended
                    if words := spoken.feed(piece):
                        yield words
        if not finished:
            raise failures.cut_short(self.endpoint)
        if words := spoken.finish():
            yield words

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
    ) -> StructuredReply:
        """A value that satisfies `schema` and `check`, repaired at most twice; `max_tokens` bounds each attempt.

        With a `line` it is asked for in that short form, and with log probabilities, where the server can; elsewhere as
        JSON. Bound every string and list in the schema. Raises EndpointError, or ReplyError with `details["reason"]`
        `reply_malformed`, `reply_cut_off` or the category of the check's Flaw.
        """
        server = await self.connect()
        request = _Request(system, user, self._bounded(max_tokens), temperature, seed)
        forms = _Forms(server, line)

        async def ask(wrong: str) -> RawReply:
            while True:
                try:
                    reply = await self._complete(request.formatted(server, forms.wanted, name, schema, wrong, line))
                except EndpointError as error:
                    if not forms.fall_back(error):
                        raise
                    continue
                if forms.line_broke and self._capabilities is server:  # it breaks on every line, and that takes retries
                    self._capabilities = server.model_copy(update={"takes_regex": False})
                return reply

        return await ask_until_sound(ask, schema, check, name=name, clock=self._clock, line=line)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _complete(self, body: dict[str, object]) -> RawReply:
        with self._forgetting_a_model_that_left():
            return raw_reply(await self._transport.post(CHAT, body), self.endpoint)

    def _bounded(self, max_tokens: int) -> int:
        return max(1, min(max_tokens, self.endpoint.max_output_tokens))

    @contextmanager
    def _forgetting_a_model_that_left(self) -> Iterator[None]:
        """A server that was restarted with another model is asked again what it serves, at the next call."""
        try:
            yield
        except EndpointError as error:
            if error.details["reason"] == "unknown_model":
                self._capabilities = self._calls_tools = None
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class _Forms:
    """In which form one request is made, the best that the server has first, and the next one after a refusal."""

    def __init__(self, server: Capabilities, line: Line | None) -> None:
        best: Form = server.reply_format
        self.wanted: Form = "line" if line is not None and server.takes_regex else best
        self.line_broke = False
        self._without_line: Form = best

    def fall_back(self, error: EndpointError) -> bool:
        """Whether there is another form to try: this line or schema may be beyond the server, though it has the feature."""
        reason = error.details["reason"]
        if self.wanted == "line" and reason in ("rejected", "server_error"):
            self.wanted, self.line_broke = self._without_line, reason == "server_error"
        elif self.wanted != "prompt" and reason == "rejected":
            self.wanted = "prompt"
        else:
            return False
        return True


@dataclass(frozen=True)
class _Request:
    """One request before it is known in which format the server can be asked."""

    system: str
    user: str
    max_tokens: int
    temperature: float
    seed: int | None

    def body(self, server: Capabilities, *, system: str = "", repair: str = "") -> Json:
        user = f"{self.user}\n\n{repair}" if repair else self.user  # the growing part last: prefix caching works
        body: Json = {
            "model": server.model,
            "messages": [{"role": "system", "content": system or self.system}, {"role": "user", "content": user}],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
        }
        if self.seed is not None:
            body["seed"] = self.seed
        return body | THINKING_OFF if server.thinking_off else body

    def formatted(
        self, server: Capabilities, wanted: Form, name: str, schema: Schema, wrong: str, line: Line | None
    ) -> Json:
        """The body of a structured request, after a flaw with what was `wrong`; a server without structured output reads
        the schema in the system part."""
        repair = wording.say("repair_line" if wanted == "line" else "repair", reason=wrong) if wrong else ""
        more = chances.fields() if line is not None and server.gives_logprobs else {}
        if wanted == "line":
            assert line is not None
            return self.body(server, repair=repair) | line_fields(line.regex) | more
        more |= format_fields(wanted, name, schema)
        if wanted == "json_schema":
            return self.body(server, repair=repair) | more
        written = wording.say("schema", schema=json.dumps(schema, ensure_ascii=False, separators=(",", ":")))
        return self.body(server, system=f"{self.system}\n\n{written}", repair=repair) | more


def _delta(event: Json) -> tuple[str, bool]:
    """(text, whether the reply ended) of one event; thinking in a field of its own is not read at all."""
    choices = event.get("choices") or ()
    if not choices:
        return "", False
    return (choices[0].get("delta") or {}).get("content") or "", bool(choices[0].get("finish_reason"))
