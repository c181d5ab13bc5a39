"""Interviews in a real browser: whole ones, reload, restart, two tabs, keyboard, phone, both languages, drawings, hostile input."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from interviewer.scripted import ScriptedServer  # noqa: E402  # after the skip above
from tests.flow.browser import served  # noqa: E402
from tests.scripts import listening_brain  # noqa: E402

expect = playwright.expect
CJK = re.compile(r"[\u4e00-\u9fff]")
GOOD = "prefill 把提示词的 token 并行送进模型计算，每层把 K 和 V 写入 KV cache；decode 每一步为一个请求产出一个新 token，受显存带宽限制。"
GOOD_EN = "During prefill the whole prompt is computed in parallel and its K and V are stored in the KV cache."
FIRST = {"zh": "大语言模型推理基础", "en": "Fundamentals"}
DRAWING = """+--------+      +-----------+
| Client | ---> | Scheduler |
+--------+      +-----------+

```mermaid
graph LR
  A[请求] --> B{Scheduler}
  B --> C[GPU worker]
```"""

pytestmark = pytest.mark.browser


def test_a_whole_offline_interview_ends_in_its_report(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"], questions=2)
    tab.answer(GOOD)
    for _ in range(12):
        if tab.over:
            break
        tab.answer("不知道")
    expect(tab.box).to_be_hidden()
    tab.to_report()
    report = tab.page.locator("#report")
    expect(report).to_contain_text("暂无总分")
    expect(report).to_contain_text("还没有标")
    expect(report.locator("form.own-marks")).to_have_count(2)


def test_an_interview_against_an_endpoint_ends_in_a_report_that_names_the_model(visit, tmp_path, server):
    with served(tmp_path, "--base-url", server.base_url) as url:
        tab = visit(url=url)
        tab.open("?lang=en")
        tab.start(FIRST["en"], questions=1, mode="Exam")
        tab.answer(GOOD_EN)
        for _ in range(8):
            if tab.over:
                break
            tab.answer("I do not know")
        tab.to_report()
        report = tab.page.locator("#report")
        expect(report).to_contain_text("scripted")
        expect(report).not_to_contain_text("marked by yourself")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_for_people_to_look_at(visit, language, scheme, width):
    tab = visit(width=width, height=844, scheme=scheme)
    tab.open(f"?lang={language}")
    tab.start(FIRST[language], questions=2)
    tab.answer(GOOD if language == "zh" else GOOD_EN)
    tab.shot(f"interview-{language}-{scheme}-{width}", full=False)
    before = tab.turn
    tab.page.locator("#skip").click()
    tab.settled(before)
    expect(tab.page.locator("#chat .feedback mark").first).to_be_attached()
    tab.page.locator("#chat .feedback").scroll_into_view_if_needed()
    tab.shot(f"interview-feedback-{language}-{scheme}-{width}", full=False)
    tab.check_accessible()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    if language == "en":
        shown = tab.page.inner_text("body").replace("中文", "")
        assert not CJK.search(shown), CJK.search(shown)
    if scheme == "dark":
        background = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert sum(map(int, re.findall(r"\d+", background)[:3])) < 200


def test_switching_the_language_changes_the_words_and_keeps_the_interview_and_the_draft(visit):
    tab = visit()
    tab.open("?lang=zh")
    tab.start(FIRST["zh"])
    tab.box.fill("写到一半的回答")
    tab.page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('interviewer.draft.'))")
    tab.page.locator("a[data-language=en]").click()
    expect(tab.page.locator("#send")).to_have_text("Send", timeout=15_000)
    expect(tab.page.locator("#progress")).to_contain_text("Question 1")
    expect(tab.box).to_have_value("写到一半的回答")
    assert tab.turn == 1
    assert tab.page.evaluate("document.documentElement.lang") == "en"


def test_a_reload_in_the_middle_shows_the_same_interview_and_keeps_the_draft(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    tab.answer(GOOD)
    turn, said = tab.turn, tab.bubbles.all_inner_texts()
    tab.box.fill("第一行\n第二行")
    tab.page.reload()
    expect(tab.box).to_have_value("第一行\n第二行", timeout=15_000)
    assert tab.turn == turn
    assert tab.bubbles.all_inner_texts() == said
    tab.answer("第一行\n第二行")
    tab.page.reload()
    expect(tab.box).to_be_enabled(timeout=15_000)
    tab.page.wait_for_timeout(900)
    expect(tab.box).to_have_value("")


def test_a_reload_while_the_interviewer_speaks_still_gets_the_reply(visit, tmp_path):
    with (
        ScriptedServer(listening_brain, first_token_s=1.5) as slow,
        served(tmp_path, "--base-url", slow.base_url) as url,
    ):
        tab = visit(url=url)
        tab.open()
        tab.start(FIRST["zh"])
        before = tab.turn
        tab.box.fill(GOOD)
        tab.box.press("Enter")
        expect(tab.page.locator("#chat .typing")).to_be_visible(timeout=10_000)
        expect(tab.page.locator("#chat .storing")).to_have_count(0, timeout=20_000)
        tab.page.reload()
        tab.faults.clear()  # Gradio complains of the connection that the reload cut
        tab.settled(before + 1)
        assert tab.bubbles.count() == 3


def test_an_interview_goes_on_after_the_server_was_killed_and_started_again(visit, tmp_path):
    with served(tmp_path) as url:
        tab = visit(url=url)
        tab.open()
        tab.start(FIRST["zh"])
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
    first.start(FIRST["zh"])
    second = visit()
    second.page.goto(first.page.url)
    expect(second.box).to_be_enabled(timeout=15_000)
    first.answer(GOOD)
    second.box.fill("第二个标签页里写的回答")
    second.box.press("Enter")
    expect(second.page.locator("#notice")).to_contain_text("别的标签页", timeout=15_000)
    expect(second.box).to_have_value("第二个标签页里写的回答")
    assert second.turn == first.turn


def test_a_model_that_goes_and_comes_back_is_spoken_of_calmly_and_grades_afterwards(visit, tmp_path):
    with ExitStack() as up:
        server = up.enter_context(ScriptedServer(listening_brain))
        port = int(re.search(r":(\d+)/", server.base_url)[1])
        away = up.pop_all()
        url = up.enter_context(served(tmp_path, "--base-url", server.base_url))
        tab = visit(url=url)
        tab.open()
        tab.start(FIRST["zh"], questions=3)
        away.close()
        tab.answer(GOOD)
        expect(tab.page.locator("#notice")).to_contain_text("模型服务暂时没有响应")
        before = tab.turn
        tab.page.locator("#skip").click()
        tab.settled(before)
        with ScriptedServer(listening_brain, port=port):
            wait_for_rest(tab)
            expect(tab.page.locator("#notice")).to_contain_text("模型服务恢复了", timeout=15_000)
            tab.finish()
            expect(tab.page.locator("#report")).to_contain_text("scripted")
            expect(tab.page.locator("#regrade")).to_be_hidden()


def wait_for_rest(tab) -> None:
    """Answer until the breaker has let the model be asked again; each answer is kept whatever happens."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not tab.over:
        tab.answer(GOOD)
        if "恢复" in tab.page.locator("#notice").inner_text():
            return
        tab.page.wait_for_timeout(2000)


