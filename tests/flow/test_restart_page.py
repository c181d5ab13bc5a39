"""An open page and a server that comes and goes: restarted, away, another one, with another bank; in a real browser."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from tests.flow.browser import Visit, served  # noqa: E402  # after the skip above
from tests.unit.bank_samples import write_bank  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser


def filled(tab):
    """The start page, filled in."""
    tab.open("?lang=en")
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    tab.page.locator("#chapters-fold button").first.click()
    tab.page.locator("#chapters input").first.check()
    tab.page.get_by_label(re.compile("Exam")).check()
    tab.page.locator("#more button").first.click()
    tab.page.locator("#candidate input, #candidate textarea").fill("Li Wei")
    tab.page.locator("#consent input").check()
    return tab


def begun(tab):
    expect(tab.page).to_have_url(re.compile(r"/interview\?session=\w+"), timeout=20_000)
    expect(tab.box).to_be_enabled(timeout=15_000)
    expect(tab.page.locator("#progress")).to_contain_text("Exam")
    expect(tab.page.locator("#connection")).to_be_hidden()


def test_open_pages_go_on_when_the_server_comes_back_as_another_process_or_with_another_bank(visit, tmp_path):
    with Proxy() as proxy:
        Visit.stopped.add(proxy.address)
        with served(tmp_path) as url:
            proxy.backend = url
            waits, pressed, talks = (visit(url=proxy.address) for _ in range(3))
            filled(waits)
            filled(pressed)
            talks.open("?lang=en")
            talks.start(questions=1)
            talks.box.fill("half an answer")
            talks.page.wait_for_function("JSON.stringify(localStorage).includes('half an answer')")
        pressed.page.locator("#go").click()
        talks.page.locator("#hint").click()
        expect(pressed.page.locator("#connection")).to_contain_text("cannot be reached", timeout=15_000)
        expect(talks.page.get_by_text("The connection was lost; it is being taken up again")).to_be_visible(
            timeout=15_000
        )
        expect(talks.page.locator("#hint")).to_be_disabled()
        with served(tmp_path) as url:
            proxy.backend = url
            begun(pressed)
            expect(talks.bubbles).to_have_count(3, timeout=30_000)  # the hint that was pressed meanwhile is given, once
            expect(talks.box).to_be_enabled(timeout=30_000)
            expect(talks.box).to_have_value("half an answer")
            expect(talks.page.locator("#notice p")).to_have_count(0)
            waits.page.locator("#go").click()
            begun(waits)
            for tab in (waits, pressed, talks):
                assert tab.page.locator("text=/Connection (Lost|errored)/").count() == 0
            filled(waits)
        bank = write_bank(tmp_path / "other", bank_toml='id = "other"\n')
        with served(tmp_path, "--bank", str(bank)) as url:
            proxy.backend = url
            waits.page.locator("#go").click()
            expect(waits.page.locator("#notice")).to_contain_text("no longer served", timeout=15_000)
            expect(waits.page.locator("#chapters")).to_contain_text("Databases")
            assert waits.page.locator("#candidate input, #candidate textarea").input_value() == "Li Wei"
            waits.page.locator("#go").click()
            begun(waits)


class Proxy:
    """A proxy on this machine that passes each connection on to `backend`, an address, while that is there."""

    def __init__(self):
        self.backend = ""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._listener.accept()[0],), daemon=True).start()

    def _serve(self, client):
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", urlsplit(self.backend).port)) as server:
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
            self._pump(server, client)

    def _pump(self, source, target):
        with suppress(OSError):
            while part := source.recv(65536):
                target.sendall(part)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
