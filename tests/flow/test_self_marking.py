"""Without a model nobody pretends to judge: no number without a person's mark, on every surface."""

from __future__ import annotations

import asyncio
import csv
import io
import re

import pytest

from interviewer.debrief.events import Replied
from interviewer.errors import MarkingClosed, NotFinished, UnknownQuestion
from interviewer.grading import score_transcript
from interviewer.interview.results import report_of, trend_of
from interviewer.interview.second_try import tries_of
from interviewer.models import Review
from interviewer.report import render
from interviewer.review import export
from interviewer.review.listing import list_sessions
from interviewer.store import Wanted
from ui.web.frame import Visitor
from ui.web.inspect import view as inspect_view
from ui.web.mine import view as mine_view
from ui.web.talk import view as talk_view
from ui.web.talk.bubbles import bubbles

SALAD = "prefill、decode、KV cache、TTFT、token、batch、HBM、并行、自回归、显存带宽、调度、吞吐、延迟、算力"


def fluent_wrong(held) -> str:
    """Every key point turned round, in its own words."""
    points = held.state.current.question.key_points
    return "".join(f"恰恰相反，并不是{point.text.zh.rstrip('。')}。" for point in points)


ANSWERS = {"right": lambda held: held.points(), "fluent wrong": fluent_wrong, "word salad": lambda held: SALAD}


def surfaces(held) -> dict[str, str]:
    """Everything that people see of a finished interview, by where they see it."""
    app, state, visitor = held.app, held.state, Visitor(language="en", query={"session": held.id})
    report, card = report_of(state, "en")
    sheets = app.self_marking.sheets(state)
    dossier = held.run(asyncio.to_thread(_dossier, app, held.id))
    showing = inspect_view.Showing(status="finished", judges=())
    entry = mine_view.Entry(held.id, state, card)
    (line,) = list_sessions(app.store, app.interviews, Wanted(text=held.id)).lines
    return {
        "html": render(report, "html"),
        "md": render(report, "md"),
        "page": "".join(bubbles(state, visitor, sheets)),
        "panel": talk_view.progress_panel(state, app.clock(), visitor),
        "review": inspect_view.head(dossier, showing, visitor) + inspect_view.questions(dossier, showing, visitor),
        "mine": mine_view.listed([entry], visitor),
        "list": f"{line.total} {line.band}",
        "debrief": debrief(held, "How did I do overall?"),
    }


def _dossier(app, session_id):
    from interviewer.review.dossier import open_dossier

    transcript = app.store.transcript(session_id)
    return open_dossier(app.interviews.bank_of(transcript.session), transcript, "en")


def debrief(held, text: str) -> str:
    held.run(held.app.debriefs.ask(held.id, text, "en"))

    async def reply():
        return [event async for event in held.app.debriefs.reply(held.id, "en", "offline")]

    (told,) = [event for event in held.run(reply()) if isinstance(event, Replied)]
    return told.message.text


@pytest.mark.parametrize("mode", ["practice", "exam"])
@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_there_is_no_number_without_a_mark_on_any_surface(hold, answer, mode):
    """The three answers that text similarity graded 68.8, 79.6 and 48."""
    held = hold(mode=mode)
    state = held.finish_with(ANSWERS[answer])
    assert state.transcript.assessments == state.transcript.grades == ()
    report, card = report_of(state)
    assert (card.total, card.interval, card.band, card.grades) == (None, None, None, ())
    assert {one.reason for one in card.ungraded} == {"unmarked"}
    assert (report.study, report.strengths, report.gaps) == ((), (), ())
    assert all(row.score is None and row.level is None and row.points == () for row in report.questions)
    assert held.run(trend_of(held.app.interviews, state, [], "en")) is None
    (row, *_) = csv.DictReader(io.StringIO("".join(export.score_lines(held.app.store, held.app.interviews, Wanted()))))
    assert (row["total"], row["score"], row["level"], row["judged_by"]) == ("", "", "", "")
    for where, shown in surfaces(held).items():
        plain = re.sub(r"<(style|svg)\b.*?</\1>", "", shown, flags=re.S)
        assert not re.search(r"✓|◐|class=\"fill d|text similarity 0\.|\b\d+(\.\d)? of 100|score \d", plain), where
    assert "not marked yet" in surfaces(held)["html"].casefold()


def test_words_that_deny_a_point_and_word_salad_are_not_proposed(hold):
    for answer in ("fluent wrong", "word salad"):
        held = hold(questions=1)
        held.finish_with(ANSWERS[answer])
        (sheet,) = held.app.self_marking.sheets(held.state).values()
        assert [row.proposed for row in sheet.rows if row.proposed] == [], answer


def test_a_number_from_marks_says_so_wherever_it_stands(hold):
    held = hold(language="en", questions=2)
    held.finish_with(lambda h: h.points("fair"))
    held.mark_all("covered", "partial", "absent")
    _, card = report_of(held.state)
    assert card.total is not None
    for where, shown in surfaces(held).items():
        if where not in ("panel", "list"):
            assert "marked by yourself" in shown.casefold(), where
    rows = csv.DictReader(io.StringIO("".join(export.score_lines(held.app.store, held.app.interviews, Wanted()))))
    assert {row["judged_by"] for row in rows} == {"self"}
    assert list_sessions(held.app.store, held.app.interviews, Wanted()).lines[0].own
    assert '"judged_by": "self"' in render(report_of(held.state)[0], "json")


