"""What candidates marked of their own answers, as a judgement like any other. The one rule: unmarked is unmarked, not 0.

A question counts once each of its key points is marked, and not before. Credit after a hint halves here as it does for a
model: by the sentence that was left standing as the words for the point; where none was, by whether a hint was about
this very point, or came before every answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interviewer.grading.case import key_points_hash
from interviewer.models import (
    Assessment,
    Message,
    Provenance,
    SelfMark,
    Session,
    Ungraded,
    Verdict,
)
from knowledge.models import Question

Marks = Mapping[str, SelfMark]
"""The mark that counts for each key point, by its id."""


def self_row(
    question: Question, said: Sequence[Message], marks: Marks, session: Session, *, withdrawn: bool = False
) -> Assessment | Ungraded | None:
    """The judgement that `marks` make of what was `said` on `question`, the question first; or why there is none yet.

    None where nothing was answered or skipped. `withdrawn` tells that text similarity judged it once.
    """
    answers = [message for message in said if message.kind == "answer"]
    skips = [message for message in said if message.kind == "skip"]
    if not answers and not skips:
        return None
    last = (answers or skips)[-1]
    points = question.key_points
    if not points or any(point.id not in marks for point in points):
        missing = "unmarked" if points and not withdrawn else "withdrawn" if points else "no_key_points"
        return Ungraded(question_id=question.id, turn=last.turn, reason=missing, detail="", at=last.at)
    return Assessment(
        question_id=question.id,
        turn=last.turn,
        turn_kind="answer" if answers else "dont_know",
        verdicts=tuple(_verdict(marks[point.id], said) for point in points),
        provenance=Provenance(
            thinking="self",
            grader_version="",
            at=max(marks[point.id].at for point in points),
            bank_hash=session.bank_hash,
            key_points_hash=key_points_hash(question),
        ),
    )


def _verdict(mark: SelfMark, said: Sequence[Message]) -> Verdict:
    quote = ""
    if mark.span is not None:
        text = next((message.text for message in said if message.turn == mark.span.turn), "")
        quote = text[mark.span.start : mark.span.end]
    return Verdict(
        key_point_id=mark.key_point_id,
        status=mark.status,
        quote=quote,
        span=mark.span if quote else None,
        after_hint=_after_hint(mark, said),
    )


def _after_hint(mark: SelfMark, said: Sequence[Message]) -> bool:
    hints = [message for message in said if message.kind == "hint"]
    if mark.span is not None:
        turn = mark.span.turn
        return any(hint.turn < turn for hint in hints)
    first = min((message.turn for message in said if message.kind == "answer"), default=0)
    return any(hint.turn < first or hint.key_point_id == mark.key_point_id for hint in hints)
