"""The plan: how many questions each chapter gets in the time asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interviewer.models import Plan, Quota
from interviewer.policy.clusters import askable, group_of
from knowledge.models import Bank, Chapter

MINUTES_PER_QUESTION = 4.0
"""A spoken answer of two minutes takes about three to type; the rest is for probes."""


def share_out(total: int, weights: Mapping[str, float], room: Mapping[str, int]) -> dict[str, int]:
    """`total` seats shared over `weights` by largest remainder (Hamilton), never more than `room` in one place.

    Seats that do not fit are shared again over the places with room left; the result sums to min(total, sum of room).
    Ties go to the place named first.
    """
    seats = dict.fromkeys(weights, 0)
    while left := min(total, sum(room[name] for name in weights)) - sum(seats.values()):
        open_weights = {n: w for n, w in weights.items() if seats[n] < room[n]}
        weight_sum = sum(open_weights.values())
        exact = {n: left * (w / weight_sum if weight_sum else 1 / len(open_weights)) for n, w in open_weights.items()}
        given = {n: int(share) for n, share in exact.items()}
        by_remainder = sorted(exact, key=lambda n: given[n] - exact[n])
        for name in by_remainder[: left - sum(given.values())]:
            given[name] += 1
        for name, count in given.items():
            seats[name] = min(room[name], seats[name] + count)
    return seats


def make_plan(bank: Bank, chapters: Sequence[str], minutes: float, questions: int | None = None) -> Plan:
    """Quotas for `chapters` (ids; kept in outline order, basics first) over `minutes`, or exactly `questions` if given.

    A chapter's weight is the mean of its share of the points and its share of the minutes. `minutes` must be positive.
    Chapters that get no question in a short interview stay in the plan with quota 0 and are named in the report.
    """
    chosen = [chapter for chapter in bank.outline.chapters if chapter.id in set(chapters)]
    if not chosen or minutes <= 0 or (questions is not None and questions < 1):
        raise ValueError(
            f"a plan needs chapters of the bank, minutes and questions: {chapters!r}, {minutes}, {questions}"
        )
    groups = group_of(bank)
    ids = [chapter.id for chapter in chosen]
    room = {chapter_id: len({groups[q.id] for q in qs}) for chapter_id, qs in askable(bank, ids, groups).items()}
    wanted = questions if questions is not None else max(1, round(minutes / MINUTES_PER_QUESTION))
    seats = share_out(wanted, _weights(chosen), room)
    asked = max(1, sum(seats.values()))
    quotas = tuple(Quota(chapter_id=c, questions=seats[c], minutes=minutes * seats[c] / asked) for c in ids)
    return Plan(quotas=quotas, seconds_per_question=minutes * 60 / asked)


def _weights(chapters: Sequence[Chapter]) -> dict[str, float]:
    points = sum(chapter.points for chapter in chapters)
    minutes = sum(chapter.minutes or 0 for chapter in chapters)

    def weight(chapter: Chapter) -> float:
        by_points = chapter.points / points if points else 0.0
        by_minutes = (chapter.minutes or 0) / minutes if minutes else by_points
        return (by_points + by_minutes) / 2

    return {chapter.id: weight(chapter) for chapter in chapters}
