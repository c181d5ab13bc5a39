"""A sheet to mark and the agreement so far, as HTML. The sheet shows no verdict, no grade and no name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape

from interviewer.qualify.draw import scatter
from interviewer.report.render.html_text import linked, prose
from interviewer.report.wording import Words
from interviewer.review.agreement import ENOUGH, SELF, Agreement, Figures, Row
from interviewer.review.marking import Sheet
from knowledge.models import Band, Bank
from ui.web.frame import STAFF, Visitor

COLUMNS = ("n", "exact", "qwk", "pearson", "mean_difference", "bias")
NAMED = 10
"""Interviews that cannot be read which are named; more of them fill the page."""


def lead(visitor: Visitor) -> str:
    return f'<div class="lead"><h1>{_say(visitor, "heading")}</h1><p>{_say(visitor, "lead")}</p></div>'


def sheet(one: Sheet | None, banks: Mapping[str, Bank], visitor: Visitor) -> str:
    """The answer to mark, beside what it is marked by."""
    if one is None:
        return f'<div class="empty" tabindex="-1">{_say(visitor, "none_left")}</div>'
    words, language = Words(visitor.language), visitor.language
    titles = next((bank.titles for bank in banks.values() if one.question.chapter_id in bank.titles), {})
    where = [titles[part].to(language) for part in (one.question.chapter_id, one.question.section_id) if part in titles]
    said = "".join(_turn(m.role, m.kind, m.text, words) for m in one.messages if m.text)
    left = escape(visitor.say("marking", "left", n=one.left))
    return f"""<section class="card marksheet"><p class="muted where">{escape(" · ".join(where))} <span class="tag">{left}</span></p>
<h2 tabindex="-1">{escape(one.question.text.to(language))}</h2><div class="beside"><div class="left"><h3>{_say(visitor, "said")}</h3><ol class="said">{said}</ol></div>
<div class="right"><h3>{_say(visitor, "points")}</h3>{_points(one, words, visitor)}{_reference(one, visitor)}</div></div></section>"""


def _turn(role: str, kind: str, text: str, words: Words) -> str:
    who = words.say("question", role)
    if kind not in ("question", "answer"):
        who = f"{who} · {words.say('kind', kind)}"
    mine = "me" if role == "candidate" else "them"
    return f'<li class="{mine}"><span class="who">{escape(who)}</span><div class="words">{escape(text)}</div></li>'


def _points(one: Sheet, words: Words, visitor: Visitor) -> str:
    if not one.question.key_points:
        return f'<p class="muted">{_say(visitor, "no_points")}</p>'
    items = "".join(
        f'<li><span class="tag">{words.say("level", point.level)}</span> {escape(point.text.to(visitor.language))}</li>'
        for point in one.question.key_points
    )
    return f'<ul class="markpoints">{items}</ul>'


def _reference(one: Sheet, visitor: Visitor) -> str:
    note = one.question.note
    if note is None or not note.reference:
        return ""
    sources = "".join(f"<li>{linked(source)}</li>" for source in note.sources)
    listed = f"<ul>{sources}</ul>" if sources else ""
    return f'<details><summary>{_say(visitor, "reference")}</summary><div class="prose">{prose(note.reference.to(visitor.language))}{listed}</div></details>'


def keys(visitor: Visitor) -> str:
    """HTML of what can be done by key."""
    pairs = (("1–4", "key_level"), ("S", "save_mark"), ("N", "later"))
    shown = " · ".join(f"<kbd>{key}</kbd> {_say(visitor, words)}" for key, words in pairs)
    return f'<p class="keys">{shown}</p>'


def levels(bands: Sequence[Band], visitor: Visitor) -> list[tuple[str, str]]:
    """The levels to choose from, lowest first, each with its range."""
    ordered = sorted(bands, key=lambda band: band.lower)
    uppers = [f"{band.lower - 1:g}" for band in ordered[1:]] + ["100"]
    return [
        (
            visitor.say("marking", "level", level=visitor.say("bands", band.id), low=f"{band.lower:g}", high=upper),
            band.id,
        )
        for band, upper in zip(ordered, uppers, strict=True)
    ]


def agreement(found: Agreement, banks: Mapping[str, Bank], visitor: Visitor) -> str:
    """Figures and drawing of how people's marks agree with the judge, and with each other."""
    lost = passed_over(found.unread, visitor)
    lost = f'<p class="muted">{escape(lost)}</p>' if lost else ""
    if not found.marked:
        return f'<section class="card"><h2>{_say(visitor, "agreement")}</h2><p class="muted">{_say(visitor, "no_marks")}</p>{lost}</section>'
    titles = {key: title.to(visitor.language) for bank in banks.values() for key, title in bank.titles.items()}
    rows = [_row(visitor.say("marking", "whole"), found.whole, visitor, strong=True)]
    if len(found.judges) > 1 or any(row.name == SELF for row in found.judges):
        rows += _group("by_judge", found.judges, {SELF: visitor.say("marking", "self")}, visitor)
    rows += _group("by_chapter", found.chapters, titles, visitor)
    if found.people:
        rows += _group("by_people", found.people, {}, visitor)
    heads = "".join(f'<th scope="col" class="num">{_say(visitor, f"col_{key}")}</th>' for key in COLUMNS)
    table = f'<table class="table agree"><thead><tr><th scope="col">{_say(visitor, "col_what")}</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    files = f'<a href="{STAFF}/export/marks.csv" download>{_say(visitor, "save")}</a>'
    return (
        f'<section class="card agreement"><h2>{_say(visitor, "agreement")}</h2><p class="muted">{_say(visitor, "explained")}</p>{lost}'
        f'<div class="drawn">{_drawing(found, visitor)}<div>{table}<p class="files">{files}</p></div></div></section>'
    )


