"""Markdown as a short list of blocks: the one place where outline and notes meet markdown-it-py.

Its rule: a block knows the line it starts on, counted from 1, so that every finding can name it. Nothing here knows
what a chapter or a key point is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

BlockKind = Literal["heading", "paragraph", "list", "table", "rule", "other"]
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_WIDE_BREAK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")


@dataclass(frozen=True, slots=True)
class Entry:
    """One list item: its first paragraph as one line of text, the links in it, and the items nested under it.

    `more` is true when the item holds something else besides (a second paragraph, code, a table).
    """

    text: str
    links: tuple[str, ...]
    numbered: bool
    line: int
    entries: tuple[Entry, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block. `depth` is a heading's level; `entries` are a list's items; `rows` a table's cells, head first.

    `line` is where it starts and `end` the last line it covers, both counted from 1. A paragraph keeps its line breaks.
    """

    kind: BlockKind
    text: str
    line: int
    end: int
    depth: int = 0
    entries: tuple[Entry, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def has_cjk(text: str) -> bool:
    """Whether any Chinese character stands in `text`."""
    return _CJK.search(text) is not None


def units(text: str) -> int:
    """Length of a text in either language: a Chinese character or a Latin word counts one."""
    return len(_CJK.findall(text)) + len(re.findall(r"[A-Za-z0-9][A-Za-z0-9_.+/-]*", text))


def read_blocks(text: str, *, raw: bool = False, skipped_lines: int = 0) -> tuple[Block, ...]:
    """The top-level blocks of `text`, in order.

    With `raw`, texts keep their inline marks and no links are looked for (about twice as fast). `skipped_lines` is added
    to every line number, for a text that stood below a front matter.
    """
    root = SyntaxTreeNode(_parser(raw).parse(text))
    return tuple(_block(node, skipped_lines) for node in root.children)


@cache
def _parser(raw: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    return parser.disable(["inline", "text_join"]) if raw else parser


def _block(node: SyntaxTreeNode, skipped: int) -> Block:
    first, last = node.map or (0, 0)
    line, end = first + 1 + skipped, last + skipped
    if node.type == "heading":
        return Block("heading", one_line(_text(node.children)), line, end, depth=int(node.tag[1:]))
    if node.type == "paragraph":
        return Block("paragraph", _text(node.children), line, end)
    if node.type in ("bullet_list", "ordered_list"):
        return Block("list", "", line, end, entries=_entries(node, skipped))
    if node.type == "table":
        rows = (row for part in node.children for row in part.children)
        cells = tuple(tuple(one_line(_text(cell.children)) for cell in row.children) for row in rows)
        return Block("table", "", line, end, rows=cells)
    return Block("rule" if node.type == "hr" else "other", node.content if not node.is_nested else "", line, end)


def _entries(node: SyntaxTreeNode, skipped: int) -> tuple[Entry, ...]:
    return tuple(_entry(item, node.type == "ordered_list", skipped) for item in node.children)


def _entry(item: SyntaxTreeNode, numbered: bool, skipped: int) -> Entry:
    lists = [child for child in item.children if child.type in ("bullet_list", "ordered_list")]
    rest = [child for child in item.children if child not in lists]
    head = rest[0] if rest and rest[0].type == "paragraph" else None
    return Entry(
        text=one_line(_text(head.children)) if head else "",
        links=tuple(_links(head.children)) if head else (),
        numbered=numbered,
        line=(item.map[0] if item.map else 0) + 1 + skipped,
        entries=tuple(entry for child in lists for entry in _entries(child, skipped)),
        more=len(rest) > (1 if head else 0),
    )


def one_line(text: str) -> str:
    """`text` with its line breaks closed up between full-width characters and turned to a space elsewhere."""
    return _WIDE_BREAK.sub("", text).replace("\n", " ").strip()


def _text(nodes: Iterable[SyntaxTreeNode]) -> str:
    return "".join(_node_text(node) for node in nodes).strip()


def _node_text(node: SyntaxTreeNode) -> str:
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if node.type == "code_inline":
        return f"`{node.content}`"
    return _text_of_children(node) if node.children else node.content


def _text_of_children(node: SyntaxTreeNode) -> str:
    return "".join(_node_text(child) for child in node.children)


def _links(nodes: Iterable[SyntaxTreeNode]) -> Iterable[str]:
    for node in nodes:
        if node.type == "link":
            yield unquote(str(node.attrs.get("href", "")))
        yield from _links(node.children)
