"""The report's page in a real browser: what it shows, what it lets one do, what it gives away to nobody."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from tests.flow.browser import LoopBeside, served  # noqa: E402  # after the skip above

expect = playwright.expect
pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script> 我说的<b>就是</b>这个意思。'
COMBOS = [("zh", "light", 1280), ("en", "dark", 1280), ("zh", "dark", 390), ("en", "light", 390)]


@pytest.fixture
def runner():
    running = LoopBeside()
    yield running
    running.close()


@pytest.fixture
def stored(tmp_path, make_app, server, hold):
    """Two finished interviews judged by the scripted model, one marked by the candidate, one going on; ids by name."""
    app = make_app(base_url=server.base_url)
    ids = {}
    for name, levels in (("first", ("fair",)), ("second", ("fair", "good"))):
        held = hold(app, seed=len(name), questions=5, candidate="<b>王五</b>")
        held.finish_with(lambda h, levels=levels: h.points(*levels))
        ids[name] = held.id
    offline = hold(app, thinking="offline", questions=2)
    offline.finish_with(lambda h: "不知道")
    offline.mark_all("partial")
    going = hold(app, mode="exam", questions=3)
    going.answer(going.points("fair"))
    return ids | {"offline": offline.id, "going": going.id}


@pytest.fixture
def site(stored, tmp_path, server, reviewers):
    """With a reviewer: where nobody could answer an objection, none is offered."""
    with served(tmp_path / "data", "--base-url", server.base_url, environ=reviewers) as url:
        yield url


@pytest.fixture
def report(site, stored, visit):  # the site comes first, so that it is stopped after its visitors have left
    """`report("second", …)`: a visitor of that interview's report, whose browser knows all of them."""

    def make(name: str, lang: str = "zh", **how):
        tab = visit(url=site, **how)
        known = json.dumps([{"id": one, "at": 1} for one in stored.values()])
        tab.page.add_init_script(
            f"if (!localStorage.getItem('interviewer.sessions')) localStorage.setItem('interviewer.sessions', {json.dumps(known)})"
        )
        tab.open(f"report?session={stored[name]}&lang={lang}")
        if name != "going":
            expect(tab.page.locator("#report .ir")).to_be_visible(timeout=15_000)
        return tab

    return make


@pytest.mark.parametrize(("lang", "scheme", "width"), COMBOS)
def test_the_report_in_every_look(report, lang, scheme, width):
    tab = report("second", lang, scheme=scheme, width=width)
    expect(tab.page.locator(".over-time")).to_be_attached()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    tab.shot(f"report-{lang}-{scheme}-{width}")
    tab.page.locator(".ir .questions > details summary").first.click()
    tab.check_accessible()


def test_the_trend_joins_only_what_one_judge_judged(report):
    page = report("second").page
    expect(page.locator(".over-time .notice")).to_contain_text("不能互相比较")
    assert page.locator(".over-time .large .dot").count() == 3
    assert page.locator(".over-time .large .join").count() == 1
    page.locator(".figures summary").click()
    expect(page.locator(".figures thead th")).to_have_count(4)


def test_an_objection_is_sent_from_its_question_and_shown_as_typed(report, make_app, stored):
    tab = report("second")
    page = tab.page
    card = page.locator(".ir .questions > details").first
    card.locator("summary").first.click()
    card.locator("details.object summary").click()
    card.locator("textarea").fill(HOSTILE)
    page.reload()
    expect(card).to_be_visible(timeout=15_000)
    card.locator("summary").first.click()
    card.locator("details.object summary").click()
    expect(card.locator("textarea")).to_have_value(HOSTILE)
    card.locator("[data-object]").click()
    expect(page.locator("#notice")).to_contain_text("异议已提交", timeout=10_000)
    expect(card.locator(".remarks li")).to_have_text(re.compile(re.escape(HOSTILE)))
    expect(card.locator("summary .tag.is-open")).to_contain_text("等待答复")
    assert card.evaluate("one => one.open")
    assert page.title() != "1"
    (kept,) = make_app().store.transcript(stored["second"]).annotations
    assert kept.text == HOSTILE


def test_an_empty_objection_is_refused_in_words(report):
    page = report("second").page
    card = page.locator(".ir .questions > details").first
    card.locator("summary").first.click()
    card.locator("details.object summary").click()
    card.locator("[data-object]").click()
    expect(page.locator("#notice")).to_contain_text("空", timeout=10_000)


def test_a_plan_step_leads_to_its_note_and_back(report):
    page = report("second").page
    step = page.locator(".steps > li").first
    title = step.locator("h3").inner_text()
    step.get_by_text("读这道题的笔记").click()
    expect(page.locator("#note .note-of")).to_be_visible(timeout=15_000)
    assert page.locator("#note h1").inner_text() in title
    expect(page.locator("#note .reference")).not_to_be_empty()
    page.get_by_role("link", name="回到报告").click()
    expect(page.locator("#report .ir")).to_be_visible(timeout=15_000)


