"""A real browser for all page tests: a chromium for each file, one served page a worker, a fresh visitor for each test."""

from __future__ import annotations

import os

import pytest

from interviewer.access import hashed
from tests.flow.browser import CHROMIUM, FLAGS, Visit, served

REVIEWER, PASSWORD = "li", "a good password"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are skipped, with the reason, where no chromium is installed; never where one is demanded."""
    if CHROMIUM is not None or os.environ.get("INTERVIEWER_TEST_REQUIRE_BROWSER"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(
                pytest.mark.skip(reason="no chromium found: install it, or set INTERVIEWER_TEST_CHROMIUM to its path")
            )


@pytest.fixture(scope="module")
def browser():
    """One for each file: Playwright keeps an event loop running, and tests in other files want one of their own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def reviewers() -> dict[str, str]:
    """The environment that lets REVIEWER in with PASSWORD."""
    return {"INTERVIEWER_ACCESS__REVIEWERS": f"{REVIEWER}:{hashed(PASSWORD, cost=16)}"}


@pytest.fixture(scope="session")
def address(tmp_path_factory, reviewers):
    with served(tmp_path_factory.mktemp("data"), environ=reviewers) as url:
        yield url


@pytest.fixture
def visit(browser, request):
    """`visit(width=, height=, scheme=, url=)`: a fresh visitor's tab; at the end no request has left and no script has failed."""
    visits: list[Visit] = []

    def make(*, width=1280, height=860, scheme="light", url=None):
        url = url or request.getfixturevalue("address")
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        visits.append(Visit(context.new_page(), url))
        return visits[-1]

    yield make
    for one in visits:
        one.page.context.close()
        assert one.outside == []
        assert one.faults == []


@pytest.fixture
def staff(visit):
    """`staff(path, …)`: a visitor who has logged in as REVIEWER and opened that page under /staff/."""

    def make(path: str = "", **how):
        tab = visit(**how)
        tab.page.goto(f"{tab.address}login?next=/staff/{path}")
        tab.page.locator("input[name=name]").fill(REVIEWER)
        tab.page.locator("input[name=password]").fill(PASSWORD)
        tab.page.locator("input[name=password]").press("Enter")
        tab.page.wait_for_url("**/staff/**")
        return tab

    return make
