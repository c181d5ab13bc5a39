"""kill -9 at every step of a turn, with a real process: the answer is kept, and the interview goes on at the same question."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from interviewer.app import App
from interviewer.interview.interviews import Desk, Interviews, Mind, StartRequest
from interviewer.settings import load_settings

ANSWER = "prefill 把提示词的 token 并行算完并写入 KV cache，decode 每步一个 token。"
STEPS = (
    "before the answer is written",
    "answer written",
    "acknowledging",
    "assessing",
    "before the turn is written",
    "turn written",
)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly:
    """Wraps a part of the app; calling `at` kills the process, before or after the real call."""

    def __init__(self, real: object, at: str, when: str, skip: int = 0) -> None:
        self._real, self._at, self._when, self._skip = real, at, when, skip

    def __getattr__(self, name: str):
        found = getattr(self._real, name)
        if name != self._at:
            return found

        def call(*args: object, **kwargs: object):
            if self._skip:
                self._skip -= 1
                return found(*args, **kwargs)
            if self._when == "before":
                die()
            result = found(*args, **kwargs)
            die()
            return result

        return call


def app_in(folder: str, store_url: str | None = None) -> App:
    return App(load_settings({"data_dir": folder, "store.url": store_url}, environ={}, folder=Path(folder)))


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else None


def doomed(folder: str, store_url: str | None, session_id: str, step: str) -> None:
    """Answers once in this process and dies at `step`."""
    app = app_in(folder, store_url)
    mind, store = app.offline_mind(app.bank), app.store
    speaker = Deadly(mind.speaker, "acknowledge", "before") if step == "acknowledging" else mind.speaker
    judge = Deadly(mind.judge, "likely", "before") if step == "assessing" else mind.judge
    stores = {
        "before the answer is written": Deadly(store, "append", "before"),
        "answer written": Deadly(store, "append", "after"),
        "before the turn is written": Deadly(store, "append_all", "before"),
        "turn written": Deadly(store, "append_all", "after"),
    }
    interviews = Interviews(
        stores.get(step, store), {app.bank.id: Desk(app.bank, {"offline": Mind(speaker=speaker, judge=judge)})},  # pyright: ignore[reportArgumentType]
        clock=app.clock, new_id=lambda: "", new_seed=lambda: 1, max_answer_chars=20_000,
    )  # fmt: skip

    async def answer() -> None:
        async for _ in interviews.answer(session_id, ANSWER, 1):
            pass

    asyncio.run(answer())


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_turn_resumes_at_the_same_question_with_the_answer_kept(tmp_path, store_url, step):
    app = app_in(str(tmp_path), store_url)
    request = StartRequest(seed=1, questions=3, chapters=("c1",))
    session_id = asyncio.run(app.interviews.start(request)).session.id
    given = ", ".join(map(repr, (str(tmp_path), store_url, session_id, step)))
    code = f"from tests.flow.test_kill import doomed; doomed({given})"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr

    async def resumed():
        async for _ in app.interviews.carry_on(session_id):
            pass
        return await app.interviews.look(session_id)

    state = asyncio.run(resumed())
    answers = [m.text for m in state.transcript.messages if m.kind == "answer"]
    if step == "before the answer is written":
        assert answers == []
    else:
        assert answers == [ANSWER]
        assert [m.kind for m in state.transcript.messages] == ["question", "answer", "probe"]
    assert state.pending == "candidate"
    assert len(state.asked) == 1
    assert [m.turn for m in state.transcript.messages] == list(range(len(state.transcript.messages)))
    app.store.close()


def test_a_session_killed_before_its_first_question_opens_on_resume(tmp_path):
    app = app_in(str(tmp_path))
    state = asyncio.run(app.interviews.start(StartRequest(seed=1, questions=2, chapters=("c1",))))
    empty = state.session.model_copy(update={"id": "never-opened"})
    app.store.create(empty)

    async def resumed():
        async for _ in app.interviews.carry_on("never-opened"):
            pass
        return await app.interviews.look("never-opened")

    opened = asyncio.run(resumed())
    assert [m.kind for m in opened.transcript.messages] == ["question"]
    assert opened.transcript.messages[0].text == state.transcript.messages[0].text
    app.store.close()
