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
    claim: bool = False
    """The latest answer speaks of the candidate's own work, and no claim was asked about on this question yet."""
    claim_probes: int = 0
    elapsed_s: float = 0.0
    share_s: float = float("inf")
    turn_kind: TurnKind = "answer"
    unjudged: bool = False
    """Nobody has judged the latest answer: offline, or while the endpoint is away. Then the probes left are used."""
    likely: frozenset[str] = frozenset()
    """Key points that such an answer resembles by its words: they are asked about last, and never taken for said."""


class Probe(Frozen):
    """Ask the authored probe of this key point next."""

    key_point_id: str
    reason: ProbeReason


class ProbeClaim(Frozen):
    """Ask for the details of what the candidate says to have done."""

    reason: Literal["claim"] = "claim"


class MoveOn(Frozen):
    reason: MoveOnReason


FollowUp = Probe | ProbeClaim | MoveOn


def follow_up(question: Question, progress: Progress) -> FollowUp:
    """The next step on `question`: at most `MAX_PROBES` probes, never two for one point, at most one into a claim.

    A claim is asked about once the basics are settled: before the deepest level, or when the points have nothing left.
    """
    if progress.turn_kind == "dont_know":
        return MoveOn(reason="dont_know")
    if progress.non_answers >= MAX_NON_ANSWERS:
        return MoveOn(reason="no_answer")
    step = _on_points(question, progress)
    deep = isinstance(step, Probe) and question.key_point(step.key_point_id).level == "excellent"
    idle = isinstance(step, MoveOn) and step.reason in ("all_covered", "nothing_added", "no_probe_left")
    if progress.claim and (deep or idle) and progress.elapsed_s < progress.share_s and _probes(progress) < MAX_PROBES:
        return ProbeClaim()
    return step


def _probes(progress: Progress) -> int:
    return len(progress.probed) + progress.claim_probes


def _on_points(question: Question, progress: Progress) -> Probe | MoveOn:
    open_points = [p for p in question.key_points if progress.statuses.get(p.id, "absent") != "covered"]
    if not open_points:
        return MoveOn(reason="all_covered" if question.key_points else "no_probe_left")
    if _probes(progress) >= MAX_PROBES:
        return MoveOn(reason="probes_spent")
    if progress.fruitless >= MAX_FRUITLESS and not progress.unjudged:
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
    """The open, not yet probed point to ask for: contradicted ones first, then the lowest level, partial before absent.

    Where nobody judged, what the answer seems to be about already comes last.
    """

    def rank(point: KeyPoint) -> tuple[bool, bool, int, bool]:
        status = progress.statuses.get(point.id, "absent")
        likely = point.id in progress.likely
        return (status != "contradicted", likely, LEVELS.index(point.level), status != "partial")

    waiting = [
        point
        for point in question.key_points
        if point.probe and point.id not in progress.probed and progress.statuses.get(point.id, "absent") != "covered"
    ]
    return min(waiting, key=rank, default=None)
