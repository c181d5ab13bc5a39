"""The login form of reviewers, and logging out. Plain HTML: it works before any script is loaded."""

from __future__ import annotations

import asyncio
from html import escape

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from interviewer.app import App
from interviewer.errors import AccessDenied
from ui.web.access.gate import LOGIN_COOKIE
from ui.web.frame import STAFF


def access_routes(app: App) -> APIRouter:
    routes = APIRouter()

    @routes.get("/login")
    def form(next: str = f"{STAFF}/") -> Response:
        return HTMLResponse(
            f'<form method="post" action="/login"><input name="name"><input name="password" type="password">'
            f'<input type="hidden" name="next" value="{escape(next)}"><button>Log in</button></form>'
        )

    @routes.post("/login")
    async def log_in(
        request: Request, name: str = Form(""), password: str = Form(""), next: str = Form(f"{STAFF}/")
    ) -> Response:
        address = request.client.host if request.client else ""
        try:
            token = await asyncio.to_thread(app.accounts.log_in, name, password, address)
        except AccessDenied as error:
            return HTMLResponse(escape(f"{error.what} {error.fix}"), 403)
        answer = RedirectResponse(next if next.startswith(f"{STAFF}/") else f"{STAFF}/", 303)
        answer.set_cookie(
            LOGIN_COOKIE, token, httponly=True, samesite="strict", secure=app.settings.access.secure_cookie, path="/"
        )
        return answer

    @routes.get("/logout")
    async def log_out(request: Request) -> Response:
        await asyncio.to_thread(app.accounts.log_out, request.cookies.get(LOGIN_COOKIE, ""))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(LOGIN_COOKIE, path="/")
        return answer

    return routes
