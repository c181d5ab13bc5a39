"""What stands under one question: its reference answer, code, follow-ups, rubric, sources, each by its label or its place.

Its rule: text is moved as it stands; where an answer is labelled, what comes before it belongs to the question itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from knowledge.adopt.asking import asks
from knowledge.adopt.desk import Desk
from knowledge.adopt.inline import one_line, question_of, say
from knowledge.adopt.nodes import Node
from knowledge.adopt.reading import Asked, Role, Where
from knowledge.adopt.rubric import levels_in
from knowledge.adopt.survey import is_complete
from knowledge.adopt.vocabulary import ANSWER_WORD, BARE_QUESTIONS, Label, label_of, split_label

_PASSING: frozenset[Label] = frozenset(("difficulty", "aside", "focus", "sources", "questions"))
"""Labels that, with their text on the same line, end with it."""
_ROLES: dict[Label, Role] = {
    "focus": "focus", "reference": "reference", "points": "points", "rubric": "rubric", "follow_up": "follow_up",
    "red_flags": "rubric", "misconceptions": "misconception", "sources": "sources", "difficulty": "tags", "aside": "reference", "questions": "question",
}  # fmt: skip
_POINTS_AT = re.compile(
    r"\b(?:this|these|following|below|above|output|prints?|printed|logs?|logged|snippet|code|program|function|query|here|it)\b|下[面列述文]|以下|如下|上[面述]|代码|程序|输出|打印|这[段个]|结果",
    re.IGNORECASE,
)
_SEES = re.compile(
    r"\b(?:graph|chart|diagram|figure|image|picture|plot|trace|screenshot|look at|shown?)\b|图|如下|下[面列]",
    re.IGNORECASE,
)
_OPTION = re.compile(r"^(?:[-*+]\s+)?(?:\[[ xX]?\]\s*)?(?:\*\*)?[（(]?[A-Ha-h][)）.、:：]\s*(?:\*\*)?\s*\S")
SAME_LINE = re.compile(
    r"(?P<before>.*?[?？。.!！：:）)\]*】\s]|^)\s*(?P<open>[（(\[【])?\s*(?P<bold>\*\*|__)?\s*(?P<word>参考答案|标准答案|示例答案|答案|解答|回答|答|[Aa]nswers?|ANSWERS?|[Aa]ns|Expected answer|Sample answer|Model answer|Solution|A)\s*(?P=bold)?\s*[:：]\s*(?(bold)(?:\*\*|__)?)\s*(?P<after>\S.*)$",
    re.DOTALL,
)


_WRAPPED = 70
"""Characters of a line that may have been broken only because it was full."""


class Sinks:
    """Where the text under one question goes; text of one kind is put together when it is complete."""

    def __init__(self, desk: Desk, asked: Asked) -> None:
        self.desk = desk
        self.asked = asked
        self.answer: list[str] = []
        self.extra: list[str] = []

    def finish(self) -> None:
        asked = self.asked
        asked.reference = "\n\n".join(piece for piece in (asked.reference, *self.answer) if piece.strip())
        asked.extra = "\n\n".join(piece for piece in (asked.extra, *self.extra) if piece.strip())


def belongs(desk: Desk, asked: Asked, nodes: Sequence[Node]) -> None:
    """Give all of `nodes` to the question, each to the part it is."""
    if not nodes:
        return
    sinks = Sinks(desk, asked)
    answered = any(_is_answer(node) for node in nodes)
    prose = any(node.kind in ("text", "item", "quote", "details", "heading", "table") for node in nodes)
    label: Label | None = None
    group: list[Node] = []

    def flush() -> None:
        if group:
            _unlabelled(sinks, group, answered=answered, prose=prose)
            group.clear()

    for node in nodes:
        known = _label_at(node)
        if node.kind == "heading" and known is None:
            if label in (None, "reference", "aside"):
                group.append(node)
                continue
            label = None
            group.append(node)
        elif known is not None:
            flush()
            label = _labelled(sinks, node, known, label)
        elif node.kind == "details" and _folded(sinks, node):
            continue
        elif label is None:
            group.append(node)
        else:
            flush()
            _put(sinks, label, [node])
    flush()
    sinks.finish()


def shown_with(desk: Desk, asked: Asked, nodes: Sequence[Node]) -> None:
    """Show `nodes` with the question: all that comes before an answer."""
    before: list[Node] = []
    for place, node in enumerate(nodes):
        if _is_answer(node):
            belongs(desk, asked, nodes[place:])
            break
        before.append(node)
    if before:
        _extra(Sinks(desk, asked), before, finish=True)


def split_lines(node: Node, *, lines_part: bool = False) -> tuple[str, str, int]:
    """The text of an item or paragraph as question and answer: an answer on the same line, or on the lines below.

    The third value is the last line of the question. `lines_part` says that a line break ends a question in this source.
    """
    lines = node.lines
    taken: list[str] = []
    for place, (line, text) in enumerate(lines):
        so_far = "\n".join(taken)
        ended = is_complete(so_far) or (lines_part and asks(so_far) >= 2 and len(so_far) < _WRAPPED)
        if place and (_starts_answer(text) or (ended and asks(text) < 3)):
            rest = [_without_answer_word(text), *(t for _, t in lines[place + 1 :])]
            return "\n".join(taken), "\n".join(rest), lines[place - 1][0]
        match = SAME_LINE.match(text) if len(text) < 4000 else None
        if (
            match
            and match["before"].strip(" *（(#")
            and (match["word"] != "A" or match["bold"])
            and not _is_prompt(match)
        ):
            after = match["after"]
            if match["open"] and after.rstrip().endswith(("）", ")", "]", "】")):
                after = after.rstrip()[:-1]
            rest = [after, *(t for _, t in lines[place + 1 :])]
            return "\n".join([*taken, match["before"]]), "\n".join(rest), line
        if "<br" in text and not taken:
            pieces = re.split(r"\s*<br\s*/?>\s*", text)
            if (
                len(pieces) > 1
                and is_complete(pieces[0])
                and not any(asks(piece) >= 2 for piece in pieces[1:])
                and any(p.strip() for p in pieces[1:])
            ):
                rest = [_without_answer_word(pieces[1]), *pieces[2:], *(t for _, t in lines[place + 1 :])]
                return pieces[0], "\n".join(rest), line
        taken.append(text)
    return "\n".join(taken), "", lines[-1][0] if lines else node.first


def _is_prompt(match: re.Match[str]) -> bool:
    """`请给出答案：` asks for an answer; it does not give one."""
    return bool(re.search(r"(?:给出|写出|选择|the|your|an)\s*$", match["before"], re.IGNORECASE))


def _starts_answer(text: str) -> bool:
    return split_label(text)[0] in ("reference", "points") or bool(re.match(r"\s*(?:>|=>|->|→)\s*\S", text))


def _without_answer_word(text: str) -> str:
    label, rest = split_label(text)
    return rest if label == "reference" else re.sub(r"^\s*(?:=>|->|→|>)\s*", "", text)


def _label_at(node: Node) -> Label | None:
    """The label that opens this node, if one does."""
    if node.kind == "heading":
        known = label_of(node.text)
    elif node.kind in ("text", "item") and node.lines:
        known = split_label(node.lines[0][1])[0]
    else:
        return None
    return None if known == "questions" and not _says_questions(node.lines[0][1]) else known


def _says_questions(text: str) -> bool:
    """Whether a label is only the word for questions: `性能问题：` in an answer is not."""
    return bool(BARE_QUESTIONS.fullmatch(re.split(r"[:：]", text, maxsplit=1)[0].strip(" #*_-")))


def _is_answer(node: Node) -> bool:
    if node.kind == "details":
        return not node.lines or label_of(_summary(node)) in ("reference", "aside", None)
    return _label_at(node) in ("reference", "points") or (node.kind == "quote" and not _is_looked_for(node))


def _is_looked_for(node: Node) -> bool:
    return bool(node.children) and _label_at(node.children[0]) == "focus"


def _summary(node: Node) -> str:
    return say(node.text).text


def _folded(sinks: Sinks, node: Node) -> bool:
    """A fold-out part under a question: its answer, or what its summary says it is."""
    desk, label = sinks.desk, label_of(_summary(node)) if node.lines else "reference"
    for line, _ in node.lines:
        desk.mark_lines(line, line, "label")
    known = label if label in ("follow_up", "rubric", "sources", "misconceptions", "points", "focus") else "reference"
    if known == "reference":
        belongs_inside = [
            child for child in node.children if not (_label_at(child) == "reference" and _bare_label(child))
        ]
        for child in node.children:
            if child not in belongs_inside:
                desk.mark(child, "label")
        _answer(sinks, belongs_inside)
    else:
        _put(sinks, known, node.children)
    desk.mark(node, _ROLES[known])
    return True


def _bare_label(node: Node) -> bool:
    return node.kind in ("text", "heading") and len(node.lines) == 1 and not split_label(node.lines[0][1])[1]


def _labelled(sinks: Sinks, node: Node, known: Label, before: Label | None) -> Label | None:
    """A node that begins with a label: what is left of it goes there; the label that holds from here on."""
    desk = sinks.desk
    if node.kind == "heading":
        desk.mark(node, "label")
        return known
    line = node.lines[0][0]
    _, rest = split_label(node.lines[0][1])
    more = [text for _, text in node.lines[1:]]
    if known == "aside":
        _answer(sinks, [node])
        return before if rest else "aside"
    if known == "difficulty":
        for place, text in node.lines:
            desk.mark_lines(place, place, "tags")
            value = split_label(text)[1]
            sinks.asked.tags = (*sinks.asked.tags, one_line(say(value).text)) if value else sinks.asked.tags
        _answer(sinks, node.children)
        return before
    if rest or more:
        last = node.lines[-1][0]
        desk.mark_lines(line, last, _ROLES[known])
        _text(sinks, known, "\n".join([rest, *more] if rest else more), line, last)
    else:
        desk.mark_lines(line, line, "label")
    if node.children:
        _put(sinks, known, node.children)
    return before if rest and known in _PASSING else known


def _text(sinks: Sinks, label: Label, text: str, first: int, last: int) -> None:
    """Text behind a label on its own line."""
    asked, where = sinks.asked, Where(sinks.desk.name, first, last)
    lines = [line for line in text.split("\n") if line.strip()]
    match label:
        case "reference" | "aside":
            sinks.answer.append("\n".join(lines))
            asked.came_with.append(where)
        case "points":
            asked.points += lines
        case "focus":
            asked.focus += lines
        case "follow_up":
            asked.follow_ups += [one_line(say(line).text) for line in lines]
        case "misconceptions":
            asked.misconceptions += lines
        case "sources":
            asked.sources += lines
        case "rubric" | "red_flags":
            asked.rubric += (
                [("", line) for line in lines] if label == "rubric" else [("red flag", line) for line in lines]
            )
        case "questions":
            sinks.extra.append("\n".join(lines))
        case "difficulty":
            asked.tags = (*asked.tags, *lines)


def _put(sinks: Sinks, label: Label, nodes: Sequence[Node]) -> None:
    """Nodes under a label of their own line."""
    desk, asked = sinks.desk, sinks.asked
    if label in ("reference", "aside"):
        _answer(sinks, nodes)
        return
    if label == "follow_up":
        _follow_ups(sinks, nodes)
        return
    if label == "rubric":
        found = levels_in(nodes)
        if found:
            asked.rubric += found
            for node in nodes:
                desk.mark(node, "rubric")
            return
    for node in nodes:
        desk.mark(node, _ROLES[label])
        if node.kind == "item":
            inner = "\n".join(f"  {line}" for line in desk.text_of(node.children).split("\n")) if node.children else ""
            text = one_line(say(node.text).text) if label != "sources" else node.text
            _text(sinks, label, text, node.first, node.last)
            if inner.strip():
                _more(asked, label, inner)
        else:
            _text(sinks, label, desk.text_of([node]), node.first, node.last)


def _more(asked: Asked, label: Label, inner: str) -> None:
    """What is nested under the last piece of its kind stays with it."""
    lists: dict[Label, list[str]] = {
        "points": asked.points,
        "focus": asked.focus,
        "misconceptions": asked.misconceptions,
        "sources": asked.sources,
    }
    pieces = lists.get(label)
    if pieces:
        pieces[-1] += "\n" + inner


def _follow_ups(sinks: Sinks, nodes: Sequence[Node]) -> None:
    for node in nodes:
        sinks.desk.mark(node, "follow_up")
        if node.kind == "item":
            text, answer, _ = split_lines(node)
            sinks.asked.follow_ups.append(one_line(question_of(say(text)).text))
            inner = "\n\n".join(piece for piece in (answer, sinks.desk.text_of(node.children)) if piece.strip())
            if inner:
                sinks.answer.append(f"{sinks.asked.follow_ups[-1]}\n\n{inner}")
        elif node.kind in ("text", "quote"):
            text = sinks.desk.text_of([node])
            sinks.asked.follow_ups += [
                one_line(question_of(say(line)).text) for line in text.split("\n") if line.strip()
            ]
        else:
            sinks.answer.append(sinks.desk.text_of([node]))


def _unlabelled(sinks: Sinks, group: Sequence[Node], *, answered: bool, prose: bool) -> None:
    """Nodes under no label: follow-ups if they ask, the question's own code and options, else its answer."""
    desk, asked = sinks.desk, sinks.asked
    first = asked.reference == "" and not sinks.answer
    start = 0
    if first:
        while start < len(group) and _is_own(group[start], asked, answered=answered, prose=prose):
            start += 1
        _extra(sinks, group[:start])
    rest = list(group[start:])
    asking = [node for node in rest if node.kind == "item" and not node.children and _ends_asking(node.text)]
    if asking and all(node.kind == "item" for node in rest):
        if len(asking) * 5 >= len(rest) * 3:
            _follow_ups(sinks, rest)
            return
        _follow_ups(sinks, asking)
        rest = [node for node in rest if node not in asking]
    if (
        rest
        and answered
        and first
        and not any(_is_answer(node) for node in rest)
        and not (sinks.answer or asked.reference)
    ):
        _extra(sinks, rest)
        return
    for node in rest:
        if node.kind == "quote" and _is_looked_for(node):
            belongs_to(desk, asked, node.children)
            desk.mark(node, "focus")
    _answer(sinks, [node for node in rest if not (node.kind == "quote" and _is_looked_for(node))])


