"""The result of a session, computed from its stored rows: scorecard, report, and the trend over several."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from interviewer.errors import BankChanged, SessionDeleted, UnknownSession
from interviewer.grading import score_transcript
from interviewer.interview.second_try import all_tries
from interviewer.interview.state import InterviewState, active_seconds
from interviewer.models import Scorecard
from interviewer.report import Report, build
from interviewer.report.trend import SHOWN, Trend, trend
from interviewer.store import note, set_aside
from knowledge.errors import UserFacingError
from knowledge.models import Language

if TYPE_CHECKING:
    from interviewer.interview.interviews import Interviews


def report_of(state: InterviewState, language: Language | None = None) -> tuple[Report, Scorecard]:
    """The report in `language` (the session's by default) with the scorecard it shows."""
    card = score_transcript(state.bank, state.transcript)
    report = build(state.bank, state.transcript, card, language, all_tries(state))
    return report.model_copy(update={"active_s": active_seconds(state.transcript, report.ended_at)}), card


async def trend_of(
    interviews: Interviews, state: InterviewState, others: Sequence[str], language: Language
) -> Trend | None:
    """How the result of `state` compares with those of `others` that are finished, there, and on the same bank."""
    reports = [(state.session.id, (await asyncio.to_thread(report_of, state, language))[0])]
    unread: dict[str, UserFacingError] = {}
    for session_id in others:
        if session_id == state.session.id or len(reports) > SHOWN:
            continue
        # deleted since, of another data folder, or of a bank not served here: nothing to compare with
        with set_aside(session_id, unread), suppress(UnknownSession, SessionDeleted, BankChanged):
            other = await interviews.look(session_id)
            if other.status == "finished" and other.session.bank_id == state.session.bank_id:
                reports.append((session_id, (await asyncio.to_thread(report_of, other, language))[0]))
    note(unread)
    return trend(state.bank, reports, state.session.id)
