"""A command in a real pseudo-terminal: what it shows, and keys pressed as a person's terminal would send them."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
ENTER, ALT_ENTER, CTRL_C, CTRL_D = "\r", "\x1b\r", "\x03", "\x04"
LONGEST_S = 60
_CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>()][A-Z0-9]?)")


class Terminal:
    """One running command; `shown` is everything it wrote so far, without colours and movements of the cursor."""

    def __init__(self, pid: int, fd: int, encoding: str) -> None:
        self._pid = pid
        self._fd = fd
        self._encoding = encoding
        self._raw = b""
        self.code: int | None = None

    @property
    def shown(self) -> str:
        return _CONTROL.sub("", self._raw.decode(self._encoding, "replace")).replace("\r", "")

    def send(self, text: str) -> None:
        """Press keys; a reader that is slow is waited for, as a terminal does."""
        data = text.encode(self._encoding)
        until = time.monotonic() + LONGEST_S
        while data:
            assert time.monotonic() < until, "the command reads nothing"
            self._read(0)
            if select.select([], [self._fd], [], 0.2)[1]:
                data = data[os.write(self._fd, data[:512]) :]

    def paste(self, text: str) -> None:
        self.send(f"{PASTE_BEGINS}{text}{PASTE_ENDS}")

    def wait_for(self, words: str, times: int = 1) -> str:
        """Read until `words` were shown so many times; gives all that was shown."""
        until = time.monotonic() + LONGEST_S
        while self.shown.count(words) < times:
            assert time.monotonic() < until, f"{words!r} was not shown {times} times:\n{self.shown[-2000:]}"
            assert self._read(0.2) or self.shown.count(words) >= times, (
                f"it ended without {words!r}:\n{self.shown[-2000:]}"
            )
        return self.shown

    def settings(self) -> list[object]:
        """How the terminal is set: lines or single keys, echo or none."""
        return termios.tcgetattr(self._fd)

    def wait(self) -> int:
        """The exit code, when the command has ended."""
        until = time.monotonic() + LONGEST_S
        while self._read(0.2):
            assert time.monotonic() < until, self.shown[-2000:]
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self.code

    def _read(self, seconds: float) -> bool:
        if not select.select([self._fd], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self._fd, 65536)
        except OSError:  # the other side was closed
            return False
        self._raw += piece
        return bool(piece)


@contextmanager
def at_terminal(
    folder: Path, *arguments: str, program: str = "", encoding: str = "utf-8", **environ: str
) -> Iterator[Terminal]:
    """`interviewer ARGUMENTS` (or another program) in a terminal of 100 by 30, with a data folder of its own in `folder`."""
    command = [program, *arguments] if program else [sys.executable, "-m", "ui.cli.main", *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEWER_")}
    clean |= {"INTERVIEWER_DATA_DIR": str(folder / "data"), "TERM": "xterm-256color", "PYTHONIOENCODING": encoding}
    clean["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2]), clean.get("PYTHONPATH", "")])
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(command[0], command, clean | environ)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    terminal = Terminal(pid, fd, encoding)
    try:
        yield terminal
    finally:
        if terminal.code is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(fd)
