"""Interviews on endpoints that are slow, that refuse, or that answer one call at a time: they go on, and say truly why
something stayed ungraded."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from interviewer.interview.events import Delta, Notice
from interviewer.models import Ungraded
from interviewer.scripted import ChatRequest, Fault, Reply, ScriptedServer
from tests.conftest import Hold
from tests.contract.llm_calls import hurried, until
from tests.scripts import listening_brain
from ui.texts import explain, explain_to_candidate

ANSWER = {
    "zh": "我觉得是按块来分配显存，用一张表记下来。",
    "en": "I think memory is given out in blocks, and a table keeps track.",
}


def is_judgement(request: ChatRequest) -> bool:
    return not request.stream


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("status", status=401), "refused"),
        (Fault("status", status=400), "refused"),
        (Fault("status", status=402), "refused"),
        (Fault("status", status=500), "endpoint_failed"),
        (Fault("status", status=503), "endpoint_down"),
        (Fault("status", status=429), "too_slow"),
        (Fault("status", status=413), "over_context"),
        (Fault("hang"), "too_slow"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.kind}-{value.status}",
)
def test_what_stays_ungraded_says_truly_why(
    server: ScriptedServer, make_app: Any, hold: Hold, fault: Fault, reason: str, language: Any
) -> None:
    app = make_app(base_url=server.base_url, words_within_s="0.5")
    held = hold(app, language=language)
    held.run(app.chat.connect())
    server.fail(*[fault] * 40)
    with hurried(app.chat, **({"timeout_s": 2.0} if fault.kind == "hang" else {})):
        events = held.answer(ANSWER[language])
    server.calm()
    result = held.state.asked[0].result
    assert isinstance(result, Ungraded)
    assert result.reason == reason
    notices = [event.text for event in events if isinstance(event, Notice)]
    assert len(notices) == (reason != "over_context")
    assert held.state.transcript.messages[-1].role == "interviewer"
    for text in (result.detail, *notices):
        assert "127.0.0.1" not in text
        assert "http" not in text.replace("HTTP ", "")
    assert app.chat.last_failure is not None
    assert server.base_url in explain(app.chat.last_failure, language) or reason == "over_context"
    assert "127.0.0.1" not in explain_to_candidate(app.chat.last_failure, language)


def test_where_calls_are_answered_one_by_one_words_come_before_the_judgement(
    server: ScriptedServer, make_app: Any, hold: Hold
) -> None:
    heard: list[str] = []
    spoken = threading.Event()

    def brain(request: ChatRequest) -> Reply:
        heard.append("judgement" if is_judgement(request) else "words")
        if is_judgement(request):
            assert spoken.is_set(), "the judgement was asked for before the words were there"
        else:
            spoken.set()
        return listening_brain(request) if is_judgement(request) else Reply("好的，我听到了你说的块。")

    server.become_brain(brain)
    held = hold(make_app(base_url=server.base_url, one_at_a_time="yes"), language="zh")
    events = held.answer(ANSWER["zh"])
    assert heard[:2] == ["words", "judgement"]
    assert next(event.text for event in events if isinstance(event, Delta)) == "好的，我听到了你说的块。"


def test_words_that_do_not_come_are_replaced_and_the_judgement_is_still_made(
    server: ScriptedServer, make_app: Any, hold: Hold
) -> None:
    asked_for_words = threading.Event()

    def brain(request: ChatRequest) -> Any:
        if is_judgement(request):
            return listening_brain(request)
        asked_for_words.set()
        return Reply("Noted.", first_token_s=600)

    server.become_brain(brain)
    app = make_app(base_url=server.base_url, one_at_a_time="yes", words_within_s="1")
    held = hold(app, language="en")
    held.run(app.chat.connect())
    held.answer(ANSWER["en"])
    assert not isinstance(held.state.asked[0].result, Ungraded)
    assert asked_for_words.is_set()
    held.run(until(lambda: server.disconnects == 1))
    assert server.disconnects == 1
    assert "noted" in held.state.transcript.messages[-1].text


def test_where_no_answer_at_all_would_fit_the_interview_goes_on_and_says_why(
    server: ScriptedServer, make_app: Any, hold: Hold
) -> None:
    server.become(max_model_len=1500)
    held = hold(make_app(base_url=server.base_url), language="en")
    held.run(held.app.chat.connect())
    held.answer(ANSWER["en"])
    result = held.state.asked[0].result
    assert isinstance(result, Ungraded)
    assert result.reason == "over_context"
    assert held.state.transcript.messages[-1].role == "interviewer"