def passed_over(unread: Collection[str], visitor: Visitor) -> str:
    """Which interviews could not be read and are left out; empty where there are none."""
    return visitor.say("marking", "unread", n=len(unread), ids=", ".join([*unread][:NAMED])) if unread else ""


def _drawing(found: Agreement, visitor: Visitor) -> str:
    dots = [
        (one.mark.score, one.judge_score) for one in found.marked if one.judge_score is not None and one.judge != SELF
    ]
    if not dots:
        return ""
    label = visitor.say("marking", "drawing", n=len(dots))
    return f'<figure class="plot">{scatter(dots, (visitor.say("marking", "axis_people"), visitor.say("marking", "axis_judge")), label)}</figure>'


def _group(title: str, rows: Sequence[Row], names: Mapping[str, str], visitor: Visitor) -> list[str]:
    head = f'<tr class="group"><th colspan="{len(COLUMNS) + 1}" scope="rowgroup">{_say(visitor, title)}</th></tr>'
    return [head, *(_row(names.get(one.name, one.name), one.figures, visitor) for one in rows)]


def _row(name: str, one: Figures, visitor: Visitor, *, strong: bool = False) -> str:
    shown = f"<strong>{escape(name)}</strong>" if strong else escape(name)
    first = f'<th scope="row">{shown}</th><td class="num" data-label="{_say(visitor, "col_n")}">{one.n}</td>'
    if one.n < ENOUGH:
        few = escape(visitor.say("marking", "too_few", n=ENOUGH))
        return f'<tr>{first}<td class="few muted" colspan="{len(COLUMNS) - 1}">{few}</td></tr>'
    values = (
        _number(one.exact, "{:.0%}"), _number(one.qwk, "{:.2f}"), _number(one.pearson, "{:.2f}"),
        _number(one.mean_difference, "{:.1f}"), _number(one.bias, "{:+.1f}"),
    )  # fmt: skip
    cells = "".join(
        f'<td class="num" data-label="{_say(visitor, f"col_{key}")}">{value}</td>'
        for key, value in zip(COLUMNS[1:], values, strict=True)
    )
    return f"<tr>{first}{cells}</tr>"


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


def _say(visitor: Visitor, key: str) -> str:
    return escape(visitor.say("marking", key))
