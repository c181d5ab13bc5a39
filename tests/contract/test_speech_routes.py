"""Where the page sends a recording: who is let in, what is bounded, and that nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from interviewer.app import App
from interviewer.errors import SpeechError
from interviewer.interview.interviews import StartRequest
from interviewer.scripted import ScriptedServer
from interviewer.settings import load_settings
from tests.contract.test_speech import HEARD, wav
from ui.web.talk.speech_routes import speech_routes

WAV = {"content-type": "audio/wav"}


@pytest.fixture
def speech() -> Iterator[ScriptedServer]:
    with ScriptedServer(models=("whisper",), transcribes=True, heard=HEARD) as running:
        yield running


def app_with(folder: Path, base_url: str) -> App:
    given = {"data_dir": str(folder), "speech.base_url": base_url, "speech.max_mb": "0.02"}
    return App(load_settings(given, environ={}, folder=folder))


@pytest.fixture
def app(tmp_path: Path, speech: ScriptedServer) -> Iterator[App]:
    made = app_with(tmp_path, speech.base_url)
    yield made
    made.store.close()


@pytest.fixture
def session_id(app: App) -> str:
    return asyncio.run(app.interviews.start(StartRequest(seed=1, questions=1))).session.id


@pytest.fixture
def site(app: App) -> Iterator[TestClient]:
    served = FastAPI()
    served.include_router(speech_routes(app))
    with TestClient(served, base_url="http://here") as client:
        yield client


def test_a_recording_is_answered_with_its_words(
    site: TestClient, session_id: str, speech: ScriptedServer, app: App
) -> None:
    answer = site.post(f"/speech/{session_id}?lang=en", content=wav(), headers=WAV)
    assert (answer.status_code, answer.json()) == (200, {"text": HEARD})
    assert answer.headers["cache-control"] == "no-store"
    (sent,) = speech.recordings
    assert sent.language == "zh", "the language of the interview, not of the page"
    asked = app.store.transcript(session_id).messages[-1].text
    assert sent.prompt
    assert sent.prompt in asked


def test_nothing_of_a_recording_is_written_down(site: TestClient, session_id: str, app: App, tmp_path: Path) -> None:
    before = app.store.transcript(session_id)
    site.post(f"/speech/{session_id}", content=wav(0.5), headers=WAV)
    assert app.store.transcript(session_id) == before
    sample = wav(0.5)[44:1044]
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and sample in path.read_bytes()]
    assert kept == []


def test_an_unknown_session_gets_nothing(site: TestClient, speech: ScriptedServer) -> None:
    answer = site.post("/speech/nosuchsession", content=wav(), headers=WAV)
    assert answer.status_code == 404
    assert "没有找到面试“nosuchsession”" in answer.json()["error"]
    assert speech.recordings == []


@pytest.mark.parametrize("move", ["finish", "pause"])
def test_only_an_interview_that_is_going_on_listens(
    site: TestClient, session_id: str, app: App, speech: ScriptedServer, move: str
) -> None:
    asyncio.run(getattr(app.interviews, move)(session_id))
    answer = site.post(f"/speech/{session_id}", content=wav(), headers=WAV)
    assert answer.status_code == 409
    assert answer.json()["error"]
    assert speech.recordings == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://elsewhere"},
        {"origin": "null"},
    ],
)
def test_a_page_of_another_site_is_refused(
    site: TestClient, session_id: str, speech: ScriptedServer, headers: dict[str, str]
) -> None:
    answer = site.post(f"/speech/{session_id}?lang=en", content=wav(), headers=WAV | headers)
    assert answer.status_code == 403
    assert "did not come from a page of this site" in answer.json()["error"]
    assert speech.recordings == []


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://here"}])
def test_the_sites_own_page_is_let_in(site: TestClient, session_id: str, headers: dict[str, str]) -> None:
    assert site.post(f"/speech/{session_id}", content=wav(), headers=WAV | headers).status_code == 200


@pytest.mark.parametrize("kind", ["audio/webm", "multipart/form-data; boundary=x", "text/plain", ""])
def test_only_wav_is_taken(site: TestClient, session_id: str, speech: ScriptedServer, kind: str) -> None:
    answer = site.post(f"/speech/{session_id}", content=wav(), headers={"content-type": kind})
    assert answer.status_code == 415
    assert speech.recordings == []


def test_a_recording_over_the_limit_is_refused(site: TestClient, session_id: str, speech: ScriptedServer) -> None:
    answer = site.post(f"/speech/{session_id}?lang=en", content=wav(2), headers=WAV)
    assert answer.status_code == 413
    assert "too long" in answer.json()["error"]
    assert speech.recordings == []


def test_silence_and_a_broken_server_are_said_apart(site: TestClient, session_id: str, speech: ScriptedServer) -> None:
    speech.fail("blank")
    quiet = site.post(f"/speech/{session_id}?lang=en", content=wav(), headers=WAV)
    assert (quiet.status_code, "No words" in quiet.json()["error"]) == (422, True)
    speech.become(models=("whisper",))
    gone = site.post(f"/speech/{session_id}?lang=en", content=wav(), headers=WAV)
    assert (gone.status_code, "still here" in gone.json()["error"]) == (503, True)
    assert speech.base_url not in gone.text, "what is the team's to mend stands in the log, not on the page"


def test_one_recording_at_a_time_a_session(app: App, session_id: str) -> None:
    async def main() -> None:
        assert app.dictation is not None
        async with app.dictation.open(session_id):
            with pytest.raises(SpeechError) as caught:
                async with app.dictation.open(session_id):
                    raise AssertionError("let in twice")
            assert caught.value.details["reason"] == "busy"
        async with app.dictation.open(session_id) as listen:
            assert await listen(wav()) == HEARD
        await app.aclose()

    asyncio.run(main())


def test_without_a_speech_server_there_is_no_such_address(tmp_path: Path) -> None:
    app = App(load_settings({"data_dir": str(tmp_path)}, environ={}, folder=tmp_path))
    assert app.dictation is None
    assert speech_routes(app).routes == []
