"""`interviewer bank adopt`: a list of questions of any layout becomes a bank; what was read is shown before anything is written."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from interviewer.app import App
from interviewer.labelling import Labelled, doubtful, label_lines
from interviewer.settings import Settings
from knowledge.adopt.adopting import Adoption, plan, summary, write
from knowledge.adopt.correct import Correction
from knowledge.adopt.gather import Gathered, gather
from knowledge.adopt.reading import Asked, LeftOut, Reading
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.cli.screen import waiting
from ui.said import fix_of, what_of
from ui.texts import explain, say, texts

DEFAULT_OUT = "my-bank"
_SHOWN = 3
_SECTIONS = 12
_COUNTED = ("new", "updated", "same", "kept", "gone")


def adopt(args: argparse.Namespace, settings: Settings) -> int:
    """Read, show, write; with --dry-run all but the last."""
    language: Language = settings.ui.language
    out = Path(args.out or DEFAULT_OUT)
    helper = _Helper(App(settings)) if settings.model.base_url and not args.no_model else None
    with waiting(language, "reading"):
        found = gather([Path(one) for one in args.source], out, helper)
        adoption = plan(found, out)
    if args.json:
        print(json.dumps(_as_json(found, adoption), ensure_ascii=False, indent=1))
    else:
        lines = [*_reading(found, language), *(helper.said(language) if helper else ()), *_changes(adoption, language)]
        print("\n".join(lines))
    if not args.dry_run:
        write(adoption)
    if not args.json:
        _last(adoption, args.dry_run, language)
    return 0


class _Helper:
    """Asks the model what doubtful lines are; a server that does not answer is named, and the rules' reading stands."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lines = 0
        self._tokens = 0
        self._failed: list[tuple[str, UserFacingError]] = []

    def __call__(self, reading: Reading, name: str, lines: Sequence[str]) -> Mapping[int, Correction]:
        wanted = doubtful(reading, lines)
        if not wanted:
            return {}
        try:
            labelled = asyncio.run(self._ask(lines, wanted))
        except UserFacingError as error:
            self._failed.append((name, error))
            return {}
        self._lines += len(labelled.labels)
        self._tokens += labelled.prompt_tokens + labelled.completion_tokens
        return labelled.labels

    async def _ask(self, lines: Sequence[str], wanted: Sequence[int]) -> Labelled:
        try:
            return await label_lines(self._app.chat, lines, wanted)
        finally:
            await self._app.aclose()  # a client lives in one event loop

    def said(self, language: Language) -> Iterator[str]:
        if self._lines:
            yield say(language, "adopt", "labelled", n=self._lines, tokens=self._tokens)
        for name, error in self._failed:
            yield say(language, "adopt", "not_labelled", file=name, what=explain(error, language))


def _last(adoption: Adoption, dry: bool, language: Language) -> None:
    if dry:
        print(say(language, "adopt", "not_written"))
        return
    if {change.state for change in adoption.changes} <= {"same"}:
        print(say(language, "adopt", "unchanged"))
    print(say(language, "adopt", "written", out=adoption.out))


def _reading(found: Gathered, language: Language) -> Iterator[str]:
    """What was read: files, chapters with their counts, doubtful questions, what was left out."""
    reading, questions = found.reading, list(found.reading.questions)
    yield say(
        language, "adopt", "title", title=reading.title, questions=len(questions), chapters=len(reading.chapters),
        references=sum(bool(one.reference) or id(one) in found.notes for one in questions),
        follow_ups=sum(len(one.follow_ups) for one in questions),
    )  # fmt: skip
    for file in reading.files:
        count = sum(one.where.file == file.name for one in questions)
        encoding = say(language, "adopt", "encoding", encoding=file.encoding.upper()) if file.assumed else ""
        unit = say(language, "adopt", file.unit)
        yield say(language, "adopt", "files", file=file.name, lines=len(file.roles), unit=unit, questions=count, encoding=encoding)  # fmt: skip
    for name, error in found.refused:
        yield say(language, "adopt", "refused", file=name, what=explain(error, language))
    for one in found.findings:
        yield f"{one.place.file}:{one.place.line}  {what_of(one, language)}\n  → {fix_of(one, language)}"
    if found.empty:
        yield say(language, "adopt", "empty", files=", ".join(found.empty[:8]))
    yield from _tree(reading, language)
    yield from _doubtful([one for one in questions if one.phrase], language)
    yield from _left(reading.left_out, language)
    for mapped in reading.mapped[:_SHOWN]:
        yield say(language, "adopt", "levels", levels=", ".join(f"{name} → {level}" for name, level in mapped.levels))
    names = texts(language)["adopt_roles"]
    counts: dict[str, int] = {}
    for file in reading.files:
        for role, n in file.counts().items():
            counts[role] = counts.get(role, 0) + n
    yield say(language, "adopt", "roles", roles="  ".join(f"{names[role]} {n}" for role, n in counts.items()))


