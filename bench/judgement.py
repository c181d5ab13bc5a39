"""Judgements and whole turns of this build beside those of another one, on the same server, in one run.

Each build judges with its own code and its own prompt, in a process of its own (`judgement_worker.py`); their rounds
alternate, so that both meet the same server. Then whole turns: `bench.live` of each build, an acknowledgement beside a
judgement. `--exact` adds this build with a grammar that ends at each answer's last clause, so that every answer has one of
its own, against the one grammar a number of key points.

A model with random weights never stops: replies are bounded to four key points said, and the strings of the other build to
as long as makes `--quote-tokens` of a reply. `--as-shipped` bounds nothing, for a real model.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parents[1]
POINTS = 4
TARGETS = {1: ("seconds", "<= 0.25"), 64: ("rate", ">= 3.0"), 256: ("rate", ">= 2.2")}
"""At so many under way: what of this build is held against the other's, as a ratio."""
TURN_TARGETS = {"1": "<= 0.35", "16": "<= 0.45", "64": "<= 0.50"}


@dataclass
class Build:
    """One build at `root`, its worker, and what it measured by number under way; `first` is the next unused case."""

    name: str
    root: Path
    exact: bool = False
    chars: int | None = None
    worker: Process | None = None
    first: int = 0
    rounds: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    async def start(self, options: argparse.Namespace) -> None:
        given = {"base_url": options.base_url, "language": options.language, "answer_chars": options.answer_chars}
        script = str(HERE / "bench" / "judgement_worker.py")
        self.worker = await asyncio.create_subprocess_exec(
            sys.executable, script, json.dumps(given | {"exact": self.exact}),
            stdin=PIPE, stdout=PIPE, env=environment(self.root), cwd=self.root, limit=1 << 20,
        )  # fmt: skip
        await self._said()

    async def round(self, at: int, n: int, *, bounded: bool) -> dict[str, Any]:
        assert self.worker is not None
        assert self.worker.stdin is not None
        wanted = {"at": at, "n": n, "first": self.first, "bounds": [POINTS, self.chars] if bounded else None}
        self.first += -(-n // 32) * 32  # whole questions, so that no round finds another's prefix but by its question
        self.worker.stdin.write(json.dumps(wanted).encode() + b"\n")
        await self.worker.stdin.drain()
        return await self._said()

    async def stop(self) -> None:
        if self.worker is not None and self.worker.stdin is not None:
            self.worker.stdin.close()
            await self.worker.wait()

    async def _said(self) -> dict[str, Any]:
        assert self.worker is not None
        assert self.worker.stdout is not None
        line = await self.worker.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker of {self.name} ended; what it said stands above")
        return json.loads(line)


def environment(root: Path) -> dict[str, str]:
    """This process's, with the code of `root` in place of this build's and no setting of the product's."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEWER_")}
    others = [one for one in clean.get("PYTHONPATH", "").split(os.pathsep) if one and Path(one).resolve() != HERE]
    return clean | {"PYTHONPATH": os.pathsep.join([str(root), *others])}


async def calibrate(build: Build, wanted: int) -> None:
    """Strings of `build` as long as makes about `wanted` tokens of a reply: two warm-ups, and a line through."""
    tried, measured = (2, 40), list[float]()
    for chars in tried:
        build.chars = chars
        row = await build.round(8, 16, bounded=True)
        measured.append(row["reply_tokens"] / max(1, row["graded"]))
    slope = (measured[1] - measured[0]) / (tried[1] - tried[0])
    build.chars = min(120, max(1, tried[0] + round((wanted - measured[0]) / slope))) if slope > 0 else tried[1]
    print(f"{build.name}: {measured[0]:.0f} and {measured[1]:.0f} tokens at {tried} characters a string; "
          f"{build.chars} characters for {wanted}", flush=True)  # fmt: skip


async def judgements(builds: list[Build], options: argparse.Namespace) -> None:
    """The builds' rounds, alternating, at each number under way."""
    for build in builds:
        await build.start(options)
    bounded = not options.as_shipped
    if bounded:
        await calibrate(builds[0], options.quote_tokens)
    for build in builds:
        await build.round(8, 32, bounded=bounded)  # the grammar, the rules and the first prefix are known from now on
    for at in options.at:
        n = options.judgements or max(8, 4 * at)
        for _ in range(options.repeats):
            for build in builds:
                build.rounds.setdefault(at, []).append(await build.round(at, n, bounded=bounded))
                show_round(build, at)
    for build in builds:
        await build.stop()


def show_round(build: Build, at: int) -> None:
    row = build.rounds[at][-1]
    graded = max(1, row["graded"])
    print(f"{build.name:12} {at:5} under way: {row['n'] / row['seconds']:8.2f}/s  p50 {row['p50']:7.3f}  p95 {row['p95']:7.3f} s  "
          f"prompt {row['prompt_tokens'] / graded:6.0f}  reply {row['reply_tokens'] / graded:5.0f} tokens  repairs {row['repairs']}  "
          f"ungraded {row['ungraded'] or 0}  client {1000 * row['cpu_s'] / row['n']:.1f} ms", flush=True)  # fmt: skip


def ratios(builds: list[Build]) -> list[dict[str, Any]]:
    """Each later build against the first, at each number under way: judgements a second, and seconds of one; medians."""
    found: list[dict[str, Any]] = []
    for build in builds[1:]:
        for at, rows in build.rounds.items():
            others = builds[0].rounds[at]
            rate = _rate(rows) / _rate(others)
            seconds = median(row["p50"] for row in rows) / median(row["p50"] for row in others)
            found.append({"build": build.name, "at": at, "rate": rate, "seconds": seconds, "target": TARGETS.get(at)})
    return found


def _rate(rows: list[dict[str, Any]]) -> float:
    return median(row["n"] / row["seconds"] for row in rows)


async def turns(builds: list[Build], options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Seconds p50 of a whole turn by build and crowd, from each build's own `bench.live`."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for build in builds:
            out = Path(folder) / f"{build.name}.json"
            command = ["-m", "bench.live", "--base-url", options.base_url, "--crowds", *TURN_TARGETS, "--language", options.language,
                       "--reply-tokens", str(options.turn_tokens), "--answer-chars", str(options.answer_chars), "--out", str(out)]  # fmt: skip
            print(f"\nwhole turns of {build.name}:", flush=True)
            child = await asyncio.create_subprocess_exec(
                sys.executable, *command, env=environment(build.root), cwd=build.root
            )
            if await child.wait():
                raise RuntimeError(f"bench.live of {build.name} ended with {child.returncode}")
            rows = json.loads(out.read_text("utf8"))["rows"]
            found[build.name] = {row["crowd"]: row["written_p50"] for row in rows}
    return found


async def measure(options: argparse.Namespace) -> None:
    builds = [Build("other", options.base.resolve()), Build("this", HERE)]
    judged = [*builds, *([Build("this, exact", HERE, exact=True, first=500_000)] if options.exact else [])]
    await judgements(judged, options)
    print("\nratios to the other build")
    for row in (compared := ratios(judged)):
        target = f"   target: {row['target'][0]} {row['target'][1]}" if row["target"] else ""
        print(f"  {row['build']:12} {row['at']:5} under way: {row['rate']:6.2f} times the judgements/s, "
              f"{row['seconds']:5.2f} of the seconds{target}")  # fmt: skip
    taken: dict[str, dict[str, float]] = {}
    if not options.no_turns:
        taken = await turns(builds, options)
        print("\nwhole turn, p50 seconds")
        for crowd, target in TURN_TARGETS.items():
            other, this = taken["other"][crowd], taken["this"][crowd]
            print(f"  {crowd:>3} at once: {other:6.2f} -> {this:6.2f} s, ratio {this / other:.2f}   target {target}")
    if options.out:
        rounds = {build.name: {str(at): rows for at, rows in build.rounds.items()} for build in judged}
        found = {"rounds": rounds, "ratios": compared, "turns": taken}
        options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf8")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.judgement", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  python -m bench.judgement --base-url http://127.0.0.1:8000/v1 --base ../base --exact --out figures.json",
    )  # fmt: skip
    parser.add_argument("--base-url", required=True, metavar="URL", help="the endpoint, as http://127.0.0.1:8000/v1")
    parser.add_argument(
        "--base", required=True, type=Path, metavar="DIR", help="a checkout of the other build (a046dbb)"
    )
    parser.add_argument("--at", nargs="+", type=int, default=[1, 16, 64, 256], metavar="N", help="default 1 16 64 256")
    parser.add_argument(
        "--judgements", type=int, metavar="N", help="of a round (default: 4 for each under way, at least 8)"
    )
    parser.add_argument(
        "--repeats", type=int, default=2, metavar="N", help="rounds of each build (default 2, alternating)"
    )
    parser.add_argument(
        "--exact", action="store_true", help="also this build with a grammar of its own for each answer"
    )
    parser.add_argument("--as-shipped", action="store_true", help="bound nothing: for a model with real weights")
    parser.add_argument("--no-turns", action="store_true", help="judgements alone")
    parser.add_argument(
        "--quote-tokens", type=int, default=265, metavar="N", help="of the other build's reply (default 265)"
    )
    parser.add_argument(
        "--turn-tokens", type=int, default=240, metavar="N", help="the same in whole turns (default 240)"
    )
    parser.add_argument("--answer-chars", type=int, default=500, metavar="N", help="default 500")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the answers (default zh)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures as JSON")
    asyncio.run(measure(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
