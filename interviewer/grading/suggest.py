"""Where in one's own words a key point may stand: a place to look when one marks oneself, never a verdict.

The one rule: nothing proposed is better than nonsense. A sentence that denies the point is not proposed, nor a row of
terms, nor what only repeats the interviewer. An answer right after a probe is proposed for that probe's point.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from interviewer.grading.case import Case
from interviewer.grading.echo import echo_of
from interviewer.grading.evidence import weight
from interviewer.grading.matching import PARTLY, Matcher, Sought, Stretch
from interviewer.grading.turn_kinds import kind_of
from interviewer.models import Message, Span
from knowledge.models import KeyPoint

SHORT = 60
"""Weight up to which a reply to a probe is proposed whole, though it is no sentence: "memory bandwidth", "n/2"."""


class Suggester:
    """Proposes sentences of the candidate's own for the key points of a question."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def suggest(self, case: Case) -> dict[str, Span]:
        """The nearest sentence for each key point that has one, by the point's id."""
        sought = self._matcher.sought(case.question)
        said = [stretch for message in case.exchange.answers for stretch in self._sentences(message)]
        replies = replies_to_probes(case.exchange.messages)
        found: dict[str, Span] = {}
        for point in case.question.key_points:
            reply = replies.get(point.id)
            span = self._in_reply(case, sought, point, reply) if reply else None
            if span is None and sought.findable:
                span = self._nearest(case, sought, point, said)
            if span is not None:
                found[point.id] = span
        return found

    def likely(self, case: Case) -> frozenset[str]:
        """The key points that some sentence resembles: enough to ask about others first, and for nothing else."""
        return frozenset(self.suggest(case))

    def _sentences(self, message: Message) -> list[Stretch]:
        return [one for one in self._matcher.stretches(message.text, message.turn) if not one.pair]

    def _nearest(self, case: Case, sought: Sought, point: KeyPoint, said: Iterable[Stretch]) -> Span | None:
        ranked = sorted(
            ((sought.share(point, one.features, one.language), one) for one in said),
            key=lambda one: (-one[0], one[1].turn, one[1].start),
        )
        return next(
            (_span(one) for share, one in ranked if share >= PARTLY and self._may(case, sought, point, one)), None
        )

    def _in_reply(self, case: Case, sought: Sought, point: KeyPoint, reply: Message) -> Span | None:
        """The sentence of a reply to this point's own probe that is most like it, however little; a short reply whole."""
        if kind_of(reply.text) != "answer":
            return None
        sentences = self._sentences(reply)
        if not sentences and weight(reply.text) <= SHORT:
            sentences = self._matcher.whole(reply.text, reply.turn)
        ranked = sorted(sentences, key=lambda one: -sought.share(point, one.features, one.language))
        return next((_span(one) for one in ranked if self._may(case, sought, point, one)), None)

    def _may(self, case: Case, sought: Sought, point: KeyPoint, stretch: Stretch) -> bool:
        return not (
            echo_of(stretch.text, case.talk, stretch.turn) is not None or self._matcher.denies(sought, point, stretch)
        )


def replies_to_probes(messages: Sequence[Message]) -> dict[str, Message]:
    """The answer that came right after the probe of each key point; hints and repeats in between do not matter."""
    found: dict[str, Message] = {}
    probed = ""
    for message in messages:
        if message.kind in ("question", "probe"):
            probed = message.key_point_id or ""
        elif message.kind == "answer" and probed:
            found.setdefault(probed, message)
            probed = ""
    return found


def _span(stretch: Stretch) -> Span:
    return Span(turn=stretch.turn, start=stretch.start, end=stretch.end)
