"""Filters in an address, exports, and what reviewers' pages make of text that people typed."""

from __future__ import annotations

import csv
import io
from datetime import UTC

import pytest

from interviewer.models import Remark
from interviewer.review import export
from interviewer.review.dossier import open_dossier
from interviewer.store import Wanted
from tests.unit import grading_samples as samples
from tests.unit import report_samples
from ui.web.frame import Visitor, zone_of
from ui.web.inspect import view
from ui.web.review.query import encoded, kept, page_of, wanted_of


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, {}),
        ({"text": " 王 ", "mode": "exam", "interview": "en"}, {"text": "王", "mode": "exam", "language": "en"}),
        ({"orders": "1", "off_topic": "1", "ungraded": "1"}, {"flags": ("orders", "off_topic"), "ungraded": True}),
        ({"reviewed": "no", "objection": "1", "thinking": "offline"}, {"reviewed": False, "objection": True, "thinking": "offline"}),
        ({"mode": "<script>", "status": "gone", "since": "yesterday", "orders": "x", "lang": "en"}, {}),
        ({"bank": "llm-inference", "status": "paused"}, {"bank_id": "llm-inference", "status": "paused"}),
    ],
)  # fmt: skip
def test_an_address_says_what_is_listed(query, wanted):
    assert wanted_of(query) == Wanted.model_validate(wanted)


def test_days_are_whole():
    wanted = wanted_of({"since": "2026-11-20", "until": "2026-11-21"})
    assert (wanted.until - wanted.since).days == 2


@pytest.mark.parametrize(
    ("said", "begins"),
    [("480", "2026-11-19T16:00:00+00:00"), ("-300", "2026-11-20T05:00:00+00:00"), ("0", "2026-11-20T00:00:00+00:00")],
)
def test_days_are_those_of_the_reader(said, begins):
    wanted = wanted_of({"since": "2026-11-20"}, zone_of(said))
    assert wanted.since.astimezone(UTC).isoformat() == begins


@pytest.mark.parametrize("said", ["", "x", "9999", "-", "1e2", "٤٨٠", "841"])
def test_a_zone_that_no_browser_says_is_none(said):
    assert zone_of(said) is None


def test_links_carry_filters_and_nothing_else():
    query = {"text": "a&b", "mode": "", "page": "3", "lang": "en", "session": "s"}
    assert kept(query) == {"text": "a&b"}
    assert encoded(query) == "text=a%26b"


@pytest.mark.parametrize(("said", "page"), [("3", 3), ("", 1), ("-2", 1), ("x", 1), ("²", 1), ("9" * 40, 1)])
def test_a_page_is_a_number(said, page):
    assert page_of({"page": said}) == page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_people_typed_never_becomes_markup(language):
    bad = "<img src=x onerror=alert(1)>\"'"
    said = report_samples.transcript()
    transcript = said.model_copy(
        update={
            "session": said.session.model_copy(update={"candidate": bad}),
            "messages": tuple(m.model_copy(update={"text": m.text + bad}) for m in said.messages),
            "reviews": tuple(r.model_copy(update={"reviewer": bad, "reason": bad}) for r in said.reviews),
            "events": tuple(e.model_copy(update={"detail": bad}) for e in said.events),
            "annotations": (
                Remark(session_id="sess-1", question_id="b", author="candidate", name=bad, text=bad, at=samples.NOON),
            ),
        }
    )
    dossier = open_dossier(report_samples.bank(), transcript, language)
    showing = view.Showing(status="finished", judges=("offline", "endpoint"), told=bad, told_of="b")
    visitor = Visitor(language=language, query={"list": bad, "session": bad})
    html = view.head(dossier, showing, visitor) + view.questions(dossier, showing, visitor)
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") > 10
    assert 'onerror=alert(1)>"' not in html


def test_quotes_are_marked_where_they_stand_in_the_colour_of_their_verdict():
    dossier = open_dossier(report_samples.bank(), report_samples.transcript(), "zh")
    html = view.questions(dossier, view.Showing(status="finished", judges=("offline",)), Visitor("zh", {}))
    assert '<mark class="covered" title="要点 1">整段提示词一次并行算完<sup>1</sup></mark>' in html
    assert '<mark class="contradicted" title="要点 5">解码不需要再读权重<sup>5</sup></mark>' in html


def rows(lines):
    return list(csv.DictReader(io.StringIO("".join(lines).removeprefix("\ufeff"))))


def test_scores_are_exported_with_who_gave_them_and_text_is_no_formula(app, hold):
    interview = hold(app, language="en", candidate='=HYPERLINK("http://x")')
    interview.finish_with(lambda held: held.points())
    unmarked = rows(export.score_lines(app.store, app.interviews, Wanted()))
    assert {(row["total"], row["score"], row["judged_by"], row["ungraded"]) for row in unmarked} == {
        ("", "", "", "unmarked")
    }
    interview.mark_all("covered", "partial")
    found = rows(export.score_lines(app.store, app.interviews, Wanted()))
    assert {row["judged_by"] for row in found} == {"self"}
    assert len(found) == 3
    assert {row["candidate"] for row in found} == {'\'=HYPERLINK("http://x")'}
    assert all(row["score"] == row["judge_score"] != "" for row in found)
    assert rows(export.score_lines(app.store, app.interviews, Wanted(mode="exam"))) == []
    assert len(list(export.json_lines(app.store, Wanted()))) == 1


def test_marks_are_exported_beside_the_judges_grade(model_app, hold):
    from interviewer.review.marking import give_mark

    app = model_app
    interview = hold(app, language="en")
    state = interview.finish_with(lambda held: held.points())
    question = state.asked[0].question
    give_mark(app.store, f"{interview.id}/{question.id}", "li", 88, app.clock())
    (row,) = rows(export.mark_lines(app.store, app.banks))
    assert (row["mark"], row["mark_level"], row["judge"], row["chapter"]) == (
        "88.0",
        "excellent",
        "scripted",
        "c1",
    )
    assert float(row["judge_score"]) > 80
