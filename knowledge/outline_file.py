"""An outline's file, of whatever kind, to an `Outline`: by our own grammar where it is written in it, else by `adopt`.

Its rule: the grammar's reader is used only where it reads the file whole; a list of another layout is never half read.
"""

from __future__ import annotations

import re
import textwrap

from knowledge.adopt.decode import decode
from knowledge.adopt.outline_of import outline_of
from knowledge.adopt.render import MARK
from knowledge.adopt.sources import TEXT_KINDS, read_bytes
from knowledge.bank_folder import BankFiles
from knowledge.errors import BankError
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
    if files.outline.suffix.lower() in TEXT_KINDS:
        text = decode(raw, str(files.outline)).text
        if not text.strip():
            raise BankError(f"{files.outline}: the outline is empty.", "Write questions into it.")
        files.outline_text(text)
        if (own := _by_grammar(text, name)) is not None:
            return own
    else:
        files.outline_text(raw.hex())
    reading = read_bytes(raw, name)
    if not reading.chapters:
        what = f"{files.outline}: no question was found in {sum(len(file.roles) for file in reading.files)} lines."
        fix = "Write questions as a list, a table, headings or bold lines; `interviewer bank adopt FILE --dry-run` shows how each line is read."  # fmt: skip
        raise BankError(what, fix)
    return outline_of(reading, name)


def _by_grammar(text: str, name: str) -> tuple[Outline, tuple[Finding, ...]] | None:
    """The outline by our own grammar, or None where that would not read all of it."""
    try:
        outline, findings = parse_outline(text, name)
    except BankError:
        return None
    if MARK in text[:2000]:
        findings = tuple(finding for finding in findings if finding.code != "nested_text")
        return None if any(one.code in _HALF_READ for one in findings) else (_with_extras(outline, text), findings)
    if any(finding.code in _HALF_READ for finding in findings):
        return None
    lines = text.split("\n")
    for chapter in outline.chapters:
        for item in (item for section in chapter.sections for item in section.items):
            below = lines[item.line] if item.line < len(lines) else ""
            if _MORE_THAN_TEXT.search(lines[item.line - 1]) or (below.strip() and below[:1] in (" ", "\t")):
                return None
    return outline, findings
