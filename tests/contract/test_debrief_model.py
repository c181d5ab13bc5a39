"""LangChain's chat model over the endpoint: the same outcome from servers that choose tools and from those that cannot."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool

from interviewer.debrief.chat_model import EndpointChatModel
from interviewer.errors import EndpointError, ReplyError
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.scripted import ChatRequest, Fault, Reply, ScriptedServer
from interviewer.scripted.replies import THOUGHT

ASKED = [SystemMessage("the rules"), HumanMessage("why?")]
LOOKED = [
    *ASKED,
    AIMessage("", tool_calls=[{"name": "look", "args": {"at": "x"}, "id": "call-1"}]),
    ToolMessage("seen: 42", tool_call_id="call-1", name="look"),
]
WORDS = "Because of 42."


@tool
def look(at: str) -> str:
    """Looks at something."""
    return at


def brain(request: ChatRequest) -> Reply:
    """Looks once, then speaks; whichever way it is asked."""
    seen = "seen: 42" in str(request.messages)
    if request.schema is not None:
        return Reply({"tool": "answer"} if seen else {"tool": "look", "arguments": {"at": "块表"}})
    if request.tools and not seen:
        return Reply("", calls=(("look", {"at": "块表"}),))
    return Reply(WORDS)


def say(server: ScriptedServer, messages: list[Any], *, tools: bool = True) -> tuple[AIMessageChunk, list[str]]:
    """(the whole message, its words piece by piece)."""

    async def main() -> tuple[AIMessageChunk, list[str]]:
        async with ChatClient(EndpointSettings(base_url=server.base_url)) as client:
            model = EndpointChatModel(client=client, max_tokens=100, temperature=0.0)
            asked = model.bind_tools([look]) if tools else model
            whole: Any = None
            pieces: list[str] = []
            async for chunk in asked.astream(messages):
                whole = chunk if whole is None else whole + chunk
                pieces.append(chunk.text)
            return whole, [piece for piece in pieces if piece]

    return asyncio.run(main())


WAYS: list[dict[str, Any]] = [
    {},
    {"tool_parser": False},
    {"tool_parser": False, "formats": "json_object"},
    {"tool_parser": False, "formats": "refused"},
    {"tool_parser": False, "formats": "ignored"},
    {"thinks": "text", "thinking_switch": "refused"},
    {"thinks": "prefilled", "thinking_switch": "refused", "tool_parser": False},
    {"thinks": "field", "thinking_switch": "ignored", "tool_parser": False},
]


@pytest.mark.parametrize("behaviour", WAYS, ids=str)
def test_a_tool_is_chosen_whatever_the_server_can_do(behaviour: dict[str, Any]) -> None:
    with ScriptedServer(brain, **behaviour) as server:
        whole, words = say(server, ASKED)
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [("look", {"at": "块表"})]
    assert not words
    assert THOUGHT not in whole.text


@pytest.mark.parametrize("behaviour", WAYS, ids=str)
def test_then_the_words_are_streamed(behaviour: dict[str, Any]) -> None:
    with ScriptedServer(brain, **behaviour) as server:
        whole, words = say(server, LOOKED)
        last = server.requests[-1]
    assert whole.text == WORDS
    assert len(words) > 1
    assert not whole.tool_calls
    assert "seen: 42" in str(last.messages)
    assert last.messages[0]["role"] == "system"
    assert str(last.messages[0]["content"]).startswith("the rules")


@pytest.mark.parametrize("behaviour", [{}, {"tool_parser": False}], ids=str)
def test_without_tools_it_only_speaks(behaviour: dict[str, Any]) -> None:
    with ScriptedServer(brain, **behaviour) as server:
        whole, _ = say(server, LOOKED, tools=False)
        assert not any(request.schema for request in server.requests)
    assert whole.text == WORDS


def test_garbage_arguments_become_a_call_that_can_be_refused() -> None:
    """The history must stay readable: vLLM answers 400 to one that holds arguments which are no JSON."""
    with ScriptedServer(lambda request: Reply("", calls=(("look", "{at: no json"), ("nothing", '["x"]')))) as server:
        whole, _ = say(server, ASKED)
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [("look", {}), ("nothing", {})]
    assert not whole.invalid_tool_calls


@pytest.mark.parametrize("mark", ["<tool_call>", "[TOOL_CALLS]", "<|python_tag|>"])
def test_a_call_written_as_words_is_not_shown(mark: str) -> None:
    with ScriptedServer(lambda request: f'Let me see. {mark}{{"name": "look"}}') as server:
        whole, _ = say(server, ASKED)
    assert whole.text == "Let me see. "


def test_a_choice_that_stays_unreadable_is_an_error_and_no_guess() -> None:
    with (
        ScriptedServer(lambda request: "No JSON here.", tool_parser=False, formats="ignored") as server,
        pytest.raises(ReplyError),
    ):
        say(server, ASKED)


@pytest.mark.parametrize("behaviour", [{}, {"tool_parser": False}], ids=str)
def test_a_server_that_fails_is_an_endpoint_error(behaviour: dict[str, Any]) -> None:
    with ScriptedServer(brain, **behaviour) as server:
        server.fail(*[Fault("status", status=401)] * 3)
        with pytest.raises(EndpointError):
            say(server, ASKED)
