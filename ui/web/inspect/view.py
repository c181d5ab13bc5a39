"""One session as HTML: who and when, a way to each question, and every question with its exchange beside its grade."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import parse_qsl

from interviewer.interview.state import Status
from interviewer.report.render.judges import own_marks
from interviewer.report.wording import Words, number
from interviewer.review.dossier import Dossier, QuestionFile
from interviewer.review.regrading import Difference, Step
from ui.web.frame import STAFF, Visitor
from ui.web.inspect import acts
from ui.web.inspect.grades import change_list, grades, history, reference
from ui.web.inspect.said import said
from ui.web.review.query import encoded
from ui.web.review.view import local

NOTES = ("note_objection", "note_flag", "note_changed")
"""What about a question needs a look, each with a sign of its own beside the question's number."""

DOUBTED, DOUBTS = 0.8, 8
"""A verdict that the model held less probable than this is worth a look; how many are listed."""


@dataclass(frozen=True)
class Showing:
    """How a dossier is shown: who may judge again, what stands open, what was just done to which question."""

    status: Status
    judges: tuple[str, ...]
    opened: Collection[str] = ()
    told: str = ""
    told_of: str = ""
    differences: Sequence[Difference] = field(default_factory=tuple)
    explains: bool = False
    """Whether verdicts may be explained here."""


def head(dossier: Dossier, showing: Showing, visitor: Visitor) -> str:
    """Who, when, on what, with what result; and what concerns the whole session."""
    session, card, words = dossier.transcript.session, dossier.scorecard, Words(visitor.language)
    name = escape(session.candidate) or escape(visitor.say("review", "nameless"))
    facts = [visitor.say("review", f"{key}_{getattr(session, key)}") for key in ("mode", "language", "thinking")]
    facts.append(visitor.say("inspect", "seed", n=session.seed))
    bank = escape(dossier.report.bank.to(visitor.language))
    total = f'<p class="total none">{_say(visitor, "no_total")}</p>'
    if card.total is not None and card.interval is not None:
        band = words.say("band", card.band) if card.band else visitor.say("review", "little")
        low, high = (number(one) for one in card.interval)
        interval = escape(visitor.say("inspect", "interval", low=low, high=high))
        total = f'<p class="total"><strong>{number(card.total)}</strong> <span>{escape(band)}</span><br><small>{interval}</small></p>'
    query = encoded(dict(parse_qsl(visitor.query.get("list", ""))))
    back = f"{STAFF}/?{query}&lang={visitor.language}" if query else f"{STAFF}/?lang={visitor.language}"
    tag = f'<span class="tag accent">{escape(visitor.say("review", f"status_{showing.status}"))}</span>'
    links = (
        f'<a class="button plain" href="{visitor.link("/report", session=session.id)}">{_say(visitor, "report")}</a>'
        f'<a class="button plain" href="{STAFF}/export/session/{escape(session.id)}.json" download>{_say(visitor, "export")}</a>'
    )
    again = acts.again_form("", showing.judges, visitor)
    own = own_marks(dossier.report, words) or (visitor.say("page", "offline") if session.thinking == "offline" else "")
    offline = f'<p class="offline">{escape(own)}</p>' if own else ""
    return f"""<a class="back" href="{escape(back)}">← {_say(visitor, "back")}</a>
<header class="card sitting"><div><h1>{name}</h1><p>{local(session.created_at)} · {bank} {tag}</p>
<p class="muted">{escape(" · ".join(facts))} · <code>{escape(session.id)}</code></p>{offline}</div>{total}
<div class="moves">{links}{again}</div></header>{_ways(dossier, visitor, words)}"""


