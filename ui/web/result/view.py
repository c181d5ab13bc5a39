"""What the report's page puts around the report: actions, each question's own, and the way back while nothing may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from interviewer.interview.objections import LONGEST
from interviewer.interview.regrade import is_pending
from interviewer.interview.self_marking import Sheet
from interviewer.interview.state import InterviewState
from interviewer.report import Report, Surroundings
from interviewer.report.model import PointRow, QuestionRow
from ui.web.frame import Visitor
from ui.web.self_marking import card as marks

KINDS = ("html", "md", "json")


def actions(state: InterviewState, visitor: Visitor) -> str:
    """HTML of the bar above the report."""
    session = state.session.id
    files = [(visitor.link(f"/download/{session}/report.{kind}"), kind) for kind in KINDS]
    files.append((visitor.link(f"/download/{session}/data.json"), "data"))
    saved = "".join(f'<li><a href="{address}" download>{_say(visitor, key)}</a></li>' for address, key in files)
    return (
        f'<nav class="actions no-print" aria-label="{_say(visitor, "actions")}">'
        f'<a class="button" href="{visitor.link("/debrief", session=session)}">{_say(visitor, "debrief")}</a>'
        f'<details class="menu"><summary class="button plain">{_say(visitor, "download")}</summary><ul>{saved}</ul></details>'
        f'<button type="button" class="plain" data-print>{_say(visitor, "print")}</button>'
        f'<a class="button plain" href="{visitor.link("/")}">{_say(visitor, "again")}</a>'
        f'<a class="button plain quiet" href="{visitor.link("/mine")}">{_say(visitor, "delete")}</a></nav>'
    )


def pending(state: InterviewState, visitor: Visitor) -> str:
    """How many questions wait for a grade; nothing when none does."""
    n = sum(map(is_pending, state.asked))
    return f'<p class="pending no-print">{_say(visitor, "pending", n=n)}</p>' if n else ""


def not_yet(state: InterviewState, visitor: Visitor) -> str:
    """What stands in the report's place while the interview goes on."""
    back = visitor.link("/interview", session=state.session.id)
    return (
        f'<div class="empty"><h1>{_say(visitor, "unfinished")}</h1><p>{_say(visitor, "unfinished_note")}</p>'
        f'<p><a class="button" href="{back}">{_say(visitor, "back")}</a></p></div>'
    )


def around(
    state: InterviewState,
    report: Report,
    visitor: Visitor,
    trend: str,
    opened: frozenset[str] = frozenset(),
    sheets: Mapping[str, Sheet] | None = None,
    *,
    answered: bool = True,
    explains: bool = False,
) -> Surroundings:
    """What the page adds to `report`: links to notes, each question's actions and card to mark it, the trend.

    `explains`: partial and contradicted verdicts may be explained. Where nobody could answer an objection (`answered` False: no reviewer is set), none is offered.
    """
    session = state.session.id
    return Surroundings(
        note=lambda question: (
            f"/note?{urlencode({'session': session, 'question': question, 'lang': visitor.language})}"
        ),
        actions={row.id: _of_question(row, session, visitor, answered) for row in report.questions},
        marking={key: marks.folded(sheet, visitor.language, visitor) for key, sheet in (sheets or {}).items()},
        opened=opened,
        trend=trend,
        explain=(lambda question, point: _why(question, point, visitor)) if explains else None,
    )


def _why(question_id: str, point: PointRow, visitor: Visitor) -> str:
    """The button by which a verdict is explained."""
    label = _say(visitor, "why_of", n=point.number)
    return (
        f'<button type="button" class="why no-print" data-question="{escape(question_id)}" data-point="{escape(point.id)}" '
        f'aria-label="{label}">{_say(visitor, "why")}</button>'
    )


def _of_question(row: QuestionRow, session: str, visitor: Visitor, answered: bool) -> str:
    """HTML at the end of one question: its note, answering again, an objection."""
    links = "".join(
        f'<a class="button plain" href="{visitor.link(path, session=session, question=row.id)}">{_say(visitor, key)}</a>'
        for path, key, there in (
            ("/again", "answer_again", bool(row.reference)),
            ("/note", "note", bool(row.reference or row.sources)),
        )
        if there
    )
    key = "object" if row.objection == "none" else "object_more"
    box = f"object-{row.number}"
    form = (
        f'<details class="object"><summary>{_say(visitor, key)}</summary><div class="body">'
        f'<label for="{box}">{_say(visitor, "object_label")}</label>'
        f'<textarea id="{box}" rows="4" maxlength="{LONGEST}" data-question="{escape(row.id)}"></textarea>'
        f'<button type="button" class="send" data-object="{box}">{_say(visitor, "object_send")}</button></div></details>'
    )
    if not answered and row.objection == "none":
        form = ""
    label = _say(visitor, "question_actions", n=row.number)
    return f'<div class="of-question no-print" role="group" aria-label="{label}">{links}{form}</div>'


def _say(visitor: Visitor, key: str, **values: object) -> str:
    return escape(visitor.say("report", key, **values))
