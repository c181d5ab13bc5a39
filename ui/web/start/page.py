"""The first page: what will happen, what is stored, and what to be asked about. No question before consent."""

from __future__ import annotations

from html import escape
from typing import Any, cast

import gradio as gr

from interviewer.app import App
from interviewer.interview.interviews import StartRequest
from interviewer.models import Mode
from knowledge.errors import UserFacingError
from knowledge.models import Bank, Chapter
from ui.texts import explain_to_candidate
from ui.web.browser import known_ids
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of
from ui.web.start import view

OPEN = "(id) => { if (id) { window.interviewer.keep(id); window.interviewer.go('/interview', { session: id }); } return []; }"


class StartPage:
    """Layout and wiring of the page at `/`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "start")
        with gr.Row(elem_classes="start", elem_id="main-content"):
            with gr.Column(scale=3, elem_classes="card", visible=False) as self.form:
                self.heading = gr.HTML()
                self.bank = gr.Dropdown(elem_id="bank", visible=False)
                self.chapters = gr.CheckboxGroup(elem_id="chapters")
                self.mode = gr.Radio(elem_id="mode", value="practice")
                with gr.Row():
                    self.by = gr.Radio(elem_id="by", value="minutes", min_width=180)
                    minutes = app.settings.interview.minutes
                    self.minutes = gr.Slider(5, max(120, minutes), value=minutes, step=5, elem_id="minutes")
                    self.questions = gr.Slider(1, 40, value=8, step=1, elem_id="questions", visible=False)
                with gr.Accordion(open=False, elem_id="more") as self.more:
                    self.candidate = gr.Textbox(max_lines=1, elem_id="candidate", max_length=80)
                    self.background = gr.Textbox(lines=3, max_lines=8, elem_id="background", max_length=20_000)
                    self.seed = gr.Textbox(max_lines=1, elem_id="seed", max_length=20)
                self.consent = gr.Checkbox(elem_id="consent")
                self.go = gr.Button(variant="primary", elem_id="go", size="lg")
            with gr.Column(scale=2, min_width=280):
                self.what = gr.HTML(elem_id="what")
                self.earlier = gr.HTML(elem_id="earlier")
        self.known = gr.Textbox(visible="hidden", elem_id="known")
        self.begun = gr.Textbox(visible="hidden", elem_id="begun")
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

    def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)

        def start(key: str, **values: object) -> str:
            return visitor.say("start", key, **values)

        banks = [(bank.name.to(visitor.language), bank.id) for bank in self.app.banks.values()]
        return merged(
            self.frame.worded(visitor),
            self.frame.tell(""),
            {
                self.form: gr.update(visible=True),
                self.heading: f"<h1>{escape(start('heading'))}</h1>",
                self.what: view.promises(self.app, visitor),
                self.bank: gr.update(
                    label=start("bank"), choices=banks, value=self.app.bank.id, visible=len(banks) > 1
                ),
                self.chapters: self._chapters(self.app.bank, visitor),
                self.mode: gr.update(
                    choices=[(start(mode), mode) for mode in ("practice", "exam")], label=start("mode")
                ),
                self.by: gr.update(
                    choices=[(start(f"by_{one}"), one) for one in ("minutes", "questions")], label=start("by")
                ),
                self.minutes: gr.update(label=start("minutes"), info=start("minutes_hint")),
                self.questions: gr.update(label=start("questions"), info=start("questions_hint")),
                self.more: gr.update(label=start("more")),
                self.candidate: gr.update(label=start("candidate"), info=start("candidate_hint")),
                self.background: gr.update(label=start("background"), info=start("background_hint")),
                self.seed: gr.update(label=start("seed"), info=start("seed_hint")),
                self.consent: gr.update(label=start("consent")),
                self.go: start("go"),
            },
        )

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

    def _on_bank(self, bank_id: str, request: gr.Request) -> Any:
        return self._chapters(self.app.banks.get(bank_id, self.app.bank), self.frame.visitor(request))

    async def _on_start(
        self, bank_id: str, chapters: list[str], by: str, minutes: float, questions: float, mode: str,
        candidate: str | None, background: str | None, seed: str | None, consent: bool, request: gr.Request,
    ) -> Updates:  # fmt: skip
        visitor = self.frame.visitor(request)
        typed = (seed or "").strip()  # a box that was never unfolded sends nothing at all
        try:
            number = int(typed) if typed else None
        except ValueError:
            return self.frame.tell(visitor.say("errors", "bad_seed", value=typed))
        wanted = StartRequest(
            bank_id=bank_id, language=visitor.language, mode=cast("Mode", mode), chapters=tuple(chapters), seed=number,
            minutes=minutes, questions=int(questions) if by == "questions" else None, candidate=candidate or "",
            background=background or "", thinking=self.app.thinking, consent=bool(consent),
        )  # fmt: skip
        try:
            state = await self.app.interviews.start(wanted)
        except UserFacingError as error:
            return merged(self.frame.tell(explain_to_candidate(error, visitor.language)), {self.begun: ""})
        return merged(self.frame.tell(""), {self.begun: state.session.id})