def test_paper_holds_the_report_alone(report, stored, tmp_path):
    tab = report("second", scheme="dark")
    page = tab.page
    page.pdf(path=str(tmp_path / "report.pdf"), display_header_footer=True, format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert stored["second"].encode() not in (tmp_path / "report.pdf").read_bytes()
    page.emulate_media(media="print")
    seen = page.evaluate(
        "[...document.querySelectorAll('button, nav, textarea, .actions, .masthead, .of-question, .over-time')]"
        ".filter(one => one.offsetParent !== null).length"
    )
    assert seen == 0
    assert page.locator(".ir .questions > details .chat").first.is_visible()
    assert page.locator(".ir h1").evaluate("one => getComputedStyle(one).color") == "rgb(17, 17, 17)"
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", str(tmp_path / "report.pdf"), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert "面试报告" in text
        assert "逐题记录" in text
        assert stored["second"] not in text
        for button in ("提交异议", "打印或存成", "删除我的数据"):
            assert button not in text


def test_what_is_pending_is_said_and_graded_on_request(site, visit, stored, hold, make_app, server):
    held = hold(make_app(base_url=server.base_url), questions=1)
    server.fail(*["malformed"] * 12)
    held.answer(held.points("fair"))
    server._app.faults.clear()
    server.fail(*["malformed"] * 12)
    held.run(held.app.interviews.finish(held.id))
    server._app.faults.clear()
    tab = visit(url=site)
    tab.open(f"report?session={held.id}&lang=zh")
    expect(tab.page.locator("#pending")).to_contain_text("有 1 道题还没有评分", timeout=15_000)
    tab.page.locator("#regrade").click()
    expect(tab.page.locator("#notice")).to_contain_text("又评出 1 道题", timeout=15_000)
    expect(tab.page.locator("#regrade")).to_be_hidden()


def test_while_the_interview_goes_on_nothing_is_given_away(report, stored, make_app, server):
    tab = report("going")
    page = tab.page
    expect(page.locator("#report .empty")).to_contain_text("面试还没有结束", timeout=15_000)
    assert page.locator(".ir").count() == 0
    for kind in ("html", "md", "json"):
        answer = page.request.get(f"{tab.address}download/{stored['going']}/report.{kind}?lang=zh")
        assert answer.status == 409
        assert "结束之后才能看" in answer.text()
    data = page.request.get(f"{tab.address}download/{stored['going']}/data.json").json()
    assert make_app(base_url=server.base_url).store.transcript(stored["going"]).grades
    assert len(data["messages"]) > 2
    for name in ("assessments", "grades", "reviews"):
        assert data[name] == []
    assert "score" not in json.dumps(data)
    page.get_by_role("link", name="回到面试").click()
    expect(page).to_have_url(re.compile(r"/interview\?"), timeout=15_000)


def test_files_of_a_finished_interview_do_not_open_it(report, stored):
    tab = report("second")
    for kind in ("html", "md", "json"):
        answer = tab.page.request.get(f"{tab.address}download/{stored['second']}/report.{kind}?lang=zh")
        assert answer.ok
        assert stored["second"] not in answer.text()
        assert stored["second"] not in answer.headers["content-disposition"]
    data = tab.page.request.get(f"{tab.address}download/{stored['second']}/data.json").json()
    assert data["grades"]


def test_the_bar_is_usable_by_keyboard(report):
    page = report("second").page
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu a").first).to_be_visible()
    assert page.locator(".menu a").count() == 4
    page.keyboard.press("Escape")
    expect(page.locator(".menu a").first).to_be_hidden()
    page.locator(".strip a").first.press("Enter")
    assert page.locator(".ir .questions > details").first.evaluate("one => one.open")


def test_code_and_drawings_keep_their_columns_in_the_report_on_a_phone_too(visit):
    tab = visit(width=390)
    tab.open("?lang=zh")
    tab.start("基础", questions=1)
    drawn = "┌────────┐   ┌─────────────┐   ┌────────┐\n│ client │──▶│ API server  │──▶│ engine │\n└────────┘   └─────────────┘   └────────┘"
    tab.answer(
        f"架构如下：\n\n{drawn}\n\n循环是：\n```python\nfor step in range(n):  # {'每一步都读一遍权重' * 8}\n```\n"
    )
    tab.finish()
    summary = tab.page.locator("#report details > summary", has_text="第 1 题").first
    summary.click()
    boxes = tab.page.locator("#report .chat code.drawn")
    expect(boxes).to_have_count(2)
    assert drawn in boxes.first.inner_text()
    assert boxes.last.evaluate("(box) => box.scrollWidth > box.clientWidth")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    overflowing = "(list) => [...list.children].some((one) => one.getBoundingClientRect().right > list.getBoundingClientRect().right + 1)"
    assert not tab.page.locator("#report .chat").first.evaluate(overflowing)
    tab.check_accessible()
    tab.shot("report-drawing-zh-390")
