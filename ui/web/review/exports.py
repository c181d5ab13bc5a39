"""What reviewers take away: sessions whole, scores and marks as tables. Everything here lies behind the gate of /staff."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from interviewer.app import App
from interviewer.review import export
from interviewer.store import Wanted
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.texts import explain
from ui.web.frame import STAFF, ZONE_COOKIE, zone_of
from ui.web.review.query import wanted_of


def export_routes(app: App) -> APIRouter:
    routes = APIRouter(prefix=f"{STAFF}/export")

    @routes.get("/session/{session_id}.json")
    async def session(request: Request, session_id: str) -> Response:
        """Everything stored about one session, as `interviewer export` writes it."""
        try:
            transcript = await asyncio.to_thread(app.store.transcript, session_id)
        except UserFacingError as error:
            return PlainTextResponse(explain(error, _language(app, request)), 404)
        held = _held(f"interview-{session_id}.json")
        return Response(transcript.model_dump_json(indent=1), media_type="application/json", headers=held)

    @routes.get("/sessions.jsonl")
    def sessions(request: Request) -> Response:
        lines = export.json_lines(app.store, _wanted(request))
        return _streamed(lines, "application/jsonl", "interviews.jsonl")

    @routes.get("/scores.csv")
    def scores(request: Request) -> Response:
        lines = export.score_lines(app.store, app.interviews, _wanted(request))
        return _streamed(lines, "text/csv", "scores.csv")

    @routes.get("/marks.csv")
    def marks() -> Response:
        return _streamed(export.mark_lines(app.store, app.banks), "text/csv", "marks.csv")

    return routes


def _wanted(request: Request) -> Wanted:
    return wanted_of(request.query_params, zone_of(request.cookies.get(ZONE_COOKIE, "")))


def _streamed(lines: Iterator[str], mime: str, name: str) -> Response:
    return StreamingResponse(lines, media_type=f"{mime}; charset=utf-8", headers=_held(name))


def _held(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def _language(app: App, request: Request) -> Language:
    asked = request.query_params.get("lang", "")
    return "en" if asked == "en" else "zh" if asked == "zh" else app.settings.ui.language
