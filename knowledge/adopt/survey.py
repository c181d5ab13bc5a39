"""What carries the questions in a source: headings, bold lines, list items, or items under items.

Its rule: it looks at the whole source before anything is read, so that one layout is read in one way throughout.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from knowledge.adopt.asking import asks
from knowledge.adopt.grid import columns_of
from knowledge.adopt.inline import say
from knowledge.adopt.nodes import Node
from knowledge.adopt.state import is_numbered
from knowledge.adopt.structure import Region, head_of
from knowledge.adopt.vocabulary import BARE_QUESTIONS, Label, Part, label_of, part_of, split_label

HEADING_LABELS: frozenset[Label] = frozenset(
    ("focus", "reference", "points", "rubric", "follow_up", "red_flags", "misconceptions", "sources")
)
_ABOUT_LISTS = re.compile(
    r"面试|题|问答|考核|考察|评估|大纲|interview|question|quiz|screen|outline|assess", re.IGNORECASE
)
NUMBERED_BOLD = re.compile(r"\s*(?:\*\*|__)\s*\d{1,3}\s*[.)、）]")
_NOT_FULL = 45
"""Characters of a line that nobody breaks because it is full."""
_ANSWERS = frozenset[Label]({"reference", "points"})


@dataclass(frozen=True, slots=True)
class Share:
    """Of how many texts how many ask, plainly (3) or at all (2 and more)."""

    all: int = 0
    asking: int = 0
    plainly: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.all + other.all, self.asking + other.asking, self.plainly + other.plainly)

    @property
    def most(self) -> bool:
        return self.all > 0 and self.asking * 2 >= self.all


@dataclass(slots=True)
class Survey:
    questions: set[int] = field(default_factory=set[int])
    """Lines of the headings that are questions."""
    titled: set[int] = field(default_factory=set[int])
    """Lines of the headings whose text below is one question."""
    labels: dict[int, Label] = field(default_factory=dict[int, Label])
    parts: dict[int, Part] = field(default_factory=dict[int, Part])
    bold_asks: bool = False
    topics_over_items: bool = False
    carried: bool = False
    """Whether headings, bold lines, tables or fold-out parts carry the questions."""
    lists_ask: bool = False
    ordered_ask: bool = False
    """Whether it is numbered items that ask, so that bullets among them are answers."""
    texts_ask: bool = False
    """Whether paragraphs ask: a rhetorical question in prose is none."""
    bold_numbered: bool = False
    """Whether `**1) Title.** text` is a question."""
    details_ask: bool = False
    details_all: bool = False
    """Whether nearly all fold-out parts ask: then also one that holds a list is a question, not a title over it."""
    lines_part: bool = False
    """Whether the line below a question is its answer, also where the question has no mark at its end."""
    """Whether fold-out parts are questions, so that also one that is not worded so is one."""


def survey(root: Region, name: str) -> Survey:
    """`name` is the file's or its title; whether it speaks of questions counts where nothing else tells."""
    found = Survey()
    _name_parts(root, found)
    _heading_questions(root, found)
    if _ABOUT_LISTS.search(name):
        _numbered_headings(root, found)
    outside = list(_outside_questions(root, found))
    found.topics_over_items = _topics_over_items(outside)
    found.bold_asks = _bold_asks(root, found)
    texts = [node for region in outside for node in region.own if node.kind == "text"]
    found.bold_numbered = sum(bool(NUMBERED_BOLD.match(node.text)) for node in texts) >= 3
    asking_texts = sum(asks(_first(node)) == 3 for node in texts)
    found.texts_ask = asking_texts * 10 >= len(texts) * 3
    folded = [
        asks(say(_first(node)).text) >= 2
        for region in outside
        for node in region.own
        if node.kind == "details" and node.lines
    ]
    found.details_ask = len(folded) >= 3 and sum(folded) * 2 > len(folded)
    found.details_all = len(folded) >= 8 and sum(folded) * 20 >= len(folded) * 17
    ordered = [
        item.number is not None
        for region in outside
        for item in _items(region.own)
        if asks(say(_first(item)).text) >= 2
    ]
    found.ordered_ask = len(ordered) >= 5 and sum(ordered) * 5 >= len(ordered) * 4
    several = [
        node
        for region in outside
        for node in region.own
        if node.kind in ("item", "text") and len(node.lines) > 1 and asks(say(_first(node)).text) >= 2
    ]
    ended = sum(is_complete(_first(node)) and asks(node.lines[1][1]) < 2 for node in several)
    short = all(len(_first(node)) <= _NOT_FULL for node in several)  # no line was broken for want of room
    found.lines_part = ended > 0 and (ended * 2 >= len(several) or short)
    lists = sum((leaves(_items(region.own)) for region in outside), Share())
    linked = sum(note_links(_items(region.own)) for region in outside)
    tables = any(node.kind == "table" and columns_of(node) for region in outside for node in region.own)
    found.carried = carried = (
        tables
        or bool(found.questions)
        or bool(found.titled)
        or found.bold_asks
        or found.bold_numbered
        or found.details_ask
    )
    fits = bool(_ABOUT_LISTS.search(name)) or any(head_of(r.text).minutes for r in root.walk() if r.node)
    labelled = sum(
        any(n.kind == "text" and split_label(_first(n))[0] == "questions" for n in region.own) for region in outside
    )
    unlabelled = sum((leaves(_items(region.own, labelled=False)) for region in outside), Share())
    explicit = labelled >= 3 and unlabelled.asking * 4 < unlabelled.all
    found.lists_ask = (
        not explicit
        and not carried
        and lists.all > 0
        and (lists.asking * 10 >= lists.all * 3 or linked * 10 >= lists.all or fits)
    )
    return found