def _tree(reading: Reading, language: Language) -> Iterator[str]:
    for chapter in reading.chapters:
        yield say(language, "adopt", "chapter", n=len(list(chapter.questions)), title=chapter.title)
        if len(chapter.sections) == 1 and chapter.sections[0].title in ("", chapter.title):
            continue
        for section in chapter.sections[:_SECTIONS]:
            yield say(
                language, "adopt", "section", n=len(list(section.questions)), title=section.title or chapter.title
            )
        if len(chapter.sections) > _SECTIONS:
            yield say(language, "adopt", "more", n=len(chapter.sections) - _SECTIONS)


def _doubtful(phrases: list[Asked], language: Language) -> Iterator[str]:
    if phrases:
        yield say(language, "adopt", "phrases", n=len(phrases))
        for one in phrases[:_SHOWN]:
            yield say(language, "adopt", "place", file=one.where.file, line=one.where.first, text=one.text[:70])


def _left(left_out: list[LeftOut], language: Language) -> Iterator[str]:
    """Each reason once, with its count and the first places."""
    if not left_out:
        return
    yield say(language, "adopt", "left_out", n=len(left_out))
    by_why: dict[str, list[LeftOut]] = {}
    for one in left_out:
        by_why.setdefault(one.why, []).append(one)
    for why, some in by_why.items():
        places = ", ".join(f"{one.where.file}:{one.where.first}" for one in some[:_SHOWN])
        yield say(language, "adopt", "left_out_row", n=len(some), why=say(language, "adopt_why", why), places=places)


def _changes(adoption: Adoption, language: Language) -> Iterator[str]:
    """What adopting changes in the bank's folder."""
    counts: dict[Any, int] = dict(summary(adoption.changes))
    yield say(language, "adopt", "changes", out=adoption.out, **{key: counts.get(key, 0) for key in _COUNTED})
    for name in adoption.kept[:20]:
        yield say(language, "adopt", "kept", file=name)
    for key, some in (("added", adoption.added), ("removed", adoption.removed)):
        for text in some[:20]:
            yield say(language, "adopt", key, text=text[:100])


def _as_json(found: Gathered, adoption: Adoption) -> dict[str, Any]:
    return {
        "title": found.reading.title,
        "chapters": [
            {
                "title": chapter.title, "line": chapter.line, "file": chapter.file, "minutes": chapter.minutes,
                "sections": [
                    {"title": s.title, "line": s.line, "focus": s.focus, "rubric": s.rubric, "questions": [_question(q) for q in s.questions]}
                    for s in chapter.sections
                ],
            }
            for chapter in found.reading.chapters
        ],
        "files": [
            {"file": f.name, "encoding": f.encoding, "assumed": f.assumed, "unit": f.unit, "roles": f.roles} for f in found.reading.files
        ],
        "left_out": [
            {"file": one.where.file, "first": one.where.first, "last": one.where.last, "why": one.why, "text": one.text}
            for one in found.reading.left_out
        ],
        "labelled_by_model": [{"file": name, "line": line, "label": label} for name, line, label in found.labelled],
        "refused": [{"file": name, "what": error.what, "fix": error.fix} for name, error in found.refused],
        "findings": [one.model_dump(mode="json") for one in found.findings],
        "empty": found.empty,
        "changes": [{"file": change.file, "state": change.state} for change in adoption.changes],
        "added": adoption.added,
        "removed": adoption.removed,
    }  # fmt: skip


def _question(one: Asked) -> dict[str, Any]:
    return {
        "text": one.text, "file": one.where.file, "first": one.where.first, "last": one.where.last, "extra": one.extra, "link": one.link,
        "reference": one.reference, "follow_ups": one.follow_ups, "points": one.points, "tags": list(one.tags), "worded": not one.phrase,
    }  # fmt: skip
