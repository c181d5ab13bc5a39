"""The talk's own channel: a move of the candidate comes in as JSON, what happens goes back as a stream of server-sent events.

Beside Gradio because a turn is many small changes of one place: through Gradio's queue each of them costs as much as a page.
The one rule: a turn that has begun is carried to its end, whether or not the browser still listens; and because nothing is
kept here, any process can take the next move, or take up a turn that another left undone (`open`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import orjson
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from interviewer.app import App
from ui.web.frame import Visitor, visitor_of
from ui.web.talk.handlers import Change, Handlers, log

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Proxies that buffer (nginx by default) are told not to: words are to come as they are spoken."""
Move = Callable[[Visitor, str, int], AsyncIterator[Change]]


def talk_routes(app: App) -> APIRouter:
    routes = APIRouter()
    handlers = Handlers(app)
    moves: Mapping[str, Move] = {
        "open": lambda visitor, text, turn: handlers.open(visitor),
        "answer": handlers.answer,
        "skip": lambda visitor, text, turn: handlers.skip(visitor, turn),
        "hint": lambda visitor, text, turn: handlers.hint(visitor, turn),
        "repeat": lambda visitor, text, turn: handlers.repeat(visitor, turn),
        "pause": lambda visitor, text, turn: handlers.pause(visitor, turn),
        "resume": lambda visitor, text, turn: handlers.resume(visitor, turn),
        "finish": lambda visitor, text, turn: handlers.finish(visitor, turn),
    }
    under_way: set[asyncio.Task[None]] = set()

    @routes.post("/talk/{session_id}/{name}")
    async def move(request: Request, session_id: str, name: str) -> Response:
        """One move: `{"text": …, "turn": …}` in, changes out (see `handlers.Change`)."""
        asked = _asked(await request.body())
        if name not in moves or asked is None:
            return JSONResponse({"error": "no such move"}, 404 if name not in moves else 400)
        visitor = visitor_of(request, app.settings).in_session(session_id)
        return StreamingResponse(
            _told(_apart(moves[name](visitor, *asked), under_way)), headers=HEADERS, media_type="text/event-stream"
        )

    return routes


def _asked(body: bytes) -> tuple[str, int] | None:
    """(text, turn) of a move's body, or None where it has another shape."""
    try:
        given = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(given, dict):
        return None
    text, turn = given.get("text", ""), given.get("turn", 0)
    sound = isinstance(text, str) and isinstance(turn, int) and not isinstance(turn, bool) and turn >= 0
    return (text, turn) if sound else None


async def _apart(changes: AsyncIterator[Change], under_way: set[asyncio.Task[None]]) -> AsyncIterator[Change]:
    """The same changes, made by a task of their own that goes on when nobody reads them any more."""
    made: asyncio.Queue[Change | None] = asyncio.Queue()

    async def make() -> None:
        try:
            async for change in changes:
                made.put_nowait(change)
        except Exception:  # noqa: BLE001  # the boundary of a move: the page sees the stream end and asks how it stands
            log.exception("a move failed")
        finally:
            made.put_nowait(None)

    task = asyncio.create_task(make())
    under_way.add(task)
    task.add_done_callback(under_way.discard)
    while (change := await made.get()) is not None:
        yield change


async def _told(changes: AsyncIterator[Change]) -> AsyncIterator[bytes]:
    async for change in changes:
        yield b"data: " + orjson.dumps(change) + b"\n\n"
