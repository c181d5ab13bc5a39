"""From a state to what the page draws: chat messages and the progress panel. Pure; everything a person typed is escaped."""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from typing import Any

from interviewer.interview.state import InterviewState, active_seconds
from interviewer.models import Message
from interviewer.policy.follow_up import MAX_PROBES
from knowledge.models import LEVELS, Language, Level
from ui.texts import say
from ui.web.frame import Visitor

ChatMessage = dict[str, Any]
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.S)


def chat(state: InterviewState, language: Language) -> list[ChatMessage]:
    """The transcript as Gradio messages, oldest first."""
    return [bubble(message, language) for message in state.transcript.messages]


def bubble(message: Message, language: Language) -> ChatMessage:
    if message.role == "interviewer":
        return {"role": "assistant", "content": message.text}
    if message.kind == "answer":
        return typed(message.text)
    import prompts

    words = prompts.words(language)["skip" if message.kind == "skip" else "hint_request"]["said"]
    return {"role": "user", "content": f"*{words}*"}


def typed(text: str) -> ChatMessage:
    """A candidate's words as typed: Markdown and code are drawn, angle brackets and HTML outside code stay text."""
    parts = _CODE.split(text)
    shown = [part if n % 2 else part.replace("&", "&amp;").replace("<", "&lt;") for n, part in enumerate(parts)]
    return {"role": "user", "content": "".join(shown)}


def waiting(language: Language) -> ChatMessage:
    """The bubble shown while the interviewer has not said anything yet."""
    return {"role": "assistant", "content": f"*{say(language, 'talk', 'thinking')}*"}


def over(state: InterviewState, visitor: Visitor) -> str:
    """HTML that stands in the place of the answer box once the interview is over: the way to the report."""
    link = visitor.link("/report", session=state.session.id)
    return f'<p class="over">{escape(visitor.say("talk", "over"))} <a class="button" href="{link}">{escape(visitor.say("talk", "to_report"))}</a></p>'


def progress_panel(state: InterviewState, now: datetime, language: Language) -> str:
    """HTML of the panel beside the chat: mode, chapter, question n of m, depth (practice only), time."""
    session = state.session
    mode = say(language, "progress", session.mode)
    used = active_seconds(state.transcript, now)
    running = "1" if state.status == "active" else "0"
    n, total = len(state.asked), session.plan.total_questions
    chapter = state.bank.title(state.current.question.chapter_id, language) if state.current else ""
    section = state.bank.title(state.current.question.section_id, language) if state.current else ""
    dots = "".join(f'<i class="{_dot(i, n, state)}"></i>' for i in range(total))
    status = say(language, "progress", "finished") if state.status == "finished" else mode
    badge = (
        f'<p class="badge offline">{escape(say(language, "page", "offline"))}</p>'
        if session.thinking == "offline"
        else ""
    )
    depth = _depth(state, language) if session.mode == "practice" and state.status != "finished" else ""
    return f"""
<section class="progress" aria-label="{escape(say(language, "progress", "heading"))}">
  <p class="badge">{escape(status)}</p>{badge}
  <p class="where"><strong>{escape(chapter)}</strong><span>{escape(section)}</span></p>
  <p class="count">{escape(say(language, "progress", "question", n=n, total=total))}</p>
  <p class="dots" aria-hidden="true">{dots}</p>
  {depth}
  <p class="time"><span>{escape(say(language, "progress", "time"))}</span>
    <b class="clock" data-used="{used:.0f}" data-running="{running}">{_clock(used)}</b>
    <span>{escape(say(language, "progress", "of", minutes=f"{session.minutes:g}"))}</span></p>
  {_foot(state, language)}
</section>"""


def _foot(state: InterviewState, language: Language) -> str:
    if state.status == "finished":
        return f'<p><a class="to-report" href="#report">{escape(say(language, "progress", "report"))}</a></p>'
    return f'<p class="address">{escape(say(language, "progress", "address"))}</p>'


def _dot(position: int, asked: int, state: InterviewState) -> str:
    if position < asked - 1 or state.status == "finished":
        return "done" if position < asked else ""
    return "now" if position == asked - 1 else ""


def _depth(state: InterviewState, language: Language) -> str:
    """The ladder of levels, each rung filled by the share of its points that the answer has touched."""
    shares = depth_shares(state)
    rungs = "".join(
        f'<li><span>{escape(say(language, "levels", level))}</span><i><b style="width:{share:.0%}"></b></i></li>'
        for level, share in reversed(shares.items())
    )
    spoken = ", ".join(f"{say(language, 'levels', level)} {share:.0%}" for level, share in shares.items())
    probes = sum(message.kind == "probe" for message in state.current.messages) if state.current else 0
    label = say(language, "progress", "depth_alt", levels=spoken)
    return f"""<div class="depth"><p>{escape(say(language, "progress", "depth"))}
    <span>{escape(say(language, "progress", "probes", n=min(probes, MAX_PROBES)))}</span></p>
    <ol aria-label="{escape(label)}">{rungs}</ol></div>"""


def depth_shares(state: InterviewState) -> dict[Level, float]:
    """Per level of the current question, the share of its key points that are at least partly covered (0 to 1)."""
    if state.current is None:
        return {}
    statuses = state.current.statuses
    shares: dict[Level, float] = {}
    for level in LEVELS:
        points = [point for point in state.current.question.key_points if point.level == level]
        if points:
            shares[level] = sum(statuses.get(p.id) in ("covered", "partial") for p in points) / len(points)
    return shares


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
