"""The page of a candidate's own interviews. The one rule: only what this browser already has the key to is ever shown."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr

from interviewer.app import App
from interviewer.interview.results import report_of
from interviewer.store import note, set_aside
from knowledge.errors import UserFacingError
from ui.texts import explain_to_candidate
from ui.web.browser import known_ids, pasted_id
from ui.web.frame import QUIET, Frame, Updates, merged, open_blocks, parts_of, unseen_button, unseen_text
from ui.web.mine import view

KNOWN = "() => [window.interviewer.known()]"
CHOSEN = "() => [window.interviewer.mine.chosen()]"
KEEP = "(id) => { if (id) window.interviewer.keep(id); return []; }"
FORGET = "(id) => { if (id) window.interviewer.mine.gone(id); return []; }"


class MinePage:
    """Layout and wiring of the page at `/mine`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "mine")
        with gr.Column(elem_classes="mine", elem_id="main-content", visible=False) as self.main:
            self.lead = gr.HTML(elem_id="mine-lead")
            self.list = gr.HTML(elem_id="mine-listed")
            with gr.Column(elem_classes="card mine-add"):
                self.heading = gr.HTML()
                with gr.Row(elem_classes="mine-paste"):
                    self.paste = gr.Textbox(max_lines=1, max_length=2000, elem_id="mine-paste", scale=4, min_width=240)
                    self.add = gr.Button(elem_id="mine-add", variant="secondary", scale=1, min_width=140)
        self.known = unseen_text("mine-known")
        self.brought = unseen_text("mine-brought")
        self.chosen = unseen_text("mine-chosen")
        self.gone = unseen_text("mine-gone")
        self.delete = unseen_button("mine-delete")
        self.again = unseen_button("mine-again")
        self._wire()

    def _wire(self) -> None:
        listing: dict[str, Any] = {
            "fn": self._on_known,
            "inputs": [self.known],
            "outputs": [self.list],
            "js": KNOWN,
            **QUIET,
        }
        open_blocks().load(self._on_load, None, parts_of(self), **QUIET).then(**listing)
        self.again.click(**listing)
        told = [self.frame.notice, self.gone]
        deleted = self.delete.click(self._on_delete, [self.chosen], told, js=CHOSEN, **QUIET)
        deleted.then(None, [self.gone], None, js=FORGET).then(**listing)
        told = [self.frame.notice, self.brought, self.paste]
        brought = gr.on([self.add.click, self.paste.submit], self._on_add, [self.paste], told, **QUIET)
        brought.then(None, [self.brought], None, js=KEEP).then(**listing)

    def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)

        def mine(key: str) -> str:
            return visitor.say("mine", key)

        return merged(
            self.frame.worded(visitor),
            self.frame.tell(""),
            {
                self.main: gr.update(visible=True),
                self.lead: view.lead(visitor, self.app.settings.store.keep_days),
                self.heading: f"<h2>{mine('add_title')}</h2>",
                self.paste: gr.update(label=mine("add_label"), info=mine("add_hint")),
                self.add: mine("add"),
            },
        )

    async def _on_known(self, known: str, request: gr.Request) -> str:
        return view.listed([await self._entry(one) for one in known_ids(known)], self.frame.visitor(request))

    async def _entry(self, session_id: str) -> view.Entry:
        unread: dict[str, UserFacingError] = {}
        with set_aside(session_id, unread):
            state = await self.app.interviews.look(session_id)
            if state.status != "finished":
                return view.Entry(session_id, state)
            return view.Entry(session_id, state, (await asyncio.to_thread(report_of, state))[1])
        note(unread)
        return view.Entry(session_id, fault=unread.get(session_id))

    async def _on_delete(self, session_id: str, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        try:
            await asyncio.to_thread(self.app.store.delete, session_id, self.app.clock(), "candidate")
        except UserFacingError as error:
            return merged(self.frame.tell(explain_to_candidate(error, visitor.language)), {self.gone: ""})
        return merged(self.frame.tell(visitor.say("mine", "deleted")), {self.gone: session_id})

    async def _on_add(self, pasted: str, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        nothing: Updates = {self.brought: ""}
        if not (session_id := pasted_id(pasted)):
            return merged(self.frame.tell(visitor.say("mine", "not_an_address")), nothing)
        try:
            await asyncio.to_thread(self.app.store.session, session_id)
        except UserFacingError as error:
            return merged(self.frame.tell(explain_to_candidate(error, visitor.language)), nothing)
        return merged(self.frame.tell(visitor.say("mine", "added")), {self.brought: session_id, self.paste: ""})
