"""Logging in and out. The one rule: whatever is asked for, one only ever gets to a page under /staff/ of this site."""

from __future__ import annotations

import asyncio
import posixpath
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from interviewer.app import App
from interviewer.errors import AccessDenied
from knowledge.models import Language
from ui.texts import say
from ui.web.access.gate import LOGIN_COOKIE, reviewer_of
from ui.web.access.view import closed_page, login_page
from ui.web.frame import LANGUAGE_COOKIE, STAFF

AT_ONCE, WAITING = 2, 16
"""Passwords that are compared at once (32 MB and a core each), and tries that may wait for their turn. They have threads of
their own, so that a flood of tries keeps no candidate waiting."""


def access_routes(app: App) -> APIRouter:
    routes = APIRouter()
    comparing = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="login")
    under_way: set[object] = set()

    @routes.get("/login")
    async def form(request: Request, next: str = "") -> Response:
        language, wanted = language_of(app, request), safe(next)
        if app.accounts.open and await reviewer_of(app, request):
            return RedirectResponse(wanted, 303)
        page = login_page(language, wanted, app.settings.access) if app.accounts.open else closed_page(language, wanted)
        return remembering(language, HTMLResponse(page))

    @routes.post("/login")
    async def log_in(
        request: Request, name: str = Form(""), password: str = Form(""), next: str = Form("")
    ) -> Response:
        language, wanted = language_of(app, request), safe(next)
        if not app.accounts.open:
            return HTMLResponse(closed_page(language, wanted), 403)

        def again(status: int, key: str, **values: object) -> Response:
            wrong = say(language, "login", key, **values)
            return HTMLResponse(login_page(language, wanted, app.settings.access, name=name[:200], wrong=wrong), status)

        if len(under_way) >= AT_ONCE + WAITING:
            return again(503, "busy")
        ticket = object()
        under_way.add(ticket)
        try:
            address = request.client.host if request.client else ""
            loop = asyncio.get_running_loop()
            token = await loop.run_in_executor(comparing, app.accounts.log_in, name, password, address)
        except AccessDenied as error:
            if error.details.get("locked"):
                return again(429, "locked", minutes=error.details["minutes"])
            return again(403, "wrong")
        finally:
            under_way.discard(ticket)
        answer = RedirectResponse(wanted, 303)
        access = app.settings.access
        answer.set_cookie(
            LOGIN_COOKIE, token, max_age=int(access.login_hours * 3600), path="/",
            httponly=True, samesite="strict", secure=access.secure_cookie,
        )  # fmt: skip
        return answer

    @routes.post("/logout")
    async def log_out(request: Request) -> Response:
        """A form, not a link: no other site can send it, and nothing that only follows links logs anyone out."""
        await asyncio.to_thread(app.accounts.log_out, request.cookies.get(LOGIN_COOKIE, ""))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(LOGIN_COOKIE, path="/", httponly=True, samesite="strict")
        return answer

    @routes.get("/logout")
    def stay() -> Response:
        """Following a link logs nobody out."""
        return RedirectResponse("/login", 303)

    return routes


def safe(wanted: str) -> str:
    """`wanted` where it is a path under /staff/ as a browser would read it, however it is encoded, else the first page there."""
    plain = _decoded(wanted)
    if (
        any(sign <= " " or sign in "\\\x7f" or "\ud800" <= sign <= "\udfff" for sign in wanted)
        or plain is None
        or "\\" in plain
    ):
        return f"{STAFF}/"
    try:
        parts, path = urlsplit(wanted), urlsplit(plain).path
    except ValueError:
        return f"{STAFF}/"
    own = not parts.scheme and not parts.netloc and path == posixpath.normpath(path) + "/" * path[1:].endswith("/")
    return wanted if own and path.startswith(f"{STAFF}/") else f"{STAFF}/"


def _decoded(text: str) -> str | None:
    """`text` with its percent signs resolved, also twice and three times encoded ones; None where that does not end, or where
    a sign comes out of it that no address has."""
    for _ in range(4):
        if any(sign < " " or sign == "\x7f" for sign in text):
            return None
        once = unquote(text)
        if once == text:
            return text
        text = once
    return None


def language_of(app: App, request: Request) -> Language:
    """By address, else by cookie, else as set: as on every other page."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
    return "en" if asked == "en" else "zh" if asked == "zh" else app.settings.ui.language


def remembering(language: Language, answer: Response) -> Response:
    """The answer, with the language kept for the pages that follow."""
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86_400, path="/", samesite="lax")
    return answer
