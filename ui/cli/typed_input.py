"""What a person types in the terminal: answers of many lines, pasted blocks, single keys; or plain lines from a pipe.

The one rule: what was typed or pasted arrives whole and as it is, or is said not to. A terminal's own line editing cuts
lines at 4,096 bytes (some 1,300 Chinese characters), so on a terminal it is never used, also not between two prompts.
"""

from __future__ import annotations

import asyncio
import os
import re
import select
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ui.cli.streams import decoded, read_line

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyPressEvent

PASTE_GAP_S = 0.02
"""Input that follows a line's end sooner than this was not typed: it belongs to one pasted block."""
CONTINUES = "\\"
COMMAND = re.compile(r"[/／、]([a-z]+|[\u4e00-\u9fff]{2,4})", re.I)
"""A command, also as a Chinese input method types its slash."""


class Typed(Protocol):
    """Where answers come from."""

    interactive: bool

    async def answer(self, prompt: str, hint: str, before: str = "") -> str | None:
        """One answer, of one line or many; None at the end of the input. `before` is there already, to be changed."""
        ...

    async def key(self, prompt: str, keys: Mapping[str, str]) -> str:
        """What `keys` gives for the key that was pressed (in a pipe: for the line); "" for Enter, "stop" for any other, with
        which the next answer then begins."""
        ...


class Lines:
    """Answers from a pipe or a file: a line each, or several where all but the last end in a backslash."""

    interactive = False

    def __init__(self) -> None:
        self._carried: list[str] = []

    async def answer(self, prompt: str, hint: str, before: str = "") -> str | None:
        return self._carried.pop() if self._carried else await asyncio.to_thread(self._answer, prompt)

    async def key(self, prompt: str, keys: Mapping[str, str]) -> str:
        print(prompt, end="", flush=True)
        line = await asyncio.to_thread(read_line, sys.stdin)
        print()
        if line is None or not line.strip():
            return "stop" if line is None else ""
        if line.strip() not in keys:
            self._carried.append(line)
        return keys.get(line.strip(), "stop")

    def _answer(self, prompt: str) -> str | None:
        print(f"\n{prompt}", end="", flush=True)
        lines: list[str] = []
        while (line := read_line(sys.stdin)) is not None:
            lines.append(line)
            if not line.endswith(CONTINUES):
                break
            lines[-1] = line[:-1]
        return "\n".join(lines) if lines else None


class Terminal:
    """Answers from a person at a terminal, with prompt_toolkit: Enter sends; Alt+Enter, or a backslash before Enter, begins
    a new line; a pasted block stays one answer, also where the terminal does not mark pastes."""

    interactive = True

    def __init__(self) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import InMemoryHistory
        from prompt_toolkit.output import create_output

        os.environ.setdefault("PROMPT_TOOLKIT_NO_CPR", "1")  # nothing here needs to know where the cursor stands
        screen = sys.stdout if sys.stdout.isatty() else sys.stderr
        self._output = create_output(stdout=screen)
        self._ahead: list[str] = []
        self._carried = ""
        self._pasting = Pasting()
        self._session: PromptSession[str] = PromptSession(
            multiline=True, key_bindings=_keys(self._pasting), history=InMemoryHistory(), output=self._output,
            prompt_continuation=_continued, reserve_space_for_menu=0,
        )  # fmt: skip

    async def answer(self, prompt: str, hint: str, before: str = "") -> str | None:
        if self._ahead:
            return self._ahead.pop(0)
        if self._pasting.over:
            return None
        self._pasting.joined = False
        before, self._carried = before + self._carried, ""
        try:
            typed = await self._session.prompt_async(f"\n{prompt}", bottom_toolbar=hint, default=before)
        except EOFError:
            return None
        typed = mended(typed, sys.stdin.encoding)
        first, *self._ahead = parted(typed) if self._pasting.joined else (typed,)
        return first

    async def key(self, prompt: str, keys: Mapping[str, str]) -> str:
        from prompt_toolkit import PromptSession

        if self._ahead:
            return "stop" if self._ahead[0] not in keys else keys[self._ahead.pop(0)]
        asked: PromptSession[str] = PromptSession(output=self._output, key_bindings=_single_keys(keys))
        try:
            pressed = await asked.prompt_async(prompt)
        except EOFError:
            return "stop"
        if pressed and pressed not in keys:
            self._carried = mended(pressed, sys.stdin.encoding)
        return keys.get(pressed, "stop") if pressed else ""


