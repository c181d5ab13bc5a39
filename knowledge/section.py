"""One section of an outline: focus points, topics with their questions, and the rubric.

Its rule is the outline's: what is not part of the grammar becomes a finding with its line, and reading goes on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from knowledge.findings import Findings, shortened
from knowledge.headings import Heading, Label, band_of, label_of, split_label
from knowledge.ids import Ids
from knowledge.markdown import Block, Entry
from knowledge.models import Item, Rubric, Section, Topic
from knowledge.similarity import normalise


@dataclass(slots=True)
class _OpenSection:
    """A section while its blocks are being read."""

    label: Label | None = None
    focus: list[str] = field(default_factory=list[str])
    topics: list[tuple[str, int, list[Item]]] = field(default_factory=list[tuple[str, int, list[Item]]])
    levels: dict[str, str] = field(default_factory=dict[str, str])
    rubric_line: int = 0


def read_section(
    heading: Block,
    head: Heading,
    blocks: Iterable[Block],
    chapter_id: str,
    chapter: int | None,
    position: int,
    ids: Ids,
    found: Findings,
) -> Section:
    """Read what stands under a heading; `position` counts the chapter's sections from 1, `ids` are those it has."""
    state = _OpenSection()
    for block in blocks:
        _read_block(block, state, found)
    for title, line, items in state.topics:
        if not items:
            found.warning(
                "empty_topic", line, f"The topic {title!r} has no questions.", "Add numbered questions, or remove it."
            )
    if not any(items for _, _, items in state.topics):
        found.error(
            "no_questions",
            heading.line,
            f"{heading.text!r} has no questions.",
            "Add numbered questions under `**Questions:**`.",
        )
    if not state.focus:
        found.warning(
            "no_focus",
            heading.line,
            f"{heading.text!r} has no focus points.",
            "Add a list under `**Focus:**`.",
        )
    return Section(
        id=_section_id(heading, head, chapter_id, chapter, position, ids, found),
        number=head.number,
        title=head.title,
        minutes=head.minutes,
        focus=tuple(state.focus),
        topics=tuple(Topic(title=title, line=line, items=tuple(items)) for title, line, items in state.topics),
        rubric=_rubric(heading, state, found),
        line=heading.line,
    )


def _section_id(
    heading: Block, head: Heading, chapter_id: str, chapter: int | None, position: int, ids: Ids, found: Findings
) -> str:
    parent, _, last = head.number.rpartition(".")
    if parent and chapter is not None and parent != str(chapter):
        what = f"Section {head.number} stands in chapter {chapter}."
        found.warning("section_number", heading.line, what, f"Number it {chapter}.{position}.")
        last = ""
    wanted = f"{chapter_id}.s{last or position}"
    if wanted in ids:
        found.error(
            "section_number",
            heading.line,
            f"Section number {head.number!r} stands twice.",
            "Give every section its own number.",
        )
    return ids.take(wanted, f"{chapter_id}.s")


def _read_block(block: Block, state: _OpenSection, found: Findings) -> None:
    if block.kind in ("heading", "paragraph") and (label := label_of(block.text)):
        state.label = label
        state.rubric_line = block.line if label == "rubric" else state.rubric_line
    elif block.kind == "heading":
        state.label = "questions"
        state.topics.append((block.text, block.line, []))
    elif block.kind == "list":
        _read_list(block, state, found)
    elif block.kind != "rule":
        what = f"This text is not read: {shortened(block.text or block.kind)!r}."
        found.warning(
            "unread_text", block.line, what, "Make it a focus point, a question or a rubric line, or remove it."
        )


