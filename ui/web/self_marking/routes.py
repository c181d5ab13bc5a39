"""Where a page stores a mark, at once. Whoever knows the session's id may: it is the candidate's key.

The one rule: the answer says what is stored now, so that the page never shows a mark that is not.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

from interviewer.app import App
from interviewer.models import SelfStatus
from knowledge.errors import UserFacingError
from knowledge.models import Frozen, Language
from ui.texts import explain_to_candidate
from ui.web.frame import Visitor
from ui.web.self_marking.card import foot


class MarkSent(Frozen):
    """One press on the card: the verdict on one key point, or on every one that has none yet (`point` empty)."""

    question: str
    point: str = ""
    status: SelfStatus = "absent"
    keep: bool = True
    attempt: int = 0


def self_marking_routes(app: App) -> APIRouter:
    routes = APIRouter()

    @routes.post("/mark/{session_id}")
    async def mark(request: Request, session_id: str) -> Response:
        """What stands now: {"left", "marks": {key point: status}, "foot": HTML}, or {"error"} in the visitor's language."""
        asked = request.query_params.get("lang")
        language: Language = "en" if asked == "en" else "zh" if asked == "zh" else app.settings.ui.language
        try:
            sent = MarkSent.model_validate_json(await request.body())
        except ValidationError:
            return JSONResponse({"error": "no mark"}, 422)
        marking = app.self_marking
        try:
            if sent.point:
                sheet = await marking.mark(
                    session_id, sent.question, sent.point, sent.status, keep=sent.keep, attempt=sent.attempt
                )
            else:
                sheet = await marking.mark_rest(session_id, sent.question, sent.attempt)
        except UserFacingError as error:
            return JSONResponse({"error": explain_to_candidate(error, language)}, 409)
        marks = {row.point.id: row.status for row in sheet.rows if row.status}
        shown = foot(sheet, Visitor(language=language, query={}))
        return JSONResponse({"left": sheet.left, "marks": marks, "foot": shown}, headers={"cache-control": "no-store"})

    return routes
