"""The talk's channel over real ASGI: what a move streams, what is refused, and that a turn goes on without its listener."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from interviewer.interview.interviews import StartRequest
from ui.texts import say
from ui.web.talk import handlers
from ui.web.talk.channel import talk_routes


def site(app: Any) -> FastAPI:
    found = FastAPI()
    found.include_router(talk_routes(app))
    return found


async def post(
    asgi: FastAPI,
    path: str,
    body: bytes,
    leave_after: str = "",
    told: Callable[[dict[str, Any]], None] = lambda change: None,
) -> tuple[int, list[dict[str, Any]]]:
    """(status, the changes that came); with `leave_after` the client hangs up at the first change of that kind. `told` sees
    each change as it comes."""
    found: list[dict[str, Any]] = []
    status, gone = 0, asyncio.Event()
    sent = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in sent:
            return message
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        for line in message.get("body", b"").split(b"\n\n"):
            if line.startswith(b"data: "):
                found.append(json.loads(line[6:]))
                told(found[-1])
                if found[-1]["kind"] == leave_after:
                    gone.set()

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"lang=en",
        "headers": [(b"content-type", b"application/json")], "client": ("127.0.0.1", 1), "server": ("page", 80),
        "scheme": "http", "http_version": "1.1", "asgi": {"version": "3.0", "spec_version": "2.3"},
    }  # fmt: skip
    await asgi(scope, receive, send)  # pyright: ignore[reportArgumentType]
    return status, found


async def begun(app: Any) -> str:
    return (await app.interviews.start(StartRequest(language="en", seed=1))).session.id


def test_an_answer_is_heard_then_replied_to_and_the_last_change_is_how_it_stands(app, runner):
    async def scene() -> None:
        session, asgi = await begun(app), site(app)
        _, opened = await post(asgi, f"/talk/{session}/open", b"{}")
        assert [one["kind"] for one in opened] == ["standing"]
        assert (opened[0]["turn"], len(opened[0]["bubbles"]), opened[0]["busy"]) == (1, 1, False)
        body = json.dumps({"text": "prefill reads the prompt *at once*", "turn": 1}).encode()
        status, changes = await post(asgi, f"/talk/{session}/answer", body)
        kinds = [one["kind"] for one in changes]
        assert status == 200
        assert kinds[0] == "heard"
        assert kinds[-1] == "standing"
        assert "speaking" in kinds
        last = changes[-1]
        assert last["since"] == 1
        assert "*at once*" in last["bubbles"][0]
        assert last["turn"] == 1 + len(last["bubbles"])

    runner.run(scene())


def test_a_turn_goes_on_when_its_listener_has_left(app, runner):
    async def scene() -> None:
        session, asgi = await begun(app), site(app)
        body = json.dumps({"text": "prefill reads the prompt", "turn": 1}).encode()
        await post(asgi, f"/talk/{session}/answer", body, leave_after="heard")
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(others, timeout=60)  # the reply is written by a task of its own
        assert (await app.interviews.look(session)).turn >= 3

    runner.run(scene())


@pytest.mark.parametrize(
    ("move", "body", "status"),
    [
        ("answer", b"not json", 400),
        ("answer", b"[1]", 400),
        ("answer", b'{"text": 3}', 400),
        ("answer", b'{"text": "x", "turn": "1"}', 400),
        ("answer", b'{"text": "x", "turn": true}', 400),
        ("answer", b'{"text": "x", "turn": -1}', 400),
        ("delete", b"{}", 404),
    ],
)
def test_what_is_no_move_is_refused(app, runner, move: str, body: bytes, status: int):
    async def scene() -> None:
        session = await begun(app)
        assert (await post(site(app), f"/talk/{session}/{move}", body))[0] == status
        assert (await app.interviews.look(session)).turn == 1

    runner.run(scene())


def test_a_second_tab_is_refused_in_words_and_told_how_it_stands(app, runner):
    async def scene() -> None:
        session, asgi = await begun(app), site(app)
        body = json.dumps({"text": "prefill reads the prompt", "turn": 1}).encode()
        await post(asgi, f"/talk/{session}/answer", body)
        other = json.dumps({"text": "something else", "turn": 1}).encode()
        _, changes = await post(asgi, f"/talk/{session}/answer", other)
        assert [one["kind"] for one in changes] == ["refused"]
        assert "another tab" in changes[0]["message"]
        assert changes[0]["turn"] == (await app.interviews.look(session)).turn

    runner.run(scene())


def test_an_unknown_interview_is_gone_with_a_way_on(app, runner):
    async def scene() -> None:
        _, changes = await post(site(app), "/talk/nope/open", b"{}")
        assert [one["kind"] for one in changes] == ["gone"]
        assert changes[0]["link"].startswith("/?")

    runner.run(scene())


@pytest.fixture
def hog(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the database, which may lock it."""
    connection = sqlite3.connect(tmp_path / "data" / "interviews.db", isolation_level=None)
    yield connection
    connection.close()


