"""The outline as a tree to choose a question from: nested <details>, links, and a box that filters them in the browser."""

from __future__ import annotations

from html import escape

from interviewer.report.render.html_text import prose
from knowledge.models import LEVELS, Bank, Chapter, Question, Section
from ui.web.frame import Visitor
from ui.web.knowledge.markup import HERE, in_language, question_link, said, tag


def tree(bank: Bank, visitor: Visitor, chosen: str = "") -> str:
    """HTML of the whole outline with the question `chosen` opened and marked."""
    by_section: dict[str, list[Question]] = {}
    for question in bank.questions:
        by_section.setdefault(question.section_id, []).append(question)
    here = next((question for question in bank.questions if question.id == chosen), None)
    chapters = "".join(_chapter(bank, chapter, by_section, here, visitor) for chapter in bank.outline.chapters)
    total = len(bank.questions)
    current = "" if here else ' aria-current="page"'
    return f"""<div class="kn-tree card"><label for="kn-filter">{said(visitor, "filter")}</label>
<input id="kn-filter" type="search" autocomplete="off" spellcheck="false" placeholder="{said(visitor, "filter_hint")}">
<p class="kn-count muted small" role="status" data-words="{said(visitor, "shown")}" data-total="{total}">{said(visitor, "shown", n=total, total=total)}</p>
<p class="kn-none empty" hidden>{said(visitor, "none_shown")}</p>
<nav aria-label="{said(visitor, "outline")}"><a class="kn-overview" href="{visitor.link(HERE, bank=bank.id)}" data-question=""{current}>{said(visitor, "overview")}</a>{chapters}</nav></div>"""


def _chapter(
    bank: Bank, chapter: Chapter, by_section: dict[str, list[Question]], here: Question | None, visitor: Visitor
) -> str:
    sections = "".join(
        _section(bank, section, by_section.get(section.id, []), here, visitor) for section in chapter.sections
    )
    count = sum(len(by_section.get(section.id, [])) for section in chapter.sections)
    key = "bonus_meta" if chapter.bonus else "chapter_meta" if chapter.minutes else "chapter_meta_short"
    meta = said(visitor, key, points=chapter.points, minutes=chapter.minutes, n=count)
    opened = " open" if here and here.chapter_id == chapter.id else ""
    number = f"{chapter.number} " if chapter.number else ""
    return (
        f'<details class="kn-chapter"{opened}><summary><strong>{number}{escape(bank.title(chapter.id, visitor.language))}</strong> '
        f'<span class="muted small">{meta}</span></summary>{sections}</details>'
    )


def _section(bank: Bank, section: Section, questions: list[Question], here: Question | None, visitor: Visitor) -> str:
    topics: dict[str, list[Question]] = {}
    for question in questions:
        topics.setdefault(question.topic, []).append(question)
    rows = "".join(_topic(bank, title, inside, here, visitor) for title, inside in topics.items())
    opened = " open" if here and here.section_id == section.id else ""
    return (
        f'<details class="kn-section"{opened}><summary>{escape(section.number)} {escape(bank.title(section.id, visitor.language))} '
        f'<span class="muted small">{said(visitor, "section_meta", n=len(questions))}</span></summary>'
        f"{about(section, visitor)}{rows}</details>"
    )


def about(section: Section, visitor: Visitor) -> str:
    """A section's focus and rubric, closed until asked for; in the outline's own language."""
    focus = "".join(f"<li>{escape(one)}</li>" for one in section.focus)
    levels = ""
    if section.rubric:
        rubric = section.rubric
        texts = dict(zip(LEVELS, (rubric.fair, rubric.good, rubric.excellent), strict=True))
        levels = "".join(
            f"<dt>{tag(escape(visitor.say('levels', level)), f'level-{level}')}</dt><dd>{prose(text)}</dd>"
            for level, text in texts.items()
            if text
        )
    shown = f"<dl>{levels}</dl>" if levels else f'<p class="muted">{said(visitor, "no_rubric")}</p>'
    list_ = f"<h4>{said(visitor, 'focus')}</h4><ul>{focus}</ul>" if focus else ""
    return (
        f'<details class="kn-about"><summary>{said(visitor, "about_section")}</summary>'
        f"{list_}<h4>{said(visitor, 'rubric')}</h4>{shown}</details>"
    )


def _topic(bank: Bank, title: str, questions: list[Question], here: Question | None, visitor: Visitor) -> str:
    heading = f'<h4 class="kn-topic">{escape(_topic_title(bank, title, visitor))}</h4>' if title else ""
    items = "".join(_item(bank, question, here, visitor) for question in questions)
    return f'<div class="kn-group">{heading}<ul>{items}</ul></div>'


def _topic_title(bank: Bank, title: str, visitor: Visitor) -> str:
    known = bank.titles.get(title)
    return known.to(visitor.language) if known else title


def _item(bank: Bank, question: Question, here: Question | None, visitor: Visitor) -> str:
    current = ' aria-current="page"' if here and here.id == question.id else ""
    note = question.note
    looked_for = " ".join((question.text.zh, question.text.en, question.id)).casefold()
    marks = tag(said(visitor, "headline"), "accent") if question.headline else ""
    if note is None:
        marks += tag(said(visitor, "no_note"), "warn")
    elif not note.key_points:
        marks += tag(said(visitor, "free_note"), "warn")
    link = question_link(bank, question, visitor, in_language(question.text, visitor), current)
    return f'<li data-find="{escape(looked_for)}">{link}{marks}</li>'
