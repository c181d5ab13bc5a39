"""The store itself: a few small writes and one whole read, safe from many threads and processes at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from threading import Lock
from typing import Any, Literal, Self

from sqlalchemy import Connection, Engine, Row, delete, func, select
from sqlalchemy.exc import IntegrityError

from interviewer.errors import (
    ExpiryIncomplete,
    SessionDeleted,
    StoreError,
    StoreMoved,
    TranscriptError,
    TurnTaken,
    UnknownSession,
)
from interviewer.models import (
    Annotation,
    Assessment,
    Event,
    Grade,
    Mark,
    Message,
    Realigned,
    Review,
    Session,
    Transcript,
    Ungraded,
)
from interviewer.store import rows, tables
from interviewer.store.arrivals import Arrivals
from interviewer.store.aside import Unread, set_aside
from interviewer.store.engine import BUSY_S, faults_named, locked, make_engine, parse, place_of, wait_for_locks
from interviewer.store.find import MARKS, UNMARKED, Answered, UnreadMark, Wanted, conditions, counted, rank
from interviewer.store.logins import Logins
from interviewer.store.migrations import NEWEST, prepare
from interviewer.store.place import FilePlace
from interviewer.store.statements import (
    ASKED,
    BODY,
    GONE,
    IDLE_SINCE,
    NEWEST_SESSIONS,
    OF_RECORDING,
    SNAPSHOT,
    TAKEN,
    WITHDRAWN,
    WITHDRAWN_RECORDING,
    newest,
)
from knowledge.errors import UserFacingError
from knowledge.findings import shortened
from knowledge.models import Frozen

DeletionReason = Literal["candidate", "expired", "reviewer"]
EXPIRY_WAIT_S = 5.0
"""How long expiry waits for a session that another transaction holds before it goes on to the next; it comes again."""


class SessionSummary(Frozen):
    """One line of the list of sessions. `messages` is their number; `last_at` the time of the last thing that happened."""

    session: Session
    messages: int
    last_at: datetime
    finished: bool
    paused: bool


class StoreCheck(Frozen):
    """What a check found in a store that can be read and written: where it is, how much it holds, the version of its tables."""

    place: str
    sessions: int
    messages: int
    version: int


class Store:
    """Sessions in an SQL database: SQLite in WAL mode by default, or any URL that SQLAlchemy has a driver for.

    Every method is one transaction, and synchronous: call it from a thread where the caller is async. On SQLite an
    acknowledged write is in the operating system's hands, so killing the process (also -9) loses nothing; a power cut or
    a crash of the whole machine may lose the last writes before it (the file itself stays sound). That is
    `synchronous=NORMAL`; `FULL` would wait for the disk at every commit while all other writers wait behind it.
    """

    def __init__(self, engine: Engine, place: str, busy_s: float = BUSY_S) -> None:
        self._engine = engine
        self._busy_s = busy_s
        self._writer = engine.execution_options(writes=True)
        # SQLite has one writer at a time and lets others poll for their turn; inside one process a lock is fairer.
        self._one_writer = Lock() if engine.dialect.name == "sqlite" else None
        self.place = place
        self._file = FilePlace.of(engine.url, place)
        self._prepared = False
        self._reader = rows.Reader(place)
        self.logins = Logins(self._reading, self._writing)
        self.arrivals = Arrivals(self._reading, self._writing)

    @classmethod
    def open(cls, url: str, busy_s: float = BUSY_S) -> Self:
        """Open `url`, making folder, file and tables where they are missing and bringing an older file up to date.

        Raises StoreError, which says what to do: bad URL or driver, no permission, full disk, damaged file, newer tables.
        """
        parsed = parse(url)
        store = cls(make_engine(parsed, busy_s), place_of(parsed), busy_s)
        try:
            with faults_named(store.place):
                prepare(store._engine, store._writer, store.place)
            store._watch()
        except BaseException:
            store.close()
            raise
        return store

    def _watch(self) -> None:
        """From now on the file has to stay what it is; connections made before did not look."""
        if self._file is not None:
            self._engine.dispose()
            self._file.watch(self._engine)
            self._prepared = True

    def close(self) -> None:
        self._engine.dispose()

    def create(self, session: Session) -> None:
        """Write a new session; raises StoreError when its id is taken."""
        row = rows.of_session(session)
        try:
            with self._writing() as connection:
                connection.execute(tables.sessions.insert(), row)
        except IntegrityError as error:
            raise StoreError(
                f"Session {session.id!r} is already in the store {self.place}.", "Open it instead, or use a new id."
            ) from error

    def session(self, session_id: str) -> Session:
        with self._reading() as connection:
            body = connection.scalar(BODY, {"session_id": _askable(session_id)})
        if body is None:
            raise self._unknown(session_id)
        return rows.to_session(body, self.place)

    def transcript(self, session_id: str) -> Transcript:
        """Everything about one session as of one moment, in one statement; messages come by turn."""
        with self._reading() as connection:
            found = connection.execute(SNAPSHOT, {"session_id": _askable(session_id)}).all()
        if not found or found[0][0] != 0:
            raise self._unknown(session_id)
        return self._reader.transcript(found)

    def append(self, message: Message) -> None:
        """Write one message; raises TurnTaken when the session already has its turn, UnknownSession without a session."""
        self.append_all(message.session_id, messages=(message,))

    def append_assessment(self, session_id: str, result: Assessment | Ungraded, grade: Grade | None = None) -> None:
        self.append_all(session_id, assessments=(result,), grades=() if grade is None else (grade,))

    def append_event(self, event: Event) -> None:
        self.append_all(event.session_id, events=(event,))

    def append_review(self, review: Review) -> None:
        """Add a person's override; the rows it overrides stay as they are."""
        self._append(review.session_id, ((tables.reviews, [rows.of_review(review)]),), ())

    def annotate(self, session_id: str, *annotations: Annotation) -> None:
        """Add what a person or the debrief has to say about a session; nothing that stands is changed."""
        for one in annotations:
            if one.session_id != session_id:
                raise ValueError(f"{one.kind} of session {one.session_id!r} among those of session {session_id!r}")
        self._append(session_id, ((tables.annotations, [rows.of_annotation(one) for one in annotations]),), ())

    def delete(self, session_id: str, at: datetime, reason: DeletionReason) -> None:
        """Remove every row of a session; only its id, the time and the reason are remembered. Raises UnknownSession.

        On SQLite the freed pages are overwritten (`secure_delete`) and the write-ahead log is emptied, so that no file of
        the store holds the text any more.
        """
        self.session(session_id)
        with self._writing() as connection:
            there = _remove(connection, session_id, at, reason)
        if not there:  # somebody else deleted it meanwhile
            raise self._unknown(session_id)
        self._empty_log()

    def delete_older(self, before: datetime, at: datetime) -> int:
        """Remove sessions in which nothing has happened since `before`; gives their number. For `store.keep_days`."""
        long_ago = {"before": rows.stamp(before)}
        with self._reading() as connection:
            old = connection.scalars(IDLE_SINCE, long_ago).all()
        removed = 0
        failed: dict[str, UserFacingError] = {}
        for session_id in old:
            with set_aside(session_id, failed):
                removed += self._expire(session_id, long_ago, at)
        self._empty_log()
        if failed:
            raise ExpiryIncomplete(
                f"{removed} sessions were deleted, {len(failed)} could not be: {', '.join(failed)}. "
                f"The first: {next(iter(failed.values())).what}",
                "Run it again; they are tried every hour too.",
                length=len(failed),
                value=", ".join(failed),
            )
        return removed

    def _expire(self, session_id: str, long_ago: dict[str, str], at: datetime) -> bool:
        with self._writing() as connection:  # it may have gone on, or have been deleted, since the list was made
            wait_for_locks(connection, min(EXPIRY_WAIT_S, self._busy_s))
            still = IDLE_SINCE.where(tables.sessions.c.id == session_id)
            if connection.scalar(still, long_ago) is None:
                return False
            return _remove(connection, session_id, at, "expired")

    def _empty_log(self) -> None:
        """SQLite's write-ahead log still holds deleted text until it is emptied; waits for readers under way."""
        self._reader.forget()
        if self._engine.dialect.name == "sqlite":
            with self._reading() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def append_all(
        self,
        session_id: str,
        messages: Iterable[Message] = (),
        assessments: Iterable[Assessment | Ungraded] = (),
        events: Iterable[Event] = (),
        grades: Iterable[Grade] = (),
    ) -> None:
        """Write everything a turn brought in one commit; on TurnTaken or any other error nothing is written.

        Raises ValueError for a message or event of another session.
        """
        said, happened = tuple(messages), tuple(events)
        for one in (*said, *happened):
            if one.session_id != session_id:
                raise ValueError(f"{one.kind} of session {one.session_id!r} among the rows of session {session_id!r}")
        self._append(
            session_id,
            (
                (tables.messages, [rows.of_message(message) for message in said]),
                (tables.events, [rows.of_event(event) for event in happened]),
                (tables.assessments, [rows.of_result(session_id, result) for result in assessments]),
                (tables.grades, [rows.of_grade(session_id, grade) for grade in grades]),
            ),
            tuple(message.turn for message in said),
        )

    def import_transcript(self, transcript: Transcript) -> None:
        """Write all rows of a session from elsewhere at once. The same transcript again changes nothing.

        Raises TranscriptError when the store holds another session of that id, or the transcript contradicts itself;
        SessionDeleted when its candidate had it deleted here: that holds for copies too.
        """
        ordered = _consistent(rows.without_nul(transcript))
        batches = rows.of_transcript(ordered)
        with self._writing() as connection:
            withdrawn = connection.scalar(WITHDRAWN, {"session_id": ordered.session.id}) is not None
            found = connection.execute(SNAPSHOT, {"session_id": ordered.session.id}).all()
            if not found and not withdrawn:
                _insert(connection, batches)
            elif found and self._reader.transcript(found) != ordered:
                raise TranscriptError(
                    f"The store {self.place} already holds a different session {ordered.session.id!r}; it was left as it is.",
                    "Import into another store, or open the stored session.",
                )
        if withdrawn:
            raise self._unknown(ordered.session.id)

    def recorded(self, sha256: str) -> tuple[Session, ...]:
        """The sessions that were read in from the talk with this hash, the first one first."""
        with self._reading() as connection:
            return tuple(
                rows.to_session(body, self.place) for body in connection.scalars(OF_RECORDING, {"sha256": sha256})
            )

    def withdrawn(self, sha256: str) -> bool:
        """Whether a candidate had a session of the talk with this hash deleted here."""
        with self._reading() as connection:
            return connection.scalar(WITHDRAWN_RECORDING, {"sha256": sha256}) is not None

    def realign(self, session: Session, changed: Sequence[Message], note: Realigned) -> None:
        """Write which question turns of a recording belong to after a person corrected it, and who did; all or nothing.

        The one statement that changes rows of a transcript: labels only. Raises ValueError where a word or a time would
        change, or the session is no recording.
        """
        held = self.transcript(session.id)
        stored = {message.turn: message for message in held.messages}
        labels = {"role", "kind", "question_id", "reason"}
        same = all(
            one.turn in stored and one.model_dump(exclude=labels) == stored[one.turn].model_dump(exclude=labels)
            for one in changed
        )
        if held.session.origin != "recording" or not same or note.session_id != session.id:
            raise ValueError(f"only labels of a recording may change; session {session.id!r}")
        with self._writing() as connection:
            for row in map(rows.of_message, changed):
                own = (tables.messages.c.session_id == session.id) & (tables.messages.c.turn == row["turn"])
                connection.execute(tables.messages.update().where(own).values(row))
            body = rows.of_session(session)
            connection.execute(tables.sessions.update().where(tables.sessions.c.id == session.id).values(body))
            connection.execute(tables.annotations.insert(), rows.of_annotation(note))

    def sessions(self, limit: int = 50, offset: int = 0, unread: Unread | None = None) -> tuple[SessionSummary, ...]:
        """Sessions newest first, `limit` of them from the `offset`-th. One that cannot be read raises StoreError, or is put
        into `unread` by its id where that is given."""
        with self._reading() as connection:
            found = connection.execute(NEWEST_SESSIONS, {"limit": limit, "offset": offset}).all()
        return self._summaries(found, unread)

    def _summaries(self, found: Sequence[Row[Any]], unread: Unread | None) -> tuple[SessionSummary, ...]:
        if unread is None:
            return tuple(self._summary(*row) for row in found)
        read: list[SessionSummary] = []
        for row in found:
            with set_aside(row[0], unread):
                read.append(self._summary(*row))
        return tuple(read)

    def session_ids(self, limit: int = 200, offset: int = 0) -> tuple[str, ...]:
        """Their ids alone, newest first: also of those that cannot be read."""
        newest_first = tables.sessions.c.created_at.desc(), tables.sessions.c.id.desc()
        page = select(tables.sessions.c.id).order_by(*newest_first).limit(limit).offset(offset)
        with self._reading() as connection:
            return tuple(connection.scalars(page))

    def find(
        self, wanted: Wanted, limit: int = 50, offset: int = 0, unread: Unread | None = None
    ) -> tuple[SessionSummary, ...]:
        """The sessions that meet `wanted`, in the order it names. One that cannot be read raises StoreError, or is put into `unread`
        by its id where that is given."""
        with self._reading() as connection:
            found = connection.execute(
                newest(*conditions(wanted), first=rank(wanted)), {"limit": limit, "offset": offset}
            ).all()
        return self._summaries(found, unread)

    def count(self, wanted: Wanted) -> int:
        """How many sessions meet `wanted`."""
        with self._reading() as connection:
            return connection.scalar(counted(wanted)) or 0

    def unmarked(self, reviewer: str) -> tuple[Answered, ...]:
        """The answers of finished sessions to which `reviewer` has not given a mark, in no order."""
        with self._reading() as connection:
            return tuple(Answered(*row) for row in connection.execute(UNMARKED, {"reviewer": rows.held(reviewer)}))

    def marks(self, unread: list[UnreadMark] | None = None) -> tuple[Mark, ...]:
        """Every mark in the store, in the order they were given. One that cannot be read raises StoreError, or is put into
        `unread` where that is given."""
        with self._reading() as connection:
            found = connection.execute(MARKS).all()
        read: list[Mark] = []
        for session_id, question_id, reviewer, body in found:
            try:
                read.append(rows.to_mark(body, self.place))
            except StoreError:
                if unread is None:
                    raise
                unread.append(UnreadMark(session_id, question_id or "", reviewer or ""))
        return tuple(read)

    def asked_counts(self, bank_id: str) -> dict[str, int]:
        """How often each question was asked in the stored sessions of a bank; questions never asked are not in it."""
        with self._reading() as connection:
            return dict(connection.execute(ASKED, {"bank_id": bank_id}).all())

    def check(self) -> StoreCheck:
        """Read everything once and try a write (rolled back). Raises StoreError on any fault."""
        with self._writing() as connection:
            if connection.dialect.name == "sqlite":
                damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
                if damage != "ok":
                    raise StoreError(
                        f"The store {self.place} is damaged ({damage}).",
                        "Restore a copy from a backup, or name another file.",
                    )
            kept = [
                connection.scalar(select(func.count()).select_from(one)) or 0
                for one in (tables.sessions, tables.messages)
            ]
            connection.execute(tables.sessions.insert(), {"id": "-check-", "created_at": "", "bank_id": "", "body": ""})
            connection.rollback()
        return StoreCheck(place=str(self.place), sessions=kept[0], messages=kept[1], version=NEWEST)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._healing(), faults_named(self.place), self._engine.connect() as connection:
            if self._file is not None:
                self._file.check(connection)
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._turnstile(), self._healing(), faults_named(self.place), self._writer.connect() as connection:
            with connection.begin():
                if self._file is not None:
                    self._file.check(connection)
                yield connection
            if self._file is not None:  # deleted meanwhile, the commit went into a file that nobody will find
                self._file.check(connection)

    @contextmanager
    def _turnstile(self) -> Iterator[None]:
        """Behind a writer that waits for another program nobody waits longer than that: else each would wait its time in turn."""
        if self._one_writer is None:
            yield
            return
        if not self._one_writer.acquire(timeout=self._busy_s):
            raise locked(self.place)
        try:
            yield
        finally:
            self._one_writer.release()

    @contextmanager
    def _healing(self) -> Iterator[None]:
        """After a fault of file or disk every connection is made anew: the file may be back, or be writable again."""
        try:
            if self._file is not None and self._prepared:
                self._file.require(self._engine.dispose)
            yield
        except StoreMoved:
            self._engine.dispose()
            if self._file is not None and self._file.is_there:
                with faults_named(self.place):
                    prepare(self._engine, self._writer, self.place)
            raise
        except StoreError:
            if self._file is not None:
                self._engine.dispose()
            raise

    def _append(self, session_id: str, batches: Sequence[rows.Batch], turns: Sequence[int]) -> None:
        try:
            with self._writing() as connection:
                _insert(connection, batches)
        except IntegrityError as error:
            raise self._refusal(session_id, turns) from error

    def _refusal(self, session_id: str, turns: Sequence[int]) -> StoreError | TurnTaken:
        """Why the database refused rows of a session: no such session, or turns that are there already."""
        self.session(session_id)
        with self._reading() as connection:
            there = set(connection.scalars(TAKEN, {"session_id": session_id}))
        taken = [turn for turn in turns if turn in there]
        if taken or len(set(turns)) < len(turns):
            turn = taken[0] if taken else max(turns, key=turns.count)
            return TurnTaken(
                f"Turn {turn} of session {session_id!r} is already written.",
                "Reload the page to see it; this message was not stored.",
                session_id=session_id,
                turn=turn,
            )
        return StoreError(
            f"The store {self.place} refused rows of session {session_id!r}.", "Run `interviewer doctor`."
        )

    def _unknown(self, session_id: str) -> UnknownSession | SessionDeleted:
        with self._reading() as connection:
            gone = connection.scalar(GONE, {"session_id": _askable(session_id)})
        if gone is not None:
            return SessionDeleted(
                f"Session {session_id!r} was deleted on {gone[:10]}; nothing of it is kept.",
                "Start a new interview.",
                session_id=session_id,
                day=gone[:10],
            )
        return UnknownSession(
            f"There is no session {session_id!r} in the store {self.place}.",
            "Check the id in the address, or start a new interview.",
            session_id=shortened(session_id),
        )

    def _summary(
        self,
        session_id: str,
        body: str,
        said: int,
        said_at: str | None,
        happened_at: str | None,
        finished: bool,
        pause: str | None,
    ) -> SessionSummary:
        session = rows.to_session(body, self.place, session_id)
        try:
            times = [rows.time_of(at) for at in (said_at, happened_at) if at]
        except (TypeError, ValueError) as error:
            raise StoreError(
                f"A time in session {session_id!r} in the store {self.place} cannot be read ({error}).",
                "It was edited by hand; restore a copy.",
            ) from error
        return SessionSummary(
            session=session,
            messages=said,
            last_at=max(times, default=session.created_at),
            finished=bool(finished),
            paused=not finished and pause == "paused",
        )


