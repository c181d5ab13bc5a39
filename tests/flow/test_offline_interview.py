"""A whole interview without any endpoint: asks, probes, gives feedback, closes, and can always be taken up again."""

from __future__ import annotations

import os

import pytest

from interviewer.errors import (
    AnswerTooLong,
    ConsentMissing,
    EmptyAnswer,
    SessionClosed,
    SessionPaused,
    TurnTaken,
    UnknownBank,
    UnknownSession,
)  # fmt: skip
from interviewer.grading import score_transcript
from interviewer.interview.events import Written
from interviewer.interview.interviews import StartRequest
from interviewer.models import Ungraded
from interviewer.policy.follow_up import MAX_PROBES
from tests.unit.bank_samples import write_bank


def kinds(held):
    return [m.kind for m in held.state.transcript.messages]


def test_a_whole_interview_asks_probes_gives_feedback_and_closes(hold):
    held = hold()
    state = held.finish_with(lambda h: h.points("fair")[:60] or "不知道")
    assert len(state.asked) == 3
    assert kinds(held)[-1] == "closing"
    assert [event.kind for event in state.transcript.events] == ["finished"]
    assert kinds(held).count("feedback") == 3
    assert state.transcript.assessments == state.transcript.grades == ()
    for asked in state.asked:
        assert isinstance(asked.result, Ungraded)
        assert asked.result.reason == "unmarked"


@pytest.mark.parametrize("said", ["points", "wrong", "short"])
def test_the_probes_left_are_used_whatever_the_answer_resembles(hold, said):
    """Likeness of words stops nothing early: the right answer, a wrong one and a short one get as many probes."""
    held = hold(questions=1)
    texts = {"points": held.points(), "wrong": "反过来，" + held.points().replace("是", "不是"), "short": "显存"}
    held.finish_with(lambda h: texts[said])
    probes = [m for m in held.state.asked[0].messages if m.kind == "probe"]
    assert len(probes) == MAX_PROBES
    assert len({m.key_point_id for m in probes}) == MAX_PROBES


def test_what_an_answer_seems_to_be_about_is_probed_last(hold):
    held = hold(questions=1)
    question = held.state.current.question
    held.answer(held.points("fair"))
    probe = held.state.transcript.messages[-1]
    fair = {point.id for point in question.key_points if point.level == "fair"}
    assert probe.kind == "probe"
    assert probe.key_point_id not in fair


@pytest.mark.parametrize(
    ("language", "hedge"),
    [("zh", "不太确定，可能和带宽有关"), ("zh", "我不确定，应该是分块"), ("en", "Not sure, maybe blocks?")],
)
def test_a_hedge_is_an_answer(hold, language, hedge):
    held = hold(language=language)
    held.answer(hedge)
    assert kinds(held) == ["question", "answer", "probe"]


def test_each_interviewer_turn_asks_exactly_one_question_and_probes_are_word_for_word(hold):
    held = hold()
    held.finish_with(lambda h: h.points("fair")[:80] or "不知道")
    state = held.state
    for message in state.transcript.messages:
        if message.kind == "probe":
            point = state.bank.question(message.question_id).key_point(message.key_point_id)
            assert message.text.endswith(point.probe.zh)
        if message.kind == "question":
            assert message.text.endswith(state.bank.question(message.question_id).text.zh)


def test_i_do_not_know_is_accepted_without_probing(hold):
    held = hold()
    held.answer("不知道")
    assert kinds(held) == ["question", "answer", "feedback", "question"]


def test_a_question_back_is_answered_by_the_question_again_and_never_for_ever(hold):
    held = hold()
    first = held.state.current.question.id
    held.answer("能再说一遍问题吗？")
    assert kinds(held)[-1] == "clarification"
    assert held.state.current.question.text.zh in held.state.transcript.messages[-1].text
    held.answer("能再说一遍问题吗？")
    assert held.state.current.question.id != first


def test_exam_mode_gives_no_feedback_and_no_hints(hold):
    held = hold(mode="exam")
    assert held.hint().key_point_id is None
    held.finish_with(lambda h: h.points("fair")[:60] or "不知道")
    assert "feedback" not in kinds(held)
    assert not any(h.kind == "hint" and h.key_point_id for h in held.state.transcript.messages)


