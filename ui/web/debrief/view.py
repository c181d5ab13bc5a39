"""From a talk to what the page draws: bubbles with their sources, and the page's head. Pure; everything typed is escaped."""

from __future__ import annotations

from html import escape
from typing import Any

from interviewer.debrief import Talk
from interviewer.models import DebriefMessage, Thinking
from ui.web.frame import Visitor
from ui.web.talk.typed import drawn

ChatMessage = dict[str, Any]
_TOOLS = ("overview", "question", "search", "study_plan")


def bubbles(talk: Talk, visitor: Visitor) -> list[ChatMessage]:
    """The talk as Gradio messages, oldest first."""
    return [bubble(message, talk, visitor) for message in talk.messages]


def bubble(message: DebriefMessage, talk: Talk, visitor: Visitor) -> ChatMessage:
    if message.role == "candidate":
        return {"role": "user", "content": drawn(message.text)}
    return {"role": "assistant", "content": f"{drawn(message.text)}\n\n{foot(message, talk, visitor)}"}


def speaking(text: str) -> ChatMessage:
    """A reply that is still coming."""
    return {"role": "assistant", "content": drawn(text)}


def busy(visitor: Visitor, tool: str | None = None) -> ChatMessage:
    """The bubble while nothing has been said yet: what is being done."""
    key = "thinking" if tool is None else f"looking_{tool if tool in _TOOLS else 'other'}"
    return {"role": "assistant", "content": f"*{visitor.say('debrief', key)}*"}


def foot(message: DebriefMessage, talk: Talk, visitor: Visitor) -> str:
    """HTML under a reply: the notes it rests on, as links, and who wrote it."""
    numbers = {row.id: row.number for row in talk.record.report.questions}
    links = "".join(
        f'<a href="{visitor.link("/note", session=message.session_id, question=one.question_id)}">'
        f"{escape(visitor.say('debrief', 'citation', number=one.number, n=numbers.get(one.question_id, '?'), heading=one.heading))}</a>"
        for one in message.citations
    )
    basis = f"<span>{escape(visitor.say('debrief', 'basis'))}</span>{links}" if links else ""
    by = visitor.say("debrief", "said_by_model", model=message.model) if message.model else visitor.say("debrief", "said_offline")  # fmt: skip
    return f'<div class="basis">{basis}<small>{escape(by)}</small></div>'


def head(session_id: str, thinking: Thinking, visitor: Visitor) -> str:
    """HTML of the page's head: what this is, what it is not, and the way back."""
    by = visitor.say("debrief", f"by_{thinking}")
    return (
        f'<div class="lead debrief-lead"><h1>{escape(visitor.say("debrief", "heading"))}</h1>'
        f"<p>{escape(visitor.say('debrief', 'lead'))}</p>"
        f'<p class="fixed"><a class="button plain" href="{visitor.link("/report", session=session_id)}">{escape(visitor.say("debrief", "back"))}</a> '
        f'<span class="tag{" warn" if thinking == "offline" else " accent"}">{escape(by)}</span></p></div>'
    )


def fixed(visitor: Visitor) -> str:
    """HTML of the note that nothing here changes a grade."""
    return f'<p class="muted small">{escape(visitor.say("debrief", "fixed"))}</p>'


def label(words: str) -> str:
    return f'<h2 class="debrief-label">{escape(words)}</h2>'


def waiting(visitor: Visitor) -> str:
    """HTML that says the last message has no reply."""
    return f'<p class="debrief-waiting" role="status">{escape(visitor.say("debrief", "waiting"))}</p>'
