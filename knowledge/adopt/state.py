"""One body of a source while it is read, and the marks by which its texts are told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.adopt.asking import asks
from knowledge.adopt.inline import say
from knowledge.adopt.nodes import Node
from knowledge.adopt.reading import Asked
from knowledge.adopt.vocabulary import Label, split_label

ANSWER_LEAD = re.compile(r"^\W*(?:A|a|答|Ans(?:wer)?)\s*\d{0,3}\s*[:：]\s*")
WEB = re.compile(r"(?:https?:)?//|mailto:|www\.", re.IGNORECASE)
OF_ONE: frozenset[Label] = frozenset(
    ("reference", "points", "follow_up", "misconceptions", "sources", "difficulty", "aside", "focus")
)
"""Labels that may stand under one question."""
_NUMBERED = re.compile(
    r"[\s*]*(?:\d{1,4}\s*[.、)）．]|[（(]\d{1,3}[)）]|[①-⑳]|q\d{0,3}\s*[:：.]|问\s*[:：]|第.{1,3}题)", re.IGNORECASE
)
_BOLD_LEAD = re.compile(r"\s*(?:[-*+]\s+)?(\*\*|__)(?=\S)((?:(?!\1).)+)\1\s*(\S.*)$", re.DOTALL)


@dataclass(slots=True)
class State:
    """`since` are the questions since the last label for questions or title; `carrier` is the node of the last one."""

    label: Label | None
    intro: bool = False
    since: list[Asked] = field(default_factory=list[Asked])
    last: Asked | None = None
    carrier: Node | None = None
    run: int = 0
    """Questions of the list that ended with the last one: one that stands alone may have its answer below."""
    interleaved: bool = False
    """Whether an answer was already found between two questions."""
    bold: bool = False
    """Whether the last question is a bold line, to which everything belongs up to the next."""
    rubric: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    alone: bool = False
    """Whether the body is one text and nothing else that could ask."""
    explicit: bool = False
    """Whether a label in this body says where its questions are: lists elsewhere in it are none unless they ask."""

    def asked(self, one: Asked, carrier: Node) -> None:
        self.last, self.carrier = one, carrier
        self.since.append(one)


def first_line(node: Node) -> str:
    return node.lines[0][1] if node.lines else ""


def label_at(node: Node) -> Label | None:
    """The label a paragraph or item begins with."""
    return split_label(first_line(node))[0] if node.kind in ("text", "item") and node.lines else None


def own_number(node: Node) -> int | None:
    """The number of an item, or the one written at the start of a text."""
    if node.number is not None:
        return node.number
    match = re.match(r"\W*(?:q\s*)?(\d{1,4})\s*[.、)）:：]", first_line(node), re.IGNORECASE)
    return int(match[1]) if match else None


def is_numbered(node: Node) -> bool:
    return bool(_NUMBERED.match(first_line(node)))


def is_bold(node: Node) -> bool:
    said = say(node.text)
    return said.bold and not said.images


def bold_lead(node: Node) -> tuple[str, str] | None:
    """`**What is X?** It is …`: the bold question and its answer on one line."""
    match = _BOLD_LEAD.match(node.text)
    return (match[2], match[3]) if match and asks(match[2]) == 3 and len(match[3]) > 8 else None


def ends_asking(text: str) -> bool:
    """Whether the last thing said is a question; a short request may follow it."""
    return asks(text) == 3 and bool(
        re.search(r"[?？]\W*$|[?？]\s*[（(【\[].{0,120}[)）】\]]\W*$|[?？][^?？。.!！]{0,24}$", say(text).text)
    )


def is_note(target: str) -> bool:
    """Whether a link's target may be a note: a file, neither a place on this page nor an address."""
    return bool(target) and not target.startswith("#") and not WEB.match(target)


def words_of(text: str) -> str:
    """Letters and digits only, to compare texts by."""
    return "".join(c for c in text if c.isalnum()).casefold()


def lists_of(items: Sequence[Node]) -> list[list[Node]]:
    """Neighbouring items by the list they are in; a short list joins the one before it where both are numbered or neither."""
    groups: list[list[Node]] = []
    for item in items:
        if groups and _goes_on(groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _goes_on(group: Sequence[Node], item: Node) -> bool:
    last = group[-1]
    if _jumps(last, item):
        return False
    if last.siblings == item.siblings or not item.siblings:
        return True
    return len(group) < 3 and (last.number is None) == (item.number is None)


def _jumps(before: Node, item: Node) -> bool:
    """Whether `item` goes on with another count: question 12 behind the points 1, 2, 3 of the answer to question 11."""
    if before.number is None or item.number is None or item.number <= before.number + 1:
        return False
    return asks(say(first_line(item)).text) >= 2


def are_options(items: Sequence[Node]) -> bool:
    """Whether items are answers to choose from (A … D, or boxes to tick)."""
    return len(items) >= 2 and all(
        re.match(r"(?:\[[ xX]?\]|\W*[A-Ha-h]\s*[).:、）：])\s*\S", item.text) for item in items
    )


def shell(label: Label, node: Node) -> Node:
    """A heading that says `label` and stands on no line of its own."""
    words: dict[Label, str] = {
        "reference": "答案", "points": "要点", "follow_up": "追问", "misconceptions": "误区", "sources": "来源", "rubric": "评分标准",
        "focus": "考查点", "red_flags": "扣分项", "difficulty": "难度", "aside": "说明", "questions": "问题",
    }  # fmt: skip
    return Node("heading", node.first, node.first - 1, ((node.first, words[label]),), depth=6)
