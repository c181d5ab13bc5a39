"""How long a client takes until it knows its endpoint: models, form, what it can do, against a server without latency.

    python -m bench.connect [--base PATH]      PATH: another checkout, run beside this one in turn

Each time in a process of its own, since a first use pays for imports. Ends with exit code 1 above the target.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.table import Figure, show
from interviewer.scripted import ScriptedServer

TARGET_S = 1.5
ROUNDS = 5
_CHILD = """
import asyncio, sys, time
from interviewer.llm import ChatClient, EndpointSettings
async def main():
    started = time.perf_counter()
    async with ChatClient(EndpointSettings(base_url=sys.argv[1])) as chat:
        await chat.connect()
        print(time.perf_counter() - started)
asyncio.run(main())
"""
"""Says how many seconds `connect` takes, what it imports at its first use included."""
HERE = Path(__file__).parent.parent


def run(base: Path | None = None) -> list[Figure]:
    """Median seconds; of a base checkout too, as the ratio to it."""
    checkouts = {"this checkout": HERE} | ({"the base": base} if base else {})
    times: dict[str, list[float]] = {name: [] for name in checkouts}
    with ScriptedServer() as server:
        for _ in range(ROUNDS):
            for name, folder in checkouts.items():
                times[name].append(_once(folder, server.base_url))
    own, *others = (statistics.median(took) for took in times.values())
    ratio = own / others[0] if others else None
    found = [Figure("connect and probes", own, "s", f"<= {TARGET_S:g}", ratio, "the base" if others else "")]
    return found + [Figure("connect and probes, the base", one, "s") for one in others]


def _once(folder: Path, url: str) -> float:
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, url], env=os.environ | {"PYTHONPATH": str(folder)}, cwd=folder,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(child.stdout)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.connect", description=__doc__)
    parser.add_argument("--base", type=Path, help="another checkout to run beside this one")
    figures = run(parser.parse_args(arguments).base)
    show("connect", figures)
    return 0 if figures[0].value <= TARGET_S else 1


if __name__ == "__main__":
    sys.exit(main())
