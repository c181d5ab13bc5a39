"""An answer is spoken: recorded in a real browser with chromium's own fake microphone, written out, corrected, sent."""

from __future__ import annotations

import io
import re
import wave

import pytest
from playwright.sync_api import expect

from interviewer.scripted import Fault, ScriptedServer
from tests.flow.browser import CHROMIUM, FLAGS, Visit, served

pytestmark = pytest.mark.browser
HEARD = "prefill 受算力限制，decode 受显存带宽限制。"
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture(scope="module")
def speech():
    with ScriptedServer(models=("whisper",), transcribes=True, heard=HEARD) as running:
        yield running


@pytest.fixture(scope="module")
def listening(tmp_path_factory, speech):
    """The page of a team that serves a speech model."""
    with served(tmp_path_factory.mktemp("voice"), environ={"INTERVIEWER_SPEECH__BASE_URL": speech.base_url}) as url:
        yield url


@pytest.fixture(scope="module")
def driver(browser):
    """A browser of its own with a fake microphone, and one without any."""
    kinds = {"microphone": (*FLAGS, *MICROPHONE), "deaf": FLAGS}
    running = {
        name: browser.browser_type.launch(executable_path=CHROMIUM, args=list(flags)) for name, flags in kinds.items()
    }
    yield running
    for one in running.values():
        one.close()


@pytest.fixture
def talk(driver, listening):
    """`talk(...)`: a visitor in an interview that waits for the first answer."""
    visits: list[Visit] = []

    def make(kind="microphone", language="zh", width=1280, scheme="light", start=True):
        context = driver[kind].new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)
        if kind == "microphone":
            context.grant_permissions(["microphone"])
        visits.append(Visit(context.new_page(), listening))
        visits[-1].open(f"?lang={language}")
        if start:
            visits[-1].start(questions=2)
        return visits[-1]

    yield make
    for one in visits:
        one.page.context.close()
        assert one.outside == []
        assert [fault for fault in one.faults if "Failed to load resource" not in fault] == []


def record(tab: Visit, milliseconds: int = 1200) -> None:
    tab.page.locator(".voice-go").click()
    expect(tab.page.locator(".voice")).to_have_attribute("data-state", "recording", timeout=5000)
    tab.page.wait_for_timeout(milliseconds)


def test_an_answer_is_spoken_corrected_and_sent(talk, speech):
    tab = talk()
    tab.check_accessible()
    tab.shot("voice-zh-light-1280")
    tab.box.fill("先说结论：")
    record(tab)
    tab.shot("voice-recording-zh-light-1280")
    tab.page.locator(".voice-go").click()
    expect(tab.box).to_have_value(f"先说结论：{HEARD}", timeout=10_000)
    expect(tab.page.locator(".voice-said")).to_contain_text("改好后再发送")
    assert tab.turn == 1, "nothing is sent by itself"
    sent = speech.recordings[-1]
    with wave.open(io.BytesIO(sent.audio)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
        assert 0.8 < sound.getnframes() / 16_000 < 4
    assert sent.language == "zh"
    assert sent.prompt, "the question goes along, for its terms"
    tab.answer(f"先说结论：{HEARD}".replace("算力", "计算能力"))
    expect(tab.bubbles.filter(has_text="受计算能力限制").first).to_be_visible()


def test_by_keyboard_alone_and_escape_throws_the_recording_away(talk, speech):
    tab = talk(language="en", width=390, scheme="dark")
    before = len(speech.recordings)
    expect(tab.page.locator(".voice-go")).to_be_enabled()
    tab.page.locator(".voice-go").press("Enter")
    expect(tab.page.locator(".voice")).to_have_attribute("data-state", "recording", timeout=5000)
    tab.shot("voice-recording-en-dark-390")
    tab.check_accessible()
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".voice-said")).to_have_text("Cancelled; the recording is gone.")
    expect(tab.page.locator(".voice")).to_have_attribute("data-state", "idle")
    expect(tab.box).to_have_value("")
    assert len(speech.recordings) == before


def test_a_recording_that_could_not_be_written_out_is_kept_and_tried_again(talk, speech):
    tab = talk()
    speech.fail(*[Fault("status", status=400)], *[Fault("status", status=400)])
    record(tab)
    tab.page.locator(".voice-go").click()
    expect(tab.page.locator(".voice")).to_have_attribute("data-state", "kept", timeout=10_000)
    expect(tab.page.locator(".voice-said")).to_contain_text("录音还在")
    tab.check_accessible()
    tab.shot("voice-kept-zh-light-1280")
    speech.fail()
    tab.page.locator(".voice-go").click()
    expect(tab.page.locator(".voice")).to_have_attribute("data-state", "kept", timeout=10_000)
    tab.page.locator(".voice-go").click()
    expect(tab.box).to_have_value(HEARD, timeout=10_000)


def test_without_permission_it_says_so_calmly_and_typing_goes_on(talk):
    tab = talk("deaf")
    tab.page.locator(".voice-go").click()
    expect(tab.page.locator(".voice-said.bad")).to_contain_text(re.compile("打字"), timeout=5000)
    expect(tab.page.locator(".voice")).to_have_attribute("data-state", "idle")
    tab.box.fill("改为打字")
    expect(tab.box).to_have_value("改为打字")


def test_no_microphone_where_no_speech_server_is_set(visit):
    tab = visit()
    tab.open("?lang=zh")
    tab.start(questions=1)
    expect(tab.page.locator(".voice")).to_have_count(0)
