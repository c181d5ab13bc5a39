"""What every store keeps, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, inspect, select

from interviewer.errors import SessionDeleted, StoreError, TranscriptError, TurnTaken, UnknownSession
from interviewer.models import Transcript
from interviewer.store import Store, tables
from tests.contract import store_samples as sample


def test_a_session_reads_back_as_it_was_written_also_after_reopening(store: Store, url: str) -> None:
    store.create(sample.session())
    store.append(sample.message(0))
    store.append(sample.message(1, text="半个 emoji 👍, a NUL \0, a quote ' and\nlines"))
    store.append_assessment("s1", sample.assessment(1), sample.grade(1))
    store.append_assessment("s1", sample.ungraded(1))
    store.append_event(sample.event("paused"))
    store.append_review(sample.review())
    expected = Transcript(
        session=sample.session(),
        messages=(sample.message(0), sample.message(1, text="半个 emoji 👍, a NUL , a quote ' and\nlines")),
        events=(sample.event("paused"),),
        assessments=(sample.assessment(1), sample.ungraded(1)),
        grades=(sample.grade(1),),
        reviews=(sample.review(),),
    )
    assert store.transcript("s1") == expected
    assert store.session("s1") == sample.session()
    store.close()
    again = Store.open(url)
    assert again.transcript("s1") == expected
    again.close()


def test_a_session_without_messages_is_an_empty_transcript(store: Store) -> None:
    store.create(sample.session())
    assert store.transcript("s1") == Transcript(session=sample.session(), messages=())


def test_rows_come_in_the_order_they_were_written(store: Store) -> None:
    store.create(sample.session())
    for score in (60, 70, 65):
        store.append_assessment("s1", sample.assessment(1), sample.grade(1, score))
    assert [grade.score for grade in store.transcript("s1").grades] == [60, 70, 65]


def test_a_session_sees_nothing_of_another(store: Store) -> None:
    store.import_transcript(sample.transcript("s1"))
    store.import_transcript(sample.transcript("s10"))
    store.create(sample.session("s"))
    assert store.transcript("s1") == sample.transcript("s1")
    assert store.transcript("s").messages == ()


def test_an_unknown_session_is_named(store: Store) -> None:
    for ask in (store.session, store.transcript, lambda name: store.delete(name, sample.START, "candidate")):
        with pytest.raises(UnknownSession, match="'nobody'"):
            ask("nobody")
    with pytest.raises(UnknownSession, match="'nobody'"):
        store.append(sample.message(0, "nobody"))
    with pytest.raises(UnknownSession, match="'nobody'"):
        store.append_review(sample.review("nobody"))


@pytest.mark.parametrize(
    "near", ["S1", "s1 ", " s1", "s1\0", "s1\n", "s%", "s_", "s1'", "ｓ1", "s1\ud83d", "", "s1/../s1"]
)
def test_only_the_exact_id_opens_a_session(store: Store, near: str) -> None:
    store.import_transcript(sample.transcript("s1"))
    for ask in (store.session, store.transcript, lambda name: store.delete(name, sample.START, "candidate")):
        with pytest.raises(UnknownSession):
            ask(near)
    assert store.transcript("s1") == sample.transcript("s1")


def test_a_session_id_is_never_reused(store: Store) -> None:
    store.create(sample.session())
    with pytest.raises(StoreError, match="already in the store"):
        store.create(sample.session(minute=5))
    assert store.session("s1") == sample.session()


def test_a_turn_is_written_once(store: Store) -> None:
    store.create(sample.session())
    store.append(sample.message(0))
    with pytest.raises(TurnTaken, match="Turn 0") as caught:
        store.append(sample.message(0, text="a second tab"))
    assert caught.value.details == {"session_id": "s1", "turn": 0}
    assert store.transcript("s1").messages == (sample.message(0),)


def test_a_turn_that_is_taken_writes_nothing_of_its_batch(store: Store) -> None:
    store.create(sample.session())
    store.append_all("s1", messages=(sample.message(0), sample.message(1)))
    before = store.transcript("s1")
    with pytest.raises(TurnTaken, match="Turn 1"):
        store.append_all(
            "s1",
            messages=(sample.message(2), sample.message(1)),
            assessments=(sample.assessment(1),),
            grades=(sample.grade(1),),
            events=(sample.event("finished"),),
        )
    with pytest.raises(TurnTaken, match="Turn 2"):
        store.append_all("s1", messages=(sample.message(2), sample.message(2)))
    assert store.transcript("s1") == before


def test_a_turn_commits_all_of_its_rows(store: Store) -> None:
    store.create(sample.session())
    whole = sample.transcript()
    store.append_all(
        "s1", messages=whole.messages, assessments=whole.assessments, grades=whole.grades, events=whole.events
    )
    assert store.transcript("s1") == whole.model_copy(update={"reviews": ()})


def test_rows_of_another_session_are_refused(store: Store) -> None:
    store.create(sample.session())
    with pytest.raises(ValueError, match="'s2'"):
        store.append_all("s1", messages=(sample.message(0, "s2"),))
    with pytest.raises(ValueError, match="'s2'"):
        store.append_all("s1", events=(sample.event("flag", "s2"),))


def test_text_that_no_database_can_hold_is_refused_with_words(store: Store) -> None:
    store.create(sample.session())
    with pytest.raises(StoreError, match="broken characters"):
        store.append(sample.message(0, text="half an emoji \ud83d"))
    assert store.transcript("s1").messages == ()


def test_sessions_are_listed_newest_first_with_their_state(store: Store) -> None:
    for number, kinds in enumerate([(), ("paused",), ("paused", "resumed"), ("paused", "finished")]):
        store.create(sample.session(f"s{number}", minute=number))
        store.append_all(f"s{number}", events=[sample.event(kind, f"s{number}", second=900) for kind in kinds])
    store.append(sample.message(0, "s0"))
    store.append(sample.message(3, "s1"))
    listed = store.sessions()
    assert [(one.session.id, one.messages, one.finished, one.paused) for one in listed] == [
        ("s3", 0, True, False),
        ("s2", 0, False, False),
        ("s1", 1, False, True),
        ("s0", 1, False, False),
    ]
    assert listed[2].last_at == sample.event("paused", second=900).at
    assert listed[3].last_at == sample.message(0).at
    assert listed[0].session == sample.session("s3", minute=3)
    assert [one.session.id for one in store.sessions(limit=2, offset=1)] == ["s2", "s1"]


def test_questions_are_counted_per_bank_and_only_when_asked(store: Store) -> None:
    for session_id, bank_id in (("a", "one"), ("b", "one"), ("c", "two")):
        store.create(sample.session(session_id, bank_id=bank_id))
        store.append_all(session_id, messages=[sample.message(turn, session_id) for turn in (0, 1, 2)])
    store.append(sample.message(4, "a", kind="probe", question_id="q0"))
    store.append(sample.message(6, "b", question_id="q0"))
    assert store.asked_counts("one") == {"q0": 3, "q1": 2}
    assert store.asked_counts("two") == {"q0": 1, "q1": 1}
    assert store.asked_counts("three") == {}


def test_an_imported_transcript_is_complete_and_importing_it_again_changes_nothing(store: Store) -> None:
    whole = sample.transcript()
    shuffled = whole.model_copy(update={"messages": whole.messages[::-1]})
    store.import_transcript(shuffled)
    store.import_transcript(whole)
    assert store.transcript("s1") == whole


def test_an_import_never_overwrites(store: Store) -> None:
    store.import_transcript(sample.transcript())
    other = sample.transcript().model_copy(update={"messages": (sample.message(0, text="changed"),)})
    with pytest.raises(TranscriptError, match="different session 's1'"):
        store.import_transcript(other)
    assert store.transcript("s1") == sample.transcript()


@pytest.mark.parametrize("extra", [sample.message(0), sample.message(9, "stranger")], ids=["turn twice", "stranger"])
def test_a_transcript_that_contradicts_itself_is_not_imported(store: Store, extra: object) -> None:
    whole = sample.transcript()
    with pytest.raises(TranscriptError, match=r"twice|stranger"):
        store.import_transcript(whole.model_copy(update={"messages": (*whole.messages, extra)}))
    assert store.sessions() == ()


def test_what_is_added_to_a_session_reads_back_in_order_and_changes_nothing_else(store: Store) -> None:
    store.import_transcript(sample.transcript())
    first, *rest = sample.annotations()
    store.annotate("s1", first)
    store.annotate("s1", *rest)
    assert store.transcript("s1") == sample.transcript().model_copy(update={"annotations": sample.annotations()})
    with pytest.raises(ValueError, match="'s2'"):
        store.annotate("s1", *sample.annotations("s2"))
    with pytest.raises(UnknownSession):
        store.annotate("s2", *sample.annotations("s2"))


def test_a_deleted_session_is_gone_with_all_its_rows_and_says_when(store: Store, url: str) -> None:
    for name in ("s1", "s2"):
        store.import_transcript(sample.transcript(name))
        store.annotate(name, *sample.annotations(name))
    kept = store.transcript("s2")
    store.delete("s1", sample.START + timedelta(days=3), "candidate")
    for ask in (store.session, store.transcript, lambda name: store.delete(name, sample.START, "candidate")):
        with pytest.raises(SessionDeleted, match="2026-11-23") as caught:
            ask("s1")
        assert caught.value.details["day"] == "2026-11-23"
    assert [one.session.id for one in store.sessions()] == ["s2"]
    assert store.transcript("s2") == kept
    engine = create_engine(url)
    with engine.connect() as connection:
        for table in tables.ALL:
            own = table.c["id" if table is tables.sessions else "session_id"]
            assert set(connection.scalars(select(own))) == {"s2"}, table.name
        assert connection.execute(select(tables.deletions.c.session_id, tables.deletions.c.reason)).all() == [
            ("s1", "candidate")
        ]
    engine.dispose()


def test_nothing_can_be_written_to_a_deleted_session(store: Store) -> None:
    store.import_transcript(sample.transcript())
    store.delete("s1", sample.START, "expired")
    for write in (
        lambda: store.append(sample.message(4)),
        lambda: store.append_event(sample.event("paused")),
        lambda: store.append_assessment("s1", sample.assessment(1), sample.grade(1)),
        lambda: store.append_review(sample.review()),
        lambda: store.annotate("s1", *sample.annotations()),
    ):
        with pytest.raises(SessionDeleted):
            write()
    assert store.sessions() == ()


def test_what_a_candidate_deleted_is_not_brought_back_but_what_expired_may_be(store: Store) -> None:
    for name, reason in (("s1", "candidate"), ("s2", "expired")):
        store.import_transcript(sample.transcript(name))
        store.delete(name, sample.START, reason)
    with pytest.raises(SessionDeleted):
        store.import_transcript(sample.transcript("s1"))
    store.import_transcript(sample.transcript("s2"))
    assert [one.session.id for one in store.sessions()] == ["s2"]
    store.delete("s2", sample.START + timedelta(days=1), "candidate")
    with pytest.raises(SessionDeleted, match="2026-11-21"):
        store.session("s2")


def test_sessions_expire_when_nothing_has_happened_for_long(store: Store) -> None:
    late = sample.START + timedelta(days=20)
    for name in ("silent", "answered", "paused", "reviewed", "discussed"):
        store.import_transcript(sample.transcript(name))
    store.create(sample.session("young", minute=60 * 24 * 20))
    store.append(sample.message(4, "answered", at=late))
    store.append_event(sample.event("paused", "paused", second=20 * 86_400))
    store.append_review(sample.review("reviewed").model_copy(update={"at": late}))
    store.annotate("discussed", sample.annotations("discussed")[0].model_copy(update={"at": late}))
    assert store.delete_older(late, late + timedelta(days=1)) == 1
    assert store.delete_older(late, late + timedelta(days=1)) == 0
    assert {one.session.id for one in store.sessions()} == {"answered", "paused", "reviewed", "discussed", "young"}
    with pytest.raises(SessionDeleted, match="2026-12-11"):
        store.session("silent")


def test_failures_are_counted_for_a_name_an_address_and_both_and_forgiven_for_both_by_a_success(store: Store) -> None:
    logins, now, hour = store.logins, sample.START, timedelta(hours=1)
    logins.refuse(logins.begin(now, "li", "10.0.0.1"), "failed")
    logins.refuse(logins.begin(now, "li", "10.0.0.2"), "failed")
    logins.refuse(logins.begin(now, "wu", "10.0.0.1"), "failed")
    logins.refuse(logins.begin(now, "li", "10.0.0.1"), "locked")
    logins.refuse(logins.begin(now - 2 * hour, "li", "10.0.0.1"), "failed")
    pending = logins.begin(now, "li", "10.0.0.1")

    def counts() -> tuple[int, int, int]:
        since = now - hour
        both = logins.failures(since, name="li", address="10.0.0.1")
        return both, logins.failures(since, name="li"), logins.failures(since, address="10.0.0.1")

    assert counts() == (2, 3, 3)
    logins.admit(pending, "d1", now + hour)
    assert counts() == (0, 2, 2)


def test_a_token_lets_in_until_it_is_over_or_logged_out(store: Store) -> None:
    logins, now, hour = store.logins, sample.START, timedelta(hours=1)
    for digest in ("d1", "d2"):
        logins.admit(logins.begin(now, "li", "a"), digest, now + hour)
    assert logins.holder(["x", "d1"], now) == "li"
    assert logins.holder(["d1"], now + hour) is None
    assert logins.holder([], now) is None
    logins.end(["d1"], now)
    assert logins.holder(["d1"], now) is None
    assert logins.holder(["d2"], now) == "li"


def test_old_tries_are_forgotten_and_logins_that_last_are_not(store: Store) -> None:
    logins, now, day = store.logins, sample.START, timedelta(days=1)
    logins.refuse(logins.begin(now - 3 * day, "li", "a"), "failed")
    logins.admit(logins.begin(now - 3 * day, "li", "a"), "over", now - 2 * day)
    logins.admit(logins.begin(now - 3 * day, "li", "a"), "lasts", now + day)
    logins.refuse(logins.begin(now, "li", "a"), "failed")
    assert logins.forget(now - day, now) == 2
    assert logins.holder(["lasts"], now) == "li"
    assert logins.failures(now - 9 * day, name="li") == 1


def test_a_check_counts_and_leaves_nothing_behind(store: Store) -> None:
    store.import_transcript(sample.transcript())
    found = store.check()
    assert (found.sessions, found.messages) == (1, 4)
    assert len(store.sessions()) == 1


def test_statements_name_the_columns_that_the_migrations_made(store: Store, url: str) -> None:
    engine = create_engine(url)
    made = {
        name: {column["name"] for column in inspect(engine).get_columns(name)}
        for name in inspect(engine).get_table_names()
    }
    engine.dispose()
    known = (*tables.ALL, tables.deletions, tables.logins, tables.arrivals)
    assert made == {**{table.name: set(table.c.keys()) for table in known}, "migrations": {"version", "at"}}
