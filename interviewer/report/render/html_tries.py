"""Second tries and the talk about a grade, as HTML. The one rule: a second try is never shown as a grade."""

from __future__ import annotations

from html import escape

from interviewer.report.model import QuestionRow, RemarkRow, TryPoint, TryRow
from interviewer.report.render.html_marks import marked, said
from interviewer.report.render.html_text import time_of
from interviewer.report.wording import Words, number, taken_back

ARROWS = {"better": "▲", "worse": "▼", "same": "·"}


def tries(one: QuestionRow, words: Words) -> str:
    """All second tries at a question, the newest first and open."""
    if not one.tries:
        return ""
    newest = try_section(one.tries[-1], words)
    earlier = "".join(
        f'<details class="older"><summary><span>{try_summary(row, words)}</span></summary>{try_section(row, words)}</details>'
        for row in reversed(one.tries[:-1])
    )
    return (
        f'<section class="tries"><h4>{words.say("tries", "title")}</h4><p class="note">{words.say("tries", "lead")}</p>'
        f"{newest}{earlier}</section>"
    )


def try_summary(row: TryRow, words: Words) -> str:
    """One try in one line: its number and the two scores."""
    return f"{words.say('tries', 'number', n=row.number)} · {_scores(row, words)}"


def try_section(row: TryRow, words: Words) -> str:
    """One try: what was written, the two scores, and each key point before and after."""
    head = f'<p class="when">{words.say("tries", "number", n=row.number)} · {time_of(row.at)}</p>'
    return f'<div class="try">{head}{_text(row, words)}{_outcome(row, words)}</div>'


def _text(row: TryRow, words: Words) -> str:
    spans = [(p.span.start, p.span.end, p.number) for p in row.points if p.span is not None and p.after != "absent"]
    return f'<div class="tried-text">{said(row.text, spans, marked(words))}</div>'


def _outcome(row: TryRow, words: Words) -> str:
    if row.ungraded is not None:
        if row.ungraded.reason == "unmarked":
            return f'<p class="failed">{words.say("question", "unmarked")}</p>'
        reason = words.say("ungraded", row.ungraded.reason)
        detail = f'<br><span class="note">{escape(row.ungraded.detail)}</span>' if row.ungraded.detail else ""
        return f'<p class="failed">{words.say("tries", "ungraded", reason=reason)}{detail}</p>'
    if not row.points:
        return f'<p class="failed">{words.say("tries", "waiting")}</p>'
    gained = sum(point.change == "better" for point in row.points)
    lost = sum(point.change == "worse" for point in row.points)
    said = words.say("tries", "gained", n=gained) if gained else words.say("tries", "gained_none")
    said += words.say("tries", "lost", n=lost) if lost else ""
    copied = (
        f'<p class="notice">{words.say("tries", "copied", share=round(100 * row.copied))}</p>'
        if row.much_copied
        else ""
    )
    return (
        f'<p class="versus">{_versus(row, words)}<span class="{"gained" if gained else "same"}">{said}</span></p>{copied}{_table(row, words)}'
        f"{_wrong(row, words)}{_missing(row, words)}"
    )


def _scores(row: TryRow, words: Words) -> str:
    before = words.say("tries", "no_score") if row.score_before is None else number(row.score_before)
    after = words.say("tries", "no_score") if row.score is None else number(row.score)
    return words.say("tries", "change", before=before, after=after)


def _versus(row: TryRow, words: Words) -> str:
    pairs = (("before", row.score_before), ("after", row.score))
    shown = [
        f"<span><small>{words.say('tries', key)}</small> "
        f"<b>{words.say('tries', 'no_score') if score is None else number(score)}</b></span>"
        for key, score in pairs
    ]
    return '<span class="arrow" aria-hidden="true">→</span>'.join(shown)


def _table(row: TryRow, words: Words) -> str:
    head = "".join(f'<th scope="col">{words.say("tries", key)}</th>' for key in ("point", "before", "after"))
    body = "".join(_row(point, words) for point in row.points)
    label = words.say("tries", "table", n=row.number)
    return f'<table class="compare" aria-label="{escape(label)}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(point: TryPoint, words: Words) -> str:
    before = words.say("tries", "unknown") if point.before is None else _status(point.before, words)
    quote = f'<div class="more"><q>{escape(point.quote)}</q></div>' if point.quote and point.after != "absent" else ""
    back = f'<div class="more">{escape(taken_back(point, words))}</div>' if point.note else ""
    change = words.say("tries", point.change)
    arrow = f'<span class="change {point.change}"><span aria-hidden="true">{ARROWS[point.change]}</span><span class="unseen">{change}</span></span>'
    return (
        f'<tr><th scope="row"><span class="tag">{words.say("level", point.level)}</span> {escape(point.text.to(words.language))}{quote}{back}</th>'
        f'<td data-label="{words.say("tries", "before")}">{before}</td>'
        f'<td data-label="{words.say("tries", "after")}">{_status(point.after, words)} {arrow}</td></tr>'
    )


def _status(status: str, words: Words) -> str:
    return f'<span class="status {status}">{words.say("status", status)}</span>'


def _wrong(row: TryRow, words: Words) -> str:
    items = "".join(
        f"<li>{words.say('question', 'wrong')}<q>{escape(one.quote)}</q><br>"
        f"{words.say('question', 'right')}{escape(one.right.to(words.language))}</li>"
        for one in row.misconceptions
    )
    return f"<h5>{words.say('question', 'misconceptions')}</h5><ul>{items}</ul>" if items else ""


def _missing(row: TryRow, words: Words) -> str:
    title = f"<h5>{words.say('tries', 'missing')}</h5>"
    if not row.missing:
        return f'<p class="note">{words.say("tries", "nothing_missing")}</p>'
    items = "".join(f"<li>{escape(point.text.to(words.language))}</li>" for point in row.missing)
    return f"{title}<ul>{items}</ul>"


def objection(one: QuestionRow, words: Words) -> str:
    """What the candidate and a person said about the grade, and whether an answer is due."""
    if one.objection == "none":
        return ""
    lines = "".join(_remark(remark, words) for remark in one.remarks)
    state = f'<span class="tag is-{one.objection}">{words.say("objection", one.objection)}</span>'
    return f'<section class="objection"><h4>{words.say("objection", "title")} {state}</h4><ol class="remarks">{lines}</ol></section>'


def _remark(remark: RemarkRow, words: Words) -> str:
    who = words.say("objection", remark.author)
    name = f" {escape(remark.name)}" if remark.name else ""
    return (
        f'<li class="by-{remark.author}"><span class="who">{who}{name} · {time_of(remark.at)}</span>'
        f"{escape(remark.text)}</li>"
    )
