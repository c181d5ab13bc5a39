"""LangChain's view of the team's endpoint: a chat model over `ChatClient`, with streaming and tools on any server.

One rule: every call goes through the client, so its limits, retries and breaker hold and thinking is never shown. A server
that cannot choose tools itself (vLLM without a tool parser) is asked for the choice as data, and then for the words.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel, agenerate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict

import prompts
from interviewer.llm import ChatClient
from interviewer.llm.tool_calls import ToolCall

ANSWER = "answer"
"""The choice of no tool."""
CHOICE_TOKENS = 200
_WRITTEN_CALLS = ("<tool_call", "<|tool_call", "[TOOL_CALLS]", "<function=", "<|python_tag|>")
"""How models write calls into their words where no parser takes them out; from there on nothing is shown."""


class EndpointChatModel(BaseChatModel):
    """One reply at most `max_tokens` long; asynchronous only."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    client: ChatClient
    max_tokens: int
    temperature: float
    seed: int | None = None

    @property
    def _llm_type(self) -> str:
        return "interviewer-endpoint"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[Any, AIMessage]:
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("this model is asked asynchronously: use ainvoke or astream")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await agenerate_from_stream(self._astream(messages, stop, run_manager, **kwargs))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        tools: Sequence[dict[str, Any]] = (),
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        """Words as they come, then the calls. Raises EndpointError, or ReplyError where no sound choice was made."""
        native = await self.client.calls_tools()
        pieces = self._native(messages, tools) if native else self._by_choice(messages, tools)
        silent = True
        async with aclosing(pieces):
            async for piece in pieces:
                silent = False
                chunk = ChatGenerationChunk(message=_as_chunk(piece))
                if run_manager:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        if silent:  # LangChain takes a stream without any chunk for a fault; a blank reply is the caller's to judge
            yield ChatGenerationChunk(message=_as_chunk(""))

    async def _native(
        self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]
    ) -> AsyncGenerator[str | ToolCall]:
        """The server's own way: tools are offered, and the model calls them or speaks."""
        said = self.client.converse(
            [as_sent(message) for message in messages],
            tools=tools,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            seed=self.seed,
        )
        async with aclosing(said):
            spoken = Spoken()
            async for piece in said:
                if isinstance(piece, ToolCall):
                    yield piece
                elif words := spoken.feed(piece):
                    yield words
            if words := spoken.finish():
                yield words

    async def _by_choice(
        self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]
    ) -> AsyncGenerator[str | ToolCall]:
        """Any server's way: which tool, or none, as data that satisfies a schema; then the words, streamed."""
        blanks = {"rules": rules_of(messages), "tools": listed(tools), "talk": talk_of(messages)}
        if tools:
            system, user = prompts.load("tool_step", "v1").render(**blanks)
            chosen = await self.client.structured(
                system, user, choice_schema(tools), name="tool_step", max_tokens=CHOICE_TOKENS, seed=self.seed
            )
            name = chosen.value["tool"]
            if name != ANSWER:
                yield ToolCall(id=f"call-{uuid4().hex[:12]}", name=name, arguments=chosen.value.get("arguments") or {})
                return
        system, user = prompts.load("tool_reply", "v1").render(**blanks)
        said = self.client.stream(
            system, user, max_tokens=self.max_tokens, temperature=self.temperature, seed=self.seed
        )
        async with aclosing(said):
            async for piece in said:
                yield piece


class Spoken:
    """Takes the pieces of a reply and gives back what is meant for people: nothing from a call written as text on."""

    def __init__(self) -> None:
        self._held = ""
        self._over = False

    def feed(self, piece: str) -> str:
        """What may be shown now; the beginning of a possible call is held back."""
        if self._over:
            return ""
        self._held += piece
        at = min((self._held.find(mark) for mark in _WRITTEN_CALLS if mark in self._held), default=-1)
        if at >= 0:
            self._over = True
            shown, self._held = self._held[:at], ""
            return shown
        keep = max(
            (n for mark in _WRITTEN_CALLS for n in range(1, len(mark)) if self._held.endswith(mark[:n])), default=0
        )
        shown, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return shown

    def finish(self) -> str:
        """What was held back and turned out to be words."""
        rest, self._held = self._held, ""
        return rest


def as_sent(message: BaseMessage) -> dict[str, Any]:
    """A message as it goes over the wire. Arguments are always whole JSON: vLLM refuses a history it cannot read."""
    text = message.text
    match message:
        case ToolMessage():
            return {"role": "tool", "tool_call_id": message.tool_call_id, "content": text}
        case AIMessage(tool_calls=[_, *_]):
            calls = [
                {
                    "id": call["id"],
                    "type": "function",
                    "function": {"name": call["name"], "arguments": _json(call["args"])},
                }
                for call in message.tool_calls
            ]
            return {"role": "assistant", "content": text or None, "tool_calls": calls}
        case AIMessage():
            return {"role": "assistant", "content": text}
        case _:
            return {"role": "system" if message.type == "system" else "user", "content": text}


def rules_of(messages: Sequence[BaseMessage]) -> str:
    return "\n\n".join(message.text for message in messages if message.type == "system")


def talk_of(messages: Sequence[BaseMessage]) -> str:
    """The talk as one text, for servers that are asked step by step: what was said, and what was looked up."""
    return "\n\n".join(_told(message) for message in messages if message.type != "system")


def listed(tools: Sequence[dict[str, Any]]) -> str:
    """The tools as one line each: name, use, arguments."""
    lines = [
        f"- {one['name']}: {one.get('description', '')} Arguments: {_json(one['parameters'].get('properties', {}))}"
        for one in (tool["function"] for tool in tools)
    ]
    return "\n".join(lines) or "-"


def choice_schema(tools: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Exactly one tool with its own arguments, or ANSWER."""
    options = [_option(one["name"], one["parameters"]) for one in (tool["function"] for tool in tools)]
    return {"type": "object", "anyOf": [*options, _option(ANSWER, None)]}


def _option(name: str, parameters: dict[str, Any] | None) -> dict[str, Any]:
    """One choice; arguments may be left out where the tool takes none."""
    properties: dict[str, Any] = {"tool": {"type": "string", "enum": [name]}}
    required = ["tool"]
    if parameters is not None:
        properties["arguments"] = {**parameters, "additionalProperties": False}
        required += ["arguments"] if parameters.get("required") else []
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _told(message: BaseMessage) -> str:
    match message:
        case ToolMessage():
            return f"# Looked up: {message.name}\n{message.text}"
        case AIMessage(tool_calls=[_, *_]):
            calls = ", ".join(f"{call['name']} {_json(call['args'])}" for call in message.tool_calls)
            return f"# To look up: {calls}"
        case AIMessage():
            return f"# You\n{message.text}"
        case _:
            return f"# Candidate\n{message.text}"


def _as_chunk(piece: str | ToolCall) -> AIMessageChunk:
    if isinstance(piece, str):
        return AIMessageChunk(content=piece)
    call = tool_call_chunk(name=piece.name, args=_json(piece.arguments or {}), id=piece.id, index=None)
    return AIMessageChunk(content="", tool_call_chunks=[call])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
