"""The report and the data of an interview as files. Whoever knows the session's id may have them: it is the candidate's key.

The one rule: while the interview goes on, no file holds what it has been judged to be worth.
"""

from __future__ import annotations

import asyncio
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from interviewer.app import App
from interviewer.errors import NotFinished
from interviewer.interview.closed import require_finished
from interviewer.interview.results import report_of
from interviewer.interview.state import is_finished
from interviewer.models import Explanation, SecondTryResult, Transcript
from interviewer.report import Format, render
from interviewer.report.build import report_id
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.texts import explain_to_candidate

TYPES: dict[Format, str] = {"html": "text/html", "md": "text/markdown", "json": "application/json"}


def download_routes(app: App) -> APIRouter:
    routes = APIRouter()

    @routes.get("/download/{session_id}/report.{kind}")
    async def report(request: Request, session_id: str, kind: Format) -> Response:
        """The report alone: it may be handed on, so neither it nor its name holds the session's id."""
        language = _language(app, request)
        try:
            state = await app.interviews.look(session_id)
            require_finished(state)
        except UserFacingError as error:
            return _refused(error, language)
        text = await asyncio.to_thread(lambda: render(report_of(state, language)[0], kind))
        return _file(text, TYPES[kind], f"interview-{report_id(session_id)}.{kind}")

    @routes.get("/download/{session_id}/data.json")
    async def data(request: Request, session_id: str) -> Response:
        """Everything that is stored about the session, as `interviewer export` writes it; verdicts only once it is over."""
        try:
            transcript = await asyncio.to_thread(app.store.transcript, session_id)
        except UserFacingError as error:
            return _refused(error, _language(app, request))
        held = transcript if is_finished(transcript) else without_verdicts(transcript)
        return _file(held.model_dump_json(indent=1), "application/json", f"interview-{session_id}-data.json")

    return routes


def without_verdicts(transcript: Transcript) -> Transcript:
    """`transcript` with what was said and nothing of how it was judged, or chosen because of that.

    Flags, and why and for which key point something was asked, go too: they follow from verdicts.
    """
    return transcript.model_copy(
        update={
            "messages": tuple(
                message.model_copy(update={"reason": "", "key_point_id": None}) for message in transcript.messages
            ),
            "events": tuple(event for event in transcript.events if event.kind != "flag"),
            "assessments": (),
            "grades": (),
            "reviews": (),
            "annotations": tuple(
                one for one in transcript.annotations if not isinstance(one, SecondTryResult | Explanation)
            ),
        }
    )


def _refused(error: UserFacingError, language: Language) -> Response:
    """Why there is no file, in words: 409 while the interview goes on, else 404."""
    return PlainTextResponse(explain_to_candidate(error, language), 409 if isinstance(error, NotFinished) else 404)


def _file(text: str, mime: str, name: str) -> Response:
    return Response(text, media_type=mime, headers={"content-disposition": f'attachment; filename="{name}"'})


def _language(app: App, request: Request) -> Language:
    asked = request.query_params.get("lang", "")
    return cast("Language", asked) if asked in ("zh", "en") else app.settings.ui.language
