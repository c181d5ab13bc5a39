"""The gate before everything under /staff: no valid login, no answer. Pages lead to the login form, the rest gets 401."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from interviewer.app import App
from ui.web.frame import STAFF

LOGIN_COOKIE = "interviewer-login"


class Gate:
    """Wraps the whole site, so that a route added under /staff later is behind it too."""

    def __init__(self, app: App, inner: ASGIApp) -> None:
        self._app = app
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] not in ("http", "websocket") or not (path == STAFF or path.startswith(f"{STAFF}/")):
            await self._inner(scope, receive, send)
            return
        request = Request(scope, receive) if scope["type"] == "http" else None
        if request is not None and await reviewer_of(self._app, request):
            await self._inner(scope, receive, send)
        elif request is not None and request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            wanted = f"{path}?{request.url.query}" if request.url.query else path
            await RedirectResponse(f"/login?next={quote(wanted)}", 303)(scope, receive, send)
        else:
            await JSONResponse({"error": "log in first"}, 401)(scope, receive, send)


async def reviewer_of(app: App, request: Request) -> str | None:
    """The name behind the request's login cookie, or None."""
    token = request.cookies.get(LOGIN_COOKIE, "")
    return await asyncio.to_thread(app.accounts.reviewer, token) if token else None


def who_is(app: App) -> Callable[[Request], Awaitable[str | None]]:
    """Gradio's `auth_dependency`: events of the reviewers' pages carry the reviewer's name."""

    async def who(request: Request) -> str | None:
        return await reviewer_of(app, request)

    return who
