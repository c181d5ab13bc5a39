"""`interviewer qualify`: graded answers through the judge of interviews, and whether it is fit to grade."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path

from interviewer.app import App
from interviewer.qualify import (
    AnswersError,
    Drafter,
    GradedAnswer,
    Grader,
    Kept,
    fitness_of,
    judge_all,
    measure,
    read_answers,
    shipped_answers_path,
)
from interviewer.qualify.page import as_html
from interviewer.qualify.text import as_text
from interviewer.settings import Settings

INTERRUPTED = 130


def qualify(args: argparse.Namespace, settings: Settings) -> int:
    """Judge, measure, print, draw. 0 fit, 1 not fit or could not run; an interruption prints what is there and gives 130."""
    app = App(settings)
    answers, notices = read_answers(Path(args.answers) if args.answers else shipped_answers_path(), args.limit)
    kept = Kept.open(Path(args.out) if args.out else None)
    for notice in (*notices, *kept.notices):
        print(notice, file=sys.stderr)
    started, interrupted = time.perf_counter(), False
    try:
        asyncio.run(_judge(app, answers, args, kept))
    except KeyboardInterrupt:
        interrupted = True
        print(file=sys.stderr)
        if not kept.readings:
            raise
    finally:
        kept.close()
    measured = measure(answers, args.repeats, kept.readings, app.bank.outline.bands, kept.drafts.values())
    fitness = fitness_of(measured)
    wall_s = time.perf_counter() - started
    language = settings.ui.language
    if args.json:
        found = {
            "fit": fitness.fit,
            "criteria": [one.model_dump(mode="json") for one in fitness.criteria],
            "wall_s": wall_s,
            "measured": measured.model_dump(mode="json"),
        }
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print(as_text(measured, fitness, language, wall_s), end="")
    if args.html:
        _write(Path(args.html), as_html(measured, fitness, language, wall_s, app.bank.outline.bands))
    if interrupted:
        return INTERRUPTED
    return 0 if fitness.fit else 1


async def _judge(app: App, answers: tuple[GradedAnswer, ...], args: argparse.Namespace, kept: Kept) -> None:
    try:
        if args.offline or app.thinking == "offline":
            grader = Grader(app.offline_mind(app.bank).judge, "offline", app.bank)
        else:
            await app.chat.connect()
            drafter = Drafter(app.chat, app.bank, kept.drafts, kept.add)
            at_once = app.settings.model.concurrency
            grader = Grader(app.endpoint_mind(app.bank).judge, "endpoint", app.bank, drafter, at_once)
        await judge_all(answers, args.repeats, grader, kept, progress=_progress)
    finally:
        await app.aclose()


def _progress(done: int, total: int) -> None:
    """On a terminal a line that counts; in a log a line every tenth of the way."""
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total or done % max(1, total // 10) == 0:
        print(f"{done}/{total}", file=sys.stderr, flush=True)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf8")
    except OSError as error:
        raise AnswersError(f"{str(path)!r} cannot be written: {error.strerror}.", "Choose another --html.") from error
    print(path, file=sys.stderr)
