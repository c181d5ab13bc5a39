"""Which question next, which probe next, when to stop: pure functions of what has happened, seeded, without any I/O.

The one rule: same seed, same answers, same interview. Proven by the property tests in tests/unit/test_policy.py.
"""

from interviewer.policy.follow_up import FollowUp, MoveOn, Probe, ProbeClaim, Progress, follow_up
from interviewer.policy.plan import make_plan
from interviewer.policy.select import Asked, Selection, choose
from interviewer.policy.stop import StopReason, stop

__all__ = [
    "Asked",
    "FollowUp",
    "MoveOn",
    "Probe",
    "ProbeClaim",
    "Progress",
    "Selection",
    "StopReason",
    "choose",
    "follow_up",
    "make_plan",
    "stop",
]
