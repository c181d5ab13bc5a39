"""What the interview's page draws from a state: escaped, closed questions only, depth, time, and what the model's state is."""

from __future__ import annotations

import asyncio
from html import escape

import pytest

from interviewer.interview.events import Delta
from interviewer.models import Assessment
from ui.web.frame import Visitor
from ui.web.talk import feedback, view
from ui.web.talk.bubbles import bubbles
from ui.web.talk.handlers import patiently, was_down

ZH = Visitor(language="zh", query={})
EN = Visitor(language="en", query={})


def closed_question(hold, text="", app=None, **request):
    """An interview whose first question was answered with `text` (its points by default) and then skipped."""
    held = hold(app, **request)
    held.answer(text or held.points("fair"))
    held.skip()
    return held.state


def test_the_summary_marks_the_words_that_counted_and_names_what_was_missing(hold, model_app):
    state = closed_question(hold, app=model_app)
    shown = feedback.card(state, state.asked[0], ZH)
    result = state.asked[0].result
    assert isinstance(result, Assessment)
    covered = [v for v in result.verdicts if v.status == "covered"]
    assert covered
    assert shown.count("<mark>") >= 1
    assert "讲到了" in shown
    assert "还可以补充" in shown
    assert "参考答案" in shown
    assert f"/again?session={state.session.id}&amp;question={state.asked[0].question.id}" in shown


def test_the_summary_escapes_what_was_typed(hold, model_app):
    typed = hold().points("fair") + '\n\n<img src=x onerror="alert(1)"> **粗** `code`'
    state = closed_question(hold, typed, model_app)
    shown = feedback.card(state, state.asked[0], ZH)
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_a_question_that_could_not_be_graded_shows_no_number(hold, model_app):
    state = closed_question(hold, app=model_app)
    asked = state.asked[0].model_copy(update={"results": ()})
    shown = feedback.card(state, asked, EN)
    assert "nothing to grade" in shown
    assert 'class="tag accent"' not in shown


def test_feedback_in_the_chat_is_the_card_and_the_words_before_it_stay(hold):
    state = closed_question(hold)
    kinds = [message.kind for message in state.transcript.messages]
    shown = bubbles(state, ZH, {})[kinds.index("feedback")]
    assert '<div class="feedback">' in shown
    before = state.transcript.messages[kinds.index("feedback")].text.split("\n\n")[0]
    assert escape(before) in shown.split('<div class="feedback">')[0]


def test_an_exam_shows_no_depth_and_no_summary(hold):
    held = hold(mode="exam")
    held.answer(held.points("fair"))
    held.skip()
    shown = view.progress_panel(held.state, held.app.clock(), ZH)
    assert 'class="depth"' not in shown
    assert all('class="feedback"' not in one for one in bubbles(held.state, ZH, {}))


def test_the_ladder_fills_as_levels_are_reached(hold, model_app):
    held = hold(model_app)
    assert set(view.depth_shares(held.state).values()) == {0.0}
    held.answer(held.points("fair"))
    shares = view.depth_shares(held.state)
    assert shares["fair"] > 0
    assert shares["excellent"] < 1


def test_offline_shows_how_many_probes_and_no_depth(hold):
    held = hold()
    held.answer(held.points("fair"))
    shown = view.progress_panel(held.state, held.app.clock(), EN)
    assert 'class="depth"' not in shown
    assert "Probes 1 of 3" in shown


def test_time_used_and_left_add_up(hold, clock):
    held = hold(minutes=10)
    clock.pass_(minutes=4)
    shown = view.progress_panel(held.state, clock(), EN)
    assert ">4:00<" in shown
    assert ">6:00<" in shown


def test_the_open_question_stands_above_the_box_until_the_interview_is_over(hold):
    held = hold()
    question = held.state.asked[0].question.text.zh
    assert question in view.open_question(held.state, ZH, {})
    held.run(held.app.interviews.finish(held.id))
    assert view.open_question(held.state, ZH, {}) == ""


def test_silence_is_told_and_no_event_is_lost():
    async def slow():
        yield Delta(text="a")
        await asyncio.sleep(0.08)
        yield Delta(text="b")

    async def gather():
        return [event async for event in patiently(slow(), 0.03)]

    found = asyncio.run(gather())
    assert None in found
    assert [event.text for event in found if event is not None] == ["a", "b"]


def test_a_failure_in_the_middle_of_a_turn_is_not_swallowed():
    async def broken():
        yield Delta(text="a")
        raise ValueError("no")

    async def gather():
        return [event async for event in patiently(broken(), 1)]

    with pytest.raises(ValueError, match="no"):
        asyncio.run(gather())


def test_offline_interviews_never_speak_of_a_model_that_came_back(hold):
    assert not was_down(closed_question(hold))
