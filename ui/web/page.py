"""The page: layout and wiring. Start, talk and report are three columns of one page; one of them is visible.

No component keeps state on the server: the session id and the next turn's number travel with each event.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr

from interviewer.app import App
from interviewer.models import Scorecard
from knowledge.models import Language
from ui.texts import say
from ui.web import view
from ui.web.handlers import Handlers, Screen
from ui.web.report import report_panel

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
                [("中文", "zh"), ("English", "en")], value=self.app.settings.ui.language, show_label=True,
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
            self.go = gr.Button(variant="primary", elem_id="go", size="lg")

    def _talk_view(self) -> None:
        with gr.Row(visible=False, elem_classes="talk") as self.talk_view:
            with gr.Column(scale=3, min_width=320):
                self.chat = gr.Chatbot(
                    show_label=False, layout="bubble", height="58vh", min_height=340, buttons=["copy"],
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
        talk = [self.session_id, self.turn, self.language]
        busy: dict[str, Any] = {
            "outputs": self._outputs(), "concurrency_limit": CONCURRENT_EVENTS, "show_progress": "hidden",
            "api_visibility": "private",
        }  # fmt: skip
        self.blocks.load(self._on_load, None, self._labels(), show_progress="hidden", api_visibility="private").then(
            self._on_open, [self.session_id, self.language], **busy
        )
        self.language.change(
            self._on_language, [self.language, self.session_id], [*self._labels(), *self._outputs()],
            show_progress="hidden", api_visibility="private", concurrency_limit=CONCURRENT_EVENTS, js=_KEEP_LANGUAGE,
        )  # fmt: skip
        self.go.click(
            self._on_start, [self.language, self.chapters, self.minutes, self.mode, self.seed], **busy
        ).success(None, [self.session_id], None, js=_KEEP_SESSION)
        gr.on([self.send.click, self.answer.submit], self._on_answer, [self.answer, *talk], **busy)
        self.hint.click(self._on_hint, talk, **busy)
        self.skip.click(self._on_skip, talk, **busy)
        self.pause.click(self._on_pause, talk, **busy)
        self.resume.click(self._on_resume, talk, **busy)
        self.end.click(
            lambda: gr.update(visible=True), None, [self.sure], api_visibility="private", show_progress="hidden"
        )
        self.end_no.click(
            lambda: gr.update(visible=False), None, [self.sure], api_visibility="private", show_progress="hidden"
        )
        self.end_yes.click(self._on_finish, talk, **busy)
        self.regrade.click(self._on_regrade, talk, **busy)
        self.again.click(None, None, None, js=_NEW_INTERVIEW)

    def _labels(self) -> list[Any]:
        """Everything that is worded in the page's language, then the two values read from the address."""
        return [
            self.title, self.what, self.chapters, self.minutes, self.mode, self.seed, self.go,
            self.answer, self.send, self.hint, self.skip, self.pause, self.resume, self.end, self.sure_text,
            self.end_yes, self.end_no, self.regrade, self.again, self.chat, self.language, self.session_id,
        ]  # fmt: skip

    def _outputs(self) -> list[Any]:
        return [
            self.start_view, self.talk_view, self.report_view, self.notice, self.chat, self.answer, self.progress,
            self.report, self.send, self.hint, self.skip, self.pause, self.resume, self.end, self.sure, self.regrade,
            self.session_id, self.turn,
        ]  # fmt: skip

    def _worded(self, language: Language, session_id: Any) -> list[Any]:
        def talk(key: str) -> str:
            return say(language, "talk", key)

        start = {key: say(language, "start", key) for key in ("chapters", "chapters_hint", "minutes", "minutes_hint", "mode", "seed", "seed_hint", "go")}  # fmt: skip
        what = say(language, "start", "what", place=self.app.store.place)
        chapters = [(self._chapter_label(chapter, language), chapter.id) for chapter in self.app.bank.outline.chapters]
        modes = [(say(language, "start", mode), mode) for mode in ("practice", "exam")]
        return [
            view.brand(language),
            f"## {say(language, 'start', 'heading')}\n{what}",
            gr.update(choices=chapters, label=start["chapters"], info=start["chapters_hint"]),
            gr.update(label=start["minutes"], info=start["minutes_hint"]),
            gr.update(choices=modes, label=start["mode"]),
            gr.update(label=start["seed"], info=start["seed_hint"]),
            start["go"],
            gr.update(label=talk("you"), placeholder=talk("placeholder")),
            talk("send"), talk("hint"), talk("skip"), talk("pause"), talk("resume"), talk("end"), talk("end_sure"),
            talk("end_yes"), talk("end_no"), say(language, "report", "regrade"), say(language, "report", "again"),
            gr.update(label=talk("chat")),
            gr.update(label=say(language, "page", "language"), value=language),
            session_id,
        ]  # fmt: skip

    def _chapter_label(self, chapter: Any, language: Language) -> str:
        count = sum(question.chapter_id == chapter.id for question in self.app.bank.questions)
        key = "bonus_chapter" if chapter.bonus else "chapter"
        title = self.app.bank.title(chapter.id, language)
        return say(
            language, "start", key, title=title, points=chapter.points, minutes=chapter.minutes or "–", questions=count
        )

    # events

    def _on_load(self, request: gr.Request) -> list[Any]:
        asked = request.query_params.get("lang", "")
        language: Language = "en" if asked == "en" else "zh" if asked == "zh" else self.app.settings.ui.language
        return self._worded(language, request.query_params.get("session", ""))

    async def _on_open(self, session_id: str, language: Language) -> AsyncIterator[list[Any]]:
        async for screen in self.handlers.open(session_id, language):
            yield await self._drawn(screen, language)

    async def _on_language(self, language: Language, session_id: str) -> list[Any]:
        screen = await self.handlers.look(session_id, language)
        return [*self._worded(language, session_id), *await self._drawn(screen, language)]

    async def _on_start(
        self, language: Language, chapters: list[str], minutes: float, mode: str, seed: str
    ) -> list[Any]:
        state, wrong = await self.handlers.start(language, chapters, minutes, mode, seed)
        return await self._drawn(Screen(state=state, message=wrong, draft=""), language)

    async def _on_answer(self, text: str, session_id: str, turn: float, language: Language) -> AsyncIterator[list[Any]]:
        async for screen in self.handlers.answer(session_id, text, int(turn), language):
            yield await self._drawn(screen, language)

    async def _on_skip(self, session_id: str, turn: float, language: Language) -> AsyncIterator[list[Any]]:
        async for screen in self.handlers.skip(session_id, int(turn), language):
            yield await self._drawn(screen, language)

    async def _on_hint(self, session_id: str, turn: float, language: Language) -> list[Any]:
        return await self._drawn(await self.handlers.hint(session_id, int(turn), language), language)

    async def _on_pause(self, session_id: str, turn: float, language: Language) -> list[Any]:
        return await self._drawn(await self.handlers.pause(session_id, language), language)

    async def _on_resume(self, session_id: str, turn: float, language: Language) -> list[Any]:
        return await self._drawn(await self.handlers.resume(session_id, language), language)

    async def _on_finish(self, session_id: str, turn: float, language: Language) -> list[Any]:
        return await self._drawn(await self.handlers.finish(session_id, language), language)

    async def _on_regrade(self, session_id: str, turn: float, language: Language) -> list[Any]:
        return await self._drawn(await self.handlers.regrade(session_id, language), language)

    async def _drawn(self, screen: Screen, language: Language) -> list[Any]:
        """Updates for `_outputs`, in its order."""
        state = screen.state
        notice = gr.update(value=view.notice(screen.message), visible=bool(screen.message))
        if state is None and screen.chat is None:
            here = [gr.update(visible=True), gr.update(visible=False), gr.update(visible=False)]
            return [*here, notice, *[gr.skip()] * 12, gr.skip(), gr.skip()]
        if state is None:
            moves = [gr.update(interactive=False)] * 6
            answer = (
                gr.update(value=screen.draft, interactive=False)
                if screen.draft is not None
                else gr.update(interactive=False)
            )
            return [gr.skip(), gr.skip(), gr.skip(), notice, screen.chat, answer, gr.skip(), gr.skip(), *moves, gr.skip(), gr.skip(), gr.skip(), gr.skip()]  # fmt: skip
        done, paused = state.status == "finished", state.status == "paused"
        ready = state.status == "active" and not screen.busy
        report, ungraded = "", 0
        if done:
            report, card = await report_panel(self.app, state, language)
            ungraded = _gradable(card)
        answer: dict[str, Any] = {"interactive": ready, "visible": not done}
        if screen.draft is not None:
            answer["value"] = screen.draft
        if paused and not screen.message:
            notice = gr.update(value=view.notice(say(language, "talk", "paused")), visible=True)
        return [
            gr.update(visible=False),
            gr.update(visible=True),
            gr.update(visible=done),
            notice,
            view.chat(state, language),
            gr.update(**answer),
            view.progress_panel(state, self.app.clock(), language),
            report,
            gr.update(interactive=ready, visible=not done),
            gr.update(interactive=ready, visible=not done and state.session.mode == "practice"),
            gr.update(interactive=ready, visible=not done),
            gr.update(interactive=ready, visible=not done and not paused),
            gr.update(interactive=True, visible=paused),
            gr.update(interactive=not screen.busy, visible=not done),
            gr.update(visible=False),
            gr.update(visible=ungraded > 0),
            state.session.id,
            state.turn,
        ]


def _gradable(card: Scorecard) -> int:
    """Ungraded questions that grading again could help."""
    return sum(row.reason not in ("not_reached", "no_key_points", "question_removed") for row in card.ungraded)


_KEEP_SESSION = """() => {
  const id = document.querySelector('#session-id textarea, #session-id input')?.value || '';
  if (id) window.interviewer.keep(id);
  return id;
}"""
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
