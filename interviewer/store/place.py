"""Whether the file a connection writes to still is the database's file.

SQLite writes on into a file that was deleted or moved away, and what it acknowledged then is gone with it. The one rule:
nothing is acknowledged before the file was looked at again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from sqlalchemy import URL, Connection, Engine, event

from interviewer.errors import StoreMoved

_KEY = "file"
Identity = tuple[int, int]


class FilePlace:
    """The file of one SQLite store. `check` compares what a connection has open with what stands at the path now."""

    def __init__(self, path: Path, place: str) -> None:
        self._path, self._place = path, place
        self._log = Path(f"{path}-wal")
        self._lock = Lock()
        self._known: Identity | None = None
        self._known_log: Identity | None = None

    @classmethod
    def of(cls, url: URL, place: str) -> FilePlace | None:
        """None for a store that has no file of its own: in memory, another database, a `file:` address."""
        path = url.database or ""
        if url.get_backend_name() != "sqlite" or path in ("", ":memory:") or path.startswith("file:"):
            return None
        return cls(Path(path).absolute(), place)

    def watch(self, engine: Engine) -> None:
        """Remember with each new connection which file it opened."""

        @event.listens_for(engine, "connect")
        def _remember(_connection: object, record: object) -> None:  # pyright: ignore[reportUnusedFunction]
            record.info[_KEY] = _identity(self._path)  # pyright: ignore[reportAttributeAccessIssue] -- a pool's record

    @property
    def is_there(self) -> bool:
        return _identity(self._path) is not None

    def require(self, close: Callable[[], None]) -> None:
        """Raises StoreMoved where no file is there (connecting would begin an empty one), and once where another one is.

        That one is opened afterwards, without the write-ahead log of the file before it: SQLite would put the pages of one
        database into the other.
        """
        with self._lock:
            now = _identity(self._path)
            if now is None:
                raise self._moved("was deleted or moved away")
            if self._known in (None, now):
                self._known = now
                return
            close()
            if self._known_log and _identity(self._log) == self._known_log:
                self._log.rename(f"{self._log}.lost-{self._known[1]}")
                Path(f"{self._path}-shm").unlink(missing_ok=True)
            self._known, self._known_log = now, None
            raise self._moved("was replaced by another")

    def check(self, connection: Connection) -> None:
        """Raises StoreMoved where the connection has another file open than the one at the path."""
        now = _identity(self._path)
        if now is None:
            raise self._moved("was deleted or moved away")
        if now == self._known:
            self._known_log = _identity(self._log)
        if connection.connection.info.get(_KEY) != now:
            raise self._moved("was replaced by another")

    def _moved(self, how: str) -> StoreMoved:
        return StoreMoved(
            f"The file of the store {self._place} {how} while it was in use; what was sent last is not kept.",
            "Put the file back in its place, with its -wal file if there is one, and send it again.",
            place=self._place,
        )


def _identity(path: Path) -> Identity | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
