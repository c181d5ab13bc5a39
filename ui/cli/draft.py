"""`interviewer bank draft`: key points for questions that have none, by a model; what it costs is said before anything is asked."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict
from pathlib import Path

from interviewer.app import App, bank_paths
from interviewer.drafting import Asker, Estimate, Outcome, draft_bank, estimate, wanting
from interviewer.llm.capabilities import unasked_ruler
from interviewer.llm.tokens import Ruler, prompt_tokens
from interviewer.settings import Settings
from knowledge.bank import load_bank
from knowledge.errors import BankError
from knowledge.models import Bank, Language, Question
from ui.cli.screen import progress
from ui.texts import explain, say


def draft(args: argparse.Namespace, settings: Settings) -> int:
    """0 when every question that wants a draft has one now, 1 when some do not."""
    path = Path(args.path) if args.path else bank_paths(settings)[0]
    language: Language = settings.ui.language
    bank = load_bank(path, settings.bank_files)
    if path.is_file() and path.name != "outline.md":
        what = f"{path}: drafts are kept in a bank's folder, and this is a file of its own."
        raise BankError(what, f"Make a bank of it first: interviewer bank adopt {path}")
    questions = wanting(bank, from_model=args.from_model)[: args.limit]
    app = App(settings)
    ruler = asyncio.run(_ruler(app))
    asker = Asker(None if args.estimate else app.chat, bank, app.clock)
    expected = estimate(asker, questions, lambda prompt: prompt_tokens(prompt, ruler))
    if not args.json:
        _before(bank, questions, expected, from_model=args.from_model, language=language)
        if questions:
            print(say(language, "draft", f"counted_{_counted_by(ruler)}"))
    if args.estimate or not questions:
        if args.json:
            print(json.dumps({"estimate": asdict(expected) | {"counted_by": _counted_by(ruler)}}, indent=1))
        return 0
    try:
        outcome = asyncio.run(_run(app, bank, asker, questions, language))
    except KeyboardInterrupt:
        print(say(language, "draft", "interrupted", path=path))
        raise
    if args.json:
        print(json.dumps(_as_json(expected, outcome, language), ensure_ascii=False, indent=1))
    else:
        _after(outcome, bank, language)
    return 1 if outcome.failed or outcome.unusable else 0


async def _ruler(app: App) -> Ruler:
    """The measure of the model's endpoint; without one, of the vocabulary that is set."""
    if not app.settings.model.base_url:
        return unasked_ruler(app.settings.model.tokenizer)
    try:
        return await app.chat.ruler()
    finally:
        await app.aclose()


def _counted_by(ruler: Ruler) -> str:
    """`server`, `vocabulary` or `rates`: what the tokens were counted by."""
    return "server" if ruler.calibrated else "vocabulary" if ruler.vocabulary else "rates"


async def _run(app: App, bank: Bank, asker: Asker, questions: list[Question], language: Language) -> Outcome:
    try:
        with progress(language, "drafting") as told:
            return await draft_bank(bank, asker, questions, at_once=app.settings.model.concurrency, progress=told)
    finally:
        await app.aclose()


def _before(bank: Bank, questions: list[Question], expected: Estimate, *, from_model: bool, language: Language) -> None:
    if not questions:
        print(say(language, "draft", "nothing" if from_model else "nothing_by_reference"))
        return
    source = say(language, "draft", "from_both" if from_model else "from_reference")
    print(say(language, "draft", "before", n=len(questions), bank=bank.name.to(language), source=source))
    print(say(language, "draft", "cost", **asdict(expected)))


def _after(outcome: Outcome, bank: Bank, language: Language) -> None:
    print(
        say(
            language,
            "draft",
            "written",
            n=len(outcome.written),
            folder=bank.root / "drafts",
            tokens=outcome.prompt_tokens + outcome.completion_tokens,
        )
    )
    if outcome.left_out:
        print(say(language, "draft", "left_out", n=outcome.left_out))
    for question_id in outcome.unusable:
        print(say(language, "draft", "unusable", id=question_id))
    for question_id, error in outcome.failed:
        print(say(language, "draft", "failed", id=question_id, what=explain(error, language)))
    if outcome.failed:
        print(say(language, "draft", "again"))
    if outcome.written:
        print(say(language, "draft", "review", bank=bank.root))


def _as_json(expected: Estimate, outcome: Outcome, language: Language) -> dict[str, object]:
    return {
        "estimate": asdict(expected),
        "written": outcome.written,
        "unusable": outcome.unusable,
        "failed": [{"question": one, "what": explain(error, language)} for one, error in outcome.failed],
        "left_out": outcome.left_out,
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.completion_tokens,
    }
