"""A bank's TOML files as tables: read once, bounded, and with the line of every word in them.

Its rule: whatever the file holds, reading it ends soon and gives a table; what is off is a finding with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from knowledge.findings import Findings

DEEPEST = 30
"""Parts of a dotted key, and brackets in each other, that a bank's files never need; the reader's cost grows with their square."""
LONGEST_LINE = 20_000
_DOTTED = re.compile(rf"""(?:(?:"[^"\n]*+"|'[^'\n]*+'|(?<![\w-])[\w-]++)[ \t]*+\.[ \t]*+){{{DEEPEST}}}""")
_WORD = re.compile(r"""\"((?:[^"\\\n]|\\.)*+)\"|'([^'\n]*+)'|^[ \t]*+\[*+([A-Za-z0-9_-]++)""", re.MULTILINE)


def read_toml(text: str, found: Findings) -> dict[str, Any]:
    """The tables of a TOML file; none, and an error, for a file that is not TOML or too deep to be read."""
    if fault := _too_much(text):
        line, what = fault
        found.error("toml", line, f"The file is not read: {what}.", "Mend the line named.")
        return {}
    try:
        return tomllib.loads(text)
    except RecursionError:
        found.error(
            "toml", deepest_line(text), "The file is not read: it is nested too deeply.", "Mend the line named."
        )
    except ValueError as error:  # TOMLDecodeError is one, and so is a number of thousands of digits
        found.error("toml", _error_line(error), f"The file is not valid TOML: {error}.", "Mend the line named.")
    return {}


def lines_of(text: str) -> Mapping[str, int]:
    """The first line on which each key and each quoted string of a TOML file stands, counted from 1."""
    lines: dict[str, int] = {}
    line = at = 0
    for word in _WORD.finditer(text):
        line += text.count("\n", at, word.start(word.lastindex or 0))
        at = word.start(word.lastindex or 0)
        lines.setdefault(word[word.lastindex or 0], line + 1)
    return lines


def deepest_line(text: str, most: int = DEEPEST) -> int:
    """The first line on which more than `most` brackets are open; 1 where there is none."""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        for mark in re.findall(r"[\[\]{}]", line):
            depth += 1 if mark in "[{" else -1
            if depth > most:
                return number
        depth = max(depth, 0)
    return 1


def _too_much(text: str) -> tuple[int, str] | None:
    """What the TOML reader would take minutes and gigabytes for, and its line."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            return number, f"the line has {len(line)} characters, more than {LONGEST_LINE}"
        if line.count(".") >= DEEPEST and _DOTTED.search(line):
            return number, f"a key has {DEEPEST} parts or more"
    return None


def _error_line(error: ValueError) -> int:
    """The line a TOML error names, or 1 where it names none (the end of the file)."""
    match = re.search(r"line (\d+)", str(error))
    return int(match[1]) if match else 1
