"""The report's fixed words, by language. The one rule: no word a person reads stands in Python."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from knowledge.models import Language


class Words:
    """The words of one language; `say` fills the blanks."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._tables = load(language)

    def say(self, table: str, key: str, **details: object) -> str:
        """The words `key` of `table` with their blanks filled; raises KeyError for words that do not exist."""
        return self._tables[table][key].format(**details)

    def has(self, table: str, key: str) -> bool:
        return key in self._tables[table]


@cache
def load(language: Language) -> Mapping[str, Mapping[str, str]]:
    """All tables of a language as they stand in its file."""
    return tomllib.loads((files("interviewer.report") / "words" / f"{language}.toml").read_text("utf8"))


def number(value: float) -> str:
    """A score or points for people: one decimal at most, none where it is whole."""
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:.1f}"
