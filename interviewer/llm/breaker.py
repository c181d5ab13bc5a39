"""A circuit breaker: after a server has proved silent, calls fail at once instead of waiting for it again and again.

Closed: calls go through. Open: refused until a rest is over. Half open: one trial call decides. The rest is twice as
long as the failure that opened it took, so a dead server is never waited for more than a third of the time. One rule:
failures of attempts that were under way together count once, so a burst of 64 calls does not open it by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class Breaker:
    """`rounds` failures in a row open it, each begun at least `settle_s` after the one before; all times in seconds."""

    rounds: int = 3
    settle_s: float = 0.2
    shortest_rest_s: float = 10.0
    longest_rest_s: float = 120.0
    _failures: int = 0
    _last_failure: float = float("-inf")
    _last_success: float = float("-inf")
    _open_until: float | None = None
    _trial: bool = False

    def state(self, now: float) -> Literal["closed", "open", "half_open"]:
        if self._open_until is None:
            return "closed"
        return "open" if now < self._open_until else "half_open"

    def admits(self, now: float) -> bool:
        """Whether an attempt may start; in the half-open state the first to ask becomes the trial."""
        match self.state(now):
            case "closed":
                return True
            case "half_open" if not self._trial:
                self._trial = True
                return True
            case _:
                return False

    def rest_left(self, now: float) -> float:
        """Seconds until the next trial."""
        return max(0.0, (self._open_until or now) - now)

    def succeeded(self, now: float) -> None:
        """The server answered, if only to say no."""
        self._failures, self._last_success = 0, now
        self._open_until, self._trial = None, False

    def failed(self, started: float, now: float, *, timed_out: bool = False) -> None:
        """An attempt begun at `started` got no answer. A full time-out opens at once, unless others were answered meanwhile."""
        trial, self._trial = self._trial, False
        if trial or (timed_out and self._last_success < started):
            self._open(started, now)
        elif (
            self._open_until is None and self._last_success < started and started >= self._last_failure + self.settle_s
        ):
            self._failures, self._last_failure = self._failures + 1, now
            if self._failures >= self.rounds:
                self._open(started, now)

    def gave_up(self) -> None:
        """An attempt ended without telling anything about the server (cancelled by its caller, or told to wait)."""
        self._trial = False

    def _open(self, started: float, now: float) -> None:
        rest = min(self.longest_rest_s, max(self.shortest_rest_s, 2 * (now - started)))
        self._open_until, self._failures = now + rest, 0
