"""What a turn costs in our own code: the scripted server answers at once, so what is left is ours.

At one session, turns in a row; at 200 sessions, once with everyone pressing Enter in the same moment and once with
everyone thinking 10 to 30 s between turns. The server runs in a process of its own, as a real one would. "Engine calls
alone" sends the same two requests of a turn with a bare HTTP client in the same run.
"""

from __future__ import annotations

import asyncio
import gc
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.table import Figure, percentile

CROWD = 200
ROUNDS = 40
SESSIONS = 5


def run() -> list[Figure]:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "interviewer.scripted", "--port", str(port)], stdout=subprocess.DEVNULL
    ) as server:
        try:
            return asyncio.run(_measure(f"http://127.0.0.1:{port}/v1"))
        finally:
            server.terminate()


async def _measure(base_url: str) -> list[Figure]:
    from interviewer.app import App
    from interviewer.settings import load_settings

    with tempfile.TemporaryDirectory() as folder:
        endpoint = App(load_settings({"data_dir": folder, "model.base_url": base_url}, environ={}, folder=Path(folder)))
        offline = App(load_settings({"data_dir": f"{folder}/offline"}, environ={}, folder=Path(folder)))
        await _until_up(endpoint)
        alone = await _one(endpoint)
        unplugged = await _one(offline)
        server_ms = await _engine_alone(endpoint)
        burst, lost = await _crowd(endpoint, lambda: 0.0)
        dice = random.Random(1)
        thinking, lost_too = await _crowd(endpoint, lambda: dice.uniform(10, 30))
        await endpoint.aclose()
        await offline.aclose()
    p50 = percentile(alone, 0.5)
    return [
        Figure("engine calls of a turn alone, p50", server_ms, "ms"),
        Figure("1 session, endpoint: turn p50", p50, "ms", "", p50 / server_ms, "engine calls"),
        Figure("1 session, endpoint: our own share p50", p50 - server_ms, "ms", "<= 15"),
        Figure("1 session, endpoint: our own share p99", percentile(alone, 0.99) - server_ms, "ms", "<= 60"),
        Figure("1 session, offline: turn p50", percentile(unplugged, 0.5), "ms", "<= 15"),
        Figure("1 session, offline: turn p99", percentile(unplugged, 0.99), "ms", "<= 60"),
        Figure(f"{CROWD} sessions, all Enter at once: turn p50", percentile(burst, 0.5), "ms"),
        Figure(f"{CROWD} sessions, all Enter at once: turn p99", percentile(burst, 0.99), "ms"),
        Figure(f"{CROWD} sessions thinking 10-30 s: turn p50", percentile(thinking, 0.5), "ms"),
        Figure(f"{CROWD} sessions thinking 10-30 s: turn p99", percentile(thinking, 0.99), "ms", "<= 1000"),
        Figure("turns lost, of all", float(lost + lost_too), "", "0"),
    ]


async def _until_up(app) -> None:
    from interviewer.errors import EndpointError

    for _ in range(100):
        try:
            await app.chat.connect()
            return
        except EndpointError:
            await asyncio.sleep(0.2)
    raise RuntimeError("the scripted server did not come up")


async def _start(app, seed: int) -> str:
    from interviewer.interview.interviews import StartRequest

    request = StartRequest(seed=seed, questions=20, minutes=600, thinking=app.thinking)
    return (await app.interviews.start(request)).session.id


async def _turn(app, session_id: str, n: int) -> float:
    """Milliseconds from pressing Enter to the whole reply being written."""
    turn = (await app.interviews.look(session_id)).turn
    text = f"第 {n} 次回答：prefill 一次算完提示词并写入 KV cache，decode 每步只算一个 token，受显存带宽限制。"
    started = time.perf_counter()
    async for _ in app.interviews.answer(session_id, text, turn):
        pass
    return 1000 * (time.perf_counter() - started)


async def _one(app) -> list[float]:
    """Milliseconds of SESSIONS x ROUNDS turns, one after the other; the first three of a session only warm up."""
    took: list[float] = []
    for seed in range(SESSIONS):
        session_id = await _start(app, seed)
        for n in range(3):
            await _turn(app, session_id, n)
        gc.freeze()  # as `interviewer ui` does once it serves
        took += [await _turn(app, session_id, n) for n in range(ROUNDS)]
    return took


async def _crowd(app, think) -> tuple[list[float], int]:
    """(milliseconds of each turn, turns that are not in the store) for CROWD sessions of two turns each."""
    ids = [await _start(app, seed) for seed in range(CROWD)]

    async def candidate(session_id: str) -> list[float]:
        took = []
        for n in range(2):
            await asyncio.sleep(think())
            took.append(await _turn(app, session_id, n))
        return took

    took = [one for each in await asyncio.gather(*map(candidate, ids)) for one in each]
    states = [await app.interviews.look(session_id) for session_id in ids]
    kept = sum(sum(m.kind == "answer" for m in state.transcript.messages) for state in states)
    unanswered = sum(state.pending == "reply" for state in states)
    return took, 2 * CROWD - kept + unanswered


async def _engine_alone(app) -> float:
    """Median milliseconds of a turn's two calls, side by side, with a bare HTTP client and the same prompts' size."""
    import aiohttp

    server = await app.chat.connect()
    url = f"{app.settings.model.base_url}/chat/completions"
    body = {"model": server.model, "messages": [{"role": "user", "content": "答" * 1500}], "max_tokens": 60}
    took: list[float] = []
    async with aiohttp.ClientSession() as http:

        async def call(**more: object) -> None:
            async with http.post(url, json=body | more) as reply:
                await reply.read()

        for _ in range(ROUNDS):
            started = time.perf_counter()
            await asyncio.gather(call(stream=True), call())
            took.append(1000 * (time.perf_counter() - started))
    return percentile(took, 0.5)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
