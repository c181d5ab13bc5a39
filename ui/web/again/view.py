"""What the page of a second try shows: the question without its reference, the first answer, tries before and after."""

from __future__ import annotations

from html import escape

from interviewer.interview.results import report_of
from interviewer.interview.second_try import tries_of
from interviewer.interview.self_marking import Sheet
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.report.render.html import render_tries
from ui.web.frame import Visitor
from ui.web.note.view import back_link
from ui.web.self_marking import card as marks


def head(state: InterviewState, asked: AskedQuestion, visitor: Visitor) -> str:
    """HTML of the question, that this is no grade, and the ways on."""
    session, question = state.session.id, asked.question
    bank = state.bank
    where = f"{bank.title(question.chapter_id, visitor.language)} · {bank.title(question.section_id, visitor.language)}"
    n = len(tries_of(state, asked))
    after = _say(visitor, "after_tries", n=n) if n else _say(visitor, "after")
    back = back_link(state, visitor, visitor.say("again", "report"), visitor.say("again", "interview"))
    note = visitor.link("/note", session=session, question=question.id)
    return (
        f'<div class="lead"><p class="small">{escape(where)}</p><h1>{escape(question.text.to(visitor.language))}</h1>'
        f"<p>{after}</p></div>"
        f'<nav class="onward" aria-label="{_say(visitor, "actions")}">{back}'
        f'<a class="button plain" href="{note}">{_say(visitor, "note")}</a></nav>'
    )


def result(state: InterviewState, asked: AskedQuestion, visitor: Visitor, sheet: Sheet | None = None) -> str:
    """HTML of what came of the tries, newest first, and of the first answer; with a `sheet` the newest is to be marked."""
    report, _ = report_of(state, visitor.language)
    row = next(row for row in report.questions if row.id == asked.question.id)
    card = f'<div class="card">{marks.card(sheet, visitor.language, visitor)}</div>' if sheet else ""
    return f"{card}{render_tries(row, visitor.language)}{_first(asked, visitor)}"


def judging(visitor: Visitor) -> str:
    return f'<p class="judging" role="status">{_say(visitor, "judging")}</p>'


def _first(asked: AskedQuestion, visitor: Visitor) -> str:
    said = "".join(f"<blockquote>{escape(answer.text)}</blockquote>" for answer in asked.answers)
    said = said or f"<p>{_say(visitor, 'first_none')}</p>"
    return f'<details class="first"><summary>{_say(visitor, "first")}</summary>{said}</details>'


def _say(visitor: Visitor, key: str, **values: object) -> str:
    return escape(visitor.say("again", key, **values))
