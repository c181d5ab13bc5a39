"""Answering again: stored before it is judged, judged by the same judge, seen by nobody too early, counted by nothing."""

from __future__ import annotations

import pytest

from interviewer.errors import AnswerTooLong, EmptyAnswer, EndpointError, NotFinished, UnknownQuestion
from interviewer.grading import score_transcript
from interviewer.interview.closed import closed_question
from interviewer.interview.results import report_of, trend_of
from interviewer.interview.second_try import second_case, tries_of
from interviewer.models import Assessment, Remark, SecondTry, SecondTryResult, Ungraded


@pytest.fixture
def held(hold, make_app, server):
    """An interview against the scripted model that is over: the basics were said, nothing more."""
    begun = hold(make_app(base_url=server.base_url))
    begun.finish_with(lambda h: h.points("fair"))
    return begun


def again(held, text, question_id=""):
    question_id = question_id or held.state.asked[0].question.id
    return held.run(held.app.interviews.try_again(held.id, question_id, text))


def everything(asked):
    return "\n".join(point.text.zh for point in asked.question.key_points)


def test_a_second_try_is_never_counted(held):
    before = held.state
    card = score_transcript(before.bank, before.transcript)
    again(held, everything(before.asked[0]))
    after = held.state
    assert tries_of(after, after.asked[0])[0].score == 100
    assert score_transcript(after.bank, after.transcript) == card
    assert after.transcript.assessments == before.transcript.assessments
    assert after.transcript.grades == before.transcript.grades
    assert report_of(after)[0].total == report_of(before)[0].total


def test_the_report_shows_what_is_better(held):
    again(held, everything(held.state.asked[0]))
    row = report_of(held.state)[0].questions[0]
    assert row.score < row.tries[0].score == 100
    assert {point.change for point in row.tries[0].points} == {"same", "better"}


def test_it_is_stored_before_it_is_judged_and_judged_after_a_crash(held, monkeypatch, make_app, server):
    judge = held.app.interviews.mind(held.state.session).judge

    async def killed(case):
        assert [one for one in held.app.store.transcript(held.id).annotations if isinstance(one, SecondTry)]
        raise KeyboardInterrupt

    monkeypatch.setattr(judge, "assess", killed)
    with pytest.raises(KeyboardInterrupt):
        again(held, everything(held.state.asked[0]))
    asked = held.state.asked[0]
    assert [(one.result, one.score) for one in tries_of(held.state, asked)] == [(None, None)]
    fresh = make_app(base_url=server.base_url)
    state = held.run(fresh.interviews.judge_tries(held.id, asked.question.id))
    assert tries_of(state, asked)[0].score == 100


def test_a_dead_endpoint_leaves_an_ungraded_try_that_can_be_judged_later(held, server):
    server.fail(*["malformed"] * 12)
    state = again(held, everything(held.state.asked[0]))
    asked = state.asked[0]
    assert isinstance(tries_of(state, asked)[0].result, Ungraded)
    assert tries_of(state, asked)[0].score is None
    server._app.faults.clear()
    state = held.run(held.app.interviews.judge_tries(held.id, asked.question.id))
    assert isinstance(tries_of(state, asked)[0].result, Assessment)
    rows = [one for one in state.transcript.annotations if isinstance(one, SecondTryResult)]
    assert [type(one.result) for one in rows] == [Ungraded, Assessment]


def test_the_same_try_sent_twice_is_stored_once(held):
    for text in ("第一次这么说，预填充。", "第一次这么说，预填充。", "第二次那么说，解码。"):
        state = again(held, text)
    assert [one.number for one in tries_of(state, state.asked[0])] == [1, 2]
    assert [one.text for one in tries_of(state, state.asked[0])] == ["第一次这么说，预填充。", "第二次那么说，解码。"]


def test_two_tabs_at_once_make_two_tries_with_a_result_each(held):
    question_id = held.state.asked[0].question.id
    row = SecondTry(
        session_id=held.id, question_id=question_id, number=1, text="另一个标签页写的。", at=held.app.clock()
    )
    held.app.store.annotate(held.id, row, row.model_copy(update={"text": "这个标签页写的。"}))
    state = held.run(held.app.interviews.judge_tries(held.id, question_id))
    found = tries_of(state, state.asked[0])
    assert [(one.number, one.text) for one in found] == [(1, "另一个标签页写的。"), (2, "这个标签页写的。")]
    assert all(isinstance(one.result, Assessment) for one in found)


