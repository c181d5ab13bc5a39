"""The engine beside us: its counters, and `gpu/floor.py`, which sends a turn's two requests with a bare client."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(
    r"(?:burst|steady) c=(?P<crowd>\d+)(?: think (?P<think>[\d-]+)s)?: (?P<turns>\d+) turns .*?first p50 (?P<first>[\d.]+) "
    r"p95 (?P<first95>[\d.]+) ack p50 (?P<ack>[\d.]+) turn p50 (?P<turn>[\d.]+) p95 (?P<turn95>[\d.]+) +"
    r"prompt (?P<prompt>\d+) out (?P<out>\d+)"
)
_COUNTERS = ("prefix_cache_queries", "prefix_cache_hits", "prompt_tokens", "generation_tokens")


@dataclass(frozen=True)
class Floor:
    """One line of `gpu/floor.py`: seconds, and tokens of the assessing call."""

    first: float
    first95: float
    ack: float
    turn: float
    turn95: float
    prompt: int
    out: int


async def run_floor(script: Path, text: Path) -> tuple[dict[str, Floor], str]:
    """(its lines by crowd, "64" all at once or "256 thinking 10-30", and its whole output). It asks port 8000 only."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(script), str(text), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said = (await child.communicate())[0].decode()
    if child.returncode:
        raise RuntimeError(f"{script} ended with {child.returncode}:\n{said[-2000:]}")
    return read_floor(said), said


def read_floor(said: str) -> dict[str, Floor]:
    found: dict[str, Floor] = {}
    for match in _LINE.finditer(said):
        name = match["crowd"] + (f" thinking {match['think']}" if match["think"] else "")
        seconds = (float(match[key]) for key in ("first", "first95", "ack", "turn", "turn95"))
        found[name] = Floor(*seconds, prompt=int(match["prompt"]), out=int(match["out"]))
    return found


async def counters(root_url: str) -> dict[str, float]:
    """The server's totals so far, by vLLM's names without prefix and suffix; several engines are added up."""
    import aiohttp

    async with aiohttp.ClientSession() as http, http.get(f"{root_url}/metrics") as reply:
        lines = (await reply.text()).splitlines()
    totals: dict[str, float] = dict.fromkeys(_COUNTERS, 0.0)
    for line in lines:
        name = line.partition("{")[0].removeprefix("vllm:").removesuffix("_total")
        if name in totals and not line.startswith("#"):
            totals[name] += float(line.split()[-1])
    return totals
