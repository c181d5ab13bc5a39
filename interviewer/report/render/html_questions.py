"""One question of a report as HTML: what was said with the quoted words marked, what was found, what was missing."""

from __future__ import annotations

from html import escape

from interviewer.report.model import Line, MisconceptionRow, PointRow, QuestionRow, Report
from interviewer.report.render.html_marks import marked, said
from interviewer.report.render.html_text import linked, prose
from interviewer.report.render.html_tries import objection, tries
from interviewer.report.render.judges import not_graded, why_not
from interviewer.report.render.marks import spans_of
from interviewer.report.render.recorded import who
from interviewer.report.render.surroundings import Surroundings
from interviewer.report.wording import Words, because, clock, nothing_absent, number, quote_of, reviewed, taken_back

ICONS = {"covered": "✓", "partial": "◐", "contradicted": "✗", "absent": "○"}


def question(one: QuestionRow, report: Report, words: Words, around: Surroundings) -> str:
    """One `<details>`: a line to find it by, and all there is to know about it inside."""
    body = "".join(
        (
            _about(one, report, words),
            _failure(one, words),
            _review(one, words),
            f"<h4>{words.say('question', 'exchange')}</h4>",
            f'<ol class="chat">{"".join(_line(line, one, words) for line in one.lines)}</ol>',
            _to_mark(one, report, words, around) + _points(one, report, words, around),
            _misconceptions(one, report, words),
            _reference(one, report, words),
            tries(one, words),
            objection(one, words),
            around.actions.get(one.id, ""),
        )
    )
    summary = (
        f'<summary><span class="n">{words.say("question", "number", n=one.number)}</span>'
        f'<h3 class="q">{escape(one.text.to(report.language))}{_tags(one, words)}</h3><span class="s">{_score(one, words)}</span></summary>'
    )
    opened = " open" if one.id in around.opened else ""
    return f'<details{opened}>{summary}<div class="body" id="ir-q{one.number}">{body}</div></details>'


def _tags(one: QuestionRow, words: Words) -> str:
    """What stands beside the question in its line: that it was tried again, and an objection with its state."""
    tags: list[str] = []
    if one.outside:
        tags.append(f' <span class="tag">{words.say("recording", "not_in_bank")}</span>')
    if one.tries:
        many = words.say("tries", "count", n=len(one.tries)) if len(one.tries) > 1 else words.say("tries", "count_one")
        tags.append(f' <span class="tag">{many}</span>')
    if one.objection != "none":
        state = f"{words.say('objection', 'title')} · {words.say('objection', one.objection)}"
        tags.append(f' <span class="tag is-{one.objection}">{state}</span>')
    return "".join(tags)


def _score(one: QuestionRow, words: Words) -> str:
    if one.score is None or one.level is None:
        return f'<span class="tag">{not_graded(one, words)}</span>'
    own = f"<small>{words.say('judge', 'own')}</small>" if one.judged_by == "self" else ""
    own += f"<small>{words.say('judge', 'drafted')}</small>" if one.drafted else ""
    return (
        f"{words.say('question', 'score', score=number(one.score))}<small>{words.say('band', one.level)}</small>{own}"
    )


def _about(one: QuestionRow, report: Report, words: Words) -> str:
    parts = [escape(part.to(report.language)) for part in (one.chapter, one.section) if part]
    if one.score is not None:
        depth = words.say("question", "depth", depth=words.say("level", one.depth or "none"))
        parts.append(f"{depth} {words.say('question', 'depth_differs')}" if one.depth_differs else depth)
    if one.outside:
        parts.append(words.say("recording", "not_in_bank"))
    if one.asked_because:
        known = words.has("because", one.asked_because)
        because = words.say("because", one.asked_because) if known else escape(one.asked_because)
        parts.append(words.say("question", "asked_because", reason=because))
    return f'<p class="note">{" · ".join(parts)}</p>'


def _failure(one: QuestionRow, words: Words) -> str:
    if one.ungraded is None:
        return ""
    detail = f'<br><span class="note">{escape(one.ungraded.detail)}</span>' if one.ungraded.detail else ""
    return f'<p class="failed">{why_not(one, words)}{detail}</p>'


def _review(one: QuestionRow, words: Words) -> str:
    if one.review is None:
        return ""
    return f'<p class="notice">{escape(reviewed(one.review, words))}</p>'


def _line(line: Line, one: QuestionRow, words: Words) -> str:
    mine = line.role == "candidate"
    text = said(line.text, spans_of(one, line.turn), marked(words))
    return f'<li class="{"me" if mine else "them"}"><span class="who">{escape(who(line, words))}</span>{text}</li>'


