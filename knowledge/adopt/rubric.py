"""Rubrics under a team's own names: lists, tables and lines to (name, text) of every level they describe.

Its rule: a line is a level only if it names one; what the names stand for is decided in `levels`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.adopt.inline import one_line, say
from knowledge.adopt.nodes import Node
from knowledge.levels import known_level, rank_of, score_of

_LEVEL_LINE = re.compile(
    r"^\s*(?:[-*+•]\s*)?(?:\*\*|__)?\s*[\[【（(]?\s*([^:：\]】\n]{1,40}?)\s*[\]】)）]?\s*(?:\*\*|__)?\s*(?:[:：]|\s[-–—]{1,2}\s)\s*(?:\*\*|__)?\s*(\S.*)$",
    re.DOTALL,
)
_NAME_COLUMN = re.compile(r"label|level|name|grade|rating|等级|级别|档次|评级|水平|层次|结果", re.IGNORECASE)
_SCORE_COLUMN = re.compile(r"score|points?|mark|分数?|得分|分值|分数段|#", re.IGNORECASE)
_TEXT_COLUMN = re.compile(
    r"what|descr|criteria|expect|signal|behaviou?r|indicat|标准|描述|表现|要求|说明|内容|特征|回答", re.IGNORECASE
)


def levels_in(nodes: Sequence[Node]) -> list[tuple[str, str]]:
    """(name, text) of every level a rubric's list, table or lines describe, in their order; empty where it describes none."""
    found: list[tuple[str, str]] = []
    for node in nodes:
        if node.kind == "table":
            found += _in_table(node)
        elif node.kind == "item":
            found += _in_item(node)
        elif node.kind in ("text", "heading"):
            found += [pair for _, text in node.lines if (pair := _pair(text))]
    return found


def _pair(text: str) -> tuple[str, str] | None:
    match = _LEVEL_LINE.match(say(text).text)
    if match is None or not (known_level(match[1]) or rank_of(match[1]) is not None or score_of(match[1]) is not None):
        return None
    return match[1].strip(), one_line(match[2])


def _in_item(node: Node) -> list[tuple[str, str]]:
    inner = "；".join(one_line(say(child.text).text) for child in node.children if child.text) if node.children else ""
    if pair := _pair(node.text):
        return [(pair[0], f"{pair[1]}；{inner}" if inner else pair[1])]
    name = say(node.text).text.strip(" :：")
    if inner and len(name) <= 40 and (known_level(name) or rank_of(name) is not None or score_of(name) is not None):
        return [(name, inner)]
    return []


def _in_table(node: Node) -> list[tuple[str, str]]:
    if len(node.rows) < 2:
        return []
    head = [one_line(say(cell).text) for cell in node.rows[0].cells]
    across = [
        column
        for column, cell in enumerate(head)
        if known_level(cell)
        or (rank_of(cell) is not None and _TEXT_COLUMN.search(cell) is None and not _NAME_COLUMN.fullmatch(cell))
    ]
    if len(across) >= 2:
        return [
            (head[column], text)
            for row in node.rows[1:]
            for column in across
            if (text := one_line(say(_cell(row.cells, column)).text))
        ]
    name = _column(head, _NAME_COLUMN)
    score = _column(head, _SCORE_COLUMN)
    text = _column(head, _TEXT_COLUMN)
    if text is None:
        text = len(head) - 1
    found: list[tuple[str, str]] = []
    for row in node.rows[1:]:
        label = one_line(say(_cell(row.cells, name if name is not None else 0)).text)
        mark = (
            one_line(say(_cell(row.cells, score)).text)
            if score is not None and score != name and name is not None
            else ""
        )
        words = one_line(say(_cell(row.cells, text)).text)
        if label and words and label != words:
            found.append((f"{label} ({mark})" if mark else label, words))
    return found


def _column(head: Sequence[str], words: re.Pattern[str]) -> int | None:
    return next((column for column, cell in enumerate(head) if words.search(cell)), None)


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""
