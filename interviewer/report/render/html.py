"""A report as HTML. The one rule: whatever a person or a model wrote is escaped here, and nothing is loaded from outside.

`render_html` gives one self-contained file; `render_html_body` the same without the page around it, for embedding: all
its styles live under the class `ir`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files

from interviewer.report.draw import charts
from interviewer.report.model import ChapterRow, Highlight, QuestionRow, Report
from interviewer.report.render.html_note import note
from interviewer.report.render.html_questions import question
from interviewer.report.render.html_study import overview, study
from interviewer.report.render.html_tries import tries
from interviewer.report.render.judges import judges_said, own_marks, without_model
from interviewer.report.render.recorded import conducted, when, who
from interviewer.report.render.surroundings import ALONE, Surroundings
from interviewer.report.wording import Words, number
from knowledge.models import Language, Question


def render_html(report: Report) -> str:
    """One HTML file: inline style and drawings, no outside request, light and dark, fit for paper and a phone."""
    words = Words(report.language)
    script = _read("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    who = report.candidate or report.report_id
    title = f"{words.say('head', 'title')} · {who} · {report.started_at:%Y-%m-%d}"
    return _read("page.html").format(
        lang="zh-CN" if report.language == "zh" else "en",
        title=escape(title),
        body=render_html_body(report),
        script=script,
        script_hash=digest,
    )


def render_html_body(report: Report, around: Surroundings = ALONE) -> str:
    """The report as one `<article class="ir">` with its style sheet, to put into another page, with what that page adds."""
    words = Words(report.language)
    parts = (
        _head(report, words),
        _result(report, words),
        overview(report, words),
        _chapters(report, words),
        _dimensions(report, words),
        _depths(report, words),
        _summary(report, words),
        study(report, words, around),
        around.trend,
        _questions(report, words, around),
        _apart(report, words),
        _foot(report, words),
    )
    return _article("".join(parts), report.language)


def render_note(asked: Question, row: QuestionRow, language: Language) -> str:
    """The note of a closed question beside this candidate's verdicts, as one `<article class="ir">` with its style sheet."""
    return _article(note(asked, row, Words(language)), language, "note-of")


def render_tries(row: QuestionRow, language: Language) -> str:
    """The second tries at a question, as one `<article class="ir">` with its style sheet; empty where there are none."""
    shown = tries(row, Words(language))
    return _article(shown, language, "tried") if shown else ""


def _article(inner: str, language: Language, kind: str = "") -> str:
    lang = "zh-CN" if language == "zh" else "en"
    return f'{style()}\n<article class="ir {kind}" lang="{lang}">\n{inner}\n</article>'


def style() -> str:
    """The report's own style sheet as a `<style>`; it says nothing of what stands outside the class `ir`."""
    return f"<style>{_read('style.css')}</style>"


def _head(report: Report, words: Words) -> str:
    asked = words.say("head", "graded_of", asked=len(report.questions), graded=report.graded)
    facts = (
        *((("candidate", report.candidate),) if report.candidate else ()),
        ("date", when(report, words)),
        *(() if report.recording else (("mode", words.say("mode", report.mode)),)),
        *_duration(report, words),
        ("questions", asked),
        ("language", words.say("language", report.interview_language)),
        ("session", report.report_id),
    )
    begun = escape(when(report, words))
    if report.recording is None or report.recording.recorded_at is not None:
        begun = f'<time datetime="{report.started_at.isoformat(timespec="minutes")}">{begun}</time>'
    listed = "".join(
        f"<div><dt>{words.say('head', key)}</dt><dd>{begun if key == 'date' else escape(value)}</dd></div>"
        for key, value in facts
    )
    notice = "" if report.finished else f'<p class="notice">{words.say("head", "unfinished")}</p>'
    return (
        f'<header><p class="eyebrow">{escape(report.bank.to(report.language))}</p><h1>{words.say("head", "title")}</h1>'
        f'<dl class="facts">{listed}</dl>{_conducted(report, words)}{_judges(report, words)}{notice}</header>'
    )


def _duration(report: Report, words: Words) -> tuple[tuple[str, str], ...]:
    """How long it took; a recording without times does not say."""
    whole_s = (report.ended_at - report.started_at).total_seconds()
    recorded = report.recording is not None
    took = max(0, round((whole_s if report.active_s is None or recorded else report.active_s) / 60))
    duration = words.say("head", "minutes", minutes=took) if took else words.say("head", "moment")
    if report.recording is not None:
        return (("duration", duration),) if report.recording.timed else ()
    if report.timed:
        planned = words.say("head", "planned", minutes=number(report.minutes))
        duration = f"{duration} ({planned})" if report.language == "en" else f"{duration}（{planned}）"
    return (("duration", duration),)


def _conducted(report: Report, words: Words) -> str:
    said = "".join(f"<p>{escape(one)}</p>" for one in conducted(report, words))
    return f'<div class="conducted">{said}</div>' if said else ""