def test_a_whole_interview_by_keyboard_alone(visit):
    tab = visit()
    tab.open()
    expect(tab.page.locator("#go")).to_be_visible(timeout=15_000)
    keys, page = tab.page.keyboard, tab.page

    def to(selector: str, most: int = 60) -> None:
        for _ in range(most):
            if page.evaluate("(s) => document.activeElement?.closest(s) !== null", selector):
                return
            keys.press("Tab")
        raise AssertionError(f"{selector} is not reached by the keyboard")

    to("#consent")
    keys.press("Space")
    to("#go")
    keys.press("Enter")
    expect(tab.box).to_be_enabled(timeout=15_000)
    to("#answer")
    before = tab.turn
    keys.type("prefill")
    keys.press("Shift+Enter")
    keys.type("decode")
    expect(tab.box).to_have_value("prefill\ndecode")
    keys.press("Enter")
    tab.settled(before)
    page.wait_for_function("document.activeElement?.closest('#answer') !== null")
    to("#end")
    keys.press("Enter")
    page.wait_for_function("document.activeElement?.id === 'end-no'")
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(page.locator("#over a")).to_be_visible(timeout=15_000)
    to("#over a")
    keys.press("Enter")
    expect(page.locator("#report .ir")).to_be_visible(timeout=15_000)


