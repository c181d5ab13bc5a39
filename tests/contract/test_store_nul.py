"""No NUL is stored, whatever holds one: PostgreSQL takes it in no text. Read raw on SQLite; on both, what comes back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from interviewer.errors import EmptyAnswer, NothingWritten
from interviewer.models import DebriefMessage, Mark, Remark, Review, SecondTry, Transcript
from interviewer.review.override import answer_objection
from interviewer.store import Store, Wanted
from tests.contract import store_samples as sample

NUL = "a\0b\0\0"
BESIDE = "\\\0c \\u0000 \\\\u0000"
"""Backslashes before a NUL, and the same six characters as plain text."""
KEPT = "\\c \\u0000 \\\\u0000"


def test_no_text_of_a_person_brings_a_nul_in(store: Store) -> None:
    at = sample.session("s").created_at
    store.create(sample.session("s").model_copy(update={"candidate": NUL}))
    store.append(sample.message(0, "s").model_copy(update={"text": NUL + BESIDE}))
    store.append_review(Review(session_id="s", question_id="q", reviewer=NUL, reason=BESIDE, at=at, score=1))
    store.annotate(
        "s",
        Remark(session_id="s", question_id="q", author="candidate", name=NUL, text=NUL, at=at),
        Mark(session_id="s", question_id="q", reviewer=NUL, score=1, at=at),
        SecondTry(session_id="s", question_id="q", number=1, text=NUL, at=at),
        DebriefMessage(session_id="s", role="candidate", text=NUL, at=at),
    )
    read = store.transcript("s")
    assert "\0" not in str(read.model_dump())
    assert read.session.candidate == "ab"
    assert read.messages[0].text == "ab" + KEPT
    assert read.reviews[0].reason == KEPT
    assert [one.session.id for one in store.find(Wanted(text="a\0b", bank_id=read.session.bank_id + "\0"))] == ["s"]
    assert store.logins.failures(at, name="l\0i") == 0
    store.logins.begin(at, "l\0i", "here")
    assert store.logins.failures(at, name="l\0i") == store.logins.failures(at, name="li") == 1


def test_an_import_with_nul_is_stored_without_and_is_the_same_again(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}")
    session = sample.session("s\0").model_copy(update={"candidate": NUL})
    message = sample.message(0, "s\0").model_copy(update={"text": BESIDE, "question_id": "q\0"})
    for _ in range(2):
        store.import_transcript(Transcript(session=session, messages=(message,)))
    store.close()
    connection = sqlite3.connect(tmp_path / "store.sqlite")
    for table in ("sessions", "messages"):
        for row in connection.execute(f"select * from {table}"):
            assert not any("\0" in str(cell) for cell in row)
    (body,) = connection.execute("select body from messages").fetchone()
    assert body.replace("\\\\", "").count("\\u0000") == 0
    connection.close()


@pytest.mark.parametrize("text", ["\0", "\0\0\0", " \0 \n\0"])
def test_an_answer_of_nuls_alone_is_empty_and_stores_nothing(hold, text: str) -> None:
    held = hold(language="en")
    before = held.app.store.transcript(held.id)
    with pytest.raises(EmptyAnswer):
        held.answer(text)
    with pytest.raises(EmptyAnswer):
        held.run(held.app.debriefs.ask(held.id, text, "en"))
    with pytest.raises(NothingWritten):
        answer_objection(held.id, "q", text, reviewer="li", now=held.app.clock())
    assert held.app.store.transcript(held.id) == before
