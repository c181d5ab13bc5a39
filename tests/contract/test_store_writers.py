"""Many writers of one store at once, threads and processes, and one that is killed: no acknowledged row is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from interviewer.errors import TurnTaken
from interviewer.store import Store
from tests.contract import store_samples as sample

ROOT = Path(__file__).parents[2]


def test_of_many_writers_of_one_turn_exactly_one_wins(store: Store) -> None:
    store.create(sample.session())
    won: list[str] = []

    def write(name: str) -> None:
        for turn in range(10):
            try:
                store.append(sample.message(turn, text=name))
            except TurnTaken:
                continue
            won.append(name)

    _together([threading.Thread(target=write, args=(f"tab {number}",)) for number in range(6)])
    assert len(won) == 10
    assert [message.turn for message in store.transcript("s1").messages] == list(range(10))


def test_two_hundred_sessions_at_once_lose_no_turn(store: Store) -> None:
    names = [f"s{number}" for number in range(200)]
    failed: list[Exception] = []

    def interview(name: str) -> None:
        try:
            store.create(sample.session(name))
            for turn in range(0, 6, 2):
                assert len(store.transcript(name).messages) == turn
                store.append_all(name, messages=(sample.message(turn, name),))
                store.append_all(
                    name, messages=(sample.message(turn + 1, name),), assessments=(sample.assessment(turn),)
                )
        except Exception as error:  # noqa: BLE001 - a thread hands its failure to the test
            failed.append(error)

    _together([threading.Thread(target=interview, args=(name,)) for name in names])
    assert failed == []
    assert {(one.session.id, one.messages) for one in store.sessions(limit=500)} == {(name, 6) for name in names}


def test_processes_that_open_and_write_at_once_lose_nothing(url: str) -> None:
    writers = [_writer(url, f"s{number}", turns=40) for number in range(4)]
    outputs = [writer.communicate(timeout=60) for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4, [errors for _, errors in outputs]
    store = Store.open(url)
    assert {(one.session.id, one.messages) for one in store.sessions()} == {(f"s{number}", 40) for number in range(4)}
    store.close()


def test_a_writer_killed_in_the_middle_keeps_every_acknowledged_row(url: str) -> None:
    writer = _writer(url, "s1", turns=100_000)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline() for _ in range(60)]
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += writer.stdout.read().splitlines(keepends=True)
    writer.communicate()
    # The pipe may cut the last line; a line is an acknowledgement only with its end.
    last = max(int(line) for line in acknowledged if line.endswith("\n"))
    store = Store.open(url)
    turns = [message.turn for message in store.transcript("s1").messages]
    assert turns == list(range(len(turns)))
    assert len(turns) in (last + 1, last + 2)
    store.append(sample.message(len(turns)))
    store.close()


_WRITER = """
import sys
sys.path[:0] = [sys.argv[4]]
from tests.contract import store_samples as sample
from interviewer.store import Store
url, name, turns = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = Store.open(url)
store.create(sample.session(name))
for turn in range(turns):
    store.append(sample.message(turn, name))
    print(turn, flush=True)
"""


def _writer(url: str, name: str, turns: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, url, name, str(turns), str(Path(__file__).parent)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
