"""Ids given out in one place: each only once, however many ask for the same."""

from __future__ import annotations


class Ids:
    """The ids that are taken. Only lives while a bank is being read."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def __contains__(self, one: str) -> bool:
        return one in self._taken

    def take(self, wanted: str, prefix: str, first: int = 1) -> str:
        """`wanted`, or where that is taken `prefix` and the next number from `first` on that is free."""
        found = wanted
        while found in self._taken:
            number = self._next.get(prefix, first)
            self._next[prefix] = number + 1
            found = f"{prefix}{number}"
        self._taken.add(found)
        return found
