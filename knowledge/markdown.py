"""Markdown as a short list of blocks: the one place where outline and notes meet markdown-it-py.

Its rule: a block knows the line it starts on, counted from 1, so that every finding can name it. Nothing here knows
what a chapter or a key point is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from knowledge.findings import Findings

BlockKind = Literal["heading", "paragraph", "list", "table", "rule", "other"]
LONGEST_TEXT = 20_000
"""Characters of a paragraph whose marks and links are read."""
MOST_BRACKETS, MOST_BRACKETS_HERE = 400_000, 1000
"""Square brackets of a file and of a paragraph: looking for what each belongs to takes long."""
MOST_CELLS = 200_000
"""Cells of all tables of a file: each takes a thousand times its own room."""
_TOO_LONG = f"This text has more than {LONGEST_TEXT} characters; links in it are not read."
_TOO_MANY = f"This text has more than {MOST_BRACKETS_HERE} square brackets, or the file {MOST_BRACKETS}; links in it are not read."
_TOO_WIDE = f"The file has more than {MOST_CELLS} cells in tables; none of its tables is read as one."
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


def read_blocks(
    text: str, *, raw: bool = False, skipped_lines: int = 0, found: Findings | None = None
) -> tuple[Block, ...]:
    """The top-level blocks of `text`, in order.

    With `raw`, texts keep their inline marks and no links are looked for (about twice as fast). `skipped_lines` is added
    to every line number, for a text that stood below a front matter. What is too long or too deep to be read whole is
    written down in `found`.
    """
    tables = text.count("|") <= MOST_CELLS
    if not tables and found is not None:
        found.error("long_text", 1 + skipped_lines, _TOO_WIDE, "Part the file.")
    reader = _Reader(raw, skipped_lines, found)
    return tuple(map(reader.block, _top_level(_parser(tables).parse(text, reader.env))))


@cache
def _parser(tables: bool = True) -> MarkdownIt:
    """Block structure only: what stands in a paragraph is parsed when its block is made, and forgotten."""
    parser = MarkdownIt("commonmark").disable(["inline", "text_join"])
    return parser.enable("table") if tables else parser


def _top_level(tokens: Sequence[Token]) -> Iterator[SyntaxTreeNode]:
    """A tree for each block, made when it is asked for."""
    start = 0
    for at, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            yield SyntaxTreeNode(tokens[start : at + 1]).children[0]
            start = at + 1


class _Reader:
    """Makes blocks of one text. Only lives while that is being read."""

    def __init__(self, raw: bool, skipped: int, found: Findings | None) -> None:
        self.env: dict[str, Any] = {}
        self._brackets = 0
        self._raw, self._skipped, self._found = raw, skipped, found

    def block(self, node: SyntaxTreeNode) -> Block:
        first, last = node.map or (0, 0)
        line, end = first + 1 + self._skipped, last + self._skipped
        self._look_down(node)
        if node.type == "heading":
            return Block("heading", one_line(self._read(node)[0]), line, end, depth=int(node.tag[1:]))
        if node.type == "paragraph":
            return Block("paragraph", self._read(node)[0], line, end)
        if node.type in ("bullet_list", "ordered_list"):
            return Block("list", "", line, end, entries=self._entries(node))
        if node.type == "table":
            rows = (row for part in node.children for row in part.children)
            cells = tuple(tuple(one_line(self._read(cell)[0]) for cell in row.children) for row in rows)
            return Block("table", "", line, end, rows=cells)
        return Block("rule" if node.type == "hr" else "other", node.content if not node.is_nested else "", line, end)

    def _entries(self, node: SyntaxTreeNode) -> tuple[Entry, ...]:
        return tuple(self._entry(item, node.type == "ordered_list") for item in node.children)

    def _entry(self, item: SyntaxTreeNode, numbered: bool) -> Entry:
        lists = [child for child in item.children if child.type in ("bullet_list", "ordered_list")]
        rest = [child for child in item.children if child not in lists]
        head = rest[0] if rest and rest[0].type == "paragraph" else None
        text, links = self._read(head) if head else ("", ())
        return Entry(
            text=one_line(text),
            links=links,
            numbered=numbered,
            line=(item.map[0] if item.map else 0) + 1 + self._skipped,
            entries=tuple(entry for child in lists for entry in self._entries(child)),
            more=len(rest) > (1 if head else 0),
        )

    def _read(self, node: SyntaxTreeNode) -> tuple[str, tuple[str, ...]]:
        """Text and links of a paragraph, a heading or a cell. One that is too long keeps its marks, and its links are text."""
        content = "".join(child.content for child in node.children)
        if self._raw:
            return content.strip(), ()
        self._brackets += (brackets := content.count("["))
        too_many = brackets > MOST_BRACKETS_HERE or (brackets and self._brackets > MOST_BRACKETS)
        if len(content) > LONGEST_TEXT or too_many:
            self._write_down(node, "long_text", _TOO_LONG if len(content) > LONGEST_TEXT else _TOO_MANY)
            return content.strip(), ()
        tokens: list[Token] = []
        _parser().inline.parse(content, _parser(), self.env, tokens)
        links = tuple(unquote(str(one.attrs.get("href", ""))) for one in tokens if one.type == "link_open")
        return _text(tokens).strip(), links

    def _look_down(self, node: SyntaxTreeNode) -> None:
        """The parser leaves out what is nested deeper than it goes."""
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if one.type in ("list_item", "blockquote") and one.level >= _parser().options["maxNesting"] - 1:
                self._write_down(one, "too_deep", "What is nested deeper than ten lists or quotes is not read.")
                return
            waiting += (child for child in one.children if child.is_nested)

    def _write_down(self, node: SyntaxTreeNode, code: Literal["long_text", "too_deep"], what: str) -> None:
        if self._found is None:
            return
        line = (node.map[0] if node.map else 0) + 1 + self._skipped
        if code == "long_text":
            self._found.error("long_text", line, what, "Part it with blank lines.")
        else:
            self._found.error("too_deep", line, what, "Bring it further up.")


def one_line(text: str) -> str:
    """`text` with its line breaks closed up between full-width characters and turned to a space elsewhere."""
    return _WIDE_BREAK.sub("", text).replace("\n", " ").strip()


def _text(tokens: Sequence[Token]) -> str:
    """What tokens say, without their marks; of an image its description."""
    said: list[str] = []
    waiting = list(reversed(tokens))
    while waiting:
        token = waiting.pop()
        if token.type in ("softbreak", "hardbreak"):
            said.append("\n")
        elif token.type == "code_inline":
            said.append(f"`{token.content}`")
        elif token.children:
            waiting += reversed(token.children)
        else:
            said.append(token.content)
    return "".join(said)
