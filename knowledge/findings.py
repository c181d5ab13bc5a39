"""Where readers of a bank write down what they find, instead of failing: one list for one file, or for a whole bank.

Its rule: a list stays short whatever a file holds. Of each kind the first are kept and the others counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from knowledge.models import Finding, Place, Severity

LONGEST = 400
"""Characters of a message: a file's own words in it may be of any length."""
MOST_OF_A_KIND = 200
"""Findings of one severity and code that are kept; more of them tell an author nothing that these do not."""
Kind = tuple[Severity, str]


class Findings:
    """The findings of one file, in the order they were made. Only lives while that file is being read."""

    def __init__(self, file: str, most: int = MOST_OF_A_KIND) -> None:
        self.file = file
        self._most = most
        self._all: list[Finding] = []
        self._kept: Counter[Kind] = Counter()
        self._more: Counter[Kind] = Counter()

    def error(self, code: str, line: int, what: str, fix: str) -> None:
        """Write down a fault that stops an interview."""
        self._add("error", code, line, what, fix)

    def warning(self, code: str, line: int, what: str, fix: str) -> None:
        """Write down something the author should know, with which an interview still works."""
        self._add("warning", code, line, what, fix)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take over findings made elsewhere, with those they stand for."""
        for one in findings:
            kind = (one.severity, one.code)
            self._more[kind] += one.more
            if self._room(kind):
                self._all.append(one.model_copy(update={"more": 0}) if one.more else one)

    def all(self) -> tuple[Finding, ...]:
        """Those kept; the last of each kind says how many more there are."""
        found = list(self._all)
        due = {kind: n for kind, n in self._more.items() if n}
        for at in range(len(found) - 1, -1, -1):
            if not due:
                break
            if more := due.pop((found[at].severity, found[at].code), 0):
                found[at] = found[at].model_copy(update={"more": more})
        return tuple(found)

    def _add(self, severity: Severity, code: str, line: int, what: str, fix: str) -> None:
        if self._room((severity, code)):
            place = Place(file=self.file, line=line)
            said = shortened(what, LONGEST)
            self._all.append(Finding(severity=severity, code=code, place=place, what=said, fix=fix))

    def _room(self, kind: Kind) -> bool:
        """Whether one more of a kind is kept; it is counted either way."""
        if self._kept[kind] < self._most:
            self._kept[kind] += 1
            return True
        self._more[kind] += 1
        return False


def gathered(*found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings made in several places as one list, as short as each of them."""
    whole = Findings("")
    for some in found:
        whole.add(some)
    return whole.all()


def counted(findings: Iterable[Finding], severity: Severity) -> int:
    """How many findings of a severity there are, with those that are not listed."""
    return sum(1 + one.more for one in findings if one.severity == severity)


def shortened(text: str, limit: int = 40) -> str:
    """`text` cut to `limit` characters for a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
