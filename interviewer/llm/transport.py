"""The one place that sends: the limit on calls at once, time-outs, retries, and the circuit breaker.

Calls go through the openai client's `post` as plain JSON instead of its typed `chat.completions.create`: building its
reply models costs two thirds of a streamed call (bench: 5.6 against 2.1 ms of CPU for 41 chunks, 1.65 against 1.08 for
one structured reply). The client's own retries are off; every wait is here, bounded, and injected.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from interviewer.errors import EndpointError
from interviewer.llm import failures
from interviewer.llm.breaker import Breaker
from interviewer.llm.connection import Connection
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.reading import (
    Piece,
    RawReply,
    Refused,
    Unreadable,
    error_in,
    put_together,
    read_piece,
    read_reply,
)

if TYPE_CHECKING:
    from httpx2 import Response
    from openai import AsyncOpenAI

    from interviewer.llm.events import Events

T = TypeVar("T")
Body = Mapping[str, object]
Json = dict[str, Any]

RETRIES = 2
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 8.0


class Transport:
    """Sends JSON to one endpoint from one event loop. `clock` in seconds, `jitter` draws from 0 to 1.

    `server`, once it is known, is the kind of server, which advice depends on.
    """

    def __init__(
        self,
        endpoint: EndpointSettings,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        jitter: Callable[[], float],
        breaker: Breaker,
    ) -> None:
        self.endpoint = endpoint
        self.server = ""
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._breaker = breaker
        self._slots = asyncio.Semaphore(endpoint.concurrency)
        self._connection = Connection(endpoint)
        self.last_failure: EndpointError | None = None
        """The latest call that failed for good, for whoever explains why something was not done."""
        self._noted: EndpointError | None = None
        """The latest failure of any attempt."""
        self._heard_at = float("-inf")
        """When the server last sent anything."""

    async def get(self, path: str) -> Json:
        """The JSON object at `path` under the base URL. Raises EndpointError."""
        return await self._object(lambda client: client.get(path, cast_to=_response()), None)

    async def post(self, path: str, body: Body) -> Json:
        """The JSON object that answers `body`; the time-out bounds the whole call. Raises EndpointError."""
        return await self._object(lambda client: client.post(path, cast_to=_response(), body=body), body)

    async def upload(self, path: str, fields: Mapping[str, str], name: str, content: bytes, mime: str) -> Json:
        """The JSON object that answers a form of `fields` with one file, called `file`. Raises EndpointError."""
        return await self._object(
            lambda client: client.post(
                path,
                cast_to=_response(),
                body=fields,
                files={"file": (name, content, mime)},
                options={"headers": {"Content-Type": "multipart/form-data"}},
            ),
            fields,
        )

    async def peek(self, path: str, body: Body | None = None) -> Json | None:
        """What an optional path under the server's root answers, or None where the server has no such path; tried once."""
        import openai

        url = self.endpoint.root_url + path
        try:
            client = self._connection.client
            sent = client.get(url, cast_to=object) if body is None else client.post(url, cast_to=object, body=body)
            answer = await asyncio.wait_for(sent, self.endpoint.connect_timeout_s)
        except (openai.OpenAIError, EndpointError, TimeoutError, ValueError, RecursionError):
            # not there, not JSON, nested without end, or too slow
            return None
        return cast("Json", answer) if isinstance(answer, dict) else None

    async def reply(self, path: str, body: Body) -> RawReply:
        """The whole reply to a chat request. One asked for as a stream is put together here, so that it can be given up:
        a stream that ends without saying so is not taken for whole. Raises EndpointError."""

        async def asked() -> RawReply:
            response = await self._connection.client.post(path, cast_to=_response(), body=body)
            self._heard()
            return self._read(response, body)

        async def streamed() -> RawReply:
            stream = await self._opened(path, body)
            pieces: list[Piece] = []
            try:
                async for value in stream:
                    self._heard()
                    pieces.append(self._piece(value, body))
            finally:
                await stream.close()
            if not any(piece.ends for piece in pieces):
                raise failures.failure("cut_short" if pieces else "not_an_endpoint", self.endpoint)
            return put_together(pieces)

        async with self._slots:
            return await self._retrying(streamed if body.get("stream") else asked, body)

    async def pieces(self, path: str, body: Body) -> AsyncGenerator[Piece]:
        """The pieces of a streamed reply. Retried until the first one is there, never after it. Raises EndpointError."""
        import openai

        async def opened() -> tuple[Events, Piece]:
            stream = await self._opened(path, body)
            try:
                odd = False
                async for value in stream:
                    piece = self._piece(value, body)
                    if not piece.odd:
                        return stream, piece
                    odd = True
                raise failures.failure("not_an_endpoint" if odd else "cut_short", self.endpoint)
            except BaseException:
                await stream.close()
                raise

        async with self._slots:
            stream, piece = await self._retrying(opened, body)
            started = self._clock()
            try:
                yield piece
                async for value in stream:
                    self._heard()
                    yield self._piece(value, body)
            except (openai.OpenAIError, EndpointError, ValueError) as error:
                broken = await self._explained(error, body, started)
                self._note(broken, started)
                self.last_failure = broken
                raise broken from error
            finally:
                await stream.close()

    async def aclose(self) -> None:
        await self._connection.aclose()

    async def _object(self, send: Callable[[AsyncOpenAI], Awaitable[Response]], body: Body | None) -> Json:
        from interviewer.llm.events import values_in

        async def attempt() -> Json:
            values, _ = values_in((await send(self._connection.client)).content)
            self._heard()
            answer = values[0] if values else None
            if told := error_in(answer):
                raise self._refused(told, body)
            if not isinstance(answer, dict):
                raise failures.failure("not_an_endpoint", self.endpoint)
            return cast("Json", answer)

        async with self._slots:
            return await self._retrying(attempt, body)

    def _read(self, response: Response, body: Body) -> RawReply:
        """The reply in a whole response, also where it came as events."""
        from interviewer.llm.events import values_in

        values, streamed = values_in(response.content)
        if streamed:
            pieces = [self._piece(value, body) for value in values]
            if not any(piece.ends for piece in pieces):
                raise failures.failure("cut_short", self.endpoint)
            return put_together(pieces)
        answer = values[0] if values else None
        if told := error_in(answer):
            raise self._refused(told, body)
        return read_reply(answer)

    def _piece(self, value: object, body: Body) -> Piece:
        """One value of a stream read; an error that stands in the stream is raised."""
        from interviewer.llm.events import DONE

        if value is DONE:
            return Piece(ends=True)
        if told := error_in(value):
            raise self._refused(told, body)
        return read_piece(value)

    async def _opened(self, path: str, body: Body) -> Events:
        from interviewer.llm.events import Events

        stream = await self._connection.client.post(
            path, cast_to=cast("type[object]", object), body=body, stream=True, stream_cls=Events
        )
        self._heard()
        return stream

    async def _retrying(self, attempt: Callable[[], Awaitable[T]], body: Body | None) -> T:
        import openai

        deadline = self._clock() + self.endpoint.timeout_s
        waits = iter(range(RETRIES))
        while True:
            started = self._clock()
            if not self._breaker.admits(started):
                if self._noted is not None:  # it may have opened on calls that their callers gave up
                    self.last_failure = self._noted
                raise failures.failure("resting", self.endpoint, seconds=self._breaker.rest_left(started))
            settled = False
            try:
                async with asyncio.timeout(max(0.001, deadline - started)):
                    answer = await attempt()
                self._breaker.succeeded(self._clock())
                settled = True
                return answer
            except (openai.OpenAIError, EndpointError, TimeoutError, ValueError, Unreadable) as error:
                broken = await self._explained(error, body, started)
                self._note(broken, started)
                settled = True
                wait = self._wait(broken, next(waits, None))
                if wait is None or self._clock() + wait >= deadline:
                    self.last_failure = broken
                    raise broken from error
            finally:
                if not settled:  # cancelled by the caller: says nothing about the server
                    self._breaker.gave_up()
            await self._sleep(wait)

    async def _explained(self, error: Exception, body: Body | None, started: float) -> EndpointError:
        """What `error` of an attempt begun at `started` really was; slow is told from silent by looking."""
        broken = failures.explain(error, self.endpoint, str((body or {}).get("model", "")), server=self.server)
        if broken.details["reason"] == "timed_out":
            answers = self._heard_at > started or await self._connection.is_there()
            if answers:
                return failures.failure("too_slow", self.endpoint, seconds=self.endpoint.timeout_s)
        return await self._connection.blamed(broken)

    def _refused(self, told: Refused, body: Body | None) -> EndpointError:
        """An error that came under HTTP 200."""
        return failures.refused(200, told, self.endpoint, str((body or {}).get("model", "")), server=self.server)

    def _heard(self) -> None:
        self._heard_at = self._clock()

    def _note(self, broken: EndpointError, started: float) -> None:
        reason, now = broken.details["reason"], self._clock()
        self._noted = broken
        if reason in failures.SILENT:
            self._breaker.failed(started, now, timed_out=reason == "timed_out")
        elif reason in ("overloaded", "too_slow"):
            self._breaker.gave_up()
        else:
            self._breaker.succeeded(now)

    def _wait(self, broken: EndpointError, retry: int | None) -> float | None:
        """Seconds until retry number `retry`, or None when there is none; between half and all of a doubling step."""
        if retry is None or broken.details["reason"] not in failures.RETRIED:
            return None
        step = FIRST_WAIT_S * 2**retry * (1 + self._jitter()) / 2
        asked = broken.details.get("retry_after_s")
        return min(LONGEST_WAIT_S, max(step, asked)) if isinstance(asked, float) else step


def _response() -> type[Response]:
    from httpx2 import Response

    return Response
