"""Which lines of a typed text are code or a drawing, fenced or not: those keep their columns wherever the text is shown."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^```.*?^```[ \t]*$", re.S | re.M)
_OPENED = re.compile(r"^```", re.M)
_MERMAID = re.compile(
    r"\s*(graph|flowchart)\s+(TB|TD|BT|RL|LR)\b|\s*(sequenceDiagram|stateDiagram(-v2)?|classDiagram|erDiagram|mindmap|gantt|timeline)\s*$"
)
_STROKE = re.compile(r"[┌┐└┘├┤┬┴┼─│═║╔╗╚╝▶►▼▲◀◄]|\+--|-->|<--|--\+|==>|\|\s\s|\s\s\||^\s*[|+]\s*$|^\s*[v^]\s*$")
_TABLE = re.compile(r"^[ \t]*(?:\|[ \t]*)?:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)+(?:\|[ \t]*)?$", re.M)
_GAP = re.compile(r"\n[ \t]*\n")


def is_mermaid(paragraph: str) -> bool:
    """Whether a paragraph outside any fence is a Mermaid drawing."""
    lines = paragraph.strip("\n").split("\n")
    return len(lines) > 1 and _MERMAID.match(lines[0]) is not None


def is_drawing(paragraph: str) -> bool:
    """Whether a paragraph outside any fence is drawn with characters: two lines or more have strokes, and it is no table."""
    lines = paragraph.strip("\n").split("\n")
    strokes = sum(bool(_STROKE.search(line)) for line in lines)
    return len(lines) > 1 and strokes >= 2 and not _TABLE.search(paragraph)


def drawn_stretches(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each fenced block and each drawing in `text`, in order, whole lines each; a fence left open ends with it."""
    found: list[tuple[int, int]] = []
    at = 0
    fences = [match.span() for match in _FENCE.finditer(text)]
    if opened := _OPENED.search(text, fences[-1][1] if fences else 0):
        fences.append((opened.start(), len(text)))
    for start, end in fences:
        found += [*_loose(text, at, start), (start, _past_break(text, end))]
        at = found[-1][1]
    return (*found, *_loose(text, at, len(text)))


def _loose(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The drawings among the paragraphs of `text[start:end]`."""
    found: list[tuple[int, int]] = []
    for gap in [*_GAP.finditer(text, start, end), None]:
        last = gap.start() if gap else end
        if is_mermaid(text[start:last]) or is_drawing(text[start:last]):
            found.append((start, min(end, _past_break(text, last))))
        start = gap.end() if gap else end
    return found


def _past_break(text: str, at: int) -> int:
    return at + 1 if text[at : at + 1] == "\n" else at
