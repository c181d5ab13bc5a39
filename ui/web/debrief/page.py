"""The page of the debrief: a talk about a finished interview's result. Layout and wiring; it decides nothing.

A message is stored before it is answered, so after a reload, or when the model fails, the page offers to answer it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import gradio as gr

from interviewer.app import App
from interviewer.debrief import LONGEST, LookingUp, Piece, Talk
from interviewer.debrief.suggest import MOST
from interviewer.errors import EndpointError, ReplyError
from interviewer.models import Thinking
from knowledge.errors import UserFacingError
from ui.texts import explain_to_candidate
from ui.web.debrief import view
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of

log = logging.getLogger("interviewer.ui")
TO_REPLY = "() => { window.interviewer.toReply(); return []; }"
"""A long reply is read from its beginning, not from where the chat has scrolled to."""


class DebriefPage:
    """Layout and wiring of the page at `/debrief?session=…`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "debrief")
        with gr.Column(elem_classes="debrief", elem_id="main-content", visible=False) as self.body:
            self.head = gr.HTML(elem_id="debrief-head")
            with gr.Column(elem_classes="card"):
                self.label = gr.HTML(elem_id="debrief-label")
                with gr.Row(elem_classes="suggested", elem_id="suggested"):
                    self.suggested = [gr.Button(visible=False, size="sm", min_width=160) for _ in range(MOST)]
                self.chat = gr.Chatbot(
                    show_label=False, layout="bubble", height="56vh", min_height=320, buttons=[],
                    allow_tags=False, latex_delimiters=[], feedback_options=None, elem_id="debrief-chat",
                    group_consecutive_messages=False, autoscroll=True,
                )  # fmt: skip
                with gr.Row(visible=False, elem_classes="moves", elem_id="debrief-waiting") as self.waiting:
                    self.waiting_text = gr.HTML()
                    self.again = gr.Button(variant="primary", elem_id="debrief-again", min_width=120)
                    self.without = gr.Button(elem_id="debrief-without", min_width=200)
                with gr.Row(elem_classes="ask"):
                    self.text = gr.Textbox(
                        lines=1, max_lines=8, elem_id="debrief-text", max_length=LONGEST, min_width=220, scale=8
                    )
                    self.send = gr.Button(variant="primary", elem_id="debrief-send", min_width=96, scale=1)
                self.fixed = gr.HTML(elem_id="debrief-fixed")
        self._wire()

    def _wire(self) -> None:
        every: dict[str, Any] = {"outputs": [*parts_of(self), *self.suggested], **QUIET}
        open_blocks().load(self._on_load, None, **every)
        answered = [
            gr.on([self.send.click, self.text.submit], self._on_ask, [self.text], **every),
            *(button.click(self._on_suggested, [button], **every) for button in self.suggested),
            self.again.click(self._on_again, None, **every),
            self.without.click(self._on_without, None, **every),
        ]
        for one in answered:
            one.then(None, None, None, js=TO_REPLY)

    # events

    async def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        words: Updates = {
            self.text: gr.update(
                label=visitor.say("debrief", "you"), placeholder=visitor.say("debrief", "placeholder")
            ),
            self.chat: gr.update(label=visitor.say("debrief", "chat"), placeholder=visitor.say("debrief", "empty")),
            self.label: view.label(visitor.say("debrief", "suggested")),
            self.fixed: view.fixed(visitor),
            self.waiting_text: view.waiting(visitor),
            **{getattr(self, name): visitor.say("debrief", name) for name in ("send", "again", "without")},
        }
        updates = merged(self.frame.worded(visitor), words, self.frame.tell(""))
        try:
            talk = await self.app.debriefs.look(visitor.session_id, visitor.language)
        except UserFacingError as error:
            return merged(updates, self.frame.refuse(error, visitor))
        return merged(updates, self._standing(talk, visitor))

    async def _on_ask(self, text: str, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._asked(text, self.frame.visitor(request)):
            yield updates

    async def _on_suggested(self, text: str, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._asked(text, self.frame.visitor(request)):
            yield updates

    async def _on_again(self, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._answered(self.frame.visitor(request), None):
            yield updates

    async def _on_without(self, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._answered(self.frame.visitor(request), "offline"):
            yield updates

    async def _asked(self, text: str, visitor: Visitor) -> AsyncIterator[Updates]:
        """Store the message, then answer it. What could not be stored stays in the box."""
        if not text.strip():
            yield self.frame.tell("")
            return
        try:
            await self.app.debriefs.ask(visitor.session_id, text, visitor.language)
        except UserFacingError as error:
            yield merged(
                self.frame.tell(explain_to_candidate(error, visitor.language)), {self.text: gr.update(value=text)}
            )
            return
        yield {self.text: gr.update(value="")}
        async for updates in self._answered(visitor, None):
            yield updates

    async def _answered(self, visitor: Visitor, thinking: Thinking | None) -> AsyncIterator[Updates]:
        """The reply as it comes; in the end the page is drawn from the store."""
        told = ""
        try:
            talk = await self.app.debriefs.look(visitor.session_id, visitor.language)
            before, said = view.bubbles(talk, visitor), ""
            yield merged(self._still(), self.frame.tell(""), {self.chat: [*before, view.busy(visitor)]})
            async with aclosing(self.app.debriefs.reply(visitor.session_id, visitor.language, thinking)) as events:
                async for event in events:
                    match event:
                        case Piece(text=piece):
                            said += piece
                            yield {self.chat: [*before, view.speaking(said)]}
                        case LookingUp(tool=tool):
                            said = ""
                            yield {self.chat: [*before, view.busy(visitor, tool)]}
                        case _:
                            pass
        except (EndpointError, ReplyError) as error:
            log.warning("debrief of session %s: %s", visitor.session_id, error)
            told = visitor.say("debrief", "down")
        except UserFacingError as error:
            told = explain_to_candidate(error, visitor.language)
        except Exception:  # the boundary of a page event: the visitor is told, the log has the trace
            log.exception("debrief of session %s failed", visitor.session_id)
            told = visitor.say("errors", "unexpected")
        yield merged(self.frame.tell(told), await self._redrawn(visitor))

    async def _redrawn(self, visitor: Visitor) -> Updates:
        try:
            talk = await self.app.debriefs.look(visitor.session_id, visitor.language)
        except UserFacingError:  # what is wrong with the session was told just now
            return {self.body: gr.update(visible=False)}
        return self._standing(talk, visitor)

    # drawing

    def _standing(self, talk: Talk, visitor: Visitor) -> Updates:
        """The page as the stored talk stands."""
        waits = talk.waiting is not None
        offered: Updates = {
            button: gr.update(value=words, visible=bool(words), interactive=not waits)
            for button, words in zip(self.suggested, [*talk.suggestions, *[""] * MOST], strict=False)
        }
        return merged(
            offered,
            {
                self.body: gr.update(visible=True),
                self.head: view.head(visitor.session_id, self.app.debriefs.thinking, visitor),
                self.chat: view.bubbles(talk, visitor),
                self.waiting: gr.update(visible=waits),
                self.again: gr.update(interactive=True),
                self.without: gr.update(interactive=True, visible=self.app.debriefs.thinking == "endpoint"),
                self.text: gr.update(interactive=not waits),
                self.send: gr.update(interactive=not waits),
            },
        )

    def _still(self) -> Updates:
        """Nothing can be pressed while a reply is under way."""
        parts = (self.text, self.send, self.again, self.without, *self.suggested)
        return {part: gr.update(interactive=False) for part in parts}
