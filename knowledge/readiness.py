"""What a bank's questions can be used for as they stand: which answers can be graded, by what, and which cannot, and why.

Its rule: pure and of the bank alone; what to do about it is said where a person reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from knowledge.models import Bank, Frozen, Question

By = Literal["key_points", "drafted"]
Lack = Literal["dead_link", "reference_only", "no_points", "no_note"]
LACKS: tuple[Lack, ...] = ("dead_link", "reference_only", "no_points", "no_note")
"""In the order in which a reason is looked for: a link that leads nowhere, an answer without key points, a note without either,
and nothing at all."""


class Readiness(Frozen):
    """Counts of questions; `lacking` has the ids and lines of those whose answers cannot be graded, by what they lack."""

    questions: int
    graded_by: Mapping[By, int]
    lacking: Mapping[Lack, tuple[tuple[str, int], ...]]

    @property
    def gradeable(self) -> int:
        return sum(self.graded_by.values())


def readiness(bank: Bank) -> Readiness:
    """How many questions of `bank` can be graded, by what, and which cannot."""
    by: dict[By, int] = {"key_points": 0, "drafted": 0}
    lacking: dict[Lack, list[tuple[str, int]]] = {lack: [] for lack in LACKS}
    dead = {one.place.line for one in bank.findings if one.code in ("dead_link", "dead_anchor", "link_outside")}
    for question in bank.questions:
        if question.key_points:
            by["drafted" if question.note and question.note.drafted else "key_points"] += 1
        else:
            lacking[_lack(question, dead)].append((question.id, question.line))
    kept: dict[Lack, tuple[tuple[str, int], ...]] = {lack: tuple(some) for lack, some in lacking.items() if some}
    return Readiness(questions=len(bank.questions), graded_by=by, lacking=kept)


def _lack(question: Question, dead: set[int]) -> Lack:
    note = question.note
    if note is None:
        return "dead_link" if question.line in dead else "no_note"
    return "reference_only" if note.reference or note.body.strip() else "no_points"