def test_hints_climb_a_ladder_of_three_and_halve_what_is_won_after_them(hold):
    held = hold(questions=1)
    hints = [held.hint() for _ in range(4)]
    assert [h.key_point_id is not None for h in hints] == [False, True, True, False]
    points = held.state.current.question.key_points
    for hint in hints:
        assert not any(point.text.zh in hint.text for point in points)
    held.answer(held.points())
    held.skip()
    grade = held.mark("covered").grade
    assert grade is not None
    assert grade.coverage == pytest.approx(0.5)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_while_a_probe_is_open_every_hint_is_about_that_probe(hold, language):
    held = hold(questions=1, language=language)
    first = held.hint()
    held.answer(held.points("fair"))
    question, probe = held.state.current.question, held.state.current.messages[-1]
    assert (first.key_point_id, probe.kind) == (None, "probe")
    asked = question.key_point(probe.key_point_id).probe.to(language)
    for hint in (held.hint(), held.hint()):
        assert asked in hint.text
        assert hint.key_point_id == probe.key_point_id
        others = [point.probe.to(language) for point in question.key_points if point.id != probe.key_point_id]
        assert not any(one in hint.text for one in others)
        assert not any(point.text.to(language) in hint.text for point in question.key_points)
    assert held.hint().key_point_id is None  # three a question, whatever they were about


def test_a_skipped_question_is_left_to_be_marked_and_is_no_zero(hold):
    held = hold()
    held.skip()
    assert kinds(held) == ["question", "skip", "feedback", "question"]
    assert held.state.asked[0].result.reason == "unmarked"
    assert score_transcript(held.state.bank, held.state.transcript).total is None


def test_skipping_after_an_answer_keeps_what_was_said(hold):
    held = hold()
    held.answer(held.points("fair"))
    held.skip()
    assert held.mark("covered").grade.score == 100
    assert held.state.asked[0].result.turn == 1


def test_the_same_seed_and_answers_give_the_same_interview_word_for_word(hold):
    def texts(held):
        held.finish_with(lambda h: h.points("fair")[:60] or "不知道")
        return [m.text for m in held.state.transcript.messages]

    assert texts(hold()) == texts(hold())


def test_an_english_interview_speaks_english_only(hold):
    held = hold(language="en")
    held.finish_with(lambda h: h.points("fair")[:120] or "I do not know")
    spoken = "".join(m.text for m in held.state.transcript.messages if m.kind in ("question", "probe", "closing"))
    assert not any("\u4e00" <= character <= "\u9fff" for character in spoken)


@pytest.mark.parametrize("text", ["", "   \n\t"])
def test_an_empty_answer_is_refused_and_nothing_is_written(hold, text):
    held = hold()
    with pytest.raises(EmptyAnswer):
        held.answer(text)
    assert kinds(held) == ["question"]


def test_a_huge_paste_is_refused_whole_with_its_length(hold):
    held = hold()
    with pytest.raises(AnswerTooLong) as refused:
        held.answer("很" * 200_000)
    assert refused.value.details == {"length": 200_000, "limit": 20_000}
    assert kinds(held) == ["question"]


def test_half_an_emoji_does_not_break_the_turn(hold):
    held = hold()
    held.answer("prefill 先算完提示词 \ud83d")
    assert held.state.transcript.messages[1].text == "prefill 先算完提示词 \ufffd"


def test_a_second_tab_cannot_answer_the_same_turn(hold):
    held = hold()
    held.answer("prefill 并行处理提示词里的 token", turn=1)
    with pytest.raises(TurnTaken):
        held.answer("别的标签页里的回答", turn=1)
    assert sum(m.kind == "answer" for m in held.state.transcript.messages) == 1


def test_two_clicks_at_once_store_one_answer(hold, runner):
    import asyncio

    held = hold()

    async def one(text):
        return [event async for event in held.app.interviews.answer(held.id, text, 1)]

    async def both():
        return await asyncio.gather(one("第一次点击的回答内容"), one("第二次点击的回答内容"), return_exceptions=True)

    outcomes = runner.run(both())
    assert sum(isinstance(outcome, TurnTaken) for outcome in outcomes) == 1
    assert sum(m.kind == "answer" for m in held.state.transcript.messages) == 1


def test_sending_the_same_answer_again_after_a_crash_gets_its_reply(hold, monkeypatch):
    held = hold()
    monkeypatch.setattr(held.app.interviews, "_reply", _never)
    held.events(held.app.interviews.answer(held.id, "只写下，没有得到回应的回答", 1))
    monkeypatch.undo()
    assert held.state.pending == "reply"
    held.answer("只写下，没有得到回应的回答", turn=1)
    assert kinds(held)[:2] == ["question", "answer"]
    assert held.state.pending == "candidate"


async def _never(state):
    return
    yield state


