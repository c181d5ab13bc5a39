"""Drafts of a bank: what a model wrote, question by question, and what a person says of it.

The rule: what is decided is written with the reviewer's name at once, and the page shows what stands on disk.
"""

from __future__ import annotations

from html import escape
from typing import get_args

from pydantic import ValidationError

from interviewer.app import App
from interviewer.drafting import Reviews
from knowledge.drafts import Draft, Status
from knowledge.errors import BankError
from knowledge.models import Bank, Frozen
from ui.web.frame import Visitor
from ui.web.knowledge.markup import question_link, said, tag

MOST = 200
_KINDS = {"drafted": "warn", "accepted": "good", "edited": "good", "dropped": ""}


class Decision(Frozen):
    """One press: what becomes of a draft, with the text where it was edited."""

    question: str
    status: Status
    body: str | None = None


def drafts(app: App, bank: Bank, visitor: Visitor) -> str:
    """HTML of all drafts, those that nobody has read first."""
    reviews = Reviews(bank, app.clock)
    found = sorted(reviews.all(), key=lambda one: one.status != "drafted")
    if not found:
        return f'<div class="empty"><p><strong>{said(visitor, "no_drafts")}</strong></p><p>{said(visitor, "no_drafts_hint")}</p></div>'
    waiting = sum(one.status == "drafted" for one in found)
    head = f'<p class="kn-state" role="status">{said(visitor, "drafts_count", n=len(found), waiting=waiting)}</p>'
    more = f'<p class="muted">{said(visitor, "too_many_drafts", n=MOST)}</p>' if len(found) > MOST else ""
    return head + "".join(_draft(bank, one, reviews.body(one.question_id), visitor) for one in found[:MOST]) + more


def decide(app: App, bank: Bank, sent: str, visitor: Visitor) -> None:
    """Write down one decision. Raises BankError where it cannot be."""
    try:
        one = Decision.model_validate_json(sent)
    except ValidationError as error:
        raise BankError("The decision did not arrive whole.", "Load the page again.") from error
    assert one.status in get_args(Status)
    Reviews(bank, app.clock).decide(one.question, one.status, visitor.reviewer or "–", one.body)


def _draft(bank: Bank, one: Draft, body: str, visitor: Visitor) -> str:
    question = bank.question(one.question_id)
    state = tag(said(visitor, f"draft_{one.status}"), _KINDS[one.status])
    source = tag(said(visitor, f"draft_from_{one.source}"), "warn" if one.source == "model" else "")
    by = said(visitor, "draft_by", model=one.by, at=one.at[:16].replace("T", " "))
    reviewed = (
        said(visitor, "draft_reviewed", name=one.reviewed_by, at=one.reviewed_at[:16].replace("T", " "))
        if one.reviewed_by
        else ""
    )
    key = escape(one.question_id)
    label = said(visitor, "draft_text")
    rows = min(24, body.count("\n") + 3)
    buttons = "".join(
        f'<button type="button" data-draft="{key}" data-status="{status}">{said(visitor, f"do_{status}")}</button>'
        for status in ("accepted", "edited", "dropped")
    )
    undo = (
        ""
        if one.status == "drafted"
        else f'<button type="button" data-draft="{key}" data-status="drafted">{said(visitor, "do_drafted")}</button>'
    )
    opened = " open" if one.status == "drafted" else ""
    return (
        f'<details class="kn-draft card"{opened} id="kn-draft-{key}"><summary><strong>{escape(question.text.to(visitor.language))}</strong> {state} {source}</summary>'
        f'<p class="muted small">{by} {reviewed} · {question_link(bank, question, visitor, said(visitor, "open_question"))}</p>'
        f'<label>{label}<textarea rows="{rows}" data-body="{key}" spellcheck="false">{escape(body)}</textarea></label>'
        f'<div class="moves">{buttons}{undo}</div></details>'
    )
