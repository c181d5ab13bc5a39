"""Opening a database: the URL, the folder, the connection's settings, and every fault in words a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError as SQLiteError
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from interviewer.errors import StoreError

BUSY_S = 60.0
"""How long a writer waits for other processes before it gives up, unless the settings say otherwise; far above any real
queue of small commits."""
_EXAMPLE = "sqlite:////home/me/interviews.sqlite"
_FAULTS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("full", "no space"), "is on a disk that is full", "Free some space on it; what was stored before is kept."),
    (("readonly", "read-only"), "cannot be written", "Give this user write permission for the file and its folder."),
    (
        ("unable to open", "permission denied"),
        "cannot be opened",
        "Check that the folder exists and that this user may write in it.",
    ),
    (
        ("not a database", "malformed", "corrupt"),
        "is damaged or not a database",
        "Move the file away and start again with a copy from a backup, or name another file.",
    ),
    (
        ("locked", "busy", "lock timeout", "deadlock"),
        "is locked by another program",
        "Close the program that holds it (a database browser, a backup) and try again.",
    ),
    (
        ("disk i/o", "i/o error", "file too large"),
        "cannot be written to its disk",
        "Check the disk: space, quota and faults.",
    ),
    (
        ("connect", "could not translate", "password", "does not exist"),
        "cannot be reached",
        "Check host, port, name and password in the URL, and that the database server runs.",
    ),
)


def place_of(url: URL) -> str:
    """The store as errors name it: the file of an SQLite URL, any other URL without its password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return repr(url.database)
    return repr(url.render_as_string(hide_password=True))


def fault(error: SQLAlchemyError, place: str) -> StoreError:
    """What the database's own error means and what to do about it."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    known = (entry for entry in _FAULTS if any(word in said.lower() for word in entry[0]))
    _, what, fix = next(known, ((), "failed", "Run `interviewer doctor` to check it."))
    return StoreError(f"The store {place} {what} ({said.strip()}).", fix, place=place)


@contextmanager
def faults_named(place: str) -> Iterator[None]:
    """Turn the database's errors into StoreError; broken keys pass, as only the statement knows what they mean."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        raise fault(error, place) from error


def parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(
            f"{url!r} is not a database URL.", f"Write one like {_EXAMPLE} or postgresql+psycopg://user@host/name."
        ) from error


def locked(place: str) -> StoreError:
    """What a writer says that gave up before the database could say it."""
    _, what, fix = next(entry for entry in _FAULTS if "locked" in entry[0])
    return StoreError(f"The store {place} {what}.", fix, place=place)


def make_engine(url: URL, busy_s: float = BUSY_S) -> Engine:
    """An engine whose transactions on SQLite begin when SQLAlchemy says so; nothing is opened yet except the folder."""
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url, busy_s)
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_timeout=busy_s)
        if url.get_backend_name() == "postgresql":
            event.listen(engine, "begin", partial(_wait_for_locks, busy_s=busy_s))
        return engine
    except (NoSuchModuleError, ImportError) as error:
        raise StoreError(
            f"No driver for {url.drivername!r} is installed ({error}).",
            "Install one (for PostgreSQL: pip install 'interviewer[postgres]', URL postgresql+psycopg://...), or use SQLite.",
        ) from error


def _sqlite(url: URL, busy_s: float) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    if url.database and not in_memory and not url.database.startswith("file:"):
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder {str(folder)!r} of the store cannot be made ({error.strerror}).",
                "Make it and give this user write permission, or name a store elsewhere.",
            ) from error
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=1 if in_memory else 8,
        max_overflow=0,
        pool_timeout=busy_s,
        connect_args={"isolation_level": None, "timeout": busy_s, "check_same_thread": False},
    )
    event.listen(engine, "connect", partial(_set_up, busy_s=busy_s))
    event.listen(engine, "begin", _begin)
    return engine


def wait_for_locks(connection: Connection, seconds: float) -> None:
    """On PostgreSQL, how long each statement of this transaction waits for rows that another one holds."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, round(seconds * 1000))}")


def _wait_for_locks(connection: Connection, busy_s: float) -> None:
    if connection.get_execution_options().get("writes", False):
        wait_for_locks(connection, busy_s)


def _set_up(connection: SQLiteConnection, _record: Any, busy_s: float) -> None:
    # Bytes that are no UTF-8 are refused where the row they stand in is read; else one row would end every query it is in.
    connection.text_factory = partial(str, encoding="utf8", errors="surrogateescape")
    _use_wal(connection, busy_s)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")


def _use_wal(connection: SQLiteConnection, busy_s: float) -> None:
    """Switch the file to WAL once for all. Two processes that do so at once get "locked" without the usual waiting."""
    deadline = monotonic() + busy_s
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except SQLiteError as error:
            if "locked" not in str(error) or monotonic() > deadline:
                raise
            sleep(0.02)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
