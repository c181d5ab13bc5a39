"""What a bank holds, in numbers and drawings: chapters, how complete it is, dimensions, levels."""

from __future__ import annotations

from html import escape

from knowledge.models import DIMENSIONS, LEVELS, Bank
from ui.web.frame import Visitor
from ui.web.knowledge.markup import bar, ring, said


def counts(bank: Bank, visitor: Visitor) -> str:
    """HTML of the page's head: the bank's name and how much is in it."""
    sections = sum(len(chapter.sections) for chapter in bank.outline.chapters)
    points = sum(len(note.key_points) for note in bank.notes)
    languages = "、" if visitor.language == "zh" else ", "
    written = [said(visitor, one) for one in ("zh", "en") if any(getattr(q.text, one) for q in bank.questions)]
    numbers = (("chapters", len(bank.outline.chapters)), ("sections", sections), ("questions", len(bank.questions)), ("notes", len(bank.notes)), ("key_points", points))  # fmt: skip
    cells = "".join(f"<div><dt>{said(visitor, key)}</dt><dd>{number}</dd></div>" for key, number in numbers)
    return (
        f'<div class="lead kn-lead"><h1>{said(visitor, "heading")} · {escape(bank.name.to(visitor.language))}</h1>'
        f"<p>{said(visitor, 'lead')}</p></div>"
        f'<dl class="kn-counts" aria-label="{said(visitor, "counts")}">{cells}'
        f"<div><dt>{said(visitor, 'languages')}</dt><dd>{languages.join(written)}</dd></div></dl>"
    )


def overview(bank: Bank, visitor: Visitor) -> str:
    """HTML of the drawings."""
    return (
        f'<article class="kn-note kn-drawn card"><h2 id="kn-question" tabindex="-1">{said(visitor, "overview")}</h2>'
        f"{_chapters(bank, visitor)}{_rings(bank, visitor)}"
        f"{_dimensions(bank, visitor)}{_levels(bank, visitor)}</article>"
    )


def _chapters(bank: Bank, visitor: Visitor) -> str:
    count = {c.id: sum(q.chapter_id == c.id for q in bank.questions) for c in bank.outline.chapters}
    most = max(count.values(), default=1) or 1
    highest = max((chapter.points for chapter in bank.outline.chapters), default=1) or 1
    rows = ""
    for chapter in bank.outline.chapters:
        title, points = bank.title(chapter.id, visitor.language), chapter.points
        mark = f" · {said(visitor, 'bonus')}" if chapter.bonus else ""
        asked = visitor.say("knowledge", "by_chapter_label", title=title, questions=count[chapter.id], points=points)
        rows += (
            f'<tr><th scope="row">{escape(title)}<span class="muted small">{mark}</span></th>'
            f'<td data-label="{said(visitor, "questions")}"><div class="kn-value">{bar(count[chapter.id] / most, asked)}<span>{count[chapter.id]}</span></div></td>'
            f'<td data-label="{said(visitor, "points")}"><div class="kn-value">{bar(points / highest, asked, kind="second")}<span>{points:g}</span></div></td></tr>'
        )
    return _table(visitor, "by_chapter", ("chapter", "questions", "points"), rows)


def _rings(bank: Bank, visitor: Visitor) -> str:
    total = len(bank.questions)
    have = {
        "with_note": sum(q.note is not None for q in bank.questions),
        "with_points": sum(bool(q.key_points) for q in bank.questions),
        "bilingual": sum(bool(q.text.zh and q.text.en) for q in bank.questions),
    }
    drawn = ""
    for key, n in have.items():
        share = n / total if total else 0.0
        label = visitor.say(
            "knowledge", "ring_label", what=visitor.say("knowledge", key), share=share, n=n, total=total
        )
        drawn += f"<figure>{ring(share, label)}<figcaption>{said(visitor, key)} <span>{n} / {total}</span></figcaption></figure>"
    return f'<section class="kn-part"><h3>{said(visitor, "covered")}</h3><div class="kn-rings">{drawn}</div></section>'


def _dimensions(bank: Bank, visitor: Visitor) -> str:
    total = len(bank.questions) or 1
    weights = {dimension.id: dimension.weight for dimension in bank.outline.dimensions}
    titles = {dimension.id: dimension.title for dimension in bank.outline.dimensions}
    rows = ""
    for one in DIMENSIONS:
        share = sum(q.dimension == one for q in bank.questions) / total
        weight = weights.get(one, 0.0)
        own = titles.get(one) if visitor.language == bank.outline.language else None
        title = own or visitor.say("knowledge_dimensions", one)
        label = visitor.say("knowledge", "dimension_label", title=title, share=share, weight=weight)
        rows += (
            f'<tr><th scope="row">{escape(title)}</th>'
            f'<td data-label="{said(visitor, "share")}"><div class="kn-value">{bar(share, label, line=weight)}<span>{share:.0%}</span></div></td>'
            f'<td class="num" data-label="{said(visitor, "weight")}">{weight:.0%}</td></tr>'
        )
    hint = f'<p class="muted small">{said(visitor, "dimensions_hint")}</p>'
    return _table(visitor, "dimensions", ("dimension", "share", "weight"), rows, hint)


def _levels(bank: Bank, visitor: Visitor) -> str:
    points = [point.level for note in bank.notes for point in note.key_points]
    rows = ""
    for level in LEVELS:
        n = points.count(level)
        share = n / len(points) if points else 0.0
        title = visitor.say("levels", level)
        label = visitor.say("knowledge", "level_label", title=title, n=n, share=share)
        rows += (
            f'<tr><th scope="row">{escape(title)}</th><td data-label="{said(visitor, "key_points_heading")}">'
            f'<div class="kn-value">{bar(share, label, kind=f"level-{level}")}<span>{n}</span></div></td></tr>'
        )
    return _table(visitor, "levels", ("level", "key_points_heading"), rows)


def _table(visitor: Visitor, heading: str, columns: tuple[str, ...], rows: str, hint: str = "") -> str:
    right = {"weight": ' class="num"'}
    heads = "".join(f'<th scope="col"{right.get(key, "")}>{said(visitor, key)}</th>' for key in columns)
    return (
        f'<section class="kn-part"><h3>{said(visitor, heading)}</h3>{hint}'
        f'<table class="table kn-chart"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></section>'
    )
