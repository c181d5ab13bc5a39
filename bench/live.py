"""Whole interviews against a real vLLM, beside the engine's own floor in the same run.

Turns go through `Interviews`: the graph, the store, the speaker and the assessor side by side, with the shipped bank and
prompts; answers are sentences from other questions' notes. 1, 16 and 64 candidates press Enter at once, again and again
as their replies come; 256 think 10 to 30 s. `--floor` runs gpu/floor.py first, on the same server.

Replies are bounded as floor.py bounds them (see live_chat.py): 40 tokens spoken, 4 key points judged, strings as long as
it takes for a reply to have floor.py's number of tokens. "First piece" is the first text from the stream; "first shown"
is the first sentence that the product shows, here after all 40 tokens, since a sentence is held back until it is whole.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from bench.live_chat import Bounds, MeasuredChat, Seen, TurnClock, on_turn
from bench.live_floor import Floor, counters, run_floor
from bench.table import percentile
from interviewer.app import App, new_session_id, utc_now
from interviewer.grading import EndpointAssessor, OfflineAssessor
from interviewer.interview.events import Delta
from interviewer.interview.interviews import Interviews, Mind, StartRequest
from interviewer.interview.judging import EndpointJudge, OfflineJudge
from interviewer.interview.speak import EndpointSpeaker, OfflineSpeaker
from interviewer.llm import EndpointSettings
from interviewer.settings import load_settings
from knowledge.models import Bank

CROWDS: dict[str, tuple[int, int, tuple[float, float] | None]] = {
    "1": (1, 8, None), "16": (16, 4, None), "64": (64, 4, None), "256 thinking 10-30": (256, 2, (10, 30)),
}  # fmt: skip
"""Crowd: (candidates, turns each, seconds of thinking before each turn)."""
REPLY_TOKENS = 180


@dataclass(frozen=True)
class Crowd:
    """One crowd measured. `lost` counts turns without a stored reply, `ungraded` stored judgements that failed."""

    name: str
    turns: list[TurnClock]
    seconds: float
    counted: dict[str, float]
    seen: Seen
    lost: int
    ungraded: int

    @property
    def hit_rate(self) -> float:
        return self.counted["prefix_cache_hits"] / max(1.0, self.counted["prefix_cache_queries"])

    def took(self, moment: str) -> list[float]:
        """Seconds from Enter to `moment` of each turn that came to it; [0] when none did."""
        return [at - one.entered for one in self.turns if (at := getattr(one, moment)) is not None] or [0.0]

    def row(self) -> dict[str, Any]:
        """Everything about the crowd, as printed and written."""
        row: dict[str, Any] = {"crowd": self.name, "turns": len(self.turns), "per_s": len(self.turns) / self.seconds}
        for moment in ("first_piece", "first_shown", "judged", "written"):
            took = self.took(moment)
            row |= {f"{moment}_p50": percentile(took, 0.5), f"{moment}_p95": percentile(took, 0.95)}
        row |= {
            f"{name}_a_turn": self.counted[name] / len(self.turns) for name in ("prompt_tokens", "generation_tokens")
        }
        row |= {
            "judge_prompt": mean(one.judge_prompt_tokens for one in self.turns),
            "judge_reply": mean(self.seen.reply_tokens or [0]),
            "hit_rate": self.hit_rate, "replies": dict(self.seen.replies), "repairs": self.seen.repairs,
            "lost": self.lost, "ungraded": self.ungraded,
        }  # fmt: skip
        return row


class Stage:
    """The product wired as the composition root wires it, but for the measured chat client."""

    def __init__(self, app: App, chat: MeasuredChat, answer_chars: int, language: str) -> None:
        self.chat, self._answer_chars, self._language = chat, answer_chars, language
        offline = OfflineJudge(OfflineAssessor(app.bank.terms, app.bank.questions, now=app.clock))
        speaker = EndpointSpeaker(chat, OfflineSpeaker(app.bank.terms), app.settings.model.speak_temperature)
        mind = Mind(speaker=speaker, judge=EndpointJudge(EndpointAssessor(chat, now=app.clock), offline))
        self._interviews = Interviews(
            app.store, app.bank, {"endpoint": mind}, clock=utc_now, new_id=new_session_id, new_seed=lambda: 1,
            max_answer_chars=app.settings.interview.max_answer_chars,
        )  # fmt: skip
        self._sentences = sentences(app.bank)

    async def crowd(
        self, name: str, size: int, turns: int, think: tuple[float, float] | None, first_seed: int
    ) -> Crowd:
        """`size` candidates of `turns` turns each, seeded from `first_seed`, so that no answer comes twice in a run."""
        seeds = range(first_seed, first_seed + size)
        ids = [await self._start(seed) for seed in seeds]
        self.chat.seen, dice, root = Seen(), random.Random(1), self.chat.endpoint.root_url
        before, started = await counters(root), time.perf_counter()
        pause: Callable[[], float] = lambda: dice.uniform(*think) if think else 0.0  # noqa: E731
        clocks = await asyncio.gather(
            *(self._candidate(id, seed, turns, pause) for id, seed in zip(ids, seeds, strict=True))
        )
        seconds, after = time.perf_counter() - started, await counters(root)
        states = [await self._interviews.look(id) for id in ids]
        answered = sum(sum(m.kind == "answer" for m in state.transcript.messages) for state in states)
        return Crowd(
            name=name,
            turns=[clock for each in clocks for clock in each],
            seconds=seconds,
            counted={key: after[key] - before[key] for key in after},
            seen=self.chat.seen,
            lost=size * turns - answered + sum(state.pending == "reply" for state in states),
            ungraded=sum(len(state.transcript.assessments) - _assessed(state) for state in states),
        )

    async def _start(self, seed: int) -> str:
        request = StartRequest(seed=seed, questions=20, minutes=600, thinking="endpoint", mode="exam",
                               language="en" if self._language == "en" else "zh")  # fmt: skip
        return (await self._interviews.start(request)).session.id

    async def _candidate(self, id: str, seed: int, turns: int, pause: Callable[[], float]) -> list[TurnClock]:
        dice = random.Random(seed)
        clocks: list[TurnClock] = []
        for _ in range(turns):
            await asyncio.sleep(pause())
            turn, text = (await self._interviews.look(id)).turn, self._answer(dice)
            clock = TurnClock()
            on_turn.set(clock)
            async for event in self._interviews.answer(id, text, turn):
                if isinstance(event, Delta) and clock.first_shown is None:
                    clock.first_shown = time.perf_counter()
            clock.written = time.perf_counter()
            clocks.append(clock)
        return clocks

    def _answer(self, dice: random.Random) -> str:
        answer = ""
        while len(answer) < self._answer_chars:
            answer += dice.choice(self._sentences)
        return answer[: self._answer_chars]


def sentences(bank: Bank) -> list[str]:
    notes = (question.note for question in bank.questions)
    texts = (note.reference.zh for note in notes if note and note.reference)
    return [one for text in texts for one in re.findall(r"[^。！？]+[。！？]", text)]


async def calibrate(stage: Stage, wanted: int) -> Bounds:
    """Bounds with which a judgement has about `wanted` tokens: two short warm-ups of 16 candidates, and a line through."""
    measured: list[float] = []
    tried = (2, 40)
    for number, chars in enumerate(tried):
        stage.chat.bounds = Bounds(chars=chars)
        measured.append(
            mean((await stage.crowd("warm-up", 16, 1, None, 10_000 + 16 * number)).seen.reply_tokens or [0])
        )
    slope = (measured[1] - measured[0]) / (tried[1] - tried[0])
    chars = tried[0] + round((wanted - measured[0]) / slope) if slope > 0 else tried[1]
    bounds = Bounds(chars=min(240, max(1, chars)))
    print(f"reply length: {measured[0]:.0f} and {measured[1]:.0f} tokens at {tried} characters a string; "
          f"for {wanted} tokens: {bounds.chars} characters", flush=True)  # fmt: skip
    return bounds


def _assessed(state: Any) -> int:
    return sum(hasattr(row, "verdicts") for row in state.transcript.assessments)


def show(rows: list[dict[str, Any]], floors: dict[str, Floor]) -> None:
    """One line a crowd: seconds p50/p95, tokens a turn, prefix hits, and the whole turn over the floor's."""
    print(f"\n{'candidates':22}{'turns/s':>8}{'first piece':>13}{'first shown':>13}{'whole turn':>13}"
          f"{'prompt':>8}{'out':>6}{'hits':>7}{'floor turn':>13}{'ratio':>7}")  # fmt: skip
    for row in rows:
        pairs = "".join(
            f"{row[f'{m}_p50']:7.2f} /{row[f'{m}_p95']:4.2f}" for m in ("first_piece", "first_shown", "written")
        )
        line = (f"{row['crowd']:22}{row['per_s']:8.1f}{pairs}{row['prompt_tokens_a_turn']:8.0f}"
                f"{row['generation_tokens_a_turn']:6.0f}{row['hit_rate']:7.1%}")  # fmt: skip
        if floor := floors.get(row["crowd"]):
            line += f"{floor.turn:7.2f} /{floor.turn95:4.2f}{row['written_p50'] / floor.turn:7.2f}"
        print(line)
        print(f"{'':22}  judgement: prompt {row['judge_prompt']:.0f}, reply {row['judge_reply']:.0f} tokens; as the check "
              f"sees it: {row['replies']}; repairs {row['repairs']}; lost {row['lost']}, ungraded {row['ungraded']}",
              flush=True)  # fmt: skip


