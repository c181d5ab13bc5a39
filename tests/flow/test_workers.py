"""Several processes behind one port: a visitor keeps one worker, and goes on when it dies."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ui.web.workers.front import Channel, Front, wanted_worker


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    folder = tmp_path_factory.mktemp("workers")
    command = [sys.executable, "-m", "ui.cli.main", "ui", "--port", "0", "--workers", "2", "--data-dir", str(folder)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEWER_")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean, cwd=folder
    ) as process:
        assert process.stdout is not None
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address is not None
        yield address[0], process
        process.terminate()
        process.wait(30)


def ask(address: str, cookie: str = "") -> tuple[int, str]:
    """(status, worker that wants to be kept) of the start page, on a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", "/", headers={"cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    set_by = re.search(r"interviewer-worker=(\d+)", answer.headers.get("set-cookie") or "")
    return answer.status, set_by[1] if set_by else ""


def children(pid: int) -> dict[int, int]:
    """Worker number -> process id, of the page's parent process."""
    found: dict[int, int] = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if b"--worker" in words:
            found[int(words[words.index(b"--worker") + 1])] = int(child)
    return found


def test_new_visitors_are_spread_and_a_known_one_keeps_its_worker(served: tuple[str, subprocess.Popen[str]]):
    address, _ = served
    assert {ask(address)[1] for _ in range(6)} == {"0", "1"}
    for number in ("0", "1"):
        assert {ask(address, f"a=b; interviewer-worker={number}") for _ in range(4)} == {(200, "")}


def test_a_visitor_of_a_dead_worker_goes_on_with_another_and_the_dead_one_is_started_again(
    served: tuple[str, subprocess.Popen[str]],
):
    address, process = served
    before = children(process.pid)
    os.kill(before[1], signal.SIGKILL)
    assert process.stderr is not None
    assert any("worker 1 ended" in line for line in process.stderr)
    status, kept = ask(address, "interviewer-worker=1")
    assert status == 200
    assert kept in ("0", "")  # "" where the new worker 1 is up already
    while (after := children(process.pid)).get(1, before[1]) == before[
        1
    ]:  # the log speaks of it a moment before it is done
        assert process.poll() is None
    assert after[0] == before[0]


def test_a_start_that_cannot_succeed_ends_with_its_reason(tmp_path: Path):
    (tmp_path / "bad").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli.main", "ui", "--port", "0", "--workers", "2", "--bank", str(tmp_path / "bad"),
         "--data-dir", str(tmp_path), "--lang", "en"],
        capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "bad" in done.stderr


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nCookie: x=1; interviewer-worker=3; y=2\r\n\r\n", 3),
        (b"GET / HTTP/1.1\r\ncookie: interviewer-worker=0\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nHost: a\r\n\r\ncookie: interviewer-worker=3\r\n\r\n", None),
        (b"GET /?interviewer-worker=3 HTTP/1.1\r\nHost: a\r\n\r\n", None),
        (b"GET / HTTP/1.1\r\nCookie: interviewer-worker=zero\r\n\r\n", None),
    ],
)
def test_only_a_cookie_of_the_first_request_names_a_worker(head: bytes, wanted: int | None):
    assert wanted_worker(head) == wanted


def order(numbers_alive: dict[int, bool], wanted: int | None, times: int) -> list[int]:
    channels = [Channel(number) for number in numbers_alive]
    for channel in channels:
        channel.alive = numbers_alive[channel.number]
    with socket.socket() as listener:
        front = Front(listener, lambda: channels)
        choose: Callable[[int | None], list[Channel]] = front._in_order
        return [(choose(wanted) or [Channel(-1)])[0].number for _ in range(times)]


def test_the_wanted_worker_is_chosen_only_while_it_lives():
    assert set(order({0: True, 1: True}, 1, 4)) == {1}
    assert set(order({0: True, 1: False}, 1, 4)) == {0}
    assert sorted(set(order({0: True, 1: True, 2: True}, None, 6))) == [0, 1, 2]
    assert set(order({0: False, 1: False}, 0, 2)) == {-1}
