"""Marking blind: one answer after another gets a person's own score, and what that says of the judge."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr

from interviewer.app import App
from interviewer.review.agreement import level_of, measure
from interviewer.review.marking import Sheet, give_mark, next_sheet
from interviewer.store import note
from knowledge.errors import UserFacingError
from knowledge.models import Band
from ui.texts import explain
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of, unseen_text
from ui.web.marking import view

LANDED = """() => {
  document.querySelector("#marking-sheet [tabindex]")?.focus({ preventScroll: true });
  document.querySelector("#marking-sheet")?.scrollIntoView({ block: "start" });
  return [];
}"""
"""The eye and the keyboard are at the next answer: the button that was pressed can be pressed no more."""


class MarkingPage:
    """Layout and wiring of the page at `/staff/marking`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "marking", staff=True)
        with gr.Column(elem_classes="marking", elem_id="main-content"):
            self.lead = gr.HTML()
            self.chapter = gr.Dropdown(elem_id="marking-chapter", value="", choices=[("", "")], filterable=False)
            self.sheet = gr.HTML(elem_id="marking-sheet")
            with gr.Column(elem_classes="card give", visible=False, elem_id="marking-give") as self.give:
                self.level = gr.Radio(elem_id="marking-level")
                self.score = gr.Slider(0, 100, value=0, step=1, elem_id="marking-score")
                with gr.Row(elem_classes="moves"):
                    self.save = gr.Button(variant="primary", elem_id="marking-save", interactive=False)
                    self.later = gr.Button(elem_id="marking-later")
                self.keys = gr.HTML()
            self.agreement = gr.HTML(elem_id="marking-agreement")
        self.place = unseen_text("marking-place")
        self._wire()

    def _wire(self) -> None:
        every: dict[str, Any] = {"outputs": parts_of(self), **QUIET}
        open_blocks().load(self._on_load, None, **every).then(self._on_measure, None, [self.agreement], **QUIET)
        self.chapter.input(self._on_chapter, [self.chapter], **every)
        self.level.input(self._on_level, [self.level, self.place], [self.score, self.save], **QUIET)
        self.score.input(self._on_score, [self.score, self.place], [self.level, self.save], **QUIET)
        saved = self.save.click(self._on_save, [self.place, self.score, self.chapter], **every)
        saved.then(self._on_measure, None, [self.agreement], **QUIET, js=LANDED)
        self.later.click(self._on_later, [self.place, self.chapter], **every).then(None, None, None, js=LANDED)

    async def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        chapters = [
            (bank.title(chapter.id, visitor.language), f"{bank.id}/{chapter.id}")
            for bank in self.app.banks.values()
            for chapter in bank.outline.chapters
        ]
        words: Updates = {
            self.lead: view.lead(visitor),
            self.chapter: gr.update(
                label=visitor.say("marking", "chapter"),
                choices=[(visitor.say("marking", "every_chapter"), ""), *chapters],
                value="",
            ),
            self.level: gr.update(label=visitor.say("marking", "by_level")),
            self.score: gr.update(label=visitor.say("marking", "by_score"), info=visitor.say("marking", "blind")),
            self.save: visitor.say("marking", "save_mark"),
            self.later: visitor.say("marking", "later"),
            self.keys: view.keys(visitor),
        }
        return merged(self.frame.worded(visitor), words, await self._next(visitor))

    async def _on_measure(self, request: gr.Request) -> str:
        visitor = self.frame.visitor(request)
        try:
            found = await asyncio.to_thread(measure, self.app.store, self.app.banks)
        except UserFacingError as error:
            return f'<p class="muted">{explain(error, visitor.language)}</p>'
        return view.agreement(found, self.app.banks, visitor)

    async def _on_chapter(self, chapter: str, request: gr.Request) -> Updates:
        return await self._next(self.frame.visitor(request), chapter)

    async def _on_later(self, place: str, chapter: str, request: gr.Request) -> Updates:
        return await self._next(self.frame.visitor(request), chapter, after=place)

    async def _on_save(self, place: str, score: float, chapter: str, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        try:
            await asyncio.to_thread(give_mark, self.app.store, place, visitor.reviewer, score, self.app.clock())
        except UserFacingError as error:
            return self.frame.tell(explain(error, visitor.language))
        return await self._next(visitor, chapter, after=place)

    def _on_level(self, level: str, place: str) -> tuple[Any, Any]:
        """The middle of the level's range; the slider then says it more exactly."""
        ordered = sorted(self._bands(place), key=lambda band: band.lower)
        edges = [*(band.lower for band in ordered), 100.0]
        middles = [(edges[n] + edges[n + 1]) / 2 for n, band in enumerate(ordered) if band.id == level]
        if not middles:  # of a page that shows other levels
            return gr.skip(), gr.skip()
        return gr.update(value=round(middles[0])), gr.update(interactive=True)

    def _on_score(self, score: float, place: str) -> tuple[Any, Any]:
        return gr.update(value=level_of(score, self._bands(place))), gr.update(interactive=True)

    def _bands(self, place: str) -> tuple[Band, ...]:
        """The bands of the bank that has the question at `place`; all banks without one have those of the first."""
        question_id = place.partition("/")[2]
        for bank in self.app.banks.values():
            if any(question.id == question_id for question in bank.questions):
                return bank.outline.bands
        return self.app.bank.outline.bands

    async def _next(self, visitor: Visitor, chapter: str = "", after: str = "") -> Updates:
        bank_id, _, chapter_id = chapter.partition("/")
        unread: dict[str, UserFacingError] = {}
        try:
            one = await asyncio.to_thread(
                next_sheet, self.app.store, self.app.banks, visitor.reviewer, unread,
                bank_id=bank_id, chapter_id=chapter_id, after=after,
            )  # fmt: skip
        except UserFacingError as error:
            return self.frame.tell(explain(error, visitor.language))
        note(unread)
        return merged(self.frame.tell(view.passed_over(unread, visitor)), self._shown(one, visitor))

    def _shown(self, one: Sheet | None, visitor: Visitor) -> Updates:
        level = gr.update(choices=view.levels(one.bands, visitor), value=None) if one else gr.update(value=None)
        return {
            self.sheet: view.sheet(one, self.app.banks, visitor),
            self.give: gr.update(visible=one is not None),
            self.place: one.place if one else "",
            self.level: level,
            self.score: gr.update(value=0),
            self.save: gr.update(interactive=False),
        }
