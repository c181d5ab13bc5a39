"""Tools on the scripted server: what vLLM refuses of them, and the byte shapes of the calls it streams.

One rule: `auto` is refused where no tool parser was set, and a history that vLLM's templates cannot read is refused too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

NO_PARSER = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
"""vLLM's words, to the letter (entrypoints/openai/serving_chat.py)."""
EMPTY = "`tools` must not be an empty array. Either provide at least one tool or omit the field entirely."

Calls = tuple[tuple[str, "Mapping[str, Any] | str"], ...]
"""(name, arguments) of each call; arguments as text are sent as they are, as a model that errs writes them."""


def fault_of_tools(body: Mapping[str, Any], *, parser: bool) -> str | None:
    """Why vLLM refuses the request's `tools` and `tool_choice`, in its words; None when it does not."""
    tools, choice = body.get("tools"), body.get("tool_choice")
    if tools == []:
        return EMPTY
    if choice == "none" or (choice is None and tools is None):
        return None
    if tools is None:
        return "When using `tool_choice`, `tools` must be set."
    if not isinstance(tools, list) or not all(_is_tool(tool) for tool in tools):
        return "Input should be a valid list of tools: each needs type 'function' and function.name"
    if isinstance(choice, dict):
        named = (choice.get("function") or {}).get("name")
        if named not in names(body):
            return "The tool specified in `tool_choice` does not match any of the specified `tools`"
        return None
    if choice not in (None, "auto", "required"):
        return (
            f'Invalid value for `tool_choice`: {choice}! Only named tools, "none", "auto" or "required" are supported.'
        )
    return NO_PARSER if choice in (None, "auto") and not parser else None


def fault_of_message(message: object) -> str | None:
    """Why vLLM refuses a message of the history; None when it does not. An assistant that only calls tools says nothing."""
    if not isinstance(message, dict) or "role" not in message:
        return "each message needs a role and content"
    calls = message.get("tool_calls")
    if message["role"] == "tool" and not message.get("tool_call_id"):
        return "a tool message needs tool_call_id"
    if not isinstance(message.get("content"), str) and not (message["role"] == "assistant" and calls):
        return "each message needs a role and content"
    for call in calls or ():
        try:
            json.loads(call["function"]["arguments"])
        except (ValueError, KeyError, TypeError) as error:
            return str(error)
    return None


def names(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The tools that may be called in answer to this request."""
    if body.get("tool_choice") == "none":
        return ()
    return tuple(tool["function"]["name"] for tool in body.get("tools") or ())


def prompt_text(body: Mapping[str, Any]) -> str:
    """What tools and earlier calls add to the prompt."""
    said = [message.get("tool_calls") for message in body.get("messages") or () if isinstance(message, dict)]
    parts = [part for part in (body.get("tools"), *said) if part]
    return "".join(json.dumps(part, ensure_ascii=False) for part in parts)


def whole(calls: Calls) -> list[dict[str, Any]]:
    """The calls of a reply that is not streamed."""
    return [
        {"id": f"chatcmpl-tool-{n}", "type": "function", "function": {"name": name, "arguments": written(arguments)}}
        for n, (name, arguments) in enumerate(calls)
    ]


def deltas(calls: Calls, size: int) -> Iterator[str]:
    """The calls in pieces of `size` characters: the name first, then its arguments, call by call."""
    for n, (name, arguments) in enumerate(calls):
        head = {"id": f"chatcmpl-tool-{n}", "type": "function", "index": n, "function": {"name": name}}
        yield json.dumps({"tool_calls": [head]})
        text = written(arguments)
        for at in range(0, len(text), size):
            yield json.dumps({"tool_calls": [{"index": n, "function": {"arguments": text[at : at + size]}}]})


def written(arguments: Mapping[str, Any] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def _is_tool(tool: object) -> bool:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
    return isinstance(function, dict) and isinstance(function.get("name"), str)
