"""`interviewer bank`: check, index, show."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from interviewer.app import App, bank_paths
from interviewer.errors import SettingsError
from interviewer.settings import Settings
from knowledge.bank import load_bank
from knowledge.errors import BankError
from knowledge.lint import CheckReport, check_bank
from knowledge.models import Bank, Language, Question
from knowledge.readiness import Readiness, readiness
from knowledge.seen import seen_at
from ui.cli import check_view
from ui.cli.screen import is_terminal, progress, waiting
from ui.said import fix_of, refusal, what_of
from ui.texts import say


def check(args: argparse.Namespace, settings: Settings) -> int:
    """What can be graded and what to do, then each kind of finding; exit 1 when there are errors, 0 with warnings only."""
    path = Path(args.path) if args.path else bank_paths(settings)[0]
    language = settings.ui.language
    try:
        with waiting(language, "reading"):
            bank = load_bank(path, settings.bank_files)
            found = check_bank(bank)
    except BankError as error:
        if not args.json:
            raise
        what, fix = refusal(error, language)
        print(_json({"refused": {"what": what, "fix": fix}, "seen": seen_at(path).model_dump(mode="json")}))
        return 1
    ready = readiness(bank)
    if args.json:
        print(_json(_as_json(found, ready, language)))
    else:
        lines = [*check_view.summary(found, ready, _unmarkable(bank), str(args.path or path), language), ""]
        lines += check_view.numbers(found, language)
        lines += check_view.every(found.findings, language) if args.all else check_view.kinds(found.findings, language)
        lines += ["", say(language, "check", "counted", errors=found.errors, warnings=found.warnings)]
        print("\n".join(lines))
    return 1 if found.errors else 0


def _unmarkable(bank: Bank) -> int:
    """Questions with key points that words alone cannot find, which the offline experiment leaves ungraded."""
    from interviewer.grading.matching import Matcher

    matcher = Matcher(bank.terms, bank.questions)
    return sum(bool(one.key_points) and not matcher.sought(one).findable for one in bank.questions)


def _as_json(found: CheckReport, ready: Readiness, language: Language) -> dict[str, Any]:
    shown = found.model_dump(mode="json")
    for row, one in zip(shown["findings"], found.findings, strict=True):
        row |= {"said": what_of(one, language), "do": fix_of(one, language)}
    return shown | {"readiness": ready.model_dump(mode="json") | {"gradeable": ready.gradeable}}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def index(args: argparse.Namespace, settings: Settings) -> int:
    """Bring the index up to date; prints what changed."""
    app = App(settings)
    opened = app.open_index()
    try:
        with progress(settings.ui.language, "indexing") as told:
            done = opened.sync(app.bank, progress=told if is_terminal(sys.stderr) else None)
    finally:
        opened.close()
    if done.rebuilt:
        print(f"rebuilt: {done.rebuilt}")
    print(f"added {done.added}, updated {done.updated}, removed {done.removed}, kept {done.kept}")
    return 0


def show(args: argparse.Namespace, settings: Settings) -> int:
    """The outline with question ids; one question with its note; or what is nearest to some words."""
    app = App(settings)
    language = settings.ui.language
    if args.search:
        for hit in app.retriever().questions(args.search, 8):
            print(f"{hit.score:7.2f}  {hit.question.id:40}  {hit.question.text.to(language)}")
        return 0
    if args.question:
        _print_question(_question(app, args.question), language)
        return 0
    for chapter in app.bank.outline.chapters:
        print(f"\n{app.bank.title(chapter.id, language)}  [{chapter.id}] {chapter.points:g}")
        for section in chapter.sections:
            print(f"  {app.bank.title(section.id, language)}  [{section.id}]")
            for question in (q for q in app.bank.questions if q.section_id == section.id):
                print(f"    {question.id:44} {question.text.to(language)}")
    return 0


def _question(app: App, question_id: str) -> Question:
    try:
        return app.bank.question(question_id)
    except KeyError as error:
        raise SettingsError(
            f"The bank has no question {question_id!r}.", "`interviewer bank show` lists them."
        ) from error


def _print_question(question: Question, language: Language) -> None:
    print(f"{question.text.to(language)}\n{question.id} · {question.dimension} · {question.section_id}\n")
    if question.note is None:
        print("(no note)")
        return
    print(question.note.reference.to(language), end="\n\n")
    for point in question.key_points:
        print(f"[{point.level}] {point.text.to(language)}\n    {point.probe.to(language)}")
    for one in question.note.misconceptions:
        print(f"✗ {one.wrong.to(language)} → {one.right.to(language)}")
    for source in question.note.sources:
        print(f"- {source}")
