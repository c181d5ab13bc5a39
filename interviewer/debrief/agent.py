"""The one who explains a result: a LangChain agent over the endpoint, with tools that only read.

One rule: bounded on every side. At most MAX_CALLS lookups a reply, MAX_TOKENS of words, and a talk that fits the context;
what does not fit is said. Importing this room takes a second (LangChain), so it is imported when first needed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, HumanMessage, ToolMessage

import prompts
from interviewer.debrief.chat_model import EndpointChatModel
from interviewer.debrief.events import LookingUp, Piece, Whole
from interviewer.debrief.record import Record
from interviewer.debrief.room import fit
from interviewer.debrief.sources import Sources, without_marks
from interviewer.debrief.tools import tools_of
from interviewer.errors import ReplyError
from interviewer.llm import ChatClient
from interviewer.llm.untraced import never_trace
from interviewer.models import DebriefMessage

PROMPT = ("debrief", "v1")
MAX_CALLS = 4
MAX_TOKENS = 700
TEMPERATURE = 0.3
_TEMPLATE = 200
"""Tokens kept free for what a chat template puts around messages and tools."""


@dataclass
class Bounds(AgentMiddleware):
    """Keeps lookups and context within their limits, and remembers what was left out."""

    client: ChatClient
    record: Record
    left_out: int = 0
    cut: bool = False
    tools: Sequence[Any] = field(default=())

    async def awrap_model_call(
        self, request: ModelRequest, handler: Callable[[ModelRequest], Awaitable[ModelResponse]]
    ) -> ModelResponse:
        left = MAX_CALLS - calls_made(request.messages)
        messages = await self._within_context(request)
        response = await handler(request.override(messages=messages, tools=request.tools if left > 0 else []))
        for message in response.result:
            if isinstance(message, AIMessage) and len(message.tool_calls) > left:
                message.tool_calls = message.tool_calls[: max(0, left)]
        return response

    async def _within_context(self, request: ModelRequest) -> list[AnyMessage]:
        server = await self.client.connect()
        if server.max_model_len is None:
            return request.messages
        rules = request.system_message.text if request.system_message else ""
        used = server.ruler.tokens(rules + str([getattr(tool, "args", {}) for tool in request.tools]))
        budget = int((server.max_model_len - MAX_TOKENS) * 0.95) - used - _TEMPLATE - 100 * len(request.tools)
        fitted = fit(request.messages, budget, server.ruler.tokens, self.record.words)
        self.left_out, self.cut = max(self.left_out, fitted.left_out), self.cut or fitted.cut
        return fitted.messages


def calls_made(messages: Sequence[AnyMessage]) -> int:
    """Lookups since the candidate's last message."""
    count = 0
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            break
        count += isinstance(message, ToolMessage)
    return count


async def reply(
    client: ChatClient, record: Record, talk: Sequence[DebriefMessage], seed: int
) -> AsyncGenerator[Piece | LookingUp | Whole]:
    """The reply to the last message of `talk`, as it comes, then whole. Raises EndpointError, ReplyError."""
    never_trace()
    sources, bounds = Sources(), Bounds(client, record)
    server = await client.connect()
    agent = create_agent(
        EndpointChatModel(client=client, max_tokens=MAX_TOKENS, temperature=TEMPERATURE, seed=seed),
        tools_of(record, sources),
        system_prompt=rules(record),
        middleware=[bounds],
    )
    last: AIMessage | None = None
    begun = {"messages": [_as_message(one) for one in talk]}
    steps = agent.astream(
        cast("Any", begun),
        {"recursion_limit": 4 * (MAX_CALLS + 2)},
        stream_mode=["messages", "updates"],
    )
    async with aclosing(cast("AsyncGenerator[tuple[str, Any]]", steps)) as stream:
        async for mode, value in stream:
            if mode == "messages" and isinstance(value[0], AIMessageChunk) and value[0].text:
                yield Piece(value[0].text)
            elif mode == "updates" and (said := _said(value)) is not None:
                last = said
                for call in said.tool_calls:
                    yield LookingUp(call["name"])
    text = sources.clean(last.text).strip() if last else ""
    if not text:
        raise ReplyError("The model gave no reply.", "Ask again, or take the answer from the record.", reason="blank")
    notes = [record.words.say("cut", "history", n=bounds.left_out)] if bounds.left_out else []
    notes += [record.words.say("cut", "seen")] if bounds.cut else []
    yield Whole("\n\n".join([text, *notes]), sources.cited(text), server.model)


def rules(record: Record) -> str:
    chinese = record.language == "zh"
    return prompts.load(*PROMPT).render(
        language="Chinese" if chinese else "English", words="300 Chinese characters" if chinese else "200 words"
    )[0]


def _said(update: dict[str, Any]) -> AIMessage | None:
    """What the model said in this step, if it was the model's."""
    messages = (update.get("model") or {}).get("messages") or ()
    return next((message for message in reversed(messages) if isinstance(message, AIMessage)), None)


def _as_message(one: DebriefMessage) -> AnyMessage:
    if one.role == "candidate":
        return HumanMessage(prompts.untrusted(one.text, "candidate"))
    return AIMessage(without_marks(one.text))
