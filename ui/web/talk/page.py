"""The interview's page: where the talk, the answer box, the moves and the panel stand. What happens there is talk.js's and the channel's."""

from __future__ import annotations

import gradio as gr

from interviewer.app import App
from ui.web.frame import QUIET, Frame, Updates, merged, open_blocks, parts_of
from ui.web.talk.shell import TALK_END, TALK_START, sure_words, talk_words
from ui.web.talk.voice import voice_panel

MOVES = ("hint", "repeat", "skip", "pause", "resume", "end")


class TalkPage:
    """Layout of the page at `/interview?session=…`. Its only event words it in the visitor's language.

    The page's script shows and hides what is here (classes and `disabled`), so that a turn costs the server no event of Gradio's.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "interview")
        with gr.Row(elem_classes="talk", elem_id="main-content"):
            with gr.Column(scale=3, min_width=320, elem_classes="conversation"):
                self.words = gr.HTML(TALK_START, elem_id="talk-top")
                self.answer = gr.Textbox(lines=1, max_lines=14, elem_id="answer", autofocus=True)
                self.voice = gr.HTML(elem_id="voice", visible=app.dictation is not None)
                with gr.Row(elem_classes="moves"):
                    self.send = gr.Button(variant="primary", elem_id="send", min_width=96, scale=2)
                    self.moves = {
                        name: gr.Button(
                            elem_id=name, min_width=72, variant="primary" if name == "resume" else "secondary"
                        )
                        for name in MOVES
                    }
                with gr.Row(elem_classes="sure", elem_id="sure"):
                    self.sure_text = gr.HTML()
                    self.end_yes = gr.Button(variant="stop", elem_id="end-yes", min_width=110)
                    self.skip_yes = gr.Button(variant="stop", elem_id="skip-yes", min_width=110)
                    self.end_no = gr.Button(elem_id="end-no", min_width=110)
            with gr.Column(scale=1, min_width=250):
                gr.HTML(TALK_END, elem_id="progress")
        open_blocks().load(self._on_load, None, outputs=[*parts_of(self), *self.moves.values()], **QUIET)

    def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        words: Updates = {
            self.words: talk_words(visitor),
            self.answer: gr.update(label=visitor.say("talk", "you"), placeholder=visitor.say("talk", "placeholder")),
            self.sure_text: sure_words(visitor),
            self.voice: voice_panel(self.app, visitor),
            self.send: visitor.say("talk", "send"),
            self.end_yes: visitor.say("talk", "end_yes"),
            self.end_no: visitor.say("talk", "end_no"),
            self.skip_yes: visitor.say("talk", "skip_yes"),
            **{button: visitor.say("talk", name) for name, button in self.moves.items()},
        }
        return merged(self.frame.worded(visitor), words)
