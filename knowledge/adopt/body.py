"""What stands under one chapter, section or topic, block by block: lists, paragraphs, tables, fold-out parts, code.

Its rule: a text is a question only if its list, its label or its layout says so; a rhetorical question in prose is not one.
"""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.adopt.asking import asks
from knowledge.adopt.belongings import belongs
from knowledge.adopt.desk import Desk
from knowledge.adopt.extent import goes_with_last
from knowledge.adopt.grid import read_table
from knowledge.adopt.inline import Said, one_line, question_of, say
from knowledge.adopt.labelled import close_rubric, mark_rubric
from knowledge.adopt.lists import read_run
from knowledge.adopt.nodes import Node
from knowledge.adopt.paragraphs import read_text
from knowledge.adopt.reading import Asked
from knowledge.adopt.rubric import levels_in
from knowledge.adopt.state import State, is_note, label_at, shell, words_of
from knowledge.adopt.survey import Survey, leaves
from knowledge.adopt.vocabulary import Label, label_of


class Body:
    """Reads bodies onto a desk. `titles` are the words of all headings, by which a list of contents is known."""

    def __init__(self, desk: Desk, found: Survey) -> None:
        self.desk = desk
        self.survey = found
        self.titles: set[str] = set()
        self.recent: list[Asked] = []
        """The questions of the body before, which a heading for answers may be about."""

    def read(self, nodes: Sequence[Node], label: Label | None, *, intro: bool = False) -> Label | None:
        """Read `nodes` under `label`; `intro` for what stands before the first heading of a source that has headings.

        The label that is open at the end.
        """
        state = State(label, intro)
        if label == "reference":
            state.since = self.recent
            state.last = self.recent[-1] if self.recent else None
        state.explicit = any(node.kind == "text" and label_at(node) == "questions" for node in nodes)
        state.alone = not intro and sum(node.kind in ("text", "item", "table") for node in nodes) == 1
        begun = self.desk.count
        place = 0
        while place < len(nodes):
            place = self._one(nodes, place, state)
        close_rubric(self.desk, state)
        if self.desk.count > begun and label != "reference":
            self.recent = self.desk.latest(self.desk.count - begun)
        return state.label

    def contents(self, nodes: Sequence[Node]) -> None:
        """What stands under a heading for the contents: entries are marked, anything else is read as everywhere."""
        rest: list[Node] = []
        for node in nodes:
            if node.kind == "rule" or self._is_entry(node):
                self.desk.mark(node, "contents")
            else:
                rest.append(node)
        if rest:
            self.read(rest, None)

    def other(self, nodes: Sequence[Node], place: int, state: State) -> None:
        """Text, code, quotes: under a label, part of the question before them, or a note."""
        node, desk = nodes[place], self.desk
        if state.label in ("reference", "points", "follow_up", "misconceptions") and state.since:
            if len(state.since) == 1 or state.label != "reference":
                belongs(desk, state.since[-1], [shell(state.label, node), node])
            else:
                desk.leave(node, "answers_of_many")
        elif state.label == "rubric" and node.kind == "text" and (found := levels_in([node])):
            state.rubric += found
            mark_rubric(desk, [node])
        elif state.label == "focus" and node.kind in ("text", "quote"):
            desk.section.focus += [
                text for line in desk.text_of([node]).split("\n") if (text := one_line(say(line).text))
            ]
            desk.mark(node, "focus")
        elif goes_with_last(nodes, place, state, self.survey):
            belongs(desk, state.last or desk.latest(1)[0], [node])
            state.interleaved = True
        elif node.kind == "quote" and leaves(child for child in node.children if child.kind == "item").most:
            self.read(node.children, state.label, intro=state.intro)
        else:
            desk.mark(node, "note")

    def _one(self, nodes: Sequence[Node], place: int, state: State) -> int:
        node = nodes[place]
        match node.kind:
            case "item":
                end = place
                while end < len(nodes) and nodes[end].kind == "item":
                    end += 1
                read_run(self, nodes, place, end, state)
                return end
            case "text":
                return read_text(self, nodes, place, state)
            case "table":
                self._table(nodes, place, state)
            case "details":
                self._details(node, state)
            case "rule":
                self.desk.mark(node, "layout")
            case _:
                self.other(nodes, place, state)
        return place + 1

    def _is_entry(self, node: Node) -> bool:
        if node.kind == "item" and all(self._is_entry(child) for child in node.children):
            said = say(node.text)
            if said.links:
                return all(link.target.startswith("#") for link in said.links)
            return words_of(question_of(said).text) in self.titles or words_of(said.text) in self.titles
        if node.kind in ("text", "quote"):
            said = say(node.text)
            return bool(said.links) and all(link.target.startswith("#") for link in said.links)
        return False

    def _details(self, node: Node, state: State) -> None:
        """A fold-out part: a question with its answer inside, the answer of the question before it, or more of the list."""
        desk = self.desk
        said = question_of(say(node.text, desk.tidied.references))
        label = label_of(said.text) if node.lines else "reference"
        grade, inside = asks(said.text), leaves(child for child in node.children if child.kind == "item")
        first, last = (node.lines[0][0], node.lines[-1][0]) if node.lines else (node.first, node.first)
        own = self.survey.details_all or (inside.plainly * 2 <= inside.all and self.survey.details_ask)
        if (
            label is None
            and node.lines
            and (grade >= 2 or own)
            and not (inside.plainly >= 2 and inside.most and grade < 3 and not self.survey.details_all)
        ):
            asked = desk.ask(said, Node("item", first, last, node.lines))
            state.asked(asked, node)
            state.run = 1
            if node.children:  # all that folds out is its answer, also where it asks
                belongs(desk, asked, [shell("reference", node), *node.children])
            desk.mark(node, "reference")
        elif state.last is not None and label in ("reference", "aside", "points", "follow_up", "rubric", "sources"):
            belongs(desk, state.last, [node])
            state.interleaved = True
        else:
            desk.mark_lines(first, last, "topic" if inside.most else "label")
            inner = "questions" if label == "questions" else None
            self.read(node.children, inner, intro=state.intro and not inside.most)
            desk.mark(node, "note")

    def _table(self, nodes: Sequence[Node], place: int, state: State) -> None:
        node, desk = nodes[place], self.desk
        found = levels_in([node])
        if state.label == "rubric" and found:
            state.rubric += found
            mark_rubric(desk, [node])
        elif asked := read_table(desk, node, _answer_target):
            state.since += asked
            state.last, state.carrier, state.run = asked[-1], node, len(asked)
        elif goes_with_last(nodes, place, state, self.survey):
            belongs(desk, state.last or desk.latest(1)[0], [node])
        elif len({name for name, _ in found}) >= 2 and state.since:
            state.rubric += found
            mark_rubric(desk, [node])
        else:
            desk.mark(node, "note")


def _answer_target(said: Said) -> str:
    return said.note if is_note(said.note) else ""
