"""What answers show at each level, under a team's own names: lists and tables to named levels, and names to ours by order.

Its rule: names that are known keep their meaning; all others are put in order, and how they were read is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from knowledge.adopt.inline import one_line, say
from knowledge.adopt.nodes import Node
from knowledge.models import Level

Rank = Level | Literal["below"]

_KNOWN: tuple[tuple[Rank, str], ...] = (
    ("excellent", r"优秀|excellent"),
    ("good", r"良好|good"),
    ("below", r"不合格|不及格|较差|insufficient|fail(?:ed|ing)?|poor"),
    ("fair", r"一般|合格|及格|fair"),
)
_BELOW = re.compile(r"不(?:合格|及格|通过|推荐|录用|达标)|淘汰|很?差|较弱|no[ -]?hire|strong no|not hire|reject|fail|poor|insufficient|unsatisf|unaccept|weak|below|red flag|0\s*分", re.IGNORECASE)
_ORDER: tuple[str, ...] = (
    r"卓越|杰出|非常优秀|满分|专家|架构师|资深|outstanding|exceptional|expert|principal|staff|strong hire|strong yes|exceeds|mastery|top|master",
    r"优秀|优|高级|senior|excellent|advanced|great|^hire|^yes|^a\b|proficient|strong",
    r"良好|良|中级|较好|熟练|进阶|提高|mid|intermediate|good|solid|^b\b|meets|competent|lean hire|leaning",
    r"一般|中等?|合格|及格|初级|基础|基本|入门|达标|junior|fair|basic|average|adequate|acceptable|pass|borderline|^c\b|developing|beginner|novice|entry|foundation",
    r"较差|差|不|low|poor|weak|no|fail|^d\b|^e\b|^f\b|reject|insufficient|below",
)
_LEVEL_LINE = re.compile(r"^\s*(?:[-*+•]\s*)?(?:\*\*|__)?\s*[\[【（(]?\s*([^:：\]】\n]{1,40}?)\s*[\]】)）]?\s*(?:\*\*|__)?\s*(?:[:：]|\s[-–—]{1,2}\s)\s*(?:\*\*|__)?\s*(\S.*)$", re.DOTALL)
_SCORE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:[-–—~～至到]\s*(\d+(?:\.\d+)?))?\s*(?:分|points?|pts?|%|/\s*\d+|星|stars?)?", re.IGNORECASE)
_NAME_COLUMN = re.compile(r"label|level|name|grade|rating|等级|级别|档次|评级|水平|层次|结果", re.IGNORECASE)
_SCORE_COLUMN = re.compile(r"score|points?|mark|分数?|得分|分值|分数段|#", re.IGNORECASE)
_TEXT_COLUMN = re.compile(r"what|descr|criteria|expect|signal|behaviou?r|indicat|标准|描述|表现|要求|说明|内容|特征|回答", re.IGNORECASE)


def known_level(name: str) -> Rank | None:
    """The level whose own name `name` is or begins with."""
    plain = _plain(name)
    return next((rank for rank, words in _KNOWN if re.match(words, plain)), None)


def is_own_name(name: str) -> bool:
    """Whether `name` is one of our names for a level, so that it need not be kept beside its text."""
    return any(re.fullmatch(words, _plain(name)) for _, words in _KNOWN)


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


def onto_levels(found: Sequence[tuple[str, str]]) -> dict[str, Rank]:
    """The level each name stands for. Known names first; of the others those below passing, then the rest by order, best first."""
    names = list(dict.fromkeys(name for name, _ in found if name))
    if names and all(known_level(name) for name in names):
        return {name: known_level(name) or "fair" for name in names}
    ranks: dict[str, Rank] = {name: "below" for name in names if _BELOW.search(_plain(name))}
    rest = [name for name in _best_first(names) if name not in ranks]
    share: dict[int, tuple[Rank, ...]] = {1: ("excellent",), 2: ("excellent", "fair"), 3: ("excellent", "good", "fair")}
    for place, name in enumerate(rest):
        if len(rest) <= 3:
            ranks[name] = share[len(rest)][place]
        else:
            ranks[name] = "excellent" if place == 0 else "fair" if place == len(rest) - 1 else "good"
    return {name: ranks[name] for name in names}


def _best_first(names: Sequence[str]) -> list[str]:
    """The names from the best down: by the scores in them, else by words known to be higher or lower, else as they stand."""
    scores = [_score(name) for name in names]
    if names and all(score is not None for score in scores):
        return [name for _, name in sorted(zip(scores, names, strict=True), key=lambda pair: -(pair[0] or 0))]
    ranks = [_rank(name) for name in names]
    if all(rank is not None for rank in ranks) and len(set(ranks)) > 1:
        return [name for _, _, name in sorted((rank or 0, n, name) for n, (rank, name) in enumerate(zip(ranks, names, strict=True)))]
    known = [rank for rank in ranks if rank is not None]
    return list(reversed(names)) if len(known) > 1 and known[0] > known[-1] else list(names)


def _rank(name: str) -> int | None:
    plain = _plain(name)
    return next((place for place, words in enumerate(_ORDER) if re.search(words, plain)), None)


def _score(name: str) -> float | None:
    match = _SCORE.search(_plain(name))
    return float(match[2] or match[1]) if match else None


def _plain(name: str) -> str:
    return re.sub(r"[*_`~]", "", unicodedata.normalize("NFKC", name)).casefold().strip(" :：[]【】()（）\ufe0f")


def _pair(text: str) -> tuple[str, str] | None:
    match = _LEVEL_LINE.match(say(text).text)
    if match is None or not (known_level(match[1]) or _rank(match[1]) is not None or _score(match[1]) is not None):
        return None
    return match[1].strip(), one_line(match[2])


def _in_item(node: Node) -> list[tuple[str, str]]:
    inner = "；".join(one_line(say(child.text).text) for child in node.children if child.text) if node.children else ""
    if pair := _pair(node.text):
        return [(pair[0], f"{pair[1]}；{inner}" if inner else pair[1])]
    name = say(node.text).text.strip(" :：")
    if inner and len(name) <= 40 and (known_level(name) or _rank(name) is not None or _score(name) is not None):
        return [(name, inner)]
    return []


def _in_table(node: Node) -> list[tuple[str, str]]:
    if len(node.rows) < 2:
        return []
    head = [one_line(say(cell).text) for cell in node.rows[0].cells]
    across = [column for column, cell in enumerate(head) if known_level(cell) or (_rank(cell) is not None and _TEXT_COLUMN.search(cell) is None and not _NAME_COLUMN.fullmatch(cell))]
    if len(across) >= 2:
        return [(head[column], text) for row in node.rows[1:] for column in across if (text := one_line(say(_cell(row.cells, column)).text))]
    name = _column(head, _NAME_COLUMN)
    score = _column(head, _SCORE_COLUMN)
    text = _column(head, _TEXT_COLUMN)
    if text is None:
        text = len(head) - 1
    found: list[tuple[str, str]] = []
    for row in node.rows[1:]:
        label = one_line(say(_cell(row.cells, name if name is not None else 0)).text)
        mark = one_line(say(_cell(row.cells, score)).text) if score is not None and score != name and name is not None else ""
        words = one_line(say(_cell(row.cells, text)).text)
        if label and words and label != words:
            found.append((f"{label} ({mark})" if mark else label, words))
    return found


def _column(head: Sequence[str], words: re.Pattern[str]) -> int | None:
    return next((column for column, cell in enumerate(head) if words.search(cell)), None)


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""
