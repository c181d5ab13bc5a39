"""What reviewers see of interviews and marks that cannot be read: the row says so by its id, and the others are shown."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from interviewer.errors import StoreMoved
from interviewer.interview.results import trend_of
from interviewer.review import export
from interviewer.review.agreement import measure
from interviewer.review.listing import list_sessions
from interviewer.review.marking import give_mark, next_sheet
from interviewer.store import Wanted, set_aside
from knowledge.errors import UserFacingError
from tests.conftest import Held
from ui.cli.main import main
from ui.web.frame import Visitor
from ui.web.marking import view as marking
from ui.web.mine.page import MinePage
from ui.web.review.view import listing

SPOILT = {
    "its own row": "update sessions set body = replace(body, '\"language\"', '\"tongue\"') where id = ?",
    "no JSON": "update sessions set body = 'x' where id = ?",
    "its own row no text": "update sessions set body = cast(x'ff7b7d' as text) where id = ?",
    "its own time without a zone": "update sessions set body = json_set(body, '$.created_at', '2026-01-05T09:00:00') where id = ?",
    "a message": "update messages set body = '{}' where session_id = ?",
    "a message no text": "update messages set body = cast(x'ff7b7d' as text) where session_id = ?",
    "a message of bytes": "update messages set body = x'fffe' where session_id = ?",
    "a message that is a number": "update messages set body = 7 where session_id = ?",
    "a message nested without end": "update messages set body = replace(hex(zeroblob(50000)), '00', '[') where session_id = ?",
    "half an emoji": r"""update messages set body = '{"text":"\ud83d"}' where session_id = ?""",
    "a message's time without a zone": "update messages set body = json_set(body, '$.at', '2026-01-05T09:00:00') where session_id = ?",
    "an event's time without a zone": "update events set body = json_set(body, '$.at', '2026-01-05T09:00:00') where session_id = ?",
    "a mark": "update annotations set body = '{}' where kind = 'mark' and session_id = ?",
    "a mark no text": "update annotations set body = cast(x'ff7b7d' as text) where session_id = ?",
    "a mark without end": "update annotations set body = json_set(body, '$.score', 9e999) where session_id = ?",
    "a time": "update messages set at = 'soon' where session_id = ?",
    "a time without a zone": "update messages set at = '2026-01-05T09:00:00' where session_id = ?",
}
IN_A_COLUMN = ("a time", "a time without a zone")
"""What only the list reads: neither marks nor the transcript need it."""


@pytest.fixture(params=SPOILT, ids=lambda name: name.replace(" ", "-"))
def fault(request) -> str:
    return request.param


@pytest.fixture
def pair(fault: str, model_app, hold, tmp_path: Path):
    """A marked interview that can be read, and one (with its id) that cannot be any more."""
    held = [hold(model_app, language="en", candidate=name) for name in ("Ann", "Bo")]
    for one in held:
        state = one.finish_with(lambda held: held.points())
        give_mark(model_app.store, f"{one.id}/{state.asked[0].question.id}", "li", 88, model_app.clock())
    spoil(tmp_path, SPOILT[fault], held[1].id)
    return held[0], held[1].id


def spoil(tmp_path: Path, statement: str, session_id: str) -> None:
    connection = sqlite3.connect(tmp_path / "data" / "interviews.db")
    assert connection.execute(statement, (session_id,)).rowcount
    connection.commit()
    connection.close()


def test_one_interview_that_cannot_be_read_hides_no_other(pair, fault: str) -> None:
    good, bad = pair
    for promise in (
        the_list_and_the_exports_name_it_and_show_the_others,
        marks_of_it_are_listed_as_such_beside_the_others,
        agreement_counts_the_others_and_names_it,
        its_neighbours_trend_and_list_go_on,
        blind_marking_passes_it_over,
        only_unreadable_interviews_are_a_list_too,
    ):
        promise(good, bad, fault)


def rows(lines) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines).removeprefix("\ufeff"))))


def the_list_and_the_exports_name_it_and_show_the_others(good: Held, bad: str, fault: str) -> None:
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


def marks_of_it_are_listed_as_such_beside_the_others(good: Held, bad: str, fault: str) -> None:
    marks = {row["session"]: row for row in rows(export.mark_lines(good.app.store, good.app.banks))}
    assert (marks[good.id]["mark"], marks[good.id]["note"]) == ("88.0", "")
    if fault not in IN_A_COLUMN:
        assert (marks[bad]["reviewer"], marks[bad]["note"]) == ("li", "unreadable")


def only_unreadable_interviews_are_a_list_too(good: Held, bad: str, fault: str) -> None:
    good.app.store.delete(good.id, good.app.clock(), "reviewer")
    page = list_sessions(good.app.store, good.app.interviews, Wanted())
    assert bad in listing(page, Visitor("en", {}))
    assert [row["session"] for row in rows(export.score_lines(good.app.store, good.app.interviews, Wanted()))] == [bad]


def agreement_counts_the_others_and_names_it(good: Held, bad: str, fault: str) -> None:
    found = measure(good.app.store, good.app.banks)
    assert {one.mark.session_id for one in found.marked} - {bad} == {good.id}
    assert found.unread == (() if fault in IN_A_COLUMN else (bad,))
    for visitor in (Visitor("en", {}), Visitor("zh", {})):
        assert (bad in marking.agreement(found, good.app.banks, visitor)) == bool(found.unread)


def blind_marking_passes_it_over(good: Held, bad: str, fault: str) -> None:
    unread: dict[str, UserFacingError] = {}
    given: set[str] = set()
    while sheet := next_sheet(good.app.store, good.app.banks, "wu", unread):
        given.add(sheet.session_id)
        give_mark(good.app.store, sheet.place, "wu", 70, good.app.clock())
    assert given - {bad} == {good.id}
    if fault not in IN_A_COLUMN:
        assert (given, [*unread]) == ({good.id}, [bad])


def its_neighbours_trend_and_list_go_on(good: Held, bad: str, fault: str) -> None:
    assert good.run(trend_of(good.app.interviews, good.state, [bad, "unknown", good.id], "en")) is None or (
        fault in IN_A_COLUMN
    )
    entries = [good.run(MinePage._entry(SimpleNamespace(app=good.app), one)) for one in (bad, good.id)]
    assert entries[1].card is not None
    assert (entries[0].fault is None) == (fault in IN_A_COLUMN)


def test_one_that_contradicts_itself_stops_no_other_either(model_app, hold, tmp_path: Path, capsys) -> None:
    """It can be read; what fails on it nobody foresaw (here a time before all calendars)."""
    good, bad = (hold(model_app, language="en", candidate=name) for name in ("Ann", "Bo"))
    for one in (good, bad):
        one.finish_with(lambda held: held.points())
    spoil(
        tmp_path,
        "update sessions set body = json_set(body, '$.created_at', '0001-01-01T00:00:00+14:00') where id = ?",
        bad.id,
    )
    assert main(["sessions", "--data-dir", str(tmp_path / "data"), "--lang", "en"]) == 1
    said = capsys.readouterr()
    assert good.id in said.out
    assert f"{bad.id}: Something in this interview is off" in said.err
    assert "Traceback" not in said.err


def test_what_nobody_foresaw_is_set_aside_with_where_it_happened_and_only_a_lost_file_ends_all() -> None:
    unread: dict[str, UserFacingError] = {}
    for name in ("a", "b"):
        with set_aside(name, unread):
            raise KeyError("c9")
    assert [*unread] == ["a", "b"]
    assert isinstance(unread["a"].__cause__, KeyError)
    assert f"KeyError: 'c9'; {Path(__file__).name}:" in unread["a"].what
    with pytest.raises(StoreMoved), set_aside("c", unread):
        raise StoreMoved("The file is gone.", "Put it back.")
    with pytest.raises(KeyboardInterrupt), set_aside("c", unread):
        raise KeyboardInterrupt
