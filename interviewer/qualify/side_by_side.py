"""Two ways of judging beside each other, as text and as a page. The one rule: no difference is printed without its interval,
or the word that there is none. Every word from a set or a server is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from interviewer.qualify.compare import Compared, Difference
from interviewer.qualify.text import left, right
from interviewer.qualify.wording import Words, figure, judge_line, notes, percent, set_line
from knowledge.models import Frozen, Language

_SHARES = ("exact", "verdicts", "attacks", "owed")
_NAME, _VALUE, _INTERVAL = 44, 14, 22


class Line(Frozen):
    """One row: a figure of both, what lies between, and its interval."""

    name: str
    first: str
    second: str
    difference: str = ""
    interval: str = ""
    clear: bool = False


def as_text(compared: Compared, language: Language) -> str:
    """The comparison for a terminal; what it comes to stands last."""
    words = Words(language)
    heads = (*compared.names, words.say("compare", "difference"), words.say("compare", "interval"))
    lines = [*_about(compared, words), "", left("", _NAME + 2) + _cells(heads)]
    for title, rows in _tables(compared, words):
        lines += [words.say("compare", title)]
        for row in rows:
            cells = (row.first, row.second, row.difference, row.interval)
            lines.append("  " + left(row.name, _NAME) + _cells(cells).rstrip())
    lines += ["", _alike(compared, words)]
    if compared.apart:
        lines += ["", words.say("compare", "apart")]
        lines += [f"  {left(id, _NAME)}{right(f'{one} / {other}', _VALUE)}" for id, one, other in compared.apart]
    return "\n".join([*lines, "", summary(compared, words)]) + "\n"


def _cells(cells: Sequence[str]) -> str:
    *some, last = cells
    return "".join(right(one, _VALUE) for one in some) + right(last, _INTERVAL)


def as_html(compared: Compared, language: Language) -> str:
    """The comparison as one page that fetches nothing."""
    words = Words(language)
    about = _about(compared, words)
    blanks = {
        "language": "zh-CN" if language == "zh" else "en",
        "title": escape(words.say("compare", "title", first=compared.names[0], second=compared.names[1])),
        "judge": escape(about[0]),
        "set": escape(about[1]),
        "verdict": f'<div class="verdict fit"><strong>{escape(summary(compared, words))}</strong></div>',
        "notes": "".join(f'<p class="warn">{escape(note)}</p>' for note in about[2:]),
        "body": "\n".join(_sections(compared, words)),
    }
    template = (files("interviewer.qualify") / "page.html").read_text("utf8")
    return re.sub(r"\{\{(\w+)\}\}", lambda blank: blanks[blank[1]], template)


def summary(compared: Compared, words: Words) -> str:
    """What the differences come to: those whose interval leaves out 0, or that there is none, and what the second costs."""
    clear = [one for one in compared.differences if one.clear]
    joiner = words.say("page", "joiner")
    named = joiner.join(f"{words.say('compare', one.name)} {_between(one)}" for one in clear)
    said = words.say("compare", "clear", names=named) if clear else words.say("compare", "none_clear")
    first, second = compared.costs
    if not (first.completion_tokens and first.judged_s):
        return said
    tokens = second.completion_tokens / first.completion_tokens
    return f"{said} " + words.say(
        "compare", "costs", second=compared.names[1], tokens=figure(tokens), seconds=figure(second.judged_s / first.judged_s)
    )  # fmt: skip


def _about(compared: Compared, words: Words) -> list[str]:
    first, second = compared.measured
    models = tuple(dict.fromkeys((*first.models, *second.models)))
    both = first.model_copy(update={"models": models, "prompts": compared.names})
    lines = [judge_line(both, words), set_line(first, words)]
    lines += [f"{name}: {note}" for name, one in zip(compared.names, compared.measured, strict=True) for note in notes(one, words)]  # fmt: skip
    return lines


def _tables(compared: Compared, words: Words) -> Iterator[tuple[str, list[Line]]]:
    yield "agreement", [_line(one, words) for one in compared.differences]
    first, second = compared.costs
    cost = {
        "readings": (f"{first.readings}", f"{second.readings}"),
        "ungraded": (f"{first.ungraded}", f"{second.ungraded}"),
        "prompt_tokens": (f"{first.prompt_tokens:,}", f"{second.prompt_tokens:,}"),
        "reply_tokens": (f"{first.completion_tokens:,}", f"{second.completion_tokens:,}"),
        "each": (figure(first.tokens_each, 1), figure(second.tokens_each, 1)),
        "repairs": (f"{first.repairs}", f"{second.repairs}"),
        "unsupported": (f"{compared.measured[0].unsupported}", f"{compared.measured[1].unsupported}"),
        "seconds": (figure(first.judged_s, 1), figure(second.judged_s, 1)),
        "wall": (figure(first.wall_s, 1), figure(second.wall_s, 1)),
        "p50": (figure(compared.measured[0].latency_p50_s, 3), figure(compared.measured[1].latency_p50_s, 3)),
    }
    yield "cost", [Line(name=words.say("compare", key), first=a, second=b) for key, (a, b) in cost.items()]


def _line(one: Difference, words: Words) -> Line:
    shown = percent if one.name in _SHARES else figure
    interval = words.say("compare", "no_interval")
    if one.interval:
        interval = f"{_signed(one.interval[0], one)} … {_signed(one.interval[1], one)}"
    return Line(
        name=words.say("compare", "of", name=words.say("compare", one.name), n=one.n),
        first=shown(one.first),
        second=shown(one.second),
        difference=_between(one),
        interval=interval,
        clear=one.clear,
    )


def _between(one: Difference) -> str:
    return "–" if one.difference is None else _signed(one.difference, one)


def _signed(value: float, one: Difference) -> str:
    return f"{100 * value:+.1f} %" if one.name in _SHARES else f"{value:+.2f}"


def _alike(compared: Compared, words: Words) -> str:
    alike = compared.alike
    return words.say(
        "compare", "alike", n=alike.n, verdicts=percent(alike.verdicts), levels=percent(alike.levels), score=figure(alike.score_apart),
    )  # fmt: skip


def _sections(compared: Compared, words: Words) -> Iterator[str]:
    for title, rows in _tables(compared, words):
        columns = ["figure", *compared.names, *(("difference", "interval") if title == "agreement" else ())]
        heads = "".join(_cell("th", _head(one, compared, words), n) for n, one in enumerate(columns))
        body = "".join(_row(row, len(columns)) for row in rows)
        table = f'<table class="compared"><tr>{heads}</tr>{body}</table>'
        yield f"<h2>{escape(words.say('compare', title))}</h2>{table}"
    yield f'<p class="note">{escape(_alike(compared, words))}</p>'
    if compared.apart:
        rows = "".join(f'<tr><td>{escape(id)}</td><td class="n">{a} / {b}</td></tr>' for id, a, b in compared.apart)
        yield f"<h2>{escape(words.say('compare', 'apart'))}</h2><table>{rows}</table>"


def _head(column: str, compared: Compared, words: Words) -> str:
    return column if column in compared.names else words.say("compare", column)


def _row(row: Line, wide: int) -> str:
    cells: Sequence[str] = (row.name, row.first, row.second, row.difference, row.interval)[:wide]
    return "<tr>" + "".join(_cell("td", one, n) for n, one in enumerate(cells)) + "</tr>"


def _cell(tag: str, text: str, place: int) -> str:
    return f'<{tag} class="{"n" if place else ""}">{escape(text)}</{tag}>'