async def measure(options: argparse.Namespace) -> None:
    floors: dict[str, Floor] = {}
    endpoint = EndpointSettings(base_url=options.base_url, concurrency=options.concurrency, timeout_s=300)
    with tempfile.TemporaryDirectory() as folder:
        app = App(load_settings({"data_dir": folder}, environ={}, folder=Path(folder)))
        if options.floor:
            text = Path(folder) / "text"
            text.write_text("\n".join(q.note.reference.zh for q in app.bank.questions if q.note and q.note.reference))
            floors, said = await run_floor(options.floor, text)
            print(f"engine alone ({options.floor.name}):\n{said}", flush=True)
        wanted = options.reply_tokens or (round(mean(f.out for f in floors.values())) if floors else REPLY_TOKENS)
        stage = Stage(app, MeasuredChat(endpoint, Bounds()), options.answer_chars, options.language)
        async with stage.chat:
            print(f"server: {await stage.chat.connect()}", flush=True)
            stage.chat.bounds = await calibrate(stage, wanted)
            rows = []
            for number, name in enumerate(options.crowds or CROWDS):
                crowd = await stage.crowd(name, *CROWDS[name], first_seed=20_000 + 1000 * number + options.first_seed)
                rows.append(crowd.row())
                show(rows[-1:], floors)
            if options.as_shipped:
                stage.chat.bounds = None
                crowd = await stage.crowd("16, nothing bounded", 16, 1, None, 50_000)
                rows.append(crowd.row())
        app.store.close()
    print(f"\nbounds: {SPOKEN_NOTE}; judgement of about {wanted} tokens; answers of {options.answer_chars} characters; "
          f"{options.concurrency} calls at once")  # fmt: skip
    show(rows, floors)
    if options.out:
        floor_rows = {name: vars(floor) for name, floor in floors.items()}
        options.out.write_text(json.dumps({"rows": rows, "floor": floor_rows}, ensure_ascii=False, indent=1), "utf8")


SPOKEN_NOTE = "40 tokens spoken, shown as one sentence when all have come"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.live", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  python -m bench.live --base-url http://127.0.0.1:8000/v1 --floor gpu/floor.py",
    )  # fmt: skip
    parser.add_argument("--base-url", required=True, metavar="URL", help="the endpoint, as http://127.0.0.1:8000/v1")
    parser.add_argument("--floor", type=Path, metavar="FILE", help="gpu/floor.py, to be run first (it asks port 8000)")
    parser.add_argument("--crowds", nargs="*", choices=list(CROWDS), help="default: all")
    parser.add_argument("--concurrency", type=int, default=64, help="calls at once, as model.concurrency (default 64)")
    parser.add_argument("--reply-tokens", type=int, help="tokens of a judgement (default: the floor's, else 180)")
    parser.add_argument(
        "--answer-chars", type=int, default=500, help="characters of an answer (default 500, as the floor's)"
    )
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the interview (default zh)")
    parser.add_argument("--first-seed", type=int, default=0, help="another number gives other questions and answers")
    parser.add_argument(
        "--as-shipped", action="store_true", help="also 16 turns with nothing bounded, checks and repairs on"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures as JSON")
    asyncio.run(measure(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
