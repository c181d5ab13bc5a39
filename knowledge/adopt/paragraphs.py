"""Paragraphs: labels, bold lines, and texts that ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from knowledge.adopt.asking import asks
from knowledge.adopt.belongings import belongs
from knowledge.adopt.extent import end_of, goes_with_last
from knowledge.adopt.inline import Said, one_line, question_of, say, title_of
from knowledge.adopt.labelled import close_rubric, give_answer, under_label
from knowledge.adopt.lists import ask, give_inline
from knowledge.adopt.nodes import Node
from knowledge.adopt.rubric import levels_in
from knowledge.adopt.state import (
    ANSWER_LEAD,
    OF_ONE,
    State,
    bold_lead,
    ends_asking,
    first_line,
    is_note,
    is_numbered,
    words_of,
)
from knowledge.adopt.survey import NUMBERED_BOLD, leaves
from knowledge.adopt.vocabulary import ANSWER_WORD, BARE_QUESTIONS, Label, split_label

if TYPE_CHECKING:
    from knowledge.adopt.body import Body

_LONGEST_QUESTION = 1200


def read_text(body: Body, nodes: Sequence[Node], place: int, state: State) -> int:
    """A paragraph: a label, a title, a question, or text that belongs to one. The next place to read."""
    node, desk, survey = nodes[place], body.desk, body.survey
    label, rest = split_label(first_line(node))
    if label is not None and not (label == "questions" and rest):
        return _label(body, nodes, place, state, label, rest)
    said = say(node.text, desk.tidied.references)
    if said.struck:
        desk.leave(node, "struck_out")
        return place + 1
    if ANSWER_LEAD.match(node.text) and state.last is not None:
        give_answer(desk, node, state.last)
        state.interleaved = True
        return place + 1
    if said.bold and not said.images:
        return _bold(body, nodes, place, state, said)
    if survey.bold_numbered and NUMBERED_BOLD.match(node.text):
        return _with_all_below(body, nodes, place, state)
    if lead := bold_lead(node):
        asked = desk.ask(question_of(say(lead[0])), node, last=node.first)
        give_inline(body, asked, lead[1], node.first, node.last)
        state.asked(asked, node)
        state.run = 1
        return place + 1
    if label == "questions" or (state.label in (None, "questions") and _asks(body, nodes, place, said, state)):
        _ask_text(body, node, state)
        return place + 1
    body.other(nodes, place, state)
    return place + 1


def _label(body: Body, nodes: Sequence[Node], place: int, state: State, label: Label, rest: str) -> int:
    """A label, with what it says on its own lines; what stands below it is read under it."""
    node, desk = nodes[place], body.desk
    more = [text for _, text in node.lines[1:]]
    if state.last is not None and label in OF_ONE and (state.bold or goes_with_last(nodes, place, state, body.survey)):
        end = end_of(nodes, place + 1, state, body.survey)
        belongs(desk, state.last, nodes[place:end])
        state.interleaved = True
        return end
    if label in ("difficulty", "aside") and (rest or more):
        desk.mark(node, "note")
        return place + 1
    if label != "rubric":
        close_rubric(desk, state)
    if not rest and not more:
        _open_label(body, node, state, label)
        return place + 1
    lines = [pair for pair in [(node.first, rest), *node.lines[1:]] if pair[1]]
    items = [Node("item", line, line, ((line, text),)) for line, text in lines]
    if label == "sources" or (label == "rubric" and not levels_in(items)):
        desk.mark(node, "sources" if label == "sources" else "note")
    else:
        under_label(desk, items, state, label)
        desk.mark(node, "label")
    if label in ("reference", "rubric", "red_flags", "follow_up", "points"):
        state.label = label
    return place + 1


def _open_label(body: Body, node: Node, state: State, label: Label) -> None:
    body.desk.mark(node, "label")
    state.label = label
    if label == "questions":
        state.since, state.run, state.bold = [], 0, False
        said = say(node.text)
        if not BARE_QUESTIONS.fullmatch(title_of(said)):
            _title(body, node, said)


def _bold(body: Body, nodes: Sequence[Node], place: int, state: State, said: Said) -> int:
    """A bold line: a question with its answer below, a topic over a list, or a heading in an answer."""
    node, survey = nodes[place], body.survey
    grade = asks(said.text)
    if not state.bold and grade < 3 and goes_with_last(nodes, place, state, survey):
        belongs(body.desk, state.last or body.desk.latest(1)[0], [node])
        return place + 1
    end = end_of(nodes, place + 1, State(None, bold=True, last=state.last, carrier=node), survey)
    below = nodes[place + 1 : end]
    items = [one for one in below if one.kind == "item"]
    share = leaves(items)
    most = share.plainly * 2 >= share.all if grade == 3 and survey.bold_asks else share.most
    lists = share.all >= 2 and most
    asked_so = grade >= 2 and survey.bold_asks and not lists
    by_number = survey.bold_asks and grade < 2 and bool(below) and not lists and is_numbered(node)
    if asked_so or by_number or (grade == 3 and not lists and bool(below) and not items):
        return _with_all_below(body, nodes, place, state)
    if grade == 3 and not below:
        ask(body, node, state)
        state.run = 1
        return place + 1
    state.label = None if state.label not in (None, "questions") else state.label
    state.since, state.last, state.carrier, state.bold, state.run = [], None, None, False, 0
    _title(body, node, said)
    return place + 1


def _with_all_below(body: Body, nodes: Sequence[Node], place: int, state: State) -> int:
    """A bold question, and everything down to the next one."""
    state.label, state.bold, state.run = None, True, 1
    asked = ask(body, nodes[place], state)
    end = end_of(nodes, place + 1, state, body.survey)
    belongs(body.desk, asked, nodes[place + 1 : end])
    return end


def _title(body: Body, node: Node, said: Said) -> None:
    """A bold line over a list names a topic, in place of the bold line before it."""
    desk = body.desk
    desk.bold_line(one_line(question_of(said).text).strip(" :："), node.first)
    desk.mark(node, "topic")
    if is_note(said.note):
        desk.ask(question_of(said), node, role="topic")


def _ask_text(body: Body, node: Node, state: State) -> None:
    """A paragraph that asks: each of its lines if all do, else the first with its answer below it."""
    grades = [asks(text) for _, text in node.lines]
    every = all(grade == 3 for grade in grades) or (3 not in grades and min(grades) >= 2)
    if len(node.lines) > 1 and every:
        for line, text in node.lines:
            ask(body, Node("text", line, line, ((line, text),)), state)
        state.run = len(node.lines)
    else:
        ask(body, node, state)
        state.run = 1


def _asks(body: Body, nodes: Sequence[Node], place: int, said: Said, state: State) -> bool:
    """Whether a paragraph is a question of the list, and no prose that happens to ask."""
    node, survey = nodes[place], body.survey
    if state.intro and state.label is None and (survey.carried or survey.lists_ask):
        return False
    if _is_link_to_note(node, said):
        return True
    if state.bold or len(node.text) > _LONGEST_QUESTION:
        return False
    grade, numbered = asks(first_line(node)), is_numbered(node)
    if not numbered and state.interleaved and not ends_asking(first_line(node)):
        return False
    if not (survey.texts_ask or state.alone or state.label == "questions" or numbered):
        return False
    if ends_asking(first_line(node)) or (state.alone and asks(said.text) == 3):
        return True
    return grade >= 2 and (numbered or state.label == "questions")


def _is_link_to_note(node: Node, said: Said) -> bool:
    if len(node.lines) != 1 or not said.links or not is_note(said.note) or ANSWER_WORD.fullmatch(said.text or " "):
        return False
    return words_of(said.links[0].text) == words_of(said.text)
