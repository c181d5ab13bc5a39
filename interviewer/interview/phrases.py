"""The interviewer's fixed words, filled and chosen by seed. Nothing here knows a key point or a reference."""

from __future__ import annotations

import hashlib

import prompts
from knowledge.models import Language


class Phrases:
    """Fixed words of one language; a list is picked from by (seed, turn), so the same session says the same words."""

    def __init__(self, language: Language, seed: int = 0) -> None:
        self.language: Language = language
        self._words = prompts.words(language)
        self._seed = seed

    def say(self, table: str, key: str, turn: int = 0, **values: object) -> str:
        """The words at `table`.`key` with `values` filled in; for a list, the one that the seed picks at `turn`."""
        found = self._words[table][key]
        if isinstance(found, list):
            digest = hashlib.sha256(f"{self._seed}:{turn}:{table}.{key}".encode()).digest()
            found = found[digest[0] % len(found)]
        return found.format(**values) if values else found

    def options(self, table: str, key: str) -> list[str]:
        """All words of a list."""
        found = self._words[table][key]
        return found if isinstance(found, list) else [found]

    def join(self, *parts: str) -> str:
        """Sentences put together as the language does it: with a space in English, without one in Chinese."""
        kept = [part.strip() for part in parts if part.strip()]
        return (" " if self.language == "en" else "").join(kept)
