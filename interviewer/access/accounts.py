"""Reviewers' logins: who is let in, for how long, and when tries are no longer looked at."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from interviewer.access.passwords import decoy, hashed, matches, readable
from interviewer.access.places import place_of
from interviewer.errors import AccessDenied, ReviewerNameRefused, SettingsError
from interviewer.settings import AccessSettings

if TYPE_CHECKING:
    from interviewer.store import Store

log = logging.getLogger("interviewer.access")
ADDRESS_SHARE, NAME_SHARE = 4, 10
"""How many times `max_failures` one address may fail with whatever names, and one name from whatever addresses."""


class Accounts:
    """Reviewers as the settings name them; logins as the store remembers them. `clock` gives the time in UTC.

    Within `lock_minutes`, a name fails `max_failures` times from one address, an address four times as often with any
    names, a name ten times as often from any addresses; beyond that passwords are not even compared. So one machine
    cannot guess on, nor lock a colleague out who sits elsewhere, nor clear its count with a login of its own; many
    machines together guess 50 times a quarter of an hour as shipped. Those many can keep a name locked, which is the
    price of that bound; who is logged in stays logged in. A try counts before it is looked at, on all processes that
    share the store, so tries sent at once gain nothing. The address is the peer's, or what a trusted proxy says it is.
    It does not protect against a password that is written on a board: the team's own network is still the outer door.
    """

    def __init__(self, settings: AccessSettings, store: Store, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._logins = store.logins
        self._clock = clock
        self._hashes = read_reviewers(settings.reviewers.get_secret_value())

    @property
    def open(self) -> bool:
        """Whether there is anyone who may log in; without a reviewer the pages are off."""
        return bool(self._hashes)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._hashes)

    def log_in(self, name: str, password: str, address: str) -> str:
        """A token for the browser's cookie. Raises AccessDenied: wrong, or locked (the password is then not compared)."""
        known = self._hashes.get(name)
        now, name, place = self._clock(), _plain(name), place_of(address)
        self._refuse_locked(now, name, place, before=0)
        number = self._logins.begin(now, name, place)
        try:
            self._refuse_locked(now, name, place, before=1)
        except AccessDenied:
            self._logins.refuse(number, "locked")
            raise
        like = next(iter(self._hashes.values()), "")
        right = bool(like) and matches(password, known or decoy(like))
        if known is None or not right:
            self._logins.refuse(number, "failed")
            log.warning("login of %r from %s refused", name, place)
            raise AccessDenied("Name or password is wrong.", "Try again.", locked=False)
        token = secrets.token_urlsafe(32)
        self._logins.admit(number, _digest(token, known), now + timedelta(hours=self._settings.login_hours))
        log.info("login of %r from %s", name, place)
        return token

    def reviewer(self, token: str) -> str | None:
        """Whose token this is, or None: unknown, over, logged out, or given to someone who is no longer in the settings
        or has a new password there."""
        if not token or not self._hashes:
            return None
        return self._logins.holder(self._digests(token), self._clock())

    def log_out(self, token: str) -> None:
        """Make the token worthless everywhere."""
        if token:
            self._logins.end(self._digests(token), self._clock())

    def forget_old(self) -> int:
        """Remove what neither locks nor lets anyone in any more: tries and logins of more than 30 days ago."""
        now = self._clock()
        return self._logins.forget(now - timedelta(days=30, minutes=self._settings.lock_minutes), now)

    def _digests(self, token: str) -> list[str]:
        """What the store may know the token by: one digest for each reviewer's present password."""
        return [_digest(token, stored) for stored in self._hashes.values()]

    def _refuse_locked(self, now: datetime, name: str, place: str, before: int) -> None:
        """Raise AccessDenied where as many tries failed as may; `before` of them is the one under way."""
        since, most = now - timedelta(minutes=self._settings.lock_minutes), self._settings.max_failures
        limits = (
            (self._logins.failures(since, name=name, address=place), most),
            (self._logins.failures(since, address=place), most * ADDRESS_SHARE),
            (self._logins.failures(since, name=name), most * NAME_SHARE),
        )
        if any(failed - before >= limit for failed, limit in limits):
            minutes = f"{self._settings.lock_minutes:g}"
            raise AccessDenied(
                "Too many wrong passwords.", f"Wait {minutes} minutes and try again.", locked=True, minutes=minutes
            )


def read_reviewers(listed: str) -> dict[str, str]:
    """`name:hash name:hash` as a table. Raises SettingsError that names the entry which is off."""
    found: dict[str, str] = {}
    for entry in listed.split():
        name, _, stored = entry.rpartition(":")
        if not name or not readable(stored):
            raise SettingsError(
                f"The reviewer {name or entry.partition(':')[0]!r} in access.reviewers has no usable password hash.",
                "Run `interviewer reviewer NAME` and put what it prints there.",
                setting="access.reviewers",
            )
        found[name] = stored
    return found


def with_reviewer(listed: str, name: str, password: str) -> str:
    """The list of reviewers with this one added, or with a new password. Raises SettingsError for what cannot be a name."""
    check_name(name)
    kept = read_reviewers(listed) | {name: hashed(password)}
    return " ".join(f"{one}:{stored}" for one, stored in kept.items())


def check_name(name: str) -> None:
    """Raises ReviewerNameRefused for a name that would need quoting somewhere between a shell and the store."""
    if not re.fullmatch(r"[\w.@+-]{1,64}", name):
        raise ReviewerNameRefused(
            f"{name!r} cannot be a reviewer's name.",
            "Use letters, digits, dots and hyphens, 64 at the most; no blanks.",
            value=name,
        )


def _plain(name: str) -> str:
    """A name as the store takes it: nothing that cannot be printed, and not longer than its column."""
    return "".join(sign for sign in name if sign.isprintable())[:200]


def _digest(token: str, stored: str) -> str:
    return hashlib.sha256(f"{token}\n{stored}".encode("utf8", "replace")).hexdigest()
