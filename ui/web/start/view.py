"""What the first page says: what will happen, what is kept for how long, and the interviews that wait to go on."""

from __future__ import annotations

import asyncio
from html import escape

from interviewer.app import App
from interviewer.errors import BankChanged, SessionDeleted, UnknownSession
from interviewer.interview.state import InterviewState
from ui.web.frame import Visitor
from ui.web.start.model_hint import model_hint

LOOKED_AT, LISTED = 20, 5
"""How many of a browser's newest interviews are looked at, and how many are offered."""


def band(visitor: Visitor) -> str:
    """HTML that says, before anything else, that nobody judges here."""
    return f'<p class="band">{escape(visitor.say("page", "offline"))}</p>'


def promises(app: App, visitor: Visitor) -> str:
    """HTML of what a candidate agrees to."""

    def start(key: str, **values: object) -> str:
        return visitor.say("start", key, **values)

    days = app.settings.store.keep_days
    kept = start("kept_days", days=days) if days else start("kept")
    judge = start("judge_endpoint") if app.thinking == "endpoint" else start("judge_offline")
    items = "".join(f"<li>{escape(words)}</li>" for words in (start("ai"), judge, start(f"evidence_{app.thinking}"), kept, start("practice_only")))  # fmt: skip
    return f'<section class="promises"><h2>{escape(start("what"))}</h2><ul>{items}</ul>{model_hint(app, visitor)}</section>'


async def earlier(app: App, ids: list[str], visitor: Visitor) -> str:
    """HTML of the interviews begun in this browser that are not finished; nothing where there are none.

    Those that are gone or belong elsewhere are left out; a store that cannot be read raises.
    """
    states = await asyncio.gather(*(_found(app, session_id) for session_id in ids[:LOOKED_AT]))
    rows = [_row(state, visitor) for state in states if state is not None and state.status != "finished"]
    if not rows:
        return ""
    heading = escape(visitor.say("start", "resume"))
    return f'<nav class="earlier" aria-label="{heading}"><h2>{heading}</h2><ul>{"".join(rows[:LISTED])}</ul></nav>'


async def _found(app: App, session_id: str) -> InterviewState | None:
    try:
        return await app.interviews.look(session_id)
    except (UnknownSession, SessionDeleted, BankChanged):
        return None


def _row(state: InterviewState, visitor: Visitor) -> str:
    session = state.session
    where = visitor.say("start", "resume_row", n=len(state.asked), total=session.plan.total_questions)
    title = state.bank.name.to(visitor.language)
    begun = session.created_at.isoformat(timespec="minutes")
    return (
        f'<li><a href="{visitor.link("/interview", session=session.id)}"><strong>{escape(title)}</strong> '
        f'<span>{escape(where)} · <time datetime="{begun}">{begun[:16].replace("T", " ")}</time></span></a></li>'
    )
