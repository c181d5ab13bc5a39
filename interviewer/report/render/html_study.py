"""The overview's sentences and the study plan as HTML."""

from __future__ import annotations

from html import escape

from interviewer.report.model import Report, StudyStep
from interviewer.report.render.html_text import linked
from interviewer.report.render.sentences import sentences
from interviewer.report.render.surroundings import Surroundings
from interviewer.report.wording import Words


def overview(report: Report, words: Words) -> str:
    """What stands out, in sentences; nothing where nothing was graded."""
    said = "".join(f"<p>{escape(one)}</p>" for one in sentences(report, words))
    return f'<section class="glance"><h2>{words.say("overview", "title")}</h2>{said}</section>' if said else ""


def study(report: Report, words: Words, around: Surroundings) -> str:
    """The steps of the study plan, each with why and where; nothing where nothing was graded."""
    if not report.graded:
        return ""
    title = f'<section class="study"><h2>{words.say("study", "title")}</h2>'
    if not report.study:
        return f"{title}<p>{words.say('study', 'nothing')}</p></section>"
    steps = "".join(_step(n, one, words, around) for n, one in enumerate(report.study, 1))
    return f'{title}<p class="note">{words.say("study", "lead")}</p><ol class="steps">{steps}</ol></section>'


def _step(n: int, one: StudyStep, words: Words, around: Surroundings) -> str:
    text = escape(one.text.to(words.language))
    points = "".join(f"<li>{escape(point.text.to(words.language))}</li>" for point in one.points)
    listed = f'<p class="note">{why(one, words)}</p>' + (f"<ul>{points}</ul>" if points else "")
    return (
        f'<li class="{one.reason}"><span class="no" aria-hidden="true">{n}</span><div>'
        f'<h3><span class="status">{words.say("study", one.reason)}</span> {text}</h3>'
        f'{listed}<p class="where">{_where(one, words, around)}</p>{_sources(one, words)}'
        "</div></li>"
    )


def why(one: StudyStep, words: Words) -> str:
    """For what a step is there: the words before its points."""
    if not one.points:
        return words.say("study", "misconception", n=one.question)
    if one.level is None:
        return words.say("study", "why_contradicted")
    return words.say("study", "why_missing", level=words.say("level", one.level))


def _where(one: StudyStep, words: Words, around: Surroundings) -> str:
    section = f'<a href="#ir-q{one.question}">{words.say("study", "section", n=one.question)}</a>'
    if around.note is None:
        return section
    question = f'<a class="quiet" href="#ir-q{one.question}">{words.say("summary", "question", n=one.question)}</a>'
    return f'<a href="{escape(around.note(one.question_id))}">{words.say("study", "note")}</a> {question}'


def _sources(one: StudyStep, words: Words) -> str:
    if not one.sources:
        return ""
    listed = "".join(f"<li>{linked(source)}</li>" for source in one.sources)
    return f'<div class="from"><span class="note">{words.say("study", "sources")}</span><ul>{listed}</ul></div>'
