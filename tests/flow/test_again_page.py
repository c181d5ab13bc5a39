"""The page of a second try and the note page in a real browser."""

from __future__ import annotations

import re

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from interviewer.models import SecondTry  # noqa: E402  # after the skip above
from tests.flow.browser import LoopBeside, served  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script> [x](javascript:alert(1))'
COMBOS = [("zh", "light", 1280), ("en", "dark", 1280), ("zh", "dark", 390), ("en", "light", 390)]


@pytest.fixture
def runner():
    running = LoopBeside()
    yield running
    running.close()


@pytest.fixture
def held(hold, make_app, server):
    begun = hold(make_app(base_url=server.base_url))
    begun.finish_with(lambda h: h.points("fair"))
    return begun


@pytest.fixture
def site(tmp_path, held, server):
    with served(tmp_path / "data", "--base-url", server.base_url) as url:
        yield url


@pytest.fixture
def opened(site, visit, held):  # the site comes first, so that it is stopped after its visitors have left
    """`opened("again", …)`: a visitor of that page for the first question."""

    def make(path: str, lang: str = "zh", question: str = "", **how):
        tab = visit(url=site, **how)
        tab.open(f"{path}?session={held.id}&question={question or held.state.asked[0].question.id}&lang={lang}")
        return tab

    return make


def answer_of(tab):
    return tab.page.locator("#again-answer textarea")


def test_an_answer_is_sent_again_compared_and_never_counted(opened, held):
    total = held.state.transcript.grades
    tab = opened("again")
    page = tab.page
    expect(answer_of(tab)).to_be_visible(timeout=15_000)
    assert held.state.asked[0].question.note.reference.zh[:30] not in page.content()
    points = held.state.asked[0].question.key_points
    answer_of(tab).fill("\n".join(point.text.zh for point in points) + HOSTILE)
    page.locator("#again-send").click()
    expect(page.locator(".try")).to_be_visible(timeout=15_000)
    expect(page.locator(".compare tbody tr")).to_have_count(len(points))
    expect(page.locator(".versus")).to_contain_text("100")
    expect(page.locator("#again-head")).to_contain_text("不计入成绩")
    expect(page.locator("#again-head")).to_contain_text("之前答过 1 次")
    expect(answer_of(tab)).to_have_value("")
    assert page.title() != "1"
    assert HOSTILE in page.locator(".tried-text").inner_text()
    assert held.state.transcript.grades == total


def test_the_draft_survives_a_reload_and_goes_when_it_is_stored(opened):
    tab = opened("again")
    expect(answer_of(tab)).to_be_visible(timeout=15_000)
    tab.page.wait_for_timeout(700)
    answer_of(tab).fill("写到一半的回答")
    tab.page.wait_for_timeout(700)
    tab.page.reload()
    expect(answer_of(tab)).to_have_value("写到一半的回答", timeout=15_000)
    tab.page.locator("#again-send").click()
    expect(tab.page.locator(".try")).to_be_visible(timeout=15_000)
    tab.page.wait_for_timeout(700)
    tab.page.reload()
    expect(tab.page.locator(".try")).to_be_visible(timeout=15_000)
    expect(answer_of(tab)).to_have_value("")


def test_a_try_left_unjudged_by_a_killed_process_is_judged_on_the_next_load(opened, held):
    question = held.state.asked[0].question
    row = SecondTry(session_id=held.id, question_id=question.id, number=1, text=question.key_points[0].text.zh, at=held.app.clock())  # fmt: skip
    held.app.store.annotate(held.id, row)
    page = opened("again").page
    expect(page.locator(".compare")).to_be_visible(timeout=15_000)


def test_what_the_model_cannot_judge_is_said_and_judged_by_a_button(opened, server):
    tab = opened("again")
    page = tab.page
    expect(answer_of(tab)).to_be_visible(timeout=15_000)
    server.fail(*["malformed"] * 12)
    answer_of(tab).fill("预填充把整段提示词一次并行算完。")
    page.locator("#again-send").click()
    expect(page.locator(".try .failed")).to_contain_text("没能评判", timeout=15_000)
    server._app.faults.clear()
    page.locator("#again-judge").click()
    expect(page.locator(".compare")).to_be_visible(timeout=15_000)
    expect(page.locator("#again-judge")).to_be_hidden()


def test_an_empty_answer_is_refused_in_words(opened):
    tab = opened("again")
    expect(answer_of(tab)).to_be_visible(timeout=15_000)
    tab.page.locator("#again-send").click()
    expect(tab.page.locator("#notice")).to_contain_text("空", timeout=10_000)
    expect(answer_of(tab)).to_be_enabled()


@pytest.mark.parametrize(("path", "gone"), [("again", "#again-form"), ("note", "#note .ir")])
def test_what_may_not_be_seen_is_refused_in_words(opened, site, visit, hold, held, path, gone):
    page = opened(path, question="no-such-question").page
    expect(page.locator("#notice")).to_contain_text("没有问过这道题", timeout=15_000)
    expect(page.locator(gone)).to_be_hidden()
    exam = hold(held.app, mode="exam")
    exam.skip()
    tab = visit(url=site)
    tab.open(f"{path}?session={exam.id}&question={exam.state.asked[0].question.id}&lang=zh")
    expect(tab.page.locator("#notice")).to_contain_text("结束之后才能看", timeout=15_000)
    expect(tab.page.locator(gone)).to_be_hidden()
    assert exam.state.asked[0].question.note.reference.zh[:30] not in tab.page.content()


def test_the_note_shows_verdicts_beside_its_points(opened, held):
    page = opened("note").page
    question = held.state.asked[0].question
    expect(page.locator("#note .note-of")).to_be_visible(timeout=15_000)
    expect(page.locator(".points li")).to_have_count(len(question.key_points))
    assert page.locator(".points .status.covered").count() >= 1
    assert page.locator(".points .status.absent").count() >= 1
    page.get_by_role("link", name="再答一次").click()
    expect(page).to_have_url(re.compile(r"/again\?"), timeout=15_000)


@pytest.mark.parametrize(("lang", "scheme", "width"), COMBOS)
def test_both_pages_in_every_look(opened, held, lang, scheme, width):
    question = held.state.asked[0].question
    held.run(held.app.interviews.try_again(held.id, question.id, question.key_points[0].text.zh))
    for path, there in (("again", ".compare"), ("note", ".note-of")):
        tab = opened(path, lang, scheme=scheme, width=width)
        expect(tab.page.locator(there)).to_be_visible(timeout=15_000)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        tab.check_accessible()
        tab.shot(f"{path}-{lang}-{scheme}-{width}")