def is_complete(text: str) -> bool:
    """Whether a text ends as a sentence does; a line that breaks off goes on below."""
    return bool(re.search(r"[?？。.!！：:;；…]\W*$", say(text).text)) or bool(
        asks(text) >= 2 and re.search(r"[?？]", text)
    )


def leaves(items: Iterable[Node]) -> Share:
    """How the items ask; of one that asks nothing itself, the items under it count."""
    share = Share()
    for item in items:
        below = [child for child in item.children if child.kind == "item"]
        text = say(_first(item)).text
        grade = asks(text)
        if below and (grade < 2 or (grade == 2 and len(below) == len(item.children))):
            share += leaves(below)
        elif split_label(item.text)[0] is None or grade == 3:
            share += Share(1, grade >= 2, grade == 3)
    return share


def note_links(items: Iterable[Node]) -> int:
    """How many items (or items under them) are links to a note, not to a place on this page or to the web."""
    count = 0
    for item in items:
        target = say(_first(item)).note if "[" in item.text or "<a" in item.text else ""
        count += bool(target) and not re.match(r"(?:https?:|mailto:|//|#)", target, re.IGNORECASE)
        count += note_links(child for child in item.children if child.kind == "item")
    return count


def _first(node: Node) -> str:
    return node.lines[0][1] if node.lines else ""


def _items(nodes: Iterable[Node], *, labelled: bool = True) -> list[Node]:
    """The items that no label other than one for questions stands over; without `labelled` not even that."""
    found: list[Node] = []
    label: Label | None = None
    for node in nodes:
        if node.kind == "text":
            known, rest = split_label(_first(node))
            if known is not None:
                label = label if rest and known in ("difficulty", "aside", "focus") else known
            elif say(node.text).bold:
                label = None
        elif node.kind == "item" and (label is None or (labelled and label == "questions")):
            found.append(node)
    return found


def _name_parts(root: Region, found: Survey) -> None:
    """Labels and parts by the words of their headings; a heading with questions under it is no part for its words alone."""
    top = _chapter_depth(root)
    for region in root.walk():
        if region.node is None:
            continue
        head = head_of(region.text)
        label, part = label_of(head.title), part_of(head.title)
        if (
            label == "questions"
            and not BARE_QUESTIONS.fullmatch(head.title)
            and not region.subs
            and (asks(head.title) == 3 or not _items(region.own))
        ):
            label = None  # `内存对齐问题` over prose is a subject, not a label
        if label == "questions" or (label in HEADING_LABELS and (region.depth > 2 or not part)):
            if label in ("focus", "points") and _asking_below(region):
                label = "questions"
            if region.depth == top and label not in ("questions", "reference") and not head.number:
                found.parts[region.line] = (
                    "points" if label in ("rubric", "points") else "sources" if label == "sources" else "advice"
                )
                continue
            found.labels[region.line] = label
        elif part and _is_part(region, part, bool(head.number or head.named)):
            found.parts[region.line] = part


def _chapter_depth(root: Region) -> int:
    """The depth at which at least three headings stand side by side, the highest such; 0 where there is none."""
    regions = root.subs[0].subs if len(root.subs) == 1 else root.subs
    depths = [region.depth for region in regions]
    return next((depth for depth in sorted(set(depths)) if depths.count(depth) >= 3), 0)


