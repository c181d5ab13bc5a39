"""How a turn sounds in the terminal: words as they come, then what was authored, as Markdown on a screen, plain in a pipe.

The one rule: a candidate's or a model's words are shown as they are; only authored text is read as Markdown.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable

from interviewer.interview.events import Delta, Notice, Speaking, TurnEvent, Written
from interviewer.models import InterviewerKind
from ui.cli.screen import console, is_terminal

WIDEST = 100
"""Columns of running text on a wide screen: longer lines are hard to read."""
Pause = Callable[[], Awaitable[None]]


class Voice:
    """Shows what the interviewer says. `after_feedback` runs between the feedback on a question and the next one."""

    def __init__(self, after_feedback: Pause) -> None:
        self._after_feedback = after_feedback
        self._screen = is_terminal(sys.stdout)

    async def turn(self, events: AsyncIterator[TurnEvent]) -> None:
        """Words as they come; a message of its own begins on a new line."""
        kind: InterviewerKind | None = None
        left_a_question = streamed = False
        async for event in events:
            match event:
                case Speaking():
                    if streamed:
                        print(flush=True)
                        streamed = False
                    if left_a_question and event.kind in ("question", "closing"):
                        await self._after_feedback()
                        left_a_question = False
                    kind = event.kind
                    left_a_question = left_a_question or kind == "feedback"
                    if kind is None:
                        print("\n", end="", flush=True)
                case Delta(text=words) if kind is not None:
                    self.say(words)
                case Delta(text=words) if words.startswith(
                    "\n\n"
                ):  # the feedback, where it follows the acknowledgement
                    print(flush=True)
                    self.say(words.lstrip("\n"))
                    streamed, left_a_question = False, True
                case Delta(text=words):
                    print(words, end="", flush=True)
                    streamed = True
                case Notice(text=words):
                    print(f"\n({words})", file=sys.stderr)
                case Written():
                    if streamed:
                        print(flush=True)
                    streamed = False

    def say(self, authored: str) -> None:
        """One authored message."""
        if not self._screen:
            print(f"\n{authored}", flush=True)
            return
        from rich.markdown import Markdown
        from rich.theme import Theme

        screen = console()
        screen.push_theme(Theme({"markdown.code": "bold cyan", "markdown.block_quote": "dim"}))
        print()
        screen.print(Markdown(authored, hyperlinks=False, code_theme="ansi_dark"), width=min(WIDEST, screen.width))
