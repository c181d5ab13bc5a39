"""A qualification as one HTML page that fetches nothing. The one rule: every word from a set or a server is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from itertools import pairwise

from interviewer.qualify import draw
from interviewer.qualify.fitness import AT_MOST, Fitness
from interviewer.qualify.model import AttackRow, Dot, Measured
from interviewer.qualify.wording import (
    Row,
    Words,
    agreement_rows,
    bound,
    cost_rows,
    figure,
    judge_line,
    not_measured,
    notes,
    percent,
    set_line,
    trust_rows,
    verdict,
)
from knowledge.models import Band, Language

_FARTHEST = 12


def as_html(
    measured: Measured,
    fitness: Fitness,
    language: Language,
    wall_s: float,
    bands: Sequence[Band],
) -> str:
    """The whole page. `bands` are the bank's: the scores at which levels begin."""
    words = Words(language)
    warnings = "".join(f'<p class="warn">{escape(note)}</p>' for note in notes(measured, words))
    blanks = {
        "language": "zh-CN" if language == "zh" else "en",
        "title": escape(words.say("page", "title")),
        "judge": escape(judge_line(measured, words)),
        "set": escape(set_line(measured, words)),
        "verdict": _verdict(fitness, words),
        "notes": warnings,
        "body": _body(measured, fitness, words, wall_s, [*sorted(band.lower for band in bands), 100.0]),
    }
    template = (files("interviewer.qualify") / "page.html").read_text("utf8")
    return re.sub(r"\{\{(\w+)\}\}", lambda blank: blanks[blank[1]], template)


def _verdict(fitness: Fitness, words: Words) -> str:
    unknown = not_measured(fitness, words)
    said = f"<strong>{escape(verdict(fitness, words))}</strong>" + (f"<p>{escape(unknown)}</p>" if unknown else "")
    return f'<div class="verdict{" fit" if fitness.fit else ""}">{said}</div>'


def _body(m: Measured, fitness: Fitness, words: Words, wall_s: float, level_bounds: Sequence[float]) -> str:
    tables = "".join(
        f"<div><h2>{escape(words.say('table', title))}</h2>{_figures(rows, fitness, words)}</div>"
        for title, rows in (("agreement", agreement_rows(m, words)), ("trust", trust_rows(m, words)))
    )
    parts = [f'<div class="two">{tables}</div>']
    if m.dots:
        parts.append(f'<div class="two">{_confusion(m, words)}{_scores(m, words, level_bounds)}</div>')
    if m.attacks:
        rows = [(words.kind(row.kind), row.succeeded, row.graded) for row in m.attacks]
        drawn = draw.bars(rows, AT_MOST["attacks"], words.say("charts", "attacks"))
        parts.append(_figure(drawn, "attacks", words))
        parts.append(_ids(m.attacks_that_won))
    if m.twins:
        parts.append(f"<h2>{escape(words.say('table', 'twins'))}</h2>{_kinds(m.twins, 'same', words)}")
        parts.append(_ids(m.twins_apart))
    if m.owed:
        parts.append(f"<h2>{escape(words.say('table', 'owed'))}</h2>{_kinds(m.owed, 'given', words)}")
        parts.append(_ids(m.owed_lost))
    parts.append(_reliability(m, words))
    parts += [_spread(m, words), _ungraded(m, words), _farthest(m.dots, words)]
    parts.append(
        f"<h2>{escape(words.say('table', 'cost'))}</h2>{_figures(cost_rows(m, words, wall_s), fitness, words)}"
    )
    return "\n".join(part for part in parts if part)


def _figures(rows: Sequence[Row], fitness: Fitness, words: Words) -> str:
    held = {one.name: one for one in fitness.criteria}
    lines: list[str] = []
    for row in rows:
        limit = state = ""
        if row.criterion:
            one = held[row.criterion]  # pyright: ignore[reportArgumentType]  # rows name criteria by their literal
            kind = "unknown" if one.met is None else "met" if one.met else "missed"
            limit, state = bound(one), f'<span class="{kind}">{escape(words.say("table", kind))}</span>'
        lines.append(
            f'<tr><td>{escape(row.name)}</td><td class="n">{escape(row.value)}</td>'
            f'<td class="n note">{escape(limit)}</td><td>{state}</td></tr>'
        )
    return f"<table>{''.join(lines)}</table>"


