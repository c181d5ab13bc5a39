"""Near-duplicate questions grouped, so that one interview asks at most one of each group.

A group is a connected component of the bank's twin pairs. One whose members stand in several chapters belongs to the
first of the chapters asked for: that keeps every chapter's count of askable questions independent of the others, which
is what makes a quota that was planned always possible to meet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.models import Bank, Question


def group_of(bank: Bank) -> dict[str, str]:
    """Question id -> id of its group (the first member in outline order; a question without twins is its own group)."""
    leader = {question.id: question.id for question in bank.questions}

    def root(question_id: str) -> str:
        while leader[question_id] != question_id:
            question_id = leader[question_id]
        return question_id

    order = {question.id: n for n, question in enumerate(bank.questions)}
    for one, other in sorted(bank.twins):
        first, second = sorted((root(one), root(other)), key=order.__getitem__)
        leader[second] = first
    return {question.id: root(question.id) for question in bank.questions}


def askable(bank: Bank, chapters: Sequence[str], groups: Mapping[str, str]) -> dict[str, tuple[Question, ...]]:
    """Chapter id -> the questions that may be asked in it when exactly `chapters` are chosen, in outline order.

    `groups` are the bank's, as `group_of` gives them.
    """
    wanted = set(chapters)
    home: dict[str, str] = {}
    chosen = [question for question in bank.questions if question.chapter_id in wanted]
    for question in chosen:
        home.setdefault(groups[question.id], question.chapter_id)
    return {
        chapter_id: tuple(q for q in chosen if q.chapter_id == chapter_id and home[groups[q.id]] == chapter_id)
        for chapter_id in chapters
    }
