"""A question's note as HTML, with what the candidate's answer had of it. The one rule: only for a question that is closed."""

from __future__ import annotations

from html import escape

from interviewer.report.model import PointRow, QuestionRow
from interviewer.report.render.html_text import linked, prose
from interviewer.report.wording import Words, number
from knowledge.models import LEVELS, KeyPoint, Level, Misconception, Question

ICONS = {"covered": "✓", "partial": "◐", "contradicted": "✗", "absent": "○"}


def note(question: Question, row: QuestionRow, words: Words) -> str:
    """Key points by level with the verdict on each, reference, misconceptions, sources."""
    own = question.note
    if own is None:
        return f"<p>{words.say('note', 'none')}</p>"
    text = (own.reference.to(words.language) if own.reference else own.body).strip()
    reference = (
        f"<h2>{words.say('question', 'reference')}</h2><div class='reference'>{prose(text)}</div>" if text else ""
    )
    wrong = "".join(_misconception(one, row, words) for one in own.misconceptions)
    sources = "".join(f"<li>{linked(source)}</li>" for source in own.sources)
    return "".join(
        (
            _points(question, row, words),
            reference,
            f'<h2>{words.say("note", "misconceptions")}</h2><ul class="wrongs">{wrong}</ul>' if wrong else "",
            f'<h2>{words.say("question", "sources")}</h2><ul class="sources">{sources}</ul>' if sources else "",
        )
    )


def _points(question: Question, row: QuestionRow, words: Words) -> str:
    if not question.key_points:
        return ""
    found = {point.id: point for point in row.points}
    levels = "".join(_level(level, question, found, words) for level in LEVELS)
    score = f'<span class="tag">{words.say("question", "score", score=number(row.score))}</span>' if row.score is not None else ""  # fmt: skip
    ungraded = f'<p class="note">{words.say("note", "ungraded")}</p>' if row.score is None else ""
    return f"<h2>{words.say('note', 'points')} {score}</h2>{ungraded}{levels}"


def _level(level: Level, question: Question, found: dict[str, PointRow], words: Words) -> str:
    own = [(n, point) for n, point in enumerate(question.key_points, 1) if point.level == level]
    if not own:
        return ""
    items = "".join(_point(n, point, found.get(point.id), words) for n, point in own)
    return f'<h3 class="level">{words.say("level", level)}</h3><ul class="points">{items}</ul>'


def _point(n: int, point: KeyPoint, row: PointRow | None, words: Words) -> str:
    text = f'<span class="text">{escape(point.text.to(words.language))}</span>'
    if row is None:
        return f'<li class="absent"><span class="no">{n}</span><div>{text}</div></li>'
    status = f'<span class="status {row.status}">{ICONS[row.status]} {words.say("status", row.status)}</span>'
    quoted = row.quote and row.status != "absent"
    more = f'<div class="more">{words.say("question", "quote")}<q>{escape(row.quote)}</q></div>' if quoted else ""
    return f'<li class="{row.status}"><span class="no">{n}</span><div>{text} {status}</div>{more}</li>'


def _misconception(one: Misconception, row: QuestionRow, words: Words) -> str:
    said = next((m for m in row.misconceptions if m.wrong == one.wrong), None)
    quote = f'<div class="more">{words.say("question", "wrong")}<q>{escape(said.quote)}</q></div>' if said else ""
    return (
        f'<li><span class="untrue">{escape(one.wrong.to(words.language))}</span><span aria-hidden="true"> → </span>'
        f"{escape(one.right.to(words.language))}{quote}</li>"
    )
