"""What only a database with row locks and its own text rules can do to a store: on a real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, create_engine, text

from interviewer.errors import ExpiryIncomplete, SessionDeleted, StoreError, TurnTaken, UnknownSession
from interviewer.store import Store
from interviewer.store import store as store_module
from tests.contract import store_samples as sample

LATE = sample.START + timedelta(days=99)


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    opened = Store.open(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def hasty(postgres_url: str, store: Store) -> Iterator[Store]:
    """Another process's store, whose writes wait next to nothing for others."""
    opened = Store.open(postgres_url, busy_s=0.05)
    yield opened
    opened.close()


@pytest.fixture
def other(postgres_url: str) -> Iterator[Connection]:
    """Another program's connection to the same database."""
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def aside() -> Iterator[Callable[[Callable[[], object]], Future[object]]]:
    with ThreadPoolExecutor(4) as pool:
        yield pool.submit


def waits_for_a_lock(postgres_url: str) -> None:
    """Returns once some statement of this database waits for a lock."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    with engine.connect() as connection:
        while not connection.scalar(text(waiting)):
            pass
    engine.dispose()


def hold_row(other: Connection, session_id: str) -> None:
    other.execute(text("select id from sessions where id = :id for update"), {"id": session_id})


def holding(monkeypatch: pytest.MonkeyPatch, name: str) -> tuple[threading.Event, threading.Event]:
    """(done, go on): the store's function of that name stops inside its transaction when its work is done."""
    done, go_on = threading.Event(), threading.Event()
    real = getattr(store_module, name)

    def held(*given: object) -> object:
        result = real(*given)
        done.set()
        assert go_on.wait(60)
        return result

    monkeypatch.setattr(store_module, name, held)
    return done, go_on


def test_a_deletion_waits_for_the_turn_being_written_and_takes_it_along(store, postgres_url, aside, monkeypatch):
    store.create(sample.session())
    written, go_on = holding(monkeypatch, "_insert")
    turn = aside(lambda: store.append(sample.message(0)))
    assert written.wait(60)
    deletion = aside(lambda: store.delete("s1", LATE, "candidate"))
    waits_for_a_lock(postgres_url)
    go_on.set()
    assert (turn.result(60), deletion.result(60)) == (None, None)
    with pytest.raises(SessionDeleted):
        store.transcript("s1")


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.append(sample.message(1)),
        lambda store: store.append_assessment("s1", sample.assessment(0)),
        lambda store: store.append_review(sample.review()),
    ],
    ids=["turn", "assessment", "review"],
)
def test_what_is_written_while_a_session_is_deleted_is_refused_by_name(store, postgres_url, aside, monkeypatch, write):
    store.create(sample.session())
    store.append(sample.message(0))
    removed, go_on = holding(monkeypatch, "_remove")
    deletion = aside(lambda: store.delete("s1", LATE, "candidate"))
    assert removed.wait(60)
    turn = aside(lambda: write(store))
    waits_for_a_lock(postgres_url)
    go_on.set()
    deletion.result(60)
    with pytest.raises(SessionDeleted):
        turn.result(60)


def test_of_two_deletions_at_once_one_is_told_that_it_is_gone(store, postgres_url, aside, monkeypatch):
    store.create(sample.session())
    removed, go_on = holding(monkeypatch, "_remove")
    first = aside(lambda: store.delete("s1", LATE, "candidate"))
    assert removed.wait(60)
    second = aside(lambda: store.delete("s1", LATE, "reviewer"))
    waits_for_a_lock(postgres_url)
    go_on.set()
    first.result(60)
    with pytest.raises(SessionDeleted):
        second.result(60)


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.append(sample.message(1)),
        lambda store: store.delete("s1", LATE, "candidate"),
    ],
    ids=["turn", "deletion"],
)
def test_a_row_that_stays_locked_is_a_named_error_and_nothing_is_written(store, hasty, other, call):
    store.create(sample.session())
    store.append(sample.message(0))
    hold_row(other, "s1")
    with pytest.raises(StoreError, match="locked by another program"):
        call(hasty)
    other.rollback()
    assert [message.turn for message in store.transcript("s1").messages] == [0]
    hasty.append(sample.message(1))


def test_one_locked_session_does_not_keep_the_others_from_expiring(store, other, monkeypatch):
    monkeypatch.setattr(store_module, "EXPIRY_WAIT_S", 0.05)
    for name in ("a", "b", "c"):
        store.create(sample.session(name))
    hold_row(other, "b")
    with pytest.raises(ExpiryIncomplete, match="2 sessions were deleted, 1 could not be: b"):
        store.delete_older(LATE, LATE)
    assert [one.session.id for one in store.sessions()] == ["b"]
    other.rollback()
    assert store.delete_older(LATE, LATE) == 1


def test_of_two_writers_of_one_turn_one_is_told_that_it_is_taken(store, postgres_url, aside, monkeypatch):
    store.create(sample.session())
    written, go_on = holding(monkeypatch, "_insert")
    first = aside(lambda: store.append(sample.message(0, text="first")))
    assert written.wait(60)
    second = aside(lambda: store.append(sample.message(0, text="second")))
    waits_for_a_lock(postgres_url)
    go_on.set()
    first.result(60)
    with pytest.raises(TurnTaken):
        second.result(60)
    assert [message.text for message in store.transcript("s1").messages] == ["first"]


def test_of_two_writers_that_wait_for_each_other_one_ends_in_words(store, aside):
    for name in ("a", "b"):
        store.create(sample.session(name))
    both_hold = threading.Barrier(2, timeout=60)

    def cross(first: str, second: str) -> None:
        with store._writing() as connection:
            hold_row(connection, first)
            both_hold.wait()
            hold_row(connection, second)

    ended = [one.exception(60) for one in (aside(lambda: cross("a", "b")), aside(lambda: cross("b", "a")))]
    (stopped,) = filter(None, ended)
    assert isinstance(stopped, StoreError)
    assert "locked" in stopped.what


def test_a_nul_is_no_fault_of_the_database_in_any_row(store):
    store.create(sample.session().model_copy(update={"candidate": "Li\0 Lei"}))
    store.append(sample.message(0, text="a\0b"))
    store.append_review(sample.review().model_copy(update={"reviewer": "l\0i", "reason": "\0"}))
    with pytest.raises(UnknownSession):
        store.transcript("s1\0")


def test_a_nul_in_an_answer_is_stripped(make_app, postgres_url, hold):
    interview = hold(make_app(store_url=postgres_url))
    interview.answer("pre\0fill reads the prompt")
    assert [one.text for one in interview.state.transcript.messages if one.kind == "answer"] == [
        "prefill reads the prompt"
    ]