def _read_list(block: Block, state: _OpenSection, found: Findings) -> None:
    if state.label is None:
        what = "A list stands before `**Focus:**` or `**Questions:**`."
        found.warning(
            "list_without_label",
            block.line,
            what,
            "Put the label above it; it is read as questions if numbered, else not at all.",
        )
        if not block.entries[0].numbered:
            return
    for entry in block.entries:
        if entry.entries or entry.more:
            what = f"Only the first paragraph of {shortened(entry.text)!r} is read."
            found.warning("nested_text", entry.line, what, "Keep each item to one paragraph.")
        if state.label == "focus":
            state.focus.append(entry.text)
        elif state.label == "rubric":
            _read_level(entry, state, found)
        else:
            _read_item(entry, state, found)


def _read_level(entry: Entry, state: _OpenSection, found: Findings) -> None:
    label, text = split_label(entry.text)
    level = band_of(label)
    if level == "insufficient":
        return
    if level is None or level in state.levels or not text:
        what = f"{shortened(entry.text)!r} is not one of the three levels, stands twice or says nothing."
        found.warning(
            "rubric_level",
            entry.line,
            what,
            "Write `- Excellent: …`, `- Good: …`, `- Fair: …`, each once.",
        )
        return
    state.levels[level] = text


def _read_item(entry: Entry, state: _OpenSection, found: Findings) -> None:
    if not state.topics:
        state.topics.append(("", entry.line, []))
    if not entry.numbered:
        found.warning(
            "unnumbered",
            entry.line,
            f"The question {shortened(entry.text)!r} is not numbered.",
            "Write questions as `1. …`.",
        )
    text, link = entry.text, entry.links[0] if entry.links else None
    broken = _broken_link(text) if link is None else None
    if broken:
        text, link = broken
        found.warning(
            "broken_link",
            entry.line,
            f"The link target {link!r} is not valid Markdown.",
            "Write %20 for each space in it.",
        )
    if len(entry.links) > 1:
        found.warning(
            "two_links",
            entry.line,
            f"{shortened(text)!r} has {len(entry.links)} links; only the first is used.",
            "Keep one.",
        )
    if not text:
        found.error(
            "empty_question", entry.line, "A question has no text.", "Write the question, or remove the number."
        )
        return
    if link and (mixed := _mixed_punctuation(text, link)):
        fix = "Name the file in lower-case words with hyphens, or with the question's own marks."
        found.warning(
            "link_punctuation", entry.line, f"Link target and question differ only in punctuation: {mixed}.", fix
        )
    state.topics[-1][2].append(Item(text=text, link=link, line=entry.line))


def _broken_link(text: str) -> tuple[str, str] | None:
    """Text and target of a link that Markdown does not take for one, mostly for blanks in its target; the last in `text`."""
    before, middle, after = text.rpartition("](")
    target, end, _ = after.partition(".md)")
    _, begin, words = before.partition("[")
    if not (middle and end and begin and words) or "(" in target or ")" in target:
        return None
    return words, f"{target}.md".strip()


def _mixed_punctuation(text: str, link: str) -> str:
    """The marks by which a target made of the question's own words differs from it, or "" when it is not such a target."""
    stem = PurePosixPath(link).stem
    written = re.sub(r"[\s/]", "_", text)
    if stem.isascii() or stem == written or normalise(stem) != normalise(text):
        return ""
    marks = [{c for c in side if unicodedata.category(c).startswith("P") and c != "_"} for side in (written, stem)]
    only = ["".join(sorted(mine - other)) or "none" for mine, other in (marks, marks[::-1])]
    return f"{only[0]} in the question, {only[1]} in the target" if marks[0] != marks[1] else ""


def _rubric(heading: Block, state: _OpenSection, found: Findings) -> Rubric | None:
    if not state.levels:
        what = f"{heading.text!r} has no rubric; its answers are graded on key points alone."
        found.warning("no_rubric", heading.line, what, "Add `**Rubric:**` with a line for each of the three levels.")
        return None
    missing = [level for level in ("excellent", "good", "fair") if level not in state.levels]
    if missing:
        found.warning(
            "rubric_level",
            state.rubric_line,
            f"The rubric lacks {', '.join(missing)}.",
            "Add a line for each of the three levels.",
        )
    return Rubric(**state.levels, line=state.rubric_line)
