"""What a reviewer can do with one question, as forms, and what was done before. A form sends itself as one event."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from interviewer.models import Remark, Review
from interviewer.report.model import PointRow
from interviewer.report.wording import Words, number
from interviewer.review.dossier import QuestionFile
from ui.web.frame import Visitor
from ui.web.review.view import local

STATUSES = ("covered", "partial", "contradicted", "absent")


def folded(key: str, file: QuestionFile, title: str, body: str, opened: Collection[str], *, tag: str = "") -> str:
    """A `<details>` that stays as the reviewer left it."""
    name = f"{key}-{file.row.number}"
    shown = " open" if name in opened else ""
    return f'<details id="{name}"{shown}><summary>{title}{tag}</summary><div class="inside">{body}</div></details>'


def _form(act: str, file: QuestionFile, visitor: Visitor, fields: str, button: str, *, reason: bool = True) -> str:
    why = ""
    if reason:
        why = (
            f'<label><span>{_say(visitor, "reason")}</span><textarea name="reason" rows="2" maxlength="2000" required '
            f'placeholder="{_say(visitor, "reason_hint")}"></textarea></label>'
        )
    return (
        f'<form class="act" data-act="{act}" data-question="{escape(file.row.id)}">{fields}{why}'
        f'<button type="submit" class="button">{_say(visitor, button)}</button></form>'
    )


def verdicts_form(file: QuestionFile, words: Words, visitor: Visitor) -> str:
    """One choice per key point; nothing chosen where nobody has judged."""
    now = file.statuses
    rows: list[str] = []
    for n, point in enumerate(file.points, 1):
        chosen = now.get(point.id)
        none = "" if chosen else f'<option value="" selected disabled>{_say(visitor, "choose")}</option>'
        options = none + "".join(
            f'<option value="{one}"{" selected" if one == chosen else ""}>{words.say("status", one)}</option>'
            for one in STATUSES
        )
        text = escape(point.text.to(visitor.language))
        rows.append(
            f'<label class="verdict"><span><b>{n}</b> <span class="tag">{words.say("level", point.level)}</span> {text}</span>'
            f'<select name="verdict:{escape(point.id)}" required>{options}</select></label>'
        )
    return _form("verdicts", file, visitor, "".join(rows), "save_verdicts") if rows else ""


def score_form(file: QuestionFile, visitor: Visitor) -> str:
    value = number(file.row.score) if file.row.score is not None else ""
    field = (
        f'<label class="score"><span>{_say(visitor, "score")}</span>'
        f'<input type="number" name="score" min="0" max="100" step="0.1" inputmode="decimal" required value="{value}"></label>'
    )
    return _form("score", file, visitor, field, "save_score")


def withdraw_form(file: QuestionFile, visitor: Visitor) -> str:
    return _form("withdraw", file, visitor, "", "withdraw") if file.override else ""


def reply_form(file: QuestionFile, visitor: Visitor) -> str:
    field = (
        f'<label><span>{_say(visitor, "reply")}</span><textarea name="text" rows="3" maxlength="4000" required '
        f'placeholder="{_say(visitor, "reply_hint")}"></textarea></label>'
    )
    return _form("reply", file, visitor, field, "send_reply", reason=False)


def again_form(question_id: str, judges: Collection[str], visitor: Visitor) -> str:
    """Grade again by the model, where there is one. An empty id means the whole session."""
    if not judges:
        return ""
    key = "again_one" if question_id else "again_all"
    return (
        f'<form class="act again" data-act="again" data-question="{escape(question_id)}">'
        f'<button type="submit" class="button plain">{_say(visitor, key)}</button></form>'
    )


def explain_form(file: QuestionFile, point: PointRow, visitor: Visitor) -> str:
    """Ask the model why it gave this verdict."""
    label = escape(visitor.say("inspect", "why_of", n=point.number))
    return (
        f'<form class="act why" data-act="explain" data-question="{escape(file.row.id)}">'
        f'<input type="hidden" name="point" value="{escape(point.id)}">'
        f'<button type="submit" class="button plain" aria-label="{label}">{_say(visitor, "why")}</button></form>'
    )


def changed(file: QuestionFile, words: Words, visitor: Visitor) -> str:
    """What people have changed, oldest first; the one that counts is marked."""
    items = "".join(_review(one, one is file.override, file, words, visitor) for one in file.reviews)
    return f'<ol class="rows">{items}</ol>' if items else ""


def _review(one: Review, counts: bool, file: QuestionFile, words: Words, visitor: Visitor) -> str:
    match one.kind:
        case "score":
            what = visitor.say("inspect", "did_score", score=number(one.score or 0.0))
        case "verdicts":
            numbers = {point.id: n for n, point in enumerate(file.points, 1)}
            said = [
                f"{numbers.get(point, '?')} {words.say('status', status)}" for point, status in one.statuses.items()
            ]
            what = visitor.say("inspect", "did_verdicts", what=words.say("chapters", "joiner").join(said))
        case "withdrawn":
            what = visitor.say("inspect", "did_withdraw")
    tag = f' <span class="tag accent">{_say(visitor, "counts")}</span>' if counts else ""
    return (
        f'<li><strong>{escape(one.reviewer)}</strong> <span class="muted">{local(one.at)}</span>{tag}<br>{escape(what)}'
        f'<p class="reason">{escape(words.say("question", "reason"))}{escape(one.reason)}</p></li>'
    )


def thread(remarks: tuple[Remark, ...], visitor: Visitor) -> str:
    """The talk about an objection."""
    items = "".join(
        f'<li class="{one.author}"><strong>{escape(one.name) or _say(visitor, one.author)}</strong> '
        f'<span class="muted">{local(one.at)}</span><div class="words">{escape(one.text)}</div></li>'
        for one in remarks
    )
    return f'<ol class="thread">{items}</ol>' if items else ""


def _say(visitor: Visitor, key: str) -> str:
    return escape(visitor.say("inspect", key))
