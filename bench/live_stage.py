"""Crowds of candidates in whole interviews: the product wired as `interviewer.app` wires it, but for the measured client.

Answers are sentences from other questions' notes, so that they are of a real length; what they say does not matter here.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean
from typing import Any

from bench.live_chat import MeasuredChat, Seen, TurnClock, on_turn
from bench.live_floor import counters
from bench.table import percentile
from interviewer.app import App, new_session_id, utc_now
from interviewer.grading import EndpointAssessor
from interviewer.interview.events import Delta
from interviewer.interview.interviews import Desk, Interviews, Mind, StartRequest
from interviewer.interview.judging import EndpointJudge, OfflineJudge
from interviewer.interview.speak import EndpointSpeaker, OfflineSpeaker
from interviewer.models import Assessment
from knowledge.models import Bank, Language

MOMENTS = ("first_piece", "first_shown", "spoken", "judged", "written")


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

    def took(self, moment: str) -> list[float]:
        """Seconds from Enter to `moment` of each turn that came to it; [0] when none did."""
        return [at - one.entered for one in self.turns if (at := getattr(one, moment)) is not None] or [0.0]

    def row(self) -> dict[str, Any]:
        """The crowd's figures: seconds, tokens of both calls of a turn together, and tokens of the judging call."""
        turns, counted = len(self.turns), self.counted
        row: dict[str, Any] = {"crowd": self.name, "turns": turns, "per_s": turns / self.seconds}
        for moment in MOMENTS:
            took = self.took(moment)
            row |= {f"{moment}_p50": percentile(took, 0.5), f"{moment}_p95": percentile(took, 0.95)}
        uncached = counted["prefix_cache_queries"] - counted["prefix_cache_hits"]
        return row | {
            "prompt": counted["prompt_tokens"] / turns,
            "uncached": uncached / turns,
            "output": counted["generation_tokens"] / turns,
            "hit_rate": 1 - uncached / max(1.0, counted["prefix_cache_queries"]),
            "judge_prompt": mean(one.judge_prompt_tokens for one in self.turns),
            "judge_reply": mean(self.seen.reply_tokens or [0]),
            "calls": dict(self.seen.calls),
            "rejected": dict(self.seen.rejected),
            "lost": self.lost,
            "ungraded": self.ungraded,
        }


class Stage:
    """Interviews on the bank of `app`, in its store, with `chat` for both calls of a turn."""

    def __init__(self, app: App, chat: MeasuredChat, answer_chars: int, language: Language) -> None:
        self.chat, self._answer_chars = chat, answer_chars
        self._language: Language = language
        offline = OfflineJudge(app.suggester(app.bank), app.clock)
        speaker = EndpointSpeaker(chat, OfflineSpeaker(), app.settings.model.speak_temperature)
        mind = Mind(speaker=speaker, judge=EndpointJudge(EndpointAssessor(chat, now=app.clock), offline))
        self._interviews = Interviews(
            app.store, {app.bank.id: Desk(app.bank, {"endpoint": mind})}, clock=utc_now, new_id=new_session_id, new_seed=lambda: 1,
            max_answer_chars=app.settings.interview.max_answer_chars,
        )  # fmt: skip
        self._sentences = sentences(app.bank, language)

    async def crowd(
        self, name: str, size: int, turns: int, think: tuple[float, float] | None, first_seed: int
    ) -> Crowd:
        """`size` candidates of `turns` turns each, who think so many seconds before each (None: not at all).

        Seeds count up from `first_seed`: a seed used before on the same server brings questions and answers it has cached.
        """
        seeds = range(first_seed, first_seed + size)
        ids = [await self._start(seed) for seed in seeds]
        self.chat.seen, dice, root = Seen(), random.Random(1), self.chat.endpoint.root_url
        before, started = await counters(root), time.perf_counter()
        clocks = await asyncio.gather(
            *(
                self._candidate(id, seed, turns, lambda: dice.uniform(*think) if think else 0.0)
                for id, seed in zip(ids, seeds, strict=True)
            )
        )
        seconds, after = time.perf_counter() - started, await counters(root)
        states = [await self._interviews.look(id) for id in ids]
        answered = sum(sum(m.kind == "answer" for m in state.transcript.messages) for state in states)
        results = [result for state in states for result in state.transcript.assessments]
        return Crowd(
            name=name,
            turns=[clock for each in clocks for clock in each],
            seconds=seconds,
            counted={key: after[key] - before[key] for key in after},
            seen=self.chat.seen,
            lost=size * turns - answered + sum(state.pending == "reply" for state in states),
            ungraded=sum(not isinstance(result, Assessment) for result in results),
        )

    async def _start(self, seed: int) -> str:
        request = StartRequest(
            seed=seed, questions=20, minutes=600, thinking="endpoint", mode="exam", language=self._language
        )
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


def sentences(bank: Bank, language: Language) -> list[str]:
    """Every sentence of the notes' references."""
    return [one for text in references(bank, language) for one in re.findall(r".+?(?:[。！？]|[.!?](?:\s+|$))", text)]


def references(bank: Bank, language: Language) -> list[str]:
    notes = (question.note for question in bank.questions)
    return [note.reference.to(language) for note in notes if note and note.reference]
