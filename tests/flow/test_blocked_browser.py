"""A browser that is set to let sites keep nothing: no cookie, no storage. It is said on every page, and everything else works."""

from __future__ import annotations

import json

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from tests.flow.browser import CHROMIUM, FLAGS, Visit  # noqa: E402  # after the skip above

expect = playwright.expect
pytestmark = pytest.mark.browser
BLOCK = 2
SAID = {"zh": "留不住", "en": "will not be remembered"}
NO_STORAGE = "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } })"


@pytest.fixture
def tab(browser, address, tmp_path, request):
    """A tab of a browser that blocks what the test names: `cookies` as chromium's own setting does it (storage with them),
    or `storage` alone."""
    if request.param == "cookies":
        settings = tmp_path / "profile" / "Default" / "Preferences"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": BLOCK}}}))
        context = browser.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=list(FLAGS)
        )
    else:
        context = browser.new_context()
        context.add_init_script(NO_STORAGE)
    one = Visit(context.new_page(), address)
    yield one
    context.close()
    assert (one.outside, one.faults) == ([], [])


def opened(tab, path: str, ready: str, language: str) -> None:
    """Open a page; what cannot be kept is said in its language, in view, and pushes nothing aside."""
    tab.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
    expect(tab.page.locator(ready).first).to_be_visible(timeout=30_000)
    note = tab.page.locator("#blocked")
    expect(note).to_contain_text(SAID[language])
    expect(note).to_be_in_viewport()
    assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("tab", ["cookies", "storage"], indirect=True)
def test_an_interview_is_held_and_read_where_nothing_can_be_kept(tab):
    opened(tab, "", "#go", "zh")
    if tab.page.context.browser is None:  # the profile with chromium's own setting: it does block
        assert tab.page.evaluate("[navigator.cookieEnabled, document.cookie]") == [False, ""]
    opened(tab, "", "#go", "en")
    tab.start(questions=1)
    session = tab.session_id
    expect(tab.page.locator("#blocked")).to_contain_text(SAID["en"])
    tab.answer("prefill reads the prompt")
    for language in SAID:  # its address is enough to come back, also in the other language
        opened(tab, f"interview?session={session}", "#answer textarea", language)
        expect(tab.page.locator("#chat .message.user")).to_contain_text("prefill reads the prompt")
    expect(tab.box).to_be_enabled()
    tab.finish()
    for language in SAID:
        opened(tab, f"report?session={session}", "#report .ir", language)
        opened(tab, "mine", ".mine .empty, .mine-list", language)
    expect(tab.page.locator(".mine-one")).to_have_count(0)
    paste = tab.page.locator("#mine-paste textarea, #mine-paste input")
    paste.fill(f"{tab.address}interview?session={session}")
    paste.press("Enter")
    expect(tab.page.locator(".mine-one")).to_have_count(1)  # while the page is open
