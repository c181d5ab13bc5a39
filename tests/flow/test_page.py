"""The page in a real browser: whole interviews, reload, restart, two tabs, keyboard, phone, both languages, hostile input."""

from __future__ import annotations

import re

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from tests.flow.browser import served  # noqa: E402  # after the skip above

expect = playwright.expect
CJK = re.compile(r"[\u4e00-\u9fff]")
GOOD = "prefill 把提示词的 token 并行送进模型计算，每层把 K 和 V 写入 KV cache；decode 每一步为一个请求产出一个新 token，受显存带宽限制。"

pytestmark = pytest.mark.browser


def test_a_whole_offline_interview_ends_in_its_report(visit):
    tab = visit()
    tab.open()
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    tab.shot("start-zh")
    tab.start("大语言模型推理基础", questions=2)
    tab.shot("interview-zh", full=False)
    tab.answer(GOOD)
    tab.shot("interview-zh-probe", full=False)
    for _ in range(12):
        if tab.page.locator("#over .over").count():
            break
        tab.answer("不知道")
    tab.to_report()
    report = tab.page.locator("#report")
    expect(report).to_contain_text("面试报告", timeout=15_000)
    expect(report).to_contain_text("不是模型的判断")
    expect(report.locator("mark").first).to_be_attached()
    expect(tab.box).to_be_hidden()
    tab.shot("report-zh")


def test_an_interview_against_an_endpoint_ends_in_a_report_that_names_the_model(visit, tmp_path, server):
    with served(tmp_path, "--base-url", server.base_url) as url:
        tab = visit(url=url)
        tab.open("?lang=en")
        tab.start("Fundamentals", questions=1, mode="Exam")
        tab.answer("The prompt is computed in parallel during prefill, then decode makes one token a step.")
        for _ in range(8):
            if tab.page.locator("#over .over").count():
                break
            tab.answer("I do not know")
        tab.to_report()
        report = tab.page.locator("#report")
        expect(report).to_contain_text("Interview report", timeout=15_000)
        expect(report).to_contain_text("scripted")
        expect(report).not_to_contain_text("not a model's judgement")


def test_the_english_page_says_everything_in_english(visit):
    tab = visit()
    tab.open("?lang=en")
    tab.start("Fundamentals", questions=1)
    tab.shot("interview-en", full=False)
    tab.answer("During prefill the whole prompt is computed in parallel and its K and V are stored in the KV cache.")
    tab.finish()
    expect(tab.page.locator("#report")).to_contain_text("Interview report", timeout=15_000)
    tab.shot("report-en")
    shown = tab.page.inner_text("body").replace("中文", "").replace("语言 / Language", "")
    assert not CJK.search(shown), CJK.search(shown)


def test_switching_the_language_changes_the_words_and_keeps_the_interview(visit):
    tab = visit()
    tab.open()
    tab.start("大语言模型推理基础")
    tab.page.get_by_label("English").check()
    expect(tab.page.locator("#send")).to_have_text("Send")
    expect(tab.page.locator("#progress")).to_contain_text("Question 1")
    assert tab.turn == 1


def test_a_reload_in_the_middle_shows_the_same_interview(visit):
    tab = visit()
    tab.open()
    tab.start("大语言模型推理基础")
    tab.answer(GOOD)
    turn, said = tab.turn, tab.bubbles.all_inner_texts()
    tab.page.reload()
    expect(tab.box).to_be_enabled(timeout=15_000)
    assert tab.turn == turn
    assert tab.bubbles.all_inner_texts() == said


def test_an_interview_goes_on_after_the_server_was_killed_and_started_again(visit, tmp_path):
    with served(tmp_path) as url:
        tab = visit(url=url)
        tab.open()
        tab.start("大语言模型推理基础")
        tab.answer(GOOD)
        query = tab.page.url.removeprefix(url)
        said = tab.bubbles.all_inner_texts()
        tab.page.goto("about:blank")
    with served(tmp_path) as url:
        again = visit(url=url)
        again.open(query)
        expect(again.box).to_be_enabled(timeout=15_000)
        assert again.bubbles.all_inner_texts() == said
        again.answer("不知道")


def test_a_second_tab_is_told_that_the_interview_went_on(visit):
    first = visit()
    first.open()
    first.start("大语言模型推理基础")
    second = visit()
    second.page.goto(first.page.url)
    expect(second.box).to_be_enabled(timeout=15_000)
    first.answer(GOOD)
    second.box.fill("第二个标签页里写的回答")
    second.box.press("Enter")
    expect(second.page.locator("#notice")).to_contain_text("别的标签页", timeout=15_000)
    expect(second.box).to_have_value("第二个标签页里写的回答")
    assert second.turn == first.turn


