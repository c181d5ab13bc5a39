"""When the interview is over: quotas met, time used up, or the candidate ended it."""

from __future__ import annotations

from typing import Literal

from interviewer.models import Plan

StopReason = Literal["plan_done", "time_used"]


def stop(plan: Plan, asked: int, elapsed_s: float, minutes: float) -> StopReason | None:
    """Why no further question is asked, or None to go on. Seconds are active time: pauses and long idle gaps left out."""
    if asked >= plan.total_questions:
        return "plan_done"
    if asked > 0 and elapsed_s >= minutes * 60:
        return "time_used"
    return None
