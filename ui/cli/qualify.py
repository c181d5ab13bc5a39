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
    Fitness,
    GradedAnswer,
    Grader,
    Kept,
    choose_few,
    fitness_of,
    judge_all,
    measure,
    read_answers,
    shipped_answers_path,
)
from interviewer.qualify.page import as_html
from interviewer.qualify.text import as_text
from interviewer.settings import Settings
from ui.cli.screen import progress

INTERRUPTED = 130


def qualify(args: argparse.Namespace, settings: Settings) -> int:
    """Judge, measure, print, draw. 0 fit, 1 not fit or could not run; an interruption prints what is there and gives 130."""
    if args.compare:
        from ui.cli.compare import compared

        return compared(args, settings)
    return judged(args, App(settings))


def judged(args: argparse.Namespace, app: App) -> int:
    """The same with an app that is there already."""
    answers, notices = answers_of(args)
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
    language = app.settings.ui.language
    if args.json:
        found = {
            "fit": fitness.fit,
            "quick": args.quick,
            "criteria": [one.model_dump(mode="json") for one in fitness.criteria],
            "wall_s": wall_s,
            "measured": measured.model_dump(mode="json"),
        }
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print(as_text(measured, fitness, language, wall_s, quick=args.quick), end="")
    if args.html:
        write(Path(args.html), as_html(measured, fitness, language, wall_s, app.bank.outline.bands))
    if interrupted:
        return INTERRUPTED
    return 0 if _passed(fitness, quick=args.quick) else 1


def answers_of(args: argparse.Namespace) -> tuple[tuple[GradedAnswer, ...], tuple[str, ...]]:
    """(the answers that the options choose; notices on what was not read). Raises AnswersError."""
    answers, notices = read_answers(Path(args.answers) if args.answers else shipped_answers_path(), args.limit)
    return (choose_few(answers) if args.quick else answers), notices


def _passed(fitness: Fitness, *, quick: bool) -> bool:
    """A first look passes where nothing speaks against the judge; it is too short to say more."""
    return not fitness.against if quick else fitness.fit


async def _judge(app: App, answers: tuple[GradedAnswer, ...], args: argparse.Namespace, kept: Kept) -> None:
    try:
        if args.offline or app.thinking == "offline":
            grader = Grader(app.similarity(app.bank), "offline", app.bank)
        else:
            await app.chat.connect()
            drafter = Drafter(app.chat, app.bank, kept.drafts, kept.add)
            at_once = app.settings.model.concurrency
            grader = Grader(app.endpoint_mind(app.bank).judge, "endpoint", app.bank, drafter, at_once)
        with progress(app.settings.ui.language, "grading") as told:
            await judge_all(answers, args.repeats, grader, kept, progress=told)
    finally:
        await app.aclose()


def write(path: Path, text: str) -> None:
    """A page at `path`, whose name is said. Raises AnswersError."""
    try:
        path.write_text(text, "utf8")
    except OSError as error:
        raise AnswersError(f"{str(path)!r} cannot be written: {error.strerror}.", "Choose another --html.") from error
    print(path, file=sys.stderr)
