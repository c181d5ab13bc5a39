"""The README's four pictures in both languages: taken from a real interview, as a visitor would see the pages."""

from __future__ import annotations

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from tests.flow.browser import SHOTS, LoopBeside, served  # noqa: E402  # after the skip above
from tests.flow.test_sample_report import reply  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser
NAMES = {"zh": "林晚", "en": "Robin"}


@pytest.fixture
def runner():
    running = LoopBeside()
    yield running
    running.close()


@pytest.fixture(params=["zh", "en"])
def scene(request, tmp_path, make_app, server, hold, reviewers):
    """(language, address, finished interview, interview under way) of a site whose judge is the scripted model."""
    language = request.param
    app = make_app(base_url=server.base_url)
    chosen = {"language": language, "candidate": NAMES[language], "questions": 6, "chapters": (), "seed": 4}
    done = hold(app, **chosen)
    done.finish_with(reply)  # the sample report's candidate: strong here, weaker there
    going = hold(app, **chosen)
    going.answer(going.points("fair", "good"))
    going.skip()
    going.answer(going.points("fair"))
    with served(tmp_path / "data", "--base-url", server.base_url, environ=reviewers) as address:
        yield language, address, done.id, going.id


def test_the_four_main_pages_are_pictured(scene, visit, staff):
    language, address, done, going = scene
    tab = visit(url=address, width=1280, height=900)
    tab.open(f"?lang={language}")
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    tab.shot(f"readme-start-{language}", full=False)
    tab.open(f"interview?session={going}&lang={language}")
    expect(tab.box).to_be_enabled(timeout=15_000)
    tab.page.locator("#chat .feedback mark").first.scroll_into_view_if_needed()
    tab.shot(f"readme-interview-{language}", full=False)
    tab.open(f"report?session={done}&lang={language}")
    expect(tab.page.locator("#report .ir")).to_be_visible(timeout=15_000)
    tab.shot(f"readme-report-{language}", full=False)
    desk = staff(url=address, width=1280, height=900)
    desk.open(f"staff/session?session={done}&lang={language}")
    expect(desk.page.locator("mark").first).to_be_attached(timeout=15_000)
    desk.shot(f"readme-review-{language}", full=False)
    for page in ("start", "interview", "report", "review"):
        picture = (SHOTS / f"readme-{page}-{language}.png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 30_000, page  # an empty page is a tenth of that
