"""One request's connection to the scripted server, in ASGI terms: read it, answer it, notice that the client left.

One rule: what goes out has the byte shapes of vLLM's replies.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from interviewer.scripted.rules import Refusal

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class BrokenOff(Exception):
    """Raised on purpose in the middle of a reply, so that the server drops the connection."""


class Gone(Exception):
    """The client closed the connection."""


class Wire:
    """One request's connection."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._gone: asyncio.Task[None] | None = None

    @property
    def path(self) -> str:
        return self._scope["path"]

    def header(self, name: bytes) -> bytes:
        return next((value for key, value in self._scope["headers"] if key == name), b"")

    async def read_json(self) -> object:
        """The request's JSON, or None when it is not JSON."""
        raw, more = b"", True
        while more:
            message = await self._receive()
            raw, more = raw + message.get("body", b""), message.get("more_body", False)
        try:
            return json.loads(raw)
        except ValueError:
            return None

    async def read_form(self) -> dict[str, object] | None:
        """The fields of a multipart form, a file as (name, bytes); None when the request is no such form."""
        from starlette.datastructures import UploadFile
        from starlette.exceptions import HTTPException
        from starlette.requests import Request

        if not self.header(b"content-type").startswith(b"multipart/form-data"):
            return None
        try:
            async with Request(self._scope, self._receive).form(max_part_size=1024**2) as form:  # type: ignore[arg-type]
                return {
                    name: (value.filename or "", await value.read()) if isinstance(value, UploadFile) else value
                    for name, value in form.items()
                }
        except HTTPException:  # no boundary, or not as the boundary says
            return None

    async def start(
        self,
        status: int,
        kind: bytes = b"application/json",
        *,
        length: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        headers = [(b"content-type", kind)]
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        if retry_after is not None:
            headers.append((b"retry-after", f"{retry_after:g}".encode()))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def send_part(self, part: bytes, *, last: bool = False) -> None:
        await self._send({"type": "http.response.body", "body": part, "more_body": not last})

    async def send_body(
        self, status: int, body: bytes, kind: bytes = b"application/json", *, retry_after: float | None = None
    ) -> None:
        await self.start(status, kind, length=len(body), retry_after=retry_after)
        await self.send_part(body, last=True)

    async def send_json(self, value: object) -> None:
        await self.send_body(200, json.dumps(value).encode())

    async def refuse(self, refusal: Refusal, retry_after: float | None = None) -> None:
        await self.send_body(refusal.status, refusal.body(), retry_after=retry_after)

    async def pause(self, seconds: float) -> None:
        """Waits `seconds`; raises Gone as soon as the client closes the connection."""
        if self._gone is None:
            self._gone = asyncio.create_task(self._watch())
        done, _ = await asyncio.wait({self._gone}, timeout=seconds)
        if done:
            raise Gone

    def close(self) -> None:
        if self._gone is not None:
            self._gone.cancel()

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def event(head: str, delta: str, finish_reason: str | None = None) -> bytes:
    """A chunk of a streamed completion; `head` is the part that all chunks of it share."""
    reason = json.dumps(finish_reason)
    return f'data: {{{head},"choices":[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{reason}}}]}}\n\n'.encode()
