"""The door before Gradio: of what it would answer, only what these pages use can be reached.

The one rule: what is not named here is not there. So a route that a newer Gradio brings is closed until a page needs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import gradio as gr
from fastapi import FastAPI
from gradio.brotli_middleware import BrotliMiddleware
from gradio.routes import App as Mounted
from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from knowledge.models import Language
from ui.web.door import payloads
from ui.web.door.document import Place, document

READ = ("GET", "HEAD")
FILES = ("assets", "static")
"""Folders of Gradio's own front end: scripts, styles, fonts. A file is served by its exact name only."""
STYLE = "/theme.css"
JOIN, DATA, ALIVE = "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/app_id"


MARK_HEADER = "x-interviewer-page"
"""With each event a page says which layout it was made by: after an update, an event's number may mean another one."""


def mark(blocks: gr.Blocks) -> str:
    """A short digest of the events of these pages: the same in every process, another one where any of them is."""
    events = [
        (number, one.page, getattr(one.fn, "__qualname__", ""), [type(part).__name__ for part in one.inputs])
        for number, one in blocks.fns.items()
    ]
    return hashlib.sha256(repr(events).encode()).hexdigest()[:16]


LanguageOf = Callable[[Request], Language]


def mount(site: FastAPI, blocks: gr.Blocks, path: str, head: str, language_of: LanguageOf, **how: object) -> None:
    """Mount `blocks` at `path` ("/" or "/name"), behind a door. `head` goes into every document."""
    gr.mount_gradio_app(site, blocks, path, **how)  # pyright: ignore[reportArgumentType]  # its many options, passed on
    mounted = site.router.routes[-1]
    assert isinstance(mounted, Mount)
    assert isinstance(mounted.app, Mounted)
    mounted.app = Door(mounted.app, blocks, head, language_of)


class Door:
    """Wraps one mounted Gradio application."""

    def __init__(self, inner: ASGIApp, blocks: gr.Blocks, head: str, language_of: LanguageOf) -> None:
        self._inner = inner
        self._head = f'<script>window.interviewer = {{ mark: "{mark(blocks)}" }};</script>\n{head}'
        self._language_of = language_of
        self._page = BrotliMiddleware(self._document)
        self._blocks = blocks
        self._mark = mark(blocks)
        self.pages = frozenset(f"/{page}" for page, *_ in blocks.pages)

    @cached_property
    def files(self) -> frozenset[str]:
        """The paths of the files of Gradio's front end."""
        front = Path(gr.__file__).parent / "templates" / "frontend"
        return frozenset(
            f"/{file.relative_to(front).as_posix()}"
            for folder in FILES
            for file in (front / folder).rglob("*")
            if file.is_file()
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        method = scope["method"]
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        if method in READ and path in self.pages:
            await self._page(scope, receive, _without_body(send, method))
        elif method in READ and path != "/" and path.rstrip("/") in self.pages:
            query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
            await RedirectResponse(quote(scope["path"].rstrip("/")) + query, 308)(scope, receive, send)
        elif method in READ and (path in self.files or path in (STYLE, ALIVE)):
            await self._inner(scope, receive, send)
        elif method == "POST" and path == JOIN:
            await self._join(scope, receive, send)
        elif method == "GET" and path == DATA:
            await self._data(scope, receive, send)
        else:
            raise HTTPException(404)

    async def _document(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page, its document made ours. Gradio takes words of a page's query for its own and stumbles over them: it gets none."""
        asked = [
            one for one in scope["headers"] if one[0].lower() not in (b"accept-encoding", b"range", b"if-none-match")
        ]
        status, body = await _answer(
            self._inner, {**scope, "method": "GET", "query_string": b"", "headers": asked}, receive
        )
        request = Request(scope)
        prefix = scope.get("root_path", "")
        page = scope["path"].removeprefix(prefix).strip("/")
        place = Place(str(request.base_url.replace(path="")).rstrip("/"), prefix, page, self._language_of(request))
        html = document(body, place, self._head) if status == 200 else body
        await HTMLResponse(html, status)(scope, receive, send)

    async def _join(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole(receive)
        if body is None:
            return
        if Headers(scope=scope).get(MARK_HEADER, self._mark) != self._mark:
            await JSONResponse({"detail": "this page is of another version"}, 409)(scope, receive, send)
            return
        try:
            checked = payloads.event(self._blocks, body)
        except payloads.Refused as refused:
            await JSONResponse({"detail": refused.why}, refused.status)(scope, receive, send)
            return
        kept = [one for one in scope["headers"] if one[0].lower() not in (b"content-length", b"content-type")]
        headers = [*kept, (b"content-type", b"application/json"), (b"content-length", str(len(checked)).encode())]
        await self._inner({**scope, "headers": headers}, _once(checked, receive), send)

    async def _data(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The stream of a tab's replies. A tab that another process knows, or one before a restart, gets its 404 at once."""
        asked = QueryParams(scope["query_string"]).getlist("session_hash")
        known = self._blocks._queue.pending_messages_per_session
        if len(asked) != 1 or asked[0] not in known:
            await JSONResponse({"detail": "nothing waits for this tab here"}, 404)(scope, receive, send)
        else:
            await self._inner(scope, receive, send)


async def _answer(inner: ASGIApp, scope: Scope, receive: Receive) -> tuple[int, bytes]:
    """The status and the whole body of what `inner` answers."""
    status, parts = 500, list[bytes]()

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))

    await inner(scope, receive, send)
    return status, b"".join(parts)


async def _whole(receive: Receive) -> bytes | None:
    """The body of a request; None where its sender has hung up."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _once(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """The body again, in one piece, and then whatever comes."""
    waiting = [body]

    async def read() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return read


def _without_body(send: Send, method: str) -> Send:
    if method != "HEAD":
        return send

    async def sent(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sent
