"""Where the page sends a recording and gets words back. The one rule: audio is held in memory for the request, never kept."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from interviewer.app import App
from interviewer.errors import SessionClosed, SessionPaused, SpeechError
from interviewer.interview.dictate import Dictation
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.texts import explain_to_candidate, say

log = logging.getLogger("interviewer.ui")
RECORDINGS = ("audio/wav", "audio/x-wav", "audio/wave")
SAID: dict[str, tuple[int, str]] = {
    "elsewhere": (403, "elsewhere"), "busy": (429, "busy"), "too_large": (413, "too_large"),
    "unreadable_audio": (415, "unreadable"), "empty_recording": (422, "nothing_heard"),
    "nothing_heard": (422, "nothing_heard"), "timed_out": (504, "slow"), "overloaded": (503, "slow"),
}  # fmt: skip
"""Status and words for what can be wrong with a recording; whatever else is wrong is the team's to mend (503, and the log)."""


def speech_routes(app: App) -> APIRouter:
    """No route at all where no speech server is set."""
    routes = APIRouter()
    if (dictation := app.dictation) is None:
        return routes

    @routes.post("/speech/{session_id}")
    async def speech(request: Request, session_id: str) -> Response:
        """The words in the body, a WAV recording: {"text": …}, or {"error": …} in the visitor's language."""
        asked = request.query_params.get("lang")
        language: Language = "en" if asked == "en" else "zh" if asked == "zh" else app.settings.ui.language
        try:
            text = await _written_out(request, dictation, session_id)
        except SpeechError as error:
            return _refusal(error, language)
        except (SessionClosed, SessionPaused) as error:
            return JSONResponse({"error": explain_to_candidate(error, language)}, 409)
        except UserFacingError as error:
            return JSONResponse({"error": explain_to_candidate(error, language)}, 404)
        except ClientDisconnect:
            return Response(status_code=499)
        return JSONResponse({"text": text}, headers={"cache-control": "no-store"})

    return routes


async def _written_out(request: Request, dictation: Dictation, session_id: str) -> str:
    if not _from_this_site(request):
        raise SpeechError("The request came from another site.", "Use the interview's own page.", reason="elsewhere")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in RECORDINGS:
        raise SpeechError("The recording is not sent as WAV.", "Send audio/wav.", reason="unreadable_audio")
    async with dictation.open(session_id) as listen:
        return await listen(await _bounded_body(request, dictation.max_bytes))


async def _bounded_body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise SpeechError("The recording is too large.", "Make it shorter, or raise speech.max_mb.", reason="too_large")  # fmt: skip
    return bytes(body)


def _from_this_site(request: Request) -> bool:
    """Whether a page of this very site sent it; what is no browser says nothing about it and is let through."""
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _refusal(error: SpeechError, language: Language) -> Response:
    status, words = SAID.get(str(error.details.get("reason")), (503, "down"))
    if status >= 500:
        log.warning("a recording could not be written out: %s %s", error.what, error.fix)
    return JSONResponse({"error": say(language, "voice", words)}, status)
