"""How far what belongs to a question reaches: to the next question of its kind, a title, or a label of the section.

Its rule: text that stands between a question and the next one is that question's; text after a list of questions is nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.adopt.asking import asks
from knowledge.adopt.inline import say
from knowledge.adopt.nodes import Node
from knowledge.adopt.state import (
    ANSWER_LEAD,
    OF_ONE,
    State,
    bold_lead,
    first_line,
    is_bold,
    is_numbered,
    label_at,
    own_number,
)
from knowledge.adopt.survey import NUMBERED_BOLD, Survey
from knowledge.adopt.vocabulary import split_label


def is_sibling(node: Node, state: State, survey: Survey) -> bool:
    """Whether `node` is the next question of the kind of the last one."""
    before = state.carrier
    if (
        before is None
        or node.kind != before.kind
        or (node.kind == "text" and label_at(node) not in (None, "questions"))
    ):
        return False
    number, last = own_number(node), own_number(before)
    if node.kind == "details":
        return bool(node.lines) and (asks(say(first_line(node)).text) >= 2 or survey.details_ask)
    if node.kind == "text" and (is_bold(before) or NUMBERED_BOLD.match(before.text)):
        return is_bold(node) or bool(NUMBERED_BOLD.match(node.text)) or bool(bold_lead(node))
    if ANSWER_LEAD.match(first_line(node)):
        return False
    if number is not None and last is not None:
        grade = asks(say(node.text).text)
        return number == last + 1 or (number == 1 and grade >= 2) or (number > last >= 10 and grade == 3)
    if node.kind == "text":
        return (is_numbered(node) and is_numbered(before)) or (
            not is_numbered(before) and asks(say(first_line(node)).text) == 3
        )
    return node.marker == before.marker and asks(say(first_line(node)).text) >= 2


def ends_at(node: Node, state: State, survey: Survey) -> bool:
    """Whether what belongs to the last question ends before `node`."""
    if is_sibling(node, state, survey):
        return True
    if node.kind != "text":
        return False
    label, rest = split_label(first_line(node))
    if label == "questions":
        return True
    if label in ("rubric", "focus", "red_flags"):
        return not state.bold and not rest
    if label is not None:
        return False
    if state.bold:
        return (
            is_bold(node)
            or (survey.bold_numbered and bool(NUMBERED_BOLD.match(node.text)))
            or bold_lead(node) is not None
        )
    return is_bold(node) and not (state.last is not None and (state.last.reference or state.last.extra))


def end_of(nodes: Sequence[Node], place: int, state: State, survey: Survey) -> int:
    """The first place from `place` on that no longer belongs to the last question."""
    while place < len(nodes) and not ends_at(nodes[place], state, survey):
        place += 1
    return place


def goes_with_last(nodes: Sequence[Node], place: int, state: State, survey: Survey) -> bool:
    """Whether the node at `place` belongs to the question before it, and is not a text after a whole list of them."""
    node, asked = nodes[place], state.last
    if asked is None or state.carrier is None or ends_at(node, state, survey):
        return False
    if state.bold or node.kind == "quote":
        return True
    if node.kind == "details" and (not node.lines or asks(say(first_line(node)).text) < 2):
        return True
    following = next((n for n in range(place + 1, len(nodes)) if is_sibling(nodes[n], state, survey)), None)
    number, last = (own_number(nodes[following]) if following is not None else None), own_number(state.carrier)
    if number is not None and last is not None and number == last + 1:
        return True
    label = label_at(node)
    if label == "reference" and split_label(first_line(node))[1] and 0 <= node.first - state.carrier.last <= 2:
        return True  # `答：…` right under the last question of a list
    if state.run == 1:
        return state.interleaved or following is not None or label in OF_ONE or len(state.since) <= 1
    others = state.since[:-1]
    if (
        label is None
        and not asked.reference
        and others
        and sum(bool(one.reference) for one in others) * 2 > len(others)
    ):
        return True  # all questions of the list have their answers but the last
    return label == "follow_up"
