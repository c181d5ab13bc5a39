"""Fixtures shared by all tests: an app over a fresh data folder, a clock that tests move, the scripted server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings as property_settings

from interviewer.app import App
from interviewer.interview.events import TurnEvent
from interviewer.interview.interviews import StartRequest
from interviewer.interview.self_marking import Sheet
from interviewer.interview.state import InterviewState
from interviewer.models import Message, SelfStatus
from interviewer.scripted import ScriptedServer
from interviewer.settings import load_settings
from knowledge.bank import load_bank, shipped_bank_path
from knowledge.models import Bank
from tests import postgres
from tests.scripts import listening_brain

T = TypeVar("T")
_databases = count()

property_settings.register_profile("any machine", deadline=None)  # how long an example takes says nothing on a busy one
property_settings.load_profile("any machine")


class Clock:
    """Time that moves only when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for the whole test: a client belongs to one."""
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="session")
def shipped_bank() -> Bank:
    """Read once for all tests: it is frozen."""
    return load_bank(shipped_bank_path())


@pytest.fixture
def make_app(tmp_path: Path, clock: Clock, runner: asyncio.Runner, shipped_bank: Bank) -> Iterator[Callable[..., App]]:
    """`make_app(base_url=…)`: an app over the test's data folder; several share it, as processes would."""
    apps: list[App] = []

    def make(**settings: str) -> App:
        names = {
            "base_url": "model.base_url",
            "max_answer_chars": "interview.max_answer_chars",
            "bank": "bank",
            "keep_days": "store.keep_days",
            "busy_s": "store.busy_s",
            "store_url": "store.url",
            "one_at_a_time": "model.wire.one_at_a_time",
            "words_within_s": "model.words_within_s",
            "timeout_s": "model.timeout_s",
        }
        flags = {"data_dir": str(tmp_path / "data")} | {names[name]: value for name, value in settings.items()}
        apps.append(App(load_settings(flags, environ={}, folder=tmp_path), clock=clock))
        if "bank" not in settings:
            apps[-1].__dict__["bank"] = shipped_bank
        return apps[-1]

    yield make
    for app in apps:
        runner.run(app.aclose())


@pytest.fixture
def app(make_app: Callable[..., App]) -> App:
    return make_app()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(listening_brain) as running:
        yield running


@pytest.fixture
def model_app(make_app: Callable[..., App], server: ScriptedServer) -> App:
    """An app whose model credits a key point exactly where an answer holds its words (`tests/scripts.py`)."""
    return make_app(base_url=server.base_url)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """A real PostgreSQL of this run; skipped with the reason where none can be, failed where one is demanded."""
    if reason := postgres.missing():
        if os.environ.get(postgres.REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    with postgres.running() as folder:
        yield folder


@pytest.fixture
def postgres_url(postgres_server: Path) -> Iterator[str]:
    """An empty database on it."""
    with postgres.database(postgres_server, f"test{next(_databases)}") as url:
        yield url


class Held:
    """An interview held by a test, each call as a page event would make it."""

    def __init__(self, app: App, runner: asyncio.Runner, session_id: str) -> None:
        self.app = app
        self.id = session_id
        self._runner = runner

    @property
    def state(self) -> InterviewState:
        return self._runner.run(self.app.interviews.look(self.id))

    def answer(self, text: str, turn: int | None = None) -> list[TurnEvent]:
        turn = self.state.turn if turn is None else turn
        return self.events(self.app.interviews.answer(self.id, text, turn))

    def skip(self) -> list[TurnEvent]:
        return self.events(self.app.interviews.skip(self.id, self.state.turn))

    def carry_on(self) -> list[TurnEvent]:
        return self.events(self.app.interviews.carry_on(self.id))

    def hint(self) -> Message:
        return self.run(self.app.interviews.hint(self.id, self.state.turn))

    def mark(self, *statuses: SelfStatus, question: int = 0, attempt: int = 0) -> Sheet:
        """Mark the key points of the question asked as number `question` (from 0), one after the other, the last status
        going on for the rest."""
        marking, asked = self.app.self_marking, self.state.asked[question].question
        sheet = marking.sheet(self.state, asked.id, attempt)
        for n, row in enumerate(sheet.rows):
            status = statuses[min(n, len(statuses) - 1)]
            sheet = self.run(marking.mark(self.id, asked.id, row.point.id, status, attempt=attempt))
        return sheet

    def mark_all(self, *statuses: SelfStatus) -> InterviewState:
        """Mark every closed question alike."""
        for n, asked in enumerate(self.state.asked):
            if asked.question.id in self.app.self_marking.sheets(self.state):
                self.mark(*statuses, question=n)
        return self.state

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(call)

    def events(self, stream: AsyncIterator[TurnEvent]) -> list[TurnEvent]:
        async def collect() -> list[TurnEvent]:
            return [event async for event in stream]

        return self._runner.run(collect())

    def points(self, *levels: str) -> str:
        """The key points of the open question as one answer: all, or those of the given levels."""
        current = self.state.current
        assert current is not None
        language = self.state.session.language
        return "\n".join(p.text.to(language) for p in current.question.key_points if not levels or p.level in levels)

    def finish_with(self, reply: Callable[[Held], str]) -> InterviewState:
        """Answer with `reply` until the interview closes."""
        for _ in range(60):
            if self.state.status == "finished":
                return self.state
            self.answer(reply(self))
        raise AssertionError("the interview does not end")


Hold = Callable[..., Held]


@pytest.fixture
def hold(make_app: Callable[..., App], runner: asyncio.Runner) -> Hold:
    """`hold(app?, language=…, …)` starts an interview of three questions on chapter 1, seed 1, and gives it to the test."""

    def begin(app: App | None = None, **request: Any) -> Held:
        used = app or make_app()
        chosen = {"seed": 1, "questions": 3, "chapters": ("c1",), "thinking": used.thinking} | request
        state = runner.run(used.interviews.start(StartRequest(**chosen)))
        return Held(used, runner, state.session.id)

    return begin
