"""Texts of people in Markdown. The one rule: they read as typed and format nothing."""

from __future__ import annotations

import re

_ACTIVE = re.compile(r"([\\`*_\[\]<>#|~$!&])")
_LINE_START = re.compile(r"^([ \t]*)([-+=]|\d+(?=[.)]))?", re.M)
ICONS = {"covered": "✓", "partial": "◐", "contradicted": "✗", "absent": "○"}


def plain(text: str) -> str:
    """`text` with everything that Markdown would act on made plain: code fences, headings, lists, links, HTML."""
    escaped = _ACTIVE.sub(r"\\\1", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _LINE_START.sub(_opened, escaped)


def one_line(text: str) -> str:
    """`plain` on a single line, for lists and tables."""
    return plain(" ".join(text.split()))


def quoted(text: str) -> str:
    """`text` as a block quote, line for line."""
    return "  \n".join(f"> {part}" if part else ">" for part in plain(text).split("\n"))


def _opened(hit: re.Match[str]) -> str:
    """The start of a line: its indent in blanks that make no code block, its list mark made plain."""
    indent = hit[1].expandtabs(4).replace(" ", "\u00a0")
    mark = hit[2] or ""
    return f"{indent}{mark}\\" if mark.isdigit() else f"{indent}\\{mark}" if mark else indent
