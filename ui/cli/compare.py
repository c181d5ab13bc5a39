"""`interviewer qualify --compare`: the same answers judged with two prompts, and what differs beyond chance."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from interviewer.app import App
from interviewer.qualify import Drafter, GradedAnswer, Grader, Kept, judge_all, measure
from interviewer.qualify.compare import compare
from interviewer.qualify.side_by_side import as_html, as_text
from interviewer.settings import Settings
from ui.cli.qualify import INTERRUPTED, answers_of, write
from ui.cli.screen import progress


def compared(args: argparse.Namespace, settings: Settings) -> int:
    """Judge with both prompts, compare, print, draw. 0 both read everything, 1 not, or could not run; 130 interrupted.

    With `--out`, the verdicts of each prompt are kept in a file of its own beside it.
    """
    names: tuple[str, str] = (args.compare[0], args.compare[1])
    apps = [_app(settings, name) for name in names]
    apps[1].adopt(apps[0].banks)
    answers, notices = answers_of(args)
    kept = [Kept.open(_beside(args.out, name)) for name in names]
    for notice in (*notices, *(notice for one in kept for notice in one.notices)):
        print(notice, file=sys.stderr)
    walls, interrupted = [0.0, 0.0], False
    try:
        asyncio.run(_judge(apps, answers, args.repeats, kept, walls))
    except KeyboardInterrupt:
        interrupted = True
        print(file=sys.stderr)
        if not all(one.readings for one in kept):
            raise
    finally:
        for one in kept:
            one.close()
    bands, drafts = apps[0].bank.outline.bands, kept[0].drafts.values()
    first, second = (measure(answers, args.repeats, one.readings, bands, drafts) for one in kept)
    found = compare(
        names, answers, args.repeats, (kept[0].readings, kept[1].readings), (first, second), (walls[0], walls[1]), bands
    )
    if args.json:
        print(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1))
    else:
        print(as_text(found, settings.ui.language), end="")
    if args.html:
        write(Path(args.html), as_html(found, settings.ui.language))
    return INTERRUPTED if interrupted else 0 if found.complete else 1


def _app(settings: Settings, name: str) -> App:
    version = name.rpartition("/")[2]
    return App(settings.model_copy(update={"model": settings.model.model_copy(update={"judge_prompt": version})}))


def _beside(out: str | None, name: str) -> Path | None:
    """`verdicts.jsonl` and "assess/v2" make `verdicts.assess-v2.jsonl`."""
    if not out:
        return None
    path = Path(out)
    return path.with_name(f"{path.stem}.{name.replace('/', '-')}{path.suffix}")


async def _judge(
    apps: Sequence[App], answers: tuple[GradedAnswer, ...], repeats: int, kept: Sequence[Kept], walls: list[float]
) -> None:
    """One prompt after the other, on key points that were drafted once for both; `walls` gets the seconds of each."""
    try:
        bank, language = apps[0].bank, apps[0].settings.ui.language
        await apps[0].chat.connect()
        drafter = Drafter(apps[0].chat, bank, kept[0].drafts, kept[0].add)
        for n, (app, own) in enumerate(zip(apps, kept, strict=True)):
            grader = Grader(app.assessor, "endpoint", bank, drafter, app.settings.model.concurrency)
            started = time.perf_counter()
            try:
                with progress(language, "grading") as told:
                    await judge_all(answers, repeats, grader, own, progress=told)
            finally:
                walls[n] = time.perf_counter() - started
    finally:
        for app in apps:
            await app.aclose()
