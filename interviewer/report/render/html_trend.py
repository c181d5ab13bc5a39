"""The trend over several interviews as HTML: drawings, what may be said of them, and the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from html import escape

from interviewer.report.draw.trend import LARGE, SMALL, Dot, chart, key
from interviewer.report.model import Judge
from interviewer.report.trend import MARKS, Held, Trend, TrendLine
from interviewer.report.wording import Words, number
from knowledge.models import Language


def render_trend(found: Trend, language: Language, link: Callable[[str], str]) -> str:
    """A section of a report; `link` gives the address of an interview's report, unescaped."""
    words = Words(language)
    lead = f'<p class="note">{words.say("trend", "lead")}</p>'
    parts = (
        f"<h2>{words.say('trend', 'title')}</h2>{lead}{_said(found, words)}",
        f"{_total(found, words)}{_legend(found, words)}",
        _small(words.say("trend", "chapters"), found.chapters, found, words),
        _small(words.say("trend", "dimensions"), found.dimensions, found, words),
        _table(found, words, link),
    )
    return f'<section class="over-time no-print">{"".join(parts)}</section>'


def _said(found: Trend, words: Words) -> str:
    if found.change is None:
        return f"<p>{words.say('trend', 'first')}</p>"
    points = round(found.change.points, 1)
    moved = words.say("trend", "up" if points > 0 else "down", n=number(abs(points))) if points else words.say("trend", "even")  # fmt: skip
    since = words.say("trend", "since", date=_moment(found.change.since, found), change=moved)
    return f"<p>{words.join(since, words.say('trend', 'overlap' if found.change.overlap else 'apart'))}</p>"


def _total(found: Trend, words: Words) -> str:
    dots = [Dot(one.total, MARKS.index(one.mark), one.here, one.interval) for one in found.held]
    values = [_value(one, found, words) for one in found.held]
    label = words.say("trend", "chart", title=words.say("trend", "total"), values=_joined(values, words))
    drawn = chart(dots, label, LARGE, _dates(found))
    return f'<h3>{words.say("trend", "total")}</h3><div class="large">{drawn}</div>'


def _value(one: Held, found: Trend, words: Words) -> str:
    if one.total is None or one.interval is None:
        return f"{_day(one.at)} –"
    low, high = (number(end) for end in one.interval)
    said = words.say("trend", "value_interval", date=_day(one.at), score=number(one.total), low=low, high=high)
    return said if found.comparable else words.say("trend", "value_means", value=said, mark=one.mark)


def _dates(found: Trend) -> list[str]:
    """The day under each mark; under a later one of the same day its time."""
    days = [one.at.date() for one in found.held]
    return [
        f"{one.at:%H:%M}" if n and days[n - 1] == days[n] else f"{one.at:%m-%d}" for n, one in enumerate(found.held)
    ]


def _moment(at: datetime, found: Trend) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if _one_day(found) else _day(at)


def _one_day(found: Trend) -> bool:
    """Whether two interviews are of one day, so that the day alone does not tell them apart."""
    return len({one.at.date() for one in found.held}) < len(found.held)


def _legend(found: Trend, words: Words) -> str:
    kinds = {one.mark: one.means for one in found.held}
    if found.comparable:
        return f'<p class="note">{words.say("trend", "all_by", means=escape(_means(found.held[0].means, words)))}</p>'
    rows = "".join(
        f"<li>{key(MARKS.index(mark))}{words.say('trend', 'group', mark=mark, means=escape(_means(means, words)))}</li>"
        for mark, means in sorted(kinds.items())
    )
    return f'<ul class="legend">{rows}</ul><p class="notice">{words.say("trend", "not_comparable")}</p>'


def _means(means: Iterable[Judge], words: Words) -> str:
    named = [
        words.say("trend", f"means_{one.thinking}")
        if one.thinking != "endpoint"
        else words.say("trend", "means_model", model=one.model or words.say("trend", "means_unnamed"), version=one.grader_version)
        for one in means
    ]  # fmt: skip
    return " + ".join(named) or words.say("trend", "means_none")


def _small(title: str, lines: Sequence[TrendLine], found: Trend, words: Words) -> str:
    cells = "".join(_cell(line, found, words) for line in lines)
    return f'<h3>{title}</h3><ul class="minis">{cells}</ul>' if cells else ""


def _cell(line: TrendLine, found: Trend, words: Words) -> str:
    name = _named(line, words)
    dots = [Dot(score, MARKS.index(one.mark), one.here) for score, one in zip(line.scores, found.held, strict=True)]
    values = [
        words.say("trend", "value", date=_day(one.at), score=number(score))
        for score, one in zip(line.scores, found.held, strict=True)
        if score is not None
    ]
    label = words.say("trend", "chart", title=name, values=_joined(values, words))
    here = next((score for score, one in zip(line.scores, found.held, strict=True) if one.here), None)
    now = "–" if here is None else number(here)
    return f"<li><p><span>{escape(name)}</span><b>{now}</b></p>{chart(dots, label, SMALL)}</li>"


def _table(found: Trend, words: Words, link: Callable[[str], str]) -> str:
    head = "".join(
        f'<th scope="col"><a href="{escape(link(one.session_id))}">{_day(one.at)}</a> <small>{_aside(one, found, words)}</small></th>'
        for one in found.held
    )
    totals = [
        "–" if one.total is None or one.interval is None
        else f"<b>{number(one.total)}</b><small>{number(one.interval[0])}–{number(one.interval[1])}</small>"
        for one in found.held
    ]  # fmt: skip
    rows = _row(words.say("trend", "total"), totals)
    for line in (*found.chapters, *found.dimensions):
        none = f"<small>{words.say('trend', 'none')}</small>"
        rows += _row(_named(line, words), [none if score is None else number(score) for score in line.scores])
    title = words.say("trend", "table")
    return (
        f'<details class="figures"><summary><span>{title}</span></summary><div class="scroll" tabindex="0" role="region" '
        f'aria-label="{title}"><table><thead><tr><th scope="col">{words.say("trend", "when")}</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def _aside(one: Held, found: Trend, words: Words) -> str:
    """What stands beside the day at the head of a column."""
    parts = (
        f"{one.at:%H:%M}" if _one_day(found) else "",
        "" if found.comparable else one.mark,
        words.say("trend", "this") if one.here else "",
    )
    return " · ".join(part for part in parts if part)


def _row(title: str, values: Iterable[str]) -> str:
    cells = "".join(f"<td>{value}</td>" for value in values)
    return f'<tr><th scope="row">{escape(title)}</th>{cells}</tr>'


def _named(line: TrendLine, words: Words) -> str:
    return line.title or words.say("dimensions", line.id)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _joined(values: Sequence[str], words: Words) -> str:
    return words.say("overview", "separator").join(values)
