"""Where readers of a bank write down what they find, instead of failing: one list for one file."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.models import Finding, Place, Severity


class Findings:
    """The findings of one file, in the order they were made. Only lives while that file is being read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._all: list[Finding] = []

    def error(self, code: str, line: int, what: str, fix: str) -> None:
        """Write down a fault that stops an interview."""
        self._add("error", code, line, what, fix)

    def warning(self, code: str, line: int, what: str, fix: str) -> None:
        """Write down something the author should know, with which an interview still works."""
        self._add("warning", code, line, what, fix)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take over findings made elsewhere."""
        self._all += findings

    def all(self) -> tuple[Finding, ...]:
        return tuple(self._all)

    def _add(self, severity: Severity, code: str, line: int, what: str, fix: str) -> None:
        place = Place(file=self.file, line=line)
        self._all.append(Finding(severity=severity, code=code, place=place, what=what, fix=fix))


def shortened(text: str, limit: int = 40) -> str:
    """`text` cut to `limit` characters for a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
