"""How one question was judged, as HTML: verdicts with reasons, the score, where it came from, every row there ever was."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from interviewer.models import Assessment, Provenance, Ungraded, VerdictStatus
from interviewer.report.model import PointRow
from interviewer.report.render.html_text import linked, prose
from interviewer.report.render.judges import not_graded
from interviewer.report.wording import Words, because, number, taken_back
from interviewer.review.dossier import Change, Judgement, QuestionFile
from knowledge.models import KeyPoint
from ui.web.frame import Visitor
from ui.web.inspect.acts import explain_form
from ui.web.review.view import local

ICONS: dict[VerdictStatus, str] = {"covered": "✓", "partial": "◐", "contradicted": "✗", "absent": "○"}


def grades(file: QuestionFile, words: Words, visitor: Visitor, *, explains: bool = False) -> str:
    """What counts now; `explains`: partial and contradicted verdicts have a button by which they are explained."""
    parts = [_score(file, words, visitor)]
    if file.row.points:
        asks = {
            point.id: explain_form(file, point, visitor) for point in file.row.points if explains and point.explainable
        }
        items = "".join(_point(point, words, visitor, asks.get(point.id, "")) for point in file.row.points)
        parts.append(f'<ul class="verdicts">{items}</ul>')
    for one in file.row.misconceptions:
        parts.append(
            f'<p class="wrong"><strong>{escape(words.say("question", "wrong"))}</strong><q>{escape(one.quote)}</q><br>'
            f"<strong>{escape(words.say('question', 'right'))}</strong>{escape(one.right.to(visitor.language))}</p>"
        )
    return "".join(parts)


def _score(file: QuestionFile, words: Words, visitor: Visitor) -> str:
    row = file.row
    if row.score is None or row.level is None:
        failure = row.ungraded
        reason = words.say("ungraded", failure.reason) if failure else ""
        detail = f"<br><small>{escape(failure.detail)}</small>" if failure and failure.detail else ""
        waits = f"<br>{_say(visitor, 'mark_instead')}" if row.to_mark else ""
        return f'<p class="figure none"><strong>{escape(not_graded(row, words))}</strong> {escape(reason)}{detail}{waits}</p>'
    depth = words.say("question", "depth", depth=words.say("level", row.depth or "none"))
    own = f'<span class="tag warn">{escape(words.say("judge", "own"))}</span>' if row.judged_by == "self" else ""
    own += f'<span class="tag warn">{escape(words.say("judge", "drafted"))}</span>' if row.drafted else ""
    if file.override:
        judge = number(file.own.score) if file.own else visitor.say("inspect", "ungraded")
        who = visitor.say("inspect", "changed_by", name=file.override.reviewer, judge=judge)
        own = f'<span class="tag good">{escape(who)}</span>'
    return (
        f'<p class="figure"><strong>{number(row.score)}</strong> <span class="tag {row.level}">{words.say("band", row.level)}</span> '
        f'<span class="muted">{escape(depth)}</span> {own}</p>'
    )


def _point(point: PointRow, words: Words, visitor: Visitor, ask: str) -> str:
    tags = [f'<span class="tag">{words.say("level", point.level)}</span>']
    for shown, key in ((point.after_hint and not point.note, "after_hint"), (point.reviewed, "reviewed")):
        if shown:
            kind = " good" if key == "reviewed" else ""
            tags.append(f'<span class="tag{kind}">{escape(words.say("question", key))}</span>')
    if point.sure is not None:
        label = escape(visitor.say("inspect", "sure_label"))
        said = escape(visitor.say("inspect", "sure", percent=f"{100 * point.sure:.0f}"))
        tags.append(f'<span class="tag sure" title="{label}">{said}</span>')
    more = ""
    if point.quote and point.status != "absent":
        more += f'<p class="quote"><q>{escape(point.quote)}</q></p>'
    if back := taken_back(point, words):
        more += f'<p class="taken-back">{escape(back)}{_claimed(point, words, visitor)}</p>'
    if point.reason:
        more += f'<p class="reason">{escape(words.say("question", "reason"))}{escape(because(point.reason, words))}</p>'
    if point.explained:
        more += f'<p class="reason">{escape(words.say("question", "explained"))}{escape(point.explained)}</p>'
    more += ask
    return (
        f'<li class="{point.status}"><span class="no">{point.number}</span><div>{status(point.status, words)} {" ".join(tags)}'
        f'<p class="point">{escape(point.text.to(visitor.language))}</p>{more}</div></li>'
    )


def _claimed(point: PointRow, words: Words, visitor: Visitor) -> str:
    """What the judge had said of words that code took back: for reviewers, who may see it otherwise."""
    if point.claimed is None:
        return ""
    return escape(" " + visitor.say("inspect", "claimed", status=words.say("status", point.claimed)))


def status(one: VerdictStatus, words: Words) -> str:
    return f'<span class="status {one}"><span aria-hidden="true">{ICONS[one]}</span> {words.say("status", one)}</span>'


def reference(file: QuestionFile, words: Words, visitor: Visitor) -> str:
    """The reference answer and its sources, closed at first."""
    text = file.row.reference.to(visitor.language)
    if not text:
        return ""
    sources = "".join(f"<li>{linked(one)}</li>" for one in file.row.sources)
    listed = f"<h4>{escape(words.say('question', 'sources'))}</h4><ul>{sources}</ul>" if sources else ""
    return f'<div class="prose reference">{prose(text)}{listed}</div>'


def provenance(by: Provenance, visitor: Visitor) -> str:
    """Everything needed to tell how an assessment came about."""
    model = _judge(by, visitor)
    facts: list[tuple[str, str]] = [("judge", model), ("grader", by.grader_version), ("judged_at", "")]
    if by.prompt_id:
        facts.append(("prompt", f"{by.prompt_id} · {by.prompt_version}"))
        facts.append(("prompt_sha256", by.prompt_sha256))
    sampling = [(name, getattr(by, name)) for name in ("temperature", "seed", "max_tokens")]
    if said := " · ".join(f"{name} {value}" for name, value in sampling if value is not None):
        facts.append(("sampling", said))
    if by.prompt_tokens or by.completion_tokens:
        tokens = visitor.say("inspect", "tokens_said", prompt=by.prompt_tokens, completion=by.completion_tokens)
        facts.append(("tokens", tokens))
    facts.append(("latency", visitor.say("inspect", "seconds", s=f"{by.latency_s:.2f}")))
    if by.repairs:
        facts.append(("repairs", str(by.repairs)))
    facts += [("bank_hash", by.bank_hash), ("points_hash", by.key_points_hash)]
    rows = "".join(
        f"<div><dt>{_say(visitor, key)}</dt><dd>{local(by.at) if key == 'judged_at' else escape(value)}</dd></div>"
        for key, value in facts
    )
    return f'<dl class="provenance">{rows}</dl>'


def _judge(by: Provenance, visitor: Visitor) -> str:
    if by.model:
        return by.model
    if not by.read:
        return visitor.say("inspect", "no_one")
    return visitor.say("inspect", "no_name")


def history(file: QuestionFile, words: Words, visitor: Visitor) -> str:
    """Every stored judgement of the question, oldest first, each with what it changed."""
    items = "".join(_judgement(n, one, file.points, words, visitor) for n, one in enumerate(file.history, 1))
    return f'<ol class="rows">{items}</ol>' if items else f'<p class="muted">{_say(visitor, "no_rows")}</p>'


def _judgement(n: int, one: Judgement, points: Sequence[KeyPoint], words: Words, visitor: Visitor) -> str:
    result = one.result
    counts = f' <span class="tag accent">{_say(visitor, "counts")}</span>' if one.counts else ""
    turn = escape(visitor.say("inspect", "up_to_turn", n=result.turn))
    if isinstance(result, Ungraded):
        reason = words.say("ungraded", result.reason)
        body = f'<span class="muted">{local(result.at)} · {turn}</span><br>{escape(reason)} <small>{escape(result.detail)}</small>'
        return f"<li><strong>{_say(visitor, 'ungraded')}</strong>{counts} {body}</li>"
    by = result.provenance
    if result.withdrawn:
        return f'<li><strong>{escape(words.say("question", "withdrawn"))}</strong> <span class="muted">{local(by.at)} · {turn}</span></li>'
    score = f"{number(one.grade.score)} · {words.say('band', one.grade.level)}" if one.grade else "–"
    judge = _judge(by, visitor)
    changes = change_list(one.changes, points, words, visitor)
    same = f'<p class="muted">{_say(visitor, "same")}</p>' if n > 1 and not one.changes else ""
    more = f"<details><summary>{_say(visitor, 'how')}</summary>{provenance(by, visitor)}{_verdicts(result, points, words)}</details>"
    return (
        f'<li><strong>{escape(score)}</strong>{counts} <span class="muted">{local(by.at)} · {turn} · {escape(judge)}</span>'
        f"{changes}{same}{more}</li>"
    )


def _verdicts(result: Assessment, points: Sequence[KeyPoint], words: Words) -> str:
    numbers = {point.id: n for n, point in enumerate(points, 1)}
    items = "".join(
        f"<li>{numbers.get(v.key_point_id, '?')}. {status(v.status, words)} {escape(because(v.reason, words))}</li>"
        for v in result.verdicts
    )
    return f'<ul class="old">{items}</ul>'


def change_list(changes: Sequence[Change], points: Sequence[KeyPoint], words: Words, visitor: Visitor) -> str:
    """Before and after of each verdict that differs."""
    known = {point.id: (n, point.text.to(visitor.language)) for n, point in enumerate(points, 1)}
    items: list[str] = []
    for one in changes:
        n, text = known.get(one.key_point_id, ("?", one.key_point_id))
        was = status(one.before, words) if one.before else "–"
        now = status(one.after, words) if one.after else "–"
        items.append(f'<li><b>{n}</b> {was} <span aria-hidden="true">→</span> {now} <small>{escape(text)}</small></li>')
    return f'<ul class="changes">{"".join(items)}</ul>' if items else ""


def _say(visitor: Visitor, key: str) -> str:
    return escape(visitor.say("inspect", key))
