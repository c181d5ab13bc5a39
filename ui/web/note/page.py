"""The note of one question, beside what this candidate's answer had of it. The one rule: only once the question is closed."""

from __future__ import annotations

import asyncio

import gradio as gr

from interviewer.app import App
from interviewer.interview.closed import closed_question
from knowledge.errors import UserFacingError
from ui.web.frame import QUIET, Frame, Updates, merged, open_blocks, parts_of
from ui.web.note import view


class NotePage:
    """Layout and wiring of the page at `/note?session=…&question=…`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "note")
        with gr.Column(elem_classes="note-page", elem_id="main-content"):
            self.note = gr.HTML(elem_id="note")
        open_blocks().load(self._on_load, None, outputs=parts_of(self), **QUIET)

    async def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        words = self.frame.worded(visitor)
        try:
            state = await self.app.interviews.look(visitor.session_id)
            asked = closed_question(state, visitor.query.get("question", ""))
            shown = await asyncio.to_thread(view.shown, state, asked, visitor)
            return merged(words, self.frame.tell(""), {self.note: shown})
        except UserFacingError as error:
            return merged(words, self.frame.refuse(error, visitor))
