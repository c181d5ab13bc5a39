"""The report's page: the result of a finished interview, and what can be done with it."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr

from interviewer.app import App
from interviewer.errors import NotFinished
from interviewer.interview.regrade import is_pending
from interviewer.interview.results import report_of
from interviewer.interview.state import InterviewState
from interviewer.models import Assessment
from interviewer.report import render_html_body
from knowledge.errors import UserFacingError
from ui.texts import explain
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of


class ReportPage:
    """Layout and wiring of the page at `/report?session=…`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "report")
        with gr.Column(elem_classes="result", elem_id="main-content"):
            self.downloads = gr.HTML(elem_id="downloads")
            self.report = gr.HTML(elem_id="report")
            self.regrade = gr.Button(elem_id="regrade", visible=False)
        self._wire()

    def _wire(self) -> None:
        blocks = open_blocks()
        every: dict[str, Any] = {"outputs": parts_of(self), **QUIET}
        blocks.load(self._on_load, None, **every)
        self.regrade.click(self._on_regrade, None, **every)

    async def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        words = merged(self.frame.worded(visitor), {self.regrade: visitor.say("report", "regrade")})
        try:
            return merged(words, self.frame.tell(""), await self._drawn(visitor))
        except UserFacingError as error:
            return merged(words, self.frame.tell(explain(error, visitor.language)))

    async def _on_regrade(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        try:
            state = await self.app.interviews.look(visitor.session_id)
            self.app.interviews.mind(state.session)  # says so when its endpoint is not set here
            results = await self.app.interviews.grade_pending(visitor.session_id)
            graded = sum(isinstance(result, Assessment) for result in results)
            told = visitor.say("report", "regraded", n=graded, left=len(results) - graded)
            return merged(self.frame.tell(told), await self._drawn(visitor))
        except UserFacingError as error:
            return self.frame.tell(explain(error, visitor.language))

    async def _drawn(self, visitor: Visitor) -> Updates:
        state = await self.app.interviews.look(visitor.session_id)
        if state.status != "finished":
            raise NotFinished(
                f"The interview {visitor.session_id!r} is not over.", "Finish it; the report holds reference answers."
            )
        shown = await asyncio.to_thread(_body, state, visitor)
        return {
            self.downloads: downloads(state, visitor),
            self.report: shown,
            self.regrade: gr.update(visible=any(map(is_pending, state.asked))),
        }


def _body(state: InterviewState, visitor: Visitor) -> str:
    report, _ = report_of(state, visitor.language)
    return render_html_body(report)


def downloads(state: InterviewState, visitor: Visitor) -> str:
    """HTML of the links that save the report."""
    links = " ".join(
        f'<a href="{visitor.link(f"/download/{state.session.id}/report.{kind}")}" download>{visitor.say("report", kind)}</a>'
        for kind in ("html", "md", "json")
    )
    return f'<p class="downloads"><span>{visitor.say("report", "download")}</span> {links}</p>'
