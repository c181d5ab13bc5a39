"""The first page: what will happen, what is stored, and what to be asked about. No question before consent."""

from __future__ import annotations

import asyncio
from html import escape
from typing import Any

import gradio as gr

from interviewer.app import App
from interviewer.errors import UnknownBank, UnknownChapter
from interviewer.interview.start import BACKGROUND_CHARS, NAME_CHARS, StartRequest
from interviewer.interview.state import InterviewState
from knowledge.errors import UserFacingError
from knowledge.models import Bank, Chapter
from ui.texts import explain_to_candidate
from ui.web.browser import known_ids
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of, unseen_text
from ui.web.start import form, view

OPEN = "(id) => { if (id) { window.interviewer.keep(id); window.interviewer.go('/interview', { session: id }); } return []; }"


class StartPage:
    """Layout and wiring of the page at `/`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "start")
        self.band = gr.HTML(visible=False, elem_id="band")
        with gr.Row(elem_classes="start", elem_id="main-content"):
            # read before the form, by screen readers and on a phone; beside it where there is room
            with gr.Column(scale=2, min_width=280, elem_classes="beside-form"):
                self.what = gr.HTML(elem_id="what")
                self.earlier = gr.HTML(elem_id="earlier")
            with gr.Column(scale=3, elem_classes="card", visible=False) as self.form:
                self.heading = gr.HTML()
                self.quick = gr.Button(variant="primary", elem_id="quick")
                self.own = gr.HTML(elem_id="own")
                self.bank = gr.Dropdown(elem_id="bank", visible=False)
                with gr.Accordion(open=False, elem_id="chapters-fold", elem_classes="fold") as self.fold:
                    self.chapters = gr.CheckboxGroup(elem_id="chapters", show_label=False)
                self.mode = gr.Radio(elem_id="mode", value="practice")
                with gr.Row():
                    self.by = gr.Radio(elem_id="by", value="minutes", min_width=180)
                    minutes = app.settings.interview.minutes
                    low, high = form.minutes_range(app)
                    self.minutes = gr.Slider(low, high, value=minutes, step=form.STEP_MINUTES, elem_id="minutes")
                    self.questions = gr.Slider(
                        1, form.MOST_QUESTIONS, value=form.USUAL_QUESTIONS, step=1, elem_id="questions", visible=False
                    )
                with gr.Accordion(open=False, elem_id="more", elem_classes="fold") as self.more:
                    self.candidate = gr.Textbox(max_lines=1, elem_id="candidate", max_length=NAME_CHARS)
                    self.background = gr.Textbox(
                        lines=3, max_lines=8, elem_id="background", max_length=BACKGROUND_CHARS
                    )
                    self.seed = gr.Textbox(max_lines=1, elem_id="seed", max_length=form.SEED_SIGNS)
                self.consent = gr.Checkbox(elem_id="consent")
                self.go = gr.Button(elem_id="go", size="lg")
        self.known = unseen_text("known")
        self.begun = unseen_text("begun")
        self._wire()

    def _wire(self) -> None:
        blocks = open_blocks()
        every: dict[str, Any] = {"outputs": parts_of(self), **QUIET}
        loaded = blocks.load(self._on_load, None, **every)
        loaded.then(
            self._on_known,
            [self.known],
            [self.earlier, self.frame.notice],
            js="() => [window.interviewer.known()]",
            **QUIET,
        )
        self.by.input(self._on_by, [self.by], [self.minutes, self.questions], **QUIET)
        self.bank.input(self._on_bank, [self.bank], [self.chapters], **QUIET)
        chosen = [self.bank, self.chapters, self.by, self.minutes, self.questions, self.mode, self.candidate, self.background, self.seed, self.consent]  # fmt: skip
        self.go.click(self._on_start, chosen, **every).success(None, [self.begun], None, js=OPEN)
        self.quick.click(self._on_quick, [self.bank], **every).success(None, [self.begun], None, js=OPEN)

    def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)

        def start(key: str, **values: object) -> str:
            return visitor.say("start", key, **values)

        return merged(
            self.frame.worded(visitor),
            self.frame.tell(""),
            self._offered(visitor),
            {
                self.form: gr.update(visible=True),
                self.band: gr.update(value=view.band(visitor), visible=self.app.thinking == "offline"),
                self.heading: f"<h1>{escape(start('heading'))}</h1>",
                self.quick: start("quick", minutes=f"{self.app.settings.interview.minutes:g}"),
                self.own: f"<p>{escape(start('own'))}</p>",
                self.fold: gr.update(label=start("chapters_fold")),
                self.what: view.promises(self.app, visitor),
                self.mode: gr.update(
                    choices=[(start(mode), mode) for mode in ("practice", "exam")], label=start("mode")
                ),
                self.by: gr.update(
                    choices=[(start(f"by_{one}"), one) for one in ("minutes", "questions")], label=start("by")
                ),
                self.minutes: gr.update(label=start("minutes"), info=start("minutes_hint")),
                self.questions: gr.update(label=start("questions"), info=start("questions_hint")),
                self.more: gr.update(label=start("more")),
                self.candidate: gr.update(label=start("candidate"), info=start("candidate_hint", limit=NAME_CHARS)),
                self.background: gr.update(
                    label=start("background"), info=start("background_hint", limit=BACKGROUND_CHARS)
                ),
                self.seed: gr.update(label=start("seed"), info=start("seed_hint")),
                self.consent: gr.update(label=start("consent")),
                self.go: start("go"),
            },
        )

    def _offered(self, visitor: Visitor, bank_id: str = "") -> Updates:
        """The banks that are served, with the chapters of the one that is chosen, where it is still there."""
        banks = [(bank.name.to(visitor.language), bank.id) for bank in self.app.banks.values()]
        chosen, label = self.app.banks.get(bank_id, self.app.bank), visitor.say("start", "bank")
        return {
            self.bank: gr.update(label=label, choices=banks, value=chosen.id, visible=len(banks) > 1),
            self.chapters: self._chapters(chosen, visitor),
        }

    def _chapters(self, bank: Bank, visitor: Visitor) -> Any:
        choices = [(self._chapter(bank, chapter, visitor), chapter.id) for chapter in bank.outline.chapters]
        label, info = visitor.say("start", "chapters"), visitor.say("start", "chapters_hint")
        return gr.update(choices=choices, label=label, info=info, value=[])

    def _chapter(self, bank: Bank, chapter: Chapter, visitor: Visitor) -> str:
        count = sum(question.chapter_id == chapter.id for question in bank.questions)
        key = "bonus_chapter" if chapter.bonus else "chapter" if chapter.minutes else "untimed_chapter"
        title, minutes = bank.title(chapter.id, visitor.language), chapter.minutes
        return visitor.say("start", key, title=title, points=chapter.points, minutes=minutes, questions=count)

    async def _on_known(self, known: str, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        try:
            return {self.earlier: await view.earlier(self.app, known_ids(known), visitor)}
        except UserFacingError as error:
            return self.frame.tell(explain_to_candidate(error, visitor.language))

    def _on_by(self, by: str) -> tuple[Any, Any]:
        return gr.update(visible=by == "minutes"), gr.update(visible=by == "questions")

    def _on_bank(self, bank_id: str | None, request: gr.Request) -> Any:
        return self._chapters(self.app.banks.get(bank_id or "", self.app.bank), self.frame.visitor(request))

    async def _on_start(
        self, bank: str, chapters: list[str], by: str, minutes: float, questions: float, mode: str,
        candidate: str, background: str, seed: str, consent: bool, request: gr.Request,
    ) -> Updates:  # fmt: skip
        sent = form.Sent(bank, chapters, by, minutes, questions, mode, candidate, background, seed, consent)
        return await self._started(sent, self.frame.visitor(request))

    async def _started(self, sent: form.Sent, visitor: Visitor) -> Updates:
        try:
            state = await self._begin(form.read(sent, self.app, visitor.language), visitor.address)
        except (UnknownBank, UnknownChapter) as error:  # the page was opened before the bank was changed
            told = self.frame.tell(explain_to_candidate(error, visitor.language))
            return merged(told, self._offered(visitor, sent.bank or ""), {self.begun: ""})
        except UserFacingError as error:
            return merged(self.frame.tell(explain_to_candidate(error, visitor.language)), {self.begun: ""})
        return merged(self.frame.tell(""), {self.begun: state.session.id})

    async def _on_quick(self, bank: str, request: gr.Request) -> Updates:
        """One click: everything as it is offered first. The button says that pressing it is the consent."""
        return await self._started(form.usual(self.app, bank), self.frame.visitor(request))

    async def _begin(self, wanted: StartRequest, address: str) -> InterviewState:
        """Begin an interview, if as many may be begun from that address; one that could not be begun does not count."""
        arrivals = self.app.arrivals
        self.app.interviews.bank_to_start(wanted)
        number = await asyncio.to_thread(arrivals.admit, address)
        try:
            return await self.app.interviews.start(wanted)
        except UserFacingError:
            await asyncio.to_thread(arrivals.withdraw, number)
            raise
