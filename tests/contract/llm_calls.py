"""Calls of the endpoint client against the scripted server, shared by its tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from interviewer.errors import EndpointError
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.llm.breaker import Breaker
from interviewer.scripted import ChatRequest, Reply, ScriptedServer

T = TypeVar("T")
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "enum": ["k1", "k2"]},
        "quote": {"type": "string", "maxLength": 200},
    },
    "required": ["id", "quote"],
    "additionalProperties": False,
}
SOUND = {"id": "k2", "quote": "显存带宽 bounds it"}
WORDS = "Thank you, that is clear."


def brain(request: ChatRequest) -> Reply:
    return Reply(SOUND if request.schema else WORDS)


class Pace:
    """Records the waits instead of waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def use(
    server: ScriptedServer | str,
    scenario: Callable[[ChatClient], Awaitable[T]],
    *,
    pace: Pace | None = None,
    breaker: Breaker | None = None,
    **endpoint: Any,
) -> T:
    url = server if isinstance(server, str) else server.base_url

    async def main() -> T:
        settings = EndpointSettings(base_url=url, **endpoint)
        async with ChatClient(settings, sleep=(pace or Pace()).sleep, jitter=lambda: 1.0, breaker=breaker) as client:
            return await scenario(client)

    return asyncio.run(main())


async def ask(client: ChatClient, **more: Any) -> Any:
    return await client.structured("rules", "the answer", SCHEMA, name="assess", max_tokens=300, **more)


async def words(client: ChatClient, user: str = "hello", **more: Any) -> str:
    return "".join([piece async for piece in client.stream("rules", user, max_tokens=100, temperature=0.6, **more)])


async def connected(client: ChatClient) -> Any:
    return await client.connect()


async def until(happened: Callable[[], bool]) -> None:
    """Waits for what the server's thread does; the assertion after it says what was expected."""
    for _ in range(300):
        if happened():
            return
        await asyncio.sleep(0.01)


def refused(
    server: ScriptedServer | str, scenario: Callable[[ChatClient], Awaitable[object]], **more: Any
) -> EndpointError:
    with pytest.raises(EndpointError) as caught:
        use(server, scenario, **more)
    assert caught.value.fix
    return caught.value
