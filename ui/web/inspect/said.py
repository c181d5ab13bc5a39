"""What was said on one question as HTML: quotes marked where they stand, flags and faults at the turn they happened."""

from __future__ import annotations

from functools import partial
from html import escape

from interviewer.models import Event
from interviewer.report.model import Line, QuestionRow
from interviewer.report.render import html_marks
from interviewer.report.render.marks import Piece, spans_of
from interviewer.report.wording import Words
from interviewer.review.dossier import QuestionFile
from ui.web.frame import Visitor


def said(file: QuestionFile, words: Words, visitor: Visitor) -> str:
    """The exchange as a list of turns."""
    last = file.row.lines[-1].turn if file.row.lines else 0
    items: list[str] = []
    for line in file.row.lines:
        items.append(_line(line, file.row, words, visitor))
        here = [one for one in file.happened if one.turn == line.turn or (line.turn == last and (one.turn or 0) > last)]
        items += [_event(one, words, visitor) for one in here]
    return f'<ol class="said">{"".join(items)}</ol>'


def _line(line: Line, row: QuestionRow, words: Words, visitor: Visitor) -> str:
    who = words.say("question", line.role)
    if line.kind not in ("question", "answer"):
        who = f"{who} · {words.say('kind', line.kind)}"
    status = {point.number: point.status for point in row.points}
    text = html_marks.said(line.text, spans_of(row, line.turn), partial(_marked, status, words))
    mine = "me" if line.role == "candidate" else "them"
    turn = escape(visitor.say("inspect", "turn", n=line.turn))
    return f'<li class="{mine}"><span class="who">{escape(who)} <small>{turn}</small></span><div class="words">{text}</div></li>'


def _marked(status: dict[int, str], words: Words, piece: Piece) -> str:
    """A quoted stretch in the colour of the worst verdict that quotes it, with the numbers of the points that end here."""
    if not piece.marks:
        return escape(piece.text)
    worst = next(
        (s for s in ("contradicted", "partial", "covered") if s in {status[n] for n in piece.marks}), "covered"
    )
    title = words.say("chapters", "joiner").join(words.say("question", "mark", n=n) for n in piece.marks)
    numbers = f"<sup>{' '.join(map(str, piece.ends))}</sup>" if piece.ends else ""
    return f'<mark class="{worst}" title="{escape(title)}">{escape(piece.text)}{numbers}</mark>'


def _event(event: Event, words: Words, visitor: Visitor) -> str:
    """A flag in the site's words, a fault with its detail; a flag from elsewhere as it was written."""
    detail, more = event.detail, ""
    if event.kind == "fault":
        reason, _, more = event.detail.partition(": ")
        detail = words.say("ungraded", reason) if words.has("ungraded", reason) else reason
    elif event.detail in ("orders", "off_topic"):
        detail = visitor.say("inspect", f"flag_{event.detail}")
    kind = "bad" if event.kind == "flag" else "warn"
    title = escape(visitor.say("inspect", event.kind))
    rest = f"<br><small>{escape(more)}</small>" if more else ""
    return f'<li class="event {kind}"><strong>{title}</strong> {escape(detail)}{rest}</li>'
