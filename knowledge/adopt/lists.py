"""Lists: which items ask, which are topics over other items, and which belong to the question before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from knowledge.adopt.asking import asks
from knowledge.adopt.belongings import belongs, split_lines
from knowledge.adopt.extent import goes_with_last
from knowledge.adopt.inline import Said, one_line, question_of, say
from knowledge.adopt.labelled import give_answer, under_label
from knowledge.adopt.nodes import Node
from knowledge.adopt.reading import Asked, Where
from knowledge.adopt.state import (
    ANSWER_LEAD,
    WEB,
    State,
    are_options,
    first_line,
    is_note,
    label_at,
    lists_of,
    words_of,
)
from knowledge.adopt.survey import leaves, note_links
from knowledge.adopt.vocabulary import ANSWER_WORD, Label, split_label

if TYPE_CHECKING:
    from knowledge.adopt.body import Body

_LIST_OF_QUESTIONS = re.compile(
    r"questions?(?:\s*(?:&|and|with)\s*answers?)?(?:\s+(?:for|on|about|in|part)\b.{0,50})?\W*$|(?:面试题|题目|问题)(?:总结|汇总|汇集|合集|大全|集|搜集|题解|详解)\W*$",
    re.IGNORECASE,
)
"""A link with such words leads to another list of questions and asks nothing itself."""
_CODE = re.compile(
    r"[;{}]\s*$|^\s*(?:import|from|#include|package|public|private|protected|return|const|let|var|def|class)\s+[\w.<>*\"']+.*[;:{(]?\s*$"
)


def read_run(body: Body, nodes: Sequence[Node], begin: int, end: int, state: State) -> None:
    """Neighbouring items, `nodes[begin:end]`: read by the label over them, or as questions where they ask."""
    before = len(state.since)
    if state.label not in (None, "questions"):
        place = _last_under_label(body, nodes, begin, end, state)
        if place > begin:
            under_label(body.desk, nodes[begin:place], state, state.label)
        if place == end:
            return
        state.label, begin = None, place
    place = begin
    for group in lists_of(nodes[begin:end]):
        share = leaves(group)
        labelled = state.label == "questions"
        asking = labelled or _asks(body, group, state)
        loose = not labelled and share.plainly * 2 < max(1, share.all) and _of_an_answer(group, state)
        if ((not asking and not share.most) or loose) and goes_with_last(nodes, place, state, body.survey):
            belongs(body.desk, state.last or body.desk.latest(1)[0], group)
            state.interleaved = True
        else:
            for item in group:
                read_item(body, item, state, asking=asking)
        place += len(group)
    if len(state.since) > before:
        state.run = len(state.since) - before


def _of_an_answer(items: Sequence[Node], state: State) -> bool:
    """Whether items under a numbered question may be the points of its answer: bullets, or a count that begins anew."""
    before = state.carrier
    if before is None or before.kind != "item" or before.number is None:
        return False
    return all(item.number is None for item in items) or (items[0].number == 1 and before.number > 0)


def _last_under_label(body: Body, nodes: Sequence[Node], begin: int, end: int, state: State) -> int:
    """Where the list under a label ends within a run of items: at an item that is the next question by its number."""
    if state.label in ("focus", "rubric", "red_flags") or state.carrier is None or state.carrier.number is None:
        return end
    wanted = state.carrier.number + 1
    if wanted == 2 and state.label == "reference":
        return end  # a second list that counts from one: its second item is an answer
    return next((n for n in range(begin, end) if nodes[n].number == wanted and asks(say(nodes[n].text).text) >= 2), end)


def _asks(body: Body, items: Sequence[Node], state: State) -> bool:
    """Whether a list without a label is one of questions."""
    survey, share, links = body.survey, leaves(items), note_links(items)
    if survey.ordered_ask and share.plainly == 0 and all(item.number is None for item in items) and not links:
        return False
    if share.most and share.asking and not (state.intro and survey.carried and share.plainly * 2 < share.all):
        return True
    if state.intro:
        return share.all > 0 and any(ANSWER_LEAD.match(item.text) for item in items)
    return (links > 0 and not survey.carried) or (survey.lists_ask and not state.explicit)


def read_item(body: Body, item: Node, state: State, *, asking: bool) -> None:
    """One item: part of the question before it, a label, a topic, a note, or a question."""
    desk = body.desk
    said = say(item.text, desk.tidied.references)
    below = [child for child in item.children if child.kind == "item"]
    if said.struck:
        desk.leave_lines(item.first, item.lines[-1][0] if item.lines else item.last, "struck_out")
        for child in item.children:
            read_item(body, child, state, asking=True) if child.kind == "item" else desk.mark(child, "note")
    elif state.last is not None and ANSWER_LEAD.match(item.text):
        give_answer(desk, item, state.last)
    elif (label := label_at(item)) is not None and _labelled(body, item, label, state, below):
        return
    elif _is_contents(said, below):
        desk.mark(item, "contents")
    elif state.last is not None and said.links and ANSWER_WORD.fullmatch(said.text or " ") and not below:
        _answer_link(body, item, said, state.last)
    elif below and _is_topic(body, item, said, below, asking=asking):
        _topic(body, item, said, state, asking=asking)
    elif (asking and not _CODE.search(said.text)) or (
        (asks(said.text) == 3 or is_note(said.note))
        and not (state.intro and (body.survey.carried or asks(said.text) < 3))
        and not _CODE.search(said.text)
    ):
        ask(body, item, state)
    else:
        desk.mark(item, "note")


def _is_contents(said: Said, below: Sequence[Node]) -> bool:
    """An entry of a table of contents, or a link to another list of questions."""
    here = [link for link in said.links if link.target.startswith("#")]
    if here and len(here) == len(said.links) and words_of(said.text) == words_of(here[0].text):
        return True
    return bool(said.note) and not below and bool(_LIST_OF_QUESTIONS.search(said.text)) and asks(said.text) < 3


def _labelled(body: Body, item: Node, label: Label, state: State, below: Sequence[Node]) -> bool:
    """An item that is a label (`- 难度：易`, `- Follow-ups:`): part of the question before it, or over its own items."""
    desk, rest = body.desk, split_label(first_line(item))[1]
    if label == "questions":
        if rest or not below:
            return False
        desk.mark_lines(item.first, item.lines[-1][0], "label")
        body.read(item.children, "questions")
        return True
    if state.last is not None and label != "focus":
        belongs(desk, state.last, [item])
        return True
    if label in ("focus", "rubric", "red_flags", "sources", "misconceptions", "points") and (rest or item.children):
        inner = State(label, state.intro)
        if rest:
            under_label(desk, [item], inner, label)
        else:
            desk.mark_lines(item.first, item.lines[-1][0], "label")
            under_label(desk, item.children, inner, label)
        state.rubric += inner.rubric
        return True
    return False


def _is_topic(body: Body, item: Node, said: Said, below: Sequence[Node], *, asking: bool) -> bool:
    """Whether an item over other items is their topic and no question."""
    grade, share, survey = asks(said.text), leaves(below), body.survey
    if not item.lines or label_at(item) in ("follow_up", "reference") or are_options(below):
        return False
    if note_links(below) * 2 > len(below):
        return True
    if grade == 3:
        nested = any(child.kind == "item" for inner in below for child in inner.children)
        ends = said.text.rstrip().endswith(("?", "？"))
        return survey.topics_over_items and (said.bold or nested) and share.most and not ends
    if share.all and share.plainly * 2 >= share.all and (grade < 2 or survey.topics_over_items or said.bold):
        return True
    if said.bold or (item.text.rstrip().endswith((":", "：")) and grade < 2):
        return survey.topics_over_items or share.most
    return survey.topics_over_items and grade < 2 and asking


def _topic(body: Body, item: Node, said: Said, state: State, *, asking: bool) -> None:
    desk = body.desk
    last = item.lines[-1][0] if item.lines else item.first
    inner = State(state.label if state.label == "questions" else None, state.intro and not asking)
    with desk.inner_topic(one_line(question_of(said).text).strip(" :："), item.first):
        if is_note(said.note):
            inner.asked(desk.ask(question_of(said), item, last=last, role="topic"), item)
        desk.mark_lines(item.first, last, "topic")
        for place, child in enumerate(item.children):
            if child.kind == "item":
                read_item(body, child, inner, asking=asking or state.label == "questions")
            else:
                body.other(item.children, place, inner)
    state.last, state.carrier = inner.last or state.last, inner.carrier or state.carrier
    state.since += inner.since


def ask(body: Body, node: Node, state: State) -> Asked:
    """Ask what an item or paragraph says; an answer in it, and all that is nested under it, goes with it."""
    desk = body.desk
    text, answer, last = split_lines(node, lines_part=body.survey.lines_part)
    asked = desk.ask(question_of(say(text, desk.tidied.references)), node, last=last)
    end = node.lines[-1][0] if node.lines else last
    if answer:
        give_inline(body, asked, answer, min(last + 1, end), end)
    state.asked(asked, node)
    if node.children:
        belongs(desk, asked, node.children)
    return asked


def give_inline(body: Body, asked: Asked, answer: str, first: int, last: int) -> None:
    """An answer on the question's own lines; one that is only a link leads to it."""
    desk, text = body.desk, answer.strip()
    said = say(text, desk.tidied.references)
    if said.links and ANSWER_WORD.fullmatch(said.text or " ") and not asked.link and is_note(said.note):
        asked.link = said.note
    else:
        asked.reference = text
    asked.came_with.append(Where(desk.name, first, last))
    desk.mark_lines(first, last, "reference")


def _answer_link(body: Body, item: Node, said: Said, asked: Asked) -> None:
    body.desk.mark(item, "sources")
    if is_note(said.note) and not asked.link:
        asked.link = said.note
    else:
        asked.web = (*asked.web, *(link.target for link in said.links if WEB.match(link.target)))
