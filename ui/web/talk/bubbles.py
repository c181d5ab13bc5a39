"""What was said, as HTML bubbles that are drawn once and never again.

The one rule: a candidate's words are shown exactly as typed. Code and drawings keep their columns, Mermaid is drawn by the
page from its source; nothing typed becomes markup, and nothing typed makes the browser ask another server for anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

import prompts
from interviewer.interview.self_marking import Sheet
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.models import Message
from interviewer.report.render.html_text import prose
from interviewer.typed import drawn_stretches, is_mermaid
from knowledge.pictures import picture_data
from ui.web.frame import Visitor
from ui.web.talk import feedback

Sheets = Mapping[str, Sheet]
_SAID = {"skip": "skip", "hint_request": "hint_request", "repeat_request": "repeat_request"}
_FENCE = re.compile(r"\A```[ \t]*([\w+-]*)[^\n]*\n(.*?)(?:^```[ \t]*)?\s*\Z", re.S | re.M)


def bubbles(state: InterviewState, visitor: Visitor, sheets: Sheets, since: int = 0) -> list[str]:
    """The transcript from message `since` on, oldest first, one bubble a message. `sheets` are those of closed questions,
    where the candidate marks."""
    closed = {asked.question.id: asked for asked in state.asked}
    return [bubble(message, state, closed, visitor, sheets) for message in state.transcript.messages[since:]]


def bubble(
    message: Message, state: InterviewState, closed: dict[str, AskedQuestion], visitor: Visitor, sheets: Sheets
) -> str:
    if message.role == "interviewer":
        return framed("bot", _spoken(message, state, closed, visitor, sheets), message.turn)
    if message.kind == "answer":
        return framed("user", typed(message.text), message.turn)
    words = str(prompts.words(state.session.language)[_SAID[message.kind]]["said"])
    return framed("user", f"<em>{escape(words)}</em>", message.turn)


def framed(side: str, content: str, turn: int) -> str:
    return f'<div class="message-row {side}-row"><div class="message {side}" data-turn="{turn}">{content}</div></div>'


def _spoken(
    message: Message, state: InterviewState, closed: dict[str, AskedQuestion], visitor: Visitor, sheets: Sheets
) -> str:
    asked = closed.get(message.question_id or "")
    if message.kind == "question":
        return prose(message.text, lambda target: picture_data(state.bank.root, target))
    if message.kind != "feedback" or asked is None:
        return prose(message.text)
    spoken = message.text.partition("\n\n**")[0] if not message.text.startswith("**") else ""
    return (prose(spoken) if spoken else "") + feedback.card(state, asked, visitor, sheets.get(asked.question.id))


def typed(text: str) -> str:
    """HTML of what a candidate typed."""
    shown, at = "", 0
    for start, end in drawn_stretches(text):
        shown += _plain(text[at:start]) + _box(text[start:end])
        at = end
    return shown + _plain(text[at:])


def _plain(text: str) -> str:
    return f'<span class="as-typed">{escape(text)}</span>' if text.strip() else ""


def _box(block: str) -> str:
    """A fenced block or a drawing, its columns kept; one in Mermaid is drawn by the page, which falls back to the source."""
    fenced = _FENCE.match(block)
    language, inside = (fenced[1], fenced[2]) if fenced else ("", block.strip("\n"))
    if language == "mermaid" or (not fenced and is_mermaid(block)):
        return f'<pre class="mermaid-source" tabindex="0" data-mermaid="{escape(safe_mermaid(inside))}"><code>{escape(inside)}</code></pre>'
    return f'<pre tabindex="0"><code>{escape(inside)}</code></pre>'


def safe_mermaid(source: str) -> str:
    """Of a Mermaid drawing only what draws: no HTML but line breaks, no clicks, no settings of its own."""
    drawing = re.sub(r"^[ \t]*(click\b|%%\{).*$", "", source, flags=re.M)
    return re.sub(r"<(?=/?[a-zA-Z!])(?!br\s*/?>)", "#lt;", drawing)
