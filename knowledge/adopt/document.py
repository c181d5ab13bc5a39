"""DOCX to a `Reading`: headings, lists, tables and paragraphs as Word shows them.

Its rule: what Word shows is read, also text that was inserted under review or stands in a field; what it does not show
(deleted text) is not. Lines are the paragraphs and table rows, counted from 1.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from knowledge.adopt.nodes import Node, Row
from knowledge.adopt.packed import check_packed
from knowledge.adopt.reader import read_nodes
from knowledge.adopt.reading import Reading
from knowledge.adopt.tidy import LONGEST_LINE, Tidied
from knowledge.errors import BankError

MOST_BLOCKS = 100_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_HIDDEN = frozenset(
    (f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_W}pPr", f"{_W}rPr", f"{_W}sdtPr")
)
_HEADING = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)


@dataclass(slots=True)
class _Draft:
    """The document while it is walked: nodes in order, and the text of every line."""

    tidied: Tidied
    links: dict[str, str]
    styles: dict[str, str]
    numbered: dict[str, dict[int, bool]]
    nodes: list[Node] = field(default_factory=list[Node])
    stack: list[tuple[int, Node]] = field(default_factory=list[tuple[int, Node]])
    counters: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    line: int = 0
    lists: int = 0
    pictures: list[int] = field(default_factory=list[int])

    def next_line(self, text: str) -> int:
        self.line += 1
        self.tidied.clean[self.line] = text[:LONGEST_LINE]
        return self.line


def read_document(raw: bytes, name: str) -> Reading:
    """Read the questions of a Word document. Raises BankError."""
    import docx

    check_packed(raw, name, "word/document")
    try:
        document: Any = docx.Document(io.BytesIO(raw))
        draft = _Draft(Tidied(), _links(document), _styles(document), _numbering(document))
        for element in _blocks(document.element.body):
            _block(element, draft)
            if draft.line > MOST_BLOCKS:
                raise BankError(f"{name}: the document has more than {MOST_BLOCKS} paragraphs.", "Split it.")
    except BankError:
        raise
    except Exception as error:
        what = f"{name}: the document is damaged ({type(error).__name__}: {str(error)[:100]})."
        raise BankError(what, "Open it in its program and save it anew.") from error
    title = (document.core_properties.title or "").strip() if document.core_properties else ""
    return read_nodes(draft.nodes, draft.tidied, name, draft.line, title, unit="paragraph", pictures=draft.pictures)


def _links(document: Any) -> dict[str, str]:
    return {key: rel.target_ref for key, rel in document.part.rels.items() if rel.is_external}


def _styles(document: Any) -> dict[str, str]:
    return {style.style_id: style.name or "" for style in document.styles if style.type == 1}


def _numbering(document: Any) -> dict[str, dict[int, bool]]:
    """For each list and level whether it is numbered; what the document does not say counts as bullets."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError, AttributeError):
        return {}
    abstract: dict[str, dict[int, bool]] = {}
    for one in root.iter(f"{_W}abstractNum"):
        levels = {int(level.get(f"{_W}ilvl", "0")): _format(level) for level in one.iter(f"{_W}lvl")}
        abstract[one.get(f"{_W}abstractNumId", "")] = levels
    found: dict[str, dict[int, bool]] = {}
    for one in root.iter(f"{_W}num"):
        target = one.find(f"{_W}abstractNumId")
        if target is not None:
            found[one.get(f"{_W}numId", "")] = abstract.get(target.get(f"{_W}val", ""), {})
    return found


