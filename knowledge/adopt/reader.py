"""From nodes to a `Reading`: one walk over the headings of a source that gives every line its role.

Its rule: nothing is asked that is not a question, and no line is passed over: what finds no place is listed as not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from knowledge.adopt.asking import asks
from knowledge.adopt.belongings import belongs, shown_with
from knowledge.adopt.body import Body
from knowledge.adopt.desk import Desk
from knowledge.adopt.inline import one_line, question_of, say, title_of
from knowledge.adopt.nodes import Node
from knowledge.adopt.reading import Reading
from knowledge.adopt.state import is_note, words_of
from knowledge.adopt.structure import Region, head_of, regions, with_plain_headings
from knowledge.adopt.survey import Survey, is_marked, survey
from knowledge.adopt.tidy import Tidied
from knowledge.adopt.vocabulary import BARE_QUESTIONS, Label, label_of

_SCHEME = frozenset(("points", "bands", "dimensions"))


def read_nodes(
    nodes: Sequence[Node],
    tidied: Tidied,
    name: str,
    lines: int,
    title: str = "",
    *,
    unit: Literal["line", "row", "paragraph"] = "line",
    pictures: Sequence[int] = (),
) -> Reading:
    """Read the nodes of the file `name`, which has `lines` lines; `title` where the file says it outside of its text.

    `pictures` are lines that are a picture, which no reader can move.
    """
    tree = regions(with_plain_headings(nodes, asks))
    desk = Desk(name, lines, tidied)
    desk.file.unit = unit
    for line in pictures:
        desk.leave_lines(line, line, "picture")
    found = survey(tree, " ".join((name, title, *(region.text for region in tree.subs))))
    _Walk(desk, found, title).read(tree)
    return desk.done()


def _without(region: Region, apart: Sequence[Region]) -> Iterator[Node]:
    """All nodes below a heading but those of some of the headings below it."""
    yield from region.own
    for sub in region.subs:
        if sub not in apart and sub.node:
            yield sub.node
            yield from sub.all_nodes()


class _Walk:
    def __init__(self, desk: Desk, found: Survey, title: str) -> None:
        self.desk = desk
        self.survey = found
        self.body = Body(desk, found)
        self.desk.title = title
        self.named_chapters = False

    def read(self, tree: Region) -> None:
        self.body.titles = {words_of(title_of(say(r.text))) for r in tree.walk() if r.node}
        self.named_chapters = any(head_of(r.text).named in ("章", "chapter") for r in tree.walk() if r.node)
        if tree.own:
            self.body.read(tree.own, None, intro=bool(tree.subs))
        subs = tree.subs
        if subs and self._is_title(subs[0], subs):
            first = subs[0]
            self.desk.mark(first.node, "title")
            self.desk.title = self.desk.title or title_of(say(first.text)).strip(" *")
            self._own(first, intro=bool(first.subs) or len(subs) > 1)
            for sub in first.subs:
                self._region(sub, ())
            subs = subs[1:]
        for sub in subs:
            self._region(sub, ())

    def _is_title(self, first: Region, subs: Sequence[Region]) -> bool:
        if first.line in self.survey.questions or first.line in self.survey.titled or head_of(first.text).named:
            return False
        if first.depth == 1 and self.survey.labels.get(first.line) == "questions":
            return True
        if first.line in self.survey.labels or first.line in self.survey.parts:
            return first.depth == 1 and not first.own and bool(first.subs)
        return first.depth == 1 or (len(subs) == 1 and bool(first.subs))

    def _region(self, region: Region, path: tuple[str, ...], label: Label | None = None) -> None:
        """Read one heading and what is below it; `path` are the kinds of the headings above it."""
        line, node = region.line, region.node
        assert node is not None  # only the root has none
        if line in self.survey.parts:
            self._part(region, self.survey.parts[line])
        elif line in self.survey.questions:
            self._question(region)
        elif line in self.survey.titled:
            self._titled(region, path)
        elif (known := self.survey.labels.get(line)) and not (
            known == "questions" and self._is_title_too(region, path)
        ):
            self.desk.mark(node, "label")
            self.body.read(region.own, known)
            for sub in region.subs:
                self._region(sub, path, known)
        else:
            below = self._open(region, path)
            left = self._own(region, label=known or label)
            for sub in region.subs:
                self._region(sub, below, left)
            self.desk.close(len(below))

    def _is_title_too(self, region: Region, path: tuple[str, ...]) -> bool:
        """A heading over questions that is more than the word for them, or has no chapter above it."""
        return not path or not BARE_QUESTIONS.fullmatch(title_of(say(region.text)))

    def _open(self, region: Region, path: tuple[str, ...]) -> tuple[str, ...]:
        """Open a chapter, section or topic; the kinds of the headings down to it."""
        head, node = head_of(region.text), region.node
        assert node is not None
        kind = "chapter" if not path else "section" if len(path) == 1 else "topic"
        if head.named in ("章", "chapter") or (
            head.named
            and head.named not in ("节", "section", "小节")
            and not self.named_chapters
            and not (path and path[0] == "named")
        ):
            kind = "chapter"
        said = say(region.text, self.desk.tidied.references)
        if kind == "chapter":
            self.desk.open_chapter(head, region.line)
            below: tuple[str, ...] = ("named" if head.named else "plain",)
        elif kind == "section":
            self.desk.open_section(head, region.line)
            below = (*path, "section")
        else:
            self.desk.open_topic(head.title, len(path) - 2, region.line)
            below = (*path, "topic")
        self.desk.mark(node, kind)  # pyright: ignore[reportArgumentType] -- one of three roles
        if said.note and kind != "chapter" and is_note(said.note) and not region.subs:
            self.desk.ask(question_of(say(head.title)), node, link=said.note, role=kind)  # pyright: ignore[reportArgumentType]
        return below

    def _own(self, region: Region, *, intro: bool = False, label: Label | None = None) -> Label | None:
        """Read what stands right under a heading; a label for questions left open there holds for the headings below."""
        left = self.body.read(region.own, label, intro=intro) if region.own else label
        return left if left == "questions" else None

    def _question(self, region: Region) -> None:
        node = region.node
        assert node is not None
        said = question_of(say(region.text, self.desk.tidied.references))
        apart = [sub for sub in region.subs if is_marked(sub)]
        nodes = list(region.all_nodes()) if not apart else list(_without(region, apart))
        if not any(c.isalnum() for c in said.text) and nodes:
            self._asked_below(region, nodes)
            return
        asked = self.desk.ask(said, node)
        belongs(self.desk, asked, nodes)
        for sub in apart:
            self.survey.questions.add(sub.line)
            self._region(sub, ())

    def _asked_below(self, region: Region, nodes: list[Node]) -> None:
        """A heading that is only a question's number: its first text is the question."""
        assert region.node is not None
        self.desk.mark(region.node, "label")
        place = next((n for n, node in enumerate(nodes) if node.kind in ("text", "item")), None)
        if place is None:
            for node in nodes:
                self.desk.leave(node, "empty_question")
            return
        node = nodes.pop(place)
        said = question_of(
            say(
                re.sub(r"^\s*(?:\*\*|__)?[^:：*]{1,12}[:：](?:\*\*|__)?\s*", "", node.text)
                if label_of(node.text.partition("：")[0]) == "questions"
                else node.text,
                self.desk.tidied.references,
            )
        )
        asked = self.desk.ask(said, node)
        belongs(self.desk, asked, [*node.children, *nodes])

    def _titled(self, region: Region, path: tuple[str, ...]) -> None:
        """A heading whose text below is one question: the heading becomes its topic, the rest of the text is shown with it."""
        assert region.node is not None
        head = head_of(region.text)
        if path:
            self.desk.open_topic(head.title, max(0, len(path) - 2), region.line)
        self.desk.mark(region.node, "topic")
        texts = [node for node in region.own if node.kind == "text"]
        asking = next((n for n in texts if asks(say(n.text).text) == 3), None)
        asking = asking or next((n for n in texts if asks(n.lines[0][1]) == 2), texts[-1])
        said = question_of(say(asking.text, self.desk.tidied.references))
        asked = self.desk.ask(said, asking)
        shown_with(self.desk, asked, [node for node in region.own if node is not asking])
        for sub in region.subs:
            self._region(sub, path)

    def _part(self, region: Region, part: str) -> None:
        """A part beside the questions: the scheme is kept for the bank, all else is a note."""
        if part == "contents":
            self.desk.mark(region.node, "contents")
            self.body.contents(region.own)
            for sub in region.subs:
                self._region(sub, ())
            return
        nodes = [region.node, *region.all_nodes()]
        role = "scheme" if part in _SCHEME else "sources" if part == "sources" else "note"
        for node in nodes:
            if node is not None:
                self.desk.mark(node, role)  # pyright: ignore[reportArgumentType] -- one of four roles
        if part in _SCHEME or part == "advice":
            self.desk.keep_scheme(region)
        if part == "appendix" and nodes[0] is not None:
            last = max(node.last for node in nodes if node is not None)
            self.desk.remark(nodes[0].first, last, "appendix", one_line(region.text))
