"""A real chromium against the real command: the page as a process, and what tests do on it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, Request, expect

CHROMIUM = os.environ.get("INTERVIEWER_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHOTS = Path(__file__).parents[2] / "out" / "screenshots"


@contextmanager
def served(folder: Path, *flags: str, port: int = 0) -> Iterator[str]:
    """`interviewer ui` as a process; gives its address and stops it afterwards."""
    command = [sys.executable, "-m", "ui.cli.main", "ui", "--port", str(port), "--data-dir", str(folder), *flags]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEWER_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean, cwd=folder) as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://\S+", process.stdout.readline())
            assert address is not None, "the page did not print its address"
            yield address[0]
        finally:
            process.kill()


class Visit:
    """One tab, watched: requests that leave the machine, errors on the console, errors of scripts."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.outside: list[str] = []
        self.faults: list[str] = []
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _request(self, request: Request) -> None:
        if not re.match(r"(https?://(127\.0\.0\.1|localhost)[:/]|data:|blob:)", request.url):
            self.outside.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def open(self, query: str = "") -> None:
        self.page.goto(self.address + query)

    def start(self, *chapters: str, minutes: int | None = None, mode: str = "") -> None:
        """Fill in the start page and begin."""
        expect(self.page.locator("#go")).to_be_visible(timeout=15_000)
        for chapter in chapters:
            self.page.get_by_label(re.compile(chapter)).check()
        if minutes is not None:
            box = self.page.locator("#minutes input[type=number]")
            box.fill(str(minutes))
            box.press("Tab")
        self.page.locator("#seed textarea, #seed input").fill("3")
        if mode:
            self.page.get_by_label(re.compile(mode)).check()
        self.page.locator("#go").click()
        expect(self.box).to_be_visible(timeout=15_000)
        expect(self.page).to_have_url(re.compile(r"session=\w+"))

    @property
    def box(self):
        return self.page.locator("#answer textarea")

    @property
    def bubbles(self):
        return self.page.locator("#chat .message")

    def answer(self, text: str) -> None:
        """Send an answer with Enter and wait for the reply to be whole."""
        before = int(self.page.locator("#turn input").input_value() or 0)
        self.box.fill(text)
        self.box.press("Enter")
        self.settled(before)

    def settled(self, before: int) -> None:
        """Wait until the page shows a later turn than `before` and takes input again, or the report."""
        self.page.wait_for_function(
            """(before) => {
              const turn = Number(document.querySelector('#turn input')?.value || 0);
              const box = document.querySelector('#answer textarea');
              const done = document.querySelector('#report .report, #report section, #report h1, #report h2');
              return turn > before && ((box && !box.disabled) || done);
            }""",
            arg=before,
            timeout=20_000,
        )

    @property
    def turn(self) -> int:
        return int(self.page.locator("#turn input").input_value() or 0)

    def shot(self, name: str, *, full: bool = True) -> None:
        """A screenshot for people to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=full)
