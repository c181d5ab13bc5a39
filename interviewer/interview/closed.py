"""What a candidate may see of a question once it is closed. The one rule: nothing of it before.

A question is closed when the interview is over, or in practice mode when the next one has been asked.
"""

from __future__ import annotations

from interviewer.errors import NotFinished, UnknownQuestion
from interviewer.interview.state import AskedQuestion, InterviewState


def require_finished(state: InterviewState) -> None:
    """Raises NotFinished while the interview goes on: its grades and reference answers would help to answer."""
    if state.status != "finished":
        raise NotFinished(
            f"The interview {state.session.id!r} is not over.", "Finish it; the report holds reference answers."
        )


def closed_question(state: InterviewState, question_id: str) -> AskedQuestion:
    """The question, if its reference and verdicts may be seen. Raises UnknownQuestion, NotFinished."""
    asked = next((one for one in state.asked if one.question.id == question_id), None)
    if asked is None:
        raise UnknownQuestion(
            f"The interview {state.session.id!r} did not ask {question_id!r}.", "Open it from a link in the report."
        )
    gone_on = state.session.mode == "practice" and asked is not state.asked[-1]
    if state.status != "finished" and not gone_on:
        raise NotFinished(f"The question {question_id!r} is still open.", "Answer it, or finish the interview.")
    return asked
