"""What reviewers find, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from interviewer.models import Event, Mark, Remark, Review, SelfMark
from interviewer.store import Answered, Store, Wanted
from tests.contract import store_samples as sample


def begin(store: Store, session_id: str, minute: int = 0, **changes: object) -> None:
    store.create(sample.session(session_id, minute=minute).model_copy(update=changes))


def found(store: Store, **wanted: object) -> list[str]:
    asked = Wanted.model_validate(wanted)
    ids = [one.session.id for one in store.find(asked)]
    assert store.count(asked) == len(ids)
    return ids


def test_sessions_are_found_by_what_was_agreed_at_their_start(store: Store) -> None:
    begin(store, "a", 0, candidate="王小明", mode="exam")
    begin(store, "b", 1, candidate="Ann_100%", language="en", thinking="endpoint")
    begin(store, "c", 2, bank_id="other")
    assert found(store) == ["c", "b", "a"]
    assert found(store, mode="exam") == ["a"]
    assert found(store, language="en") == ["b"]
    assert found(store, thinking="endpoint", language="en") == ["b"]
    assert found(store, bank_id="other") == ["c"]
    assert found(store, text="小明") == ["a"]
    assert found(store, text="ann_1") == ["b"]
    assert found(store, text="%") == ["b"]
    assert found(store, text=" c ") == ["c"]
    assert found(store, since=sample.START + timedelta(minutes=1)) == ["c", "b"]
    assert found(store, until=sample.START + timedelta(minutes=1)) == ["a"]


def test_pages_of_what_is_found(store: Store) -> None:
    for minute in range(5):
        begin(store, f"s{minute}", minute, mode="exam" if minute % 2 else "practice")
    practice = Wanted(mode="practice")
    assert [one.session.id for one in store.find(practice, limit=2)] == ["s4", "s2"]
    assert [one.session.id for one in store.find(practice, limit=2, offset=2)] == ["s0"]


def test_a_status_is_read_from_the_events(store: Store) -> None:
    for name, kinds in {
        "new": (),
        "paused": ("paused",),
        "resumed": ("paused", "resumed"),
        "over": ("paused", "finished"),
    }.items():
        begin(store, name)
        for kind in kinds:
            store.append_event(sample.event(kind, name))
    assert found(store, status="active") == ["resumed", "new"]
    assert found(store, status="paused") == ["paused"]
    assert found(store, status="finished") == ["over"]


def test_flags_are_found_by_kind_and_not_by_what_a_text_says(store: Store) -> None:
    for name, detail in {"a": "orders", "b": "off_topic", "c": 'said "detail":"orders"'}.items():
        begin(store, name)
        store.append_event(Event(session_id=name, at=sample.START, kind="flag", turn=1, detail=detail))
    begin(store, "d")
    store.append_event(Event(session_id="d", at=sample.START, kind="fault", turn=1, detail="orders"))
    assert found(store, flags=["orders"]) == ["a"]
    assert found(store, flags=["orders", "off_topic"]) == ["b", "a"]


def test_ungraded_is_what_neither_judge_nor_person_has_graded(store: Store) -> None:
    begin(store, "s1")
    assert found(store, ungraded=True) == []
    store.append_all("s1", messages=(sample.message(0), sample.message(1)))
    assert found(store, ungraded=True) == ["s1"]
    store.append_assessment("s1", sample.ungraded(1))
    assert found(store, ungraded=True) == ["s1"]
    store.append_assessment("s1", sample.assessment(1))
    assert found(store, ungraded=True) == []
    store.append_all(
        "s1", messages=(sample.message(2, kind="probe", question_id="q0"), sample.message(3, question_id="q0"))
    )
    assert found(store, ungraded=True) == ["s1"], "a later answer is not covered by the assessment of the one before"
    store.append_review(sample.review())
    assert found(store, ungraded=True) == []
    store.append_review(withdrawal())
    assert found(store, ungraded=True) == ["s1"]
    assert found(store, reviewed=True) == ["s1"]
    assert found(store, reviewed=False) == []


def test_an_answer_is_graded_by_its_candidate_once_every_key_point_is_marked(store: Store) -> None:
    begin(store, "s1")
    store.append_all("s1", messages=(sample.message(0), sample.message(1)))
    old = sample.assessment(1)
    by = old.provenance.model_copy(update={"thinking": "offline"})
    store.append_assessment("s1", old.model_copy(update={"provenance": by}))
    assert found(store, ungraded=True) == ["s1"], "text similarity grades nothing"

    def mark(left: int, attempt: int = 0) -> None:
        about = {"session_id": "s1", "question_id": "q0", "key_point_id": "k1", "status": "absent", "at": sample.START}
        store.annotate("s1", SelfMark.model_validate({**about, "left": left, "attempt": attempt}))

    mark(1)
    mark(0, attempt=1)
    assert found(store, ungraded=True) == ["s1"]
    mark(0)
    assert found(store, ungraded=True) == []


def test_a_skip_counts_as_ungraded_only_where_nothing_was_answered(store: Store) -> None:
    begin(store, "s1")
    store.append_all(
        "s1", messages=(sample.message(0), sample.message(1), sample.message(2), sample.message(3, kind="skip"))
    )
    store.append_assessment("s1", sample.assessment(1))
    assert found(store, ungraded=True) == ["s1"]
    store.append_assessment("s1", sample.assessment(3))
    assert found(store, ungraded=True) == []


def withdrawal() -> Review:
    return Review(session_id="s1", question_id="q0", reviewer="Li", reason="a slip", at=sample.START)


def test_an_objection_is_open_while_the_candidate_spoke_last(store: Store) -> None:
    begin(store, "s1")
    for author, question, is_open in (
        ("candidate", "q0", True), ("reviewer", "q0", False), ("candidate", "q1", True), ("reviewer", "q0", True),
        ("reviewer", "q1", False),
    ):  # fmt: skip
        remark = {"session_id": "s1", "question_id": question, "author": author, "text": "why?", "at": sample.START}
        store.annotate("s1", Remark.model_validate(remark))
        assert found(store, objection=True) == (["s1"] if is_open else [])


def test_answers_wait_for_each_marker_until_marked(store: Store) -> None:
    store.import_transcript(sample.transcript("s1"))
    store.import_transcript(sample.transcript("s2"))
    assert store.unmarked("Li") == (), "nothing is finished yet"
    store.append_event(sample.event("finished", "s1"))
    waiting = {Answered("s1", "llm-inference", "q0"), Answered("s1", "llm-inference", "q1")}
    assert set(store.unmarked("Li")) == waiting
    mark = Mark(session_id="s1", question_id="q0", reviewer="Li", score=70, at=sample.START)
    store.annotate("s1", mark)
    assert set(store.unmarked("Li")) == {Answered("s1", "llm-inference", "q1")}
    assert set(store.unmarked("Chen")) == waiting
    assert store.marks() == (mark,)


def test_an_older_file_gets_the_columns_to_find_by(tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    with sqlite3.connect(old) as connection:
        connection.executescript((Path(__file__).parent / "data" / "store-v1.sql").read_text("utf8"))
    connection.close()
    opened = Store.open(f"sqlite:///{old}")
    session = opened.session("older")
    assert [
        one.session.id for one in opened.find(Wanted(mode=session.mode, language=session.language, reviewed=True))
    ] == ["older"]
    assert opened.count(Wanted(text=session.candidate, thinking=session.thinking)) == 1
    opened.close()


def test_the_least_sure_come_first_and_what_a_person_went_over_no_longer_counts(store: Store) -> None:
    for minute, (name, least) in enumerate((("sure", 0.95), ("doubts", 0.4), ("silent", None), ("some", 0.7))):
        begin(store, name, minute)
        judge(store, name, "q1", least)
    judge(store, "some", "q2", 0.9)
    assert found(store, order="least_sure") == ["doubts", "some", "sure", "silent"]
    assert found(store) == ["some", "silent", "doubts", "sure"]
    judge(store, "doubts", "q1", 0.99)  # judged again: the newest row counts
    assert found(store, order="least_sure") == ["some", "sure", "doubts", "silent"]
    review = sample.review("some").model_copy(update={"question_id": "q1", "score": 50.0})
    store.append_review(review)
    assert found(store, order="least_sure") == ["some", "sure", "doubts", "silent"]
    judge(store, "sure", "q2", 0.85)
    assert found(store, order="least_sure") == ["sure", "some", "doubts", "silent"]
    assert [one.session.id for one in store.find(Wanted(order="least_sure"), limit=1, offset=1)] == ["some"]


def judge(store: Store, session_id: str, question_id: str, least: float | None) -> None:
    made = sample.assessment(2)
    sure = made.verdicts[0].model_copy(update={"sure": least})
    row = made.model_copy(update={"question_id": question_id, "verdicts": (sure,)})
    store.append_all(session_id, assessments=(row,), grades=(sample.grade(2),))
