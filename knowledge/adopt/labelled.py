"""What a section's labels stand over: focus, rubric, red flags, and answers to several questions at once.

Its rule: an answer is given to a question only where its number, its place or the lack of any other says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.adopt.belongings import belongs
from knowledge.adopt.desk import Desk
from knowledge.adopt.inline import one_line, say
from knowledge.adopt.nodes import Node
from knowledge.adopt.reading import Asked, Mapped, Where
from knowledge.adopt.rubric import levels_in
from knowledge.adopt.state import ANSWER_LEAD, State, own_number, shell
from knowledge.adopt.vocabulary import Label, split_label
from knowledge.levels import is_own_name, onto_levels


def under_label(desk: Desk, items: Sequence[Node], state: State, label: Label) -> None:
    """Read items that stand under `label`."""
    match label:
        case "focus":
            desk.section.focus += [text for item in items for text in _focus(item)]
            for item in items:
                desk.mark(item, "focus")
        case "rubric" if found := levels_in(items):
            state.rubric += found
            mark_rubric(desk, items)
        case "red_flags":
            desk.section.below += [text for item in items if (text := _unlabelled(item))]
            mark_rubric(desk, items)
        case "reference":
            _answers(desk, items, state)
        case "difficulty" | "aside":
            for item in items:
                desk.mark(item, "note")
        case _:
            _unplaced(desk, items, state, label)


def mark_rubric(desk: Desk, nodes: Sequence[Node]) -> None:
    """These lines are the rubric of the open section."""
    section = desk.section
    section.rubric_line = section.rubric_line or nodes[0].first
    for node in nodes:
        desk.mark(node, "rubric")


def close_rubric(desk: Desk, state: State) -> None:
    """Give the levels that were collected to the open section; foreign names stay in front of their text."""
    found, section = state.rubric, desk.section if state.rubric else None
    if section is None:
        return
    ranks = onto_levels([name for name, _ in found])
    for name, text in found:
        colon = "：" if re.search(r"[\u3400-\u9fff]", text) else ": "
        words = text if not name or is_own_name(name) else f"{name}{colon}{text}"
        rank = ranks.get(name, "excellent")
        if rank == "below":
            section.below.append(words)
        else:
            section.rubric[rank] = f"{section.rubric[rank]}；{words}" if rank in section.rubric else words
    if any(name and not is_own_name(name) for name, _ in found):
        line = section.rubric_line or section.line
        desk.mapped.append(Mapped(Where(desk.name, line, line), tuple(ranks.items())))
    state.rubric = []


def give_answer(desk: Desk, item: Node, asked: Asked) -> None:
    """All of `item` is the answer to `asked`."""
    lines = [ANSWER_LEAD.sub("", item.lines[0][1]), *(text for _, text in item.lines[1:])] if item.lines else []
    inner = desk.text_of(item.children)
    text = "\n\n".join(piece for piece in ("\n".join(lines).strip(" *"), inner) if piece)
    asked.reference = "\n\n".join(piece for piece in (asked.reference, text) if piece)
    asked.came_with.append(Where(desk.name, item.first, item.last))
    desk.mark(item, "reference")


def _focus(item: Node) -> list[str]:
    texts = [_unlabelled(item), *(one_line(say(child.text).text) for child in item.children)]
    return [text for text in texts if text]


def _unlabelled(item: Node) -> str:
    label, rest = split_label(item.text)
    return one_line(say(rest if label in ("focus", "red_flags") and rest else item.text).text)


def _answers(desk: Desk, items: Sequence[Node], state: State) -> None:
    """A list of answers below a list of questions: by number, else by place if they are as many."""
    asked = state.since
    by_number = {one.number: one for one in asked if one.number is not None} if all(one.number for one in asked) else {}
    for place, item in enumerate(items):
        number = own_number(item)
        one = by_number.get(number) if number is not None else None
        if one is None and number is not None and not by_number and 0 < number <= len(asked):
            one = asked[number - 1]
        if one is None and number is None and len(items) == len(asked):
            one = asked[place]
        if one is None and len(asked) == 1:
            one = asked[0]
        if one is None:
            desk.leave(item, "answers_of_many" if asked else "answer_of_none")
        else:
            give_answer(desk, item, one)


def _unplaced(desk: Desk, items: Sequence[Node], state: State, label: Label) -> None:
    """Items under a label that belongs to one question: to the last one if that is clear, else they are listed."""
    if state.last is not None and (len(state.since) == 1 or label in ("follow_up", "points", "misconceptions")):
        belongs(desk, state.last, [shell(label, items[0]), *items])
    elif label == "sources":
        for item in items:
            desk.mark(item, "sources")
    else:
        desk.leave_lines(items[0].first, items[-1].last, "answers_of_many" if state.since else "answer_of_none")
