"""The debrief's fixed words, by language. The one rule: no word a person reads stands in Python."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from knowledge.models import Language


class Words:
    """The words of one language; `say` fills the blanks."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._tables = load(language)

    def say(self, table: str, key: str, **details: object) -> str:
        return self._tables[table][key].format(**details)

    def options(self, table: str, key: str) -> list[str]:
        """All entries of a list."""
        return list(self._tables[table][key])


@cache
def load(language: Language) -> dict[str, dict[str, Any]]:
    """All tables of a language as they stand in its file."""
    return tomllib.loads((files("interviewer.debrief") / "words" / f"{language}.toml").read_text("utf8"))
