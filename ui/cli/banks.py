"""`interviewer bank`: check, index, show."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from interviewer.app import App, bank_paths
from interviewer.errors import SettingsError
from interviewer.settings import Settings
from knowledge.lint import CheckReport, check_path
from knowledge.models import Language, Question
from ui.cli.screen import is_terminal, progress, waiting


def check(args: argparse.Namespace, settings: Settings) -> int:
    """Counts, then every finding as file:line; exit 1 when there are errors, 0 with warnings only."""
    path = Path(args.path) if args.path else bank_paths(settings)[0]
    with waiting(settings.ui.language, "reading"):
        found = check_path(path, settings.bank_files)
    if args.json:
        print(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1))
    else:
        _print_check(found)
    return 1 if found.errors else 0


def _print_check(found: CheckReport) -> None:
    for name in ("chapters", "sections", "topics", "questions", "rubrics", "links", "notes", "key_points"):
        print(f"{name.replace('_', ' '):12}{getattr(found, name):6}")
    for name, value in (
        ("questions by chapter", found.questions_of),
        ("points", found.points),
        ("minutes", found.minutes),
    ):
        print(f"{name}: " + "  ".join(f"{k} {'–' if v is None else f'{v:g}'}" for k, v in value.items()))
    print("bands: " + "  ".join(f"{k} {v:g}" for k, v in found.bands.items()))
    print("dimensions: " + "  ".join(f"{k} {v:.0%}" for k, v in found.dimensions.items()))
    for finding in found.findings:
        more = f" (and {finding.more} more)" if finding.more else ""
        print(
            f"{finding.place.file}:{finding.place.line}: {finding.severity}: {finding.what} {finding.fix} [{finding.code}]{more}"
        )
    print(f"{found.errors} errors, {found.warnings} warnings")


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
