"""What stands under one chapter, section or topic: lists, bold lines, tables and texts, and which of them ask.

Its rule: a text is a question only if its list, its label or its layout says so; a rhetorical question in prose is not one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.adopt.asking import asks
from knowledge.adopt.belongings import belongs, split_lines
from knowledge.adopt.desk import Desk
from knowledge.adopt.grid import read_table
from knowledge.adopt.inline import Said, one_line, question_of, say, title_of
from knowledge.adopt.nodes import Node
from knowledge.adopt.reading import Asked, Mapped, Where
from knowledge.adopt.rubric import is_own_name, levels_in, onto_levels
from knowledge.adopt.survey import NUMBERED_BOLD, Survey, leaves, note_links
from knowledge.adopt.vocabulary import ANSWER_WORD, BARE_QUESTIONS, Label, label_of, split_label

_WEB = re.compile(r"(?:https?:)?//|mailto:|www\.", re.IGNORECASE)
_LIST_OF_QUESTIONS = re.compile(r"questions?(?:\s*(?:&|and|with)\s*answers?)?(?:\s+(?:for|on|about|in|part)\b.{0,50})?\W*$|(?:面试题|题目|问题)(?:总结|汇总|汇集|合集|大全|集|搜集|题解|详解)\W*$", re.IGNORECASE)
"""A link with such words leads to another list of questions and asks nothing itself."""
_IN_PLACE: frozenset[Label] = frozenset(("difficulty", "aside"))
_ANSWER_LEAD = re.compile(r"^\W*(?:A|a|答|Ans(?:wer)?)\s*\d{0,3}\s*[:：]\s*")


@dataclass(slots=True)
class _State:
    """One body while it is read. `since` counts the questions since the last label, bold line or table."""

    label: Label | None
    intro: bool
    last: Asked | None = None
    last_run: int = 0
    since: list[Asked] | None = None
    interleaved: bool = False
    bold: bool = False
    rubric: list[tuple[str, str]] | None = None
    alone: bool = False
    """Whether the body is one text and nothing else that could ask."""
    explicit: bool = False
    """Whether a label in this body says where its questions are: lists elsewhere in it are none unless they ask."""


class Body:
    def __init__(self, desk: Desk, found: Survey) -> None:
        self.desk = desk
        self.survey = found
        self.titles: set[str] = set()
        """The words of all headings, by which a table of contents without links is known."""
        self.recent: list[Asked] = []
        """The questions of the body before, which a heading for answers may be about."""

    def belongs(self, asked: Asked, nodes: Sequence[Node]) -> None:
        belongs(self.desk, asked, nodes)

    def shown_with(self, asked: Asked, nodes: Sequence[Node]) -> None:
        from knowledge.adopt.belongings import shown_with

        shown_with(self.desk, asked, nodes)

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

    def _is_entry(self, node: Node) -> bool:
        if node.kind == "item" and all(self._is_entry(child) for child in node.children):
            said = say(node.text)
            if said.links:
                return all(link.target.startswith("#") for link in said.links)
            return normal_words(question_of(said).text) in self.titles or normal_words(said.text) in self.titles
        if node.kind in ("text", "quote"):
            said = say(node.text)
            return bool(said.links) and all(link.target.startswith("#") for link in said.links)
        return False

    def is_note(self, target: str) -> bool:
        """Whether a link's target may be a note: a file, neither a place on this page nor an address."""
        return bool(target) and not target.startswith("#") and not _WEB.match(target)

    def read(self, nodes: Sequence[Node], label: Label | None, *, intro: bool = False) -> Label | None:
        """Read `nodes` under `label`; `intro` for what stands before the first heading of a source that has headings.

        The label that is open at the end.
        """
        state = _State(label, intro, since=[])
        if label == "reference":
            state.since = self.recent
            state.last = self.recent[-1] if self.recent else None
        state.explicit = any(node.kind == "text" and split_label(node.lines[0][1])[0] == "questions" for node in nodes)
        state.alone = not intro and sum(node.kind in ("text", "item", "table") for node in nodes) == 1
        begun = self.desk.count
        place = 0
        while place < len(nodes):
            node = nodes[place]
            if node.kind == "item":
                end = place
                while end < len(nodes) and nodes[end].kind == "item":
                    end += 1
                self._run(nodes[place:end], state, after=nodes[end:])
                place = end
            elif node.kind == "text":
                place = self._text(nodes, place, state)
            elif node.kind == "table":
                self._table(node, state, after=nodes[place + 1 :])
                place += 1
            elif node.kind == "details":
                self._details(node, state)
                place += 1
            elif node.kind == "rule":
                self.desk.mark(node, "layout")
                place += 1
            else:
                self._other(node, state, after=nodes[place + 1 :])
                place += 1
        self._close_rubric(state)
        if self.desk.count > begun and label != "reference":
            self.recent = self.desk.latest(self.desk.count - begun)
        return state.label

    # -- lists

    def _run(self, items: Sequence[Node], state: _State, after: Sequence[Node]) -> None:
        """Neighbouring items: read by the label over them, or as questions where they ask."""
        before = len(state.since or [])
        for group in _lists(items):
            if state.label in (None, "questions"):
                asking = state.label == "questions" or self._asks(group, state)
                if not asking and state.last is not None and not leaves(group).most and self._goes_with_last(group[0], state, after):
                    belongs(self.desk, state.last, group)
                    continue
                for item in group:
                    self._item(item, state, asking=asking)
            else:
                self._labelled_items(group, state)
        state.last_run = len(state.since or []) - before

    def _asks(self, items: Sequence[Node], state: _State) -> bool:
        """Whether a list without a label is one of questions."""
        share = leaves(items)
        links = note_links(items)
        if share.most and share.asking and not (state.intro and self.survey.carried and share.plainly * 2 < share.all):
            return True
        if state.intro:
            return share.all > 0 and any(_ANSWER_LEAD.match(item.text) for item in items)
        if self.survey.ordered_ask and share.plainly == 0 and all(item.number is None for item in items) and not links:
            return False
        return (links > 0 and not self.survey.carried) or (self.survey.lists_ask and not state.explicit)

    def _item(self, item: Node, state: _State, *, asking: bool) -> None:
        desk = self.desk
        said = say(item.text, desk.tidied.references)
        below = [child for child in item.children if child.kind == "item"]
        if said.struck:
            desk.leave_lines(item.first, item.lines[-1][0] if item.lines else item.last, "struck_out")
            self._rest(item, state)
            return
        if state.last is not None and _ANSWER_LEAD.match(item.text):
            self._answer_item(item, state.last)
            return
        label, rest = split_label(item.lines[0][1]) if item.lines else (None, "")
        if label is not None and not (label == "questions" and rest and asks(rest) >= 2) and self._item_label(item, label, rest, state, below):
            return
        links_here = [link for link in said.links if link.target.startswith("#")]
        if links_here and len(links_here) == len(said.links) and normal_words(said.text) == normal_words(links_here[0].text):
            desk.mark(item, "contents")
            return
        if said.note and not below and _LIST_OF_QUESTIONS.search(said.text) and asks(said.text) < 3:
            desk.mark(item, "contents")
            return
        if state.last is not None and said.links and ANSWER_WORD.fullmatch(said.text or " ") and not below:
            self._answer_link(item, said, state.last)
            return
        if below and self._is_topic(item, said, below, asking=asking):
            self._topic(item, said, state, asking=asking)
            return
        if not asking and asks(said.text) < 3 and not self.is_note(said.note):
            desk.mark(item, "note")
            return
        if not asking and state.intro and (self.survey.carried or asks(said.text) < 3):
            desk.mark(item, "note")
            return
        self._ask(item, state)

    def _item_label(self, item: Node, label: Label, rest: str, state: _State, below: Sequence[Node]) -> bool:
        """An item that is a label (`- 难度：易`, `- Follow-ups:`): it belongs to the question before it, or stands over its own items."""
        desk = self.desk
        if label == "questions" and (below or rest):
            desk.mark_lines(item.first, item.lines[-1][0], "label")
            self.read(item.children, "questions")
            if rest:
                for line in rest.split("\n"):
                    desk.ask(question_of(say(line)), item)
            return True
        if state.last is not None and label not in ("questions", "focus"):
            belongs(desk, state.last, [item])
            return True
        if label in ("focus", "rubric", "red_flags", "sources", "misconceptions", "points") and (rest or item.children):
            self._labelled_items([item], _State(label, state.intro, since=[]))
            return True
        return False

    def _is_topic(self, item: Node, said: Said, below: Sequence[Node], *, asking: bool) -> bool:
        """Whether an item over other items is their topic and no question."""
        grade, share = asks(said.text), leaves(below)
        nested = any(child.kind == "item" for inner in below for child in inner.children)
        if not item.lines or split_label(item.lines[0][1])[0] in ("follow_up", "reference") or _options(below):
            return False
        if note_links(below) * 2 > len(below):
            return True
        if grade == 3:
            return self.survey.topics_over_items and (said.bold or nested) and share.most and not said.text.rstrip().endswith(("?", "？"))
        if share.all and share.plainly * 2 >= share.all:
            return True
        if (said.bold and grade < 3) or (item.text.rstrip().endswith((":", "：")) and grade < 2):
            return self.survey.topics_over_items or share.most
        return self.survey.topics_over_items and grade < 2 and asking

    def _topic(self, item: Node, said: Said, state: _State, *, asking: bool) -> None:
        desk = self.desk
        title = question_of(said).text.strip(" :：")
        kept, last = list(desk.topics), item.lines[-1][0] if item.lines else item.first
        desk.open_topic(one_line(title), len(desk.topics), item.first)
        if self.is_note(said.note):
            state.last = desk.ask(question_of(said), item, last=last, role="topic")
        desk.mark_lines(item.first, last, "topic")
        inner = _State(state.label if state.label == "questions" else None, state.intro and not asking, since=[])
        for child in item.children:
            if child.kind == "item":
                self._item(child, inner, asking=asking or state.label == "questions")
            else:
                self._other(child, inner, after=())
        desk.topics, desk._topic_open = kept, False  # pyright: ignore[reportPrivateUsage] -- the desk's own room
        state.last = inner.last or state.last
        state.since = [*(state.since or []), *(inner.since or [])]

    def _ask(self, item: Node, state: _State) -> Asked:
        text, answer, last = split_lines(item)
        said = question_of(say(text, self.desk.tidied.references))
        asked = self.desk.ask(said, item, last=last)
        if answer:
            self._inline(asked, answer, last if last == (item.lines[-1][0] if item.lines else last) else last + 1, item.lines[-1][0])
        state.last = asked
        (state.since if state.since is not None else []).append(asked)
        if item.children:
            belongs(self.desk, asked, item.children)
        return asked

    def _inline(self, asked: Asked, answer: str, first: int, last: int) -> None:
        text = answer.strip()
        link = say(text, self.desk.tidied.references)
        if link.links and ANSWER_WORD.fullmatch(link.text or " ") and not asked.link and self.is_note(link.note):
            asked.link = link.note
        else:
            asked.reference = text
        asked.came_with.append(Where(self.desk.name, first, last))
        self.desk.mark_lines(first, last, "reference")

    def _answer_item(self, item: Node, asked: Asked) -> None:
        lines = [_ANSWER_LEAD.sub("", item.lines[0][1]), *(text for _, text in item.lines[1:])]
        inner = self.desk.text_of(item.children)
        text = "\n\n".join(piece for piece in ("\n".join(lines).strip(" *"), inner) if piece)
        asked.reference = "\n\n".join(piece for piece in (asked.reference, text) if piece)
        asked.came_with.append(Where(self.desk.name, item.first, item.last))
        self.desk.mark(item, "reference")

    def _answer_link(self, item: Node, said: Said, asked: Asked) -> None:
        self.desk.mark(item, "sources")
        if self.is_note(said.note) and not asked.link:
            asked.link = said.note
        else:
            asked.web = (*asked.web, *(link.target for link in said.links if _WEB.match(link.target)))

    def _rest(self, item: Node, state: _State) -> None:
        for child in item.children:
            if child.kind == "item":
                self._item(child, state, asking=True)
            else:
                self.desk.mark(child, "note")

    # -- what labels stand over

    def _labelled_items(self, items: Sequence[Node], state: _State) -> None:
        desk, label = self.desk, state.label
        match label:
            case "focus":
                for item in items:
                    desk.mark(item, "focus")
                    rest = split_label(item.text)
                    desk.section.focus.append(one_line(say(rest[1] if rest[0] == "focus" else item.text).text) or one_line(say(item.text).text))
                    desk.section.focus += [one_line(say(child.text).text) for child in item.children if child.text.strip()]
                desk.section.focus = [text for text in desk.section.focus if text]
            case "rubric":
                found = levels_in(items)
                if found:
                    state.rubric = [*(state.rubric or []), *found]
                    self._mark_rubric(items)
                else:
                    self._unplaced(items, state)
            case "red_flags":
                desk.section.below += [one_line(say(split_label(item.text)[1] if split_label(item.text)[0] else item.text).text) for item in items]
                desk.section.below = [text for text in desk.section.below if text]
                self._mark_rubric(items)
            case "reference":
                self._answers(items, state)
            case "difficulty" | "aside":
                for item in items:
                    desk.mark(item, "note")
            case _:
                self._unplaced(items, state)

    def _mark_rubric(self, items: Sequence[Node]) -> None:
        section = self.desk.section
        section.rubric_line = section.rubric_line or items[0].first
        for item in items:
            self.desk.mark(item, "rubric")

    def _unplaced(self, items: Sequence[Node], state: _State) -> None:
        """Items under a label that belongs to one question: to the last one if there is one, else they are listed."""
        if state.last is not None and len(state.since or []) == 1 and state.label:
            belongs(self.desk, state.last, [_heading(state.label, items[0]), *items])
        elif state.label == "sources":
            for item in items:
                self.desk.mark(item, "sources")
        elif state.label in ("follow_up", "points", "misconceptions") and state.last is not None:
            belongs(self.desk, state.last, [_heading(state.label, items[0]), *items])
        else:
            self.desk.leave_lines(items[0].first, items[-1].last, "answers_of_many")

    def _answers(self, items: Sequence[Node], state: _State) -> None:
        """A list of answers below a list of questions: by number, else by place if they are as many."""
        asked = state.since or []
        by_number = {one.number: one for one in asked if one.number is not None} if all(one.number for one in asked) else {}
        for place, item in enumerate(items):
            number = item.number if item.number is not None else _own_number(item.text)
            one = by_number.get(number) if by_number and number is not None else None
            if one is None and number is not None and not by_number and 0 < number <= len(asked):
                one = asked[number - 1]
            if one is None and number is None and len(items) == len(asked):
                one = asked[place]
            if one is None and len(asked) == 1:
                one = asked[0]
            if one is None:
                self.desk.leave(item, "answers_of_many" if asked else "answer_of_none")
            else:
                self._answer_item(item, one)

    def _close_rubric(self, state: _State) -> None:
        if state.rubric:
            self.keep_rubric(state.rubric)
            state.rubric = None

    def keep_rubric(self, found: Sequence[tuple[str, str]]) -> None:
        """Give the levels to the section that is open; foreign names stay in front of their text."""
        section = self.desk.section
        ranks = onto_levels(found)
        for name, text in found:
            rank = ranks[name]
            words = text if is_own_name(name) else f"{name}：{text}" if re.search(r"[\u3400-\u9fff]", text) else f"{name}: {text}"
            if rank == "below":
                section.below.append(words)
            else:
                section.rubric[rank] = f"{section.rubric[rank]}；{words}" if rank in section.rubric else words
        if any(not is_own_name(name) for name, _ in found):
            line = section.rubric_line or section.line
            self.desk.mapped.append(Mapped(Where(self.desk.name, line, line), tuple(ranks.items())))

    # -- text

    def _text(self, nodes: Sequence[Node], place: int, state: _State) -> int:
        """A paragraph: a label, a title over what follows, a question, or text that belongs to one; the next place to read."""
        node, desk = nodes[place], self.desk
        label, rest = split_label(node.lines[0][1])
        if label != "questions" and self._still_answers(state, nodes[place + 1 :]):
            belongs(desk, state.last or desk.latest(1)[0], [node])
            return place + 1
        if label is not None and not (label == "questions" and rest and asks(rest) >= 2 and not state.last):
            return self._label(nodes, place, state, label, rest)
        said = say(node.text, desk.tidied.references)
        if said.struck:
            desk.leave(node, "struck_out")
            return place + 1
        if said.bold and not said.images:
            return self._bold(nodes, place, state, said)
        if _ANSWER_LEAD.match(node.text) and state.last is not None:
            self._answer_item(node, state.last)
            return place + 1
        if self.survey.bold_numbered and NUMBERED_BOLD.match(node.text):
            state.label, state.bold = None, True
            end = self._end_of(nodes, place + 1, state)
            belongs(desk, self._ask(node, state), nodes[place + 1 : end])
            return end
        if state.label in (None, "questions") and self._text_asks(node, said, state):
            return place + 1
        if lead := _bold_lead(node):
            asked = desk.ask(question_of(say(lead[0])), node, last=node.first)
            self._inline(asked, lead[1], node.first, node.last)
            state.last = asked
            (state.since or []).append(asked)
            state.last_run = 1
            return place + 1
        self._other(node, state, after=nodes[place + 1 :])
        return place + 1

    def _label(self, nodes: Sequence[Node], place: int, state: _State, label: Label, rest: str) -> int:
        node, desk = nodes[place], self.desk
        more = [text for _, text in node.lines[1:]]
        if state.last is not None and label not in ("questions", "focus", "rubric", "red_flags") and (len(state.since or []) == 1 or state.bold or label == "follow_up"):
            end = self._end_of(nodes, place + 1, state)
            belongs(desk, state.last, nodes[place:end])
            return end
        if label == "questions" and rest:
            for line, text in [(node.first, rest), *node.lines[1:]]:
                piece = Node("text", line, line, ((line, text),))
                self._ask(piece, state)
            state.last_run = len(more) + 1
            return place + 1
        if label in _IN_PLACE and (rest or more):
            desk.mark(node, "note")
            return place + 1
        self._close_rubric(state) if label != "rubric" else None
        if not rest and not more:
            desk.mark(node, "label")
            state.label = label
            state.since = [] if label == "questions" else state.since
            if label == "questions" and not BARE_QUESTIONS.fullmatch(title_of(say(node.text))):
                self._title(node, say(node.text))
            return place + 1
        piece = Node("item", node.first, node.last, tuple(pair for pair in [(node.first, rest), *node.lines[1:]] if pair[1]))
        if label == "rubric" and not levels_in([piece]):
            desk.mark(node, "note")
        elif label == "sources":
            desk.mark(node, "sources")
        else:
            inner = _State(label, state.intro, last=state.last, since=state.since)
            self._labelled_items([Node("item", line, line, ((line, text),)) for line, text in piece.lines], inner)
            desk.mark(node, "label")
            state.rubric = inner.rubric or state.rubric
        if label in ("reference", "rubric", "red_flags", "follow_up", "points"):
            state.label = label
        return place + 1

    def _bold(self, nodes: Sequence[Node], place: int, state: _State, said: Said) -> int:
        """A bold line: a question with its answer below, or a topic over a list."""
        node = nodes[place]
        grade = asks(said.text)
        end = self._end_of(nodes, place + 1, state)
        below = nodes[place + 1 : end]
        items = [one for one in below if one.kind == "item"]
        share = leaves(items)
        lists = share.all >= 2 and (share.plainly * 2 >= share.all if grade == 3 and self.survey.bold_asks else share.most)
        is_question = (grade >= 2 and self.survey.bold_asks and not lists) or (grade == 3 and not lists and bool(below) and not items)
        if is_question or (self.survey.bold_asks and grade < 2 and bool(below) and not lists and _own_number(node.text) is not None):
            state.label, state.bold = None, True
            asked = self._ask(node, state)
            belongs(self.desk, asked, below)
            return end
        if grade == 3 and not below:
            self._ask(node, state)
            return place + 1
        state.label = None if state.label not in (None, "questions") else state.label
        state.since, state.last = [], None
        self._title(node, said)
        return place + 1

    def _title(self, node: Node, said: Said) -> None:
        desk = self.desk
        title = one_line(question_of(said).text).strip(" :：")
        depth = max(0, len([t for t in desk.topics if t]) - (1 if getattr(desk, "bold_topic", False) else 0))
        desk.open_topic(title, depth, node.first)
        desk.bold_topic = True
        desk.mark(node, "topic")
        if self.is_note(said.note):
            desk.ask(question_of(said), node, role="topic")

    def _end_of(self, nodes: Sequence[Node], place: int, state: _State) -> int:
        """Where what belongs to the bold question or label before `place` ends: at the next bold line or questions label."""
        while place < len(nodes):
            node = nodes[place]
            if node.kind == "text":
                label, rest = split_label(node.lines[0][1])
                if label == "questions" or (label is None and say(node.text).bold and not say(node.text).images):
                    break
                if label in ("rubric", "focus", "red_flags") and not state.bold and not rest:
                    break
                if label is None and (_bold_lead(node) or (self.survey.bold_numbered and NUMBERED_BOLD.match(node.text))):
                    break
            elif node.kind == "item" and not state.bold and place and self._next_question(node, state):
                break
            place += 1
        return place

    def _next_question(self, item: Node, state: _State) -> bool:
        last = state.last
        return last is not None and last.number is not None and item.number == last.number + 1

    def _text_asks(self, node: Node, said: Said, state: _State) -> bool:
        """Paragraphs that are questions themselves: each line of them, or the first with its answer below it."""
        if state.intro and state.label is None and not self._flat():
            return False
        grades = [asks(text) for _, text in node.lines]
        marked = [_ends_asking(text) for _, text in node.lines]
        if len(node.lines) == 1 and self.is_note(said.note) and said.links and normal_words(said.links[0].text) == normal_words(said.text) and not ANSWER_WORD.fullmatch(said.text):
            self._ask(node, state)
            state.last_run = 1
            return True
        if state.last is not None and not _numbered(node) and self._holds(node, state):
            return False
        if not (self.survey.texts_ask or state.alone or state.label == "questions" or _numbered(node)):
            return False
        if not (marked[0] or (state.alone and asks(said.text) == 3) or (_numbered(node) and grades[0] >= 2) or (state.label == "questions" and grades[0] >= 2)) or len(node.text) > 1200:
            return False
        if all(mark or grade >= 2 for mark, grade in zip(marked, grades, strict=True)) and len(node.lines) > 1:
            for line, text in node.lines:
                self._ask(Node("text", line, line, ((line, text),)), state)
            state.last_run = len(node.lines)
        else:
            self._ask(node, state)
            state.last_run = 1
        return True

    def _still_answers(self, state: _State, after: Sequence[Node]) -> bool:
        """Whether a numbered question with an answer is followed, further down, by the next number: all between is its answer."""
        asked = state.last
        if asked is None or asked.number is None or not (asked.reference or asked.extra):
            return False
        following = next((node for node in after if node.kind == "item" and node.number is not None), None)
        return following is not None and following.number == asked.number + 1 and asks(say(following.text).text) >= 2

    def _flat(self) -> bool:
        return not self.survey.carried and not self.survey.lists_ask

    def _holds(self, node: Node, state: _State) -> bool:
        """Whether a question before this text is waiting for it as an answer: prose that only happens to ask."""
        return state.interleaved and not _ends_asking(node.lines[0][1])

    # -- everything else

    def _other(self, node: Node, state: _State, after: Sequence[Node]) -> None:
        """Text, code, quotes: part of the question before them, or a note."""
        desk = self.desk
        if state.label in ("reference", "points", "follow_up", "misconceptions") and state.since:
            if len(state.since) == 1 or state.label != "reference":
                belongs(desk, state.since[-1], [_heading(state.label, node), node])
            else:
                desk.leave(node, "answers_of_many")
        elif state.label == "rubric" and node.kind == "text" and (found := levels_in([node])):
            state.rubric = [*(state.rubric or []), *found]
            self._mark_rubric([node])
        elif state.label == "focus" and node.kind in ("text", "quote"):
            desk.mark(node, "focus")
            desk.section.focus += [text for line in desk.text_of([node]).split("\n") if (text := one_line(say(line).text))]
        elif state.last is not None and self._goes_with_last(node, state, after):
            belongs(desk, state.last, [node])
            state.interleaved = state.interleaved or state.last_run == 1
        elif node.kind == "quote" and any(child.kind == "item" for child in node.children) and leaves(c for c in node.children if c.kind == "item").most:
            self.read(node.children, state.label, intro=state.intro)
        else:
            desk.mark(node, "note")

    def _goes_with_last(self, node: Node, state: _State, after: Sequence[Node]) -> bool:
        asked = state.last
        if asked is None:
            return False
        if node.kind == "quote" or (node.kind == "text" and split_label(node.lines[0][1])[0] in ("reference", "points", "follow_up")):
            return True
        if self._still_answers(state, after) or node.kind == "details" or state.bold or (state.last_run == 1 and state.interleaved):
            return True
        following = next((one for one in after if one.kind == "item" or (one.kind == "text" and (say(one.text).bold or _numbered(one)))), None)
        if following is not None and following.kind == "item" and state.last_run >= 1:
            if following.number is not None and asked.number is not None:
                return following.number == asked.number + 1
            return state.last_run == 1 and leaves([following]).most
        if following is not None and following.kind == "text" and _numbered(following):
            return state.last_run == 1
        return state.last_run == 1 and len(state.since or []) <= 1 and following is None

    def _details(self, node: Node, state: _State) -> None:
        """A fold-out part: a question with its answer inside, the answer of the question before it, or more of the list."""
        desk = self.desk
        summary = say("\n".join(text for _, text in node.lines), desk.tidied.references)
        said = question_of(summary)
        label = label_of(said.text) if node.lines else "reference"
        inside = leaves(child for child in node.children if child.kind == "item")
        first = node.lines[0][0] if node.lines else node.first
        last = node.lines[-1][0] if node.lines else node.first
        if label is None and node.lines and (asks(said.text) >= 2 or (inside.plainly * 2 <= inside.all and self.survey.details_ask)) and not (inside.plainly >= 2 and inside.most and asks(said.text) < 3):
            shell = Node("item", first, last, node.lines)
            asked = desk.ask(said, shell)
            state.last, state.last_run = asked, 1
            (state.since if state.since is not None else []).append(asked)
            belongs(desk, asked, node.children)
            desk.mark(node, "reference")
        elif label in ("reference", "aside", "points", "follow_up", "rubric", "sources") and state.last is not None:
            belongs(desk, state.last, [node])
        else:
            desk.mark_lines(first, last, "topic" if inside.most else "label")
            self.read(node.children, "questions" if label == "questions" else None, intro=state.intro and not inside.most)
            desk.mark(node, "note")

    def _table(self, node: Node, state: _State, after: Sequence[Node]) -> None:
        desk = self.desk
        if state.label == "rubric" and (found := levels_in([node])):
            state.rubric = [*(state.rubric or []), *found]
            self._mark_rubric([node])
            return
        asked = read_table(desk, node, self._answer_link_target)
        if asked:
            state.last, state.last_run = asked[-1], len(asked)
            (state.since if state.since is not None else []).extend(asked)
        elif state.last is not None and self._goes_with_last(node, state, after):
            belongs(desk, state.last, [node])
        elif (found := levels_in([node])) and len({name for name, _ in found}) >= 2 and desk.chapters and state.since:
            state.rubric = [*(state.rubric or []), *found]
            self._mark_rubric([node])
        else:
            desk.mark(node, "note")

    def _answer_link_target(self, said: Said) -> str:
        return said.note if self.is_note(said.note) else ""


