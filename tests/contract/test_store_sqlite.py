"""What SQLite adds: older and newer files, faults of file and disk in words, and stores in memory."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from interviewer.errors import SessionDeleted, StoreError
from interviewer.store import Store, Wanted
from interviewer.store.migrations import NEWEST
from tests.contract import store_samples as sample

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def _names(file: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(file) as connection:
        found = connection.execute("select type, name from sqlite_master where name not like 'sqlite_%'").fetchall()
    connection.close()
    return set(found)


def test_a_file_of_the_first_version_is_brought_up_to_date_and_keeps_its_session(tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    connection = sqlite3.connect(old)
    connection.executescript((HERE / "data" / "store-v1.sql").read_text("utf8"))
    connection.close()
    store = Store.open(f"sqlite:///{old}")
    kept = store.transcript("older")
    assert (len(kept.messages), len(kept.events), len(kept.assessments), len(kept.grades), len(kept.reviews)) == (
        2,
        1,
        1,
        1,
        1,
    )
    assert kept.messages[1].text == "prefill 处理整个提示，'decode' 逐个生成。"
    assert store.asked_counts("llm-inference") == {"prefill-decode": 1}
    store.append_event(sample.event("resumed", "older"))
    store.close()
    Store.open(f"sqlite:///{new}").close()
    assert _names(old) == _names(new)
    with sqlite3.connect(old) as connection:
        assert connection.execute("select version from migrations order by version").fetchall() == [
            (number,) for number in range(1, NEWEST + 1)
        ]
    connection.close()


def test_a_file_of_the_second_version_gets_the_new_tables_and_its_session_can_be_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from interviewer.store import migrations

    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    connection = sqlite3.connect(old)
    connection.executescript((HERE / "data" / "store-v1.sql").read_text("utf8"))
    connection.close()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:2])
        patch.setattr(migrations, "NEWEST", 2)
        Store.open(f"sqlite:///{old}").close()
    assert ("table", "annotations") not in _names(old)
    store = Store.open(f"sqlite:///{old}")
    store.annotate("older", *sample.annotations("older"))
    assert store.transcript("older").annotations == sample.annotations("older")
    store.delete("older", sample.START, "candidate")
    with pytest.raises(SessionDeleted):
        store.session("older")
    store.close()
    Store.open(f"sqlite:///{new}").close()
    assert _names(old) == _names(new)


def test_a_file_from_before_the_least_sure_order_is_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from interviewer.store import migrations

    path, url = tmp_path / "old.sqlite", f"sqlite:///{tmp_path / 'old.sqlite'}"
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:5])
        patch.setattr(migrations, "NEWEST", 5)
        Store.open(url).close()
    with sqlite3.connect(path) as connection:
        for minute, (name, sure) in enumerate((("clear", 0.9), ("doubtful", 0.31), ("silent", None))):
            held, made = sample.session(name, minute=minute), sample.assessment(1)
            made = made.model_copy(update={"verdicts": (made.verdicts[0].model_copy(update={"sure": sure}),)})
            values = (name, held.created_at.isoformat(), held.bank_id, held.model_dump_json())
            connection.execute("insert into sessions (id, created_at, bank_id, body) values (?, ?, ?, ?)", values)
            row = (name, made.question_id, made.turn, made.outcome, made.model_dump_json())
            connection.execute(
                "insert into assessments (session_id, question_id, turn, outcome, body) values (?, ?, ?, ?, ?)", row
            )
    connection.close()
    store = Store.open(url)
    assert [one.session.id for one in store.find(Wanted(order="least_sure"))] == ["doubtful", "clear", "silent"]
    store.close()


def test_no_file_of_the_store_holds_the_text_of_a_deleted_session(tmp_path: Path) -> None:
    said = "我在ＸＹ公司做过的项目 SECRET-4711 "

    def left() -> list[str]:
        return [file.name for file in tmp_path.iterdir() if b"SECRET-4711" in file.read_bytes()]

    store = Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}")
    other = Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store.import_transcript(sample.transcript("kept"))
    for name, length in (("long", 900), ("short", 1), ("idle", 40)):
        store.create(sample.session(name).model_copy(update={"candidate": said}))
        store.append_all(name, messages=[sample.message(turn, name, text=said * length) for turn in range(6)])
        store.annotate(name, sample.annotations(name)[0].model_copy(update={"text": said * length}))
        other.transcript(name)
    assert left()
    for name in ("long", "short"):
        store.delete(name, sample.START, "candidate")
    assert left()
    store.delete_older(sample.START + timedelta(days=9), sample.START)
    assert left() == []
    other.close()
    store.close()
    assert left() == []


def test_a_file_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    Store.open(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as connection:
        connection.execute("insert into migrations values (999, '2031-01-01')")
    connection.close()
    before = _names(file)
    with pytest.raises(StoreError, match=r"newer version of this program \(tables 999"):
        Store.open(f"sqlite:///{file}")
    assert _names(file) == before


def test_an_interrupted_migration_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from interviewer.store import migrations

    def fails(_connection: object) -> None:
        raise KeyboardInterrupt

    file = tmp_path / "store.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", (migrations.MIGRATIONS[0], fails))
        with pytest.raises(KeyboardInterrupt):
            Store.open(f"sqlite:///{file}")
    assert _names(file) == set()
    store = Store.open(f"sqlite:///{file}")
    store.create(sample.session())
    store.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("interviews.sqlite", "is not a database URL"),
        ("", "is not a database URL"),
        ("nosuchbase://x/y", "No driver for 'nosuchbase'"),
        ("sqlite+nosuchdriver:///x", "No driver for 'sqlite\\+nosuchdriver'"),
        ("sqlite:////dev/null/inside/store.sqlite", "cannot be made"),
        ("sqlite:////", "cannot be opened"),
    ],
)
def test_a_url_that_cannot_be_opened_says_what_to_do(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as caught:
        Store.open(url)
    assert caught.value.fix


def test_a_password_is_never_shown() -> None:
    with pytest.raises(StoreError) as caught:
        Store.open("nosuchbase://me:hunter2@host/name")
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    file.write_bytes(b"my notes, not a database " * 100)
    before = file.read_bytes()
    with pytest.raises(StoreError, match="damaged or not a database"):
        Store.open(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_damaged_file_is_named_by_the_check(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    store = Store.open(f"sqlite:///{file}")
    store.create(sample.session())
    store.append_all("s1", messages=[sample.message(turn, text="x" * 3000) for turn in range(60)])
    store.close()
    whole = bytearray(file.read_bytes())
    whole[8 * 4096 :] = os.urandom(len(whole) - 8 * 4096)
    file.write_bytes(whole)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(f"sqlite:///{file}").check()


def test_a_row_that_was_edited_by_hand_is_named(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    store = Store.open(f"sqlite:///{file}")
    store.import_transcript(sample.transcript())
    with sqlite3.connect(file) as connection:
        connection.execute("update messages set body = replace(body, 'candidate', 'robot') where turn = 1")
    connection.close()
    with pytest.raises(StoreError, match=r"row of session 's1'.*role"):
        store.transcript("s1")
    store.close()


def test_a_file_that_may_not_be_written_is_read_and_says_so_on_writing(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    store = Store.open(f"sqlite:///{file}")
    store.create(sample.session())
    read_only = Store.open(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert read_only.session("s1") == sample.session()
    with pytest.raises(StoreError, match=r"cannot be written.*write permission"):
        read_only.append(sample.message(0))
    with pytest.raises(StoreError, match="cannot be written"):
        read_only.check()
    read_only.close()
    store.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write in every folder")
def test_a_folder_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}")
    tmp_path.chmod(0o700)


_FILLS_ITS_DISK = """
import sys
sys.path[:0] = [sys.argv[2]]
from tests.contract import store_samples as sample
from interviewer.errors import SessionDeleted, StoreError
from interviewer.store import Store, Wanted
store = Store.open(sys.argv[1])
store.create(sample.session())
written = 0
try:
    for turn in range(2000):
        store.append(sample.message(turn, text="x" * 2000))
        written += 1
except StoreError as error:
    print(written, error)
"""


def test_a_disk_that_fills_up_says_so_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    ran = subprocess.run(
        [sys.executable, "-c", _FILLS_ITS_DISK, url, str(HERE)],
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000)),
        capture_output=True,
        text=True,
        check=True,
    )
    written, _, said = ran.stdout.partition(" ")
    assert "disk" in said
    assert int(written) > 20
    store = Store.open(url)
    assert len(store.transcript("s1").messages) == int(written)
    store.append(sample.message(int(written)))
    assert store.check().messages == int(written) + 1
    store.close()


def test_a_store_in_memory_is_one_store_for_all_threads() -> None:
    store = Store.open("sqlite://")
    store.create(sample.session())

    def write(turn: int) -> None:
        store.append(sample.message(turn))

    threads = [threading.Thread(target=write, args=(turn,)) for turn in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.transcript("s1").messages) == 20
    store.close()
