"""From a state to what the page draws: the open question, the panel beside the talk, all of it as one value. Pure; what is typed is escaped."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from interviewer.interview.moves import open_words
from interviewer.interview.state import IDLE_CAP, InterviewState, active_seconds
from interviewer.policy.follow_up import MAX_PROBES
from knowledge.models import LEVELS, Level
from ui.web.frame import Visitor
from ui.web.talk.bubbles import Sheets, bubbles


def standing(
    state: InterviewState, visitor: Visitor, now: datetime, sheets: Sheets, *, since: int = 0, busy: bool = False
) -> dict[str, Any]:
    """How the stored session stands, for the page's script: the bubbles from message `since` on, and what is around them.

    `busy` while the interviewer is about to speak, and nothing may be sent.
    """
    done = state.status == "finished"
    return {
        "kind": "standing",
        "turn": state.turn,
        "since": since,
        "status": state.status,
        "mode": state.session.mode,
        "busy": busy,
        "last": len(state.asked) >= state.session.plan.total_questions,
        "bubbles": bubbles(state, visitor, sheets, since),
        "open": open_question(state, visitor, sheets),
        "progress": progress_panel(state, now, visitor),
        "over": over(state, visitor, sheets) if done else "",
        "message": visitor.say("talk", "paused") if state.status == "paused" else "",
    }


def open_question(state: InterviewState, visitor: Visitor, sheets: Sheets) -> str:
    """HTML of the question that waits for an answer, above the answer box, and the way to one not marked yet."""
    if state.current is None or state.status == "finished":
        return ""
    label = escape(visitor.say("talk", "open"))
    chat = escape(visitor.say("talk", "chat"))
    left = next((sheet for sheet in sheets.values() if sheet.left and not sheet.lock), None)
    waits = ""
    if left is not None:
        words, now = visitor.say("self_marking", "waits", n=left.number), visitor.say("self_marking", "now")
        waits = f'<p class="to-mark">{escape(words)} <button type="button" data-to-mark>{escape(now)}</button></p>'
    return (
        f'{waits}<p class="open" tabindex="0" data-chat="{chat}"><span>{label}</span> {escape(open_words(state))}</p>'
    )


def over(state: InterviewState, visitor: Visitor, sheets: Sheets) -> str:
    """HTML that stands in the place of the answer box once the interview is over: the way to the report."""
    link = visitor.link("/report", session=state.session.id)
    words = escape(visitor.say("talk", "over"))
    if left := sum(bool(sheet.left and not sheet.lock) for sheet in sheets.values()):
        words += f" {escape(visitor.say('self_marking', 'later', n=left))}"
    return f'<p class="over"><span>{words}</span><a class="button" href="{link}">{escape(visitor.say("talk", "to_report"))}</a></p>'


def progress_panel(state: InterviewState, now: datetime, visitor: Visitor) -> str:
    """HTML of the panel beside the chat: mode, chapter, question n of m, depth (practice only), time used and left."""

    def words(key: str, **values: object) -> str:
        return escape(visitor.say("progress", key, **values))

    session, finished = state.session, state.status == "finished"
    n, total = len(state.asked), session.plan.total_questions
    title, part = _where(state, visitor)
    dots = "".join(f'<i class="{_dot(i, n, finished)}"></i>' for i in range(total))
    offline = f'<span class="tag warn">{escape(visitor.say("page", "offline_short"))}</span>' if session.thinking == "offline" else ""  # fmt: skip
    address = "" if finished else f'\n<p class="address">{words("address")}</p>'
    depth = _depth(state, visitor) if session.mode == "practice" and not finished else ""
    depth = depth if session.thinking == "endpoint" else _probes(state, visitor)
    return f"""<section class="progress" aria-label="{words("heading")}">
<p class="badges"><span class="tag accent">{words("finished" if finished else session.mode)}</span>{offline}</p>
<div class="where"><h1>{title}</h1><span>{part}</span></div>
<div class="count"><p>{words("question", n=n, total=total)}</p><p class="dots" aria-hidden="true">{dots}</p></div>
{depth}{_time(state, now, visitor)}{address}</section>"""


def _where(state: InterviewState, visitor: Visitor) -> tuple[str, str]:
    if state.current is None:
        return "", ""
    question = state.current.question
    return (
        escape(state.bank.title(question.chapter_id, visitor.language)),
        escape(state.bank.title(question.section_id, visitor.language)),
    )


def _time(state: InterviewState, now: datetime, visitor: Visitor) -> str:
    used, whole = active_seconds(state.transcript, now), state.session.minutes * 60
    most = active_seconds(state.transcript, now + IDLE_CAP)  # a longer silence counts no further, here as in the report
    running = "1" if state.status == "active" else "0"
    label, left = escape(visitor.say("progress", "time")), escape(visitor.say("progress", "left"))
    spent = f'<div><dt>{label}</dt><dd class="clock" data-used="{used:.0f}" data-most="{most:.0f}" data-running="{running}">{_clock(used)}</dd></div>'
    if state.status == "finished" or not state.session.timed:
        return f'<dl class="time">{spent}</dl>'
    return f"""<dl class="time">{spent}
<div><dt>{left}</dt><dd class="clock" data-used="{used:.0f}" data-most="{most:.0f}" data-of="{whole:.0f}" data-running="{running}">{_clock(max(0.0, whole - used))}</dd></div></dl>"""


def _dot(position: int, asked: int, finished: bool) -> str:
    if position < asked - 1 or finished:
        return "done" if position < asked else ""
    return "now" if position == asked - 1 else ""


def _depth(state: InterviewState, visitor: Visitor) -> str:
    """The ladder of levels, each rung filled by the share of its points that the answer has touched."""
    shares = depth_shares(state)
    if not shares:
        return ""
    rungs = "".join(
        f'<li><span>{escape(visitor.say("levels", level))}</span><i><b style="width:{share:.0%}"></b></i></li>'
        for level, share in reversed(shares.items())
    )
    spoken = ", ".join(f"{visitor.say('levels', level)} {share:.0%}" for level, share in shares.items())
    probes = sum(message.kind == "probe" for message in state.current.messages) if state.current else 0
    label = escape(visitor.say("progress", "depth_alt", levels=spoken))
    count = escape(visitor.say("progress", "probes", n=min(probes, MAX_PROBES), most=MAX_PROBES))
    title = escape(visitor.say("progress", "depth"))
    return f"""<div class="depth" role="img" aria-label="{label}"><p>{title} <span>{count}</span></p><ol aria-hidden="true">{rungs}</ol></div>"""


def _probes(state: InterviewState, visitor: Visitor) -> str:
    """How many probes were asked: all that is known of an answer that nobody has judged."""
    probes = sum(message.kind == "probe" for message in state.current.messages) if state.current else 0
    return (
        f'<p class="probes">{escape(visitor.say("progress", "probes", n=min(probes, MAX_PROBES), most=MAX_PROBES))}</p>'
    )


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
