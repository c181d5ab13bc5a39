"""One question with everything its note says, and what the check found about it. Shown to reviewers only."""

from __future__ import annotations

from html import escape

from interviewer.report.render.html_text import linked, prose
from knowledge.models import LEVELS, Bank, Bilingual, Finding, KeyPoint, Misconception, Note, Question
from knowledge.notes import phrasings
from ui.web.frame import Visitor
from ui.web.knowledge.findings import rows
from ui.web.knowledge.markup import TAGS, in_language, other_language, question_link, said, tag
from ui.web.knowledge.tree import about


def note_page(bank: Bank, question: Question, findings: tuple[Finding, ...], visitor: Visitor) -> str:
    """HTML of one question: where it stands, both languages, its note, its findings."""
    note = question.note
    parts = [_head(bank, question, visitor)]
    if note is None:
        parts.append(f'<p class="kn-gap">{said(visitor, "note_missing")}</p>')
    else:
        parts += _note(note, visitor)
    if findings:
        heading = f"<h3>{said(visitor, 'about_question')}</h3>"
        parts.insert(1, f'<section class="kn-part">{heading}{rows(bank, findings, visitor)}</section>')
    parts.append(f'<div class="kn-part">{about(bank.section(question.section_id), visitor)}</div>')
    return f'<article class="kn-note card" aria-labelledby="kn-question">{"".join(parts)}</article>'


def unknown(question_id: str, visitor: Visitor) -> str:
    """HTML for an address that names a question the bank does not have."""
    return f'<p class="empty" id="kn-question" tabindex="-1">{said(visitor, "unknown_question", id=question_id)}</p>'


def _head(bank: Bank, question: Question, visitor: Visitor) -> str:
    where = [bank.title(question.chapter_id, visitor.language), bank.title(question.section_id, visitor.language)]
    topic = bank.titles.get(question.topic)
    where += [topic.to(visitor.language) if topic else question.topic] if question.topic else []
    path = "".join(f"<li>{escape(title)}</li>" for title in where)
    other = other_language(question.text, visitor)
    dimension = visitor.say("knowledge_dimensions", question.dimension)
    marks = tag(said(visitor, "dimension_is", title=dimension))
    marks += tag(said(visitor, "headline"), "accent") if question.headline else ""
    marks += tag(said(visitor, "bonus"), "accent") if question.bonus else ""
    file = (
        f"<div><dt>{said(visitor, 'file')}</dt><dd><code>{escape('#'.join(filter(None, (question.note.file, question.note.anchor))))}</code></dd></div>"
        if question.note
        else ""
    )
    return f"""<header>{_neighbours(bank, question, visitor)}<ol class="kn-path muted small" aria-label="{said(visitor, "where")}">{path}</ol>
<h2 id="kn-question" tabindex="-1">{in_language(question.text, visitor)}</h2>{f"<p>{other}</p>" if other else ""}
<p class="kn-marks">{marks}</p><dl class="kn-facts small"><div><dt>{said(visitor, "id")}</dt><dd><code>{escape(question.id)}</code></dd></div>{file}</dl></header>"""


def _neighbours(bank: Bank, question: Question, visitor: Visitor) -> str:
    at = bank.questions.index(question)
    links = [
        question_link(bank, bank.questions[n], visitor, said(visitor, key), f' rel="{rel}"')
        for n, key, rel in ((at - 1, "previous", "prev"), (at + 1, "next", "next"))
        if 0 <= n < len(bank.questions)
    ]
    return f'<p class="kn-neighbours">{"".join(links)}</p>'


def _note(note: Note, visitor: Visitor) -> list[str]:
    parts = [_reference(note, visitor)]
    if note.key_points:
        levels = "".join(_level(level, note, visitor) for level in LEVELS)
        parts.append(_part(visitor, "key_points_heading", levels))
    else:
        parts.append(f'<p class="kn-gap">{said(visitor, "points_missing")}</p>')
    if note.misconceptions:
        items = "".join(_misconception(one, visitor) for one in note.misconceptions)
        parts.append(_part(visitor, "misconceptions", f'<ul class="kn-wrong">{items}</ul>'))
    for key, texts in (("sources", note.sources), ("phrasings", phrasings(note))):
        if texts:
            parts.append(_part(visitor, key, f"<ul>{''.join(f'<li>{linked(text)}</li>' for text in texts)}</ul>"))
    return parts


def _part(visitor: Visitor, key: str, inside: str) -> str:
    return f'<section class="kn-part"><h3>{said(visitor, key)}</h3>{inside}</section>'


def _reference(note: Note, visitor: Visitor) -> str:
    if not note.reference:
        return _part(visitor, "whole_note", f'<div class="kn-prose">{prose(note.body)}</div>') if note.body else ""
    wanted, other = ("zh", "en") if visitor.language == "zh" else ("en", "zh")
    shown = wanted if getattr(note.reference, wanted) else other
    text = f'<div class="kn-prose" lang="{TAGS[shown]}">{prose(getattr(note.reference, shown))}</div>'
    if shown == wanted and getattr(note.reference, other):
        inside = f'<div class="kn-prose" lang="{TAGS[other]}">{prose(getattr(note.reference, other))}</div>'
        text += f"<details><summary>{said(visitor, 'reference_other')}</summary>{inside}</details>"
    return _part(visitor, "reference", text)


def _level(level: str, note: Note, visitor: Visitor) -> str:
    points = [point for point in note.key_points if point.level == level]
    if not points:
        return ""
    heading = f"<h4>{tag(escape(visitor.say('levels', level)), f'level-{level}')}</h4>"
    return f'{heading}<ul class="kn-points">{"".join(_point(point, visitor) for point in points)}</ul>'


def _point(point: KeyPoint, visitor: Visitor) -> str:
    probe = ""
    if point.probe:
        asked = _both(point.probe, visitor)
        probe = f'<p class="kn-probe"><span class="muted">{said(visitor, "probe")}</span> {asked}</p>'
    return f"<li><p>{_both(point.text, visitor)}</p>{probe}</li>"


def _misconception(one: Misconception, visitor: Visitor) -> str:
    wrong, right = (
        f'<p><span class="tag {kind}">{said(visitor, key)}</span> {_both(text, visitor)}</p>'
        for key, kind, text in (("wrong", "bad", one.wrong), ("right", "good", one.right))
    )
    return f"<li>{wrong}{right}</li>"


def _both(text: Bilingual, visitor: Visitor) -> str:
    return in_language(text, visitor) + other_language(text, visitor)
