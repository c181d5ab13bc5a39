"""What to say after an answer: the authored probe of one open key point, or on to the next question.

The lowest level that still has an open point is probed first, contradictions before all. Each point is probed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from interviewer.models import TurnKind, VerdictStatus
from knowledge.models import LEVELS, Frozen, KeyPoint, Question

MAX_PROBES = 3
MAX_FRUITLESS = 2
"""Probes in a row that add nothing before moving on."""
MAX_NON_ANSWERS = 2
"""Turns in a row that are no answer (off-topic, orders, questions back) before moving on: never a loop."""

MoveOnReason = Literal[
    "all_covered", "probes_spent", "nothing_added", "time_used", "dont_know", "skipped", "no_answer", "no_probe_left"
]
ProbeReason = Literal["contradiction", "open_fair", "open_good", "open_excellent"]


class Progress(Frozen):
    """How far one question has come. `statuses` is the latest verdict per key point id (missing means not assessed).

    `fruitless` counts the latest probes in a row whose answer changed no verdict for the better, `non_answers` the
    latest turns in a row that were no answer; `elapsed_s` and `share_s` are seconds used and allowed.
    """

    statuses: Mapping[str, VerdictStatus]
    probed: tuple[str, ...] = ()
    fruitless: int = 0
    non_answers: int = 0
    elapsed_s: float = 0.0
    share_s: float = float("inf")
    turn_kind: TurnKind = "answer"


class Probe(Frozen):
    """Ask the authored probe of this key point next."""

    key_point_id: str
    reason: ProbeReason


class MoveOn(Frozen):
    reason: MoveOnReason


FollowUp = Probe | MoveOn


def follow_up(question: Question, progress: Progress) -> FollowUp:
    """The next step on `question`; a `Probe` at most `MAX_PROBES` times and never twice for one point."""
    if progress.turn_kind == "dont_know":
        return MoveOn(reason="dont_know")
    if progress.non_answers >= MAX_NON_ANSWERS:
        return MoveOn(reason="no_answer")
    open_points = [p for p in question.key_points if progress.statuses.get(p.id, "absent") != "covered"]
    if not open_points:
        return MoveOn(reason="all_covered" if question.key_points else "no_probe_left")
    if len(progress.probed) >= MAX_PROBES:
        return MoveOn(reason="probes_spent")
    if progress.fruitless >= MAX_FRUITLESS:
        return MoveOn(reason="nothing_added")
    if progress.elapsed_s >= progress.share_s:
        return MoveOn(reason="time_used")
    point = next_open(question, progress)
    if point is None:
        return MoveOn(reason="no_probe_left")
    if progress.statuses.get(point.id) == "contradicted":
        return Probe(key_point_id=point.id, reason="contradiction")
    reasons: dict[str, ProbeReason] = {"fair": "open_fair", "good": "open_good", "excellent": "open_excellent"}
    return Probe(key_point_id=point.id, reason=reasons[point.level])


def next_open(question: Question, progress: Progress) -> KeyPoint | None:
    """The open, not yet probed point to ask for: contradicted ones first, then the lowest level, partial before absent."""

    def rank(point: KeyPoint) -> tuple[bool, int, bool]:
        status = progress.statuses.get(point.id, "absent")
        return (status != "contradicted", LEVELS.index(point.level), status != "partial")

    waiting = [
        point
        for point in question.key_points
        if point.probe and point.id not in progress.probed and progress.statuses.get(point.id, "absent") != "covered"
    ]
    return min(waiting, key=rank, default=None)