def answers(app: Any, session: str) -> list[str]:
    return [message.text for message in app.store.transcript(session).messages if message.kind == "answer"]


ANSWER = json.dumps({"text": "prefill reads the prompt", "turn": 1}).encode()


def test_an_answer_is_being_stored_until_it_is_and_heard_only_then(app, runner, request, monkeypatch):
    monkeypatch.setattr(handlers, "SLOW_S", 0.02)
    session, asgi = runner.run(begun(app)), site(app)
    hog = request.getfixturevalue("hog")
    hog.execute("BEGIN IMMEDIATE")
    before: list[dict[str, Any]] = []

    def told(change: dict[str, Any]) -> None:
        if hog.in_transaction:
            before.append(change)
            if len(before) == 3:
                assert answers(app, session) == []
                hog.execute("ROLLBACK")

    _, changes = runner.run(post(asgi, f"/talk/{session}/answer", ANSWER, told=told))
    assert before == [{"kind": "notice", "message": say("en", "talk", "storing")}] * 3
    kinds = [one["kind"] for one in changes]
    assert kinds.index("heard") >= 3
    assert kinds[-1] == "standing"
    assert answers(app, session) == ["prefill reads the prompt"]


def test_an_answer_that_cannot_be_stored_in_time_is_refused_and_never_heard(make_app, runner, request, monkeypatch):
    monkeypatch.setattr(handlers, "SLOW_S", 0.02)
    app = make_app(busy_s="0.3")
    session, asgi = runner.run(begun(app)), site(app)
    hog = request.getfixturevalue("hog")
    hog.execute("BEGIN IMMEDIATE")
    _, changes = runner.run(post(asgi, f"/talk/{session}/answer", ANSWER))
    *notices, last = changes
    assert {one["message"] for one in notices} <= {say("en", "talk", "storing")}
    assert (last["kind"], last["turn"]) == ("refused", 1)
    assert last["message"] == say("en", "candidate", "store_unusable")
    assert answers(app, session) == []
    hog.execute("ROLLBACK")
    _, changes = runner.run(post(asgi, f"/talk/{session}/answer", ANSWER))
    assert "heard" in [one["kind"] for one in changes]
    assert answers(app, session) == ["prefill reads the prompt"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_nobody_foresaw_claims_nothing_about_what_is_kept(app, runner, monkeypatch, language: str):
    """The answer may or may not be stored: only the page, read anew from the store, can say."""

    async def scene() -> None:
        session, asgi = await begun(app), site(app)

        def broken(*_: object) -> None:
            raise RuntimeError("nobody foresaw this")

        monkeypatch.setattr(app.store, "append", broken)
        monkeypatch.setattr(app.store, "append_all", broken)
        _, changes = await post(asgi, f"/talk/{session}/answer", ANSWER)
        assert [one["kind"] for one in changes] == ["refused"]
        assert changes[0]["message"] == say("en", "errors", "unexpected")

    runner.run(scene())
    words = say(language, "errors", "unexpected")
    assert "answers are kept" not in words
    assert "回答已保存" not in words
