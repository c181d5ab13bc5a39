"""A second try beside the first answer: pure. The one rule: it is compared, and never counted."""

from __future__ import annotations

from interviewer.models import Assessment, Ungraded, Verdict
from interviewer.report.model import Failure, MisconceptionRow, QuestionRow, Tried, TryPoint, TryRow
from knowledge.models import Bank, KeyPoint, Question


def try_row(bank: Bank, first: QuestionRow, tried: Tried) -> TryRow:
    """`tried` against what `first` says of the answer in the interview."""
    row = TryRow(
        number=tried.number, text=tried.text, at=tried.at, copied=tried.copied, score_before=first.score,
        score=tried.score, level=tried.level,
    )  # fmt: skip
    question = next((one for one in bank.questions if one.id == first.id), None)
    match tried.result:
        case Assessment() as found if question is not None:
            before = {point.id: point for point in first.points}
            verdicts = {verdict.key_point_id: verdict for verdict in found.verdicts}
            points = tuple(
                _point(number, point, verdicts[point.id], before[point.id].status if point.id in before else None)
                for number, point in enumerate(question.key_points, 1)
                if point.id in verdicts
            )
            return row.model_copy(update={"points": points, "misconceptions": voiced(question, found)})
        case Ungraded() as failed:
            return row.model_copy(update={"ungraded": Failure(reason=failed.reason, detail=failed.detail)})
        case _:
            return row


def _point(number: int, point: KeyPoint, verdict: Verdict, before: str | None) -> TryPoint:
    found = verdict.model_dump(include={"quote", "span", "reason", "note", "echo_of"})
    return TryPoint.model_validate(
        {
            "number": number,
            "id": point.id,
            "level": point.level,
            "text": point.text,
            "before": before,
            "after": verdict.status,
            "echo": verdict.note == "echo",
            **found,
        }
    )


def voiced(question: Question, assessment: Assessment) -> tuple[MisconceptionRow, ...]:
    """The known misconceptions that an answer voiced, with what is right."""
    known = {one.id: one for one in question.note.misconceptions} if question.note else {}
    return tuple(
        MisconceptionRow(wrong=known[v.misconception_id].wrong, right=known[v.misconception_id].right, quote=v.quote, span=v.span)
        for v in assessment.misconceptions
        if v.misconception_id in known
    )  # fmt: skip
