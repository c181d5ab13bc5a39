"""Answering a closed question again, and seeing what is better. The one rule: it is stored first, and never counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from interviewer.app import App
from interviewer.interview.closed import closed_question
from interviewer.interview.second_try import is_waiting, tries_of
from interviewer.interview.self_marking import Sheet
from interviewer.interview.state import AskedQuestion, InterviewState
from knowledge.errors import UserFacingError
from ui.texts import explain_to_candidate
from ui.web.again import view
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of


class AgainPage:
    """Layout and wiring of the page at `/again?session=…&question=…`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "again")
        with gr.Column(elem_classes="again-page", elem_id="main-content"):
            self.head = gr.HTML(elem_id="again-head")
            with gr.Column(visible=False, elem_classes="card", elem_id="again-form") as self.form:
                self.answer = gr.Textbox(lines=7, max_lines=20, elem_id="again-answer")
                self.send = gr.Button(variant="primary", elem_id="again-send")
            self.status = gr.HTML(elem_id="again-status", visible=False)
            self.judge = gr.Button(elem_id="again-judge", visible=False)
            self.result = gr.HTML(elem_id="again-result")
        self._wire()

    def _wire(self) -> None:
        every: dict[str, Any] = {"outputs": parts_of(self), **QUIET}
        open_blocks().load(self._on_load, None, **every).then(self._on_unjudged, None, **every)
        self.send.click(self._on_send, [self.answer], **every)
        self.judge.click(self._on_judge, None, **every)

    async def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        words = merged(
            self.frame.worded(visitor),
            {
                self.answer: gr.update(
                    label=visitor.say("again", "answer"), placeholder=visitor.say("again", "placeholder")
                ),
                self.send: visitor.say("again", "send"),
                self.judge: visitor.say("again", "judge"),
            },
        )
        try:
            state = await self.app.interviews.look(visitor.session_id)
            return merged(words, self.frame.tell(""), await self._standing(state, visitor))
        except UserFacingError as error:
            return merged(words, self.frame.refuse(error, visitor))

    async def _on_unjudged(self, request: gr.Request) -> AsyncIterator[Updates]:
        """A try that was stored and never judged, because the process was killed, is judged now."""
        visitor = self.frame.visitor(request)
        yield {self.status: gr.update(visible=False)}  # Gradio empties the page after a handler that yields nothing
        try:
            state = await self.app.interviews.look(visitor.session_id)
            unjudged = any(one.result is None for one in tries_of(state, closed_question(state, _question(visitor))))
        except UserFacingError:
            return  # said by the load before
        if unjudged:
            async for updates in self._judged(visitor):
                yield updates

    async def _on_judge(self, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._judged(self.frame.visitor(request)):
            yield updates

    async def _on_send(self, text: str, request: gr.Request) -> AsyncIterator[Updates]:
        visitor = self.frame.visitor(request)
        if text.strip():
            yield self._busy(visitor)
        try:
            state = await self.app.interviews.try_again(visitor.session_id, _question(visitor), text)
            yield merged(self.frame.tell(""), await self._standing(state, visitor), {self.answer: gr.update(value="")})
        except UserFacingError as error:
            yield merged(self.frame.tell(explain_to_candidate(error, visitor.language)), self._ready())

    async def _judged(self, visitor: Visitor) -> AsyncIterator[Updates]:
        yield self._busy(visitor)
        try:
            state = await self.app.interviews.judge_tries(visitor.session_id, _question(visitor))
            yield merged(self.frame.tell(""), await self._standing(state, visitor))
        except UserFacingError as error:
            yield merged(self.frame.tell(explain_to_candidate(error, visitor.language)), self._ready())

    def _busy(self, visitor: Visitor) -> Updates:
        return {
            self.answer: gr.update(interactive=False),
            self.send: gr.update(interactive=False),
            self.judge: gr.update(visible=False),
            self.status: gr.update(value=view.judging(visitor), visible=True),
        }

    def _ready(self) -> Updates:
        return {
            self.answer: gr.update(interactive=True),
            self.send: gr.update(interactive=True),
            self.status: gr.update(value="", visible=False),
        }

    def _sheet(self, state: InterviewState, asked: AskedQuestion) -> Sheet | None:
        """The newest try to be marked, where nobody judges it: in an interview held offline."""
        tries = tries_of(state, asked)
        if state.session.thinking != "offline" or not tries or not asked.question.key_points or asked.own is None:
            return None
        return self.app.self_marking.sheet(state, asked.question.id, tries[-1].number)

    async def _standing(self, state: InterviewState, visitor: Visitor) -> Updates:
        """The page as the stored session stands. Raises UnknownQuestion, NotFinished."""
        asked = closed_question(state, _question(visitor))
        failed = any(is_waiting(one) and one.result is not None for one in tries_of(state, asked))
        shown = await asyncio.to_thread(view.result, state, asked, visitor, self._sheet(state, asked))
        return merged(
            self._ready(),
            {
                self.form: gr.update(visible=True),
                self.head: view.head(state, asked, visitor),
                self.result: shown,
                self.judge: gr.update(visible=failed),
            },
        )


def _question(visitor: Visitor) -> str:
    return visitor.query.get("question", "")
