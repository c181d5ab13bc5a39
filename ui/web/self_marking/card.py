"""The card on which one marks one's own answer: each key point with its level, the sentence that may be it, three choices.

The one rule: it is drawn from a sheet, so only for a closed question. It stands in the chat, which keeps no attribute that
a script might read and is Markdown: so it is plain form parts, told apart by their names, without a line break.
"""

from __future__ import annotations

from html import escape

from interviewer.interview.self_marking import MarkRow, Sheet
from interviewer.models import SelfStatus
from interviewer.report.wording import number
from knowledge.models import Language
from ui.web.frame import Visitor

CHOICES: tuple[tuple[SelfStatus, str], ...] = (("covered", "1"), ("partial", "2"), ("absent", "3"))


def card(sheet: Sheet, said: Language, visitor: Visitor) -> str:
    """The form of one answer; key points in the language `said`, words in the visitor's."""
    rows = "".join(_row(sheet, row, said, visitor) for row in sheet.rows)
    return (
        f'<form class="own-marks" name="{escape(sheet.question.id)}"><input type="hidden" name="attempt" value="{sheet.attempt}">'
        f'<h4 tabindex="-1">{_say(visitor, "title")}</h4><p class="small muted">{_say(visitor, "help")}</p>{rows}'
        f'<div class="own-foot" role="status">{foot(sheet, visitor)}</div></form>'
    ).replace("\n", "&#10;")


def folded(sheet: Sheet, said: Language, visitor: Visitor) -> str:
    """The card, closed at first where everything is marked."""
    if sheet.left:
        return card(sheet, said, visitor)
    return (
        f'<details class="own-done"><summary>{_say(visitor, "change")}</summary>{card(sheet, said, visitor)}</details>'
    )


def foot(sheet: Sheet, visitor: Visitor) -> str:
    """What came of the marks so far: a number once all are there, and whose it is."""
    if sheet.lock:
        return f"<p>{_say(visitor, sheet.lock)}</p>"
    if sheet.grade is None:
        of = len(sheet.rows)
        left = escape(visitor.say("self_marking", "left", n=of - sheet.left, of=of))
        return f'<p>{left}</p><button type="button" name="rest" class="button plain">{_say(visitor, "rest")} <kbd>0</kbd></button>'
    figures = f"<strong>{number(sheet.grade.score)}</strong> · {escape(visitor.say('bands', sheet.grade.level))}"
    return f'<p>{figures} · <span class="tag warn">{_say(visitor, "own")}</span></p>'


def _row(sheet: Sheet, row: MarkRow, said: Language, visitor: Visitor) -> str:
    group = f"own-{sheet.number}-{sheet.attempt}-{row.number}"
    shut = " disabled" if sheet.lock else ""
    choices = "".join(
        f'<label><input type="radio" name="{group}" value="{status}"{" checked" if row.status == status else ""}{shut}>'
        f"<span>{_say(visitor, status)} <kbd>{key}</kbd></span></label>"
        for status, key in CHOICES
    )
    level = escape(visitor.say("levels", row.point.level))
    return (
        f'<fieldset name="{escape(row.point.id)}"><legend><b>{row.number}</b> {escape(row.point.text.to(said))} '
        f'<span class="tag">{level}</span></legend>{_proposed(row, shut, visitor)}<div class="own-choices">{choices}</div></fieldset>'
    )


def _proposed(row: MarkRow, shut: str, visitor: Visitor) -> str:
    if row.proposed is None:
        return ""
    kept = " checked" if row.kept or row.status in (None, "absent") else ""
    words = escape(" ".join(row.proposed.text.split()))
    return (
        f'<p class="own-maybe"><span>{_say(visitor, "maybe")}</span> <q><mark>{words}</mark></q> '
        f'<label><input type="checkbox" name="keep"{kept}{shut}> {_say(visitor, "keep")}</label></p>'
    )


def _say(visitor: Visitor, key: str) -> str:
    return escape(visitor.say("self_marking", key))
