"""The talk's channel over real ASGI: what a move streams, what is refused, and that a turn goes on without its listener."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fastapi import FastAPI

from interviewer.interview.interviews import StartRequest
from ui.web.talk.channel import talk_routes


def site(app: Any) -> FastAPI:
    found = FastAPI()
    found.include_router(talk_routes(app))
    return found


async def post(asgi: FastAPI, path: str, body: bytes, leave_after: str = "") -> tuple[int, list[dict[str, Any]]]:
    """(status, the changes that came); with `leave_after` the client hangs up at the first change of that kind."""
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