def _ends_asking(text: str) -> bool:
    said = say(text).text
    return asks(said) == 3 and bool(re.search(r"[?？]\W*(?:[（(][^（()）]{0,80}[)）]\W*)?$", said))


def belongs_to(desk: Desk, asked: Asked, nodes: Sequence[Node]) -> None:
    """The same as `belongs`, for what is nested once more."""
    belongs(desk, asked, nodes)


def _is_own(node: Node, asked: Asked, *, answered: bool, prose: bool) -> bool:
    """Whether a node right under a question is part of it: code it speaks of, options to choose from, a picture to look at."""
    if node.kind == "code":
        return answered or not prose or bool(_POINTS_AT.search(asked.text))
    if node.kind == "item":
        listed = asked.text.rstrip().endswith((":", "：")) or bool(
            re.search(r"following|以下|下列", asked.text, re.IGNORECASE)
        )
        return (
            bool(_OPTION.match(node.text))
            or (listed and len(node.text) < 120 and not node.children)
            or (node.marker in "-*+" and bool(re.match(r"\[[ xX]\]", node.text)))
        )
    if node.kind == "text":
        said = say(node.text)
        if said.images and not said.text:
            return answered or bool(_SEES.search(asked.text)) or not prose
        return bool(_OPTION.match(node.text)) and len(node.text) < 300
    if node.kind == "table":
        return answered
    return node.kind == "rule"


