"""What a candidate's turn is, by its words alone. The one rule: a turn that still says something is an answer.

The words stand in `prompts/assess/patterns.toml`. Clauses that match a pattern are taken out; only when what is left
weighs less than `CONTENT` is the turn of that kind. "I don't know" needs less to be outweighed: a hedge is an answer
("not sure, maybe the bandwidth"), and so is a bare number, formula or yes and no; courtesy is not.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from interviewer.grading.evidence import weight
from interviewer.grading.units import units
from interviewer.models import TurnKind

CONTENT = 16
"""Eight Chinese characters or sixteen letters: about the shortest thing that can be a statement of its own."""
HEDGED = 4
"""Weight of words with content (two Chinese characters) that make an answer of what begins with "I don't know"."""
_CLAUSE_END = re.compile(r"[,.!?;:，。！？；：、~…\n]+(?=\s|$|[^\x00-\x7f])|[，。！？；：、…\n]+")


@dataclass(frozen=True)
class Words:
    """The lists of `patterns.toml`, compiled."""

    kinds: tuple[tuple[TurnKind, re.Pattern[str]], ...]
    negation: re.Pattern[str]
    denial: re.Pattern[str]
    opposites: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    function_words: frozenset[str]
    function_characters: str
    function_phrases: tuple[str, ...]
    statement_words: frozenset[str]
    statement_characters: frozenset[str]
    courtesy: re.Pattern[str]
    yes_no: re.Pattern[str]
    hedge: re.Pattern[str]


@cache
def load_words() -> Words:
    """The words as they stand in the installed file."""
    tables: dict[str, Any] = tomllib.loads((files("prompts") / "assess" / "patterns.toml").read_text("utf8"))
    kinds: tuple[TurnKind, ...] = ("orders", "asks_answer", "clarifying", "dont_know", "off_topic")
    function, hedged = tables["function"], tables["dont_know"]
    return Words(
        kinds=tuple((kind, re.compile("|".join(tables["kinds"][kind]))) for kind in kinds),
        negation=re.compile("|".join(tables["negation"]["words"])),
        denial=re.compile("|".join(tables["negation"]["denial"])),
        opposites=tuple((re.compile(one), re.compile(other)) for one, other in tables["negation"]["opposites"]),
        function_words=frozenset(function["words"].split()),
        function_characters=function["characters"],
        function_phrases=tuple(function["phrases"].split()),
        statement_words=frozenset(function["statement_words"].split()),
        statement_characters=frozenset(function["statement_characters"]),
        courtesy=re.compile("|".join(hedged["courtesy"])),
        yes_no=re.compile("|".join(hedged["yes_no"])),
        hedge=re.compile("|".join(tables["hedge"]["words"])),
    )


def kind_of(text: str) -> TurnKind:
    """The kind of the turn `text`. Never "I don't know" for a turn that goes on to say something: a hedge is an answer."""
    clauses = _clauses(text)
    for kind, pattern in load_words().kinds:
        parts = _parted(clauses) if kind == "dont_know" else clauses
        rest = [clause for clause in parts if not pattern.search(clause)]
        if len(rest) == len(parts):
            continue
        if kind == "dont_know" and (_ventures(rest) or _hedges(clauses, pattern)):
            return "answer"
        if kind == "dont_know" or weight("".join(rest)) < CONTENT:
            return kind
    return "answer"


def _hedges(clauses: list[str], unsure: re.Pattern[str]) -> bool:
    """Whether the uncertainty itself is about something: "not sure if it is paging"."""
    hedge = load_words().hedge
    return any(
        hedge.search(clause) and weight(_bare(unsure.sub("", hedge.sub(" ", unsure.sub("", clause))))) >= HEDGED
        for clause in clauses
        if not load_words().courtesy.search(hedge.sub(" ", unsure.sub("", clause)).strip())
    )


def is_order(text: str) -> bool:
    """Whether some clause of `text` tells the interviewer or the grader what to do."""
    orders = dict(load_words().kinds)["orders"]
    return any(orders.search(clause) for clause in _clauses(text))


def only_orders(text: str) -> bool:
    """Whether `text` gives orders and says nothing beside them."""
    orders = dict(load_words().kinds)["orders"]
    clauses = _clauses(text)
    rest = [clause for clause in clauses if not orders.search(clause)]
    return len(rest) < len(clauses) and weight("".join(rest)) < CONTENT


def _ventures(clauses: list[str]) -> bool:
    """Whether clauses beside an "I don't know" answer after all, however carefully."""
    words = load_words()
    rest = [clause for clause in clauses if not words.courtesy.search(clause)]
    if any(words.yes_no.search(clause) for clause in rest):
        return True
    said = [unit for clause in rest for unit in units(clause)]
    if any(not unit[0].isalpha() for unit in said):  # a number or a formula
        return True
    bare = "".join(_bare(clause) for clause in rest)
    return weight(bare) >= HEDGED


def _bare(clause: str) -> str:
    """`clause` without its function words."""
    words = load_words()
    for phrase in words.function_phrases:
        clause = clause.replace(phrase, " ")
    spaced = re.sub(f"[{re.escape(words.function_characters)}]", " ", clause)
    return "".join(word for word in spaced.split() if word.strip("'") not in words.function_words)


def _parted(clauses: list[str]) -> list[str]:
    """`clauses` cut at each hedge, without it: "不太确定但可能和带宽有关" says two things."""
    return [part.strip() for clause in clauses for part in _around(clause) if part.strip()]


def _around(clause: str) -> list[str]:
    edges = [0, *(edge for hit in load_words().hedge.finditer(clause) for edge in hit.span()), len(clause)]
    return [clause[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _clauses(text: str) -> list[str]:
    parts = [part for part in _CLAUSE_END.split(text) if weight(part)]
    folded = (unicodedata.normalize("NFKC", part).casefold().replace("’", "'") for part in parts)
    return [" ".join(part.split()) for part in folded]
