"""The list of a candidate's own interviews as HTML: how each stands, where it leads, and how to be rid of it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from interviewer.errors import SessionDeleted, UnknownSession
from interviewer.interview.state import InterviewState
from interviewer.models import Assessment, Scorecard
from interviewer.report.wording import number
from knowledge.errors import UserFacingError
from ui.texts import explain_to_candidate
from ui.web.frame import Visitor

TONES = {"active": "accent", "paused": "warn", "finished": "good"}


@dataclass(frozen=True)
class Entry:
    """One interview this browser knows: as it stands, with its scorecard once it is over, or why it cannot be shown."""

    id: str
    state: InterviewState | None = None
    card: Scorecard | None = None
    fault: UserFacingError | None = None


def lead(visitor: Visitor, keep_days: int) -> str:
    kept = f" {escape(visitor.say('mine', 'kept', days=keep_days))}" if keep_days else ""
    title, words = visitor.say("mine", "title"), visitor.say("mine", "lead")
    return f'<div class="lead"><h1 tabindex="-1" id="mine-title">{escape(title)}</h1><p>{escape(words)}{kept}</p></div>'


def listed(entries: list[Entry], visitor: Visitor) -> str:
    """HTML of the whole list, or of the way to a first interview."""
    if not entries:
        empty, begin = escape(visitor.say("mine", "empty")), escape(visitor.say("mine", "begin"))
        return f'<div class="empty"><p>{empty}</p><a class="button" href="{visitor.link("/")}">{begin}</a></div>'
    rows = "".join(
        f"<li>{_stands(one, one.state, visitor) if one.state else _lost(one, visitor)}</li>" for one in entries
    )
    return f'<ul class="mine-list" aria-label="{escape(visitor.say("mine", "title"))}">{rows}</ul>'


def _stands(entry: Entry, state: InterviewState, visitor: Visitor) -> str:
    session = state.session
    title = escape(state.bank.name.to(visitor.language))
    when = session.created_at.isoformat(timespec="minutes")
    time = f'<time datetime="{when}">{when[:16].replace("T", " ")}</time>'
    begun = time.join(map(escape, visitor.say("mine", "begun", when="\0").split("\0")))
    status = f'<span class="tag {TONES[state.status]}">{escape(visitor.say("mine", state.status))}</span>'
    mode = f'<span class="tag">{escape(visitor.say("mine", session.mode))}</span>'
    return f"""<article class="card mine-one" aria-labelledby="mine-{entry.id}">
<div class="mine-head"><h2 id="mine-{entry.id}">{title}</h2><p class="mine-tags">{status} {mode}</p></div>
<p class="muted">{begun} · {_progress(state, visitor)}</p>{_score(entry.card, state, visitor)}
<p class="mine-go">{_ways(state, visitor)}</p>{_more(entry, state.status == "finished", visitor)}</article>"""


def _progress(state: InterviewState, visitor: Visitor) -> str:
    n = len(state.asked)
    if state.status == "finished":
        return escape(visitor.say("mine", "answered", n=n))
    return escape(visitor.say("mine", "progress", n=n, total=state.session.plan.total_questions))


def _score(card: Scorecard | None, state: InterviewState, visitor: Visitor) -> str:
    """The total with its interval and band; what cannot be given is said, and whose marks a number rests on."""
    if card is None:
        return ""
    offline = _own(card, visitor)
    if card.total is None or card.interval is None:
        return f'<p class="mine-score muted">{escape(visitor.say("mine", "no_total"))}{offline}</p>'
    low, high = card.interval
    band = visitor.say("bands", card.band) if card.band else visitor.say("mine", "little")
    details = f"{visitor.say('mine', 'interval', low=number(low), high=number(high))} · {band}"
    return (
        f'<p class="mine-score"><span class="muted">{escape(visitor.say("mine", "score"))}</span> <strong>{number(card.total)}</strong> '
        f'<span class="muted">{escape(details)}{offline}</span></p>'
    )


def _own(card: Scorecard, visitor: Visitor) -> str:
    """Where an interview was held offline: that its number is the candidate's own, and what is not marked yet."""
    own = any(isinstance(row, Assessment) and row.provenance.thinking == "self" for row in card.rows)
    left = sum(one.reason in ("unmarked", "withdrawn") for one in card.ungraded)
    said = [visitor.say("mine", "own")] if own and card.total is not None else []
    said += [visitor.say("mine", "unmarked", n=left)] if left else []
    return "".join(f" · {escape(one)}" for one in said)


def _ways(state: InterviewState, visitor: Visitor) -> str:
    own = state.session.id
    if state.status != "finished":
        return f'<a class="button" href="{visitor.link("/interview", session=own)}">{escape(visitor.say("mine", "go_on"))}</a>'
    report, debrief = escape(visitor.say("mine", "report")), escape(visitor.say("mine", "debrief"))
    return (
        f'<a class="button" href="{visitor.link("/report", session=own)}">{report}</a> '
        f'<a class="button plain" href="{visitor.link("/debrief", session=own)}">{debrief}</a>'
    )


def _more(entry: Entry, finished: bool, visitor: Visitor) -> str:
    """Download, removing from the list, and deleting: opened first, then agreed to after what it means has been read."""

    def words(key: str) -> str:
        return escape(visitor.say("mine", key))

    data = visitor.link(f"/download/{entry.id}/data.json")
    return f"""<details class="mine-more"><summary>{words("more")}</summary><dl>
<dt><a href="{data}" download>{words("data")}</a></dt><dd>{words("data_all" if finished else "data_open")}</dd>
<dt>{_forget(entry, visitor)}</dt><dd>{words("forget_note")}</dd></dl>
<details class="mine-delete"><summary>{words("delete")}</summary><p>{words("delete_what")}</p><p><strong>{words("delete_never")}</strong></p>
<button type="button" class="mine-danger" data-mine-delete="{escape(entry.id)}">{words("delete_go")}</button></details></details>"""


def _forget(entry: Entry, visitor: Visitor) -> str:
    return f'<button type="button" class="mine-plain" data-mine-forget="{escape(entry.id)}">{escape(visitor.say("mine", "forget"))}</button>'


def _lost(entry: Entry, visitor: Visitor) -> str:
    """An interview that is deleted, not here, or cannot be read now; the last can still be downloaded and deleted."""
    fault, more = entry.fault, ""
    if isinstance(fault, SessionDeleted):
        said = visitor.say("mine", "gone", day=fault.details.get("day", ""))
    elif fault is None or isinstance(fault, UnknownSession):
        said = visitor.say("mine", "unknown")
    else:
        said, more = explain_to_candidate(fault, visitor.language), _more(entry, False, visitor)
    number = escape(visitor.say("mine", "number", id=entry.id))
    return (
        f'<article class="mine-lost"><p><span class="muted">{number}</span><br>{escape(said)}</p>'
        f"{more or _forget(entry, visitor)}</article>"
    )
