"""The JSON values of a reply as they come over the wire: server-sent events, JSON lines, or one document.

One rule: what was sent is told by its own characters, whatever was asked for and whatever its content type says; servers
answer JSON where events were asked for, events where JSON was, and proxies rewrite the type.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import cast

import httpx2
import openai
from openai import AsyncStream

DONE = object()
"""Stands for the `[DONE]` that ends a stream."""
_BOM = b"\xef\xbb\xbf"
_NOT_DATA = (b":", b"event:", b"id:", b"retry:")
_REST_S = 0.2
"""How long the rest of a stream is read after its end, so that the connection can be used again."""


class Values:
    """Takes the lines of a body and gives back its JSON values. `events`: whether any line was an event's."""

    def __init__(self) -> None:
        self.events = False
        self._pending = b""
        self._failed = False
        """Whether the event that is read is named an error."""

    def feed(self, line: bytes) -> Iterator[object]:
        """The value that `line` completes, DONE, or nothing yet; text that never becomes JSON comes back as it is."""
        line = line.strip(b" \t\r\n").removeprefix(_BOM)
        if line.startswith(b"event:"):
            self._failed = line[6:].strip().lower() == b"error"
        if line.startswith(b"data:"):
            self.events, line = True, line[5:].lstrip()
        elif self.events and not line:
            yield from self.finish()
        elif line.startswith(_NOT_DATA):
            return
        if line.startswith(b"[DONE]"):
            yield from self.finish()
            yield DONE
        elif line:
            self._pending = self._pending + b"\n" + line if self._pending else line
            try:
                value: object = json.loads(self._pending)
            except ValueError:
                return
            except RecursionError:  # nested without end: text, whatever follows
                yield from self.finish()
                return
            self._pending = b""
            yield self._named(value)

    def finish(self) -> Iterator[object]:
        """What stands there without being JSON, as text."""
        if self._pending:
            yield self._named(self._pending.decode("utf8", "replace"))
            self._pending = b""

    def _named(self, value: object) -> object:
        """`value`, as the error that its event is called."""
        failed, self._failed = self._failed, False
        if not failed or (isinstance(value, dict) and "error" in value):
            return value
        told = cast("dict[str, object]", value) if isinstance(value, dict) else {"message": value}
        return {"error": told if {"code", "type"} & told.keys() else {"code": 500, **told}}


def values_in(body: bytes) -> tuple[list[object], bool]:
    """(the JSON values of a whole body, whether they are a stream's)."""
    reader = Values()
    values = [value for line in body.split(b"\n") for value in reader.feed(line)]
    values += reader.finish()
    return values, reader.events or sum(value is not DONE for value in values) > 1


class Events(AsyncStream[object]):
    """The JSON values of a streamed reply, DONE where the server said so. Raises the openai client's errors."""

    async def __stream__(self) -> AsyncIterator[object]:
        reader, chunks = Values(), self._bytes()
        try:
            held = b""
            async for chunk in chunks:
                *lines, held = (held + chunk).split(b"\n")
                for line in lines:
                    for value in reader.feed(line):
                        yield value
                        if value is DONE:
                            await _read_out(chunks)
                            return
            for value in (*reader.feed(held), *reader.finish()):
                yield value
        finally:
            await self.response.aclose()

    async def _bytes(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self.response.aiter_bytes():
                yield chunk
        except httpx2.TimeoutException as error:
            raise openai.APITimeoutError(request=self.response.request) from error
        except httpx2.RequestError as error:
            raise openai.APIConnectionError(request=self.response.request) from error


async def _read_out(chunks: AsyncIterator[bytes]) -> None:
    try:
        async with asyncio.timeout(_REST_S):
            async for _ in chunks:
                pass
    except (TimeoutError, openai.OpenAIError):  # it is over either way; only the connection is lost
        pass
