"""A candidate's own interviews and the reviewers' login in a real browser."""

from __future__ import annotations

import re

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from tests.flow.browser import served  # noqa: E402  # after the skip above
from tests.flow.conftest import PASSWORD, REVIEWER  # noqa: E402

expect = playwright.expect
CJK = re.compile(r"[\u4e00-\u9fff]")
GOOD = "During prefill the whole prompt is computed in parallel and its K and V are stored in the KV cache."
LOOKS = [("zh", "light", 1280), ("en", "dark", 1280), ("zh", "dark", 390), ("en", "light", 390)]

pytestmark = pytest.mark.browser


def mine(tab, language="en"):
    tab.open(f"mine?lang={language}")
    expect(tab.page.locator("#mine-listed > *").last).to_be_attached(timeout=15_000)
    expect(tab.page.locator(".mine-list, .mine .empty").first).to_be_visible(timeout=15_000)


def know(tab, *ids):
    """This browser remembers these interviews, newest first."""
    tab.page.evaluate(
        "(ids) => localStorage.setItem('interviewer.sessions', JSON.stringify(ids.map((id) => ({ id, at: 1 }))))",
        list(ids),
    )


@pytest.fixture(scope="module")
def held(browser, address):
    """Two interviews of one candidate, one finished and one not: their ids, made once for the looks of the page."""
    from tests.flow.browser import Visit

    ids = []
    context = browser.new_context()
    for finished in (True, False):
        tab = Visit(context.new_page(), address)
        tab.open("?lang=en")
        tab.start("Fundamentals", questions=2)
        if finished:
            tab.answer(GOOD)
        ids.append(tab.session_id)
        if finished:
            tab.finish()
    context.close()
    return ids


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_the_list_reads_well_in_each_look(visit, held, language, scheme, width):
    tab = visit(width=width, scheme=scheme)
    mine(tab, language)
    know(tab, *held, "NotOnThisServer1")
    mine(tab, language)
    cards = tab.page.locator(".mine-one")
    expect(cards).to_have_count(2)
    expect(cards.nth(0).locator(".mine-score")).to_be_visible()
    expect(tab.page.locator(".mine-lost")).to_contain_text("NotOnThisServer1")
    cards.nth(0).locator(".mine-more > summary").click()
    cards.nth(0).locator(".mine-delete > summary").click()
    expect(cards.nth(0).locator(".mine-danger")).to_be_visible()
    tab.check_accessible()
    assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if language == "en":
        shown = tab.page.inner_text("#main-content")
        assert not CJK.search(shown), CJK.search(shown)
    tab.shot(f"mine-{language}-{scheme}-{width}")


def test_an_empty_list_leads_to_a_first_interview(visit):
    tab = visit(width=390)
    mine(tab, "zh")
    tab.shot("mine-empty-zh")
    tab.check_accessible()
    tab.page.locator(".mine .empty a").click()
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)


@pytest.fixture
def alone(tmp_path, visit):
    """A tab on a server of its own, whose every file lies in one folder: (tab, folder)."""
    (tmp_path / "tmp").mkdir()
    own = {"TMPDIR": str(tmp_path / "tmp"), "GRADIO_TEMP_DIR": str(tmp_path / "tmp" / "gradio")}
    with served(tmp_path, environ=own) as url:
        yield visit(url=url), tmp_path


def test_deleting_takes_two_steps_and_leaves_nothing_on_the_page_the_server_or_in_the_browser(alone):
    tab, folder = alone
    secret = "My project at Example Corp was called Bluebird"

    def holding():
        return [file for file in folder.rglob("*") if file.is_file() and b"Bluebird" in file.read_bytes()]

    tab.open("?lang=en")
    tab.start("Fundamentals", questions=1)
    tab.answer(f"{GOOD} {secret}")
    session = tab.session_id
    assert holding()
    mine(tab)
    card = tab.page.locator(".mine-one")
    card.locator(".mine-more > summary").press("Enter")
    with tab.page.expect_download() as saving:
        card.get_by_role("link", name="Download all data").click()
    assert session in saving.value.path().read_text("utf8")
    card.locator(".mine-delete > summary").press("Enter")
    expect(card.locator(".mine-delete")).to_contain_text("cannot be undone")
    card.get_by_role("button", name="Yes, delete for good").press("Enter")
    expect(tab.page.locator(".mine .empty")).to_be_visible(timeout=10_000)
    expect(tab.page.locator("#notice")).to_contain_text("Deleted for good")
    expect(tab.page.locator("#mine-title")).to_be_focused()
    assert session not in tab.page.evaluate("JSON.stringify(localStorage)")
    assert holding() == []
    gone = tab.page.request.get(f"{tab.address}download/{session}/data.json?lang=en")
    assert gone.status == 404
    assert re.search(r"was deleted on \d{4}-\d\d-\d\d", gone.text())
    tab.open(f"interview?session={session}&lang=en")
    expect(tab.page.locator("#notice")).to_contain_text("was deleted on", timeout=10_000)
    know(tab, session)  # another tab of this browser still had it
    mine(tab)
    expect(tab.page.locator(".mine-lost")).to_contain_text("Deleted on")
    tab.page.get_by_role("button", name="Remove from this browser").click()
    expect(tab.page.locator(".mine .empty")).to_be_visible()


