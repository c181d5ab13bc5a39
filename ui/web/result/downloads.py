"""A session's report and data as files. Whoever knows the session's id may have them: it is the candidate's key."""

from __future__ import annotations

import asyncio
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from interviewer.app import App
from interviewer.interview.results import report_of
from interviewer.report import Format, render
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.texts import explain

TYPES: dict[Format, str] = {"html": "text/html", "md": "text/markdown", "json": "application/json"}


def download_routes(app: App) -> APIRouter:
    routes = APIRouter()

    @routes.get("/download/{session_id}/report.{kind}")
    async def report(request: Request, session_id: str, kind: Format) -> Response:
        language = _language(app, request)
        try:
            state = await app.interviews.look(session_id)
        except UserFacingError as error:
            return PlainTextResponse(explain(error, language), 404)
        text = await asyncio.to_thread(lambda: render(report_of(state, language)[0], kind))
        return _file(text, TYPES[kind], f"interview-{session_id}.{kind}")

    @routes.get("/download/{session_id}/data.json")
    async def data(request: Request, session_id: str) -> Response:
        """Everything that is stored about the session, as `interviewer export` writes it."""
        try:
            transcript = await asyncio.to_thread(app.store.transcript, session_id)
        except UserFacingError as error:
            return PlainTextResponse(explain(error, _language(app, request)), 404)
        return _file(transcript.model_dump_json(indent=1), "application/json", f"interview-{session_id}-data.json")

    return routes


def _file(text: str, mime: str, name: str) -> Response:
    return Response(text, media_type=mime, headers={"content-disposition": f'attachment; filename="{name}"'})


def _language(app: App, request: Request) -> Language:
    asked = request.query_params.get("lang", "")
    return cast("Language", asked) if asked in ("zh", "en") else app.settings.ui.language