def _confusion(m: Measured, words: Words) -> str:
    names = [words.say("levels", f"l{n}") for n in range(4)]
    drawn = draw.confusion(m.levels.confusion, names, _axes(words), words.say("charts", "confusion"))
    return _figure(drawn, "confusion", words)


def _scores(m: Measured, words: Words, level_bounds: Sequence[float]) -> str:
    scored = [(dot.people_score, dot.judge_score) for dot in m.dots if dot.people_score is not None]
    if scored:
        return _figure(draw.scatter(scored, _axes(words), words.say("charts", "scatter")), "scatter", words)
    groups = [[dot.judge_score for dot in m.dots if dot.people_level == level] for level in range(4)]
    names = [words.say("levels", f"l{n}") for n in range(4)]
    drawn = draw.boxes(groups, names, list(pairwise(level_bounds)), _axes(words), words.say("charts", "box"))
    return _figure(drawn, "box", words)


def _reliability(m: Measured, words: Words) -> str:
    """How often the judge was right against how sure it was, or that nobody told how sure it was."""
    found = m.calibration
    if found is None:
        said = escape(words.say("charts", "reliability_unknown"))
        return f'<h2>{escape(words.say("charts", "reliability"))}</h2><p class="note">{said}</p>'
    label = words.say("charts", "reliability_label", error=figure(found.error, 3), n=found.n)
    axes = words.say("charts", "sure_axis"), words.say("charts", "right_axis")
    drawn = draw.reliability([(one.low, one.high, one.sure, one.right, one.n) for one in found.bins], axes, label)
    return _figure(drawn, "reliability", words) + f'<p class="note">{escape(label)}</p>'


def _axes(words: Words) -> tuple[str, str]:
    return words.say("charts", "people_axis"), words.say("charts", "judge_axis")


def _figure(drawn: str, name: str, words: Words) -> str:
    caption = escape(words.say("charts", f"{name}_note"))
    return f"<div><h2>{escape(words.say('charts', name))}</h2><figure>{drawn}<figcaption>{caption}</figcaption></figure></div>"


def _kinds(rows: Sequence[AttackRow], column: str, words: Words) -> str:
    lines = [[words.kind(row.kind), f"{row.succeeded} / {row.graded}"] for row in rows]
    return _table(["kind", column], lines, words)


def _ids(ids: Sequence[str]) -> str:
    return f'<p class="note">{escape(", ".join(ids))}</p>' if ids else ""


def _spread(m: Measured, words: Words) -> str:
    if not m.spread or not m.spread[0].score_sd:
        return ""
    lines = [
        [row.question, figure(row.score_sd), percent(row.same_level, 0)] for row in m.spread[:_FARTHEST] if row.score_sd
    ]
    title = escape(words.say("table", "widest"))
    return f"<h2>{title}</h2>{_table(['question', 'spread', 'spread_level'], lines, words)}"


def _ungraded(m: Measured, words: Words) -> str:
    if not m.ungraded:
        return ""
    rows = "".join(
        f"<tr><td>{escape(words.say('reasons', one.reason))}</td><td>{escape(one.example)}: {escape(one.detail)}</td>"
        f'<td class="n">{one.n}</td></tr>'
        for one in m.ungraded
    )
    title, note = escape(words.say("table", "ungraded")), escape(words.say("table", "ungraded_note"))
    return f'<h2>{title}</h2><p class="note">{note}</p><table>{rows}</table>'


def _farthest(dots: Sequence[Dot], words: Words) -> str:
    """The readings two levels or more from people, the farthest first."""
    apart = [dot for dot in dots if abs(dot.people_level - dot.judge_level) > 1]
    apart.sort(key=lambda dot: (-abs(dot.people_level - dot.judge_level), dot.id))
    if not apart:
        return ""
    lines = [[dot.id, f"{dot.people_level}", f"{dot.judge_level}"] for dot in apart[:_FARTHEST]]
    title = escape(words.say("table", "farthest"))
    return f"<h2>{title}</h2>{_table(['id', 'people', 'judge'], lines, words)}"


def _table(columns: Sequence[str], lines: Sequence[Sequence[str]], words: Words) -> str:
    head = "".join(
        f'<th class="{"n" if n else ""}">{escape(words.say("table", c))}</th>' for n, c in enumerate(columns)
    )
    body = "".join(
        "<tr>" + "".join(f'<td class="{"n" if n else ""}">{escape(cell)}</td>' for n, cell in enumerate(line)) + "</tr>"
        for line in lines
    )
    return f"<table><tr>{head}</tr>{body}</table>"
