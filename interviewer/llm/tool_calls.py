"""Calls of tools: put together from the pieces of a stream, and whether a server can make them at all, seen by asking.

One rule: a call is whole or it is nothing; arguments that are no JSON object are None, never a guess.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

from interviewer.errors import EndpointError
from interviewer.llm import wording
from interviewer.llm.capabilities import CHAT, Capabilities
from interviewer.llm.reading import Piece
from interviewer.llm.transport import Json, Transport
from knowledge.models import Frozen

_PROBE_TOKENS = 256
_PROBE_VALUE = "k7q"
_PROBE_TOOL: Json = {
    "type": "function",
    "function": {
        "name": "probe",
        "description": "Takes one value.",
        "parameters": {
            "type": "object",
            "properties": {"probe": {"type": "string", "enum": [_PROBE_VALUE]}},
            "required": ["probe"],
        },
    },
}
_LONGEST_ARGUMENTS = 4000
"""Characters of one call's arguments that are kept; a call that runs on beyond them is no call."""

ChatMessage = Mapping[str, Any]
"""One message as it goes over the wire: role, content, and for calls of tools `tool_calls` or `tool_call_id`."""


class ToolCall(Frozen):
    """What a model wants to be looked up. `arguments` is None where it wrote no JSON object."""

    id: str
    name: str
    arguments: dict[str, Any] | None


class CallsHeard:
    """Takes the events of a streamed reply and gives back the calls in it, whole, once it has ended."""

    def __init__(self) -> None:
        self._ids: dict[int, str] = {}
        self._names: dict[int, str] = {}
        self._arguments: dict[int, str] = {}

    def feed(self, piece: Piece) -> None:
        for call in piece.calls:
            index, function = call.get("index"), call.get("function")
            at = index if isinstance(index, int) else 0
            told: Json = function if isinstance(function, dict) else {}
            self._ids[at] = self._ids.get(at) or str(call.get("id") or "")
            self._names[at] = self._names.get(at, "") + str(told.get("name") or "")
            self._arguments[at] = self._arguments.get(at, "") + _written(told.get("arguments"))

    def whole(self) -> tuple[ToolCall, ...]:
        """Every named call, in order."""
        return tuple(
            ToolCall(id=self._ids[at] or f"call-{at}", name=name, arguments=read_arguments(self._arguments[at]))
            for at, name in sorted(self._names.items())
            if name
        )


def read_arguments(text: str) -> dict[str, Any] | None:
    """The JSON object in `text`; nothing at all is an empty one."""
    if not text.strip():
        return {}
    if len(text) > _LONGEST_ARGUMENTS:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


async def can_call_tools(transport: Transport, server: Capabilities) -> bool:
    """Whether the server lets its model choose tools and reports the calls; one small streamed request.

    vLLM refuses unless it was started with `--enable-auto-tool-choice --tool-call-parser`; with a parser that does not
    fit the model the call arrives as text, which counts as no. Raises EndpointError when the server cannot be used.
    """
    body: Json = {
        "model": server.model,
        "messages": [{"role": "user", "content": wording.say("probe_tools")}],
        "tools": [_PROBE_TOOL],
        "tool_choice": "auto",
        "max_tokens": _PROBE_TOKENS,
        "temperature": 0.0,
        "stream": True,
    }
    heard = CallsHeard()
    try:
        async with aclosing(transport.pieces(CHAT, server.dialect.write(body))) as pieces:
            async for piece in pieces:
                heard.feed(piece)
    except EndpointError as error:
        if error.details["reason"] not in ("rejected", "server_error", "not_implemented"):
            raise
        return False
    return any(call.name == "probe" and call.arguments == {"probe": _PROBE_VALUE} for call in heard.whole())


def tool_fields(tools: Sequence[Mapping[str, Any]]) -> Json:
    """The request fields that offer `tools`; none where there are none, since vLLM refuses an empty list."""
    return {"tools": list(tools), "tool_choice": "auto"} if tools else {}


def _written(arguments: object) -> str:
    """Arguments as text; some servers send them as an object."""
    if isinstance(arguments, str):
        return arguments
    return json.dumps(arguments, ensure_ascii=False) if arguments is not None else ""
