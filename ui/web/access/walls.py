"""The outer walls: what is refused before any page or route sees it, whoever asks.

The one rule: only this site's own pages may send anything here, and nobody can send more than a page would.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_BOUND = ("/speech/",)
"""Routes that bound what they read themselves."""
READING = ("GET", "HEAD")


class Walls:
    """Wraps the whole site. `most_bytes` is the largest body that is read."""

    def __init__(self, inner: ASGIApp, most_bytes: int) -> None:
        self._inner = inner
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})  # no page here speaks over one
        elif refused := self._refused(scope):
            status, why = refused
            await _dropped(receive, 4 * self._most_bytes if status == 413 else 0)
            await JSONResponse({"error": why}, status)(scope, receive, _closed_to_others(send))
        else:
            read = receive if scope["path"].startswith(OWN_BOUND) else _bounded(receive, self._most_bytes)
            await self._inner(scope, read, _closed_to_others(send))

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """The status and the reason, where this request goes no further."""
        headers, path = Headers(scope=scope), scope["path"]
        if any(sign < " " or sign == "\x7f" for sign in path):
            return 404, "there is nothing here"
        if scope["method"] not in READING and not from_here(headers):
            return 403, "sent from another site"
        length = headers.get("content-length", "0")
        if not path.startswith(OWN_BOUND) and (not length.isdigit() or int(length) > self._most_bytes):
            return 413, "too large"
        return None


def from_here(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from a page of this site, or not from a browser at all.

    Browsers say so themselves (Sec-Fetch-Site) over https and on this machine; elsewhere the Origin must be the host asked.
    """
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _closed_to_others(send: Send) -> Send:
    """Leaves out what would let scripts of other sites, or of other ports of this machine, read the answer."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [
                (name, value) for name, value in message["headers"] if not name.lower().startswith(b"access-control-")
            ]
            message = {**message, "headers": kept}
        await send(message)

    return sent


async def _dropped(receive: Receive, most_bytes: int) -> None:
    """Read and forget up to that much of a body: who is still sending would else never see the answer."""
    taken = 0
    while taken < most_bytes:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


def _bounded(receive: Receive, most_bytes: int) -> Receive:
    """A body without a stated length ends, as if the sender had hung up, where it becomes too long."""
    taken = 0

    async def read() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > most_bytes else message

    return read
