"""Every page, in both languages, light and dark: nothing serious for axe, none of Gradio's English on a Chinese page, no name
made of markup, readable on paper, whole at 200 % and on a phone."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from interviewer.app import App  # noqa: E402  # after the skip above
from interviewer.interview.interviews import StartRequest  # noqa: E402
from interviewer.scripted import ScriptedServer  # noqa: E402
from interviewer.settings import load_settings  # noqa: E402
from tests.conftest import Held  # noqa: E402
from tests.flow.browser import Visit, served  # noqa: E402
from tests.flow.conftest import PASSWORD, REVIEWER  # noqa: E402
from tests.flow.test_sample_report import reply  # noqa: E402
from tests.scripts import listening_brain  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser
TYPED = (
    "2*32*8 = 512, _under_score_, # no heading, $x$ **stars** `tick` <b>bold</b> &amp; 1. one\n- two\n> three\n\n"
    "```python\nfor i in range(3):\n    print(i)\n```\n"
    "```mermaid\ngraph LR\n  A[请求] --> B{Scheduler}\n```"
)
LINES = ("2*32*8 = 512, _under_score_, # no heading, $x$ **stars** `tick` <b>bold</b> &amp; 1. one", "- two", "> three")
LONG = "很长的名字 " * 8


@dataclass(frozen=True)
class Site:
    address: str
    sessions: dict[str, str]
    questions: dict[str, str]


def stored(folder: Path, base_url: str, shipped_bank) -> tuple[dict[str, str], dict[str, str]]:
    """Interviews of every kind, judged by the scripted model or held offline; their ids, and the first question of each."""
    sessions, questions = dict[str, str](), dict[str, str]()
    with asyncio.Runner() as runner:
        app = App(load_settings({"data_dir": str(folder), "model.base_url": base_url}, environ={}, folder=folder))
        app.__dict__["bank"] = shipped_bank

        def begin(name: str, **more) -> Held:
            request = {"seed": 4, "questions": 2, "candidate": LONG, "thinking": "endpoint"} | more
            held = Held(app, runner, runner.run(app.interviews.start(StartRequest(**request))).session.id)
            sessions[name] = held.id
            questions[name] = held.state.asked[0].question.id
            return held

        for thinking in ("endpoint", "offline"):
            done = begin(f"{thinking}-done", thinking=thinking)
            done.answer(TYPED)
            done.finish_with(reply)
            going = begin(f"{thinking}-going", thinking=thinking)
            going.answer(TYPED)
            going.skip()
        done = begin("objected")
        done.finish_with(reply)
        runner.run(app.interviews.object_to(done.id, questions["objected"], TYPED))
        runner.run(app.interviews.try_again(done.id, questions["objected"], TYPED))
        runner.run(app.debriefs.ask(done.id, TYPED, "zh"))
        paused = begin("paused", mode="exam")
        paused.answer(TYPED)
        runner.run(app.interviews.pause(paused.id))
        runner.run(app.aclose())
    return sessions, questions


@pytest.fixture(scope="module")
def site(tmp_path_factory, shipped_bank, reviewers):
    folder = tmp_path_factory.mktemp("every")
    with ScriptedServer(listening_brain) as model:
        with ThreadPoolExecutor(1) as thread:  # playwright keeps a loop running in this one
            sessions, questions = thread.submit(stored, folder, model.base_url, shipped_bank).result()
        with served(folder, "--base-url", model.base_url, environ=reviewers) as url:
            yield Site(url, sessions, questions)


@pytest.fixture(scope="module")
def tab(browser, site):
    """One tab for the whole file, of a visitor who knows every interview and is logged in."""
    context = browser.new_context(locale="en-US", timezone_id="Asia/Shanghai", reduced_motion="reduce")
    context.set_default_timeout(30_000)
    one = Visit(context.new_page(), site.address)
    one.page.goto(f"{site.address}login?next=/staff/&lang=zh")
    one.page.locator("input[name=name]").fill(REVIEWER)
    one.page.locator("input[name=password]").fill(PASSWORD)
    one.page.locator("input[name=password]").press("Enter")
    one.page.wait_for_url("**/staff/**")
    kept = [{"id": session, "at": 1} for session in (*site.sessions.values(), "goneaway")]
    one.page.evaluate("kept => localStorage.setItem('interviewer.sessions', JSON.stringify(kept))", kept)
    yield one
    context.close()
    assert one.outside == []


MAIN = "#main-content"
PAGES = {
    "start": ("", "#go"),
    "mine": ("mine", ".mine-list"),
    "interview": ("interview?session={endpoint-going}", "#chat .feedback"),
    "interview-offline": ("interview?session={offline-going}", "form.own-marks"),
    "interview-paused": ("interview?session={paused}", "#chat .message.user"),
    "interview-over": ("interview?session={endpoint-done}", "#over a"),
    "report": ("report?session={objected}", "#report .ir"),
    "report-offline": ("report?session={offline-done}", "#report .ir"),
    "report-early": ("report?session={paused}", ".empty"),
    "note": ("note?session={objected}&question={objected?}", ".ir"),
    "again": ("again?session={objected}&question={objected?}", "#again-send"),
    "again-offline": ("again?session={offline-done}&question={offline-done?}", "#again-send"),
    "debrief": ("debrief?session={objected}", "#debrief-chat .user.message"),
    "debrief-fresh": ("debrief?session={endpoint-done}", "#debrief-send"),
    "gone": ("report?session=nope", "#notice p"),
    "missing": ("nowhere", "main .card"),
    "review": ("staff/", "#review-list table"),
    "session": ("staff/session?session={objected}", ".question .said"),
    "session-offline": ("staff/session?session={offline-done}", ".question .said"),
    "marking": ("staff/marking", ".marksheet, .empty"),
    "knowledge": ("staff/knowledge", "#kn-tree li"),
    "knowledge-check": ("staff/knowledge?tab=findings", "#kn-findings .kn-state"),
}

ENGLISH = """() => {
  const own = "code, pre, kbd, q, mark, blockquote, cite, svg, .typed, .as-typed, .said, .words, .tried-text, [lang=en], script, style, noscript, .mine-list h2, .sources, td, dd, h4, b, strong";
  const english = (text) => /[A-Za-z]{3,}/.test(text) && !/[\\u4e00-\\u9fff]/.test(text);
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      if (one.hasAttribute(name) && !one.closest("svg, [lang=en], .said, .mermaid-drawing") && (english(one.getAttribute(name)) || /^(number input|range slider|bot's message|user's message)/.test(one.getAttribute(name)))) found.push(`${name}=${one.getAttribute(name)}`);
    if (one.closest(own) || !one.checkVisibility({ visibilityProperty: true })) continue;
    for (const node of one.childNodes) if (node.nodeType === 3 && english(node.textContent) && !/^\\s*(https?:|[A-Z].{40,})/.test(node.textContent) && !one.closest("li, a")) found.push(node.textContent.trim());
  }
  return found;
}"""
MARKUP = "() => [...document.querySelectorAll('[aria-label]')].map((one) => one.getAttribute('aria-label')).filter((name) => /<\\/?[a-z]|&(lt|amp|#)/i.test(name))"
FAINT = """() => {
  const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return 0.299 * r + 0.587 * g + 0.114 * b; };
  const found = [];
  for (const one of document.querySelectorAll("main *, .gradio-container *")) {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || one.closest("svg, button, .button, [aria-hidden], mark")) continue;
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
    if (light(getComputedStyle(one).color) > 190) found.push(`${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""


def opened(tab, site, page: str, language: str):
    path, ready = PAGES[page]
    for name, session in site.sessions.items():
        path = path.replace(f"{{{name}}}", session).replace(f"{{{name}?}}", site.questions[name])
    tab.page.emulate_media(color_scheme="light", media="screen")
    tab.page.set_viewport_size({"width": 1280, "height": 720})
    tab.page.goto(f"{site.address}{path}{'&' if '?' in path else '?'}lang={language}")
    expect(tab.page.locator(ready).first).to_be_attached(timeout=30_000)
    tab.page.wait_for_function("document.documentElement.lang && !document.querySelector('.main > .wrap.full')")
    return tab.page


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_sound_in_every_look(tab, site, page, language):
    shown = opened(tab, site, page, language)
    name = shown.title()
    assert name.endswith({"zh": "模拟面试", "en": "Mock interview"}[language])
    tab.check_accessible()
    none_left(shown, MARKUP)
    if language == "zh":
        none_left(shown, ENGLISH)
    for width in (640, 390):  # 1280 at 200 %, and a phone
        shown.set_viewport_size({"width": width, "height": 360 if width == 640 else 844})
        assert shown.evaluate("document.documentElement.scrollWidth") <= width, width
    shown.set_viewport_size({"width": 1280, "height": 720})
    shown.emulate_media(color_scheme="dark")
    shown.wait_for_function(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).every((one) => one < 60)"
    )
    tab.check_accessible()
    shown.emulate_media(media="print", color_scheme="dark")
    none_left(shown, FAINT)


def none_left(shown, find: str) -> None:
    """Nothing is found any more: what Gradio brings is mended within half a second of being shown, on a quiet machine."""
    try:
        shown.wait_for_function(f"({find})().length === 0", timeout=10_000)
    except playwright.TimeoutError:
        assert shown.evaluate(find) == []


@pytest.mark.parametrize(
    ("page", "where"),
    [
        ("interview", "#chat .message.user"), ("interview-offline", "#chat .message.user"), ("interview-paused", "#chat .message.user"),
        ("report", "#report .ir"), ("report-offline", "#report .ir"), ("again", ".again-page"), ("again-offline", ".again-page"),
        ("debrief", "#debrief-chat .user.message"), ("session", ".inspect, #main-content"), ("session-offline", "#main-content"),
    ],
)  # fmt: skip
def test_what_a_candidate_typed_stands_as_typed_wherever_it_is_shown(tab, site, page, where):
    shown = opened(tab, site, page, "en")
    text = " ".join(" ".join(shown.locator(where).all_text_contents()).split())
    for line in LINES:
        assert line in text, f"{line!r} is not shown as typed on {page}"
    assert "for i in range(3):" in text
    assert shown.locator(f"{where} >> b:text-is('bold')").count() == 0


def test_a_drawing_follows_the_look_of_the_page_while_it_is_open(tab, site):
    shown = opened(tab, site, "interview-paused", "en")
    filled = "(dark) => { const box = document.querySelector('#chat .mermaid-drawing .node rect'); const sum = box && getComputedStyle(box).fill.match(/\\d+/g).slice(0, 3).reduce((all, one) => all + Number(one), 0); return box && (sum < 300) === dark; }"
    shown.wait_for_function(filled, arg=False)
    for dark in (True, False):
        shown.emulate_media(color_scheme="dark" if dark else "light")
        shown.wait_for_function(filled, arg=dark)
    expect(shown.locator("#chat .mermaid-drawing")).to_have_count(1)


BOXES = [
    ("interview", "#answer textarea", True),
    ("interview-offline", "#answer textarea", True),
    ("debrief-fresh", "#debrief-text textarea", True),
    ("again", "#again-answer textarea", False),
    ("start", "#candidate textarea, #candidate input", False),
    ("mine", "#mine-paste textarea, #mine-paste input", True),
    ("review", ".review-filters input[type=search], .review-filters input[name=text]", False),
    ("knowledge", "#kn-filter", False),
]
"""Every box that is typed into, and whether Enter in it sends something."""


@pytest.mark.parametrize(("page", "box", "sends"), BOXES)
def test_enter_that_ends_a_word_of_an_input_method_sends_nothing_anywhere(tab, site, page, box, sends):
    """Safari says so by the key code 229 alone; the driver presses that key, as the browser itself would."""
    shown = opened(tab, site, page, "zh")
    for fold in shown.locator("#more button, .review-filters summary").all():
        fold.click()
    field = shown.locator(box).first
    expect(field).to_be_visible()
    field.fill("zhuyi")
    sent: list[str] = []
    shown.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    here = shown.url
    field.focus()
    keys = shown.context.new_cdp_session(shown)
    keys.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Enter", "code": "Enter"}
    )
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "windowsVirtualKeyCode": 13, "key": "Enter", "code": "Enter"})
    shown.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    assert (sent, shown.url, field.input_value()) == ([], here, "zhuyi")
    if sends:
        with shown.expect_request(lambda request: request.method == "POST"):
            field.press("Enter")
