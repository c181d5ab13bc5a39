"""Structured replies: find the JSON in what a model said, or the line that stands for it, check it, and have it repaired
at most twice.

One rule: a value that comes out of here satisfies its schema and its caller's check; everything else is a ReplyError
that says why, never a default.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from interviewer.errors import EndpointError, ReplyError
from interviewer.llm.reading import RawReply
from interviewer.llm.reasoning import strip_thinking
from knowledge.models import Frozen

REPAIRS = 2
_FENCED = re.compile(r"```[a-zA-Z0-9]*\s*\n(.*?)```", re.S)
_STARTS_TRIED = 20
_log = logging.getLogger(__name__)

Schema = Mapping[str, Any]
Value = dict[str, Any]


class StructuredReply(Frozen):
    """A checked value, the model that gave it as the server names it, and what it took, repairs included.

    `text` is the reply that the value was read from, `tokens` its log probabilities as the server gave them (see `chances`).
    """

    value: Value
    model: str
    prompt_tokens: int
    completion_tokens: int
    latency_s: float
    repairs: int
    text: str = ""
    tokens: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Flaw:
    """Why a reply cannot be used. `category` ends up in ReplyError's `details["reason"]`, `reason` goes to the model."""

    category: str
    reason: str


Check = Callable[[Value], "str | Flaw | None"]
"""A caller's own check: None when the value is sound, else the reason to tell the model (a Flaw to name a category)."""


@dataclass(frozen=True)
class Line:
    """A short way to write a value: one line that matches `regex`. `read` gives the value back, sound, or what is wrong."""

    regex: str
    read: Callable[[str], Value | Flaw]


async def ask_until_sound(
    ask: Callable[[str], Awaitable[RawReply]],
    schema: Schema,
    check: Check | None,
    *,
    name: str,
    clock: Callable[[], float],
    line: Line | None = None,
) -> StructuredReply:
    """Asks, and after a flaw asks again, telling `ask` what was wrong (nothing at first).

    Raises ReplyError after REPAIRS repairs; its `details["flaw"]` may quote the reply: for logs, never for a candidate.
    """
    started, prompt_tokens, completion_tokens, wrong = clock(), 0, 0, ""
    flaw = Flaw("reply_malformed", "")
    for repairs in range(REPAIRS + 1):
        try:
            raw = await ask(wrong)
        except EndpointError as error:  # what the attempts before it took was spent all the same
            error.details.update(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, repairs=repairs)
            raise
        prompt_tokens += raw.prompt_tokens
        completion_tokens += raw.completion_tokens
        value = read(raw, schema, check, line)
        if not isinstance(value, Flaw):
            return StructuredReply(
                value=value, model=raw.model, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens,
                latency_s=clock() - started, repairs=repairs, text=raw.content, tokens=raw.tokens,
            )  # fmt: skip
        flaw = value
        _log.info("reply %r rejected (%s): %s", name, flaw.category, flaw.reason)
        wrong = flaw.reason
    ended = "was cut off at its token limit" if flaw.category == "reply_cut_off" else "was not usable"
    raise ReplyError(
        f"The model's reply {name!r} {ended}, {REPAIRS + 1} times in a row.",
        "Grade again later; if it keeps happening, use a larger model or a server with structured output.",
        reason=flaw.category, name=name, flaw=flaw.reason,
        prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, repairs=REPAIRS,
    )  # fmt: skip


def read(raw: RawReply, schema: Schema, check: Check | None, line: Line | None = None) -> Value | Flaw:
    """The sound value in `raw`, or why there is none. A complete value counts even if the text was cut off behind it.

    Where a `line` may stand for it, JSON is read all the same: a model that is not constrained writes either.
    """
    flaw: Flaw | None = None
    for value in _candidates(raw):
        if isinstance(value, Flaw):
            flaw = flaw or value
            continue
        against = _against_schema(value, schema) or _unstorable(value)
        if against is None:
            reason = check(value) if check else None
            if reason is None:
                return value
            return reason if isinstance(reason, Flaw) else Flaw("reply_malformed", reason)
        flaw = flaw or Flaw("reply_malformed", against)
    if line is not None and flaw is None and (said := strip_thinking(raw.content)):
        value = line.read(said)
        reason = value if isinstance(value, Flaw) else check(value) if check else None
        if not isinstance(value, Flaw) and reason is None:
            return value
        flaw = reason if isinstance(reason, Flaw) else Flaw("reply_malformed", str(reason))
    if raw.cut_off:
        return Flaw("reply_cut_off", _why_cut_off(raw))
    if not raw.content.strip():
        return Flaw("reply_malformed", "it was blank.")
    return flaw or Flaw("reply_malformed", "it held no complete JSON object.")


def _why_cut_off(raw: RawReply) -> str:
    if not strip_thinking(raw.content):
        return "all of it was thinking and no answer came. Answer without thinking first."
    if len(raw.content) - len(raw.content.rstrip()) > 20:
        return "it ran on in blank space. Write the JSON on one line."
    return "it was too long and was cut off. Use fewer words in every text."


def _candidates(raw: RawReply) -> Iterator[Value | Flaw]:
    """JSON objects of a reply, the likeliest first: the whole text, a fenced block, the first object inside other text."""
    yield from _whole(raw.content)
    text = strip_thinking(raw.content)
    if text != raw.content.strip():
        yield from _whole(text)
    for block in _FENCED.findall(text):
        yield from _whole(block)
    yield from _inside(text, starts=1 if raw.cut_off else _STARTS_TRIED)
    if not text and not raw.cut_off:  # some servers file the whole answer under reasoning when thinking is off
        yield from _whole(raw.reasoning)


def _whole(text: str) -> Iterator[Value | Flaw]:
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once_each)
    except _DoubledError as doubled:
        yield Flaw("reply_malformed", str(doubled))
        return
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict):
        yield cast("Value", value)


def _inside(text: str, starts: int) -> Iterator[Value | Flaw]:
    decoder = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_once_each)
    at = -1
    for _ in range(starts):
        at = text.find("{", at + 1)
        if at < 0:
            return
        try:
            value, _end = decoder.raw_decode(text, at)
        except _DoubledError as doubled:
            yield Flaw("reply_malformed", str(doubled))
            continue
        except (ValueError, RecursionError):
            continue
        yield cast("Value", value)


class _DoubledError(ValueError):
    """One name twice in a JSON object: whichever is kept, the other is lost."""


def _once_each(pairs: list[tuple[str, Any]]) -> Value:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _DoubledError(f"{twice[:40]!r} is given twice.")
    return value


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _against_schema(value: Value, schema: Schema) -> str | None:
    from jsonschema import Draft202012Validator

    error = next(Draft202012Validator(schema).iter_errors(value), None)
    if error is None:
        return None
    said = error.message if len(error.message) <= 300 else f"{error.message[:297]}..."
    return f"at {error.json_path}: {said}."


def _unstorable(value: Value) -> str | None:
    """Half characters and NUL, which JSON can spell but no database stores."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return "it holds half characters."
    return "it holds NUL characters." if "\\u0000" in text.replace("\\\\", "") else None
