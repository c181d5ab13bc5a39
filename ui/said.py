"""What a bank's check and its readers say, in the reader's language.

They write English sentences; `words/findings.toml` holds each of them once, with blanks, beside its Chinese. The one rule: what
an author wrote (a title, a path, a question) comes through letter by letter, and a sentence without a translation is said by
its kind, never in the other language.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from knowledge.errors import UserFacingError
from knowledge.models import Finding

_BLANK = re.compile(r"\{(\w+)\}")
_TAKES = {"span": r"(?: \(to line \d+\))?", "target": r"(?: to (?:'.*'|\".*\"))?"}
"""Blanks that stand right behind another one."""
_SPAN = re.compile(r" \(to line (\d+)\)")
_MARKS = re.compile(r"(.*) in the question, (.*) in the target")
_OUT = re.compile(r" to ('.*'|\".*\")")


def what_of(finding: Finding, language: str) -> str:
    """What was found, in `language`; a kind without words in it is named by its code."""
    return translated(finding.what, language) or titled(finding.code, language)


def fix_of(finding: Finding, language: str) -> str:
    """What to do about it; "" where there are no words for it in `language`."""
    return translated(finding.fix, language)


def titled(code: str, language: str) -> str:
    """A kind of finding in a few words; its bare code where it has none."""
    from ui.texts import texts

    return str(texts(language)["knowledge_codes"].get(code, code))


def refusal(error: UserFacingError, language: str) -> tuple[str, str]:
    """Why a file could not be read at all, and what to do: where there is no translation, as the error says it."""
    return translated(error.what, language) or error.what, translated(error.fix, language) or error.fix


@lru_cache(maxsize=4096)
def translated(text: str, language: str) -> str:
    """The English sentence `text` in `language`; "" where the catalogue does not hold it."""
    if language == "en":
        return text
    said, values = _catalogue()
    for pattern, words in said:
        if match := pattern.fullmatch(text):
            return _BLANK.sub(lambda blank: _value(match[blank[1]], values), words)
    return ""


def _value(text: str, values: dict[str, str]) -> str:
    """What fills a blank: one of our own words, or an author's, whose quotation marks become those of the language."""
    if match := _SPAN.fullmatch(text):
        return f"（到第 {match[1]} 行）"
    if match := _OUT.fullmatch(text):
        return f"（{match[1]}）"
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        inner = text[1:-1].replace("\\'", "'").replace("\\\\", "\\")
        return f"“{values.get(inner, inner)}”"
    if text.endswith(" in the target") and (match := _MARKS.fullmatch(text)):
        return f"题目里是 {values.get(match[1], match[1])}，链接里是 {values.get(match[2], match[2])}"
    parts = [part.rpartition(" = ") for part in text.split(", ")]
    known = all(last in values for _, _, last in parts)
    return "、".join(f"{name}{sign}{values[last]}" for name, sign, last in parts) if known else text


@cache
def _catalogue() -> tuple[list[tuple[re.Pattern[str], str]], dict[str, str]]:
    """The sentences as patterns, the most particular first, and the words that may fill a blank."""
    read: dict[str, Any] = tomllib.loads((files("ui") / "words" / "findings.toml").read_text("utf8"))
    said: dict[str, str] = read["said"]
    ordered = sorted(said, key=lambda text: -len(_BLANK.sub("", text)))
    return [(_pattern(text), said[text]) for text in ordered], read["values"]


def _pattern(text: str) -> re.Pattern[str]:
    """A sentence as a pattern in which each blank takes any words; a second blank of one name takes the same."""
    out, seen, end = "", set[str](), 0
    for blank in _BLANK.finditer(text):
        name = blank[1]
        taken = _TAKES.get(name, ".*?")
        out += re.escape(text[end : blank.start()]) + (f"(?P={name})" if name in seen else f"(?P<{name}>{taken})")
        seen.add(name)
        end = blank.end()
    return re.compile(out + re.escape(text[end:]), re.DOTALL)