def test_the_box_gets_the_focus_back_however_short_it_was_shut_and_takes_it_from_nobody(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    shut = """async (box) => {
        box.disabled = true;
        while (document.activeElement === box) await new Promise(requestAnimationFrame);
        box.disabled = false;
    }"""
    tab.box.focus()
    tab.box.evaluate(shut)
    expect(tab.box).to_be_focused()
    tab.page.locator("#chat").click(position={"x": 5, "y": 5})
    tab.page.evaluate("document.activeElement.blur()")
    tab.page.wait_for_timeout(1000)
    expect(tab.box).not_to_be_focused()


def test_the_question_whether_to_end_stays_while_the_page_goes_on(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    tab.page.locator("#end").click()
    expect(tab.page.locator("#end-no")).to_be_focused()
    before = tab.turn
    tab.page.locator("#hint").click()
    tab.settled(before)
    expect(tab.page.locator("#end-yes")).to_be_visible()
    tab.answer(GOOD)
    expect(tab.page.locator("#end-yes")).to_be_hidden()


def test_enter_that_ends_a_word_of_an_input_method_sends_nothing(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    tab.box.fill("zhuyi")
    tab.box.evaluate(
        """(box) => box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", keyCode: 13, bubbles: true, isComposing: true }))"""
    )
    tab.page.wait_for_timeout(600)
    expect(tab.box).to_have_value("zhuyi")
    assert tab.turn == 1


def test_a_huge_paste_is_refused_with_the_limit_and_stays_in_the_box(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    tab.box.fill("很" * 200_000)
    tab.box.press("Enter")
    expect(tab.page.locator("#notice")).to_contain_text("200000", timeout=20_000)
    assert len(tab.box.input_value()) == 200_000
    assert tab.turn == 1


def test_an_empty_answer_is_refused_kindly(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    tab.box.fill("   ")
    tab.page.locator("#send").click()
    expect(tab.page.locator("#notice")).to_contain_text("空的")
    assert tab.turn == 1


def test_drawings_are_shown_as_drawn(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    tab.answer(DRAWING)
    mine = tab.bubbles.nth(1)
    expect(mine.locator("svg").first).to_be_visible(timeout=15_000)
    expect(mine.locator("pre").first).to_contain_text("+--------+      +-----------+")
    tab.shot("interview-drawing", full=False)


def test_what_a_candidate_types_is_shown_as_text_and_never_run(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    hostile = (
        '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> 当 seq_len < block_size 时 </div>'
        "\n\n![x](http://evil.example/x.png)\n\n"
        '```mermaid\ngraph LR\n  A["<img src=x onerror=window.hacked=1>"] --> B\n  click A "javascript:window.hacked=1"\n```'
    )
    tab.answer(hostile)
    expect(tab.bubbles.nth(1)).to_contain_text("seq_len < block_size")
    tab.page.wait_for_timeout(1500)
    before = tab.turn
    tab.page.locator("#skip").click()
    tab.settled(before)
    assert tab.page.locator("#chat img").count() == 0
    tab.finish()
    assert tab.page.evaluate("window.hacked") is None
    assert tab.page.locator("#report img").count() == 0


def test_hint_repeat_skip_pause_and_resume(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    tab.page.locator("#hint").click()
    expect(tab.bubbles.last).to_contain_text("提示一", timeout=15_000)
    question = tab.page.locator("#open-question .open").inner_text().removeprefix("当前问题").strip()
    tab.page.locator("#repeat").click()
    expect(tab.bubbles.last).to_have_text(question, timeout=15_000)
    tab.page.locator("#pause").click()
    expect(tab.page.locator("#notice")).to_contain_text("暂停")
    expect(tab.box).to_be_disabled()
    tab.page.locator("#resume").click()
    expect(tab.box).to_be_enabled(timeout=15_000)
    before = tab.turn
    tab.page.locator("#skip").click()
    tab.settled(before)
    expect(tab.page.locator("#progress")).to_contain_text("第 2 题")


def test_skipping_the_last_question_asks_first_and_in_view(visit):
    tab = visit(height=640)
    tab.open("?lang=en")
    tab.start(questions=1)
    tab.page.locator("#skip").click()
    expect(tab.page.locator("#skip-yes")).to_be_in_viewport(timeout=15_000)
    expect(tab.page.locator("#end-yes")).to_be_hidden()
    tab.page.locator("#end-no").click()
    expect(tab.page.locator("#skip-yes")).to_be_hidden()
    tab.page.locator("#skip").click()
    tab.page.locator("#skip-yes").click()
    expect(tab.page.locator("#over a")).to_be_visible(timeout=15_000)


def test_a_summary_leads_to_answering_the_question_again(visit):
    tab = visit()
    tab.open()
    tab.start(FIRST["zh"])
    tab.answer(GOOD)
    before = tab.turn
    tab.page.locator("#skip").click()
    tab.settled(before)
    link = tab.page.locator("#chat .feedback .again a")
    assert f"/again?session={tab.session_id}&question=" in link.get_attribute("href")


def test_on_a_phone_long_code_scrolls_in_its_box_and_the_buttons_stay_in_sight(visit):
    tab = visit(width=390, height=844)
    tab.open()
    tab.start(FIRST["zh"])
    tab.answer(
        "```python\ndef handler(" + ", ".join(f"a_long_parameter_{n}" for n in range(20)) + "):\n    return 1\n```"
    )
    code = tab.page.locator("#chat pre").last
    assert code.evaluate("box => box.scrollWidth > box.clientWidth || box.querySelector('code').scrollWidth > 390")
    assert tab.page.locator(".talk").bounding_box()["width"] <= 390
    for button in ("#send", "#pause", "#end"):
        expect(tab.page.locator(button)).to_be_in_viewport(ratio=1)
    tab.page.locator("#pause").click()
    expect(tab.page.locator("#resume")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("room", ["interview", "report", "note", "again", "debrief"])
def test_an_interview_that_is_not_there_leads_to_a_new_one_and_tells_nothing_of_the_server(visit, room):
    tab = visit()
    tab.open(f"{room}?session=nope&question=q")
    notice = tab.page.locator("#notice p")
    expect(notice).to_contain_text("没有找到面试“nope”", timeout=15_000)
    assert ".db" not in notice.inner_text()
    assert notice.locator("a").get_attribute("href").startswith("/?")
