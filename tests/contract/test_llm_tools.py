"""Tools over the wire: the scripted server refuses what vLLM refuses, and the client puts streamed calls together."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

import pytest

from interviewer.errors import EndpointError
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.llm.tool_calls import ToolCall
from interviewer.scripted import Fault, Reply, ScriptedServer, ScriptError
from interviewer.scripted.replies import THOUGHT
from interviewer.scripted.tools import NO_PARSER
from tests.contract.test_llm_scripted import chat

T = TypeVar("T")
TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Looks.",
        "parameters": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
    },
}
CALLED = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def use(server: ScriptedServer, scenario: Callable[[ChatClient], Awaitable[T]]) -> T:
    async def main() -> T:
        async with ChatClient(EndpointSettings(base_url=server.base_url)) as client:
            return await scenario(client)

    return asyncio.run(main())


async def said(client: ChatClient, messages: list[dict[str, Any]] | None = None) -> list[str | ToolCall]:
    asked = messages or [{"role": "system", "content": "rules"}, {"role": "user", "content": "hello"}]
    async with aclosing(client.converse(asked, tools=[TOOL], max_tokens=100, temperature=0.0)) as pieces:
        return [piece async for piece in pieces]


def calling(*calls: Any, words: str = "") -> ScriptedServer:
    return ScriptedServer(lambda request: Reply(words, calls=calls))


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"tools": [TOOL]}, NO_PARSER),
        ({"tools": [TOOL], "tool_choice": "auto"}, NO_PARSER),
        ({"tool_choice": "auto"}, "`tools` must be set"),
        ({"tools": []}, "empty array"),
        ({"tools": [{"name": "look"}]}, "valid list of tools"),
        ({"tools": [TOOL], "tool_choice": "any"}, "Invalid value for `tool_choice`"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "no"}}}, "does not match"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "tool_call_id"),
        ({"messages": [{"role": "assistant", "content": None}]}, "content"),
        ({"messages": [{"role": "assistant", "content": None, "tool_calls": [{**CALLED, "function": {"name": "look", "arguments": "{at:"}}]}]}, "Expecting"),
    ],
)  # fmt: skip
def test_what_vllm_refuses_of_tools_is_refused(fields: Any, word: str) -> None:
    with ScriptedServer(tool_parser=False) as server:
        status, body = chat(server, **fields)
    assert status == 400
    assert word in body["error"]["message"]


def test_tools_that_may_not_be_called_are_let_in_without_a_parser() -> None:
    with ScriptedServer(tool_parser=False) as server:
        assert chat(server, tools=[TOOL], tool_choice="none")[0] == 200
        assert server.requests[0].tools == ()


def test_an_assistant_that_only_called_tools_may_stand_in_the_history() -> None:
    history = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": None, "tool_calls": [CALLED]},
        {"role": "tool", "tool_call_id": "1", "content": "seen"},
    ]
    with ScriptedServer() as server:
        assert chat(server, messages=history)[0] == 200


def test_calling_what_was_not_offered_is_a_mistake_of_the_script() -> None:
    server = calling(("look", {}))
    server.__enter__()
    assert chat(server)[0] == 400
    with pytest.raises(ScriptError):
        server.__exit__(None, None, None)


def test_a_whole_reply_ends_with_tool_calls() -> None:
    with calling(("look", {"at": "箱子"})) as server:
        _, body = chat(server, tools=[TOOL])
    choice = body["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]) == {"at": "箱子"}


def test_streamed_calls_are_put_together() -> None:
    with calling(("look", {"at": "块表 and more"}), ("look", {"at": "b"}), words="Let me see.") as server:
        pieces = use(server, said)
    words = "".join(piece for piece in pieces if isinstance(piece, str))
    calls = [piece for piece in pieces if isinstance(piece, ToolCall)]
    assert words == "Let me see."
    assert [call.arguments for call in calls] == [{"at": "块表 and more"}, {"at": "b"}]
    assert len({call.id for call in calls}) == 2


@pytest.mark.parametrize(
    "arguments", ["{at:", '["x"]', "null", "7", '{"at": "x"', "[" * 3000, '{"at": "' + "x" * 5000 + '"}']
)
def test_arguments_that_are_no_object_are_none(arguments: str) -> None:
    with calling(("look", arguments)) as server:
        (call,) = use(server, said)
    assert isinstance(call, ToolCall)
    assert call.arguments is None


def test_no_arguments_at_all_are_an_empty_object() -> None:
    with calling(("look", "")) as server:
        (call,) = use(server, said)
    assert isinstance(call, ToolCall)
    assert call.arguments == {}


@pytest.mark.parametrize("kind", ["reasoning_text", "reasoning_field", "reasoning_content_field"])
def test_thinking_is_no_part_of_a_talk(kind: Any) -> None:
    with calling(("look", {"at": "x"}), words="Words.") as server:
        server.fail(Fault(kind))
        pieces = use(server, said)
    assert not any(THOUGHT[:20] in str(piece) for piece in pieces)
    assert "Words." in "".join(piece for piece in pieces if isinstance(piece, str))


def test_a_broken_connection_is_an_error_and_no_half_call() -> None:
    with calling(("look", {"at": "x"}), words="Some words.") as server:
        server.fail(Fault("cut_off"))
        with pytest.raises(EndpointError):
            use(server, said)


async def asked_twice(client: ChatClient) -> list[bool]:
    return [await client.calls_tools(), await client.calls_tools()]


@pytest.mark.parametrize(
    ("behaviour", "able"),
    [({}, True), ({"tool_parser": False}, False), ({"thinks": "text"}, True), ({"thinks": "field", "thinking_switch": "ignored"}, True)],
)  # fmt: skip
def test_whether_a_server_calls_tools_is_asked_once(behaviour: Any, able: bool) -> None:
    with ScriptedServer(**behaviour) as server:
        assert use(server, asked_twice) == [able, able]
        tried = [one for one in server.probes if one.tools] + [
            one for one in server.refusals if one.message == NO_PARSER
        ]
    assert len(tried) == 1


def test_no_tools_are_sent_where_none_are_offered() -> None:
    async def plain(client: ChatClient) -> list[str | ToolCall]:
        said = client.converse([{"role": "user", "content": "hello"}], max_tokens=50, temperature=0.0)
        async with aclosing(said) as pieces:
            return [piece async for piece in pieces]

    with ScriptedServer(tool_parser=False) as server:
        assert "".join(map(str, use(server, plain))) == "Thank you, that is clear."
