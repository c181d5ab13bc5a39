"""The database's file deleted, moved away or replaced under an open store: said before anything is acknowledged, and healed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.errors import StoreError, StoreMoved, UnknownSession
from interviewer.store import Store
from tests.contract import store_samples as sample

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def held(file: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{file}")
    store.create(sample.session())
    store.append(sample.message(0))
    yield store
    store.close()


def test_nothing_is_acknowledged_into_a_deleted_file_and_no_new_one_is_begun(held: Store, file: Path) -> None:
    file.unlink()
    for call in (lambda: held.append(sample.message(1)), lambda: held.transcript("s1"), held.check):
        with pytest.raises(StoreMoved, match="deleted or moved away"):
            call()
    assert not file.exists()


def test_a_file_that_is_moved_back_is_taken_up_again_with_all_that_was_kept(held: Store, file: Path) -> None:
    away = file.with_name("away.sqlite")
    file.rename(away)
    with pytest.raises(StoreMoved):
        held.append(sample.message(1))
    away.rename(file)
    held.append(sample.message(1))
    assert [message.turn for message in held.transcript("s1").messages] == [0, 1]


def test_a_copy_in_the_files_place_is_noticed_and_then_used(held: Store, file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    held.append(sample.message(1))
    os.replace(copy, file)
    with pytest.raises(StoreMoved, match="replaced"):
        held.append(sample.message(2))
    assert [message.turn for message in held.transcript("s1").messages] == [0]
    held.append(sample.message(1, text="again"))
    again = Store.open(f"sqlite:///{file}")
    assert [message.text for message in again.transcript("s1").messages][1:] == ["again"]
    again.close()


def test_another_database_in_the_files_place_is_noticed(held: Store, file: Path, tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path / 'other.sqlite'}").close()
    shutil.move(tmp_path / "other.sqlite", file)
    with pytest.raises(StoreMoved):
        held.append(sample.message(1))
    with pytest.raises(UnknownSession):
        held.append(sample.message(1))


def test_a_file_deleted_while_a_write_is_under_way_is_noticed_before_it_is_acknowledged(
    held: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from interviewer.store import store

    insert = store._insert

    def insert_and_lose(*given: object) -> None:
        insert(*given)  # pyright: ignore[reportArgumentType]
        file.unlink()

    monkeypatch.setattr(store, "_insert", insert_and_lose)
    with pytest.raises(StoreMoved):
        held.append(sample.message(1))


_READ_ONLY_FOR_A_WHILE = """
import os, sys
sys.path[:0] = [sys.argv[2]]
import sqlalchemy.dialects.sqlite.pysqlite
from tests.contract import store_samples as sample
from interviewer.errors import StoreError
from interviewer.store import Store
Store.open("sqlite://").close()
os.setgid(65534); os.setuid(65534)
file = sys.argv[1]
os.chmod(file, 0o400)
store = Store.open(f"sqlite:///{file}")
try:
    store.append(sample.message(1))
    print("written")
except StoreError as error:
    print("refused", "cannot be written" in str(error))
for one in (file, file + "-wal", file + "-shm"):
    if os.path.exists(one):
        os.chmod(one, 0o600)
store.append(sample.message(1))
print("written", len(store.transcript("s1").messages))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody for whom a file is read-only")
def test_a_store_heals_by_itself_after_a_read_only_spell() -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chmod(folder, 0o777)
        file = Path(folder) / "store.sqlite"
        store = Store.open(f"sqlite:///{file}")
        store.create(sample.session())
        store.append(sample.message(0))
        store.close()
        os.chown(file, 65534, 65534)
        ran = subprocess.run(
            [sys.executable, "-c", _READ_ONLY_FOR_A_WHILE, str(file), str(ROOT)],
            cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
        assert ran.stdout.split("\n")[:2] == ["refused True", "written 2"], ran.stderr[-2000:]


def test_one_session_that_cannot_be_deleted_does_not_keep_the_others(
    held: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from interviewer.store import store

    for name in ("a", "b", "c"):
        held.create(sample.session(name))
    remove = store._remove

    def remove_but_b(connection: object, session_id: str, *given: object) -> bool:
        if session_id == "b":
            raise StoreError("The row is locked.", "Try again.")
        return remove(connection, session_id, *given)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(store, "_remove", remove_but_b)
    late = sample.START + timedelta(days=9)
    with pytest.raises(StoreError, match="3 sessions were deleted, 1 could not be: b"):
        held.delete_older(late, late)
    assert [one.session.id for one in held.sessions()] == ["b"]