def _format(level: Any) -> bool:
    written = level.find(f"{_W}numFmt")
    return written is not None and written.get(f"{_W}val") not in ("bullet", "none")


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, also those inside content controls and insertions."""
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}moveTo"):
            yield from _blocks(child)


def _block(element: Any, draft: _Draft) -> None:
    if element.tag == f"{_W}tbl":
        draft.stack.clear()
        rows = tuple(_table_row(row, draft) for row in element.iter(f"{_W}tr"))
        if rows:
            draft.nodes.append(Node("table", rows[0].line, rows[-1].last, rows=rows))
        return
    text = _text(element, draft).strip()
    if not text:
        if any(True for _ in element.iter(f"{_W}drawing", f"{_W}pict")):
            draft.pictures.append(draft.next_line("(picture)"))
            draft.nodes.append(Node("text", draft.line, draft.line, ((draft.line, "(picture)"),)))
        return
    style = draft.styles.get(_value(element, "pStyle"), "")
    depth = _depth(element, style)
    first = draft.line + 1
    lines = tuple((draft.next_line(line), line) for line in text.split("\n") if line.strip())
    if depth:
        draft.stack.clear()
        draft.nodes.append(Node("heading", first, draft.line, lines, depth=depth))
    elif (place := _list_place(element, style)) is not None:
        _item(draft, place, lines, first)
    else:
        draft.stack.clear()
        draft.nodes.append(
            Node("quote" if style.lower() in ("quote", "intense quote") else "text", first, draft.line, lines)
        )
        if draft.nodes[-1].kind == "quote":
            draft.nodes[-1].children = [Node("text", first, draft.line, lines)]


def _item(draft: _Draft, place: tuple[str, int], lines: tuple[tuple[int, str], ...], first: int) -> None:
    number_id, level = place
    ordered = draft.numbered.get(number_id, {}).get(level, number_id == "number")
    number = None
    if ordered:
        number = draft.counters[number_id, level] = draft.counters.get((number_id, level), 0) + 1
        for key in [key for key in draft.counters if key[0] == number_id and key[1] > level]:
            del draft.counters[key]
    while draft.stack and draft.stack[-1][0] >= level:
        draft.stack.pop()
    if not draft.stack and (not draft.nodes or draft.nodes[-1].kind != "item"):
        draft.lists += 1
    node = Node("item", first, draft.line, lines, marker="." if ordered else "-", number=number, siblings=draft.lists)
    if draft.stack:
        draft.stack[-1][1].children.append(node)
        for _, above in draft.stack:
            above.last = draft.line
    else:
        draft.nodes.append(node)
    draft.stack.append((level, node))


def _depth(element: Any, style: str) -> int:
    if match := _HEADING.match(style):
        return min(6, int(match[1]))
    if style.lower() in ("title", "标题"):
        return 1
    outline = element.find(f"{_W}pPr/{_W}outlineLvl")
    level = outline.get(f"{_W}val", "9") if outline is not None else "9"
    return int(level) + 1 if level.isdigit() and int(level) < 6 else 0


def _list_place(element: Any, style: str) -> tuple[str, int] | None:
    number = element.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    level = element.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")
    if number is not None and number.get(f"{_W}val") != "0":
        return number.get(f"{_W}val", ""), int(level.get(f"{_W}val", "0")) if level is not None else 0
    match = re.match(r"list (bullet|number|paragraph)\s*(\d?)", style, re.IGNORECASE)
    return (match[1].lower(), int(match[2] or 1) - 1) if match else None


def _value(element: Any, name: str) -> str:
    found = element.find(f"{_W}pPr/{_W}{name}")
    return found.get(f"{_W}val", "") if found is not None else ""


def _text(element: Any, draft: _Draft, *, bold: bool = True) -> str:
    """The shown text of a paragraph; bold runs and links as Markdown."""
    out: list[str] = []
    for child in element:
        if child.tag in _HIDDEN:
            continue
        if child.tag == f"{_W}r":
            text = _run(child)
            out.append(f"**{text.strip()}**" if bold and text.strip() and _is_bold(child) else text)
        elif child.tag == f"{_W}hyperlink":
            words = _text(child, draft, bold=False)
            target = draft.links.get(child.get(f"{_R}id", ""), "")
            out.append(f"[{words}](<{target}>)" if target and words.strip() else words)
        elif len(child):
            out.append(_text(child, draft, bold=bold))
    return "".join(out).replace("****", "")


def _run(run: Any) -> str:
    out: list[str] = []
    for child in run:
        if child.tag == f"{_W}t":
            out.append(child.text or "")
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            out.append("\n")
        elif child.tag == f"{_W}tab":
            out.append(" ")
        elif child.tag == f"{_W}noBreakHyphen":
            out.append("-")
    return "".join(out)


def _is_bold(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}b")
    return mark is not None and mark.get(f"{_W}val", "true") not in ("0", "false", "off")


def _table_row(row: Any, draft: _Draft) -> Row:
    """A row's cells; one that goes on from the row above is empty, one over several columns stands in the first of them."""
    cells: list[str] = []
    for cell in row.iter(f"{_W}tc"):
        if cell.getparent() is not row and cell.getparent().tag == f"{_W}tc":
            continue
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        going_on = merge is not None and merge.get(f"{_W}val") != "restart"
        paragraphs = [_text(p, draft, bold=False).strip() for p in cell.iter(f"{_W}p")]
        cells.append("" if going_on else "\n".join(text for text in paragraphs if text))
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        cells += [""] * (int(span.get(f"{_W}val", "1")) - 1 if span is not None else 0)
        if len(cells) > 60:
            break
    line = draft.next_line(" | ".join(text.replace("\n", " ") for text in cells if text))
    return Row(line, tuple(cells[:60]), line)
