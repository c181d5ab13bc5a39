"""The result of a session, computed from its stored rows: scorecard and report."""

from __future__ import annotations

from interviewer.grading import score_transcript
from interviewer.interview.state import InterviewState
from interviewer.models import Scorecard
from interviewer.report import Report, build
from knowledge.models import Language


def report_of(state: InterviewState, language: Language | None = None) -> tuple[Report, Scorecard]:
    """The report in `language` (the session's by default) with the scorecard it shows."""
    card = score_transcript(state.bank, state.transcript)
    return build(state.bank, state.transcript, card, language), card
