"""The next question: quotas first, then depth by how the last answer went, then the least used, then the seed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from interviewer.models import BandId, Plan
from interviewer.policy.clusters import askable, group_of
from interviewer.policy.plan import share_out
from knowledge.models import Bank, Frozen, Question

SelectionReason = Literal["headline", "deeper", "step_back", "breadth", "background"]
"""Why a question was chosen: it opens its section; the last answer was good; the last answer was weak; to cover ground;
it is close to the candidate's background."""


class Asked(Frozen):
    """A question already asked and the level its answer reached (None while ungraded)."""

    question_id: str
    level: BandId | None


class Selection(Frozen):
    question_id: str
    reason: SelectionReason


def choose(
    bank: Bank,
    plan: Plan,
    asked: Sequence[Asked],
    seed: int,
    usage: Mapping[str, int] | None = None,
    preferred: Collection[str] = (),
) -> Selection | None:
    """The next question, or None when every quota is met. Never a question twice, never two of one near-duplicate group.

    Inside a chapter the quota is shared over its sections by minutes. After a good answer the section goes on, later
    questions first; after an insufficient one the next section is taken, headline questions first. Among those, the
    `preferred` ids come first (questions close to the candidate's background), then the least used.
    """
    chapters = [quota.chapter_id for quota in plan.quotas]
    groups = group_of(bank)
    taken = {groups[a.question_id] for a in asked}
    pools = askable(bank, chapters, groups)
    for quota in plan.quotas:
        pool = pools[quota.chapter_id]
        here = [a for a in asked if any(q.id == a.question_id for q in pool)]
        free = [q for q in pool if groups[q.id] not in taken]
        if len(here) < quota.questions and free:
            return _choose_in_chapter(
                bank,
                groups,
                quota.questions,
                pool,
                free,
                here,
                _Taste(seed=seed, usage=usage or {}, preferred=frozenset(preferred)),
            )
    return None


class _Taste(Frozen):
    """What decides between questions that would do equally well."""

    seed: int
    usage: Mapping[str, int]
    preferred: frozenset[str]

    def rank(self, question_id: str) -> tuple[bool, int, str]:
        return (question_id not in self.preferred, self.usage.get(question_id, 0), _dice(self.seed, question_id))


def _choose_in_chapter(
    bank: Bank,
    groups: Mapping[str, str],
    questions: int,
    pool: Sequence[Question],
    free: Sequence[Question],
    here: Sequence[Asked],
    taste: _Taste,
) -> Selection:
    section_of = {q.id: q.section_id for q in pool}
    last = here[-1] if here else None
    last_section = section_of[last.question_id] if last else None
    section = _section(bank, groups, questions, pool, free, here, last_section, last.level if last else None)
    candidates = [q for q in free if q.section_id == section]
    order = {q.id: n for n, q in enumerate(pool)}
    opened = any(section_of[a.question_id] == section for a in here)
    went_well = last is not None and last.level in ("good", "excellent")
    went_badly = last is not None and last.level == "insufficient"
    last_position = order[last.question_id] if last else -1

    def rank(question: Question) -> tuple[bool, bool, bool, int, str]:
        headline_due = not question.headline and (not opened or went_badly)
        shallower = opened and went_well and order[question.id] < last_position
        return (headline_due, shallower, *taste.rank(question.id))

    best = min(candidates, key=rank)
    if went_badly:
        reason: SelectionReason = "step_back"
    elif best.id in taste.preferred:
        reason = "background"
    elif opened and went_well:
        reason = "deeper"
    else:
        reason = "headline" if best.headline and not opened else "breadth"
    return Selection(question_id=best.id, reason=reason)


def _section(
    bank: Bank,
    groups: Mapping[str, str],
    questions: int,
    pool: Sequence[Question],
    free: Sequence[Question],
    here: Sequence[Asked],
    last_section: str | None,
    last_level: BandId | None,
) -> str:
    """The section to ask in: those below their share come first, in outline order from the last one on."""
    sections = list(dict.fromkeys(q.section_id for q in pool))
    room = {s: len({groups[q.id] for q in pool if q.section_id == s}) for s in sections}
    seats = share_out(questions, {s: float(bank.section(s).minutes or 1) for s in sections}, room)
    section_of = {q.id: q.section_id for q in pool}
    used = {s: sum(section_of[a.question_id] == s for a in here) for s in sections}
    can_ask = [s for s in sections if any(q.section_id == s for q in free)]
    due = [s for s in can_ask if used[s] < seats[s]] or can_ask
    if last_section in due and len(due) > 1 and last_level == "insufficient":
        due = [s for s in due if s != last_section]
    if last_section in due and last_level in ("good", "excellent"):
        return last_section
    return due[0]


def _dice(seed: int, question_id: str) -> str:
    """A seeded, order-independent tie break: the same for the same seed on every machine and Python."""
    return hashlib.sha256(f"{seed}:{question_id}".encode()).hexdigest()
