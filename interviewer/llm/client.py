"""The client of the team's chat endpoint: two ways to ask, `stream` for spoken words and `structured` for checked data.

One rule: every call is bounded (tokens, time, repairs, calls at once), and what comes out is usable or an error that
says what to do. A client belongs to one event loop; it keeps nothing between calls but what the server can do.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from interviewer.errors import EndpointError
from interviewer.llm import chances, failures, wording
from interviewer.llm.breaker import Breaker
from interviewer.llm.capabilities import (
    CHAT,
    Capabilities,
    count_tokens,
    fit_ruler,
    format_fields,
    line_fields,
    probe,
    unasked_ruler,
)
from interviewer.llm.dialect import Dialect
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.forms import Beyond, Form, Forms
from interviewer.llm.reading import Piece, RawReply
from interviewer.llm.reasoning import Spoken
from interviewer.llm.server import meet
from interviewer.llm.structured import Check, Line, Schema, StructuredReply, ask_until_sound
from interviewer.llm.tokens import CHAT_OVERHEAD, MARGIN, Ruler, most_tokens
from interviewer.llm.tool_calls import CallsHeard, ChatMessage, ToolCall, can_call_tools, tool_fields
from interviewer.llm.transport import Json, Transport

_MEETING_S = 10.0
"""How long a server may take to say what it is, where the answer can do without."""
PATIENCE_S = 2.0
"""How long `fits` waits for a server that is not known yet; a judgement that turns out too long says so itself."""
_FORMS_TRIED = 4
_ENDS_A_SENTENCE = ("。", "！", "？", "…", ".", "!", "?", "”", "）", ")", '"')


THINKING_ROOM = 2000
"""Tokens more for a short reply where thinking cannot be turned off."""


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
        self._connecting: asyncio.Task[Capabilities] | None = None
        self._beyond = Beyond()

    @property
    def last_failure(self) -> EndpointError | None:
        """The latest call that failed for good; its words are for whoever runs the endpoint."""
        return self._transport.last_failure

    async def connect(self) -> Capabilities:
        """What the server can do, asked once and remembered; calls do it by themselves. Raises EndpointError.

        Whoever is the first to ask may be cancelled: the asking goes on for the others.
        """
        if self._capabilities is None:
            if self._connecting is None or self._connecting.done():
                self._connecting = asyncio.create_task(probe(self._transport, self.endpoint))
                self._connecting.add_done_callback(_heeded)
            found = await asyncio.shield(self._connecting)
            self._capabilities = self._capabilities or found
        return self._capabilities

    async def served(self) -> tuple[str, ...]:
        """The names of the models it lists, in its order. Raises EndpointError."""
        listing = await self._transport.get("/models")
        cards = listing.get("data")
        return tuple(str(card["id"]) for card in cards or () if isinstance(card, dict) and card.get("id"))

    async def ruler(self) -> Ruler:
        """How many tokens a text is here, without any call to the model: by the server's own count where it soon gives one.

        Raises SettingsError where the vocabulary that is set cannot be used.
        """
        if self._capabilities is not None:
            return self._capabilities.ruler
        try:
            async with asyncio.timeout(_MEETING_S):
                server = await meet(self._transport)
                return await fit_ruler(self._transport, server.model, self.endpoint.tokenizer)
        except (EndpointError, TimeoutError):
            return unasked_ruler(self.endpoint.tokenizer)

    async def one_at_a_time(self) -> bool:
        """Whether a short call waits here for a long one; False where the server is not known, or cannot be soon."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return (await self.connect()).one_at_a_time
        except (EndpointError, TimeoutError):
            return False

    async def fits(self, system: str, user: str, max_tokens: int) -> bool:
        """Whether the request should fit the served model's context; True when its length is not known, or not soon."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                server = await self.connect()
        except TimeoutError:
            return True
        return await self._room(server, system, user, max_tokens) >= max_tokens

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
        async with aclosing(self._speak(body, CallsHeard())) as pieces:
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
        async with aclosing(self._speak(body, heard)) as pieces:
            async for piece in pieces:
                yield piece
        for call in heard.whole():
            yield call

    async def _speak(self, body: Json, heard: CallsHeard) -> AsyncGenerator[str]:
        server = await self.connect()
        spoken, last, ended = Spoken(thinking=server.thinking_opens_in_prompt), "", False
        with self._forgetting_a_model_that_left():
            async with aclosing(self._pieces(body | {"stream": True})) as pieces:
                async for piece in pieces:
                    heard.feed(piece)
                    ended = ended or piece.ends
                    if words := spoken.feed(piece.text):
                        last = words
                        yield words
        # some servers never say that a reply is over; where a sentence is, it counts as whole
        if not ended and not last.rstrip().endswith(_ENDS_A_SENTENCE):
            raise failures.failure("cut_short", self.endpoint)
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
        least: int | None = None,
    ) -> StructuredReply:
        """A value that satisfies `schema` and `check`, repaired at most twice; `max_tokens` bounds each attempt.

        With a `line` it is asked for in that short form, and with log probabilities, where the server can; elsewhere as
        JSON. Where the context has less room, as little as `least` tokens are asked for. Bound every string and list in the schema. Raises EndpointError, or ReplyError with `details["reason"]`
        `reply_malformed`, `reply_cut_off` or the category of the check's Flaw.
        """
        server = await self.connect()
        if (
            line is not None and not server.thinking_off
        ):  # it may think first, which a short reply's limit leaves no room for
            least, max_tokens = least or max_tokens, max_tokens + THINKING_ROOM
        room = self._bounded(max_tokens)
        if least is not None and least < room:
            room = max(least, min(room, await self._room(server, system, user, room)))
        request = _Request(system, user, room, temperature, seed)
        forms = Forms(server, name, line=line is not None, beyond=self._beyond)

        async def ask(wrong: str) -> RawReply:
            while True:
                body = request.formatted(server, forms.wanted, name, schema, wrong, line)
                try:
                    reply = await self._complete(body, max_tokens)
                except EndpointError as error:
                    if not forms.fall_back(error):
                        raise
                    continue
                forms.went_well()
                return reply

        return await ask_until_sound(ask, schema, check, name=name, clock=self._clock, line=line)

    async def aclose(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        await self._transport.aclose()

    async def _complete(self, body: Json, wished: int) -> RawReply:
        """The reply to a request for data. One that the context cut short is over_context: no repair makes it fit."""
        server = await self.connect()
        with self._forgetting_a_model_that_left():
            reply = await self._asked(body)
        if reply.finish_reason == "content_filter":
            raise failures.failure("filtered", self.endpoint)
        if cut_by_context(reply, body["max_tokens"], wished, server.max_model_len):
            said = f"{reply.prompt_tokens} + {reply.completion_tokens} tokens"
            raise failures.failure("over_context", self.endpoint, server=server.kind, said=said, status=200)
        return reply

    async def _asked(self, body: Json) -> RawReply:
        """The reply to `body`, written as the server wants it; what it refuses for its form is sent in another one."""
        for _ in range(_FORMS_TRIED):
            form = (await self.connect()).dialect
            streamed = (
                {"stream": True, "stream_options": {"include_usage": True}} if form.stream_data else {"stream": False}
            )
            try:
                return await self._transport.reply(CHAT, form.write(body | streamed))
            except EndpointError as error:
                if not self._learned(form, error):
                    raise
        raise AssertionError("a form was learned each time, and there are fewer of them")

    async def _pieces(self, body: Json) -> AsyncGenerator[Piece]:
        for _ in range(_FORMS_TRIED):
            form = (await self.connect()).dialect
            try:
                async with aclosing(self._transport.pieces(CHAT, form.write(body))) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except EndpointError as error:
                if not self._learned(form, error):
                    raise

    def _learned(self, form: Dialect, error: EndpointError) -> bool:
        """Whether `error` asks for another form than `form`, which is then the one for all calls that follow."""
        other = form.after(error)
        if other is None or self._capabilities is None:
            return False
        self._capabilities = self._capabilities.model_copy(update={"dialect": other})
        return True

    async def _room(self, server: Capabilities, system: str, user: str, wanted: int) -> int:
        """Tokens that the context leaves for the reply; where it is close, by the server's own count."""
        if server.max_model_len is None:
            return wanted
        text = system + user
        sure = server.max_model_len - most_tokens(text) - CHAT_OVERHEAD
        if sure >= wanted:  # without counting: this much room there is, whatever the vocabulary
            return sure
        estimated = math.ceil(server.ruler.tokens(text) * (1 + MARGIN)) + CHAT_OVERHEAD
        room = server.max_model_len - estimated
        if room >= wanted or not server.counts_tokens or estimated > 2 * server.max_model_len:
            return room
        counted = await count_tokens(self._transport, server.model, text)
        return room if counted is None else server.max_model_len - counted - CHAT_OVERHEAD

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
                self._beyond.clear()
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


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
        return body

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


def cut_by_context(reply: RawReply, asked: int, wished: int, context: int | None) -> bool:
    """Whether a reply ended because the context was full, or at a limit that was lowered below what was wished to fit it.

    LMDeploy answers a request that does not fit with an empty reply that is "cut off" (its issue 1589). Where the context
    is not known, a reply that ends before its limit with the sum at a multiple of 256 has met it: contexts are.
    """
    if not reply.cut_off:
        return False
    if not reply.content.strip() and not reply.reasoning.strip() and not reply.completion_tokens:
        return True
    if asked < wished and reply.completion_tokens >= asked:
        return True
    total = reply.prompt_tokens + reply.completion_tokens
    if context is not None:
        return total >= context - 1
    return 0 < reply.completion_tokens < asked and total >= 256 and (total + 1) % 256 <= 1


def _heeded(task: asyncio.Task[Capabilities]) -> None:
    """Whoever waited has the error; nobody may be left."""
    if not task.cancelled():
        task.exception()
