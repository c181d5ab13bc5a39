"""Bringing a list in: a file or pasted text is read, each line with its role beside the tree, corrected by a press, written as a bank.

The rule: nothing is kept between events and nothing leaves the server. The source and what was corrected travel with each press;
only the last one writes, into a new folder beside the data of interviews.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pydantic import Field, ValidationError

from interviewer.app import App
from knowledge.adopt.adopting import Adoption, plan, write
from knowledge.adopt.correct import CORRECTIONS, Correction, correct
from knowledge.adopt.decode import decode
from knowledge.adopt.gather import Gathered
from knowledge.adopt.reading import Reading
from knowledge.adopt.sources import TEXT_KINDS, read_bytes
from knowledge.errors import BankError
from knowledge.models import Frozen
from ui.texts import texts
from ui.web.frame import Visitor
from ui.web.knowledge.markup import said, tag

MOST_LINES = 3_000
"""Lines that are drawn; a longer file is read whole, and corrected in an editor or cut in parts."""
MOST_BYTES = 700_000
"""A file of this size fits a request when it is written out for it."""
FOLDER = "banks"
_NAME = re.compile(r"[\w.\- \u3400-\u9fff]{1,80}")


class Source(Frozen):
    """What is being brought in: the file's name, its bytes in base64, and which lines are what, corrected by hand."""

    name: str
    data: str
    labels: Mapping[int, Correction] = Field(default_factory=dict[int, Correction])


@dataclass(frozen=True, slots=True)
class Brought:
    """A source as it was read, with its lines as text; `lines` is empty for a workbook or a document."""

    source: Source
    reading: Reading
    lines: tuple[str, ...]


def read(sent: str) -> Brought:
    """Read what the page sent. Raises BankError where that is no list."""
    try:
        source = Source.model_validate_json(sent)
        raw = base64.b64decode(source.data, validate=True)
    except (ValidationError, binascii.Error) as error:
        raise BankError("The file did not arrive whole.", "Choose it again.") from error
    if len(raw) > MOST_BYTES:
        raise BankError(
            f"{source.name}: the file has {len(raw) / 1e6:.1f} MB; the page takes up to {MOST_BYTES / 1e6:.1f} MB.",
            "Use `interviewer bank adopt` on the server.",
        )
    name = Path(source.name).name or "questions.md"
    reading = read_bytes(raw, name)
    lines: tuple[str, ...] = ()
    if Path(name).suffix.lower() in TEXT_KINDS:
        lines = tuple(decode(raw, name).text.split("\n"))
        reading = correct(reading, lines, source.labels)
    if not any(reading.questions):
        raise BankError(
            f"{name}: no question was found in {len(reading.files[0].roles)} lines.",
            "Write questions as a list, a table, headings or bold lines.",
        )
    return Brought(source, reading, lines)


def keep(app: App, brought: Brought, folder: str) -> Adoption:
    """Write the bank under the data folder. Raises BankError where the name is none, or taken."""
    if not _NAME.fullmatch(folder) or folder.strip(". ") != folder:
        raise BankError(f"{folder!r} cannot be a folder's name.", "Use letters, digits, hyphens and blanks.")
    out = app.settings.data_dir.absolute() / FOLDER / folder
    found = Gathered(brought.reading)
    for chapter in brought.reading.chapters:
        chapter.title = chapter.title or brought.reading.title or Path(brought.source.name).stem
    adoption = plan(found, out)
    write(adoption)
    return adoption


def folder_of(source: Source) -> str:
    """A folder's name made of the file's."""
    stem = "".join(c if _NAME.fullmatch(c) else "-" for c in Path(source.name).stem)[:60].strip(" .-")
    return stem or "questions"


def lead(visitor: Visitor) -> str:
    """HTML of the way in: a file, or pasted text."""
    return (
        f'<p>{said(visitor, "bring_lead")}</p><div class="kn-in"><label class="kn-file">{said(visitor, "choose_file")} '
        f'<input type="file" id="kn-file" accept=".md,.markdown,.txt,.csv,.tsv,.xlsx,.docx"></label>'
        f'<details class="kn-paste"><summary>{said(visitor, "paste")}</summary><label>{said(visitor, "paste_hint")}'
        f'<textarea id="kn-pasted" rows="8" spellcheck="false"></textarea></label><button type="button" id="kn-read">{said(visitor, "read_it")}</button></details></div>'
    )


