"""An outline's file, of whatever kind, to an `Outline`: by our own grammar where it is written in it, else by `adopt`.

Its rule: the grammar's reader is used only where it reads the file whole; a list of another layout is never half read.
"""

from __future__ import annotations

import re
import textwrap

from knowledge.adopt.decode import decode
from knowledge.adopt.outline_of import outline_of
from knowledge.adopt.reading import Reading
from knowledge.adopt.render import MARK
from knowledge.adopt.sources import TEXT_KINDS, read_bytes
from knowledge.bank_folder import BankFiles, say_assumed
from knowledge.errors import BankError
from knowledge.findings import Findings
from knowledge.models import Finding, Item, Outline, Section
from knowledge.outline import parse_outline

_HALF_READ = frozenset(
    ("nested_text", "unread_text", "list_without_label", "unnumbered", "no_section", "no_questions", "empty_chapter", "empty_question", "broken_link", "two_links", "minutes_unread", "rubric_level")
)  # fmt: skip
"""Findings of the grammar's reader that mean that something was not read, or not as it was meant."""
_MORE_THAN_TEXT = re.compile(
    r"!\[|~~|<(?:br|a)\b|\[\[|\$[^$\s]|^\s*\[[ xX]\]|⭐|★|(?:答案|参考答案|[Aa]nswer)\**\s*[:：]|\[(?:answer|答案|点击\S{0,6})\]\(|\]\[",
    re.MULTILINE,
)
"""Marks in a question that the grammar's reader would drop or take into its text."""

_Parsed = tuple[Outline, tuple[Finding, ...]]


def _with_extras(outline: Outline, text: str) -> Outline:
    """The outline with what is indented under each question, as `bank adopt` writes it."""
    lines = text.split("\n")

    def item(one: Item) -> Item:
        end = one.line
        while end < len(lines) and (not lines[end].strip() or lines[end][:2].isspace()):
            end += 1
        extra = textwrap.dedent("\n".join(lines[one.line : end])).strip("\n")
        return one.model_copy(update={"extra": extra}) if extra.strip() else one

    def section(one: Section) -> Section:
        topics = tuple(t.model_copy(update={"items": tuple(map(item, t.items))}) for t in one.topics)
        return one.model_copy(update={"topics": topics})

    chapters = tuple(c.model_copy(update={"sections": tuple(map(section, c.sections))}) for c in outline.chapters)
    return outline.model_copy(update={"chapters": chapters})


def read_outline(files: BankFiles) -> tuple[Outline, tuple[Finding, ...]]:
    """The outline of a bank. Raises BankError where its file cannot be read, or holds no question."""
    name, raw = files.name(files.outline), files.outline_bytes()
    own: _Parsed | None = None
    if files.outline.suffix.lower() in TEXT_KINDS:
        decoded = decode(raw, str(files.outline))
        text = decoded.text
        if not text.strip():
            raise BankError(f"{files.outline}: the outline is empty.", "Write questions into it.")
        files.outline_text(text)
        own = _by_grammar(text, name)
        if own is not None and decoded.assumed:
            found = Findings(name)
            say_assumed(decoded.encoding, found)
            own = (own[0], (*found.all(), *own[1]))
        if own is not None and _is_whole(text, own):
            return own
    else:
        files.outline_text(raw.hex())
    reading = read_bytes(raw, name)
    if own is not None and reading.chapters and _adds_nothing(own[0], reading):
        return own
    if not reading.chapters:
        what = f"{files.outline}: no question was found in {sum(len(file.roles) for file in reading.files)} lines."
        fix = "Write questions as a list, a table, headings or bold lines; `interviewer bank adopt FILE --dry-run` shows how each line is read."  # fmt: skip
        raise BankError(what, fix)
    return outline_of(reading, name)


def _by_grammar(text: str, name: str) -> _Parsed | None:
    """The outline by our own grammar, or None where that refuses the file."""
    try:
        outline, findings = parse_outline(text, name)
    except BankError:
        return None
    if MARK in text[:2000]:
        return _with_extras(outline, text), tuple(one for one in findings if one.code != "nested_text")
    return outline, findings


def _is_whole(text: str, own: _Parsed) -> bool:
    """Whether the grammar's reader left nothing out and took nothing for a question's text that is not."""
    outline, findings = own
    if any(finding.code in _HALF_READ for finding in findings):
        return False
    if MARK in text[:2000]:
        return True
    lines = text.split("\n")
    for chapter in outline.chapters:
        for item in (item for section in chapter.sections for item in section.items):
            below = lines[item.line] if item.line < len(lines) else ""
            if _MORE_THAN_TEXT.search(lines[item.line - 1]) or (below.strip() and below[:1] in (" ", "\t")):
                return False
    return True


def _adds_nothing(outline: Outline, reading: Reading) -> bool:
    """Whether a reader of any layout finds no more in the file than the grammar's: then the grammar's findings say best
    where it is off."""
    ours = [item for chapter in outline.chapters for section in chapter.sections for item in section.items]
    theirs = list(reading.questions)
    if [item.text for item in ours] != [asked.text for asked in theirs]:
        return False
    if any(asked.reference or asked.extra or asked.points or asked.follow_ups for asked in theirs):
        return False
    if sum(1 for item in ours if item.link) < sum(1 for asked in theirs if asked.link):
        return False
    minutes = [chapter.minutes for chapter in outline.chapters]
    return len(minutes) >= len(reading.chapters) and minutes.count(None) <= sum(
        one.minutes is None for one in reading.chapters
    ) + len(minutes) - len(reading.chapters)
