"""The gate before everything under /staff: no valid login, no answer. Pages lead to the login form, the rest gets 401."""

from __future__ import annotations

import asyncio
import posixpath
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
        if scope["type"] != "http" or not is_staff(scope["path"]):
            await self._inner(scope, receive, send)
            return
        request = Request(scope, receive)
        if self._app.accounts.open and await reviewer_of(self._app, request):
            await self._inner(scope, receive, send)
        elif request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", ""):
            path = scope["path"]
            wanted = f"{path}?{request.url.query}" if request.url.query else path
            language = request.query_params.get("lang", "")
            asked = f"&lang={quote(language)}" if language else ""
            await RedirectResponse(f"/login?next={quote(wanted)}{asked}", 303)(scope, receive, send)
        else:
            await JSONResponse({"error": "log in first"}, 401)(scope, receive, send)


def is_staff(path: str) -> bool:
    """Whether a path, however it is spelt, leads under /staff; spelt oddly it leads nowhere, but never past the gate."""
    plain = posixpath.normpath(f"/{path.replace(chr(92), '/')}".casefold()).lstrip("/")
    return f"/{plain}" == STAFF or f"/{plain}".startswith(f"{STAFF}/")


async def reviewer_of(app: App, request: Request) -> str | None:
    """The name behind the request's login cookie, or None."""
    token = request.cookies.get(LOGIN_COOKIE, "")
    return await asyncio.to_thread(app.accounts.reviewer, token) if token else None


def who_is(app: App) -> Callable[[Request], Awaitable[str | None]]:
    """Gradio's `auth_dependency`: events of the reviewers' pages carry the reviewer's name."""

    async def who(request: Request) -> str | None:
        return await reviewer_of(app, request)

    return who
