"""`interviewer sessions`: which interviews are stored, whose, with which score and who judged; or delete some.

The one rule: an interview that cannot be read is still listed, and does not hide the others.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from interviewer.app import App
from interviewer.errors import BankChanged, SessionDeleted, UnknownSession
from interviewer.interview.results import report_of
from interviewer.interview.state import fold
from interviewer.report import Report
from interviewer.report.wording import number
from interviewer.settings import Settings
from interviewer.store import SessionSummary, Unread, set_aside
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.cli.results import name_unread
from ui.cli.screen import show_table, waiting
from ui.texts import say

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """One session; `report` is None where its bank is not served here, or something in it cannot be read."""

    summary: SessionSummary
    report: Report | None

    @property
    def status(self) -> str:
        return "finished" if self.summary.finished else "paused" if self.summary.paused else "active"

    def judges(self, language: Language) -> tuple[str, ...]:
        """Who judged, shortly: the models' names, or that nobody's model did."""
        judges = self.report.judges if self.report else ()
        named = (one.model or say(language, "sessions", one.thinking) for one in judges)
        return tuple(dict.fromkeys(named))


def sessions(args: argparse.Namespace, settings: Settings) -> int:
    """List them, newest first; or delete."""
    if args.delete or args.expire:
        from ui.cli.keeping import delete

        return delete(args, settings)
    language = settings.ui.language
    app = App(settings)
    unread: dict[str, UserFacingError] = {}
    with waiting(language, "reading"):
        lines = [_line(app, one, language, unread) for one in app.store.sessions(args.limit, unread=unread)]
    if args.json:
        for text in _drawn(lines, lambda line: json.dumps(_row(line), ensure_ascii=False), unread):
            print(text)
    elif cells := list(_drawn(lines, lambda line: _cells(line, language), unread)):
        columns = ("id", "when", "name", "status", "score", "judge", "bank", "mode", "messages")
        show_table([say(language, "sessions", one) for one in columns], cells, flexible=2)
    return 1 if name_unread(unread, language) else 0


def _line(app: App, one: SessionSummary, language: Language, unread: Unread) -> Line:
    report: Report | None = None
    with set_aside(one.session.id, unread), suppress(BankChanged, SessionDeleted, UnknownSession):
        transcript = app.store.transcript(one.session.id)
        report = report_of(fold(app.interviews.bank_of(transcript.session), transcript), language)[0]
    return Line(one, report)


def _drawn(lines: Sequence[Line], draw: Callable[[Line], T], unread: Unread) -> Iterator[T]:
    for line in lines:
        drawn: list[T] = []
        with set_aside(line.summary.session.id, unread):
            drawn = [draw(line)]
        yield from drawn


def _cells(line: Line, language: Language) -> tuple[str, ...]:
    session, report = line.summary.session, line.report
    score = number(report.total) if report and report.total is not None else "–"
    return (
        session.id, session.created_at.astimezone().strftime("%Y-%m-%d %H:%M"), session.candidate or "–",
        say(language, "sessions", line.status), score, ", ".join(line.judges(language)) or "–", session.bank_id,
        say(language, "progress", session.mode), str(line.summary.messages),
    )  # fmt: skip


def _row(line: Line) -> dict[str, object]:
    session, report = line.summary.session, line.report
    return {
        "id": session.id, "created_at": session.created_at.isoformat(), "status": line.status, "bank": session.bank_id,
        "candidate": session.candidate, "language": session.language, "mode": session.mode,
        "thinking": session.thinking, "messages": line.summary.messages,
        "score": report.total if report else None, "interval": report.interval if report else None,
        "band": report.band if report else None,
        "judges": [{"thinking": one.thinking, "model": one.model} for one in report.judges] if report else [],
    }  # fmt: skip