def _apart(report: Report, words: Words) -> str:
    """What was said outside of all questions, folded away."""
    if not report.apart:
        return ""
    lines = "".join(
        f'<li class="{"me" if line.role == "candidate" else "them"}"><span class="who">{escape(who(line, words))}</span>{escape(line.text)}</li>'
        for line in report.apart
    )
    title = words.say("recording", "apart", n=len(report.apart))
    return f'<section class="questions"><details><summary><h3 class="q">{title}</h3></summary><div class="body"><ol class="chat">{lines}</ol></div></details></section>'


def _judges(report: Report, words: Words) -> str:
    offline = without_model(report)
    note = f'<p class="note">{words.say("judge", "offline_note")}</p>' if offline else ""
    kind = "judge offline" if offline else "judge"
    listed = "<br>".join(f"<strong>{escape(one)}</strong>" for one in judges_said(report, words))
    return f'<div class="{kind}"><p>{words.say("judge", "label")} · {listed}</p>{note}</div>'


def _heading(table: str, report: Report, words: Words) -> str:
    """A section's title; where its figures rest on the candidate's own marks, that stands beside it."""
    own = own_marks(report, words)
    tag = f' <span class="tag own">{own}</span>' if own else ""
    return f"<h2>{words.say(table, 'title')}{tag}</h2>"


def _result(report: Report, words: Words) -> str:
    title = _heading("total", report, words)
    if report.total is None:
        figure = f'<p class="figure">—</p><p class="verdict weak">{words.say("total", "none")}</p>'
        waits = any(question.to_mark for question in report.questions)
        note = f'<p class="note">{words.say("total", "unmarked_note" if waits else "none_note")}</p>{_unmarked(report, words)}'
        return f'<section class="result">{title}<div>{figure}</div><div>{note}</div></section>'
    figure = f'<p class="figure">{number(report.total)}<small>{words.say("total", "of")}</small></p>'
    if report.band:
        figure += f'<p class="verdict">{words.say("band", report.band)}</p>'
        figure += "".join(
            f'<p class="note">{escape(b.text)}</p>' for b in report.bands if b.id == report.band and b.text
        )
    else:
        too_little = words.say("total", "too_little_note", enough=report.enough, graded=report.graded)
        figure += f'<p class="verdict weak">{words.say("total", "too_little")}</p><p class="note">{too_little}</p>'
    low, high = report.interval or (report.total, report.total)
    edges = [(band.lower, words.say("band", band.id)) for band in report.bands]
    thresholds = words.say("chapters", "joiner").join(f"{name} {number(lower)}" for lower, name in edges)
    label = words.say(
        "total", "gauge", total=number(report.total), low=number(low), high=number(high), thresholds=thresholds
    )
    interval = words.say("total", "interval", low=number(low), high=number(high))
    bonus = f"<p>{words.say('total', 'bonus', bonus=number(report.bonus))}</p>" if report.bonus else ""
    scale = charts.gauge(report.total, report.interval, edges, label)
    note = f'<p><strong>{interval}</strong></p>{bonus}<p class="note">{words.say("total", "interval_note")}</p>{_unmarked(report, words)}'
    return f'<section class="result">{title}<div>{figure}</div><div>{scale}{note}</div></section>'


def _unmarked(report: Report, words: Words) -> str:
    """The ways to the questions that wait for the candidate's marks."""
    links = words.say("chapters", "joiner").join(
        f'<a href="#ir-q{one.number}">{words.say("question", "number", n=one.number)}</a>'
        for one in report.questions
        if one.to_mark
    )
    return (
        f'<p class="unmarked">{words.say("question", "unmarked")}{words.say("total", "colon")}{links}</p>'
        if links
        else ""
    )


def _chapters(report: Report, words: Words) -> str:
    most = max((chapter.points for chapter in report.chapters), default=1.0) or 1.0
    rows = "".join(_chapter(chapter, most, report, words) for chapter in report.chapters)
    left = words.say("chapters", "joiner").join(title.to(report.language) for title in report.chapters_not_asked)
    note = f'<p class="note">{words.say("chapters", "not_asked")} {escape(left)}</p>' if left else ""
    return f'<section>{_heading("chapters", report, words)}<div class="rows">{rows}</div>{note}</section>'


def _chapter(chapter: ChapterRow, most: float, report: Report, words: Words) -> str:
    title = chapter.title.to(report.language) or chapter.id
    count = words.say("chapters", "count", graded=chapter.graded, asked=chapter.asked)
    tag = f' <span class="tag">{words.say("chapters", "bonus")}</span>' if chapter.bonus else ""
    where = f'<div class="where">{escape(title)}{tag}<small>{count}</small></div>'
    if chapter.earned is None:
        return f'<div class="row">{where}<div class="bar"></div><div class="got"><small>{words.say("chapters", "ungraded")}</small></div></div>'
    earned, points = number(chapter.earned), number(chapter.points)
    label = words.say("chapters", "bar", title=title, earned=earned, points=points)
    drawn = charts.bar(chapter.earned / chapter.points if chapter.points else 0.0, label)
    width = max(12.0, 100 * chapter.points / most)
    got = f'<div class="got">{earned} <small>/ {points}</small></div>'
    return f'<div class="row">{where}<div class="bar"><div style="width:{width:.1f}%">{drawn}</div></div>{got}</div>'


