"""What the note's page puts around the note: the question, and the ways on."""

from __future__ import annotations

from html import escape

from interviewer.interview.results import report_of
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.report.render.html import render_note
from ui.web.frame import Visitor


def shown(state: InterviewState, asked: AskedQuestion, visitor: Visitor) -> str:
    """HTML of the whole page for a closed question."""
    report, _ = report_of(state, visitor.language)
    row = next(row for row in report.questions if row.id == asked.question.id)
    return f"{head(state, asked, visitor)}{render_note(asked.question, row, visitor.language)}"


def head(state: InterviewState, asked: AskedQuestion, visitor: Visitor) -> str:
    session, question = state.session.id, asked.question
    bank = state.bank
    where = f"{bank.title(question.chapter_id, visitor.language)} · {bank.title(question.section_id, visitor.language)}"
    back = back_link(state, visitor, visitor.say("note", "report"), visitor.say("note", "interview"))
    again = visitor.link("/again", session=session, question=question.id)
    return (
        f'<div class="lead"><p class="small">{escape(where)}</p><h1>{escape(question.text.to(visitor.language))}</h1>'
        f"<p>{escape(visitor.say('note', 'after'))}</p></div>"
        f'<nav class="onward no-print" aria-label="{escape(visitor.say("note", "actions"))}">'
        f'<a class="button" href="{again}">{escape(visitor.say("note", "again"))}</a>{back}</nav>'
    )


def back_link(state: InterviewState, visitor: Visitor, report: str, interview: str) -> str:
    """HTML of the link back: to the report of a finished interview, else to the interview."""
    over = state.status == "finished"
    address = visitor.link("/report" if over else "/interview", session=state.session.id)
    return f'<a class="button plain" href="{address}">{escape(report if over else interview)}</a>'
