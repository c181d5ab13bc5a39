"""The report inside the page: the same fragment that the downloaded file holds, with links that save it."""

from __future__ import annotations

import asyncio
import base64
from html import escape

from interviewer.app import App
from interviewer.interview.results import report_of
from interviewer.interview.state import InterviewState
from interviewer.report import Format, render, render_html_body
from knowledge.models import Language
from ui.texts import say

_TYPES: dict[Format, str] = {"html": "text/html", "md": "text/markdown", "json": "application/json"}


async def report_panel(app: App, state: InterviewState, language: Language) -> str:
    """HTML of the report with download links as data addresses. No file is left on the server."""
    return await asyncio.to_thread(_panel, app, state, language)


def _panel(app: App, state: InterviewState, language: Language) -> str:
    report, _ = report_of(state, language)
    links = " ".join(
        f'<a class="download" download="interview-{escape(state.session.id)}.{kind}" '
        f'href="data:{mime};charset=utf-8;base64,{base64.b64encode(render(report, kind).encode()).decode()}">'
        f"{escape(say(language, 'report', kind))}</a>"
        for kind, mime in _TYPES.items()
    )
    label = escape(say(language, "report", "download"))
    return f'<p class="downloads"><span>{label}</span> {links}</p>{render_html_body(report)}'
