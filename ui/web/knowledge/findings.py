"""What the check found, as a table that leads to the place; filtered in the browser.

What it says is in the visitor's language, as `interviewer bank check` prints it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from knowledge.findings import counted
from knowledge.models import Bank, Finding, Note, Question
from ui.said import fix_of, titled, what_of
from ui.web.frame import Visitor
from ui.web.knowledge.markup import question_link, said, tag

MOST_ROWS = 500
"""Rows drawn at once; a broken bank may have thousands."""


def report(bank: Bank, findings: Sequence[Finding], state: str, visitor: Visitor) -> str:
    """HTML of all findings: their number, of when they are (`state`, escaped already), filters and table."""
    errors, warnings = counted(findings, "error"), counted(findings, "warning")
    numbers = said(visitor, "finding_count", errors=errors, warnings=warnings)
    kind = "bad" if errors else "warn" if findings else "good"
    head = f'<div class="kn-state" role="status"><p>{tag(numbers, kind)} {state}</p></div>'
    if not findings:
        return f'{head}<div class="empty"><p><strong>{said(visitor, "no_findings")}</strong></p><p>{said(visitor, "no_findings_hint")}</p></div>'
    shown = findings[:MOST_ROWS]
    cut = errors + warnings > len(shown)
    more = f'<p class="muted">{said(visitor, "too_many", n=len(shown))}</p>' if cut else ""
    return (
        f'{head}<div class="kn-report">{_filters(shown, visitor)}{rows(bank, shown, visitor)}'
        f'<p class="kn-none empty" hidden>{said(visitor, "none_match")}</p>{more}</div>'
    )


def of_question(question: Question, findings: Sequence[Finding], outline_file: str) -> tuple[Finding, ...]:
    """Those about one question: in its note's file, or at its line of the outline."""
    note = question.note
    return tuple(
        one
        for one in findings
        if (note is not None and _about(note, one))
        or (one.place.file == outline_file and one.place.line == question.line)
    )


def rows(bank: Bank, findings: Sequence[Finding], visitor: Visitor) -> str:
    """HTML of the table itself."""
    by_file: dict[str, list[Question]] = {}
    for question in sorted(bank.questions, key=lambda one: one.note.line if one.note else 0):
        if question.note:
            by_file.setdefault(question.note.file, []).append(question)
    columns = ("severity", "place", "what", "fix", "code")
    heads = "".join(f'<th scope="col">{said(visitor, key)}</th>' for key in columns)
    body = "".join(_row(bank, one, _answered(by_file, one), visitor) for one in findings)
    return f'<table class="table kn-findings"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _about(note: Note, finding: Finding) -> bool:
    """Whether a finding is about a note: stands in its file, and where that holds several notes, in its lines."""
    last = note.line + note.body.count("\n")
    return finding.place.file == note.file and (not note.anchor or note.line <= finding.place.line <= last)


def _answered(by_file: Mapping[str, Sequence[Question]], finding: Finding) -> Question | None:
    """The question whose note a finding is in."""
    asked = by_file.get(finding.place.file, ())
    return next((one for one in asked if one.note is not None and _about(one.note, finding)), None)


def title_of(code: str, visitor: Visitor) -> str:
    """The kind of a finding in words; its bare code where the check knows one that has no words."""
    return titled(code, visitor.language)


def _filters(findings: Sequence[Finding], visitor: Visitor) -> str:
    severities = [("", said(visitor, "all")), ("error", said(visitor, "error")), ("warning", said(visitor, "warning"))]
    kinds = [("", said(visitor, "any_code"))]
    for code, n in Counter(one.code for one in findings).most_common():
        kinds.append((escape(code), said(visitor, "code_count", title=title_of(code, visitor), n=n)))
    selects = "".join(
        f'<label>{said(visitor, key)} <select data-filter="{key}">'
        + "".join(f'<option value="{value}">{words}</option>' for value, words in options)
        + "</select></label>"
        for key, options in (("severity", severities), ("code", kinds))
    )
    total = len(findings)
    count = said(visitor, "finding_shown", n=total, total=total)
    return (
        f'<div class="kn-filters">{selects}<span class="kn-count muted small" role="status" '
        f'data-words="{said(visitor, "finding_shown")}" data-total="{total}">{count}</span></div>'
    )


def _row(bank: Bank, one: Finding, question: Question | None, visitor: Visitor) -> str:
    severity = tag(said(visitor, one.severity), "bad" if one.severity == "error" else "warn")
    place = f"<code>{escape(one.place.file)}:{one.place.line}</code>"
    place += f"<br>{question_link(bank, question, visitor, said(visitor, 'open_question'))}" if question else ""
    cells = (
        ("severity", severity),
        ("place", place),
        ("what", escape(what_of(one, visitor.language))),
        ("fix", escape(fix_of(one, visitor.language))),
        ("code", f"{escape(title_of(one.code, visitor))}<br><code>{escape(one.code)}</code>"),
    )
    written = "".join(f'<td data-label="{said(visitor, key)}">{cell}</td>' for key, cell in cells)
    return f'<tr data-severity="{one.severity}" data-code="{escape(one.code)}">{written}</tr>'