def test_pausing_stops_the_clock_and_refuses_answers_until_resumed(hold, clock):
    from interviewer.interview.state import active_seconds

    held = hold()
    clock.pass_(seconds=60)
    held.run(held.app.interviews.pause(held.id))
    clock.pass_(hours=5)
    with pytest.raises(SessionPaused):
        held.answer("暂停时的回答")
    held.run(held.app.interviews.resume(held.id))
    clock.pass_(seconds=30)
    assert active_seconds(held.state.transcript, clock()) == 90


def test_a_page_left_open_overnight_does_not_use_up_the_time(hold, clock):
    held = hold(minutes=30.0, questions=None)
    clock.pass_(hours=9)
    held.answer(held.points("fair"))
    assert held.state.status == "active"


def test_the_interview_closes_when_its_time_is_used(hold, clock):
    held = hold(minutes=12.0, questions=3)
    clock.pass_(minutes=9)
    held.answer("不知道")
    clock.pass_(minutes=4)
    held.answer("不知道")
    assert kinds(held)[-1] == "closing"
    assert held.state.transcript.messages[-1].reason == "time_used"


def test_ending_early_keeps_what_was_answered_and_leaves_the_open_question_out(hold):
    held = hold()
    held.answer("不知道")
    state = held.run(held.app.interviews.finish(held.id))
    assert state.status == "finished"
    assert [asked.own is not None for asked in state.asked] == [True, False]
    with pytest.raises(SessionClosed):
        held.answer("太晚了")
    assert held.run(held.app.interviews.finish(held.id)).turn == state.turn


def test_another_process_takes_up_the_interview_from_the_store_alone(hold, make_app):
    held = hold()
    held.answer(held.points("fair"))
    held.app = make_app()
    held.answer(held.points("good"))
    assert kinds(held).count("answer") == 2


def test_an_unknown_session_says_so(hold):
    held = hold()
    held.id = "nope"
    with pytest.raises(UnknownSession):
        _ = held.state


def test_the_turn_ends_with_what_was_written(hold):
    held = hold()
    last = held.answer("不知道")[-1]
    assert isinstance(last, Written)
    assert [m.kind for m in last.messages] == ["feedback", "question"]


def test_repeating_says_the_open_question_again_and_costs_nothing(hold):
    held = hold()
    before = held.state
    said = held.run(held.app.interviews.repeat(held.id, before.turn))
    assert said.text == before.asked[0].question.text.zh
    held.answer(held.points("fair"))
    state = held.state
    again = held.run(held.app.interviews.repeat(held.id, state.turn))
    probe = [m for m in state.transcript.messages if m.kind == "probe"][-1]
    assert probe.text.endswith(again.text)
    assert held.state.asked[0].result == state.asked[0].result
    assert held.state.pending == "candidate"


def test_nothing_is_asked_or_stored_without_consent(make_app, runner):
    app = make_app()
    with pytest.raises(ConsentMissing):
        runner.run(app.interviews.start(StartRequest(consent=False)))
    assert app.store.sessions() == ()
    state = runner.run(app.interviews.start(StartRequest(consent=True, questions=1)))
    assert state.session.consent_at == app.clock()


def test_each_interview_stays_on_the_bank_it_was_begun_with(make_app, runner, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    write_bank(first, bank_toml='id = "first"\n')
    write_bank(second, bank_toml='id = "second"\n')
    app = make_app(bank=f"{first}{os.pathsep}{second}")
    assert list(app.banks) == ["first", "second"]
    state = runner.run(app.interviews.start(StartRequest(bank_id="second", questions=1, seed=1)))
    assert state.bank.id == "second"
    assert runner.run(app.interviews.look(state.session.id)).bank.id == "second"
    with pytest.raises(UnknownBank):
        runner.run(app.interviews.start(StartRequest(bank_id="third")))


def test_no_turn_is_traced_to_another_service(hold, monkeypatch):
    """LangGraph would send every turn to a tracing service where its environment says so; ours never does."""
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "x")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://127.0.0.1:9/traced")
    held = hold()
    held.answer(held.points("fair"))
    from langsmith.utils import tracing_is_enabled

    assert not tracing_is_enabled()


@pytest.mark.parametrize(
    "said",
    [
        "We deployed the service where space was reserved per request "
        + "for each of the many requests that came " * 4
        + "each day",
        "我们部署过一套服务" + "每个请求都预留最大长度的显存空间" * 8,
    ],
)
def test_a_claim_is_never_said_back_cut_in_the_middle_of_a_word(said):
    from interviewer.interview.claims import find_claim

    claim = find_claim(said)
    assert claim is None or said[said.index(claim) + len(claim) :][:1] in ("", " ", *"，,、。.")
