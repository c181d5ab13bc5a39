"""What a server sent, whatever JSON it is, as a reply, a piece of one, or an error that it reports.

One rule: nothing that a server can send raises anything here but `Unreadable`; a part that is not what it should be is
left out, and `odd` says so, so that data is never put together from pieces of which one was lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from interviewer.llm.chances import tokens_of

Json = dict[str, Any]

_STATUS_OF = {
    "invalid_request_error": 400, "badrequesterror": 400, "bad_request": 400, "invalidparameter": 400,
    "context_length_exceeded": 400, "exceed_context_size_error": 400, "authentication_error": 401,
    "invalid_api_key": 401, "invalidapikey": 401, "permission_error": 403, "not_found_error": 404, "notfounderror": 404,
    "model_not_found": 404, "insufficient_quota": 429, "rate_limit_error": 429, "rate_limit_exceeded": 429,
    "ratelimiterror": 429, "overloaded_error": 503, "unavailable_error": 503, "not_supported_error": 501,
}  # fmt: skip
"""The statuses that names of errors stand for, where one comes inside an HTTP 200."""


_BESIDE = 2000


class Unreadable(Exception):
    """What came is no reply to a chat request."""


@dataclass(frozen=True)
class Refused:
    """An error that a server reports in words. `status` is 0 where it says none."""

    said: str
    code: str = ""
    status: int = 0
    beside: str = ""
    """All that came with it, in part: for what stands beside the words."""

    @property
    def all(self) -> str:
        """Code and words, for looking up what is meant."""
        return f"{self.code} {self.said}"


@dataclass(frozen=True)
class RawReply:
    """One reply as it came: text, thinking that came in a field of its own, and why it ended."""

    content: str
    reasoning: str
    finish_reason: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    tokens: tuple[Any, ...] = ()
    """Log probabilities, where they were asked for and given."""

    @property
    def cut_off(self) -> bool:
        return self.finish_reason == "length"


@dataclass(frozen=True)
class Piece:
    """What one event of a stream holds; `odd` where part of it could not be read."""

    text: str = ""
    thinking: str = ""
    finish_reason: str = ""
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    odd: bool = False
    calls: tuple[Json, ...] = ()
    ends: bool = False
    """Whether the reply is whole with this: its reason to end, a whole message, or the stream's own end."""
    tokens: tuple[Any, ...] = ()
    heard: bool = False
    """Whether there was a choice in it at all."""


def error_in(body: object) -> Refused | None:
    """The error that `body` reports instead of a reply, as some servers do under HTTP 200; None when it is none."""
    if not isinstance(body, dict) or _first(body.get("choices")) is not None:
        return None
    known = cast("Json", body)
    error = known.get("error")
    if isinstance(error, str) and error.strip():
        return Refused(error, status=_number(known.get("code")) if 400 <= _number(known.get("code")) < 600 else 0)
    if isinstance(error, dict):
        return refusal(error)
    told = any(isinstance(known.get(key), str | list | dict) for key in ("message", "detail", "msg"))
    if told and ("code" in known or "detail" in known or known.get("object") == "error" or "type" in known):
        return refusal(known)
    return None


def refusal(body: object) -> Refused:
    """What the body of an error says, in any of the shapes that servers use."""
    code, status, said = "", 0, ""
    inner = body
    for _ in range(6):  # an error in an error in …
        if not isinstance(inner, dict):
            break
        found = cast("Json", inner)
        for key in ("code", "type", "error_type"):
            if isinstance(found.get(key), str | int) and not isinstance(found.get(key), bool):
                code = code or str(found[key])
        inner = next((found[key] for key in ("message", "error", "detail", "msg", "details") if found.get(key)), "")
    if isinstance(inner, str):
        said = inner
    elif inner:
        said = json.dumps(inner, ensure_ascii=False, default=str)
    status = int(code) if code.isdecimal() and 400 <= int(code) < 600 else _STATUS_OF.get(code.lower(), 0)
    beside = json.dumps(body, ensure_ascii=False, default=str)[:_BESIDE]
    return Refused(said=said, code=code, status=status, beside=beside)


def read_reply(body: object) -> RawReply:
    """A chat completion's body as a reply. Raises Unreadable where there is no choice in it."""
    if not isinstance(body, dict):
        raise Unreadable(f"a {type(body).__name__} came where a chat completion should be")
    known = cast("Json", body)
    choice = _first(known.get("choices"))
    if choice is None:
        raise Unreadable("there is no choice in it")
    message = choice.get("message", choice.get("delta"))
    if message is None and isinstance(choice.get("text"), str):
        message = choice["text"]
    text, thinking, _ = _spoken(message)
    if message is not None and not isinstance(message, dict | str):
        raise Unreadable(f"its message is a {type(message).__name__}")
    usage = known.get("usage")
    return RawReply(
        content=text,
        reasoning=thinking,
        finish_reason=_word(choice.get("finish_reason")),
        model=_word(known.get("model")),
        prompt_tokens=_number(usage.get("prompt_tokens")) if isinstance(usage, dict) else 0,
        completion_tokens=_number(usage.get("completion_tokens")) if isinstance(usage, dict) else 0,
        tokens=tokens_of(choice),
    )


