"""Judging by text similarity, as a labelled experiment: `grade --offline` and `qualify --offline` print what it gives.

The one rule: nothing of it is ever stored as a grade of an interview. Measured on answers of known level it puts fluent
wrong answers before right ones. When in doubt it gives no credit; it never calls an answer contradicted and names no
misconception, since "X does not" and "X does" look alike to it (a negated sentence gets half credit at most).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from interviewer.grading.case import (
    GRADER_VERSION,
    Case,
    in_note_order,
    key_points_hash,
    taken_back,
    ungraded,
    without_judge,
)
from interviewer.grading.echo import echo_of
from interviewer.grading.matching import COVERED, PARTLY, Matcher, Sought, Stretch
from interviewer.grading.turn_kinds import kind_of
from interviewer.models import Assessment, Provenance, Span, TurnKind, Ungraded, Verdict, VerdictStatus
from knowledge.models import KeyPoint, Question, TermGroup

BEYOND_WORDS = "Its key points cannot be found by words alone, not even in the reference answer. A model can judge it."


class OfflineAssessor:
    """Implements `Assessor` with text similarity; `now` gives the time it writes down."""

    def __init__(
        self,
        terms: Sequence[TermGroup],
        questions: Sequence[Question] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._matcher = Matcher(terms, questions)
        self._now = now

    async def assess(self, case: Case) -> Assessment | Ungraded:
        """The verdicts on `case`, each with the candidate's own sentence as its quote."""
        if refused := without_judge(case, self._now()):
            return refused
        sought = self._matcher.sought(case.question)
        if not sought.findable:
            return ungraded(case, "beyond_offline", BEYOND_WORDS, self._now())
        stretches = [
            stretch
            for message in case.exchange.answers
            for stretch in self._matcher.stretches(message.text, message.turn)
        ]
        verdicts = tuple(self._verdict(case, sought, point, stretches) for point in case.open_points)
        return Assessment(
            question_id=case.question.id,
            turn=case.turn,
            turn_kind=_turn_kind(case),
            verdicts=in_note_order(case, verdicts),
            provenance=Provenance(
                thinking="offline",
                grader_version=GRADER_VERSION,
                at=self._now(),
                bank_hash=case.bank_hash,
                key_points_hash=key_points_hash(case.question),
            ),
        )

    def _verdict(self, case: Case, sought: Sought, point: KeyPoint, stretches: Sequence[Stretch]) -> Verdict:
        echo: Verdict | None = None
        found = [(sought.share(point, stretch.features, stretch.language), stretch) for stretch in stretches]
        found = [one for one in found if one[0] >= PARTLY]
        for share, stretch in sorted(found, key=lambda one: (one[0] < COVERED, one[1].pair, -one[0], one[1].turn)):
            turn = stretch.turn
            full = share >= COVERED and not self._matcher.negates(sought, point, stretch)
            status: VerdictStatus = "covered" if full else "partial"
            span = Span(turn=turn, start=stretch.start, end=stretch.end)
            if echoed := echo_of(stretch.text, case.talk, turn):
                echo = echo or taken_back(point.id, status, stretch.text, span, "echo", echoed)
                continue
            return Verdict(
                key_point_id=point.id,
                status=status,
                reason=f"text similarity {share:.2f}",
                quote=stretch.text,
                span=span,
                after_hint=any(hint < turn for hint in case.hint_turns),
            )
        return echo or Verdict(key_point_id=point.id, status="absent")


def _turn_kind(case: Case) -> TurnKind:
    return kind_of(case.exchange.answers[-1].text) if case.exchange.answers else "dont_know"
