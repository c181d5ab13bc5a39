"""The endpoint client against a real HTTP server that fails on request: tries again, gives up, leaves in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import aclosing
from typing import Any

import pytest

from interviewer.errors import EndpointError
from interviewer.llm import ChatClient
from interviewer.llm.breaker import Breaker
from interviewer.scripted import Fault, ScriptedServer
from tests.contract.llm_calls import SOUND, WORDS, Clock, Pace, ask, hurried, refused, until, use, words


async def reason_of(call: Awaitable[object]) -> object:
    """Why `call` fails."""
    with pytest.raises(EndpointError) as caught:
        await call
    return caught.value.details["reason"]


class TestRetries:
    @pytest.mark.parametrize("status", [500, 502, 503, 429])
    def test_a_passing_failure_is_retried_with_growing_waits(self, server: ScriptedServer, status: int) -> None:
        pace = Pace()
        server.fail(Fault("status", status=status), Fault("status", status=status))
        assert use(server, ask, pace=pace).value == SOUND
        assert pace.waits == [0.5, 1.0]

    def test_the_wait_the_server_asks_for_is_kept_within_reason(self, server: ScriptedServer) -> None:
        pace = Pace()
        server.fail(Fault("status", status=429, retry_after=3), Fault("status", status=503, retry_after=600))
        assert use(server, ask, pace=pace).value == SOUND
        assert pace.waits == [3.0, 8.0]

    def test_retries_are_bounded(self, server: ScriptedServer) -> None:
        server.fail(*[Fault("status", status=503)] * 5)
        error = refused(server, ask)
        assert error.details["reason"] == "gateway"
        assert "scripted failure" in error.what
        assert len(server.requests) == 3

    def test_an_overloaded_server_is_named_as_such(self, server: ScriptedServer) -> None:
        server.fail(*[Fault("status", status=429)] * 3)
        error = refused(server, ask)
        assert error.details["reason"] == "overloaded"
        assert "model.concurrency" in error.fix

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
    def test_a_refusal_is_not_retried(self, server: ScriptedServer, status: int) -> None:
        pace = Pace()
        server.fail(Fault("status", status=status))
        refused(server, words, pace=pace)
        assert len(server.requests) == 1
        assert pace.waits == []

    def test_a_reply_cut_off_is_asked_for_again(self, server: ScriptedServer) -> None:
        server.fail("cut_off")
        reply = use(server, ask)
        assert (reply.value, reply.repairs) == (SOUND, 0)
        assert len(server.requests) == 2

    def test_words_already_spoken_are_never_spoken_twice(self, server: ScriptedServer) -> None:
        heard: list[str] = []

        async def listen(client: ChatClient) -> None:
            async for piece in client.stream("rules", "hello", max_tokens=100, temperature=0.6):
                heard.append(piece)

        for kind in ("cut_off", "stream_error"):
            heard.clear()
            server.fail(kind)
            error = refused(server, listen)
            assert error.details["reason"] in ("cut_short", "server_error")
            assert WORDS.startswith("".join(heard))
            assert heard
        assert len(server.requests) == 2

    def test_a_stream_refused_before_its_first_word_is_retried(self, server: ScriptedServer) -> None:
        server.fail(Fault("status", status=503))
        assert use(server, words) == WORDS


def test_a_proxy_in_the_environment_does_not_stand_before_this_machine(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert use(server, words) == WORDS


class TestBreaker:
    def test_a_dead_server_is_waited_for_once_and_then_refused_at_once(self, server: ScriptedServer) -> None:
        async def scenario(client: ChatClient) -> tuple[str, ...]:
            await client.connect()
            server.become(silent=True)
            with hurried(client, timeout_s=0.2, connect_timeout_s=0.2):
                return await reason_of(ask(client)), await reason_of(ask(client))

        assert use(server, scenario) == ("timed_out", "resting")

    def test_a_slow_server_is_asked_again(self, server: ScriptedServer) -> None:
        async def scenario(client: ChatClient) -> Any:
            await client.connect()
            server.fail(*["hang"] * 4)
            with hurried(client, timeout_s=0.2):
                assert [await reason_of(ask(client)) for _ in range(4)] == ["too_slow"] * 4
            server.calm()
            return await ask(client)

        assert use(server, scenario, connect_timeout_s=60).value == SOUND

    def test_after_its_rest_a_recovered_server_is_used_again(self, server: ScriptedServer) -> None:
        clock = Clock()

        async def scenario(client: ChatClient) -> Any:
            await client.connect()
            server.become(silent=True)
            with hurried(client, timeout_s=0.2, connect_timeout_s=0.2):
                await reason_of(ask(client))
            server.become()
            assert await reason_of(ask(client)) == "resting"
            clock.forward_s += 60
            return await ask(client)

        assert use(server, scenario, clock=clock, breaker=Breaker(shortest_rest_s=50)).value == SOUND

    def test_while_it_is_open_the_failure_that_opened_it_is_known(self, server: ScriptedServer) -> None:
        """Also where those calls were given up by their callers, as words that come too late are."""

        async def scenario(client: ChatClient) -> tuple[object, object]:
            await client.connect()
            server.fail(*[Fault("status", status=503)] * 9)
            with pytest.raises(asyncio.CancelledError):
                await ask(client)
            reason = await reason_of(ask(client))
            assert client.last_failure is not None
            return reason, client.last_failure.details["reason"]

        class GiveUp(Pace):
            async def sleep(self, seconds: float) -> None:
                raise asyncio.CancelledError

        assert use(server, scenario, pace=GiveUp(), breaker=Breaker(rounds=1)) == ("resting", "gateway")

    def test_refusals_do_not_open_it(self, server: ScriptedServer) -> None:
        async def scenario(client: ChatClient) -> Any:
            await client.connect()
            server.fail(*[Fault("status", status=400)] * 6)
            for _ in range(6):
                with pytest.raises(EndpointError):
                    await words(client)
            return await words(client)

        assert use(server, scenario) == WORDS


class TestCancelling:
    def test_cancelling_closes_the_connection_so_that_the_server_stops(self, server: ScriptedServer) -> None:
        async def scenario(client: ChatClient) -> None:
            await client.connect()
            server.fail(Fault("slow_chunks", seconds=0.05))
            async with aclosing(client.stream("rules", "hello", max_tokens=100, temperature=0.6)) as said:
                async for _ in said:
                    break
            await until(lambda: server.disconnects > 0)

        use(server, scenario)
        assert server.disconnects == 1

    @pytest.mark.parametrize("scenario", [ask, words])
    def test_a_cancelled_task_leaves_the_client_usable(self, server: ScriptedServer, scenario: Any) -> None:
        async def cancelled(client: ChatClient) -> Any:
            await client.connect()
            server.fail("hang")
            task = asyncio.create_task(scenario(client))
            await until(lambda: bool(server.requests))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await until(lambda: server.disconnects > 0)
            return await ask(client)

        assert use(server, cancelled, concurrency=1).value == SOUND
        assert server.disconnects == 1