def _dimensions(report: Report, words: Words) -> str:
    if not report.dimensions:
        return ""
    named = [(one.title or words.say("dimensions", one.id), one) for one in report.dimensions]
    scored = [(name, one.score) for name, one in named if one.score is not None]
    listed = "".join(
        f"<li><span>{escape(name)} <small>{words.say('dimensions', 'weight', weight=number(100 * one.weight))}</small></span>"
        f"<span>{_dimension_value(name, one.score, words, with_bar=len(scored) < 3)}</span></li>"
        for name, one in named
    )
    title = _heading("dimensions", report, words)
    if len(scored) < 3:
        return f'<section>{title}<ul class="plain-list">{listed}</ul></section>'
    joined = words.say("chapters", "joiner").join(
        words.say("dimensions", "value", title=name, score=number(score)) for name, score in scored
    )
    drawn = charts.radar(scored, words.say("dimensions", "radar", values=joined))
    return f'<section>{title}<div class="abilities">{drawn}<ul class="plain-list">{listed}</ul></div></section>'


def _dimension_value(name: str, score: float | None, words: Words, *, with_bar: bool) -> str:
    if score is None:
        return f"<small>{words.say('dimensions', 'none')}</small>"
    value = f"<strong>{number(score)}</strong>"
    if not with_bar:
        return value
    label = words.say("dimensions", "value", title=name, score=number(score))
    return f'<span class="bar" style="display:inline-block;width:10em">{charts.bar(score / 100, label)}</span> {value}'


def _depths(report: Report, words: Words) -> str:
    cells: list[str] = []
    for one in report.questions:
        if one.score is None:
            key = "cell_unmarked" if one.to_mark else "cell_ungraded"
            label, under = words.say("depth", key, n=one.number), "—"
        else:
            depth = words.say("level", one.depth or "none")
            label, under = (
                words.say("depth", "cell", n=one.number, score=number(one.score), depth=depth),
                number(one.score),
            )
        drawn = charts.depth(one.level_shares, label)
        key = words.say("depth", "key", n=one.number)
        cells.append(f'<li><a href="#ir-q{one.number}">{drawn}{key}<small>{under}</small></a></li>')
    said = words.join(words.say("depth", "note"), *_differs(report, words))
    note = f'<p class="note">{said}</p>'
    return f'<section>{_heading("depth", report, words)}{note}<ol class="strip">{"".join(cells)}</ol></section>' if cells else ""  # fmt: skip


def _differs(report: Report, words: Words) -> tuple[str, ...]:
    """Why a question's level and its depth are not the same, where they are not."""
    return (words.say("depth", "differs"),) if any(one.depth_differs for one in report.questions) else ()


def _summary(report: Report, words: Words) -> str:
    if not report.graded:
        return ""
    good = _highlights(report.strengths, "no_strengths", report, words)
    bad = _highlights(report.gaps, "no_gaps", report, words)
    return (
        f'<div class="two"><section><h2>{words.say("summary", "strengths")}</h2>{good}</section>'
        f"<section><h2>{words.say('summary', 'gaps')}</h2>{bad}</section></div>"
    )


def _highlights(found: Iterable[Highlight], empty: str, report: Report, words: Words) -> str:
    items = "".join(
        f"<li>{escape(one.point.text.to(report.language))} "
        f'<small><a href="#ir-q{one.question}">{words.say("summary", "question", n=one.question)}</a></small></li>'
        for one in found
    )
    return f"<ul>{items}</ul>" if items else f'<p class="note">{words.say("summary", empty)}</p>'


def _questions(report: Report, words: Words, around: Surroundings) -> str:
    cards = "".join(question(one, report, words, around) for one in report.questions)
    return f'<section class="questions"><h2>{words.say("question", "title")}</h2>{cards}</section>' if cards else ""


def _foot(report: Report, words: Words) -> str:
    flags = "".join(
        f"<li>{words.say('flags', 'at', turn=flag.turn) + ': ' if flag.turn is not None else ''}{escape(flag.detail)}</li>"
        for flag in report.flags
    )
    flagged = f"<section><h2>{words.say('flags', 'title')}</h2><ul>{flags}</ul></section>" if flags else ""
    seed = "" if report.recording else f"<p>{words.say('head', 'seed', seed=report.seed)}</p>"
    return f'{flagged}<footer class="foot note"><p>{words.say("foot", "about")}</p>{seed}</footer>'


@cache
def _read(name: str) -> str:
    return (files("interviewer.report.render") / name).read_text("utf8")
