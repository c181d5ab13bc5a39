"""How a stored file becomes one that this program reads: numbered steps, applied in order at start, under a lock.

The one rule: a released step is never edited; a change of tables, or of the JSON inside them, is a new step at the end.
Each step writes out its own tables, so that it does the same to an old file whatever happens to the code around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    column,
    func,
    inspect,
    select,
    table,
    text,
)

from interviewer.errors import StoreError

_applied = table("migrations", column("version"), column("at"))
_POSTGRES_LOCK = 7236501948
"""Any number that no other program on the same server is likely to use for its own advisory lock."""


def _tables() -> tuple[MetaData, dict[str, Table]]:
    made = MetaData()
    key, body = String(200), Text

    def of_session(name: str, *columns: Column[str] | Column[int]) -> Table:
        return Table(
            name,
            made,
            Column("row", Integer, primary_key=True, autoincrement=True),
            Column("session_id", key, ForeignKey("sessions.id"), nullable=False),
            *columns,
            Column("body", body, nullable=False),
            sqlite_autoincrement=True,
        )

    tables = [
        Table(
            "sessions",
            made,
            Column("id", key, primary_key=True),
            Column("created_at", String(40), nullable=False),
            Column("bank_id", key, nullable=False),
            Column("body", body, nullable=False),
        ),
        Table(
            "messages",
            made,
            Column("session_id", key, ForeignKey("sessions.id"), primary_key=True),
            Column("turn", Integer, primary_key=True, autoincrement=False),
            Column("role", String(20), nullable=False),
            Column("kind", String(20), nullable=False),
            Column("question_id", key),
            Column("at", String(40), nullable=False),
            Column("body", body, nullable=False),
        ),
        of_session("events", Column("kind", String(20), nullable=False), Column("at", String(40), nullable=False)),
        of_session(
            "assessments",
            Column("question_id", key, nullable=False),
            Column("turn", Integer, nullable=False),
            Column("outcome", String(20), nullable=False),
        ),
        of_session("grades", Column("question_id", key, nullable=False)),
        of_session("reviews", Column("question_id", key, nullable=False), Column("at", String(40), nullable=False)),
    ]
    return made, {one.name: one for one in tables}


def _create_tables(connection: Connection) -> None:
    _tables()[0].create_all(connection, checkfirst=False)


def _index_lists_and_counts(connection: Connection) -> None:
    tables = _tables()[1]
    for name in ("events", "assessments", "grades", "reviews"):
        Index(f"{name}_of_session", tables[name].c.session_id).create(connection)
    sessions, messages = tables["sessions"], tables["messages"]
    Index("sessions_newest", sessions.c.created_at).create(connection)
    Index("questions_asked", messages.c.kind, messages.c.question_id, messages.c.session_id).create(connection)


def _annotations_deletions_logins(connection: Connection) -> None:
    """What people add to a session, which sessions were deleted, and logins of reviewers."""
    made = MetaData()
    key = String(200)
    Table("sessions", made, Column("id", key, primary_key=True))
    new = [
        Table(
            "annotations",
            made,
            Column("row", Integer, primary_key=True, autoincrement=True),
            Column("session_id", key, ForeignKey("sessions.id"), nullable=False),
            Column("kind", String(40), nullable=False),
            Column("question_id", key),
            Column("author", key),
            Column("at", String(40), nullable=False),
            Column("body", Text, nullable=False),
            Index("annotations_of_session", "session_id"),
            Index("annotations_by_author", "kind", "author"),
            sqlite_autoincrement=True,
        ),
        Table(
            "deletions",
            made,
            Column("session_id", key, primary_key=True),
            Column("at", String(40), nullable=False),
            Column("reason", String(40), nullable=False),
        ),
        Table(
            "logins",
            made,
            Column("row", Integer, primary_key=True, autoincrement=True),
            Column("at", String(40), nullable=False),
            Column("kind", String(20), nullable=False),
            Column("name", key, nullable=False),
            Column("address", key, nullable=False),
            Column("token_sha256", String(64)),
            Column("until", String(40)),
            Index("logins_by_token", "token_sha256"),
            Index("logins_by_time", "at"),
            sqlite_autoincrement=True,
        ),
    ]
    made.create_all(connection, tables=new, checkfirst=False)
    _columns_to_find_by(connection)


def _columns_to_find_by(connection: Connection) -> None:
    """What reviewers look for, taken out of the JSON of the rows that are there; an index by turn in place of a narrower one."""
    found = {"sessions": ("candidate", "language", "mode", "thinking"), "reviews": ("kind",)}
    for name, columns in found.items():
        for one in columns:
            connection.execute(text(f"ALTER TABLE {name} ADD COLUMN {one} VARCHAR(200)"))
    sessions = table("sessions", column("id"), column("body"), *map(column, found["sessions"]))
    for key, body in connection.execute(select(sessions.c.id, sessions.c.body)).all():
        held = json.loads(body)
        values = {name: held.get(name, "")[:200] for name in found["sessions"]}
        connection.execute(sessions.update().where(sessions.c.id == key).values(values))
    reviews = table("reviews", column("row"), column("body"), column("kind"))
    for row, body in connection.execute(select(reviews.c.row, reviews.c.body)).all():
        held = json.loads(body)
        kind = "score" if held["score"] is not None else "verdicts" if held["statuses"] else "withdrawn"
        connection.execute(reviews.update().where(reviews.c.row == row).values(kind=kind))
    assessments = _tables()[1]["assessments"].c
    connection.execute(text("DROP INDEX assessments_of_session"))
    Index("assessments_of_turn", assessments.session_id, assessments.turn, assessments.outcome).create(connection)


def _arrivals(connection: Connection) -> None:
    """Where interviews were begun from, for as long as that counts."""
    Table(
        "arrivals",
        MetaData(),
        Column("row", Integer, primary_key=True, autoincrement=True),
        Column("at", String(40), nullable=False),
        Column("address", String(200), nullable=False),
        Index("arrivals_by_address", "address", "at"),
        sqlite_autoincrement=True,
    ).create(connection)


def _recordings(connection: Connection) -> None:
    """Which sessions were read in from a transcript, and of what: to find the same talk again, also after it was deleted."""
    for name, column_name, length in (
        ("sessions", "origin", 20),
        ("sessions", "recording", 64),
        ("deletions", "recording", 64),
    ):
        connection.execute(text(f"ALTER TABLE {name} ADD COLUMN {column_name} VARCHAR({length})"))
    connection.execute(text("UPDATE sessions SET origin = 'interview'"))
    connection.execute(text("CREATE INDEX sessions_of_recording ON sessions (recording)"))
    connection.execute(text("CREATE INDEX deletions_of_recording ON deletions (recording)"))


def _how_sure(connection: Connection) -> None:
    """How sure a judge was of the verdict it was least sure of, for a list with the least sure first."""
    connection.execute(text("ALTER TABLE assessments ADD COLUMN sure FLOAT"))
    assessments = table("assessments", column("row"), column("body"), column("sure"))
    told = select(assessments.c.row, assessments.c.body).where(assessments.c.body.contains('"sure":0', autoescape=True))
    for row, body in connection.execute(told).all():
        given = [one["sure"] for one in json.loads(body).get("verdicts", ()) if one.get("sure") is not None]
        if given:
            connection.execute(assessments.update().where(assessments.c.row == row).values(sure=min(given)))


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _create_tables,
    _index_lists_and_counts,
    _annotations_deletions_logins,
    _arrivals,
    _recordings,
    _how_sure,
)
"""Step N of the database is MIGRATIONS[N - 1]."""
NEWEST = len(MIGRATIONS)


def version(connection: Connection) -> int:
    """The last step applied to this database; 0 for an empty one."""
    if not inspect(connection).has_table("migrations"):
        return 0
    return connection.scalar(select(func.max(_applied.c.version))) or 0


def refuse_newer(found: int, place: str) -> None:
    if found > NEWEST:
        raise StoreError(
            f"The store {place} was written by a newer version of this program (tables {found}, this one knows {NEWEST}).",
            "Update the program, or name another store.",
            place=place,
        )


def prepare(reader: Engine, writer: Engine, place: str) -> None:
    """Bring a database to the newest tables; one that already has them is only read."""
    with reader.connect() as connection:
        found = version(connection)
    refuse_newer(found, place)
    if found < NEWEST:
        with writer.begin() as connection:
            migrate(connection, place)


def migrate(connection: Connection, place: str) -> None:
    """Apply what is missing, inside the transaction `connection` has begun with the write lock; all steps or none."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
    found = version(connection)
    refuse_newer(found, place)
    if found == 0:
        Table(
            "migrations",
            MetaData(),
            Column("version", Integer, primary_key=True, autoincrement=False),
            Column("at", String(40), nullable=False),
        ).create(connection, checkfirst=True)
    for number, step in enumerate(MIGRATIONS[found:], start=found + 1):
        step(connection)
        connection.execute(_applied.insert(), {"version": number, "at": datetime.now(UTC).isoformat()})