def _extra(sinks: Sinks, nodes: Sequence[Node], *, finish: bool = False) -> None:
    for node in nodes:
        sinks.desk.mark(node, "layout" if node.kind == "rule" else "extra")
    text = _joined(sinks.desk, [node for node in nodes if node.kind != "rule"])
    if text:
        sinks.extra.append(text)
    if finish:
        sinks.finish()


def _answer(sinks: Sinks, nodes: Sequence[Node]) -> None:
    kept: list[Node] = []
    for node in nodes:
        sinks.desk.mark(node, "layout" if node.kind == "rule" else "reference")
        if node.kind == "text" and _only_link(sinks, node):
            continue
        if node.kind != "rule":
            kept.append(node)
    text = _joined(sinks.desk, kept)
    if text:
        sinks.answer.append(text)
        sinks.asked.came_with.append(Where(sinks.desk.name, kept[0].first, kept[-1].last))


def _only_link(sinks: Sinks, node: Node) -> bool:
    """A line that only leads to the answer: `[answer](notes/a.md)`."""
    said = say(node.text, sinks.desk.tidied.references)
    if not said.note or not said.links or not ANSWER_WORD.fullmatch(said.text or " "):
        return False
    target = said.note
    if re.match(r"(?:https?:)?//", target):
        sinks.asked.web = (*sinks.asked.web, target)
    elif not sinks.asked.link:
        sinks.asked.link = target
    return True


def _joined(desk: Desk, nodes: Sequence[Node]) -> str:
    """The source text of nodes, a blank line where the source has one or where something stands between them."""
    out: list[str] = []
    runs: list[list[Node]] = []
    simple: Callable[[Node], bool] = lambda node: node.kind not in ("quote", "details") and desk.file.unit == "line"  # noqa: E731
    for node in nodes:
        if runs and simple(node) and simple(runs[-1][-1]) and not desk.claimed_between(runs[-1][-1].last, node.first):
            runs[-1].append(node)
        else:
            runs.append([node])
    for run in runs:
        text = desk.source(run[0].first, run[-1].last) if simple(run[0]) else desk.text_of(run)
        if text.strip():
            out.append(text.strip("\n"))
    return "\n\n".join(out).strip()
