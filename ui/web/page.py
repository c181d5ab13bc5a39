"""The page: layout and wiring. Start, talk and report are three columns of one page; one of them is visible.

No component keeps state on the server: the session id and the next turn's number travel with each event.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr
from gradio.blocks import Block

from interviewer.app import App
from interviewer.interview.regrade import is_pending
from interviewer.interview.state import InterviewState
from knowledge.models import Language
from ui.texts import say
from ui.web import view
from ui.web.handlers import Handlers, Screen
from ui.web.report import report_panel

Updates = dict[Any, Any]
"""What an event changes: component -> new value, or `gr.update(...)`."""
CONCURRENT_EVENTS = 256
"""Turns that may be under way at once; Gradio's default of 1 would make every candidate wait for every other."""


class Page:
    """Builds the Blocks once; holds its components and the handlers, nothing about any visitor."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.handlers = Handlers(app)
        self.blocks = gr.Blocks(title="Mock interview · 模拟面试", analytics_enabled=False)
        with self.blocks:
            self._header()
            self._start_view()
            self._talk_view()
            self._report_view()
            self.session_id = gr.Textbox(visible="hidden", elem_id="session-id")
            self.turn = gr.Number(value=0, precision=0, visible="hidden", elem_id="turn")
            self._wire()

    # layout

    def _header(self) -> None:
        with gr.Row(elem_classes="masthead"):
            self.title = gr.HTML(elem_classes="brand")
            self.language = gr.Radio(
                [("中文", "zh"), ("English", "en")], value=self.app.settings.ui.language,
                container=False, elem_id="language", scale=0, min_width=190,
            )  # fmt: skip
        self.notice = gr.HTML(visible=False, elem_id="notice")

    def _start_view(self) -> None:
        with gr.Column(visible=False, elem_classes="start card") as self.start_view:
            self.what = gr.Markdown()
            self.chapters = gr.CheckboxGroup(elem_id="chapters")
            with gr.Row():
                self.minutes = gr.Slider(5, 120, value=self.app.settings.interview.minutes, step=5, elem_id="minutes")
                self.seed = gr.Textbox(max_lines=1, elem_id="seed")
            self.mode = gr.Radio(elem_id="mode", value="practice")
            self.background = gr.Textbox(lines=2, max_lines=8, elem_id="background")
            self.go = gr.Button(variant="primary", elem_id="go", size="lg")
            self.earlier = gr.HTML(elem_id="earlier")

    def _talk_view(self) -> None:
        with gr.Row(visible=False, elem_classes="talk") as self.talk_view:
            with gr.Column(scale=3, min_width=320):
                self.chat = gr.Chatbot(
                    show_label=False, layout="bubble", height="58vh", min_height=340, buttons=[],
                    allow_tags=False, latex_delimiters=[], feedback_options=None, elem_id="chat",
                    group_consecutive_messages=False, autoscroll=True,
                )  # fmt: skip
                self.answer = gr.Textbox(lines=1, max_lines=14, elem_id="answer", autofocus=True)
                with gr.Row(elem_classes="moves"):
                    self.send = gr.Button(variant="primary", elem_id="send", min_width=90, scale=2)
                    self.hint = gr.Button(elem_id="hint", min_width=80)
                    self.skip = gr.Button(elem_id="skip", min_width=80)
                    self.pause = gr.Button(elem_id="pause", min_width=80)
                    self.resume = gr.Button(elem_id="resume", min_width=80, variant="primary", visible=False)
                    self.end = gr.Button(elem_id="end", min_width=80, variant="secondary")
                with gr.Row(visible=False, elem_classes="sure", elem_id="sure") as self.sure:
                    self.sure_text = gr.Markdown()
                    self.end_yes = gr.Button(variant="stop", elem_id="end-yes", min_width=110)
                    self.end_no = gr.Button(elem_id="end-no", min_width=110)
            with gr.Column(scale=1, min_width=240):
                self.progress = gr.HTML(elem_id="progress")

    def _report_view(self) -> None:
        with gr.Column(visible=False, elem_classes="result") as self.report_view:
            self.report = gr.HTML(elem_id="report")
            with gr.Row(elem_classes="moves"):
                self.regrade = gr.Button(elem_id="regrade", visible=False)
                self.again = gr.Button(variant="primary", elem_id="again")

    # wiring

    def _wire(self) -> None:
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        every: dict[str, Any] = {"outputs": self._parts(), "concurrency_limit": CONCURRENT_EVENTS, **quiet}
        talk = [self.session_id, self.turn, self.language]
        opened = self.blocks.load(self._on_load, None, **every)
        opened.then(self._on_open, [self.session_id, self.language], **every)
        self.language.select(self._on_language, [self.language, self.session_id], js=_KEEP_LANGUAGE, **every)
        start = [self.language, self.chapters, self.minutes, self.mode, self.seed, self.background]
        self.go.click(self._on_start, start, **every).success(None, [self.session_id], None, js=_KEEP_SESSION)
        gr.on([self.send.click, self.answer.submit], self._on_answer, [self.answer, *talk], **every)
        for button, event in (
            (self.hint, self._on_hint), (self.skip, self._on_skip), (self.pause, self._on_pause),
            (self.resume, self._on_resume), (self.end_yes, self._on_finish), (self.regrade, self._on_regrade),
        ):  # fmt: skip
            button.click(event, talk, **every)
        self.end.click(lambda: gr.update(visible=True), None, [self.sure], **quiet)
        self.end_no.click(lambda: gr.update(visible=False), None, [self.sure], **quiet)
        self.again.click(None, None, None, js=_NEW_INTERVIEW)

    def _parts(self) -> list[Any]:
        """Every component an event may change; handlers return a dict with those that they do change."""
        return [part for part in vars(self).values() if isinstance(part, Block) and part is not self.blocks]

    def _worded(self, language: Language) -> Updates:
        """Everything that is worded in the page's language."""

        def start(key: str) -> str:
            return say(language, "start", key)

        chapters = [(self._chapter_label(chapter, language), chapter.id) for chapter in self.app.bank.outline.chapters]
        buttons = ("send", "hint", "skip", "pause", "resume", "end", "end_yes", "end_no")
        return {
            self.title: view.brand(language),
            self.what: f"## {start('heading')}\n{start('what')}",
            self.chapters: gr.update(choices=chapters, label=start("chapters"), info=start("chapters_hint")),
            self.minutes: gr.update(label=start("minutes"), info=start("minutes_hint")),
            self.mode: gr.update(choices=[(start(mode), mode) for mode in ("practice", "exam")], label=start("mode")),
            self.seed: gr.update(label=start("seed"), info=start("seed_hint")),
            self.background: gr.update(label=start("background"), info=start("background_hint")),
            self.go: start("go"),
            self.earlier: view.earlier(language),
            self.answer: gr.update(
                label=say(language, "talk", "you"), placeholder=say(language, "talk", "placeholder")
            ),
            self.sure_text: say(language, "talk", "end_sure"),
            self.regrade: say(language, "report", "regrade"),
            self.again: say(language, "report", "again"),
            self.chat: gr.update(label=say(language, "talk", "chat")),
            self.language: gr.update(label=say(language, "page", "language"), value=language),
            **{getattr(self, name): say(language, "talk", name) for name in buttons},
        }

    def _chapter_label(self, chapter: Any, language: Language) -> str:
        count = sum(question.chapter_id == chapter.id for question in self.app.bank.questions)
        key = "bonus_chapter" if chapter.bonus else "chapter"
        title = self.app.bank.title(chapter.id, language)
        return say(
            language, "start", key, title=title, points=chapter.points, minutes=chapter.minutes or "–", questions=count
        )

    # events

    def _on_load(self, request: gr.Request) -> Updates:
        asked = request.query_params.get("lang", "")
        language: Language = "en" if asked == "en" else "zh" if asked == "zh" else self.app.settings.ui.language
        return {**self._worded(language), self.session_id: request.query_params.get("session", "")}

    async def _on_open(self, session_id: str, language: Language) -> AsyncIterator[Updates]:
        async for screen in self.handlers.open(session_id, language):
            yield await self._drawn(screen, language)

    async def _on_language(self, language: Language, session_id: str) -> Updates:
        drawn = await self._drawn(await self.handlers.look(session_id, language), language)
        return merged(self._worded(language), drawn)

    async def _on_start(
        self, language: Language, chapters: list[str], minutes: float, mode: str, seed: str, background: str
    ) -> Updates:
        state, wrong = await self.handlers.start(language, chapters, minutes, mode, seed, background)
        return await self._drawn(Screen(state=state, message=wrong, draft=""), language)

    async def _on_answer(self, text: str, session_id: str, turn: float, language: Language) -> AsyncIterator[Updates]:
        async for screen in self.handlers.answer(session_id, text, int(turn), language):
            yield await self._drawn(screen, language)

    async def _on_skip(self, session_id: str, turn: float, language: Language) -> AsyncIterator[Updates]:
        async for screen in self.handlers.skip(session_id, int(turn), language):
            yield await self._drawn(screen, language)

    async def _on_hint(self, session_id: str, turn: float, language: Language) -> Updates:
        return await self._drawn(await self.handlers.hint(session_id, int(turn), language), language)

    async def _on_pause(self, session_id: str, turn: float, language: Language) -> Updates:
        return await self._drawn(await self.handlers.pause(session_id, language), language)

    async def _on_resume(self, session_id: str, turn: float, language: Language) -> Updates:
        return await self._drawn(await self.handlers.resume(session_id, language), language)

    async def _on_finish(self, session_id: str, turn: float, language: Language) -> Updates:
        return await self._drawn(await self.handlers.finish(session_id, language), language)

    async def _on_regrade(self, session_id: str, turn: float, language: Language) -> Updates:
        return await self._drawn(await self.handlers.regrade(session_id, language), language)

    async def _drawn(self, screen: Screen, language: Language) -> Updates:
        """What the page changes to show `screen`."""
        notice = {self.notice: gr.update(value=view.notice(screen.message), visible=bool(screen.message))}
        draft: Updates = {} if screen.draft is None else {self.answer: gr.update(value=screen.draft)}
        if screen.state is not None:
            return merged(notice, draft, await self._standing(screen.state, screen, language))
        if screen.chat is not None:
            still = {part: gr.update(interactive=False) for part in self._moves()}
            return merged(notice, draft, still, {self.chat: screen.chat})
        return merged(notice, {self.start_view: gr.update(visible=True), self.talk_view: gr.update(visible=False), self.report_view: gr.update(visible=False)})  # fmt: skip

    def _moves(self) -> list[Any]:
        return [self.answer, self.send, self.hint, self.skip, self.pause, self.end]

    async def _standing(self, state: InterviewState, screen: Screen, language: Language) -> Updates:
        """The page as the stored session stands."""
        done, paused = state.status == "finished", state.status == "paused"
        ready = state.status == "active" and not screen.busy
        moves: Updates = {part: gr.update(interactive=ready, visible=not done) for part in self._moves()}
        updates = moves | {
            self.start_view: gr.update(visible=False),
            self.talk_view: gr.update(visible=True),
            self.report_view: gr.update(visible=done),
            self.chat: view.chat(state, language),
            self.progress: view.progress_panel(state, self.app.clock(), language),
            self.hint: gr.update(interactive=ready, visible=not done and state.session.mode == "practice"),
            self.pause: gr.update(interactive=ready, visible=not done and not paused),
            self.resume: gr.update(interactive=True, visible=paused),
            self.end: gr.update(interactive=not screen.busy, visible=not done),
            self.sure: gr.update(visible=False),
            self.session_id: state.session.id,
            self.turn: state.turn,
        }
        if paused and not screen.message:
            updates[self.notice] = gr.update(value=view.notice(say(language, "talk", "paused")), visible=True)
        if done:
            pending = any(is_pending(asked) for asked in state.asked)
            updates |= {
                self.report: await report_panel(self.app, state, language),
                self.regrade: gr.update(visible=pending),
            }
        return updates


def merged(*parts: Updates) -> Updates:
    """Updates put together; two for the same component become one, the later winning where they differ."""
    whole: Updates = {}
    for part in parts:
        for component, update in part.items():
            more = update if isinstance(update, dict) else gr.update(value=update)
            whole[component] = whole.get(component, {}) | more
    return whole


_KEEP_SESSION = "(id) => { if (id) window.interviewer.keep(id); return id; }"
_KEEP_LANGUAGE = """(language, session) => { window.interviewer.keepLanguage(language); return [language, session]; }"""
_NEW_INTERVIEW = "() => { window.interviewer.leave(); }"


@dataclass(frozen=True)
class Assets:
    css: str
    head: str


def assets() -> Assets:
    """The page's own style and script, from the package: nothing is loaded from outside."""
    here = files("ui.web")
    script = (here / "page.js").read_text("utf8")
    return Assets(css=(here / "style.css").read_text("utf8"), head=f"<script>{script}</script>")
