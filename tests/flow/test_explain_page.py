"""A verdict is explained where it is opened: by reviewers, and by the candidate where the settings let them."""

from __future__ import annotations

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from interviewer.scripted import ScriptedServer  # noqa: E402  # after the skip above
from tests.flow.browser import LoopBeside, served  # noqa: E402
from tests.flow.test_explain import WHY, explaining, partial_brain  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser
LOOKS = [("zh", "light", 1280), ("en", "dark", 390)]


@pytest.fixture
def runner():
    running = LoopBeside()
    yield running
    running.close()


@pytest.fixture
def server():
    with ScriptedServer(partial_brain) as running:
        yield running


@pytest.fixture
def session(hold, make_app, server):
    one = hold(make_app(base_url=server.base_url), questions=1)
    one.finish_with(lambda h: "它一次处理整段输入，所以速度取决于显卡。")
    return one


def site(tmp_path, server, reviewers, explain):
    environ = reviewers | {"INTERVIEWER_JUDGE__EXPLAIN": explain}
    return served(tmp_path / "data", "--base-url", server.base_url, environ=environ)


@pytest.mark.parametrize(("lang", "scheme", "width"), LOOKS)
def test_a_candidate_opens_why_once_and_reads_it_in_place(session, tmp_path, server, reviewers, visit, lang, scheme, width):  # fmt: skip
    with site(tmp_path, server, reviewers, "everyone") as url:
        tab = visit(url=url, width=width, scheme=scheme)
        tab.open(f"report?session={session.id}&lang={lang}")
        tab.page.locator("#report .ir details summary").first.click(timeout=20_000)
        buttons = tab.page.locator("#report button.why")
        expect(buttons).to_have_count(2)
        server.fail(*["malformed"] * 3)
        buttons.first.press("Enter")
        expect(tab.page.locator("#notice p")).not_to_be_empty(timeout=15_000)
        expect(buttons.first).to_be_enabled()
        asked = len(explaining(server))
        buttons.first.press("Enter")
        expect(tab.page.locator("#report [data-explained]")).to_contain_text(WHY, timeout=15_000)
        expect(tab.page.locator("#report [data-explained]")).to_be_focused()
        expect(buttons).to_have_count(1)
        assert len(explaining(server)) == asked + 1
        tab.shot(f"explain-{lang}-{scheme}-{width}")
        tab.page.reload()
        expect(tab.page.locator("#report [data-explained]")).to_have_count(1, timeout=20_000)


def test_nobody_is_offered_it_where_the_settings_do_not_say_so(session, tmp_path, server, reviewers, staff, visit):
    with site(tmp_path, server, reviewers, "reviewers") as url:
        tab = visit(url=url)
        tab.open(f"report?session={session.id}&lang=en")
        tab.page.locator("#report .ir details summary").first.click(timeout=20_000)
        expect(tab.page.locator("#report .points")).not_to_have_count(0)
        expect(tab.page.locator("#report button.why")).to_have_count(0)
        desk = staff(url=url)
        desk.open(f"staff/session?session={session.id}&lang=en")
        buttons = desk.page.locator("form.why button")
        expect(buttons).to_have_count(2, timeout=20_000)
        expect(desk.page.locator(".verdicts .sure").first).to_have_text("46 % sure")
        expect(desk.page.locator(".doubts li")).to_have_text(["question 1, point 1: 46 %"])
        buttons.first.press("Enter")
        expect(desk.page.locator(".verdicts")).to_contain_text(WHY, timeout=15_000)
        expect(desk.page.locator(".told")).to_contain_text("The verdict stands")
        expect(buttons).to_have_count(1)
        desk.shot("explain-review")
        desk.open("staff/?lang=en")
        desk.page.locator(".review-filters summary").click(timeout=20_000)
        desk.page.locator("select[name=order]").select_option("least_sure")
        expect(desk.page.locator(".sessions tbody tr")).to_contain_text("least sure 46 %", timeout=15_000)
        assert "order=least_sure" in desk.page.url
