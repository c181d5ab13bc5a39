"""This checkout beside another one, in turns in one run: our CPU of a turn, its time, and the page's CPU of a turn.

`python -m bench.side_by_side ../another-checkout` (both run with the same Python and libraries, against the same scripted
server, which answers at once). Rounds alternate, and each figure is the median of the rounds: a machine that is busy for a
while slows both.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TypeVar

from bench.page import ANSWER, begin, cpu_s, served
from bench.page_tab import Tab
from bench.page_talk import Talk
from bench.table import Figure, show
from bench.turn import free_port

T = TypeVar("T")
HERE = Path(__file__).parents[1]
SESSIONS, TURNS, PAGE_TURNS = 3, 20, 10
_TURNS = """
import asyncio, gc, json, sys, tempfile, time
from pathlib import Path
from interviewer.app import App
from interviewer.interview.interviews import StartRequest
from interviewer.settings import load_settings

async def main(base_url, sessions, turns, answer):
    with tempfile.TemporaryDirectory() as folder:
        app = App(load_settings({"data_dir": folder} | ({"model.base_url": base_url} if base_url else {}), environ={}, folder=Path(folder)))
        took = []
        for seed in range(sessions):
            request = StartRequest(seed=seed, questions=20, minutes=600, thinking=app.thinking)
            session_id = (await app.interviews.start(request)).session.id
            for n in range(turns + 3):
                turn = (await app.interviews.look(session_id)).turn
                wall, cpu = time.perf_counter(), time.process_time()
                async for _ in app.interviews.answer(session_id, answer.format(n=n), turn):
                    pass
                if n > 2:
                    took.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))
                else:
                    gc.freeze()
        await app.aclose()
    print(json.dumps(took))

base_url, sessions, turns, answer = sys.argv[1:]
asyncio.run(main(base_url, int(sessions), int(turns), answer))
"""


def run(other: Path, rounds: int) -> list[Figure]:
    with _engine() as base_url:
        figures: list[Figure] = []
        for name, url in (("with a model", base_url), ("offline", "")):
            rows = _alternating(lambda checkout, url=url: _turns(checkout, url), other, rounds)
            for n, what in enumerate(("on the clock", "CPU")):
                figures.append(_beside(f"a turn {name}, {what}", [[one[n] for one in own] for own in rows], other))
        pages = _alternating(lambda checkout: asyncio.run(_page_ms(checkout, base_url)), other, rounds)
        figures.append(_beside("the page's process, CPU a turn", pages, other))
    return figures


def _alternating(measure: Callable[[Path], T], other: Path, rounds: int) -> tuple[list[T], list[T]]:
    """What `measure` gives for this checkout and for the other, round by round, each of them first in every other one."""
    ours: list[T] = []
    theirs: list[T] = []
    for n in range(rounds):
        for checkout in (HERE, other) if n % 2 else (other, HERE):
            (ours if checkout == HERE else theirs).append(measure(checkout))
    return ours, theirs


def _beside(name: str, rows: tuple[list[float], list[float]] | list[list[float]], other: Path) -> Figure:
    ours, theirs = map(median, rows)
    return Figure(f"{name} (there {theirs:.1f})", ours, "ms", "", ours / theirs, f"that of {other.name}")


@contextmanager
def _engine() -> Iterator[str]:
    """The scripted server of this checkout, for both: its address."""
    port = free_port()
    command = [sys.executable, "-m", "interviewer.scripted", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_environ(HERE), cwd=HERE) as server:
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()


def _turns(checkout: Path, base_url: str) -> tuple[float, float]:
    """Median milliseconds of a turn (on the clock, of CPU), in a process of its own."""
    command = [sys.executable, "-c", _TURNS, base_url, str(SESSIONS), str(TURNS), ANSWER]
    done = subprocess.run(command, env=_environ(checkout), cwd=checkout, stdout=subprocess.PIPE, text=True, check=True)
    wall, cpu = zip(*json.loads(done.stdout), strict=True)
    return median(wall), median(cpu)


async def _page_ms(checkout: Path, base_url: str) -> float:
    """Milliseconds of CPU that the page's process takes for a turn, all told."""
    import aiohttp

    with (
        tempfile.TemporaryDirectory() as folder,
        served("--base-url", base_url, "--data-dir", folder, checkout=checkout) as (address, pid),
    ):
        async with aiohttp.ClientSession() as http:
            used = 0.0
            for _ in range(SESSIONS):
                session_id = await begin(http, address)
                async with http.post(f"{address}talk/{session_id}/open", json={}) as answer:
                    apart = answer.status == 200
                turn = await (_talk if apart else _through_gradio)(http, address, session_id)
                await turn(0)
                before = cpu_s(pid)
                for n in range(PAGE_TURNS):
                    await turn(n + 1)
                used += cpu_s(pid) - before
            return 1000 * used / (SESSIONS * PAGE_TURNS)


async def _talk(http, address: str, session_id: str) -> Callable[[int], Awaitable[None]]:
    talk = Talk(http, address, session_id)
    await talk.open()
    return lambda n: talk.answer(ANSWER.format(n=n), lambda kind: None)


async def _through_gradio(http, address: str, session_id: str) -> Callable[[int], Awaitable[None]]:
    """How a page of 0.1 took an answer."""
    tab = Tab(http, address)
    await tab.open("interview", session=session_id)

    async def turn(n: int) -> None:
        tab.put("answer", ANSWER.format(n=n))
        await tab.fire("answer", "submit")

    return turn


def _environ(checkout: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(checkout)}


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m bench.side_by_side", description=__doc__)
    options.add_argument("other", type=Path, metavar="CHECKOUT")
    options.add_argument("--rounds", type=int, default=5, metavar="N")
    asked = options.parse_args()
    show("side by side", run(asked.other.resolve(), asked.rounds))