def _askable(session_id: str) -> str:
    """The id without characters that no database takes (a NUL, half an emoji); an id with one stays unknown, as it was."""
    return session_id.encode("utf8", "backslashreplace").decode().replace("\0", "\\0")


def _remove(connection: Connection, session_id: str, at: datetime, reason: DeletionReason) -> bool:
    """Every row of a session, and a row that says so; an imported session may have been deleted here once before.

    The session's own row is locked first, so that a turn that is being written is either whole before or refused after.
    False where the session is gone already.
    """
    own = select(tables.sessions.c.id).where(tables.sessions.c.id == session_id).with_for_update()
    if connection.scalar(own) is None:
        return False
    recording = connection.scalar(select(tables.sessions.c.recording).where(tables.sessions.c.id == session_id))
    for source in reversed(tables.ALL):
        connection.execute(
            delete(source).where(source.c["id" if source is tables.sessions else "session_id"] == session_id)
        )
    connection.execute(delete(tables.deletions).where(tables.deletions.c.session_id == session_id))
    gone = {"session_id": session_id, "at": rows.stamp(at), "reason": reason, "recording": recording}
    connection.execute(tables.deletions.insert(), gone)
    return True


def _insert(connection: Connection, batches: Iterable[rows.Batch]) -> None:
    for table, batch in batches:
        if batch:
            connection.execute(table.insert(), batch)


def _consistent(transcript: Transcript) -> Transcript:
    """The transcript with its messages by turn; raises TranscriptError where rows belong elsewhere or turns repeat."""
    own = transcript.session.id
    owned = (*transcript.messages, *transcript.events, *transcript.reviews, *transcript.annotations)
    strangers = {one.session_id for one in owned} - {own}
    if strangers:
        raise TranscriptError(
            f"The transcript of session {own!r} holds rows of {sorted(strangers)[0]!r}.",
            "Export it again from where it came.",
        )
    ordered = sorted(transcript.messages, key=lambda message: message.turn)
    for before, after in pairwise(ordered):
        if before.turn == after.turn:
            raise TranscriptError(
                f"The transcript of session {own!r} has turn {after.turn} twice.", "Export it again from where it came."
            )
    return transcript.model_copy(update={"messages": tuple(ordered)})
