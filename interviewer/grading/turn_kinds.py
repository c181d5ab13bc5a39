"""What a candidate's turn is, by its words alone. The one rule: a turn that still says something is an answer.

The words stand in `prompts/assess/patterns.toml`. Clauses that match a pattern are taken out; only when what is left
weighs less than `CONTENT` is the turn of that kind.
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
from interviewer.models import TurnKind

CONTENT = 16
"""Eight Chinese characters or sixteen letters: about the shortest thing that can be a statement of its own."""
SAID = 4
"""The same where a hedge or a reason leads to it: two Chinese characters, four letters."""
_CLAUSE_END = re.compile(r"[,.!?;:，。！？；：、~…\n]+(?=\s|$|[^\x00-\x7f])|[，。！？；：、…\n]+")


@dataclass(frozen=True)
class Words:
    """The lists of `patterns.toml`, compiled."""

    kinds: tuple[tuple[TurnKind, re.Pattern[str]], ...]
    hedge: re.Pattern[str]
    negation: re.Pattern[str]
    denial: re.Pattern[str]
    opposites: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    function_words: frozenset[str]
    function_characters: str
    function_phrases: tuple[str, ...]
    statement_words: frozenset[str]
    statement_characters: frozenset[str]


@cache
def load_words() -> Words:
    """The words as they stand in the installed file."""
    tables: dict[str, Any] = tomllib.loads((files("prompts") / "assess" / "patterns.toml").read_text("utf8"))
    kinds: tuple[TurnKind, ...] = ("orders", "asks_answer", "clarifying", "dont_know", "off_topic")
    function = tables["function"]
    return Words(
        kinds=tuple((kind, re.compile("|".join(tables["kinds"][kind]))) for kind in kinds),
        hedge=re.compile("|".join(tables["hedge"]["words"])),
        negation=re.compile("|".join(tables["negation"]["words"])),
        denial=re.compile("|".join(tables["negation"]["denial"])),
        opposites=tuple((re.compile(one), re.compile(other)) for one, other in tables["negation"]["opposites"]),
        function_words=frozenset(function["words"].split()),
        function_characters=function["characters"],
        function_phrases=tuple(function["phrases"].split()),
        statement_words=frozenset(function["statement_words"].split()),
        statement_characters=frozenset(function["statement_characters"]),
    )


def kind_of(text: str) -> TurnKind:
    """The kind of the turn `text`. Never "I don't know" for a turn that goes on to say something: a hedge is an answer."""
    clauses = _clauses(text)
    for kind, pattern in load_words().kinds:
        rest = [clause for clause in clauses if not pattern.search(clause)]
        if len(rest) < len(clauses) and weight("".join(rest)) < CONTENT:
            return "answer" if kind == "dont_know" and _hedges(clauses, pattern) else kind
    return "answer"


def _hedges(clauses: list[str], unsure: re.Pattern[str]) -> bool:
    """Whether something is said beside the uncertainty: a guess or a reason, with words of its own."""
    hedge = load_words().hedge
    return any(
        hedge.search(clause) and weight(unsure.sub("", hedge.sub(" ", unsure.sub("", clause)).strip())) >= SAID
        for clause in clauses
    )


def is_order(text: str) -> bool:
    """Whether some clause of `text` tells the interviewer or the grader what to do."""
    orders = dict(load_words().kinds)["orders"]
    return any(orders.search(clause) for clause in _clauses(text))


def _clauses(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    parts = _CLAUSE_END.split(folded)
    return [" ".join(part.split()) for part in parts if weight(part)]
