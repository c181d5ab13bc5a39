"""Headings as a tree, and what a heading says: number, title, minutes.

Its rule: it only takes headings apart; which of them are chapters, questions or labels is decided by the survey.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.adopt.inline import say, title_of
from knowledge.adopt.nodes import Node
from knowledge.adopt.vocabulary import chapter_name, section_name, split_label

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ROMAN = re.compile(r"(?=[IVXLC])(?:X{0,3})(?:IX|IV|V?I{0,3})(?=\s*[.、:：)]\s*\S)")
_MINUTE_WORDS = r"(?:分钟|min(?:ute)?s?\b\.?)"
_MINUTES = re.compile(
    rf"(?:约|about|approx\.?|~|⏱️?|建议)?\s*(?<!\d)(\d{{1,3}})\s*(?:{_MINUTE_WORDS})?\s*(?:[-–—~～至到]|to)?\s*(\d{{1,3}})?\s*{_MINUTE_WORDS}",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*[（(\[【]([^（()）\[\]【】]*)[)）\]】]")
_NUMBER = re.compile(
    r"(?:(?P<dotted>\d{1,3}(?:\.\d{1,3})+)[.、:：)）]?\s*|(?P<plain>\d{1,3})\s*[.、:：)）．]\s*(?!\d)|(?P<zh>[一二三四五六七八九十]{1,3})\s*[、.．:：]\s*|[（(](?P<in_brackets>\d{1,3}|[一二三四五六七八九十]{1,3})[)）]\s*|(?P<spaced>\d{1,3})\s+(?=\D))"
)


@dataclass(frozen=True, slots=True)
class Head:
    """A heading taken apart. `number` is as written, in digits; `named` is the word it names itself with (章, part), if any."""

    title: str
    number: str = ""
    minutes: int | None = None
    named: str = ""


@dataclass(slots=True)
class Region:
    """A heading, the nodes right under it and the headings below it. The root has no heading."""

    node: Node | None
    depth: int
    own: list[Node] = field(default_factory=list[Node])
    subs: list[Region] = field(default_factory=list["Region"])
    parent: Region | None = None

    @property
    def text(self) -> str:
        return self.node.text if self.node else ""

    @property
    def line(self) -> int:
        return self.node.first if self.node else 1

    def walk(self) -> Iterator[Region]:
        """This region and all below it, in the order of their lines."""
        stack: list[Region] = [self]
        while stack:
            region = stack.pop()
            yield region
            stack += reversed(region.subs)

    def all_nodes(self) -> Iterator[Node]:
        """The nodes under the heading, headings below it among them."""
        for region in self.walk():
            if region is not self and region.node:
                yield region.node
            yield from region.own


def regions(nodes: Sequence[Node]) -> Region:
    """The tree of headings over `nodes`."""
    root = Region(None, 0)
    open_ones = [root]
    for node in nodes:
        if node.kind != "heading":
            open_ones[-1].own.append(node)
            continue
        while open_ones[-1].depth >= node.depth:
            open_ones.pop()
        region = Region(node, node.depth, parent=open_ones[-1])
        open_ones[-1].subs.append(region)
        open_ones.append(region)
    return root


def with_plain_headings(nodes: Sequence[Node], asks: Callable[[str], int]) -> list[Node]:
    """`nodes` with one-line paragraphs that name a chapter or section (第一章 …, 一、…, 1.1 …) made headings, below the real ones."""
    found: list[Node] = []
    depth = 1
    for node in nodes:
        if node.kind == "heading":
            depth = max(1, node.depth)
        elif node.kind in ("text", "item") and len(node.lines) == 1 and not node.children:
            below = _plain_level(node, asks)
            if below:
                node = Node("heading", node.first, node.last, node.lines, depth=min(depth, 3) + below)
        found.append(node)
    return found if any(node.kind == "heading" for node in found) else _with_bare_headings(found)


def _with_bare_headings(nodes: Sequence[Node]) -> list[Node]:
    """Of a list that has no headings: short lines that stand alone over items that begin anew."""
    found = list(nodes)
    for place, node in enumerate(nodes):
        if _is_bare_heading(nodes, place):
            found[place] = Node("heading", node.first, node.last, node.lines, depth=2)
    return found


def _is_bare_heading(nodes: Sequence[Node], place: int) -> bool:
    node = nodes[place]
    if node.kind != "text" or len(node.lines) != 1 or _place_in_list(nodes, place) is not None:
        return False
    below = _place_in_list(nodes, place + 1)
    before = [_place_in_list(nodes, one) for one in range(max(0, place - 2), place)]
    if below is None or (place and (below > 1 or len(before) < 2 or None in before)):
        return False
    text = say(node.text).text.strip()
    return (
        0 < len(text) <= 40
        and text[0].isalnum()
        and text[-1] not in ".。;；:：?？!！,，"
        and split_label(text)[0] is None
    )


def _place_in_list(nodes: Sequence[Node], place: int) -> int | None:
    """The number of an item or a numbered line, 0 for one with a bullet; None for anything else."""
    if place >= len(nodes) or nodes[place].kind not in ("item", "text"):
        return None
    node = nodes[place]
    match = re.match(r"\s*[(（]?(\d{1,4})\s*[、.．)）]", node.text)
    if match:
        return int(match[1])
    return (node.number or 0) if node.kind == "item" else None


def _plain_level(node: Node, asks: Callable[[str], int]) -> int:
    text = say(node.text).text
    if len(text) > 60 or "\n" in text or re.search(r"[。；;，,]\s*$|[?？]", text) or node.kind == "item":
        return 0
    if chapter_name(text) and not re.match(r"(?:part|topic|stage|phase|block)\s+of\b", text, re.IGNORECASE):
        return 1
    if section_name(text):
        return 2
    if asks(text) >= 2:
        return 0
    if re.match(r"[一二三四五六七八九十]{1,3}\s*[、.．]\s*\S", text):
        return 1
    return 2 if re.match(r"\d{1,2}\.\d{1,2}(?:\.\d{1,2})?\s+\S|[（(][一二三四五六七八九十]{1,3}[)）]\s*\S", text) else 0


def head_of(text: str) -> Head:
    """`text` of a heading taken apart: `## 第一章：标题（15-20分钟）`, `Part 3`, `1.1 …`, `一、…`, `IV. …`."""
    said = title_of(say(text))
    rest, minutes = _minutes(said)
    named, number = "", ""
    wide = unicodedata.normalize("NFKC", rest) if rest[:1] in "０１２３４５６７８９" else rest
    if match := chapter_name(wide) or section_name(wide):
        groups = {key: value for key, value in match.groupdict().items() if value}
        written = next((value for key, value in groups.items() if key != "unit"), "")
        number = written if "." in written else str(_number(written) or "")
        named = _named(match[0])
        rest = wide[match.end() :]
        if not rest.strip():
            rest = wide
    elif match := _NUMBER.match(wide):
        written = next(group for group in match.groups() if group)
        number = written if "." in written else str(_number(written) or "")
        if wide[match.end() :].strip():
            rest = wide[match.end() :]
    elif match := _ROMAN.match(wide):
        number = str(_roman(match[0]))
        rest = wide[match.end() :].lstrip(" .、:：)")
    title = re.sub(rf"^{_LEADING_SIGNS}+", "", rest).strip(" :：-—–|·")
    return Head(title or said, number, minutes, named)


_LEADING_SIGNS = r"(?:\s|[\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff★☆])"


def _named(text: str) -> str:
    match = re.search(
        r"章|节|部分|部|篇|单元|模块|阶段|板块|单|讲|课|模|chapter|part|module|unit|stage|phase|block|topic|section",
        text,
        re.IGNORECASE,
    )
    return match[0].lower() if match else ""


def _minutes(text: str) -> tuple[str, int | None]:
    """The text without its minutes, and those; of a range its middle."""
    for bracket in _BRACKETS.finditer(text):
        if match := _MINUTES.search(bracket[1]):
            left = re.sub(
                r"^[\s，,、;；:：-]+|[\s，,、;；:：-]+$", "", bracket[1][: match.start()] + bracket[1][match.end() :]
            )
            kept = f"（{left}）" if left and "（" in bracket[0] else f" ({left})" if left else ""
            return (text[: bracket.start()] + kept + text[bracket.end() :]).strip(), _middle(match)
    if match := re.search(rf"[\s\-–—|·:：,，]+{_MINUTES.pattern}\s*$", text, re.IGNORECASE):
        return text[: match.start()].strip(), _middle(match)
    return text, None


def _middle(match: re.Match[str]) -> int:
    low, high = int(match[1]), int(match[2] or match[1])
    return (low + high + 1) // 2


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    word = text.lower()
    if word in _WORDS:
        return _WORDS.index(word) + 1
    if re.fullmatch(r"[ivxlc]+", word):
        return _roman(word.upper())
    if len(word) == 1 and "a" <= word <= "z":
        return ord(word) - ord("a") + 1
    tens, ten, ones = text.rpartition("十")
    if not all(sign in _DIGITS for sign in tens + ones) or len(tens) > 1 or len(ones) > 1:
        return None
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _roman(text: str) -> int:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    total = 0
    for place, sign in enumerate(text):
        value = values[sign]
        total += -value if any(values[later] > value for later in text[place + 1 : place + 2]) else value
    return total
