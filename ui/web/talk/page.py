"""The interview's page: the talk, what it does on each event, and how far it is. Layout and wiring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from interviewer.app import App
from interviewer.interview.state import InterviewState
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of
from ui.web.talk import view
from ui.web.talk.handlers import Handlers, Screen
from ui.web.talk.voice import voice_panel


class TalkPage:
    """Layout and wiring of the page at `/interview?session=…`."""

    hint: gr.Button
    repeat: gr.Button
    skip: gr.Button
    pause: gr.Button

    def __init__(self, app: App) -> None:
        self.app = app
        self.handlers = Handlers(app)
        self.frame = Frame(app, "interview")
        with gr.Row(elem_classes="talk", elem_id="main-content", visible=False) as self.talk:
            with gr.Column(scale=3, min_width=320, elem_classes="conversation"):
                self.chat = gr.Chatbot(
                    show_label=False, layout="bubble", height="auto", buttons=[], container=False, sanitize_html=True,
                    allow_tags=False, latex_delimiters=[], feedback_options=None, elem_id="chat",
                    group_consecutive_messages=False, autoscroll=True,
                )  # fmt: skip
                self.over = gr.HTML(visible=False, elem_id="over")
                self.open_question = gr.HTML(elem_id="open-question")
                self.answer = gr.Textbox(lines=1, max_lines=14, elem_id="answer", autofocus=True)
                self.voice = gr.HTML(elem_id="voice", visible=app.dictation is not None)
                with gr.Row(elem_classes="moves"):
                    self.send = gr.Button(variant="primary", elem_id="send", min_width=96, scale=2)
                    for name in ("hint", "repeat", "skip", "pause"):
                        setattr(self, name, gr.Button(elem_id=name, min_width=72))
                    self.resume = gr.Button(elem_id="resume", min_width=96, variant="primary", visible=False)
                    self.end = gr.Button(elem_id="end", min_width=72, variant="secondary")
                with gr.Row(visible=False, elem_classes="sure", elem_id="sure") as self.sure:
                    self.sure_text = gr.Markdown()
                    self.skip_yes = gr.Button(variant="stop", elem_id="skip-yes", min_width=110, visible=False)
                    self.end_yes = gr.Button(variant="stop", elem_id="end-yes", min_width=110)
                    self.end_no = gr.Button(elem_id="end-no", min_width=110)
            with gr.Column(scale=1, min_width=250):
                self.progress = gr.HTML(elem_id="progress")
        self.turn = gr.Number(value=0, precision=0, visible="hidden", elem_id="turn")
        self._wire()

    def _wire(self) -> None:
        blocks = open_blocks()
        every: dict[str, Any] = {"outputs": parts_of(self), **QUIET}
        blocks.load(self._on_load, None, **every).then(self._on_open, None, **every)
        gr.on([self.send.click, self.answer.submit], self._on_answer, [self.answer, self.turn], **every)
        for button, event in (
            (self.hint, self._on_hint), (self.repeat, self._on_repeat), (self.skip, self._on_skip),
            (self.pause, self._on_pause), (self.resume, self._on_resume), (self.end_yes, self._on_finish), (self.skip_yes, self._on_skip_last),
        ):  # fmt: skip
            button.click(event, [self.turn], **every)
        self.end.click(self._on_end, None, [self.sure, self.sure_text, self.end_yes, self.skip_yes], **QUIET)
        self.end_no.click(lambda: gr.update(visible=False), None, [self.sure], **QUIET)

    # events

    def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        buttons = ("send", "hint", "repeat", "skip", "pause", "resume", "end", "end_yes", "end_no", "skip_yes")
        words = {
            self.answer: gr.update(label=visitor.say("talk", "you"), placeholder=visitor.say("talk", "placeholder")),
            self.sure_text: visitor.say("talk", "end_sure"),
            self.voice: voice_panel(self.app, visitor),
            self.chat: gr.update(label=visitor.say("talk", "chat")),
            **{getattr(self, name): visitor.say("talk", name) for name in buttons},
        }
        return merged(self.frame.worded(visitor), words)

    async def _on_open(self, request: gr.Request) -> AsyncIterator[Updates]:
        visitor = self.frame.visitor(request)
        async for screen in self.handlers.open(visitor):
            yield self._drawn(screen, visitor)

    async def _on_answer(self, text: str, turn: float, request: gr.Request) -> AsyncIterator[Updates]:
        visitor = self.frame.visitor(request)
        async for screen in self.handlers.answer(text, int(turn), visitor):
            yield self._drawn(screen, visitor)

    def _on_end(self, request: gr.Request) -> Updates:
        return self._asked("end_sure", self.frame.visitor(request))

    def _asked(self, key: str, visitor: Visitor) -> Updates:
        """Ask whether what ends the interview is meant: `end_sure`, or `skip_sure` on the last question."""
        ends = key == "end_sure"
        return {
            self.sure: gr.update(visible=True),
            self.sure_text: visitor.say("talk", key),
            self.end_yes: gr.update(visible=ends),
            self.skip_yes: gr.update(visible=not ends),
        }

    async def _on_skip_last(self, turn: float, request: gr.Request) -> AsyncIterator[Updates]:
        visitor = self.frame.visitor(request)
        async for screen in self.handlers.skip(int(turn), visitor):
            yield merged(self._drawn(screen, visitor), {self.sure: gr.update(visible=False)})

    async def _on_skip(self, turn: float, request: gr.Request) -> AsyncIterator[Updates]:
        visitor = self.frame.visitor(request)
        if await self.handlers.is_last(visitor):
            yield self._asked("skip_sure", visitor)
            return
        async for screen in self.handlers.skip(int(turn), visitor):
            yield self._drawn(screen, visitor)

    async def _on_hint(self, turn: float, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        return self._drawn(await self.handlers.hint(int(turn), visitor), visitor)

    async def _on_repeat(self, turn: float, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        return self._drawn(await self.handlers.repeat(int(turn), visitor), visitor)

    async def _on_pause(self, turn: float, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        return self._drawn(await self.handlers.pause(visitor), visitor)

    async def _on_resume(self, turn: float, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        return self._drawn(await self.handlers.resume(visitor), visitor)

    async def _on_finish(self, turn: float, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        return merged(self._drawn(await self.handlers.finish(visitor), visitor), {self.sure: gr.update(visible=False)})

    def _drawn(self, screen: Screen, visitor: Visitor) -> Updates:
        """What the page changes to show `screen`."""
        told = self.frame.tell(screen.message)
        draft: Updates = {} if screen.draft is None else {self.answer: gr.update(value=screen.draft)}
        if screen.state is not None:
            return merged(told, draft, self._standing(screen.state, screen, visitor))
        if screen.chat is not None and screen.begins:
            still = {part: gr.update(interactive=False) for part in self._moves()}
            return merged(told, draft, still, {self.chat: screen.chat, self.sure: gr.update(visible=False)})
        if screen.chat is not None:  # a piece of a reply: nothing else changes
            return merged(told if screen.message else {}, {self.chat: screen.chat})
        lost = self.frame.tell(screen.message, visitor.link("/"), visitor.say("page", "begin"))
        return merged(lost, {self.talk: gr.update(visible=False)})

    def _moves(self) -> list[Any]:
        return [self.answer, self.send, self.hint, self.repeat, self.skip, self.pause, self.end]

    def _standing(self, state: InterviewState, screen: Screen, visitor: Visitor) -> Updates:
        """The page as the stored session stands."""
        done, paused = state.status == "finished", state.status == "paused"
        ready = state.status == "active" and not screen.busy
        sheets = self.app.self_marking.sheets(state)
        moves: Updates = {part: gr.update(interactive=ready, visible=not done) for part in self._moves()}
        updates = moves | {
            self.talk: gr.update(visible=True),
            self.over: gr.update(visible=done, value=view.over(state, visitor, sheets) if done else ""),
            self.chat: view.chat(state, visitor, sheets),
            self.open_question: view.open_question(state, visitor, sheets),
            self.progress: view.progress_panel(state, self.app.clock(), visitor),
            self.hint: gr.update(interactive=ready, visible=not done and state.session.mode == "practice"),
            self.pause: gr.update(interactive=ready, visible=not done and not paused),
            self.resume: gr.update(interactive=True, visible=paused),
            self.end: gr.update(interactive=not screen.busy, visible=not done),
            self.turn: state.turn,
        }
        if done:
            updates |= {self.sure: gr.update(visible=False)}
        if paused and not screen.message:
            updates |= self.frame.tell(visitor.say("talk", "paused"))
        return updates