def _ways(dossier: Dossier, visitor: Visitor, words: Words) -> str:
    """A link to each question, with its score and what needs a look."""
    items: list[str] = []
    for file in dossier.questions:
        row = file.row
        score = number(row.score) if row.score is not None else "–"
        level = words.say("band", row.level) if row.level else visitor.say("inspect", "ungraded")
        notes = [visitor.say("inspect", key) for key, there in _notes(file) if there]
        label = escape(
            visitor.say("inspect", "way", n=row.number, score=score, level=level, notes=" ".join(notes)).strip()
        )
        mark = "".join(f'<i class="{key}"></i>' for key, there in _notes(file) if there)
        items.append(
            f'<li><a href="#q-{row.number}" class="{row.level or "none"}" aria-label="{label}" title="{label}">'
            f"<b>{row.number}</b> {score}{mark}</a></li>"
        )
    if not items:
        return ""
    doubts = least_sure(dossier, visitor)
    seen = [
        key for key in NOTES if any(there for one in dossier.questions for name, there in _notes(one) if name == key)
    ]
    legend = "".join(f'<span><i class="{key}"></i> {_say(visitor, key)}</span>' for key in seen)
    shown = f'<p class="ways-key" aria-hidden="true">{legend}</p>' if legend else ""
    return f'<nav class="ways" aria-label="{_say(visitor, "questions")}"><ol>{"".join(items)}</ol>{shown}{doubts}</nav>'


def least_sure(dossier: Dossier, visitor: Visitor) -> str:
    """The verdicts that the model was least sure of and nobody has changed, least sure first, each a way to its question."""
    found = sorted(
        (point.sure, file.row.number, point.number)
        for file in dossier.questions
        if file.override is None
        for point in file.row.points
        if point.sure is not None and point.sure < DOUBTED
    )
    if not found:
        return ""
    links = "".join(
        f'<li><a href="#q-{question}">{escape(visitor.say("inspect", "doubt", n=question, point=point, percent=f"{100 * sure:.0f}"))}</a></li>'
        for sure, question, point in found[:DOUBTS]
    )
    return f'<div class="doubts"><h2>{_say(visitor, "least_sure")}</h2><ol>{links}</ol></div>'


def _notes(file: QuestionFile) -> tuple[tuple[str, bool], ...]:
    there = (file.objected, any(event.kind == "flag" for event in file.happened), file.override is not None)
    return tuple(zip(NOTES, there, strict=True))


def questions(dossier: Dossier, showing: Showing, visitor: Visitor) -> str:
    words = Words(visitor.language)
    if not dossier.questions:
        return f'<div class="empty">{_say(visitor, "nothing_asked")}</div>'
    return "".join(_question(one, dossier, showing, words, visitor) for one in dossier.questions)


def _question(file: QuestionFile, dossier: Dossier, showing: Showing, words: Words, visitor: Visitor) -> str:
    row, language = file.row, visitor.language
    where = [escape(part.to(language)) for part in (row.chapter, row.section) if part]
    if row.asked_because:
        because = (
            words.say("because", row.asked_because) if words.has("because", row.asked_because) else row.asked_because
        )
        where.append(escape(words.say("question", "asked_because", reason=because)))
    told = ""
    if showing.told and showing.told_of == row.id:
        told = f'<p class="told" role="status">{escape(showing.told)}</p>'
    difference = "".join(
        _difference(one, dossier, words, visitor) for one in showing.differences if one.question_id == row.id
    )
    return f"""<section class="card question" aria-labelledby="q-{row.number}">
<h2 id="q-{row.number}" tabindex="-1"><span class="n">{row.number}</span>{escape(row.text.to(language))}</h2>
<p class="muted where">{" · ".join(where)}</p>{told}{difference}
<div class="beside"><div class="left"><h3>{_say(visitor, "exchange")}</h3>{said(file, words, visitor)}</div>
<div class="right"><h3>{_say(visitor, "grade")}</h3>{grades(file, words, visitor, explains=showing.explains)}</div></div>
{_folded(file, dossier, showing, words, visitor)}</section>"""


