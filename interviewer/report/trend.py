"""How results moved over several interviews: pure. The one rule: what was judged by different means is never compared.

Two interviews were judged by the same means when the same models, prompts and grader versions judged them. Those get one
mark; lines join, and differences are taken, only between interviews of one mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from interviewer.report.model import Judge, Report
from knowledge.models import Bank, Frozen

MARKS = "ABCDEFGH"
SHOWN = 12
"""Most interviews in one drawing, the newest ones."""


class Held(Frozen):
    """One interview in the trend. `means` are who judged it; `mark` is one letter for each kind of means, A that of this one."""

    session_id: str
    at: datetime
    total: float | None
    interval: tuple[float, float] | None
    means: tuple[Judge, ...]
    mark: str
    here: bool


class TrendLine(Frozen):
    """The scores of one chapter or dimension, one place for each interview; None where it was not asked or not graded."""

    id: str
    title: str
    """In the language of the reports; empty for a dimension whose outline is in the other one."""
    scores: tuple[float | None, ...]


class Change(Frozen):
    """This interview's total against the last earlier one judged by the same means."""

    since: datetime
    points: float
    overlap: bool


class Trend(Frozen):
    """Interviews oldest first; `lines` have as many places. `change` is None where nothing can be compared."""

    held: tuple[Held, ...]
    chapters: tuple[TrendLine, ...]
    dimensions: tuple[TrendLine, ...]
    change: Change | None

    @property
    def comparable(self) -> bool:
        """Whether all were judged by the same means."""
        return len({one.mark for one in self.held}) < 2

    def seen_from(self, zone: tzinfo | None) -> Trend:
        """The same with its moments in a reader's zone, or this machine's: near midnight the day is another one."""
        held = tuple(one.model_copy(update={"at": one.at.astimezone(zone)}) for one in self.held)
        since = self.change and self.change.model_copy(update={"since": self.change.since.astimezone(zone)})
        return self.model_copy(update={"held": held, "change": since})


def trend(bank: Bank, reports: Sequence[tuple[str, Report]], here: str) -> Trend | None:
    """The trend over (session id, report) pairs, all of `bank` and in one language, up to the newest `SHOWN`.

    `here` is the id of the interview being looked at. None where it has no total, or no other interview has one.
    """
    own = [one for one in reports if one[1].finished and one[1].total is not None]
    own.sort(key=lambda one: one[1].started_at)
    own = [one for one in own if one[0] == here] + [one for one in own if one[0] != here][-(SHOWN - 1) :]
    own.sort(key=lambda one: one[1].started_at)
    if len(own) < 2 or here not in (session_id for session_id, _ in own):
        return None
    held = _held(own, here)
    return Trend(
        held=held,
        chapters=_chapters(bank, [report for _, report in own]),
        dimensions=_dimensions(bank, [report for _, report in own]),
        change=_change(held),
    )


def means_of(report: Report) -> tuple[Judge, ...]:
    """Who judged, without how often, in a fixed order: equal for two reports exactly when they may be compared."""
    found = dict.fromkeys(judge.model_copy(update={"questions": 0}) for judge in report.judges)
    return tuple(sorted(found, key=lambda judge: judge.model_dump_json()))


def _held(own: Sequence[tuple[str, Report]], here: str) -> tuple[Held, ...]:
    kinds = list(dict.fromkeys(means_of(report) for _, report in sorted(own, key=lambda one: one[0] != here)))
    return tuple(
        Held(
            session_id=session_id,
            at=report.started_at,
            total=report.total,
            interval=report.interval,
            means=means_of(report),
            mark=MARKS[kinds.index(means_of(report)) % len(MARKS)],
            here=session_id == here,
        )
        for session_id, report in own
    )


def _chapters(bank: Bank, reports: Sequence[Report]) -> tuple[TrendLine, ...]:
    scores = [{one.id: one.score for one in report.chapters} for report in reports]
    lines = [
        TrendLine(
            id=chapter.id,
            title=bank.title(chapter.id, reports[0].language),
            scores=tuple(one.get(chapter.id) for one in scores),
        )
        for chapter in bank.outline.chapters
    ]
    return tuple(line for line in lines if any(score is not None for score in line.scores))


def _dimensions(bank: Bank, reports: Sequence[Report]) -> tuple[TrendLine, ...]:
    scores = [{one.id: one.score for one in report.dimensions} for report in reports]
    own = bank.outline.language == reports[0].language
    lines = [
        TrendLine(
            id=dimension.id,
            title=dimension.title if own else "",
            scores=tuple(one.get(dimension.id) for one in scores),
        )
        for dimension in bank.outline.dimensions
    ]
    return tuple(line for line in lines if any(score is not None for score in line.scores))


def _change(held: Sequence[Held]) -> Change | None:
    now = next(one for one in held if one.here)
    earlier = [one for one in held[: held.index(now)] if one.mark == now.mark]
    if not earlier or now.total is None or now.interval is None:
        return None
    last = earlier[-1]
    if last.total is None or last.interval is None:
        return None
    overlap = last.interval[0] <= now.interval[1] and now.interval[0] <= last.interval[1]
    return Change(since=last.at, points=round(now.total - last.total, 6), overlap=overlap)
