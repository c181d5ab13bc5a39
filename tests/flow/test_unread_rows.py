"""What reviewers see of interviews and marks that cannot be read: the row says so by its id, and the others are shown."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from interviewer.review import export
from interviewer.review.listing import list_sessions
from interviewer.review.marking import give_mark
from interviewer.store import Wanted
from ui.web.frame import Visitor
from ui.web.review.view import listing

SPOILT = {
    "its own row": "update sessions set body = replace(body, '\"language\"', '\"tongue\"') where id = ?",
    "no JSON": "update sessions set body = 'x' where id = ?",
    "a message": "update messages set body = '{}' where session_id = ?",
    "a mark": "update annotations set body = '{}' where kind = 'mark' and session_id = ?",
    "a time": "update messages set at = 'soon' where session_id = ?",
}


@pytest.fixture(params=SPOILT, ids=lambda name: name.replace(" ", "-"))
def pair(request, model_app, hold, tmp_path: Path):
    """A marked interview that can be read, and one (with its id) that cannot be any more."""
    held = [hold(model_app, language="en", candidate=name) for name in ("Ann", "Bo")]
    for one in held:
        state = one.finish_with(lambda held: held.points())
        give_mark(model_app.store, f"{one.id}/{state.asked[0].question.id}", "li", 88, model_app.clock())
    connection = sqlite3.connect(tmp_path / "data" / "interviews.db")
    assert connection.execute(SPOILT[request.param], (held[1].id,)).rowcount
    connection.commit()
    connection.close()
    return held[0], held[1].id


def rows(lines) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines).removeprefix("\ufeff"))))


def test_the_list_and_the_exports_name_it_and_show_the_others(pair) -> None:
    good, bad = pair
    app = good.app
    page = list_sessions(app.store, app.interviews, Wanted())
    assert ([one.summary.session.id for one in page.lines], page.unread) == ([good.id], (bad,))
    for visitor, said in ((Visitor("en", {}), "cannot be read"), (Visitor("zh", {}), "读不出")):
        html = listing(page, visitor)
        assert "Ann" in html
        assert f'<code>{bad}</code> <span class="tag bad">{said}' in html

    scores = rows(export.score_lines(app.store, app.interviews, Wanted()))
    assert {(row["session"], row["status"]) for row in scores} == {(good.id, "finished"), (bad, "unreadable")}

    lines = [json.loads(line) for line in export.json_lines(app.store, Wanted())]
    assert {line["session"]["id"] for line in lines if "session" in line} == {good.id}
    assert [line["session_id"] for line in lines if "unreadable" in line] == [bad]


def test_marks_of_it_are_listed_as_such_beside_the_others(pair, request) -> None:
    good, bad = pair
    marks = {row["session"]: row for row in rows(export.mark_lines(good.app.store, good.app.banks))}
    assert (marks[good.id]["mark"], marks[good.id]["note"]) == ("88.0", "")
    if "a-time" not in request.node.name:  # a column that marks do not need
        assert (marks[bad]["reviewer"], marks[bad]["note"]) == ("li", "unreadable")


def test_only_unreadable_interviews_are_a_list_too(pair) -> None:
    good, bad = pair
    good.app.store.delete(good.id, good.app.clock(), "reviewer")
    page = list_sessions(good.app.store, good.app.interviews, Wanted())
    assert bad in listing(page, Visitor("en", {}))
    assert [row["session"] for row in rows(export.score_lines(good.app.store, good.app.interviews, Wanted()))] == [bad]
