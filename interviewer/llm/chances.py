"""How sure a model was of one letter of its reply, from the log probabilities that a server gives with it.

One rule: what cannot be told for certain is None, never a guess: no log probabilities, a reply that is not the text they
were given for, or alternatives that end before the letter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

TOP = 6
"""Alternatives asked for at each token: four letters, an end, and a token that stops short of the letter."""


def fields() -> dict[str, object]:
    """The request fields that ask for log probabilities."""
    return {"logprobs": True, "top_logprobs": TOP}


def tokens_of(choice: object) -> tuple[Mapping[str, Any], ...]:
    """The tokens of a reply with their log probabilities, as the server gave them; empty where it gave none."""
    given: object = cast("dict[str, Any]", choice).get("logprobs") if isinstance(choice, dict) else None
    content: object = cast("dict[str, Any]", given).get("content") if isinstance(given, dict) else None
    if not isinstance(content, list):
        return ()
    listed = cast("list[object]", content)
    tokens = tuple(cast("dict[str, Any]", token) for token in listed if isinstance(token, dict))
    return tokens if len(tokens) == len(listed) else ()


def chances(
    tokens: Sequence[Mapping[str, Any]], text: str, places: Mapping[str, int], letters: str
) -> dict[str, float | None]:
    """For each of `places` (a character of `text`), how probable the letter there was among `letters`, 0 to 1.

    `text` may be part of what the tokens spell. Servers differ in whether masked tokens keep some of the mass, so shares
    are of the letters alone; tokens may hold more than the letter ("=c", "c3"): those that agree up to it are compared.
    """
    said = [_bytes(token) for token in tokens]
    whole = b"".join(said)
    raw = text.encode("utf8", "surrogatepass")
    begin = whole.rfind(raw) if raw else -1
    if begin < 0:
        return dict.fromkeys(places)
    ends: list[int] = []
    for piece in said:
        ends.append((ends[-1] if ends else 0) + len(piece))
    found: dict[str, float | None] = {}
    for name, at in places.items():
        byte = begin + len(text[:at].encode("utf8", "surrogatepass"))
        index = next((n for n, end in enumerate(ends) if byte < end), None)
        found[name] = None
        if index is not None:
            into = byte - (ends[index] - len(said[index]))
            found[name] = _share(tokens[index], said[index], into, letters)
    return found


def _share(token: Mapping[str, Any], chosen: bytes, into: int, letters: str) -> float | None:
    mass: dict[str, float] = {}
    others = token.get("top_logprobs")
    listed = [token, *(cast("list[Mapping[str, Any]]", others) if isinstance(others, list) else [])]
    seen: set[bytes] = set()
    for one in listed:
        spelled = _bytes(one)
        logprob = one.get("logprob") if isinstance(one, Mapping) else None
        if spelled in seen or not isinstance(logprob, int | float) or math.isnan(logprob):
            continue
        seen.add(spelled)
        if len(spelled) > into and spelled[:into] == chosen[:into] and (letter := chr(spelled[into])) in letters:
            mass[letter] = mass.get(letter, 0.0) + math.exp(min(0.0, logprob))
    total = sum(mass.values())
    return mass.get(chr(chosen[into]), 0.0) / total if total > 0 and len(listed) > 1 else None


def _bytes(token: Mapping[str, Any]) -> bytes:
    """What a token spells; servers that give no bytes give its text."""
    given = token.get("bytes")
    if isinstance(given, list) and all(isinstance(one, int) and 0 <= one < 256 for one in cast("list[object]", given)):
        return bytes(cast("list[int]", given))
    return str(token.get("token") or "").encode("utf8", "surrogatepass")
