"""What a text consists of when wordings are compared: Latin words, Chinese characters, numbers AND operators.

The one rule: whatever changes what a short answer says is a unit ("n/2" and "n*2" differ); decoration (punctuation, bold
marks, a hyphen inside a word, arrows) is none.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WIDE = "\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af"
_RAISED = str.maketrans(
    {raised: f"^{n}" for n, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"ⁿ": "^n", "−": "-", "∗": "*", "⁄": "/"}
)
_ARROW = re.compile(r"[-=]{1,2}>|<[-=]{1,2}(?=[^\d\s(])|(?m:^)\s*>+")
_UNIT = re.compile(
    rf"""
    \d+(?:[.,]\d+)*(?=[\d\W_]|$|[{_WIDE}])      # a number
  | [^\W_{_WIDE}]+                               # a Latin word, with digits in it or not
  | [{_WIDE}]                                    # a Chinese character
  | (?:!=|<=|>=|==|[=<>≤≥≠≈×÷±√∑∞∝])             # always says something
  | [✓✔✅☑✗✘❌✖👍👎]                                # yes or no
  | (?<=\d)%
  | (?<![^\s(=<>*/+,:]) - (?=\d)                 # a sign
  | (?:(?<=[0-9)\]])|(?<=(?<![^\W_])[A-Za-z])) \s* [-+] \s* (?=[0-9(\[]|[A-Za-z](?![^\W_]))
  | (?<=[0-9A-Za-z)\]]) (?:\*\*|[*/^]) (?=[0-9A-Za-z(\[])                       # with blanks on both sides or none,
  | (?<=[0-9A-Za-z)\]{_WIDE}]) \s+ (?:\*\*|[*/^]) \s+ (?=[0-9A-Za-z(\[{_WIDE}])   # as bold marks never have them
    """,
    re.X,
)


@lru_cache(maxsize=1024)
def units(text: str) -> tuple[str, ...]:
    """The units of `text` in order, folded: NFKC, lower case, no white space in an operator."""
    plain = unicodedata.normalize("NFKC", text.translate(_RAISED)).translate(_RAISED).casefold()
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Mn"))
    return tuple("".join(unit.split()) for unit in _UNIT.findall(_ARROW.sub(" ", plain)))