def read_piece(event: object) -> Piece:
    """What an event of a stream holds; an event without choices (usage, a ping) holds nothing and is not odd."""
    if not isinstance(event, dict):
        return Piece(odd=event is not None)
    known = cast("Json", event)
    usage = known.get("usage")
    counted: Json = cast("Json", usage) if isinstance(usage, dict) else {}
    model = _word(known.get("model"))
    prompt, completion = _number(counted.get("prompt_tokens")), _number(counted.get("completion_tokens"))
    choices = known.get("choices")
    if choices is None or choices == [] or choices == {}:
        return Piece(model=model, prompt_tokens=prompt, completion_tokens=completion)
    choice = _first(choices)
    if choice is None:
        return Piece(model=model, prompt_tokens=prompt, completion_tokens=completion, odd=True)
    delta = choice.get("delta") or choice.get("message") or choice.get("text")
    text, thinking, odd = _spoken(delta)
    calls: tuple[Json, ...] = ()
    if isinstance(delta, dict):
        calls, strange = _calls(cast("Json", delta).get("tool_calls"))
        odd = odd or strange
    return Piece(
        text=text,
        thinking=thinking,
        finish_reason=_word(choice.get("finish_reason")),
        model=model,
        prompt_tokens=prompt,
        completion_tokens=completion,
        odd=odd,
        calls=calls,
        ends=bool(_word(choice.get("finish_reason"))) or bool(choice.get("message")),
        tokens=tokens_of(choice),
        heard=True,
    )


def put_together(pieces: Iterable[Piece]) -> RawReply:
    """The reply that the pieces of a stream make. Raises Unreadable where one of them could not be read."""
    texts: list[str] = []
    thoughts: list[str] = []
    finish, model, prompt, completion, heard = "", "", 0, 0, False
    tokens: list[Any] = []
    for piece in pieces:
        if piece.odd:
            raise Unreadable("part of the stream could not be read")
        texts.append(piece.text)
        thoughts.append(piece.thinking)
        tokens += piece.tokens
        finish, model, heard = piece.finish_reason or finish, piece.model or model, heard or piece.heard
        prompt, completion = max(prompt, piece.prompt_tokens), max(completion, piece.completion_tokens)
    if not heard:
        raise Unreadable("there is no choice in it")
    return RawReply("".join(texts), "".join(thoughts), finish, model, prompt, completion, tuple(tokens))


def text_of(content: object) -> tuple[str, str]:
    """(text, thinking) of a message's content: words, a list of parts, null, or any other JSON as it is written."""
    if content is None:
        return "", ""
    if isinstance(content, str):
        return content, ""
    if isinstance(content, list):
        parts = [_part(part) for part in cast("list[object]", content)]
        return "".join(text for text, _ in parts), "".join(thinking for _, thinking in parts)
    return json.dumps(content, ensure_ascii=False), ""


def _part(part: object) -> tuple[str, str]:
    """One part of a content list: a string, or an object with its text in `text` or, for thinking, in `thinking`."""
    if not isinstance(part, dict):
        return (part if isinstance(part, str) else ""), ""
    known = cast("Json", part)
    if "thinking" in known or known.get("type") in ("thinking", "reasoning"):
        return "", "".join(text_of(known.get("thinking", known.get("text")))[:1])
    text = known.get("text", known.get("content"))
    if isinstance(text, dict):  # the form of the Assistants API: {"text": {"value": "…"}}
        text = cast("Json", text).get("value")
    return (text if isinstance(text, str) else ""), ""


def _spoken(message: object) -> tuple[str, str, bool]:
    """(text, thinking, whether it is odd) of a message or a delta."""
    if message is None:
        return "", "", False
    if isinstance(message, str):
        return message, "", False
    if not isinstance(message, dict):
        return "", "", True
    known = cast("Json", message)
    text, thinking = text_of(known.get("content"))
    for key in ("reasoning", "reasoning_content"):
        if isinstance(known.get(key), str):
            thinking = thinking or known[key]
    return text, thinking, False


def _calls(calls: object) -> tuple[tuple[Json, ...], bool]:
    if calls is None:
        return (), False
    if not isinstance(calls, list):
        return (), True
    listed = cast("list[object]", calls)
    whole = tuple(cast("Json", call) for call in listed if isinstance(call, dict))
    return whole, len(whole) < len(listed)


def _first(choices: object) -> Json | None:
    """The first choice of a list, or of an object that stands where the list should."""
    if isinstance(choices, dict):
        if {"message", "delta", "text"} & choices.keys():
            return cast("Json", choices)
        choices = list(choices.values())
    if not isinstance(choices, list) or not choices:
        return None
    first = cast("list[object]", choices)[0]
    return cast("Json", first) if isinstance(first, dict) else None


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    """A count, also where it came as text; 0 for anything else."""
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 2**53 else 0
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16 else 0
