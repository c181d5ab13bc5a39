"""A qualification as plain text for a terminal: columns that line up, also where letters are two cells wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from interviewer.qualify.fitness import Fitness
from interviewer.qualify.model import AttackRow, Measured
from interviewer.qualify.wording import (
    Row,
    Words,
    agreement_rows,
    bound,
    cost_rows,
    figure,
    first_look,
    judge_line,
    not_measured,
    notes,
    percent,
    set_line,
    trust_rows,
    verdict,
)
from knowledge.models import Language

_NAME, _VALUE = 46, 16
_WIDEST = 5


def as_text(measured: Measured, fitness: Fitness, language: Language, wall_s: float, *, quick: bool = False) -> str:
    """The whole result; the verdict stands last, where a terminal ends. `quick`: after a few answers, a first look."""
    words = Words(language)
    lines = [judge_line(measured, words), set_line(measured, words)]
    lines += [f"! {note}" for note in notes(measured, words)]
    for title, rows in (
        ("agreement", agreement_rows(measured, words)),
        ("trust", trust_rows(measured, words)),
        ("cost", cost_rows(measured, words, wall_s)),
    ):
        lines += ["", words.say("table", title), *(_row(row, fitness, words) for row in rows)]
    lines += ["", *_confusion(measured, words)]
    for title, column, kinds in (
        ("attacks", "won", measured.attacks),
        ("twins", "same", measured.twins),
        ("owed", "given", measured.owed),
    ):
        lines += _kinds(title, column, kinds, words)
    lines += _widest(measured, words)
    if measured.ungraded:
        lines += ["", f"{words.say('table', 'ungraded')} ({words.say('table', 'ungraded_note')})"]
        for one in measured.ungraded:
            lines.append(f"  {one.n:5}  {words.say('reasons', one.reason)} · {one.example}: {one.detail}")
    lines += ["", first_look(fitness, words) if quick else verdict(fitness, words)]
    if unknown := not_measured(fitness, words):
        lines.append(unknown)
    return "\n".join(lines) + "\n"


def _row(row: Row, fitness: Fitness, words: Words) -> str:
    held = next((one for one in fitness.criteria if row.criterion and one.name == row.criterion), None)
    line = f"  {left(row.name, _NAME)}{right(row.value, _VALUE)}"
    if held is None:
        return line
    state = "unknown" if held.met is None else "met" if held.met else "missed"
    return f"{line}   {left(bound(held), 12)} {words.say('table', state)}"


def _confusion(measured: Measured, words: Words) -> Iterator[str]:
    names = [words.say("levels", f"l{n}") for n in range(4)]
    wide = max(map(_cells, names)) + 2
    yield words.say("table", "confusion")
    yield "  " + left("", wide) + "".join(right(name, wide) for name in names)
    for name, row in zip(names, measured.levels.confusion, strict=True):
        yield "  " + left(name, wide) + "".join(right(str(count), wide) for count in row)


def _kinds(title: str, column: str, rows: Sequence[AttackRow], words: Words) -> list[str]:
    if not rows:
        return []
    found = ["", words.say("table", title)]
    for row in rows:
        found.append(f"  {left(words.kind(row.kind), _NAME)}{right(f'{row.succeeded} / {row.graded}', _VALUE)}")
    return found


def _widest(measured: Measured, words: Words) -> list[str]:
    if not measured.spread or not measured.spread[0].score_sd:
        return []
    found = ["", words.say("table", "widest")]
    for row in (row for row in measured.spread[:_WIDEST] if row.score_sd):
        values = f"{figure(row.score_sd)}  {percent(row.same_level, 0)}"
        found.append(f"  {left(row.question, _NAME)}{right(values, _VALUE)}")
    return found


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def left(text: str, width: int) -> str:
    """`text` and blanks up to `width` cells of a terminal."""
    return text + " " * max(0, width - _cells(text))


def right(text: str, width: int) -> str:
    """Blanks and `text`, `width` cells of a terminal."""
    return " " * max(0, width - _cells(text)) + text
