"""Whole interviews against a real vLLM, beside the engine's own floor in the same run.

Turns go through `Interviews`: the graph, the store, the speaker and the assessor side by side, with the shipped bank and
prompts. 1, 16 and 64 candidates press Enter at once, and again as soon as their reply is there; 256 think 10 to 30 s.
`--floor FILE` first runs FILE (gpu/floor.py: a turn's two requests from a bare client) on the same server.

Replies are bounded as floor.py bounds them (live_chat.py): 40 tokens spoken, 4 key points judged, strings as long as it
takes for a judgement to have the floor's number of tokens. The model may have random weights: its words are swapped for
harmless ones after they were generated, sent and read.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from pathlib import Path
from statistics import mean
from typing import Any

from bench.live_chat import SENTENCE_PIECES, SPOKEN_TOKENS, Bounds, MeasuredChat, Rejections
from bench.live_floor import Floor, run_floor
from bench.live_stage import Stage, references
from interviewer.app import App
from interviewer.llm import EndpointSettings
from interviewer.settings import load_settings

CROWDS: dict[str, tuple[int, int, tuple[float, float] | None]] = {
    "1": (1, 8, None),
    "16": (16, 4, None),
    "64": (64, 4, None),
    "256 thinking 10-30": (256, 2, (10, 30)),
}
"""Crowd: (candidates, turns each, seconds of thinking before each turn)."""
REPLY_TOKENS = 180
SHOWN_MOMENTS = ("first_piece", "first_shown", "spoken", "written")


async def calibrate(stage: Stage, wanted: int) -> Bounds:
    """Bounds with which a judgement has about `wanted` tokens: two short warm-ups of 16 candidates, and a line through."""
    measured: list[float] = []
    tried = (2, 40)
    for number, chars in enumerate(tried):
        stage.chat.bounds = Bounds(chars=chars)
        crowd = await stage.crowd("warm-up", 16, 1, None, 10_000 + 16 * number)
        measured.append(mean(crowd.seen.reply_tokens or [0]))
    slope = (measured[1] - measured[0]) / (tried[1] - tried[0])
    chars = tried[0] + round((wanted - measured[0]) / slope) if slope > 0 else tried[1]
    bounds = Bounds(chars=min(240, max(1, chars)))
    print(f"reply length: {measured[0]:.0f} and {measured[1]:.0f} tokens at {tried} characters a string; "
          f"for {wanted} tokens: {bounds.chars} characters", flush=True)  # fmt: skip
    return bounds


def show(rows: list[dict[str, Any]], floors: dict[str, Floor]) -> None:
    """One line a crowd: seconds p50/p95, tokens of a turn's two calls, prefix hits, and whole turns over the floor's."""
    print(f"\n{'candidates':20}{'turns/s':>7}{'first piece':>13}{'first shown':>13}{'all spoken':>13}{'whole turn':>13}"
          f"{'prompt':>8}{'uncached':>9}{'out':>5}{'hits':>7}{'floor turn':>13}{'ratio':>6}")  # fmt: skip
    for row in rows:
        seconds = "".join(f"{row[f'{moment}_p50']:7.2f} /{row[f'{moment}_p95']:4.2f}" for moment in SHOWN_MOMENTS)
        tokens = f"{row['prompt']:8.0f}{row['uncached']:9.0f}{row['output']:5.0f}{row['hit_rate']:7.1%}"
        floor = floors.get(row["crowd"])
        beside = f"{floor.turn:7.2f} /{floor.turn95:4.2f}{row['written_p50'] / floor.turn:6.2f}" if floor else ""
        print(f"{row['crowd']:20}{row['per_s']:7.1f}{seconds}{tokens}{beside}")
        print(f"{'':20}  judging: prompt {row['judge_prompt']:.0f}, reply {row['judge_reply']:.0f} tokens, calls "
              f"{row['calls']}, replies sent back {row['rejected']}; lost {row['lost']}, ungraded {row['ungraded']}",
              flush=True)  # fmt: skip


async def beside(options: argparse.Namespace, app: App) -> dict[str, Floor]:
    """The floor's lines, printed too; empty where no floor was named."""
    if not options.floor:
        return {}
    with tempfile.NamedTemporaryFile("w", encoding="utf8", suffix=".txt") as text:
        text.write("\n".join(references(app.bank, options.language)))
        text.flush()
        floors, said = await run_floor(options.floor, Path(text.name))
    print(f"engine alone ({options.floor.name}):\n{said}", flush=True)
    return floors


async def measure(options: argparse.Namespace) -> None:
    endpoint = EndpointSettings(base_url=options.base_url, concurrency=options.concurrency, timeout_s=300)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        app = App(load_settings({"data_dir": folder}, environ={}, folder=Path(folder)))
        floors = await beside(options, app)
        wanted = options.reply_tokens or (round(mean(f.out for f in floors.values())) if floors else REPLY_TOKENS)
        chat = MeasuredChat(endpoint, Bounds(), options.language)
        logging.getLogger("interviewer.llm.structured").addHandler(Rejections(chat))
        logging.getLogger("interviewer.llm.structured").setLevel(logging.INFO)
        stage = Stage(app, chat, options.answer_chars, options.language)
        async with chat:
            print(f"server: {await chat.connect()}", flush=True)
            chat.bounds = await calibrate(stage, wanted)
            for number, name in enumerate(options.crowds or CROWDS):
                first_seed = 20_000 + 1000 * number + options.first_seed
                rows.append((await stage.crowd(name, *CROWDS[name], first_seed)).row())
            if options.as_shipped:
                chat.bounds = None
                rows.append((await stage.crowd("16, as shipped", 16, 1, None, 50_000)).row())
        await app.aclose()
    print(f"\nspoken: {SPOKEN_TOKENS} tokens, the first sentence shown after {SENTENCE_PIECES} pieces; judged: about {wanted} "
          f"tokens of JSON; answers of {options.answer_chars} characters; {options.concurrency} calls at once; "
          "seconds are p50 / p95 from Enter")  # fmt: skip
    show(rows, floors)
    if options.out:
        found = {"rows": rows, "floor": {name: vars(floor) for name, floor in floors.items()}}
        options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf8")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.live", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  python -m bench.live --base-url http://127.0.0.1:8000/v1 --floor gpu/floor.py",
    )  # fmt: skip
    parser.add_argument("--base-url", required=True, metavar="URL", help="the endpoint, as http://127.0.0.1:8000/v1")
    parser.add_argument("--floor", type=Path, metavar="FILE", help="gpu/floor.py, run first (it asks port 8000)")
    parser.add_argument("--crowds", nargs="*", choices=list(CROWDS), help="default: all")
    parser.add_argument("--concurrency", type=int, default=64, help="as model.concurrency (default 64)")
    parser.add_argument("--reply-tokens", type=int, metavar="N", help="of a judgement (default: the floor's, or 180)")
    parser.add_argument("--answer-chars", type=int, default=500, metavar="N", help="default 500, as the floor's")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the interview (default zh)")
    parser.add_argument(
        "--first-seed", type=int, default=0, metavar="N", help="another N for another run on one server"
    )
    parser.add_argument("--as-shipped", action="store_true", help="also 16 turns with nothing bounded, repairs on")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures as JSON")
    asyncio.run(measure(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
