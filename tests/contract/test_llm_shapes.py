"""Replies of any JSON shape over real HTTP: whatever stands where content, usage, choices, deltas and reasons should, the
client gives words, a checked value, or one of its own errors; nothing else is ever raised."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from interviewer.errors import EndpointError, ReplyError
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.llm.breaker import Breaker
from interviewer.llm.reading import Unreadable, error_in, put_together, read_piece, read_reply
from interviewer.scripted import Fault, ScriptedServer
from tests.contract.llm_calls import SCHEMA, SOUND, brain

TEXT = json.dumps(SOUND, ensure_ascii=False)
ANYTHING: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**70,
    "",
    "words",
    [],
    [None],
    ["a"],
    [[1]],
    {},
    {"a": None},
    {"text": 5},
)
"""What may stand in any place of a reply."""


def message(**more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": TEXT, **more}


def whole(**more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": message(), "finish_reason": "stop"}
    return {"model": "m", "choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 5}, **more}


def wholes() -> Iterator[Any]:
    """Bodies with one odd thing in one place, and with two."""
    yield from ANYTHING
    for odd in ANYTHING:
        yield whole(choices=odd)
        yield whole(choices=[odd])
        yield whole(usage=odd)
        yield whole(model=odd)
        yield whole(error=odd)
        yield {"error": odd}
        for key in ("message", "finish_reason", "logprobs", "delta", "text"):
            yield whole(choices=[{"message": message(), "finish_reason": "stop", key: odd}])
        for key in ("content", "reasoning", "reasoning_content", "tool_calls", "refusal", "role"):
            yield whole(choices=[{"message": message(**{key: odd}), "finish_reason": "stop"}])
        yield whole(usage={"prompt_tokens": odd, "completion_tokens": odd}, choices=[{"message": {"content": odd}}])
        yield whole(choices=[{"message": {"content": [odd, {"type": "text", "text": odd}, {"type": odd}]}}])
        yield {"object": "error", "message": odd, "code": odd}
        yield {"detail": odd}


def events() -> Iterator[list[Any]]:
    """Streams in which one event is odd."""
    good = {"choices": [{"index": 0, "delta": {"content": TEXT}, "finish_reason": None}]}
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    for odd in ANYTHING:
        for event in (
            odd,
            {"choices": odd},
            {"choices": [odd]},
            {"choices": [{"delta": odd}]},
            {"choices": [{"delta": {"content": odd}}]},
            {"choices": [{"delta": {"tool_calls": odd}}]},
            {"choices": [{"delta": {"tool_calls": [{"index": odd, "id": odd, "function": odd}]}}]},
            {"choices": [{"delta": {"tool_calls": [{"function": {"name": odd, "arguments": odd}}]}}]},
            {"choices": [{"delta": {}, "finish_reason": odd}]},
            {"choices": [], "usage": odd},
            {"error": odd},
        ):
            yield [event, good, end]
            yield [good, event, end]
            yield [good, end, event]


@pytest.fixture(scope="module")
def odd_server() -> Iterator[ScriptedServer]:
    with ScriptedServer(brain) as running:
        yield running


def outcomes(
    server: ScriptedServer, bodies: list[bytes], kind: str, ask: Callable[[ChatClient], Awaitable[object]]
) -> list[str]:
    """What becomes of each body: `words`, or the reason of an error of ours; anything else that is raised fails the test."""

    async def nothing(_: float) -> None: ...

    async def main() -> list[str]:
        got: list[str] = []
        endpoint = EndpointSettings(base_url=server.base_url)
        async with ChatClient(endpoint, sleep=nothing, breaker=Breaker(rounds=10**9)) as client:
            await client.connect()
            for body in bodies:
                server.fail(*[Fault("body", status=200, body=body, content_type=kind)] * 9)
                try:
                    await ask(client)
                    got.append("words")
                except (EndpointError, ReplyError) as error:
                    got.append(str(error.details["reason"]))
                server.calm()
        return got

    return asyncio.run(main())


async def data(client: ChatClient) -> object:
    return await client.structured("rules", "the answer", SCHEMA, name="assess", max_tokens=300)


async def speech(client: ChatClient) -> object:
    return [piece async for piece in client.stream("rules", "hello", max_tokens=100, temperature=0.6)]


async def talk(client: ChatClient) -> object:
    said = client.converse([{"role": "user", "content": "hi"}], max_tokens=100, temperature=0.6)
    return [piece async for piece in said]


@pytest.mark.parametrize("ask", [data, speech, talk])
def test_whole_bodies_of_any_shape_raise_nothing_but_our_errors(odd_server: ScriptedServer, ask: Any) -> None:
    bodies = [json.dumps(body).encode() for body in wholes()]
    got = outcomes(odd_server, bodies, "application/json", ask)
    assert len(got) == len(bodies) > 250
    assert "words" in got
    assert {"not_an_endpoint", "rejected"} <= set(got) or ask is talk


@pytest.mark.parametrize("ask", [data, speech, talk])
def test_streams_of_any_shape_raise_nothing_but_our_errors(odd_server: ScriptedServer, ask: Any) -> None:
    bodies = [
        "".join(f"data: {json.dumps(one)}\n\n" for one in stream).encode() + b"data: [DONE]\n\n" for stream in events()
    ]
    got = outcomes(odd_server, bodies, "text/event-stream", ask)
    assert len(got) == len(bodies) > 400
    assert "words" in got


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"null",
        b"[",
        b"{",
        b"data:",
        b"data: {\n\n",
        b"<html>",
        b"\n\n\n",
        b"5",
        b'"x"',
        b"[" * 100_000,
        b'{"choices":[{"message":{"content":' + b"[" * 100_000,
        b'data: {"choices":[{"delta":' + b'{"a":' * 100_000 + b"\n\n",
    ],
    ids=lambda raw: str(raw[:20]),
)
@pytest.mark.parametrize("ask", [data, speech])
def test_bytes_that_are_no_reply_are_named(odd_server: ScriptedServer, raw: bytes, ask: Any) -> None:
    for kind in ("application/json", "text/event-stream", "text/plain"):
        assert outcomes(odd_server, [raw], kind, ask)[0] in ("not_an_endpoint", "cut_short")


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        [{"type": "text", "text": TEXT}],
        [TEXT[:9], {"type": "text", "text": TEXT[9:]}],
        [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": TEXT}],
        [{"type": "text", "text": {"value": TEXT}}],
        SOUND,
    ],
    ids=["string", "parts", "mixed parts", "thinking parts", "values", "object"],
)
def test_content_is_read_in_every_shape_that_servers_send(content: Any) -> None:
    reply = read_reply({"choices": [{"message": {"content": content}, "finish_reason": "stop"}]})
    assert json.loads(reply.content) == SOUND
    piece = read_piece({"choices": [{"delta": {"content": content}}]})
    assert json.loads(piece.text) == SOUND


def test_data_is_never_put_together_from_pieces_of_which_one_was_lost() -> None:
    half = {"choices": [{"delta": {"content": '{"a": "'}}]}
    rest = {"choices": [{"delta": {"content": '1"}'}, "finish_reason": "stop"}]}
    assert put_together(map(read_piece, (half, rest))).content == '{"a": "1"}'
    with pytest.raises(Unreadable):
        put_together(map(read_piece, (half, {"choices": ["lost"]}, rest)))


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"error": {"message": "too long", "code": 400, "type": "BadRequestError"}}, 400, "too long"),
        ({"error": "Model is gone", "code": 503}, 503, "gone"),
        ({"error": {"message": "m", "type": "insufficient_quota", "code": "insufficient_quota"}}, 429, "m"),
        ({"object": "error", "message": "no such model", "code": 404}, 404, "no such model"),
        ({"code": "InvalidParameter", "message": "Range"}, 400, "Range"),
        ({"detail": [{"loc": ["body"], "msg": "bad"}]}, 0, "bad"),
        ({"error": {"error": {"message": "deep"}}}, 0, "deep"),
    ],
)
def test_an_error_inside_a_reply_is_found(body: Any, status: int, word: str) -> None:
    told = error_in(body)
    assert told is not None
    assert (told.status, word in told.said) == (status, True)


@pytest.mark.parametrize(
    "body", [None, [], "x", {}, {"error": None, "choices": [{"message": {}}]}, {"choices": [{}], "message": "x"}]
)
def test_what_is_no_error_is_not_taken_for_one(body: Any) -> None:
    assert error_in(body) is None
