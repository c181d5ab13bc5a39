"""A source as nested nodes with the lines they stand on: what every reader of a format makes, and all the rest reads.

Its rule: a node names source lines, counted from 1, and carries their text as written; what the lines mean is not its business.
Markdown is parsed in pieces of bounded size, so that a long file never stands in memory as a parser's tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from knowledge.adopt.tidy import CLOSE, OPEN, SUMMARY, Tidied

Kind = Literal["heading", "text", "item", "code", "quote", "table", "rule", "details"]
Line = tuple[int, str]

PIECE = 400
"""Lines parsed at once, at least; a cut falls only where no block can go on."""
DEEPEST = 60
"""Nesting of the parser; a list item takes two. What stands deeper is listed as not read."""
_DELIMITER = re.compile(r"[\s|:-]+-[\s|:-]*")
_MARKS = frozenset((OPEN, SUMMARY, CLOSE))
_PARSER = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table").disable(
    ["code", "html_block", "reference", "inline", "text_join"]
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """One row of a table from `line` to `last`; `cells` as written."""

    line: int
    cells: tuple[str, ...]
    last: int


@dataclass(slots=True)
class Node:
    """One block. `depth` is a heading's level. An item holds its first paragraph in `lines` and the rest in `children`;
    a fold-out part its summary and what it shows. `siblings` is the same number for the items of one list.
    """

    kind: Kind
    first: int
    last: int
    lines: tuple[Line, ...] = ()
    depth: int = 0
    marker: str = ""
    number: int | None = None
    siblings: int = 0
    children: list[Node] = field(default_factory=list["Node"])
    rows: tuple[Row, ...] = ()
    header: bool = False
    """Whether a table's first row is known to name its columns."""

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.lines)


def parse_markdown(tidied: Tidied) -> list[Node]:
    """The top-level nodes of a tidied Markdown text, in order."""
    flat: list[Node] = []
    for begin, end in _pieces(tidied):
        head = _table_head(tidied, begin)
        lines = [*tidied.lines[head : head + 2], *tidied.lines[begin:end]] if head >= 0 else tidied.lines[begin:end]
        tokens = _PARSER.parse("\n".join(lines))
        found = _Builder(tidied, begin - 2 if head >= 0 else begin, len(flat)).nodes(SyntaxTreeNode(tokens).children)
        if head >= 0 and found and found[0].kind == "table" and flat and flat[-1].kind == "table":
            more = found.pop(0)
            flat[-1].rows += more.rows[1:]
            flat[-1].last = more.last
        flat += found
    return _folded(flat, tidied.summaries)


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """All nodes below and including `nodes`, parents first."""
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(node.children)


def _pieces(tidied: Tidied) -> Iterator[tuple[int, int]]:
    """Index ranges to parse one by one: cut before a heading, else before an item or paragraph that begins at the margin."""
    begin, end = 0, len(tidied.lines)
    while begin < end:
        cut = begin + PIECE
        while cut < end and not _may_cut(tidied, cut, wait=cut < begin + 4 * PIECE):
            cut += 1
        yield begin, min(cut, end)
        begin = cut


def _table_head(tidied: Tidied, begin: int) -> int:
    """Where the table begins whose rows go on at `begin`; -1 where there is none."""
    if not begin or tidied.fenced[begin] or tidied.lines[begin][:1] != "|" or tidied.lines[begin - 1][:1] != "|":
        return -1
    head = begin
    while head and tidied.lines[head - 1][:1] == "|":
        head -= 1
    return head if head + 2 <= begin and _DELIMITER.fullmatch(tidied.lines[head + 1]) else -1


def _may_cut(tidied: Tidied, at: int, *, wait: bool) -> bool:
    """Whether the line at `at` begins a new block for certain; while `wait`, only headings and blocks after a blank count."""
    line = tidied.lines[at]
    if not wait and line[:1] == "|" and not tidied.fenced[at]:
        return _table_head(tidied, at) >= 0
    if tidied.fenced[at] or not line or line[0] in " \t|>=-~`\ue000\ue001\ue002":
        return bool(line) and not tidied.fenced[at] and line[0] == "-" and not wait and line[1:2] == " "
    if line[0] == "#":
        return True
    return not wait and (not tidied.lines[at - 1].strip() or line[0] in "*+")