def test_the_judge_reads_the_new_answer_alone(held, server):
    asked = held.state.asked[0]
    before = len(server.requests)
    again(held, "这一次我只说一句新的话。")
    (request,) = server.requests[before:]
    assert "这一次我只说一句新的话" in request.user
    assert asked.answers[0].text not in request.user
    case = second_case(held.state, asked, "x")
    assert len(case.exchange.messages) == 2
    assert case.settled == ()


def test_a_repeated_probe_is_still_an_echo(held):
    asked = next(one for one in held.state.asked if any(m.kind == "probe" for m in one.messages))
    probe = next(m.text for m in asked.messages if m.kind == "probe")
    assert probe in [message.text for message in second_case(held.state, asked, "x").talk]


def test_copied_wording_is_measured(held):
    reference = held.state.asked[0].question.note.reference.zh
    state = again(held, reference)
    assert tries_of(state, state.asked[0])[0].copied == 1
    state = again(held, "用完全不同的说法讲，今天天气不错，适合出门散步。")
    assert tries_of(state, state.asked[0])[1].copied < 0.2


@pytest.mark.parametrize(("text", "kind"), [("  \n", EmptyAnswer), ("长" * 200_000, AnswerTooLong)])
def test_what_cannot_be_judged_is_refused_and_not_stored(held, text, kind):
    with pytest.raises(kind):
        again(held, text)
    assert held.state.transcript.annotations == ()


def test_questions_that_were_not_asked_are_refused(held):
    with pytest.raises(UnknownQuestion):
        again(held, "回答", "no-such-question")


def test_in_an_exam_nothing_is_tried_again_before_the_end(hold):
    held = hold(mode="exam")
    held.skip()
    first = held.state.asked[0].question.id
    assert len(held.state.asked) == 2
    with pytest.raises(NotFinished):
        again(held, "再答一次。", first)
    held.run(held.app.interviews.finish(held.id))
    assert closed_question(held.state, first).question.id == first


def test_in_practice_a_question_closes_when_the_next_is_asked(hold):
    held = hold(mode="practice")
    first = held.state.asked[0].question.id
    with pytest.raises(NotFinished):
        closed_question(held.state, first)
    held.skip()
    assert closed_question(held.state, first)
    with pytest.raises(NotFinished):
        closed_question(held.state, held.state.asked[-1].question.id)


def test_a_session_of_a_model_is_not_judged_by_anything_else(held, make_app):
    alone = make_app()
    with pytest.raises(EndpointError):
        held.run(alone.interviews.try_again(held.id, held.state.asked[0].question.id, "换个说法再说一遍。"))
    assert held.state.transcript.annotations == ()


def test_an_objection_is_kept_as_written_and_only_when_the_interview_is_over(hold):
    held = hold()
    held.skip()
    first = held.state.asked[0].question.id
    object_to = held.app.interviews.object_to
    with pytest.raises(NotFinished):
        held.run(object_to(held.id, first, "不同意"))
    held.run(held.app.interviews.finish(held.id))
    with pytest.raises(EmptyAnswer):
        held.run(object_to(held.id, first, " "))
    with pytest.raises(AnswerTooLong):
        held.run(object_to(held.id, first, "长" * 4001))
    with pytest.raises(UnknownQuestion):
        held.run(object_to(held.id, "nothing", "不同意"))
    for _ in range(2):
        held.run(object_to(held.id, first, "我说的<b>就是</b>这个意思。"))
    (kept,) = held.state.transcript.annotations
    assert isinstance(kept, Remark)
    assert (kept.author, kept.text) == ("candidate", "我说的<b>就是</b>这个意思。")
    assert report_of(held.state)[0].questions[0].objection == "open"


def test_the_trend_takes_finished_interviews_of_the_same_bank_that_are_there(hold, make_app):
    app = make_app()
    first, second, third = hold(app), hold(app), hold(app)
    for one in (first, second):
        one.finish_with(lambda h: h.points("fair"))
        assert first.run(trend_of(app.interviews, first.state, [second.id], "zh")) is None  # nothing is marked yet
    for one in (first, second):
        one.mark_all("covered", "absent")
    others = ["nothing", third.id, second.id, first.id]
    found = first.run(trend_of(app.interviews, first.state, others, "zh"))
    assert {one.session_id for one in found.held} == {first.id, second.id}
    assert {judge.thinking for one in found.held for judge in one.means} == {"self"}
    assert first.run(trend_of(app.interviews, first.state, ["nothing", third.id], "zh")) is None