def test_everything_works_by_keyboard_alone(visit):
    tab = visit()
    tab.open()
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    keys = tab.page.keyboard
    for _ in range(40):
        keys.press("Tab")
        if tab.page.evaluate("document.activeElement?.id") == "go":
            break
    keys.press("Enter")
    expect(tab.box).to_be_visible(timeout=15_000)
    for _ in range(40):
        if tab.page.evaluate("document.activeElement?.closest('#answer') !== null"):
            break
        keys.press("Tab")
    before = tab.turn
    keys.type("prefill")
    keys.press("Shift+Enter")
    keys.type("decode")
    expect(tab.box).to_have_value("prefill\ndecode")
    keys.press("Enter")
    tab.settled(before)


def test_a_huge_paste_is_refused_with_the_limit_and_stays_in_the_box(visit):
    tab = visit()
    tab.open()
    tab.start("大语言模型推理基础")
    tab.box.fill("很" * 200_000)
    tab.box.press("Enter")
    expect(tab.page.locator("#notice")).to_contain_text("200000", timeout=20_000)
    assert len(tab.box.input_value()) == 200_000
    assert tab.turn == 1


def test_an_empty_answer_is_refused_kindly(visit):
    tab = visit()
    tab.open()
    tab.start("大语言模型推理基础")
    tab.box.fill("   ")
    tab.page.locator("#send").click()
    expect(tab.page.locator("#notice")).to_contain_text("空的")
    assert tab.turn == 1


def test_an_unknown_address_says_so_and_offers_a_new_interview(visit):
    tab = visit()
    tab.open("?session=nosuchsession")
    expect(tab.page.locator("#notice")).to_contain_text("没有找到这场面试", timeout=15_000)
    expect(tab.page.locator("#go")).to_be_visible()


def test_what_a_candidate_types_is_shown_as_text_and_never_run(visit):
    tab = visit()
    tab.open()
    tab.start("大语言模型推理基础")
    hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> 当 seq_len < block_size 时 </div>'
    tab.answer(hostile)
    expect(tab.bubbles.nth(1)).to_contain_text("seq_len < block_size")
    tab.finish()
    expect(tab.page.locator("#report")).to_contain_text("面试报告", timeout=15_000)
    assert tab.page.evaluate("window.hacked") is None
    assert tab.page.locator("#report img, #chat img").count() == 0


def test_hint_skip_pause_and_resume(visit):
    tab = visit()
    tab.open()
    tab.start("大语言模型推理基础")
    tab.page.locator("#hint").click()
    expect(tab.bubbles.last).to_contain_text("提示一", timeout=15_000)
    tab.page.locator("#pause").click()
    expect(tab.page.locator("#notice")).to_contain_text("暂停")
    expect(tab.box).to_be_disabled()
    tab.page.locator("#resume").click()
    expect(tab.box).to_be_enabled(timeout=15_000)
    before = tab.turn
    tab.page.locator("#skip").click()
    tab.settled(before)
    expect(tab.page.locator("#progress")).to_contain_text("第 2 题")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_sideways_scrolling(visit, scheme):
    tab = visit(width=390, height=844, scheme=scheme)
    tab.open()
    tab.start("大语言模型推理基础")
    tab.shot(f"phone-{scheme}", full=False)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(tab.box).to_be_in_viewport()
    tab.answer(GOOD)
    tab.finish()
    expect(tab.page.locator("#report")).to_contain_text("面试报告", timeout=15_000)
    tab.shot(f"phone-report-{scheme}")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_dark_page_for_people_to_look_at(visit):
    tab = visit(scheme="dark")
    tab.open()
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    tab.shot("start-dark")
    tab.start("大语言模型推理基础")
    tab.answer(GOOD)
    tab.shot("interview-dark", full=False)
    background = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", background)[:3])) < 200


def test_the_report_can_be_downloaded_as_one_file(visit):
    tab = visit()
    tab.open()
    tab.start("大语言模型推理基础")
    tab.answer(GOOD)
    tab.finish()
    link = tab.page.locator("#report a[download$='.html']")
    expect(link).to_be_visible(timeout=15_000)
    with tab.page.expect_download() as download:
        link.click()
    text = download.value.path().read_text("utf8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=[\"']https?:", text)
