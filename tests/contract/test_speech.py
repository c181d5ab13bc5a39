"""Recordings to text against a real HTTP server as strict as vLLM: every fault has its words."""

from __future__ import annotations

import asyncio
import io
import socket
import wave
from collections.abc import Iterator
from typing import Any

import pytest

from interviewer.errors import SpeechError
from interviewer.llm import EndpointSettings, Transcriber
from interviewer.llm.breaker import Breaker
from interviewer.scripted import Fault, ScriptedServer

HEARD = "分页管理 KV cache，减少显存碎片。"


def wav(seconds: float = 0.2) -> bytes:
    """A 16 kHz mono WAV, as the page sends one."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(b"\x10\x20" * int(16_000 * seconds))
    return buffer.getvalue()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(models=("whisper",), transcribes=True, heard=HEARD) as running:
        yield running


async def nap(seconds: float) -> None:
    """Retries do not wait here."""


def listen(url: str, recording: bytes | None = None, *, max_mb: float = 20.0, breaker: Breaker | None = None,
           context: str = "", **endpoint: Any) -> str:  # fmt: skip
    async def main() -> str:
        settings = EndpointSettings(base_url=url, section="speech", **endpoint)
        transcriber = Transcriber(settings, max_mb=max_mb, sleep=nap, jitter=lambda: 1.0, breaker=breaker)
        try:
            return await transcriber.text_of(wav() if recording is None else recording, "zh", context)
        finally:
            await transcriber.aclose()

    return asyncio.run(main())


def refused(url: str, recording: bytes | None = None, **more: Any) -> SpeechError:
    with pytest.raises(SpeechError) as caught:
        listen(url, recording, **more)
    assert caught.value.what
    assert caught.value.fix
    return caught.value


def test_a_recording_becomes_words_through_the_only_model_served(server: ScriptedServer) -> None:
    assert listen(server.base_url) == HEARD
    (sent,) = server.recordings
    assert (sent.model, sent.language, sent.name) == ("whisper", "zh", "answer.wav")
    assert sent.audio == wav()


def test_what_was_asked_goes_along_but_never_more_than_whisper_reads(server: ScriptedServer) -> None:
    listen(server.base_url, context="请说说" + "分页" * 200)
    assert server.recordings[0].prompt == "分页" * 100


def test_the_model_is_asked_for_again_after_the_server_came_back_with_another(server: ScriptedServer) -> None:
    async def main() -> str:
        transcriber = Transcriber(EndpointSettings(base_url=server.base_url), max_mb=1, sleep=nap)
        await transcriber.text_of(wav(), "zh")
        server.become(models=("other",), transcribes=True, heard="another")
        with pytest.raises(SpeechError, match="whisper"):
            await transcriber.text_of(wav(), "zh")
        try:
            return await transcriber.text_of(wav(), "zh")
        finally:
            await transcriber.aclose()

    assert asyncio.run(main()) == "another"


def test_several_models_ask_for_a_name(server: ScriptedServer) -> None:
    server.become(models=("a", "b"), transcribes=True, heard="b heard it")
    error = refused(server.base_url)
    assert error.details["reason"] == "several_models"
    assert "speech.name" in error.fix
    assert listen(server.base_url, model="b") == "b heard it"


def test_a_chat_server_is_no_speech_server() -> None:
    with ScriptedServer() as chat:
        error = refused(chat.base_url)
    assert error.details["reason"] == "no_speech_model"
    assert "whisper" in error.fix


def test_a_server_that_says_it_cannot_is_not_asked_thrice(server: ScriptedServer) -> None:
    server.fail(*[Fault("status", status=501)] * 3)
    assert refused(server.base_url).details["reason"] == "not_implemented"
    assert len(server.recordings) == 1


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = refused(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
    assert error.details["reason"] == "unreachable"
    assert "speech.base_url" in error.fix


def test_a_wrong_key_is_named_by_its_setting(server: ScriptedServer) -> None:
    server.become(models=("whisper",), transcribes=True, api_key="right")
    error = refused(server.base_url, api_key="wrong")
    assert error.details["reason"] == "unauthorised"
    assert "speech.api_key" in error.fix


def test_silence_is_an_error_not_an_empty_answer(server: ScriptedServer) -> None:
    server.fail("blank")
    assert refused(server.base_url).details["reason"] == "nothing_heard"


def test_what_is_not_audio_is_said_to_be_unreadable(server: ScriptedServer) -> None:
    assert refused(server.base_url, b"\x1a\x45\xdf\xa3 webm").details["reason"] == "unreadable_audio"


def test_an_error_under_status_200_is_an_error(server: ScriptedServer) -> None:
    server.fail("ignore_format")
    assert refused(server.base_url).details["reason"] == "unreadable_audio"


def test_an_empty_recording_is_not_sent(server: ScriptedServer) -> None:
    assert refused(server.base_url, b"").details["reason"] == "empty_recording"
    assert server.recordings == []


def test_a_recording_over_the_limit_is_not_sent(server: ScriptedServer) -> None:
    error = refused(server.base_url, wav(40), max_mb=1)
    assert error.details["reason"] == "too_large"
    assert "speech.max_mb" in error.fix
    assert server.recordings == []


def test_a_recording_over_the_servers_limit(server: ScriptedServer) -> None:
    error = refused(server.base_url, wav() + bytes(26 * 1024**2), max_mb=100)
    assert error.details["reason"] == "too_large"
    assert "VLLM_MAX_AUDIO_CLIP_FILESIZE_MB" in error.fix


def test_a_server_that_hangs_is_not_waited_for(server: ScriptedServer) -> None:
    listen(server.base_url)  # the client library is loaded
    server.fail("hang")
    error = refused(server.base_url, timeout_s=0.5)
    assert error.details["reason"] == "too_slow"
    assert "speech.timeout_s" in error.fix


def test_a_proxys_welcome_page_is_no_transcript(server: ScriptedServer) -> None:
    server.fail("html")
    assert refused(server.base_url).details["reason"] == "not_an_endpoint"


def test_one_failure_is_retried(server: ScriptedServer) -> None:
    server.fail(Fault("status", status=503))
    assert listen(server.base_url) == HEARD


def test_a_dead_server_is_left_alone_for_a_while(server: ScriptedServer) -> None:
    server.fail(*[Fault("status", status=503)] * 9)
    breaker = Breaker(rounds=3, settle_s=0)
    assert refused(server.base_url, breaker=breaker).details["reason"] == "gateway"
    assert refused(server.base_url, breaker=breaker).details["reason"] == "resting"
    assert len(server.recordings) == 3


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"model": "other"}, 404, "does not exist"),
        ({"response_format": "yaml"}, 400, "response_format"),
        ({"language": "Chinese"}, 400, "language"),
    ],
)
def test_the_scripted_server_refuses_what_vllm_refuses(
    server: ScriptedServer, fields: dict[str, str], status: int, word: str
) -> None:
    async def main() -> tuple[int, str]:
        import aiohttp

        form = aiohttp.FormData({"model": "whisper", **fields})
        form.add_field("file", wav(), filename="a.wav", content_type="audio/wav")
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{server.base_url}/audio/transcriptions", data=form) as reply,
        ):
            return reply.status, await reply.text()

    got, said = asyncio.run(main())
    assert (got, word in said) == (status, True)
    assert server.recordings == []


def test_the_scripted_server_takes_no_json(server: ScriptedServer) -> None:
    async def main() -> int:
        import aiohttp

        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{server.base_url}/audio/transcriptions", json={"model": "whisper", "file": "x"}) as reply,
        ):
            return reply.status

    assert asyncio.run(main()) == 400