def _is_part(region: Region, part: Part, numbered: bool) -> bool:
    """Whether the words of a heading hold: not for a numbered one unless they are plain, nor where much below it asks."""
    if part == "contents":
        plain = re.search(r"目录|contents|\btoc\b", region.text, re.IGNORECASE) or any(
            "](#" in node.text for node in region.own
        )
        return bool(plain) and not numbered and not _asking_below(region)
    if part in ("about", "sources"):
        return not (numbered and region.depth > 1 and (region.subs or region.depth > 2)) and not _asking_below(region)
    asked = part != "appendix" or bool(re.search(r"问题|问答|题|question|q ?& ?a", region.text, re.IGNORECASE))
    return not (asked and _asking_below(region))


def _asking_below(region: Region) -> bool:
    """Whether a good part of what stands under the heading asks."""
    share = Share()
    for below in region.walk():
        share += leaves(n for n in below.own if n.kind == "item")
        for node in below.own:
            if node.kind == "text" and say(node.text).bold and asks(node.text) == 3:
                share += Share(len(node.lines), len(node.lines), len(node.lines))
            elif node.kind == "details" and node.lines and label_of(_first(node)) is None:
                grade = asks(say(_first(node)).text)
                share += Share(2, 2 * (grade >= 2), 2 * (grade >= 2))
        if below is not region and below.node:
            grade = asks(head_of(below.text).title)
            share += Share(1, grade >= 2, grade == 3)
    return share.plainly >= 2 and share.plainly * 2 >= share.all


def _real(region: Region, found: Survey) -> list[Region]:
    return [sub for sub in region.subs if sub.line not in found.labels and sub.line not in found.parts]


def _heading_questions(root: Region, found: Survey) -> None:
    by_depth: dict[int, list[tuple[Region, int, bool]]] = defaultdict(list)
    for region in root.walk():
        if region.node is None or region.line in found.labels or region.line in found.parts or _in_part(region, found):
            continue
        subs = _real(region, found)
        grade = asks(say(region.text).text)
        if subs and not (grade >= 2 and (not _mostly_ask(subs) or is_marked(region))):
            continue
        by_depth[region.depth].append((region, grade, _carries_list(region) and not is_marked(region)))
    for terminal in by_depth.values():
        _decide(terminal, found)


def _in_part(region: Region, found: Survey) -> bool:
    """Whether the heading stands in a part beside the questions."""
    above = region.parent
    while above is not None and above.node:
        if found.parts.get(above.line, "contents") != "contents":
            return True  # what stands below the contents is the list itself
        above = above.parent
    return False


def _mostly_ask(subs: Sequence[Region]) -> bool:
    return sum(asks(say(sub.text).text) >= 2 for sub in subs) * 3 >= len(subs)


def _carries_list(region: Region) -> bool:
    """Whether the questions are in the list under the heading, not in the heading."""
    for node in region.own:
        if node.kind == "text" and split_label(_first(node))[0] == "questions":
            return True
    if any(label_of(head_of(sub.text).title) == "reference" for sub in region.subs) or _answered(region):
        return False
    items = _items(region.own)
    share = leaves(items)
    return (share.plainly >= 2 and share.plainly * 2 >= share.all) or (
        share.all >= 2 and note_links(items) * 2 >= share.all
    )


def _answered(region: Region) -> bool:
    return any(node.kind == "text" and split_label(_first(node))[0] in _ANSWERS for node in region.own)


def _decide(terminal: Sequence[tuple[Region, int, bool]], found: Survey) -> None:
    """Which headings of one depth are questions: those that ask, and with a majority of such also the others of their kind."""
    asking = [region for region, grade, lists in terminal if grade >= 2 and not lists]
    ratio = len(asking) / len(terminal)
    numbered = sum(bool(head_of(region.text).number) for region in asking) * 2 > len(asking)
    answered = sum(_answerable(region) for region in asking) * 2 > len(asking)
    marked = sum(is_marked(region) for region in asking) * 2 > len(asking)
    titled = [region for region, grade, lists in terminal if grade < 2 and not lists and _one_question(region)]
    for region, grade, lists in terminal:
        if lists:
            continue
        if (grade >= 2 and (ratio >= 0.5 or (grade == 3 and ratio >= 0.2) or is_marked(region))) or (
            grade < 2
            and ratio >= 0.6
            and len(terminal) >= 4
            and not marked
            and (_answerable(region) or not answered)
            and (not numbered or head_of(region.text).number)
        ):
            found.questions.add(region.line)
    if len(titled) * 2 >= len(terminal) and len(titled) >= 2:
        if len(titled) * 10 >= len(terminal) * 7:  # then the few others are too, however their text is worded
            titled += [region for region, grade, lists in terminal if grade < 3 and not lists and _holds_text(region)]
        found.titled |= {region.line for region in titled} - found.questions