@dataclass
class Pasting:
    """How this terminal pastes: `marked` once it has marked a paste as one; `joined` where lines that came at once were
    taken for one answer; `over` where the end of the input was typed behind it."""

    marked: bool = False
    joined: bool = False
    over: bool = False


def parted(typed: str) -> list[str]:
    """Lines that came at once, as one answer; but a line that is a command is a command, typed ahead."""
    parts: list[list[str]] = [[]]
    for line in typed.split("\n"):
        if COMMAND.fullmatch(line.strip()):
            parts += [[line], []]
        else:
            parts[-1].append(line)
    return [text for text in map("\n".join, parts) if text] or [typed]


def mended(typed: str, encoding: str | None) -> str:
    """Bytes that are not the console's encoding come as lone surrogates: they are read as UTF-8 instead."""
    if not any("\udc80" <= one <= "\udcff" for one in typed):
        return typed
    try:
        raw = typed.encode(encoding or "utf-8", "surrogateescape")
    except (UnicodeEncodeError, LookupError):
        raw = typed.encode("utf-8", "surrogateescape")
    return decoded(raw, encoding)


def _continued(width: int, line: int, wraps: int) -> str:
    """What stands before the second and later lines; nothing where a line only wraps."""
    return "" if wraps else "… "


def _keys(pasting: Pasting) -> Any:
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    keys = KeyBindings()

    @keys.add("enter")
    def _send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if not pasting.marked and _more_is_coming(event):
            buffer.insert_text("\n")
            pasting.joined = True
        elif buffer.document.is_cursor_at_the_end and buffer.text.endswith(CONTINUES):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add(Keys.BracketedPaste)
    def _pasted(event: KeyPressEvent) -> None:
        pasting.marked = True
        event.current_buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))

    @keys.add("c-d")
    def _end(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if not buffer.text:
            event.app.exit(exception=EOFError())
        elif pasting.joined and buffer.text.endswith("\n"):  # Enter and Ctrl+D, typed ahead together
            buffer.text = buffer.text.removesuffix("\n")
            pasting.over = True
            buffer.validate_and_handle()

    @keys.add("c-c")
    def _clear_or_leave(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset(append_to_history=True)  # the arrow up brings it back
        else:
            event.app.exit(exception=KeyboardInterrupt())

    return keys


def _more_is_coming(event: KeyPressEvent) -> bool:
    """Whether input waits behind this Enter: then it ends a line of a pasted block, and not the answer."""
    if event.app.key_processor.input_queue:
        return True
    if os.name == "nt":
        return False
    return bool(select.select([event.app.input.fileno()], [], [], PASTE_GAP_S)[0])


def _single_keys(keys: Mapping[str, str]) -> Any:
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    bound = KeyBindings()

    def give(event: KeyPressEvent, shown: str = "") -> None:
        event.current_buffer.text = shown
        event.app.exit(result=event.data)

    for key in keys:
        bound.add(key)(lambda event: give(event, event.data))
    bound.add(Keys.Any)(give)
    bound.add(Keys.BracketedPaste)(give)
    bound.add("enter")(lambda event: event.app.exit(result=""))
    bound.add("c-c")(lambda event: event.app.exit(exception=KeyboardInterrupt()))
    return bound


def typed_from() -> Typed:
    """The terminal where there is one to type at, else the lines of a pipe."""
    here = sys.stdin.isatty() and (sys.stdout.isatty() or sys.stderr.isatty())
    return Terminal() if here else Lines()


@contextmanager
def unbuffered_terminal() -> Iterator[None]:
    """Keep what is typed while nobody asks: it waits whole, unseen, for the next prompt. Ctrl+C goes on working."""
    if os.name == "nt" or not sys.stdin.isatty():
        yield
        return
    import termios

    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    now = termios.tcgetattr(fd)
    now[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(fd, termios.TCSADRAIN, now)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
