"""Reviewers' tries to log in, as the store remembers them: which failed, which token lets whom in, until when.

The one rule: a try is written before it is looked at and counts as failed until its outcome stands beside it. So tries
that come at once, from many threads, processes or machines, all see each other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, func, select, update

from interviewer.store import rows
from interviewer.store.tables import logins

Connecting = Callable[[], AbstractContextManager[Connection]]


class Logins:
    """Tries and tokens in the database that `reading` and `writing` connect to. Of a token only the digest is kept."""

    def __init__(self, reading: Connecting, writing: Connecting) -> None:
        self._reading = reading
        self._writing = writing

    def begin(self, at: datetime, name: str, address: str) -> int:
        """Write down that someone tries; gives the number of the try. It is committed when this returns."""
        row = {"at": rows.stamp(at), "kind": "tried", "name": rows.held(name), "address": address}
        with self._writing() as connection:
            number = connection.execute(logins.insert().returning(logins.c.row), row).scalar_one()
        return int(number)

    def refuse(self, number: int, why: Literal["failed", "locked"]) -> None:
        """The password was wrong; or there had been too many failures, and then the try counts as none."""
        with self._writing() as connection:
            connection.execute(update(logins).where(logins.c.row == number).values(kind=why))

    def admit(self, number: int, token_sha256: str, until: datetime) -> None:
        """The password was right: whoever holds the token of this digest is in until then."""
        right = {"kind": "ok", "token_sha256": token_sha256, "until": rows.stamp(until)}
        with self._writing() as connection:
            connection.execute(update(logins).where(logins.c.row == number).values(right))

    def failures(self, since: datetime, *, name: str | None = None, address: str | None = None) -> int:
        """Tries since then that did not succeed (or whose outcome is not known yet), for a name, from an address, or both.

        For both together, only those after the last success of that name from that address.
        """
        asked = [column == value for column, value in ((logins.c.name, name and rows.held(name)), (logins.c.address, address)) if value is not None]  # fmt: skip
        tries = select(func.count()).select_from(logins)
        tries = tries.where(logins.c.kind.in_(("tried", "failed")), logins.c.at >= rows.stamp(since), *asked)
        with self._reading() as connection:
            if len(asked) == 2:
                last = connection.scalar(select(func.max(logins.c.row)).where(logins.c.kind == "ok", *asked))
                tries = tries.where(logins.c.row > (last or 0))
            return connection.scalar(tries) or 0

    def holder(self, digests: Collection[str], now: datetime) -> str | None:
        """Who is in with a token of one of these digests; None when it is unknown, over or logged out."""
        inside = select(logins.c.name).where(
            logins.c.token_sha256.in_(digests), logins.c.kind == "ok", logins.c.until > rows.stamp(now)
        )
        with self._reading() as connection:
            return connection.scalar(inside)

    def end(self, digests: Collection[str], now: datetime) -> None:
        """Make a token worthless from now on, everywhere."""
        over = rows.stamp(now)
        held = logins.c.token_sha256.in_(digests), logins.c.until > over
        with self._writing() as connection:
            connection.execute(update(logins).where(*held).values(until=over))

    def forget(self, before: datetime, now: datetime) -> int:
        """Remove tries from before then, except logins that still last; gives their number."""
        over = logins.c.until.is_(None) | (logins.c.until <= rows.stamp(now))
        with self._writing() as connection:
            return connection.execute(delete(logins).where(logins.c.at < rows.stamp(before), over)).rowcount
