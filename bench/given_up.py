"""How soon a real llama.cpp server is free again after a client gave up: words that stream, and data.

    python -m bench.given_up --base-url http://127.0.0.1:8080/v1

Needs a server with one slot and `/slots`. Ends with exit code 1 above the target.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Sequence

from bench.table import Figure, show
from interviewer.llm import ChatClient, EndpointSettings

TARGET_S = 0.5
ROUNDS = 5
LONG = 1500
_SCHEMA = {
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 3 * LONG}},
    "required": ["text"],
}


async def measure(base_url: str) -> list[Figure]:
    async with ChatClient(EndpointSettings(base_url=base_url, timeout_s=300)) as client:
        await client.connect()
        return [
            Figure(f"free after {kind} was given up", await _median(client, base_url, kind), "s", f"<= {TARGET_S:g}")
            for kind in ("words", "data")
        ]


async def _median(client: ChatClient, base_url: str, kind: str) -> float:
    return statistics.median([await _once(client, base_url, kind) for _ in range(ROUNDS)])


async def _once(client: ChatClient, base_url: str, kind: str) -> float:
    """Seconds from giving up until the slot is idle."""
    task = asyncio.create_task(_words(client) if kind == "words" else _data(client))
    await _until(base_url, busy=True)
    await asyncio.sleep(1.0)  # so that it has begun to write
    task.cancel()
    started = time.perf_counter()
    await asyncio.gather(task, return_exceptions=True)
    await _until(base_url, busy=False)
    return time.perf_counter() - started


async def _words(client: ChatClient) -> None:
    async for _ in client.stream("You are a writer.", "Write a long story.", max_tokens=LONG, temperature=0.6):
        pass


async def _data(client: ChatClient) -> None:
    await client.structured("You are a writer.", "Write a long story.", _SCHEMA, name="long", max_tokens=LONG)


async def _until(base_url: str, *, busy: bool) -> None:
    import httpx2

    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        while True:
            slots = (await http.get(base_url.removesuffix("/v1") + "/slots")).json()
            if any(slot["is_processing"] for slot in slots) is busy:
                return
            await asyncio.sleep(0.01)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.given_up", description=__doc__)
    parser.add_argument("--base-url", required=True)
    figures = asyncio.run(measure(parser.parse_args(arguments).base_url))
    show("given up", figures)
    return 0 if max(figure.value for figure in figures) <= TARGET_S else 1


if __name__ == "__main__":
    sys.exit(main())
