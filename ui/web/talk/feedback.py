"""The card after a question in practice mode: the candidate's words with what counted marked in them, what was missing, why.

The one rule: it is drawn only for a question that is closed.
"""

from __future__ import annotations

from html import escape

from interviewer.interview.judging import grade_of
from interviewer.interview.self_marking import Sheet
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.models import Assessment, Message, Ungraded, Verdict, VerdictStatus
from interviewer.report.render import html_marks
from interviewer.report.render.html_text import linked, prose
from interviewer.report.render.marks import Piece
from interviewer.report.wording import Words, number, taken_back
from knowledge.models import Language
from ui.texts import say
from ui.web.frame import Visitor
from ui.web.self_marking import card as marks

ORDER: tuple[VerdictStatus, ...] = ("covered", "partial", "contradicted", "absent")
ICONS: dict[VerdictStatus, str] = {"covered": "✓", "partial": "◐", "contradicted": "✗", "absent": "○"}


def card(state: InterviewState, asked: AskedQuestion, visitor: Visitor, sheet: Sheet | None = None) -> str:
    """One HTML block for the feedback message of `asked`; words of the page in the visitor's language, content in the session's.

    With a `sheet` the candidate marks: offline, nobody else does.
    """
    said = state.session.language
    parts = [_head(state, asked, visitor)]
    if sheet is not None:
        parts += [_reference(asked, said, visitor, opened=True), marks.card(sheet, said, visitor)]
        return f'<div class="feedback">{"".join(parts)}{_again(state, asked, visitor)}</div>'
    match asked.result:
        case Assessment() as assessment:
            parts += [_answers(asked, assessment, visitor), _points(asked, assessment, said, visitor)]
        case Ungraded() as ungraded:
            parts.append(
                f"<p>{escape(visitor.say('feedback', 'ungraded', reason=visitor.say('ungraded', ungraded.reason)))}</p>"
            )
        case None:
            parts.append(f"<p>{escape(visitor.say('feedback', 'nothing'))}</p>")
    parts += [_reference(asked, said, visitor), _again(state, asked, visitor)]
    return f'<div class="feedback">{"".join(parts)}</div>'


def _head(state: InterviewState, asked: AskedQuestion, visitor: Visitor) -> str:
    place = 1 + next(n for n, one in enumerate(state.asked) if one.question.id == asked.question.id)
    result, level = asked.result, ""
    if isinstance(result, Assessment) and result.provenance.thinking == "endpoint":
        grade = grade_of(state.bank, asked, result)
        level = f'<span class="tag accent">{number(grade.score)} · {escape(visitor.say("bands", grade.level))}</span>'
    note = asked.question.note
    drafted = note is not None and note.drafted
    level += f' <span class="tag warn">{escape(visitor.say("feedback", "drafted"))}</span>' if drafted else ""
    return f"<h3>{escape(visitor.say('feedback', 'title', n=place))} {level}</h3>"


def _answers(asked: AskedQuestion, assessment: Assessment, visitor: Visitor) -> str:
    numbers = {point.id: n for n, point in enumerate(asked.question.key_points, 1)}
    found = [(v, numbers[v.key_point_id]) for v in assessment.verdicts if v.span and v.status != "absent"]
    said = "".join(f'<p class="said">{_marked(answer, found)}</p>' for answer in asked.answers)
    title = escape(visitor.say("feedback", "your_words"))
    return f"<details open><summary>{title}</summary>{said}</details>" if said and found else ""


def _marked(answer: Message, found: list[tuple[Verdict, int]]) -> str:
    spans = [(v.span.start, v.span.end, n) for v, n in found if v.span and v.span.turn == answer.turn]
    return html_marks.said(answer.text, spans, _mark)


def _mark(piece: Piece) -> str:
    text = escape(piece.text)
    ends = "".join(f"<sup>{n}</sup>" for n in piece.ends)
    return f"<mark>{text}{ends}</mark>" if piece.marks else text


def _points(asked: AskedQuestion, assessment: Assessment, said: Language, visitor: Visitor) -> str:
    blocks: list[str] = []
    numbers = {point.id: n for n, point in enumerate(asked.question.key_points, 1)}
    for status in ORDER:
        rows = [
            _point(asked, v, numbers[v.key_point_id], said, visitor) for v in assessment.verdicts if v.status == status
        ]
        if rows:
            title = escape(visitor.say("feedback", status))
            blocks.append(
                f'<h4 class="{status}">{ICONS[status]} {title} <small>{len(rows)}</small></h4><ul>{"".join(rows)}</ul>'
            )
    known = {m.id: m for m in asked.question.note.misconceptions} if asked.question.note else {}
    wrong = [known[v.misconception_id] for v in assessment.misconceptions if v.misconception_id in known]
    if wrong:
        items = "".join(f"<li>{escape(one.right.to(said))}</li>" for one in wrong)
        blocks.append(f"<h4>{escape(visitor.say('feedback', 'misconception'))}</h4><ul>{items}</ul>")
    return "".join(blocks)


def _point(asked: AskedQuestion, verdict: Verdict, number: int, said: Language, visitor: Visitor) -> str:
    point = asked.question.key_point(verdict.key_point_id)
    hint = f' <span class="tag">{escape(visitor.say("feedback", "after_hint"))}</span>' if verdict.after_hint and verdict.status != "absent" else ""  # fmt: skip
    level = escape(say(visitor.language, "levels", point.level))
    back = taken_back(verdict, Words(visitor.language))
    more = f'<p class="taken-back">{escape(back)}</p>' if back else ""
    return f'<li><b>{number}</b> {escape(point.text.to(said))} <span class="tag">{level}</span>{hint}{more}</li>'


def _reference(asked: AskedQuestion, said: Language, visitor: Visitor, *, opened: bool = False) -> str:
    note = asked.question.note
    if note is None:
        return ""
    reference = f'<div class="prose-note">{prose(note.reference.to(said))}</div>' if note.reference else ""
    sources = "".join(f"<li>{linked(source)}</li>" for source in note.sources)
    listed = f"<h4>{escape(visitor.say('feedback', 'sources'))}</h4><ul>{sources}</ul>" if sources else ""
    title = escape(visitor.say("feedback", "reference"))
    return (
        f"<details{' open' if opened else ''}><summary>{title}</summary>{reference}{listed}</details>"
        if reference or listed
        else ""
    )


def _again(state: InterviewState, asked: AskedQuestion, visitor: Visitor) -> str:
    link = visitor.link("/again", session=state.session.id, question=asked.question.id)
    return f'<p class="again"><a href="{link}">{escape(visitor.say("feedback", "again"))}</a></p>'