def _to_mark(one: QuestionRow, report: Report, words: Words, around: Surroundings) -> str:
    """The key points of an answer that waits for its candidate's marks: the page's own form, or how far it is."""
    if card := around.marking.get(one.id):
        return card
    if not one.to_mark:
        return ""
    items = "".join(
        f'<li class="absent"><span class="no">{point.number}</span><div><span class="text">{escape(point.text.to(report.language))}</span> '
        f'<span class="tag">{words.say("level", point.level)}</span> '
        f'<span class="status">{words.say("status", point.status) if point.status else words.say("question", "mark_none")}</span></div></li>'
        for point in one.to_mark
    )
    return f'<h4>{words.say("question", "to_mark")}</h4><ul class="points">{items}</ul>'


def _points(one: QuestionRow, report: Report, words: Words, around: Surroundings) -> str:
    if one.score is None:
        return ""
    if not one.points:
        return f'<p class="note">{words.say("question", "hidden_points")}</p>'
    found = [point for point in one.points if point.status != "absent"]
    missing = [point for point in one.points if point.status == "absent"]
    parts = [
        f"<h4>{words.say('question', 'found')}</h4>",
        _list(found, words.say("question", "nothing_found"), one, report, words, around),
    ]
    parts.append(f"<h4>{words.say('question', 'missing')}</h4>")
    parts.append(_list(missing, nothing_absent(one, words), one, report, words, around))
    return "".join(parts)


def _list(
    points: list[PointRow], empty: str, one: QuestionRow, report: Report, words: Words, around: Surroundings
) -> str:
    if not points:
        return f'<p class="note">{empty}</p>'
    ask = around.explain
    items = (_point(p, report, words, ask(one.id, p) if ask and p.explainable else "") for p in points)
    return f'<ul class="points">{"".join(items)}</ul>'


def _point(point: PointRow, report: Report, words: Words, ask: str) -> str:
    """`ask` is HTML of the page's own by which the verdict is explained."""
    tags = [f'<span class="tag">{words.say("level", point.level)}</span>']
    tags.append(f'<span class="status {point.status}">{ICONS[point.status]} {words.say("status", point.status)}</span>')
    for shown, key in ((point.after_hint and not point.note, "after_hint"), (point.reviewed, "reviewed")):
        if shown:
            tags.append(f'<span class="tag">{words.say("question", key)}</span>')
    more: list[str] = []
    if point.quote and point.status != "absent":
        time = f' <span class="at">{clock(point.start_s)}</span>' if point.start_s is not None else ""
        more.append(f"{words.say('question', quote_of(report))}<q>{escape(point.quote)}</q>{time}")
    if back := taken_back(point, words):
        more.append(escape(back))
    if point.reason:
        more.append(f"{words.say('question', 'reason')}{escape(because(point.reason, words))}")
    if point.explained:
        said_why = f"{words.say('question', 'explained')}{escape(point.explained)}"
        more.append(f'<span data-explained="{escape(point.id)}">{said_why}</span>')
    if ask:
        more.append(ask)
    rest = "".join(f'<div class="more">{line}</div>' for line in more)
    text = escape(point.text.to(report.language))
    return (
        f'<li class="{point.status}"><span class="no">{point.number}</span>'
        f'<div><span class="text">{text}</span> {" ".join(tags)}</div>{rest}</li>'
    )


def _misconceptions(one: QuestionRow, report: Report, words: Words) -> str:
    if not one.misconceptions:
        return ""
    items = "".join(_misconception(found, report, words) for found in one.misconceptions)
    return f"<h4>{words.say('question', 'misconceptions')}</h4><ul>{items}</ul>"


def _misconception(one: MisconceptionRow, report: Report, words: Words) -> str:
    time = f' <span class="at">{clock(one.start_s)}</span>' if one.start_s is not None else ""
    return (
        f"<li>{words.say('question', 'wrong')}<q>{escape(one.quote)}</q>{time}<br>"
        f"{words.say('question', 'right')}{escape(one.right.to(report.language))}</li>"
    )


def _reference(one: QuestionRow, report: Report, words: Words) -> str:
    parts: list[str] = []
    if one.reference:
        parts.append(f"<h4>{words.say('question', 'reference')}</h4>")
        parts.append(f'<div class="reference">{prose(one.reference.to(report.language))}</div>')
    if one.sources:
        items = "".join(f"<li>{linked(source)}</li>" for source in one.sources)
        parts.append(f'<h4>{words.say("question", "sources")}</h4><ul class="sources">{items}</ul>')
    return "".join(parts)