def _numbered_headings(root: Region, found: Survey) -> None:
    """In a source that says it holds questions: headings numbered 1, 2, 3 … with prose below each, however they are worded."""
    for parent in root.walk():
        if parent.line in found.questions or parent.line in found.parts or _in_part(parent, found):
            continue
        subs = _real(parent, found)
        numbered = [
            sub
            for sub in subs
            if (number := head_of(sub.text).number) and number.isdigit() and not head_of(sub.text).named
        ]
        if (
            len(numbered) < 5
            or len(numbered) * 10 < len(subs) * 7
            or sum(bool(sub.subs) for sub in numbered) * 10 > len(numbered) * 4
        ):
            continue
        if any(head_of(sub.text).minutes for sub in numbered) or sum(
            _carries_list(sub) or _lists_only(sub) for sub in numbered
        ) * 4 > len(numbered):
            continue
        for sub in numbered:
            found.questions.add(sub.line)
            found.questions -= {below.line for below in sub.walk() if below is not sub}
            found.titled -= {below.line for below in sub.walk()}


def _lists_only(region: Region) -> bool:
    kinds = {node.kind for node in region.own if node.kind != "rule"}
    return kinds == {"item"} or bool(region.subs and not kinds)


def is_marked(region: Region) -> bool:
    """Whether the heading itself says that it is a question (Q1, 问题1)."""
    return bool(
        re.match(
            r"\W*(?:q(?:uestion)?\.?\s*\d*\s*[:：.)-]|q\d|(?:问题|题目|面试题|场景|编程题)\s*[\d一二三四五六七八九十]|第.{1,4}[题问])",
            region.text,
            re.IGNORECASE,
        )
    )


def _answerable(region: Region) -> bool:
    return any(node.kind in ("text", "code", "quote", "details", "table", "item") for node in region.own)


def _one_question(region: Region) -> bool:
    """A short text under a heading that asks one thing: the heading is its title."""
    texts = [node for node in region.own if node.kind == "text"]
    items = [node for node in region.own if node.kind == "item"]
    if not texts or len(texts) > 4 or len(items) > 6 or region.subs:
        return False
    if any(say(node.text).bold for node in texts) or sum(is_numbered(node) for node in texts) > 1:
        return False
    return (
        any(asks(say(node.text).text) == 3 or asks(_first(node)) == 2 for node in texts)
        and sum(len(n.text) for n in texts) < 1500
    )


def _holds_text(region: Region) -> bool:
    return not region.subs and any(node.kind == "text" for node in region.own)


def _outside_questions(root: Region, found: Survey) -> Iterable[Region]:
    """The regions that are not under a heading that is a question, nor in a part beside the questions."""
    stack = [root]
    while stack:
        region = stack.pop()
        if region.node and found.parts.get(region.line) == "contents":
            stack += reversed(region.subs)
            continue
        if region.node and (
            region.line in found.questions or region.line in found.titled or region.line in found.parts
        ):
            continue
        if region.node and found.labels.get(region.line, "questions") != "questions":
            continue
        yield region
        stack += reversed(region.subs)


def _topics_over_items(outside: Sequence[Region]) -> bool:
    """Whether items that hold items are topics: most of them do not ask, or those below them do."""
    plain = asking = 0
    below = Share()
    for region in outside:
        items = _items(region.own)
        alone = sum(not item.children and asks(say(_first(item)).text) >= 2 for item in items)
        for item in items:
            children = [child for child in item.children if child.kind == "item"]
            if children:
                grade = asks(say(_first(item)).text)
                if grade == 2 and alone > 1:
                    continue  # a request among questions: what is below it are its follow-ups
                plain, asking = plain + (grade < 3), asking + (grade == 3)
                below += leaves(children)
    return plain > asking or (asking > 0 and below.plainly * 2 > below.all and below.all > asking * 2)


def _bold_asks(root: Region, found: Survey) -> bool:
    """Whether bold lines are questions with their answers below, rather than titles over lists of questions."""
    asking = other = 0
    for region in _outside_questions(root, found):
        nodes = region.own
        for place, node in enumerate(nodes):
            if node.kind != "text" or not say(node.text).bold or split_label(_first(node))[0] is not None:
                continue
            after: list[Node] = []
            for following in nodes[place + 1 :]:
                if following.kind == "text" and say(following.text).bold:
                    break
                after.append(following)
            share = leaves(_items(after))
            if asks(say(node.text).text) >= 2 and not (share.most and share.all >= 2):
                asking += 1
            else:
                other += 1
    return asking > other
