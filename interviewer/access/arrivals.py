"""How many interviews one address may begin within an hour: a bound on what a stranger can fill the database with."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from interviewer.access.places import place_of
from interviewer.errors import StoreError, TooManyInterviews
from interviewer.settings import AccessSettings

if TYPE_CHECKING:
    from interviewer.store import Store

WINDOW = timedelta(hours=1)


class Arrivals:
    """Counts in the store, so all processes that share it count together. `clock` gives the time in UTC.

    An IPv6 subscriber's network is one address. A class behind one router, or everyone behind a proxy that is not in
    `trusted_proxies`, is one address too: hence the generous default.
    """

    def __init__(self, settings: AccessSettings, store: Store, clock: Callable[[], datetime]) -> None:
        self._most = settings.interviews_per_hour
        self._arrivals = store.arrivals
        self._clock = clock

    def admit(self, address: str) -> int:
        """Count a new interview from `address`; gives a number for `withdraw`. Raises TooManyInterviews."""
        if not self._most:
            return 0
        now, place = self._clock(), place_of(address)
        number = self._arrivals.begin(now, place)
        earlier, first = self._arrivals.before(number, place, now - WINDOW)
        if earlier < self._most:
            return number
        self._arrivals.withdraw(number)
        wait = math.ceil(((first or now) + WINDOW - now) / timedelta(minutes=1))
        raise TooManyInterviews(
            f"{self._most} interviews were begun from {place} within an hour.",
            f"Try again in {wait} minutes, or raise access.interviews_per_hour.",
            limit=self._most,
            address=place,
            wait=max(1, wait),
        )

    def withdraw(self, number: int) -> None:
        """The interview was not begun after all."""
        if number:
            with suppress(StoreError):  # whoever could not begin is told why by that error, not by this one
                self._arrivals.withdraw(number)

    def forget_old(self) -> int:
        """Remove what counts no more."""
        return self._arrivals.forget(self._clock() - WINDOW)