def test_half_marked_is_unmarked_and_marks_survive_another_process(hold, make_app):
    held = hold(questions=1)
    held.finish_with(lambda h: h.points())
    asked = held.state.asked[0].question
    marking = held.app.self_marking
    held.run(marking.mark(held.id, asked.id, asked.key_points[0].id, "covered"))
    assert score_transcript(held.state.bank, held.state.transcript).total is None
    held.app = make_app()
    sheet = held.app.self_marking.sheet(held.state, asked.id)
    assert [row.status for row in sheet.rows][:2] == ["covered", None]
    sheet = held.run(held.app.self_marking.mark_rest(held.id, asked.id))
    assert (sheet.left, sheet.grade is None) == (0, False)


def test_the_same_mark_again_is_not_stored_again_and_another_one_is(hold):
    held = hold(questions=1)
    held.finish_with(lambda h: h.points())
    for status, stored in (("covered", 1), ("covered", 1), ("absent", 2), ("covered", 3)):
        point = held.state.asked[0].question.key_points[0].id
        held.run(held.app.self_marking.mark(held.id, held.state.asked[0].question.id, point, status))
        assert len(held.state.transcript.annotations) == stored


def test_the_proposal_left_standing_is_the_quote_and_one_refused_is_not(hold):
    held = hold(questions=1)
    held.finish_with(lambda h: h.points())
    asked, marking = held.state.asked[0].question, held.app.self_marking
    rows = marking.sheet(held.state, asked.id).rows
    row = next(row for row in rows if row.proposed)
    for keep in (True, False):
        held.run(marking.mark(held.id, asked.id, row.point.id, "covered", keep=keep))
        held.run(marking.mark_rest(held.id, asked.id))
        shown = report_of(held.state)[0].questions[0].points[row.number - 1]
        assert shown.quote == (row.proposed.text if keep else "")


def test_a_question_is_marked_when_it_is_closed_and_not_before(hold):
    for mode in ("practice", "exam"):
        held = hold(mode=mode)
        first = held.state.asked[0].question
        with pytest.raises(NotFinished):
            held.app.self_marking.sheet(held.state, first.id)
        held.answer("不知道")
        assert (first.id in held.app.self_marking.sheets(held.state)) is (mode == "practice")
        held.run(held.app.interviews.finish(held.id))
        assert list(held.app.self_marking.sheets(held.state)) == [first.id]


def test_what_is_not_there_to_be_marked_says_so(hold, model_app):
    held = hold(questions=1)
    held.finish_with(lambda h: h.points())
    asked, marking = held.state.asked[0].question, held.app.self_marking
    with pytest.raises(UnknownQuestion):
        held.run(marking.mark(held.id, asked.id, "no such point", "covered"))
    with pytest.raises(UnknownQuestion):
        held.run(marking.mark(held.id, "no such question", "k", "covered"))
    judged = hold(model_app, questions=1)
    judged.finish_with(lambda h: h.points())
    assert model_app.self_marking.sheets(judged.state) == {}
    with pytest.raises(MarkingClosed):
        judged.run(model_app.self_marking.mark_rest(judged.id, judged.state.asked[0].question.id))


def test_a_reviewer_wins_and_closes_the_marking(hold):
    held = hold(questions=1)
    held.finish_with(lambda h: h.points())
    held.mark_all("covered")
    asked = held.state.asked[0].question
    review = Review(session_id=held.id, question_id=asked.id, reviewer="li", reason="r", at=held.app.clock(), score=40)
    held.app.store.append_review(review)
    assert score_transcript(held.state.bank, held.state.transcript).grades[0].score == 40
    assert held.app.self_marking.sheet(held.state, asked.id).lock == "reviewed"
    with pytest.raises(MarkingClosed):
        held.run(held.app.self_marking.mark_rest(held.id, asked.id))
    assert report_of(held.state)[0].self_marked == 0


def test_a_second_try_is_stored_judged_by_nobody_and_marked_like_the_first(hold):
    held = hold(questions=1)
    held.finish_with(lambda h: "不知道")
    asked = held.state.asked[0]
    held.run(held.app.interviews.try_again(held.id, asked.question.id, "再答一次：prefill 并行处理提示词。"))
    (tried,) = tries_of(held.state, held.state.asked[0])
    assert tried.score is None
    held.mark("covered", attempt=1)
    (tried,) = tries_of(held.state, held.state.asked[0])
    assert tried.score == 100
    assert score_transcript(held.state.bank, held.state.transcript).total is None


def test_while_the_endpoint_is_away_the_probes_left_are_used_and_nothing_is_graded(hold, make_app):
    held = hold(make_app(base_url="http://127.0.0.1:9/v1"), questions=1)
    held.finish_with(lambda h: h.points())
    probes = [m for m in held.state.transcript.messages if m.kind == "probe"]
    assert len(probes) == 3
    assert {one.reason for one in score_transcript(held.state.bank, held.state.transcript).ungraded} == {
        "endpoint_down"
    }
