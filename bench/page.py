"""Whether the page stays responsive while 50 candidates hold interviews on it against a slow model.

Each candidate is a tab that sends what a browser sends: joins Gradio's queue, reads the stream of changes, thinks, answers
again. The model is the scripted server in a process of its own: 0.5 s to the first word, 0.05 s between pieces, 2 s a
judgement. Meanwhile one more visitor keeps opening the start page, an interview and a report; before the crowd comes the
same visitor does the same alone, so each figure under load stands beside the idle one of the same run.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.page_tab import EventFailed, Tab
from bench.page_talk import Talk
from bench.table import Figure, percentile, show
from bench.turn import free_port

CROWD = 50
CROWD_S = 45.0
ARRIVAL_S = 6.0
THINK_S = (3.0, 8.0)
IDLE_ROUNDS = 12
ENGINE = ("--first-token-s", "0.5", "--chunk-s", "0.05", "--judgement-s", "2")
ANSWER = "第 {n} 次回答：prefill 一次算完提示词并写入 KV cache，受算力限制；decode 每步只算一个 token，受显存带宽限制。"


@dataclass
class Seen:
    """What was measured, in seconds, and what went wrong."""

    start: list[float] = field(default_factory=list)
    interview: list[float] = field(default_factory=list)
    report: list[float] = field(default_factory=list)
    reaction: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)
    turn: list[float] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def run() -> list[Figure]:
    port = free_port()
    engine = [sys.executable, "-m", "interviewer.scripted", "--port", str(port), *ENGINE]
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(engine, stdout=subprocess.DEVNULL) as model:
        try:
            flags = ("--base-url", f"http://127.0.0.1:{port}/v1", "--data-dir", folder)
            with served(*flags) as (address, pid):
                return asyncio.run(_measure(address, pid, Path(folder)))
        finally:
            model.terminate()


@contextmanager
def served(*flags: str, checkout: Path | None = None) -> Iterator[tuple[str, int]]:
    """`interviewer ui` of a checkout (this one by default) as a process: (address, process id)."""
    command = [sys.executable, "-m", "ui.cli.main", "ui", "--port", "0", *flags]
    where = str(checkout or Path(__file__).parents[1])
    environ = os.environ | {"PYTHONPATH": where}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=where) as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://\S+", process.stdout.readline())
            assert address is not None, "the page did not print its address"
            yield address[0], process.pid
        finally:
            process.terminate()


async def _measure(address: str, pid: int, folder: Path) -> list[Figure]:
    import aiohttp

    idle, loaded, crowd = Seen(), Seen(), Seen()
    limits = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=limits, timeout=aiohttp.ClientTimeout(total=60)) as http:
        own = await begin(http, address)
        talk = Talk(http, address, own)
        await talk.open()
        for n in range(4):  # the first one loads what a turn needs
            await _answer(talk, n, idle if n else Seen())
        for _ in range(IDLE_ROUNDS):
            await _look_around(http, address, own, idle)
        used_s, started, stop = cpu_s(pid), time.perf_counter(), time.perf_counter() + ARRIVAL_S + CROWD_S
        dice = random.Random(1)
        candidates = [
            asyncio.create_task(_candidate(http, address, crowd, random.Random(n), dice.uniform(0, ARRIVAL_S), stop))
            for n in range(CROWD)
        ]
        await asyncio.sleep(ARRIVAL_S)
        while time.perf_counter() < stop:
            await _look_around(http, address, own, loaded)
            await asyncio.sleep(0.2)
        await asyncio.gather(*candidates)
        busy_s, span_s = cpu_s(pid) - used_s, time.perf_counter() - started
    return _figures(idle, loaded, crowd, _lost(folder, crowd), busy_s, span_s)


async def begin(http, address: str) -> str:
    """Fill in the start page and begin; the new session's id."""
    tab = Tab(http, address)
    await tab.open()
    tab.put("consent", True)
    await tab.fire("go", "click")
    session_id = tab.value("begun")
    if not session_id:
        raise EventFailed(f"no session was begun: {tab.value('notice')}")
    return session_id


