"""The first page in a real browser: consent, choices, banks, what waits to go on, an address that leads nowhere."""

from __future__ import annotations

import os
import re

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from interviewer.interview.start import NAME_CHARS  # noqa: E402  # after the skip above
from tests.flow.browser import served  # noqa: E402
from tests.unit.bank_samples import write_bank  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_for_people_to_look_at(visit, language, scheme, width):
    tab = visit(width=width, height=844, scheme=scheme)
    tab.open(f"?lang={language}")
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    expect(tab.page.locator("#what li")).to_have_count(8)  # five promises, and three ways to a model
    tab.shot(f"start-{language}-{scheme}-{width}")
    tab.check_accessible()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    if language == "en":
        shown = tab.page.inner_text("body").replace("中文", "")
        assert not re.search(r"[\u4e00-\u9fff]", shown)


def test_no_interview_begins_without_consent(visit):
    tab = visit()
    tab.open()
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    tab.page.locator("#go").click()
    expect(tab.page.locator("#notice")).to_contain_text("还没有同意")
    expect(tab.page).not_to_have_url(re.compile("session="))
    tab.page.locator("#consent input").check()
    tab.page.locator("#go").click()
    expect(tab.page).to_have_url(re.compile(r"/interview\?session=\w+"), timeout=15_000)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_start_button_is_above_the_fold_and_one_click_is_enough(visit, language):
    tab = visit(width=1280, height=720)
    tab.open(f"?lang={language}")
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    box = tab.page.locator("#go").bounding_box()
    assert box["y"] + box["height"] <= 720
    tab.page.locator("#quick").click()
    expect(tab.page).to_have_url(re.compile(r"/interview\?session=\w+"), timeout=15_000)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_nobody_consents_before_reading_what_happens(visit, language):
    """Offline: that nobody judges stands above the form, and the promises before the box that is ticked."""
    tab = visit(width=390, height=844)
    tab.open(f"?lang={language}")
    expect(tab.page.locator("#go")).to_be_visible()
    expect(tab.page.locator("#band .band")).to_be_in_viewport(ratio=1)
    tops = []
    for part in ("#band .band", "#what .promises li:first-of-type", "#consent", "#go"):
        box = tab.page.locator(part).first.bounding_box()
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= 390, f"{part} is read only by scrolling sideways"
        tops.append(box["y"])
    assert tops == sorted(tops)
    assert tab.page.evaluate(
        """() => { const [band, what, box] = ['#band .band', '#what .promises', '#consent input'].map((one) => document.querySelector(one));
        const after = (one, other) => !!(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
        return [after(band, box), after(what, box)]; }"""
    ) == [True, True], "a screen reader reads in the order of the page's source"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_name_as_long_as_a_book_is_cut_in_the_form_and_refused_with_words_where_it_comes_anyway(visit, language):
    tab = visit(width=390, height=844)
    tab.open(f"?lang={language}")
    expect(tab.page.locator("#go")).to_be_visible()
    tab.page.locator("#more button").first.click()
    name = tab.page.locator("#candidate textarea, #candidate input")
    name.focus()
    tab.page.keyboard.insert_text("名" * 10_000)  # as one paste
    assert len(name.input_value()) == NAME_CHARS
    expect(tab.page.locator("#candidate")).to_contain_text(str(NAME_CHARS))
    tab.page.locator("#consent input").check()
    name.evaluate("(one) => one.removeAttribute('maxlength')")
    name.fill("名" * 10_000)
    tab.page.locator("#go").click()
    expect(tab.page.locator("#notice")).to_contain_text(re.compile(rf"10000.*\b{NAME_CHARS}\b"))
    expect(tab.page.locator("#notice")).to_be_in_viewport()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert name.input_value() == "名" * 10_000, "what was typed is not lost"
    name.fill("名" * NAME_CHARS)
    tab.page.locator("#go").click()
    expect(tab.page).to_have_url(re.compile(r"/interview\?session=\w+"))
    expect(tab.box).to_be_enabled()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_language_chosen_once_is_kept_on_every_page(visit):
    tab = visit()
    tab.open("?lang=en")
    expect(tab.page.locator("#go")).to_have_text("Start the interview", timeout=15_000)
    tab.page.goto(tab.address)
    expect(tab.page.locator("#go")).to_have_text("Start the interview", timeout=15_000)


def test_an_unfinished_interview_is_listed_and_goes_on(visit):
    tab = visit()
    tab.open()
    tab.start("大语言模型推理基础", questions=2)
    session = tab.session_id
    tab.open()
    link = tab.page.locator("#earlier a")
    expect(link).to_have_count(1, timeout=15_000)
    expect(link).to_contain_text("第 1 题 / 共 2 题")
    link.click()
    expect(tab.box).to_be_enabled(timeout=15_000)
    assert tab.session_id == session
    tab.finish()
    tab.open()
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    tab.page.wait_for_timeout(800)
    expect(tab.page.locator("#earlier a")).to_have_count(0)


def test_another_visitor_sees_none_of_it(visit):
    first = visit()
    first.open()
    first.start("大语言模型推理基础")
    other = visit()
    other.open()
    expect(other.page.locator("#go")).to_be_visible(timeout=15_000)
    other.page.wait_for_timeout(800)
    expect(other.page.locator("#earlier a")).to_have_count(0)


def test_a_seed_that_is_no_number_is_refused_in_words(visit):
    tab = visit()
    tab.open()
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    tab.page.locator("#more button").first.click()
    tab.page.locator("#seed textarea, #seed input").fill("abc")
    tab.page.locator("#consent input").check()
    tab.page.locator("#go").click()
    expect(tab.page.locator("#notice")).to_contain_text("整数")


def test_an_unknown_address_says_so_and_offers_a_new_interview(visit):
    tab = visit()
    tab.open("interview?session=nosuchsession")
    expect(tab.page.locator("#notice")).to_contain_text("没有找到面试“nosuchsession”", timeout=15_000)
    expect(tab.page.locator("#notice a")).to_have_attribute("href", re.compile(r"^/\?"))


def test_one_of_several_banks_can_be_chosen(visit, tmp_path):
    first = write_bank(tmp_path / "a", bank_toml='id = "first"\n')
    second = write_bank(tmp_path / "b", bank_toml='id = "second"\n')
    with served(tmp_path, "--bank", f"{first}{os.pathsep}{second}") as url:
        tab = visit(url=url)
        tab.open("?lang=en")
        expect(tab.page.locator("#bank input")).to_be_visible(timeout=15_000)
        tab.page.locator("#bank input").click()
        tab.page.get_by_role("option").nth(1).click()
        tab.page.locator("#chapters-fold button").first.click()
        expect(tab.page.locator("#chapters")).to_contain_text("Databases")
        tab.start(questions=1)
        expect(tab.page.locator("#progress")).to_contain_text("Question 1 of 1")
