"""Texts of people in Markdown. The one rule: they read as typed and format nothing."""

from __future__ import annotations

import re

_ACTIVE = re.compile(r"([\\`*_\[\]<>#|~$!&])")
_LINE_START = re.compile(r"^([ \t]*)([-+=]|\d+(?=[.)]))?", re.M)
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)")
_LANGUAGE = re.compile(r"[ \t]*[\w+#.-]*[ \t]*")
_SPAN = re.compile(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)|[^`]+|`+")
"""A code span within a line, or what lies between such spans."""
ICONS = {"covered": "✓", "partial": "◐", "contradicted": "✗", "absent": "○"}


def plain(text: str) -> str:
    """`text` with everything that Markdown would act on made plain: code fences, headings, lists, links, HTML."""
    escaped = _ACTIVE.sub(r"\\\1", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _LINE_START.sub(_opened, escaped)


def without_html(text: str) -> str:
    """A note's own Markdown with its HTML and pictures made plain; what is code stays as it is.

    Only what is code beyond doubt counts as such: fences at the start of a line, spans in a paragraph without stray marks.
    """
    fence, doubtful, lost, lines = "", False, False, list[str]()
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        mark = _FENCE.match(line)
        if fence:
            ends = mark and mark[1].startswith(fence) and not mark[2].strip()
            fence = "" if ends else fence
            lines.append(line)
        elif mark and not lost and _LANGUAGE.fullmatch(mark[2]):
            fence, doubtful = mark[1], False
            lines.append(line)
        else:
            lost = lost or line.lstrip().startswith(("```", "~~~"))  # a fence of its own kind: who knows where it ends
            stray = "|" in line or any(not hit[1] and hit[0][0] == "`" for hit in _SPAN.finditer(line))
            doubtful = bool(line.strip()) and (doubtful or stray)
            lines.append(_plain_html(line) if doubtful else _SPAN.sub(_outside_code, line))
    return "\n".join(lines)


def _outside_code(hit: re.Match[str]) -> str:
    return hit[0] if hit[1] else _plain_html(hit[0])


def _plain_html(text: str) -> str:
    return text.replace("<", "&lt;").replace("![", "&#33;[")


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
