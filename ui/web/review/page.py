"""The reviewers' first page: which sessions there are, and which of them need a look."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr

from interviewer.app import App
from interviewer.review.listing import list_sessions
from knowledge.errors import UserFacingError
from ui.texts import explain
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of, unseen_button, unseen_text
from ui.web.review import view
from ui.web.review.query import page_of, wanted_of

ADDRESS = "() => [window.location.search]"
"""The address as it is now: a filter changes it without loading the page again."""


class ReviewPage:
    """Layout and wiring of the page at `/staff/`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "review", staff=True)
        with gr.Column(elem_classes="review", elem_id="main-content"):
            self.lead = gr.HTML()
            self.filters = gr.HTML(elem_id="review-filters")
            self.listing = gr.HTML(elem_id="review-list")
        self.address = unseen_text("review-address")
        self.again = unseen_button("review-again")
        self._wire()

    def _wire(self) -> None:
        every: dict[str, Any] = {"outputs": parts_of(self), **QUIET}
        open_blocks().load(self._on_load, None, **every)
        self.again.click(self._on_again, [self.address], **every, js=ADDRESS, trigger_mode="always_last")

    async def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        still = {self.lead: view.lead(visitor), self.filters: view.filters(self.app.banks, visitor)}
        return merged(self.frame.worded(visitor), still, await self._listed(visitor))

    async def _on_again(self, address: str, request: gr.Request) -> Updates:
        query = dict(parse_qsl(address.removeprefix("?")))
        return await self._listed(replace(self.frame.visitor(request), query=query))

    async def _listed(self, visitor: Visitor) -> Updates:
        wanted, page = wanted_of(visitor.query, visitor.zone), page_of(visitor.query)
        try:
            found = await asyncio.to_thread(list_sessions, self.app.store, self.app.interviews, wanted, page)
        except UserFacingError as error:
            return self.frame.tell(explain(error, visitor.language))
        return merged(self.frame.tell(""), {self.listing: view.listing(found, visitor)})