async def _look_around(http, address: str, session_id: str, seen: Seen) -> None:
    try:
        seen.start.append(await Tab(http, address).open())
        seen.interview.append(await Tab(http, address).open("interview", session=session_id))
        seen.report.append(await Tab(http, address).open("report", session=session_id))
    except (EventFailed, OSError, TimeoutError) as error:
        seen.errors.append(repr(error))


async def _candidate(http, address: str, seen: Seen, dice: random.Random, arrives_s: float, stop: float) -> None:
    try:
        await asyncio.sleep(arrives_s)
        session_id = await begin(http, address)
        seen.sessions.append(session_id)
        talk = Talk(http, address, session_id)
        await talk.open()
        n = 0
        while True:
            await asyncio.sleep(dice.uniform(*THINK_S))
            if time.perf_counter() > stop:
                return
            await _answer(talk, n, seen)
            n += 1
    except (EventFailed, OSError, TimeoutError) as error:
        seen.errors.append(repr(error))


async def _answer(talk: Talk, n: int, seen: Seen) -> None:
    """One turn: until the page is told that it was heard, until the first new words, until the reply is whole."""
    started, before = time.perf_counter(), talk.turn
    first: dict[str, float] = {}

    def changed(kind: str) -> None:
        first.setdefault(kind, time.perf_counter() - started)

    await talk.answer(ANSWER.format(n=n), changed)
    seen.turn.append(time.perf_counter() - started)
    seen.reaction.append(first.get("heard", 0.0))
    seen.words.append(first.get("delta", 0.0))
    if talk.turn <= before:
        seen.errors.append(f"turn {before} was not taken")


def _lost(folder: Path, crowd: Seen) -> int:
    """Turns that were sent and are not in the store, or have no reply there."""
    from interviewer.app import App
    from interviewer.settings import load_settings

    app = App(load_settings({"data_dir": str(folder)}, environ={}, folder=folder))
    transcripts = [app.store.transcript(one) for one in crowd.sessions]
    app.store.close()
    answers = sum(message.kind == "answer" for one in transcripts for message in one.messages)
    unanswered = sum(one.messages[-1].role == "candidate" for one in transcripts)
    return len(crowd.turn) - answers + unanswered


def cpu_s(pid: int) -> float:
    """Seconds of processor time a process has used so far, where the system says so."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _figures(idle: Seen, loaded: Seen, crowd: Seen, lost: int, busy_s: float, span_s: float) -> list[Figure]:
    figures: list[Figure] = []
    for name, alone, under in (
        ("start page, with its load event", idle.start, loaded.start),
        ("interview page, with its load event", idle.interview, loaded.interview),
        ("report page, with its load event", idle.report, loaded.report),
        ("Enter to the page showing it was heard", idle.reaction, crowd.reaction),
        ("Enter to the first words of the reply", idle.words, crowd.words),
        ("Enter to the reply being whole", idle.turn, crowd.turn),
    ):
        p50 = percentile(alone, 0.5)
        page = name.startswith(("start", "interview", "report", "Enter to the page"))
        figures += [
            Figure(f"{name}: alone, p50", 1000 * p50, "ms"),
            Figure(f"{name}: {CROWD} others, p50", 1000 * percentile(under, 0.5), "ms", "", percentile(under, 0.5) / p50, "alone"),
            Figure(f"{name}: {CROWD} others, p95", 1000 * percentile(under, 0.95), "ms", "<= 1000" if page else "",
                   percentile(under, 0.95) / p50, "alone"),
        ]  # fmt: skip
    for one in (idle.errors + loaded.errors + crowd.errors)[:5]:
        print(f"  error: {one}", flush=True)
    return [
        *figures,
        Figure("turns taken", float(len(crowd.turn)), ""),
        Figure("turns lost", float(lost), "", "0"),
        Figure("errors", float(len(idle.errors + loaded.errors + crowd.errors)), "", "0"),
        Figure("page process: processor time a turn, all told", 1000 * busy_s / max(1, len(crowd.turn)), "ms"),
        Figure("page process: share of one core", 100 * busy_s / span_s, "%"),
    ]


if __name__ == "__main__":
    show("page", run())
