"""How long `interviewer --help` and the first page take, against an empty Python start."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from statistics import median

from bench.table import Figure

RUNS = 7


def run() -> list[Figure]:
    empty = median(_seconds([sys.executable, "-c", "pass"]) for _ in range(RUNS))
    help_s = median(_seconds([sys.executable, "-m", "ui.cli.main", "--help"]) for _ in range(RUNS))
    page_s = median(_first_page() for _ in range(3))
    against = "empty Python start"
    return [
        Figure("interviewer --help, median of 7", help_s, "s", "<= 0.4", help_s / empty, against),
        Figure("interviewer ui: command to first page, median of 3", page_s, "s", "<= 5", page_s / empty, against),
    ]


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def _first_page() -> float:
    """Seconds from the command to a complete answer for /, with an empty data folder."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ui.cli.main", "ui", "--port", "0", "--data-dir", folder]
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as page:
            try:
                assert page.stdout is not None
                address = re.search(r"http://\S+", page.stdout.readline())
                assert address is not None, "the page did not print its address"
                urllib.request.urlopen(address[0], timeout=30).read()
                return time.perf_counter() - started
            finally:
                page.terminate()
