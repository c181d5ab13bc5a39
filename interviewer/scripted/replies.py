"""What a scripted server says: requests as the brain sees them, replies, one-off faults, and the default brain.

One rule: a reply that a real server could not have produced is a mistake of the script, and only a `Fault` may break it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from interviewer.scripted.patterns import shortest
from interviewer.scripted.tools import Calls, written

Schema = Mapping[str, Any]
FaultKind = Literal[
    "slow_first_token", "slow_chunks", "hang", "cut_off", "truncated", "malformed", "blank", "whitespace", "status",
    "reasoning_field", "reasoning_content_field", "reasoning_text", "reasoning_only", "fenced", "embedded", "wrong_ids",
    "refuse_format", "ignore_format", "html", "stream_error", "body",
]  # fmt: skip
THOUGHT = "Let me think: the word banana must never be shown."
"""What scripted thinking says; tests look for it where it must not be."""


class ScriptError(Exception):
    """The script asked for a reply that a real server could not have produced."""


@dataclass(frozen=True)
class ChatRequest:
    """One chat request as it was received; `body` is all of it."""

    model: str
    messages: tuple[Mapping[str, Any], ...]
    max_tokens: int
    temperature: float | None
    seed: int | None
    stop: tuple[str, ...]
    stream: bool
    schema: Schema | None
    """What the reply should satisfy: of `response_format`, else as the prompt's last system line writes it out."""
    schema_name: str
    constrained: Literal["schema", "json", "regex", "no"]
    """What the server enforces: the schema, JSON of any shape, the regular expression, or nothing."""
    thinking: bool
    """False when the request turned thinking off."""
    body: Mapping[str, Any] = field(repr=False)
    tools: tuple[str, ...] = ()
    """Names of the tools that may be called."""
    regex: str = ""
    """What the whole reply must match; empty where none was asked for, or the server does not read it."""

    @property
    def system(self) -> str:
        return self._first("system")

    @property
    def user(self) -> str:
        return self._first("user")

    def _first(self, role: str) -> str:
        return next((str(message["content"]) for message in self.messages if message["role"] == role), "")


@dataclass(frozen=True)
class Reply:
    """What the brain answers: text, or a dict for a structured request; waits in seconds.

    `sure` is the probability that the log probabilities give to a token where others could stand, by what the reply
    says before it ("k2="); 0.9 elsewhere.
    """

    content: str | Mapping[str, Any]
    reasoning: str = ""
    calls: Calls = ()
    first_token_s: float = 0.0
    chunk_s: float = 0.0
    sure: Mapping[str, float] = field(default_factory=dict[str, float])


Brain = Callable[[ChatRequest], "Reply | str | Mapping[str, Any]"]


@dataclass(frozen=True)
class Fault:
    """One misbehaviour, used up by one chat request. `seconds` for slow ones, `status` and `retry_after` for refusals.

    `body` is sent to the letter, whatever was asked for, as `content_type` and under `status`.
    """

    kind: FaultKind
    seconds: float = 0.0
    status: int = 500
    retry_after: float | None = None
    body: bytes = b""
    content_type: str = "application/json"


@dataclass(frozen=True)
class Said:
    """A reply ready to be sent; `breaks_after` chunks the connection breaks, and `error_event` says so in the stream."""

    content: str
    reasoning: str = ""
    reasoning_key: Literal["reasoning", "reasoning_content"] = "reasoning"
    calls: Calls = ()
    finish_reason: Literal["stop", "length", "tool_calls"] = "stop"
    first_token_s: float = 0.0
    chunk_s: float = 0.0
    breaks_after: int | None = None
    error_event: bool = False
    sure: Mapping[str, float] = field(default_factory=dict[str, float])


def default_brain(request: ChatRequest) -> Reply:
    """The smallest value of the schema, the shortest match of the regular expression, one call of the first tool, or a fixed sentence in the language of the user's message."""
    if request.schema is not None:
        return Reply(smallest(request.schema))
    if request.regex:
        return Reply(shortest(request.regex))
    if request.tools and not any(message["role"] == "tool" for message in request.messages):
        first = request.body["tools"][0]["function"]
        return Reply("", calls=((first["name"], smallest(first.get("parameters", {}))),))
    chinese = any("\u4e00" <= character <= "\u9fff" for character in request.user)
    return Reply("好的，谢谢你的说明。" if chinese else "Thank you, that is clear.")


def smallest(schema: Schema, root: Schema | None = None) -> Any:
    """The smallest value that satisfies `schema`: first choices, required properties only, least lengths."""
    root = root or schema
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return smallest(target, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return smallest(options[0], root)
    kind = schema.get("type", "object")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            known = schema.get("properties", {})
            return {name: smallest(known.get(name, {}), root) for name in schema.get("required", ())}
        case "array":
            return [smallest(schema.get("items", {}), root) for _ in range(schema.get("minItems", 0))]
        case "string":
            return "-" * schema.get("minLength", 0)
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case _:
            return None


def spoil(said: Said, fault: Fault, request: ChatRequest) -> Said:
    """`said` with the misbehaviour of `fault`; kinds that concern the connection or the status are not its business."""
    match fault.kind:
        case "slow_first_token" | "hang":
            return replace(said, first_token_s=fault.seconds if fault.kind != "hang" else 3600.0)
        case "slow_chunks":
            return replace(said, chunk_s=fault.seconds)
        case "cut_off":
            return replace(said, breaks_after=2)
        case "stream_error":
            return replace(said, breaks_after=2, error_event=True)
        case "truncated":
            calls = tuple((name, written(arguments)[: len(written(arguments)) // 2]) for name, arguments in said.calls)
            return replace(
                said, content=said.content[: max(1, len(said.content) // 2)], calls=calls, finish_reason="length"
            )
        case "malformed":
            broken = said.content.replace("=", "") if request.regex else said.content + "{"
            return replace(said, content=said.content.replace(":", "=", 1) if request.schema else broken)
        case "blank":
            return replace(said, content="")
        case "whitespace":
            return replace(said, content="{" + " \n" * min(request.max_tokens, 2000), finish_reason="length")
        case "reasoning_field":
            return replace(said, reasoning=THOUGHT)
        case "reasoning_content_field":
            return replace(said, reasoning=THOUGHT, reasoning_key="reasoning_content")
        case "reasoning_text":
            return replace(said, content=f"<think>\n{THOUGHT}\n</think>\n\n{said.content}")
        case "reasoning_only":
            return replace(said, content="", reasoning=said.content)
        case "fenced":
            return replace(said, content=f"```json\n{said.content}\n```")
        case "embedded":
            return replace(said, content=f"Here is {{as asked}} the JSON: {said.content} I hope it helps.")
        case "wrong_ids" if request.regex:
            return replace(said, content=re.sub(r"[km](\d+)=", r"z\1=", said.content))
        case "wrong_ids":
            return replace(said, content=json.dumps(_with_wrong_ids(json.loads(said.content)), ensure_ascii=False))
        case "ignore_format":
            return replace(said, content="Sorry, here is some prose instead.")
        case "status" | "refuse_format" | "html" | "body":
            return said


def _with_wrong_ids(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {
            f"no-such-{name}" if re.fullmatch(r"[a-z]\d+", name) else name: (
                "no-such-id" if name == "id" or name.endswith("_id") else _with_wrong_ids(member)
            )
            for name, member in members.items()
        }
    return [_with_wrong_ids(member) for member in cast("list[Any]", value)] if isinstance(value, list) else value
