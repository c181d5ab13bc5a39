"""The site: candidates' pages, reviewers' pages behind a login, downloads; what every answer carries in its head.

The one rule: nothing is fetched from outside, and a browser is told so (Content-Security-Policy), whatever is on a page.
"""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interviewer.app import App
from knowledge.models import Language
from ui.web import theme
from ui.web.access.gate import Gate, who_is
from ui.web.access.peers import Peers
from ui.web.access.routes import access_routes, language_of
from ui.web.access.view import missing_page
from ui.web.access.walls import Walls
from ui.web.door.document import words_for_scripts
from ui.web.door.door import mount
from ui.web.door.icons import icon_routes
from ui.web.frame import CONCURRENT_EVENTS, STAFF, PageRoom
from ui.web.health.routes import health_routes
from ui.web.lean import LeanBlocks
from ui.web.pages import CANDIDATE_PAGES, STAFF_PAGES
from ui.web.quick_start import unserved
from ui.web.result.downloads import download_routes
from ui.web.review.exports import export_routes
from ui.web.self_marking.routes import self_marking_routes
from ui.web.talk.channel import talk_routes
from ui.web.talk.drawing import mermaid_path
from ui.web.talk.speech_routes import speech_routes

HEADERS = {
    "content-security-policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob:; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
}
"""`unsafe-inline` and `unsafe-eval` are Gradio's own needs; what counts is that only this server is ever asked for anything.
An interview's address is its key, so it is never told to another site (`no-referrer`)."""
UNCACHED = {"cache-control": "no-store"}
"""What was said and how it was judged stays out of the browser's cache: a shared computer keeps no copy."""
MOST_BYTES = 2**20
"""The largest request, besides the longest answer that may be typed."""
_LAUNCH: dict[str, Any] = {
    "footer_links": [],
    "run_history": False,
    "enable_monitoring": False,
    "ssr_mode": False,
    "max_file_size": "1mb",
    "allowed_paths": [],
    "show_error": False,
}


def build_site(app: App) -> ASGIApp:
    """Everything that is served, as one ASGI application. Reviewers' pages are only there where a reviewer is set."""
    warnings.filterwarnings("ignore", message="SSR mode is not supported", category=UserWarning)  # it is not asked for
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    site.include_router(health_routes(app))
    site.add_exception_handler(404, missing(app))
    site.include_router(download_routes(app))
    site.include_router(access_routes(app))
    site.include_router(speech_routes(app))
    site.include_router(self_marking_routes(app))
    site.include_router(talk_routes(app))
    site.include_router(icon_routes())
    shell = (files("ui.web") / "shell.css").read_text("utf8")  # Gradio would rewrite selectors that name its own frame
    head = (
        f'<meta name="interviewer-mermaid" content="{mermaid_path()}">\n'
        f"<style>{shell}</style>\n<script>window.interviewer.words = {words_for_scripts()};\n{gathered('js')}</script>"
    )
    looks: dict[str, Any] = {"theme": theme.theme(), "css": gathered("css"), **_LAUNCH}

    def language(request: Request) -> Language:
        return language_of(app, request)

    if app.accounts.open:
        site.include_router(export_routes(app))
        staff = pages(app, STAFF_PAGES, "Review · 评阅")
        site.add_api_route(STAFF, lambda: RedirectResponse(f"{STAFF}/"), include_in_schema=False)
        mount(site, staff, STAFF, head, language, auth_dependency=who_is(app), **looks)
    mount(site, pages(app, CANDIDATE_PAGES, "Mock interview · 模拟面试"), "/", head, language, **looks)
    walls = Walls(Gate(app, site), MOST_BYTES + 12 * app.settings.interview.max_answer_chars)
    return WithHeaders(Peers(walls, app.settings.access, app.settings.ui.language))


def missing(app: App) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Answers an address that leads nowhere: a person with a page, a program with JSON."""

    async def answer(request: Request, error: Exception) -> Response:
        if request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(missing_page(language_of(app, request)), 404)
        return JSONResponse({"detail": getattr(error, "detail", "Not Found")}, 404)

    return answer


def pages(app: App, rooms: dict[str, PageRoom], title: str) -> gr.Blocks:
    """Blocks with one page for each of `rooms`, by path; the one at "" is the first."""
    blocks = LeanBlocks(title=title, analytics_enabled=False)
    with unserved():
        for path, room in rooms.items():
            with blocks.route(path, f"/{path}", show_in_navbar=False) if path else blocks:
                room(app)
        blocks.queue(max_size=None, default_concurrency_limit=CONCURRENT_EVENTS)
    return blocks


def gathered(kind: str) -> str:
    """The site's own style sheets ("css") or scripts ("js"): the shared one first, then each room's."""
    here = files("ui.web")
    rooms = sorted((one for one in here.iterdir() if one.is_dir()), key=lambda one: one.name)
    found = [
        here / f"page.{kind}",
        *(file for room in rooms for file in room.iterdir() if file.name.endswith(f".{kind}")),
    ]
    return "\n".join(file.read_text("utf8") for file in found)


def is_public(path: str) -> bool:
    """Whether what stands at a path is the same for everyone: scripts, styles, pictures."""
    return any(f"/{part}/" in path for part in ("assets", "static", "svelte")) or path.endswith("/theme.css")


class WithHeaders:
    """Adds HEADERS to every answer over HTTP that does not set them itself."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                known = HEADERS if is_public(scope["path"]) else HEADERS | UNCACHED
                more = [(k.encode(), v.encode()) for k, v in known.items() if k.encode() not in there]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self._inner(scope, receive, sent if scope["type"] == "http" else send)