def written(adoption: Adoption, visitor: Visitor) -> str:
    """HTML of what was written and how to go on."""
    folder = f"{FOLDER}/{adoption.out.name}"
    kept = f" {said(visitor, 'kept_by_hand', n=len(adoption.kept))}" if adoption.kept else ""
    return (
        f'<div class="kn-state" role="status"><p>{tag(said(visitor, "bank_written", n=len(adoption.contents)), "good")} <code>{escape(folder)}</code>{kept}</p>'
        f"<p>{said(visitor, 'bank_next')} <code>interviewer ui --bank {escape(str(adoption.out))}</code></p></div>"
    )


def view(brought: Brought, visitor: Visitor) -> str:
    """HTML of what was read: numbers, the tree, and the source with the role of each line."""
    reading = brought.reading
    questions = list(reading.questions)
    numbers = said(
        visitor, "brought", questions=len(questions), chapters=len(reading.chapters), answers=sum(bool(one.reference) for one in questions),
        left=len(reading.left_out),
    )  # fmt: skip
    source = _source(brought, visitor) if brought.lines else f'<p class="muted">{said(visitor, "no_lines")}</p>'
    return (
        f'<div class="kn-brought"><p class="kn-state" role="status">{numbers}</p><div class="kn-two">'
        f'<section aria-label="{said(visitor, "read_as")}"><h3>{said(visitor, "read_as")}</h3>{_tree(reading, visitor)}</section>'
        f'<section aria-label="{said(visitor, "source_lines")}"><h3>{said(visitor, "source_lines")}</h3>{source}</section></div></div>'
    )


def _tree(reading: Reading, visitor: Visitor) -> str:
    parts: list[str] = []
    for chapter in reading.chapters:
        rows: list[str] = []
        for one in chapter.questions:
            more = f' <span class="tag good">{said(visitor, "with_answer")}</span>' if one.reference else ""
            more += f' <span class="tag warn">{said(visitor, "no_question_words")}</span>' if one.phrase else ""
            rows.append(
                f'<li><a href="#kn-l{one.where.first}" data-line="{one.where.first}">{escape(one.text[:200])}</a>{more}</li>'
            )
        title = escape(chapter.title or reading.title)
        parts.append(
            f'<details open><summary>{title} <span class="muted">{len(rows)}</span></summary><ol>{"".join(rows)}</ol></details>'
        )
    for one in reading.left_out[:50]:
        why = escape(texts(visitor.language)["adopt_why"][one.why])
        parts.append(
            f'<p class="kn-left small"><a href="#kn-l{one.where.first}" data-line="{one.where.first}">{one.where.first}</a> {escape(one.text[:80])} <span class="muted">{why}</span></p>'
        )
    return "".join(parts)


def _source(brought: Brought, visitor: Visitor) -> str:
    """The source's lines: a line that holds something is a button that opens the choice of its role."""
    roles, names = brought.reading.files[0].roles, texts(visitor.language)["bring_roles"]
    rows: list[str] = []
    for number, text in enumerate(brought.lines[:MOST_LINES], 1):
        role = roles[number - 1] if number <= len(roles) else None
        if role is None or not text.strip():
            rows.append(f'<li id="kn-l{number}" class="kn-blank"></li>')
            continue
        mine = " kn-mine" if number in brought.source.labels else ""
        rows.append(
            f'<li id="kn-l{number}" class="kn-line r-{role}{mine}"><button type="button" data-relabel="{number}" aria-haspopup="true">'
            f'<span class="kn-role">{escape(names[role])}</span><code>{escape(text[:400])}</code></button></li>'
        )
    cut = f'<p class="muted">{said(visitor, "lines_cut", n=MOST_LINES)}</p>' if len(brought.lines) > MOST_LINES else ""
    choices = "".join(
        f'<button type="button" data-role="{one}">{said(visitor, f"make_{one}")}</button>' for one in CORRECTIONS
    )
    menu = f'<div class="kn-roles" id="kn-roles" role="group" aria-label="{said(visitor, "make")}" hidden>{choices}<button type="button" data-role="">{said(visitor, "make_nothing")}</button></div>'
    return f'<ol class="kn-lines">{"".join(rows)}</ol>{cut}{menu}'
