"""Calls of the endpoint client against the scripted server, shared by its tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
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


class Clock:
    """The machine's own, which a test may put forward."""

    def __init__(self) -> None:
        self.forward_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.forward_s


@contextmanager
def hurried(client: ChatClient, **limits: float) -> Iterator[None]:
    """The calls within have less time than those before and after, which a busy machine may hold up."""
    transport, connection = client._transport, client._transport._connection
    before = transport.endpoint
    transport.endpoint = connection.endpoint = before.model_copy(update=limits)
    yield
    transport.endpoint = connection.endpoint = before


def use(
    server: ScriptedServer | str,
    scenario: Callable[[ChatClient], Awaitable[T]],
    *,
    pace: Pace | None = None,
    breaker: Breaker | None = None,
    clock: Callable[[], float] = time.monotonic,
    **endpoint: Any,
) -> T:
    url = server if isinstance(server, str) else server.base_url

    async def main() -> T:
        settings = EndpointSettings(base_url=url, **endpoint)
        sleep = (pace or Pace()).sleep
        async with ChatClient(settings, clock=clock, sleep=sleep, jitter=lambda: 1.0, breaker=breaker) as client:
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
    for _ in range(2000):
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
