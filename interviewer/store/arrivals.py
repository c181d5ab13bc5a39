"""Where interviews were begun from, for as long as that counts. Of a candidate's address nothing is kept beyond it.

The one rule: an arrival is written before it is counted, under a number that grows. So of those that come at once, from
many threads, processes or machines, exactly as many are within a bound as the bound says.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from interviewer.store import rows
from interviewer.store.tables import arrivals

Connecting = Callable[[], AbstractContextManager[Connection]]


class Arrivals:
    """Arrivals in the database that `reading` and `writing` connect to."""

    def __init__(self, reading: Connecting, writing: Connecting) -> None:
        self._reading = reading
        self._writing = writing

    def begin(self, at: datetime, address: str) -> int:
        """Write down that someone comes; gives the number of the arrival. It is committed when this returns."""
        with self._writing() as connection:
            row = {"at": rows.stamp(at), "address": address}
            return int(connection.execute(arrivals.insert().returning(arrivals.c.row), row).scalar_one())

    def before(self, number: int, address: str, since: datetime) -> tuple[int, datetime | None]:
        """How many came from `address` since then and before this one, and when the first of them did."""
        asked = arrivals.c.address == address, arrivals.c.at >= rows.stamp(since), arrivals.c.row < number
        with self._reading() as connection:
            found, first = connection.execute(select(func.count(), func.min(arrivals.c.at)).where(*asked)).one()
        return int(found), datetime.fromisoformat(first) if first else None

    def withdraw(self, number: int) -> None:
        """The arrival came to nothing and counts no more."""
        with self._writing() as connection:
            connection.execute(delete(arrivals).where(arrivals.c.row == number))

    def forget(self, before: datetime) -> int:
        """Remove arrivals from before then; gives their number."""
        with self._writing() as connection:
            return connection.execute(delete(arrivals).where(arrivals.c.at < rows.stamp(before))).rowcount
