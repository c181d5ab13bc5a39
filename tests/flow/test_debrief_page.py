"""The debrief's page in a real browser: asking, sources, a model that fails, a reload, phone, keyboard, both languages."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from interviewer.app import App  # noqa: E402  # after the skip above
from interviewer.interview.interviews import StartRequest  # noqa: E402
from interviewer.models import DebriefMessage  # noqa: E402
from interviewer.scripted import Fault, Reply, ScriptedServer  # noqa: E402
from interviewer.settings import load_settings  # noqa: E402
from tests.flow.browser import served  # noqa: E402
from tests.scripts import listening_brain  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser
CJK = re.compile(r"[\u4e00-\u9fff]")
SAID = "第 1 题缺了良好级别的要点[1]。<img src=x onerror=alert(1)> [点我](http://evil.test/)"


def brain(request):
    """Looks at question 1, then says SAID."""
    if not request.system.startswith("You talk with a candidate"):
        return listening_brain(request)
    if request.tools and not any(m["role"] == "tool" for m in request.messages):
        return Reply("", calls=(("question", {"about": "1"}),))
    return Reply(SAID)


def finished(folder: Path, shipped_bank, *, over=True) -> str:
    """A stored offline interview of three questions, the first answered and marked in part; gives its id."""

    async def hold() -> str:
        app = App(load_settings({"data_dir": str(folder)}, environ={}, folder=folder))
        app.__dict__["bank"] = shipped_bank
        state = await app.interviews.start(StartRequest(seed=1, questions=3, chapters=("c1",)))
        points = [point.text.zh for point in state.asked[0].question.key_points[:2]]
        async for _ in app.interviews.answer(state.session.id, "。".join(points), state.turn):
            pass
        if over:
            state = await app.interviews.finish(state.session.id)
            for row in app.self_marking.sheet(state, state.asked[0].question.id).rows:
                status = "covered" if row.point.text.zh in points else "absent"
                await app.self_marking.mark(state.session.id, state.asked[0].question.id, row.point.id, status)
        await app.aclose()
        return state.session.id

    with ThreadPoolExecutor(1) as thread:  # playwright keeps a loop running in this one
        return thread.submit(lambda: asyncio.run(hold())).result()


@pytest.fixture(scope="module")
def held(tmp_path_factory, shipped_bank):
    """(address of an offline server, id of a finished interview in it, id of one that is not over)."""
    folder = tmp_path_factory.mktemp("debrief")
    sessions = finished(folder, shipped_bank), finished(folder, shipped_bank, over=False)
    with served(folder) as url:
        yield url, *sessions


def opened(visit, url, session_id, *, lang="zh", **how):
    tab = visit(url=url, **how)
    tab.page.goto(f"{url}debrief?session={session_id}&lang={lang}")
    expect(tab.page.locator("#debrief-send")).to_be_enabled(timeout=20_000)
    return tab


def replies(tab):
    return tab.page.locator("#debrief-chat .basis")


@pytest.mark.parametrize(("lang", "scheme", "width"), [("zh", "light", 1280), ("en", "dark", 1280), ("zh", "dark", 390), ("en", "light", 390)])  # fmt: skip
def test_a_suggested_question_is_answered_from_record_and_notes(visit, held, lang, scheme, width):
    url, session_id, _ = held
    tab = opened(visit, url, session_id, lang=lang, scheme=scheme, width=width)
    before = replies(tab).count()
    tab.page.locator("#suggested button").first.click()
    expect(replies(tab)).to_have_count(before + 1, timeout=15_000)
    expect(tab.page.locator("#debrief-text textarea")).to_be_enabled()
    link = replies(tab).last.locator("a").first
    assert re.fullmatch(rf"/note\?session={session_id}&question=[\w-]+&lang={lang}", link.get_attribute("href"))
    expect(replies(tab).last).to_contain_text({"zh": "不是模型写的", "en": "not a model's words"}[lang])
    around = tab.page.locator(
        "#debrief-head, #debrief-label, #suggested, #debrief-fixed, #debrief-send"
    ).all_inner_texts()
    assert bool(CJK.search("".join(around))) == (lang == "zh")
    assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tab.check_accessible()
    tab.shot(f"debrief-{lang}-{scheme}-{width}")


def test_by_keyboard_and_what_was_typed_stays_text(visit, held):
    url, session_id, _ = held
    tab = opened(visit, url, session_id)
    before = replies(tab).count()
    box = tab.page.locator("#debrief-text textarea")
    box.focus()
    tab.page.keyboard.type("第 1 题 <b id=hacked>x</b> ![i](http://evil.test/x.png)")
    tab.page.keyboard.press("Enter")
    expect(replies(tab)).to_have_count(before + 1, timeout=15_000)
    expect(box).to_have_value("")
    assert tab.page.locator("#hacked, #debrief-chat img").count() == 0
    tab.page.reload()
    expect(replies(tab)).to_have_count(before + 1, timeout=20_000)


def test_the_way_back_and_what_cannot_be_done_are_on_the_page(visit, held):
    url, session_id, _ = held
    tab = opened(visit, url, session_id)
    expect(tab.page.locator("#debrief-fixed")).to_contain_text("不会改动任何成绩")
    back = tab.page.get_by_role("link", name="回到报告")
    assert back.get_attribute("href") == f"/report?session={session_id}&lang=zh"


def test_an_interview_that_is_not_over_shows_nothing(visit, held):
    url, _, session_id = held
    tab = visit(url=url)
    tab.page.goto(f"{url}debrief?session={session_id}")
    expect(tab.page.locator("#notice")).to_contain_text("结束之后才能看", timeout=20_000)
    expect(tab.page.locator("#debrief-send")).to_be_hidden()
    expect(tab.page.locator("#debrief-chat")).to_be_hidden()


def test_a_model_streams_cites_and_may_fail(visit, tmp_path, shipped_bank):
    """A model's reply with its sources; then a failing one: said calmly, and answered without it."""
    session_id = finished(tmp_path, shipped_bank)
    with ScriptedServer(brain) as server, served(tmp_path, "--base-url", server.base_url) as url:
        tab = opened(visit, url, session_id)
        box = tab.page.locator("#debrief-text textarea")
        box.fill("第 1 题为什么只有这个级别？")
        box.press("Enter")
        expect(replies(tab)).to_have_count(1, timeout=20_000)
        expect(replies(tab).first).to_contain_text("[1] 第 1 题 · 要点")
        expect(replies(tab).first).to_contain_text("模型 scripted")
        assert tab.page.locator("#debrief-chat img").count() == 0
        assert tab.page.get_by_role("link", name="点我").count() == 0
        tab.shot("debrief-model-zh")
        server.fail(*[Fault("status", status=401)] * 3)
        box.fill("再说说第 1 题")
        box.press("Enter")
        expect(tab.page.locator("#notice")).to_contain_text("已经存好", timeout=20_000)
        expect(tab.page.locator("#debrief-again")).to_be_visible()
        tab.check_accessible()
        tab.page.reload()
        expect(tab.page.locator("#debrief-without")).to_be_enabled(timeout=20_000)
        tab.page.locator("#debrief-without").click()
        expect(replies(tab)).to_have_count(2, timeout=20_000)
        expect(replies(tab).last).to_contain_text("不是模型写的")
        expect(tab.page.locator("#debrief-again")).to_be_hidden()
    with_app = App(load_settings({"data_dir": str(tmp_path)}, environ={}, folder=tmp_path))
    kept = [one for one in with_app.store.transcript(session_id).annotations if isinstance(one, DebriefMessage)]
    with_app.store.close()
    assert [one.role for one in kept] == ["candidate", "guide"] * 2
    assert [one.thinking for one in kept if one.role == "guide"] == ["endpoint", "offline"]