def _lists(items: Sequence[Node]) -> list[list[Node]]:
    """Neighbouring items by the list they are in; a list of one item joins the one before it."""
    groups: list[list[Node]] = []
    for item in items:
        if groups and (groups[-1][-1].siblings == item.siblings or len(groups[-1]) < 3 or not item.siblings):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _heading(label: Label, node: Node) -> Node:
    """A heading that says `label`, standing on no line of its own."""
    words: dict[Label, str] = {"reference": "答案", "points": "要点", "follow_up": "追问", "misconceptions": "误区", "sources": "来源", "rubric": "评分标准", "focus": "考查点", "red_flags": "扣分项", "difficulty": "难度", "aside": "说明", "questions": "问题"}
    return Node("heading", node.first, node.first - 1, ((node.first, words[label]),), depth=6)


def _options(items: Sequence[Node]) -> bool:
    """Whether items are answers to choose from (A … D, or boxes to tick)."""
    return len(items) >= 2 and all(re.match(r"(?:\[[ xX]?\]|\W*[A-Ha-h]\s*[).:、）：])\s*\S", item.text) for item in items)


def _own_number(text: str) -> int | None:
    match = re.match(r"\W*(\d{1,4})\s*[.、)）:：]", text)
    return int(match[1]) if match else None


def _numbered(node: Node) -> bool:
    return bool(node.lines) and bool(re.match(r"[\s*]*(?:\d{1,4}\s*[.、)）．]|[（(]\d{1,3}[)）]|[①-⑳]|q\d{0,3}\s*[:：.]|问\s*[:：]|第.{1,3}题)", node.lines[0][1], re.IGNORECASE))


def _ends_asking(text: str) -> bool:
    return asks(text) == 3 and bool(re.search(r"[?？]\W*$|[?？]\s*[（(【\[].{0,120}[)）】\]]\W*$|[?？][^?？。.!！]{0,24}$", say(text).text))


def _bold_lead(node: Node) -> tuple[str, str] | None:
    """`**What is X?** It is …`: the bold question and its answer on one line."""
    match = re.match(r"\s*(?:[-*+]\s+)?(\*\*|__)(?=\S)((?:(?!\1).)+)\1\s*(\S.*)$", node.text, re.DOTALL)
    return (match[2], match[3]) if match and asks(match[2]) == 3 and len(match[3]) > 8 else None


def normal_words(text: str) -> str:
    return "".join(c for c in text if c.isalnum()).casefold()
