"""Replies bound by a regular expression: what is refused of one, its shortest match, and log probabilities under it.

One rule: as vLLM with xgrammar. No look-around, no back references, no `(?P<…>`; log probabilities are taken after the
grammar's mask, so allowed tokens share the mass and all others have -9999.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined]
from typing import Any

MASKED = -9999.0
LETTERS = "cpx-"
_TOKEN = re.compile(r"\s?[A-Za-z_]{2,}|\s?[km]|=[^\s\w]|=\w|\s?\S|\s+")
_FORBIDDEN = {"ASSERT": "look-around", "ASSERT_NOT": "look-around", "GROUPREF": "a back reference", "AT": "an anchor"}


def fault_of(regex: str) -> str | None:
    """Why the engine's grammar cannot take `regex`; None when it can."""
    try:
        parsed = _parser.parse(regex)
    except re.error as error:
        return f"regex parsing error: {error}"
    if "(?P" in regex:
        return "named groups of Python's form are not supported."
    return next((f"{_FORBIDDEN[op]} is not supported." for op in _ops(parsed) if op in _FORBIDDEN), None)


@lru_cache(maxsize=256)
def shortest(regex: str) -> str:
    """The shortest text that matches `regex`, with the first of equal choices."""
    return _shortest(_parser.parse(regex))


def logprobs(content: str, regex: str, sure: Mapping[str, float]) -> list[dict[str, Any]]:
    """One entry a token of `content`, as vLLM gives them; without a regex the letters of a verdict share the mass."""
    return list(_logprobs(content, regex, tuple(sure.items())))


@lru_cache(maxsize=1024)
def _logprobs(content: str, regex: str, sure: tuple[tuple[str, float], ...]) -> tuple[dict[str, Any], ...]:
    entries: list[dict[str, Any]] = []
    for match in _TOKEN.finditer(content):
        token, before = match[0], content[: match.end() - 1]
        others = list(_others(before, token[-1], regex))
        told = next((p for end, p in sure if before.endswith(end)), 0.9)
        chance = told if others else 1.0
        rows = [_entry(token, chance)] + [_entry(token[:-1] + o, (1 - chance) / len(others)) for o in others]
        if len(rows) == 1:
            rows.append(_entry(token + "~", 0.0))
        entries.append(rows[0] | {"top_logprobs": sorted(rows, key=lambda row: -row["logprob"])[:20]})
    return tuple(entries)


def _others(before: str, chosen: str, regex: str) -> Iterator[str]:
    import regex as partial

    if not regex:
        yield from (letter for letter in LETTERS if letter != chosen and chosen in LETTERS)
        return
    compiled = partial.compile(regex)
    for other in dict.fromkeys(LETTERS + "0123456789"):
        if other != chosen and compiled.fullmatch(before + other, partial=True):
            yield other


def _entry(token: str, chance: float) -> dict[str, Any]:
    logprob = math.log(chance) if chance > 0 else MASKED
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf8", "surrogatepass"))}


def _ops(parsed: Any) -> Iterator[str]:
    for op, argument in parsed:
        yield str(op)
        for part in argument if isinstance(argument, tuple | list) else (argument,):
            for inner in part if isinstance(part, list) else (part,):
                if isinstance(inner, _parser.SubPattern):
                    yield from _ops(inner)


def _shortest(parsed: Any) -> str:
    return "".join(_shortest_of(str(op), argument) for op, argument in parsed)


def _shortest_of(op: str, argument: Any) -> str:
    match op:
        case "LITERAL":
            return chr(argument)
        case "IN":
            kind, value = argument[0]
            return {"RANGE": lambda: chr(value[0]), "LITERAL": lambda: chr(value)}.get(str(kind), lambda: "0")()
        case "BRANCH":
            return min((_shortest(one) for one in argument[1]), key=len)
        case "SUBPATTERN":
            return _shortest(argument[-1])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _shortest(argument[2]) * argument[0]
        case "ANY" | "NOT_LITERAL":
            return "."
        case _:
            return ""
