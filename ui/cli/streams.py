"""Input and output in consoles of any encoding. The one rule: a character that a console lacks never stops a command.

It is shown as the nearest one the console has (… as ...), else as a question mark; what is stored and written to files is
not touched by it.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TextIO

NEAREST = {
    "–": "-", "—": "-", "…": "...", "·": "-", "•": "*", "✓": "+", "✗": "x", "◐": "~", "○": "o", "→": "->", "≥": ">=",
    "≤": "<=", "×": "x", "“": '"', "”": '"', "‘": "'", "’": "'", "：": ": ", "，": ", ", "。": ". ", "（": "(", "）": ")",
    "█": "#", "━": "-", "╸": "-", "╺": "-", "│": "|", "─": "-", "\u00a0": " ",
}  # fmt: skip
"""What stands for a sign in a console that has no such sign."""
_HANDLER = "interviewer.nearest"


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(NEAREST.get(one, "?") for one in lacking), error.end


def open_streams() -> None:
    """Let what is printed pass in any encoding, and lines come out as soon as they are whole."""
    codecs.register_error(_HANDLER, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def can_show(text: str, stream: TextIO | None = None) -> bool:
    """Whether a console has all characters of `text`."""
    try:
        text.encode(getattr(stream or sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def read_line(stream: TextIO) -> str | None:
    """The next line without its end, or None at the end of the input. Bytes that are not the console's encoding are read
    as UTF-8, and what is not that either as the replacement sign: a candidate's words never stop the interview."""
    binary = getattr(stream, "buffer", None)
    if binary is None:
        line = stream.readline()
        return line.rstrip("\r\n") if line else None
    raw: bytes = binary.readline()
    return decoded(raw, stream.encoding).rstrip("\r\n") if raw else None


def decoded(raw: bytes, encoding: str | None) -> str:
    """`raw` in `encoding`, else in UTF-8, else with the replacement sign where it is neither."""
    for name in (encoding or "utf-8", "utf-8"):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace")


def quieten(stream: TextIO) -> None:
    """Send whatever is still to come on a stream nowhere: its reader has left."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # not a real file, as in tests
        return
