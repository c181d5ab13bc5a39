"""An interview that is deleted while something in it is under way: the page says so, nothing of it comes back."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, select

from interviewer.errors import SessionDeleted
from interviewer.store import tables
from ui.web.frame import Visitor
from ui.web.talk.handlers import Handlers


@pytest.fixture(params=["offline", "endpoint"])
def held(request, hold, make_app, server):
    return hold(make_app() if request.param == "offline" else make_app(base_url=server.base_url))


def rows_left(app):
    engine = create_engine(app.settings.store_url)
    with engine.connect() as connection:
        left = [table.name for table in tables.ALL if connection.execute(select(table.c.body)).first()]
    engine.dispose()
    return left


def visitor(held, language):
    return Visitor(language=language, query={"session": held.id})


def delete(held):
    held.app.store.delete(held.id, held.app.clock(), "candidate")


def test_an_answer_that_is_being_judged_ends_in_words_and_leaves_nothing_behind(held):
    handlers, points, turn = Handlers(held.app), held.points("fair"), held.state.turn

    async def answer():
        changes = []
        async for change in handlers.answer(visitor(held, "zh"), points, turn):
            if not changes:
                delete(held)
            changes.append(change)
        return changes

    changes = held.run(answer())
    assert changes[0]["kind"] == "heard"
    assert changes[-1]["kind"] == "gone"
    assert "已在 2026-01-05 删除" in changes[-1]["message"]
    assert rows_left(held.app) == []


@pytest.mark.parametrize("move", ["open", "answer", "skip", "hint", "repeat", "pause", "resume", "finish"])
def test_every_move_in_a_deleted_interview_says_that_it_is_deleted(held, move):
    turn = held.state.turn
    delete(held)
    handlers, who = Handlers(held.app), visitor(held, "en")

    async def moved():
        match move:
            case "answer":
                changes = handlers.answer(who, "text", turn)
            case "open":
                changes = handlers.open(who)
            case _:
                changes = getattr(handlers, move)(who, turn)
        return [change async for change in changes][-1]

    assert "was deleted on 2026-01-05" in held.run(moved())["message"]
    assert rows_left(held.app) == []


def test_grading_that_comes_too_late_is_told_and_writes_nothing(held, server):
    held.answer(held.points("fair"))
    state = held.state
    delete(held)
    current = state.current
    assert current is not None
    from interviewer.interview.regrade import regrade

    app = held.app
    late = regrade(state, app.interviews.mind(state.session).judge, app.store, "all", app.clock)
    if state.session.thinking == "offline":
        late.close()
        late = app.self_marking.mark_rest(held.id, current.question.id)
    with pytest.raises(SessionDeleted):
        held.run(late)
    assert rows_left(held.app) == []