class _Builder:
    """Turns one piece's syntax tree into nodes."""

    def __init__(self, tidied: Tidied, begin: int, base: int) -> None:
        self.tidied = tidied
        self.begin = begin
        self.lists = base * 1000

    def nodes(self, trees: Sequence[SyntaxTreeNode]) -> list[Node]:
        found: list[Node] = []
        for tree in trees:
            if tree.type in ("bullet_list", "ordered_list"):
                self.lists += 1
                siblings = self.lists
                found += [self._item(item, siblings) for item in tree.children]
            else:
                found.append(self._block(tree))
        return found

    def _span(self, tree: SyntaxTreeNode) -> tuple[int, int]:
        first, last = tree.map or (0, 1)
        origin = self.tidied.origin
        last = max(first, min(last, len(origin) - self.begin) - 1)
        while last > first and not self.tidied.lines[self.begin + last].strip():
            last -= 1
        return origin[self.begin + first], origin[self.begin + last]

    def _lines(self, tree: SyntaxTreeNode) -> tuple[Line, ...]:
        """The text of a paragraph or heading, line by line."""
        content = tree.children[0].content if tree.children else ""
        first = self.begin + (tree.map or (0, 1))[0]
        origin = self.tidied.origin
        return tuple(
            (origin[min(first + offset, len(origin) - 1)], text.strip())
            for offset, text in enumerate(content.split("\n"))
        )

    def _block(self, tree: SyntaxTreeNode) -> Node:
        first, last = self._span(tree)
        match tree.type:
            case "heading":
                lines = self._lines(tree)
                depth = int(tree.tag[1:])
                return Node("heading", first, last, lines, depth=depth)
            case "paragraph":
                return Node("text", first, last, self._lines(tree))
            case "fence":
                lines = tuple((first, text) for text in tree.content.split("\n")[:-1])
                return Node("code", first, last, lines, marker=tree.info.strip())
            case "blockquote":
                return Node("quote", first, last, children=self.nodes(tree.children))
            case "table":
                rows = tuple(self._row(row) for part in tree.children for row in part.children)
                return Node("table", first, last, rows=rows, header=True)
            case _:
                return Node("rule", first, last)

    def _row(self, row: SyntaxTreeNode) -> Row:
        line = self._span(row)[0]
        cells = (cell.children[0].content.strip() if cell.children else "" for cell in row.children)
        return Row(line, tuple(cells), line)

    def _item(self, item: SyntaxTreeNode, siblings: int) -> Node:
        first, last = self._span(item)
        children = _folded(self.nodes(item.children), self.tidied.summaries)
        number = int(item.info) if item.info.isdigit() else None
        node = Node("item", first, last, marker=item.markup, number=number, siblings=siblings, children=children)
        if children and children[0].kind in ("text", "heading"):
            node.lines = children.pop(0).lines
        if not node.lines and len(children) == 1 and children[0].kind == "item":
            inner = children[0]  # `- 1. text`: one item written with two marks
            node.lines, node.children, node.number = inner.lines, inner.children, inner.number
        return node


def _folded(flat: Sequence[Node], summaries: Sequence[Sequence[Line]]) -> list[Node]:
    """The nodes with each `<details>` as one node, its summary in `lines`; marks that have no partner are left out."""
    if not any(node.kind == "text" and node.lines and node.lines[0][1][:1] in _MARKS for node in flat):
        return list(flat)
    stack: list[tuple[Node | None, list[Node]]] = [(None, [])]
    for node in flat:
        text = node.lines[0][1] if node.kind == "text" and node.lines else ""
        match text[:1]:
            case "\ue000":
                if len(stack) < DEEPEST:
                    stack.append((Node("details", node.first, node.last), []))
            case "\ue001":
                _summarise(stack, node, summaries[int(text[1:])] if text[1:].isdigit() else ())
            case "\ue002":
                if len(stack) > 1:
                    _close(stack, node.last)
            case _:
                stack[-1][1].append(node)
    while len(stack) > 1:
        _, inside = stack.pop()  # never closed: what follows it stays where it stands
        stack[-1][1].extend(inside)
    return stack[0][1]


def _summarise(stack: list[tuple[Node | None, list[Node]]], node: Node, summary: Sequence[Line]) -> None:
    opened, inside = stack[-1]
    if opened is not None and not opened.lines and not inside:
        opened.lines = tuple(summary)
    else:
        inside.append(Node("text", node.first, node.last, tuple(summary)))


def _close(stack: list[tuple[Node | None, list[Node]]], last: int) -> None:
    opened, inside = stack.pop()
    assert opened is not None  # only the bottom has none
    opened.last, opened.children = last, inside
    stack[-1][1].append(opened)
