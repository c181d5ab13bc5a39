"""A real chromium against the real command: the page as a process, and what tests do on it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar, TypeVar

from playwright.sync_api import ConsoleMessage, Page, Request, expect

T = TypeVar("T")
expect.set_options(timeout=20_000)  # what does not come on a machine under load either is not coming
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
def served(
    folder: Path, *flags: str, port: int = 0, environ: dict[str, str] | None = None, log: Path | None = None
) -> Iterator[str]:
    """`interviewer ui` as a process; gives its address (ends with a slash) and stops it afterwards. What it logs goes to `log`."""
    command = [sys.executable, "-m", "ui.cli.main", "ui", "--port", str(port), "--data-dir", str(folder), *flags]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEWER_")}
    clean |= environ or {}
    address = None
    errors = log.open("ab") if log else nullcontext()
    with (
        errors as kept,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=kept, text=True, env=clean, cwd=folder) as process,
    ):
        try:
            assert process.stdout is not None
            address = re.search(r"http://\S+", process.stdout.readline())
            assert address is not None, "the page did not print its address"
            yield address[0]
        finally:
            if address:
                Visit.stopped.add(address[0])
            process.kill()


class LoopBeside:
    """Runs coroutines on an event loop in a thread of its own, as the browser's driver holds the test's; stands in for `runner`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(call, self._loop).result(60)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Visit:
    """One tab, watched: requests that leave the machine, errors on the console, errors of scripts."""

    stopped: ClassVar[set[str]] = set()
    """Addresses of servers that their tests have stopped: what a tab reports of the lost connection is no fault."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.outside: list[str] = []
        self.faults: list[str] = []
        self._left = False
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", self._script_failed)

    def _request(self, request: Request) -> None:
        if not re.match(r"(https?://(127\.0\.0\.1|localhost)[:/]|data:|blob:)", request.url):
            self.outside.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._failed(message.text)

    def _script_failed(self, error: object) -> None:
        self._failed(str(error))

    def _failed(self, said: str) -> None:
        """Gradio rejects whatever is under way when a page is left ("AbortError"); that is no fault of the page."""
        if said.startswith("AbortError: signal is aborted"):
            self._left = True
        elif self.address not in self.stopped and not (self._left and "Connection errored out" in said):
            self.faults.append(said)

    def open(self, query: str = "") -> None:
        self.page.goto(self.address + query)

    def start(self, *chapters: str, questions: int | None = None, mode: str = "") -> None:
        """Fill in the start page and begin."""
        expect(self.page.locator("#go")).to_be_visible(timeout=15_000)
        if chapters:
            self.page.locator("#chapters-fold button").first.click()
        for chapter in chapters:
            self.page.get_by_label(re.compile(chapter)).check()
        if questions is not None:
            self.page.locator("#by input[value=questions]").check()
            box = self.page.locator("#questions input[type=number]")
            box.fill(str(questions))
            box.press("Tab")
        if mode:
            self.page.get_by_label(re.compile(mode)).check()
        self.page.locator("#more button").first.click()
        self.page.locator("#seed textarea, #seed input").fill("3")
        self.page.locator("#consent input").check()
        self.page.locator("#go").click()
        expect(self.page).to_have_url(re.compile(r"/interview\?session=\w+"), timeout=15_000)
        expect(self.box).to_be_enabled(timeout=15_000)

    def finish(self) -> None:
        """End the interview and open its report."""
        self.page.locator("#end").click()
        self.page.locator("#end-yes").click()
        self.to_report()

    def to_report(self) -> None:
        self.page.locator("#over a").click(timeout=15_000)
        expect(self.page.locator("#report .ir")).to_be_visible(timeout=15_000)

    @property
    def over(self) -> bool:
        return self.page.locator("#over .over").count() > 0

    @property
    def session_id(self) -> str:
        found = re.search(r"session=(\w+)", self.page.url)
        assert found is not None, self.page.url
        return found[1]

    def check_accessible(self) -> None:
        """axe-core finds no serious or critical fault on the page as it stands."""
        from axe_playwright_python.sync_playwright import Axe

        # the page's own script mends Gradio's chat within half a second of its being shown
        self.page.wait_for_function(
            "[...document.querySelectorAll('#chat [role=log]')].every((one) => one.tabIndex >= 0)"
        )
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        listed = [
            f"{one['id']}: {one['help']}\n  " + "\n  ".join(n["html"][:160] for n in one["nodes"][:3]) for one in grave
        ]
        assert not grave, "\n".join(listed)

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
        """Wait until the page shows a later turn than `before` and takes input again, or that the interview is over."""
        self.page.wait_for_function(
            """(before) => {
              const turn = Number(document.querySelector('#turn input')?.value || 0);
              const box = document.querySelector('#answer textarea');
              const done = document.querySelector('#over .over');
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
