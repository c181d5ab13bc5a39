"""Marking one's own answers in a real browser: the card, its keys, reload, exam mode at the end, a phone, both languages."""

from __future__ import annotations

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from tests.flow.browser import SHOTS  # noqa: E402  # after the skip above

expect = playwright.expect
GOOD = "prefill 把提示词的 token 并行送进模型计算，每层把 K 和 V 写入 KV cache；decode 每一步为一个请求产出一个新 token，受显存带宽限制。"
GOOD_EN = "During prefill the whole prompt is computed in parallel and its K and V are stored in the KV cache."

pytestmark = pytest.mark.browser


def closed(tab, language: str, mode: str = ""):
    """An interview of two questions whose first one is answered and closed."""
    tab.open(f"?lang={language}")
    first = {"zh": "大语言模型推理基础", "en": "Fundamentals"}[language]
    tab.start(first, questions=2, **({"mode": mode} if mode else {}))
    tab.answer(GOOD if language == "zh" else GOOD_EN)
    tab.answer({"zh": "不知道", "en": "I do not know"}[language])
    return tab.page.locator("form.own-marks").first


def test_marks_are_given_by_keys_stored_at_once_and_survive_a_reload(visit):
    tab = visit()
    card = closed(tab, "zh")
    expect(card).to_contain_text("可能在这里")
    expect(card.locator(".own-foot")).to_contain_text("全部标完才有分数")
    tab.page.locator("[data-to-mark]").click()
    expect(card.locator("fieldset").first.locator("input[type=radio]").first).to_be_focused()
    tab.page.keyboard.press("1")
    tab.page.keyboard.press("p")
    expect(card.locator(".own-foot")).to_contain_text("标了 2 个")
    tab.page.keyboard.press("ArrowUp")
    tab.page.keyboard.press("3")
    expect(card.locator("input[value=absent]").nth(1)).to_be_checked()
    tab.page.screenshot(path=SHOTS / "self-marking-zh.png", full_page=True)
    tab.page.reload()
    card = tab.page.locator("form.own-marks").first
    expect(card.locator("input[value=covered]").first).to_be_checked()
    expect(card.locator("input[value=absent]").nth(1)).to_be_checked()
    assert tab.page.locator("#chat strong", has_text="100").count() == 0
    card.locator("button[name=rest]").click()
    expect(card.locator(".own-foot")).to_contain_text("本人自评")
    expect(tab.page.locator("[data-to-mark]")).to_have_count(1)  # until the next event; the mark itself stands


def test_an_exam_is_marked_at_the_end_and_the_report_is_drawn_anew(visit):
    tab = visit(width=390, height=800, scheme="dark")
    assert closed(tab, "en", "Exam").count() == 0
    for _ in range(10):
        if tab.over:
            break
        tab.answer("I do not know")
    tab.to_report()
    report = tab.page.locator("#report")
    expect(report).to_contain_text("No total yet")
    expect(report).to_contain_text("Not marked yet")
    assert report.locator("svg.depth .fill").count() == 0
    report.locator('.unmarked a[href="#ir-q1"]').click()
    card = report.locator("form.own-marks").first
    card.locator("label", has_text="Said").first.click()
    tab.page.screenshot(path=SHOTS / "self-marking-report-en-phone-dark.png", full_page=True)
    card.locator("button[name=rest]").click()
    expect(report.locator(".result")).to_contain_text("marked by yourself")
    expect(report.locator("form.own-marks").first.locator(".own-foot")).to_contain_text("marked by yourself")
    width = tab.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_a_mark_that_cannot_be_stored_is_not_shown(visit):
    tab = visit()
    card = closed(tab, "en")
    tab.page.route("**/mark/**", lambda route: route.fulfill(status=409, json={"error": "The store is away."}))
    card.locator("label", has_text="Partly").first.click()
    expect(card.locator(".own-fault")).to_have_text("The store is away.")
    expect(card.locator("input[value=partial]").first).not_to_be_checked()
    tab.faults.clear()  # the browser itself writes a refused request on the console
