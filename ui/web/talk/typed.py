"""What a candidate typed, as Markdown that a chat may draw: code and drawings as such, everything else as text.

The one rule: nothing typed becomes HTML, and nothing typed makes the browser ask another server for anything.
"""

from __future__ import annotations

import re

from interviewer.typed import is_drawing, is_mermaid

_FENCE = re.compile(r"(^```.*?^```[ \t]*$|`[^`\n]+`)", re.S | re.M)


def drawn(text: str) -> str:
    """`text` as Markdown: fenced and inline code kept, drawings that nobody fenced put into a fence, the rest made plain."""
    return "".join(_fenced(part) if n % 2 else _loose(part) for n, part in enumerate(_FENCE.split(_closed(text))))


def _fenced(code: str) -> str:
    """Code as typed; of a Mermaid drawing only what draws: no HTML but line breaks, no clicks, no settings of its own."""
    if not re.match(r"```\s*mermaid\b", code):
        return code
    drawing = re.sub(r"^[ \t]*(click\b|%%\{).*$", "", code, flags=re.M)
    return re.sub(r"<(?=/?[a-zA-Z!])(?!br\s*/?>)", "#lt;", drawing)


def _closed(text: str) -> str:
    """A fence that was opened but never closed is closed at the end, so that it cannot swallow the page."""
    fences = re.findall(r"^```", text, re.M)
    return f"{text}\n```" if len(fences) % 2 else text


def _loose(text: str) -> str:
    """Paragraphs outside any fence: a drawing goes into one, everything else is escaped."""
    return "".join(part if part.isspace() or not part else _paragraph(part) for part in re.split(r"(\n[ \t]*\n)", text))


def _paragraph(text: str) -> str:
    if is_mermaid(text):
        return "\n" + _fenced(f"```mermaid\n{text.strip()}\n```") + "\n"
    if is_drawing(text):
        body = text.strip("\n")
        return f"\n```text\n{body}\n```\n"
    return plain(text)


def plain(text: str) -> str:
    """HTML, links and images made text; emphasis, lists, quotes and headings still work."""
    escaped = text.replace("\\", "\\\\").replace("[", "\\[")
    return escaped.replace("&", "&amp;").replace("<", "&lt;")
