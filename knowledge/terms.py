"""Technical terms of a text, in either language, and the bank's list of names for one thing (`terms.toml`).

`terms.toml` holds one key, `groups`: a list of lists of names, the canonical one first. Matching is literal, after
folding widths and cases; it knows no grammar beyond a plural s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import cast

from knowledge.findings import Findings, shortened
from knowledge.markdown import has_cjk
from knowledge.models import Finding, TermGroup
from knowledge.toml_file import lines_of, read_toml

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*|\d+(?:[.,]\d+)*%?")
_LATIN = re.compile(r"[a-z0-9_]")
LONGEST_NAME = 100
_NUMBER = re.compile(r"\d{2,}|\d+[.,]\d|\d+%")


def load_terms(text: str, file: str) -> tuple[tuple[TermGroup, ...], tuple[Finding, ...]]:
    """Read a `terms.toml`: `groups = [["TTFT", "首字延迟", "time to first token"], …]`."""
    found = Findings(file)
    data = read_toml(text, found)
    lines = lines_of(text)
    groups: list[TermGroup] = []
    owner: dict[str, str] = {}
    rows: list[object] = data.get("groups", []) if isinstance(data.get("groups", []), list) else []
    for row in rows:
        names = _names(row)
        line = lines.get(names[0] if names else "groups", 1)
        if len(names) < 2:
            found.warning(
                "terms",
                line,
                f"A term group has fewer than two names: {', '.join(names) or 'none'}.",
                "List all names of one thing together.",
            )
            continue
        if longest := next((name for name in names if len(name) > LONGEST_NAME), ""):
            what = f"The name {shortened(longest)!r} has {len(longest)} characters; its group is not read."
            found.warning("terms", line, what, f"Use at most {LONGEST_NAME}.")
            continue
        for name in names:
            other = owner.setdefault(fold(name), names[0])
            if other != names[0]:
                found.warning(
                    "terms", line, f"{name!r} stands in the groups of {other!r} and {names[0]!r}.", "Keep it in one."
                )
        groups.append(TermGroup(names=names))
    for key in data:
        if key != "groups":
            found.warning(
                "unknown_key", lines.get(key, 1), f"Unknown key {key!r}.", "A terms.toml holds `groups` only."
            )
    return tuple(groups), found.all()


def _names(row: object) -> tuple[str, ...]:
    """The names in one group; what is no text or number in it is none."""
    given = cast("list[object]", row) if isinstance(row, list) else []
    names = (str(name).strip() for name in given if isinstance(name, str | int | float))
    return tuple(name for name in names if name)


class TermFinder:
    """Finds which groups a text names: Chinese names anywhere, Latin ones as whole words, plural or not.

    Names are looked up by their first two characters and their length, so that a text costs its own length, whatever the
    list's.
    """

    def __init__(self, groups: Iterable[TermGroup]) -> None:
        self._groups: dict[str, set[str]] = {}
        lengths: dict[str, set[int]] = {}
        for group in groups:
            for name in map(fold, group.names):
                self._groups.setdefault(name, set()).add(fold(group.names[0]))
                lengths.setdefault(name[:2], set()).add(len(name))
        self._lengths = {start: sorted(found) for start, found in lengths.items()}

    def mentioned(self, text: str) -> frozenset[str]:
        """Canonical names, folded, of the groups of which some name stands in `text`."""
        folded = fold(text)
        found: set[str] = set()
        for at in range(len(folded)):
            for length in self._lengths.get(folded[at : at + 2], ()):
                name = folded[at : at + length]
                if name in self._groups and (has_cjk(name) or _is_word(folded, at, at + length)):
                    found |= self._groups[name]
        return frozenset(found)


def key_terms(text: str) -> frozenset[str]:
    """The technical words of `text`, folded: in Chinese text every Latin word, in English text those that look technical.

    Technical are words with a capital behind the first letter, a digit or an underscore, and numbers of two digits, with
    a decimal or a per cent sign. A plural s is dropped; single letters and digits do not count.
    """
    chinese = has_cjk(text)
    found: set[str] = set()
    for word in _WORD.findall(unicodedata.normalize("NFKC", text)):
        if word[0].isdigit():
            if _NUMBER.match(word):
                found.add(word.rstrip("%").replace(",", ""))
        elif len(word) > 1 and (chinese or re.search(r"[A-Z0-9_]", word[1:])):
            found.add(_term(word))
    return frozenset(found)


def singular(word: str) -> str:
    """`word` without a plural s (`tokens`, `GPUs`; not `bus`, `class`)."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "sui" else word


def fold(text: str) -> str:
    """`text` with widths and cases folded and white space made one blank."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _term(word: str) -> str:
    """A Latin word as it is compared: names of code as they are, acronyms and other words without a plural s."""
    if "_" in word or "." in word:
        return word.casefold()
    return word[:-1].casefold() if re.fullmatch(r"[A-Z0-9]{2,}s", word) else singular(word.casefold())


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether text[start:end], or that and a plural s, has no Latin letter, digit or underscore at either side."""
    end += text.startswith("s", end)
    return not _LATIN.match(text[start - 1 : start]) and not _LATIN.match(text[end : end + 1])