def _folded(file: QuestionFile, dossier: Dossier, showing: Showing, words: Words, visitor: Visitor) -> str:
    opened = {*showing.opened, f"objection-{file.row.number}"} if file.objected else showing.opened
    changes = "".join(
        (
            acts.changed(file, words, visitor),
            acts.withdraw_form(file, visitor),
            _titled("by_verdicts", acts.verdicts_form(file, words, visitor), visitor),
            _titled("by_score", acts.score_form(file, visitor), visitor),
        )
    )
    waiting = f' <span class="tag bad">{_say(visitor, "note_objection")}</span>' if file.objected else ""
    counted = f' <span class="tag">{len(file.history)}</span>' if file.history else ""
    made = f' <span class="tag good">{len(file.reviews)}</span>' if file.reviews else ""
    rows = history(file, words, visitor)
    if any(line.kind in ("answer", "skip") for line in file.row.lines):
        rows += acts.again_form(file.row.id, showing.judges, visitor)
    parts = [
        acts.folded("change", file, _say(visitor, "change"), changes, opened, tag=made),
        acts.folded(
            "objection", file, _say(visitor, "objection"),
            (acts.thread(file.remarks, visitor) or f'<p class="muted">{_say(visitor, "no_objection")}</p>')
            + acts.reply_form(file, visitor), opened, tag=waiting,
        ),
        acts.folded("rows", file, _say(visitor, "history"), rows, opened, tag=counted),
    ]  # fmt: skip
    if text := reference(file, words, visitor):
        parts.append(acts.folded("reference", file, escape(words.say("question", "reference")), text, opened))
    return f'<div class="folds">{"".join(parts)}</div>'


def _titled(key: str, form: str, visitor: Visitor) -> str:
    return f"<h4>{_say(visitor, key)}</h4>{form}" if form else ""


def progress(step: Step | None, visitor: Visitor) -> str:
    """How far re-grading is; nothing when none is under way."""
    if step is None or step.differences is not None:
        return ""
    text = escape(visitor.say("inspect", "grading", n=step.done, of=step.total))
    return (
        f'<div class="grading" role="status"><label>{text}'
        f'<progress value="{step.done}" max="{max(1, step.total)}"></progress></label></div>'
    )


def summary(differences: Sequence[Difference], visitor: Visitor) -> str:
    """What re-grading the whole session changed, as a table with a line for each question."""
    if not differences:
        return ""
    moved = sum(one.before != one.after or bool(one.changes) for one in differences)
    rows = "".join(
        f'<tr><th scope="row"><a href="#q-{one.number}">{escape(visitor.say("inspect", "question", n=one.number))}</a></th>'
        f'<td class="num" data-label="{_say(visitor, "before")}">{_or_dash(one.before)}</td>'
        f'<td class="num" data-label="{_say(visitor, "after")}">{_or_dash(one.after)}</td>'
        f'<td class="num" data-label="{_say(visitor, "verdicts_changed")}">{len(one.changes)}</td></tr>'
        for one in differences
    )
    heads = "".join(
        f'<th scope="col" class="num">{_say(visitor, k)}</th>' for k in ("before", "after", "verdicts_changed")
    )
    said_ = escape(visitor.say("inspect", "graded_again", n=len(differences), moved=moved))
    return (
        f'<div class="card summary"><h2 tabindex="-1" id="difference">{_say(visitor, "difference")}</h2><p role="status">{said_}</p>'
        f'<table class="table"><thead><tr><th scope="col">{_say(visitor, "questions")}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _difference(one: Difference, dossier: Dossier, words: Words, visitor: Visitor) -> str:
    scores = escape(visitor.say("inspect", "from_to", before=_or_dash(one.before), after=_or_dash(one.after)))
    points = dossier.question(one.question_id).points
    rest = change_list(one.changes, points, words, visitor)
    if one.failed:
        rest = (
            f"<p>{escape(visitor.say('inspect', 'again_failed', reason=words.say('ungraded', one.failed.reason)))}</p>"
        )
    elif not rest:
        rest = f"<p>{_say(visitor, 'same')}</p>"
    return f'<div class="difference" role="status"><strong>{_say(visitor, "difference")}</strong> {scores}{rest}</div>'


def _or_dash(score: float | None) -> str:
    return "–" if score is None else number(score)


def _say(visitor: Visitor, key: str) -> str:
    return escape(visitor.say("inspect", key))
