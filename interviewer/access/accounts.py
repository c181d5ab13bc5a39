"""Reviewers' logins: who is let in, for how long, and when a name or an address is locked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from interviewer.access.passwords import hashed, matches
from interviewer.errors import AccessDenied, SettingsError
from interviewer.settings import AccessSettings

if TYPE_CHECKING:
    from interviewer.store import Store

NOBODY = "nobody at all"
"""A password to try for a name that does not exist, so that a wrong name takes as long as a wrong password."""


class Accounts:
    """Reviewers as the settings name them; logins as the store remembers them. `clock` gives the time in UTC."""

    def __init__(self, settings: AccessSettings, store: Store, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._hashes = read_reviewers(settings.reviewers.get_secret_value())
        self._decoy = hashed(NOBODY)

    @property
    def open(self) -> bool:
        """Whether there is anyone who may log in; without a reviewer the pages are off."""
        return bool(self._hashes)

    def log_in(self, name: str, password: str, address: str) -> str:
        """A token for the browser's cookie. Raises AccessDenied: wrong, or locked; a locked try is not even compared."""
        now = self._clock()
        since = now - timedelta(minutes=self._settings.lock_minutes)
        failed = max(self._store.failed_logins(since, name=name), self._store.failed_logins(since, address=address))
        if failed >= self._settings.max_failures:
            minutes = f"{self._settings.lock_minutes:g}"
            raise AccessDenied(
                "Too many wrong passwords.", f"Wait {minutes} minutes and try again.", locked=True, minutes=minutes
            )
        known = self._hashes.get(name)
        right = matches(password, known or self._decoy)
        if known is None or not right:
            self._store.note_login(now, "failed", name, address)
            raise AccessDenied("Name or password is wrong.", "Try again.", locked=False)
        token = secrets.token_urlsafe(32)
        until = now + timedelta(hours=self._settings.login_hours)
        self._store.note_login(now, "ok", name, address, token_sha256=_digest(token), until=until)
        return token

    def reviewer(self, token: str) -> str | None:
        """Whose token this is, or None: unknown, over, logged out, or of someone who is no longer named in the settings."""
        if not token or not self._hashes:
            return None
        name = self._store.login_of(_digest(token), self._clock())
        return name if name in self._hashes else None

    def log_out(self, token: str) -> None:
        """Make the token worthless everywhere."""
        name = self.reviewer(token)
        if name is not None:
            self._store.note_login(self._clock(), "out", name, "", token_sha256=_digest(token))


def read_reviewers(listed: str) -> dict[str, str]:
    """`name:hash name:hash` as a table. Raises SettingsError that names the entry which is off."""
    found: dict[str, str] = {}
    for entry in listed.split():
        name, _, stored = entry.rpartition(":")
        if not name or stored.count(".") != 5 or not stored.startswith("scrypt."):
            raise SettingsError(
                f"The reviewer {name or entry.partition(':')[0]!r} in access.reviewers has no usable password hash.",
                "Run `interviewer reviewer NAME` and put what it prints there.",
                setting="access.reviewers",
            )
        found[name] = stored
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
