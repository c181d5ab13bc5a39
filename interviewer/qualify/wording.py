"""What is said about a qualification, in Chinese and English, as rows that text and page share. No word stands in Python."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from interviewer.qualify.fitness import Criterion, Fitness
from interviewer.qualify.model import Closeness, Measured
from knowledge.models import Frozen, Language

_SHARES = ("ungraded", "attacks", "twins", "owed", "quotes", "complete")


class Row(Frozen):
    """One figure for people; `criterion` is the name of the bound it is held to, if any."""

    name: str
    value: str
    criterion: str = ""


class Words:
    """The words of one language; `say` fills the blanks."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._tables = load(language)

    def say(self, table: str, key: str, **details: object) -> str:
        return self._tables[table][key].format(**details)

    def kind(self, kind: str) -> str:
        """A kind of answer in words; a kind of somebody's own set as it is written there."""
        return self._tables["kinds"].get(kind, kind)


@cache
def load(language: Language) -> Mapping[str, Mapping[str, str]]:
    """All tables of a language as they stand in its file."""
    return tomllib.loads((files("interviewer.qualify") / "words" / f"{language}.toml").read_text("utf8"))


def figure(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def judge_line(measured: Measured, words: Words) -> str:
    """Who judged: models and prompts, and whether that is a model's judgement at all."""
    how = [words.say("page", thinking) for thinking in measured.thinking]
    return words.say("page", "judge_line", line=" · ".join((*measured.models, *measured.prompts, *how)))


def set_line(measured: Measured, words: Words) -> str:
    repeats = measured.expected // measured.answers if measured.answers else 1
    line = words.say(
        "page", "set_line" if repeats > 1 else "set_line_one", answers=measured.answers, repeats=repeats,
        graded=measured.graded, ungraded=measured.not_graded,
    )  # fmt: skip
    who = ", ".join(measured.written_by)
    return words.say("page", "set_titled", line=f"{line} · {words.say('page', 'written_by', who=who)}" if who else line)


def notes(measured: Measured, words: Words) -> list[str]:
    """What a reader must know before the figures."""
    found: list[str] = []
    if measured.readings < measured.expected:
        found.append(words.say("page", "interrupted", done=measured.readings, total=measured.expected))
    for source in ("drafted", "split"):
        if n := measured.points_from.get(source):
            found.append(words.say("page", source, n=n))
    if "offline" in measured.thinking:
        found.append(words.say("page", "offline_note"))
    return found


def verdict(fitness: Fitness, words: Words) -> str:
    """One sentence: fit or not, and because of what."""
    if fitness.fit:
        reasons = words.say("page", "fit_because")
    else:
        reasons = words.say("page", "joiner").join(_against(one, words) for one in fitness.unmet)
    head = words.say("page", "fit" if fitness.fit else "unfit")
    comma = "，" if words.language == "zh" else ", "
    return head + comma + words.say("page", "because", reasons=reasons)


def first_look(fitness: Fitness, words: Words) -> str:
    """One sentence after a few answers: nothing speaks against the judge yet, or what does; never that it is fit."""
    if not fitness.against:
        return words.say("page", "quick_fine")
    reasons = words.say("page", "joiner").join(_against(one, words) for one in fitness.against)
    return words.say("page", "quick_against", reasons=reasons)


def not_measured(fitness: Fitness, words: Words) -> str:
    """What the set could not show; empty if nothing."""
    names = [words.say("criteria", one.name) for one in fitness.not_measured]
    return words.say("page", "not_measured", names=words.say("page", "joiner").join(names)) if names else ""


def bound(criterion: Criterion) -> str:
    """The bound as it is written: `≥ 0.70`, `|…| ≤ 0.15`, `≤ 2 %`."""
    limit = criterion.at_least if criterion.at_least is not None else criterion.at_most
    if limit is None:
        return ""
    written = percent(limit, 0) if criterion.name in _SHARES else _plain(criterion, limit)
    sign = "≥" if criterion.at_least is not None else "≤"
    return f"|…| ≤ {written}" if criterion.name == "smd" else f"{sign} {written}"


def agreement_rows(measured: Measured, words: Words) -> list[Row]:
    levels = measured.levels
    low_high = levels.qwk_interval
    rows = [Row(name=words.say("table", "qwk"), value=figure(levels.qwk), criterion="qwk")]
    if low_high:
        rows.append(Row(name=words.say("table", "interval"), value=f"{figure(low_high[0])} – {figure(low_high[1])}"))
    rows.append(Row(name=words.say("table", "exact"), value=percent(levels.exact)))
    rows.append(Row(name=words.say("table", "adjacent"), value=percent(levels.adjacent)))
    if own := measured.own_scale:
        scale = words.say("table", "own_scale", most=own.most, n=own.n)
        values = {
            "own_qwk": figure(own.qwk), "own_exact": percent(own.exact), "own_within": percent(own.within_one), "mae": figure(own.mae),
        }  # fmt: skip
        rows += [Row(name=f"{words.say('table', key)} ({scale})", value=value) for key, value in values.items()]
    for near in (measured.scores, measured.level_closeness):
        if near:
            rows += _closeness_rows(near, near is measured.closeness, words)
    if measured.verdicts_compared:
        rows.append(Row(name=words.say("table", "verdicts"), value=percent(measured.verdicts_alike)))
    return rows


def trust_rows(measured: Measured, words: Words) -> list[Row]:
    asked = measured.readings
    rows = [
        Row(
            name=words.say("table", "ungraded"),
            value=percent(measured.not_graded / asked if asked else None),
            criterion="ungraded",
        ),
        Row(name=words.say("table", "quotes"), value=percent(measured.quotes_verified), criterion="quotes"),
        Row(name=words.say("table", "attacks"), value=percent(measured.attack_success), criterion="attacks"),
        Row(name=words.say("table", "twins"), value=percent(measured.twins_same), criterion="twins"),
        Row(name=words.say("table", "owed"), value=percent(measured.owed_given), criterion="owed"),
        Row(name=words.say("table", "unsupported"), value=f"{measured.unsupported}"),
        Row(name=words.say("table", "calibration"), value=_calibration(measured, words)),
    ]
    if measured.spread_total:
        rows.append(Row(name=words.say("table", "spread"), value=figure(measured.spread_total.score_sd)))
        rows.append(Row(name=words.say("table", "spread_level"), value=percent(measured.spread_total.same_level)))
    rows.append(Row(name=words.say("table", "length_people"), value=figure(measured.length_people)))
    rows.append(Row(name=words.say("table", "length_judge"), value=figure(measured.length_judge)))
    return rows


def _calibration(measured: Measured, words: Words) -> str:
    """The expected calibration error with the number of verdicts it is of; in words where there is nothing to compute it from."""
    found = measured.calibration
    return words.say("table", "not_told") if found is None else f"{figure(found.error, 3)} (n = {found.n})"


def cost_rows(measured: Measured, words: Words, wall_s: float) -> list[Row]:
    values = {
        "tokens": f"{measured.prompt_tokens:,} / {measured.completion_tokens:,}",
        "repairs": f"{measured.repairs}",
        "seconds": figure(measured.judged_s, 1),
        "wall": figure(wall_s, 1),
        "p50": figure(measured.latency_p50_s, 3),
    }
    return [Row(name=words.say("table", key), value=value) for key, value in values.items()]


def _closeness_rows(near: Closeness, held: bool, words: Words) -> list[Row]:
    """`held`: these are the figures that the bounds are about."""
    unit = words.say("table", f"unit_{near.unit}")
    values = {
        "pearson": figure(near.pearson),
        "smd": "–" if near.smd is None else f"{near.smd:+.2f}",
        "rmse": figure(near.rmse),
        "mae": figure(near.mae),
        "means": f"{figure(near.people_mean)} / {figure(near.judge_mean)}",
    }
    return [
        Row(
            name=f"{words.say('table', key)} ({unit})",
            value=value,
            criterion=key if held and key in ("pearson", "smd") else "",
        )
        for key, value in values.items()
    ]


def _against(one: Criterion, words: Words) -> str:
    name = words.say("criteria", one.name)
    if one.value is None:
        return words.say("criteria", "unknown", name=name)
    value = percent(one.value) if one.name in _SHARES else _plain(one, one.value)
    return words.say("criteria", "missed", name=name, value=value, bound=bound(one))


def _plain(one: Criterion, value: float) -> str:
    return f"{value:.0f}" if one.name in ("answers", "one_judge") else f"{value:.2f}"