def test_removing_from_this_browser_keeps_the_interview_and_its_address_brings_it_back(visit, held):
    tab = visit()
    mine(tab)
    know(tab, held[1])
    mine(tab)
    tab.page.locator(".mine-more > summary").click()
    tab.page.get_by_role("button", name="Remove from this browser").click()
    expect(tab.page.locator(".mine .empty")).to_be_visible()
    paste = tab.page.get_by_label("Address or id of the interview")
    for wrong, said in (("hello there", "No interview's address"), ("NotOnThisServer1", "was not found")):
        paste.fill(wrong)
        paste.press("Enter")
        expect(tab.page.locator("#notice")).to_contain_text(said)
        expect(paste).to_have_value(wrong)
    paste.fill(f"http://elsewhere.example/interview?lang=zh&session={held[1]}")
    tab.page.locator("#mine-add").click()
    expect(tab.page.locator(".mine-one")).to_have_count(1)
    expect(paste).to_have_value("")
    tab.page.get_by_role("link", name="Go on").click()
    expect(tab.box).to_be_enabled(timeout=15_000)
    assert tab.session_id == held[1]


def test_what_a_browser_claims_to_know_is_only_looked_up_never_shown_as_it_is(visit, held):
    tab = visit()
    mine(tab)
    know(tab, "<img src=x onerror=alert(1)>", held[0].swapcase(), "x" * 300)
    mine(tab)
    expect(tab.page.locator(".mine-one")).to_have_count(0)
    assert tab.page.locator("#mine-listed img").count() == 0


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_the_login_reads_well_in_each_look(visit, language, scheme, width):
    tab = visit(width=width, scheme=scheme)
    tab.open(f"login?lang={language}&next=/staff/knowledge")
    tab.check_accessible()
    tab.shot(f"login-{language}-{scheme}-{width}")
    assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert tab.page.evaluate("getComputedStyle(document.body).backgroundColor") == ("rgb(13, 19, 28)" if scheme == "dark" else "rgb(245, 247, 249)")  # fmt: skip
    if language == "en":
        assert not CJK.search(tab.page.inner_text("main"))


def test_a_reviewer_logs_in_by_keyboard_lands_where_they_wanted_and_logs_out(visit):
    tab = visit()
    tab.open("staff/knowledge?lang=en")
    expect(tab.page.get_by_label("Name")).to_be_focused()
    tab.page.keyboard.type(REVIEWER)
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.type("not the password")
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("alert")).to_contain_text("wrong")
    expect(tab.page.get_by_label("Name")).to_have_value(REVIEWER)
    expect(tab.page.get_by_label("Password")).to_be_focused()
    tab.check_accessible()
    tab.shot("login-wrong-en")
    tab.faults.clear()  # the browser notes that the answer was a refusal
    tab.page.get_by_role("link", name="中文").click()
    expect(tab.page.get_by_role("heading")).to_have_text("评阅人登录")
    tab.page.get_by_label("姓名").fill(REVIEWER)
    tab.page.get_by_label("密码").fill(PASSWORD)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/staff/knowledge?lang=zh")
    leave = tab.page.get_by_role("button", name=re.compile(REVIEWER))
    expect(leave).to_be_visible(timeout=15_000)
    tab.page.wait_for_load_state("networkidle")
    leave.press("Enter")
    tab.page.wait_for_url("**/login")
    tab.page.goto(f"{tab.address}staff/knowledge")
    tab.page.wait_for_url("**/login?next=/staff/knowledge**")


def test_where_reviewers_are_not_set_up_the_login_says_what_to_do(visit, tmp_path):
    with served(tmp_path) as url:
        tab = visit(url=url, width=390)
        tab.open("staff/?lang=zh")
        expect(tab.page.get_by_role("heading")).to_have_text("评阅页面还没有开放")
        expect(tab.page.locator("code")).to_have_text("interviewer reviewer 姓名")
        tab.check_accessible()
        tab.shot("login-closed-zh-390")


def test_an_address_that_leads_nowhere_is_not_remembered(visit, held):
    tab = visit()
    for room in ("interview", "report"):
        tab.open(f"{room}?session=nope&lang=en")
        expect(tab.page.locator("#notice")).to_contain_text("was not found", timeout=15_000)
        tab.page.wait_for_timeout(1000)
    assert tab.page.evaluate("JSON.parse(interviewer.known())") == []
    for room, one in zip(("report", "interview"), held, strict=True):
        tab.open(f"{room}?session={one}&lang=en")
        tab.page.wait_for_function("(id) => (window.interviewer?.known() ?? '').includes(id)", arg=one)
