"""Results over several interviews: in order, in one language, and never compared across different judges."""

from __future__ import annotations

import re
from datetime import timedelta, timezone

import pytest

from interviewer.report import Report
from interviewer.report.draw.trend import LARGE, Dot, chart
from interviewer.report.model import Judge
from interviewer.report.render.html_trend import render_trend
from interviewer.report.trend import SHOWN, means_of, trend
from knowledge.models import Bilingual
from tests.unit import report_samples as samples

MODEL = Judge(thinking="endpoint", model="Qwen3-32B", prompt="assess/v1", grader_version="1", questions=5)
BANK = samples.bank()


def held(
    day: int, total: float | None, judge: Judge = MODEL, width: float = 10.0, **changes: object
) -> tuple[str, Report]:
    base = samples.report("zh")
    interval = None if total is None else (max(0.0, total - width), min(100.0, total + width))
    update = {
        "started_at": base.started_at + timedelta(days=day),
        "total": total,
        "interval": interval,
        "judges": (judge,) if total is not None else (),
        **changes,
    }
    return f"s{day}", base.model_copy(update=update)


def test_one_interview_alone_has_no_trend():
    assert trend(BANK, [held(1, 60)], "s1") is None
    assert trend(BANK, [held(1, 60), held(2, None)], "s1") is None
    assert trend(BANK, [held(1, 60), held(2, None)], "s2") is None


def test_unfinished_interviews_are_left_out():
    assert trend(BANK, [held(1, 60), held(2, 80, finished=False)], "s1") is None


def test_interviews_stand_in_the_order_they_were_held():
    found = trend(BANK, [held(9, 80), held(1, 60), held(4, 70)], "s4")
    assert found is not None
    assert [one.session_id for one in found.held] == ["s1", "s4", "s9"]
    assert [one.here for one in found.held] == [False, True, False]


def test_a_reader_further_east_sees_the_day_it_was_there():
    late = [(one, report.model_copy(update={"started_at": report.started_at.replace(hour=20)})) for one, report in (held(1, 60), held(2, 75))]  # fmt: skip
    found = trend(BANK, late, "s2")
    assert found is not None
    east = found.seen_from(timezone(timedelta(hours=8)))
    assert [one.at.day - before.at.day for one, before in zip(east.held, found.held, strict=True)] == [1, 1]
    assert found.change is not None
    assert f"{found.change.since.astimezone(timezone(timedelta(hours=8))):%Y-%m-%d}" in render_trend(east, "en", str)


def test_the_change_is_against_the_last_earlier_interview_of_the_same_judge():
    other = MODEL.model_copy(update={"model": "Qwen3-14B"})
    found = trend(BANK, [held(1, 60), held(2, 90, other), held(3, 95), held(5, 10)], "s3")
    assert found is not None
    assert found.change is not None
    assert found.change.points == 35
    assert found.change.since == held(1, 60)[1].started_at
    assert found.change.overlap is False


def test_overlapping_intervals_are_called_so():
    found = trend(BANK, [held(1, 60, width=20), held(2, 75, width=20)], "s2")
    assert found is not None
    assert found.change is not None
    assert found.change.overlap is True
    assert "还不能说明进步或退步" in render_trend(found, "zh", lambda session: session)


@pytest.mark.parametrize(
    "other",
    [
        {"thinking": "offline", "model": "", "prompt": ""},
        {"model": "Qwen3-14B"},
        {"grader_version": "2"},
        {"prompt": "assess/v2"},
    ],
)
def test_other_means_are_never_compared(other: dict[str, str]):
    found = trend(BANK, [held(1, 60, MODEL.model_copy(update=other)), held(2, 80)], "s2")
    assert found is not None
    assert [one.mark for one in found.held] == ["B", "A"]
    assert found.change is None
    assert not found.comparable
    drawn = render_trend(found, "en", lambda session: f"/report?session={session}")
    assert "cannot be compared" in drawn
    assert 'class="join' not in drawn
    assert "nothing to compare it with" in drawn


def test_how_often_each_judged_makes_no_difference():
    two = (MODEL, MODEL.model_copy(update={"model": "other", "questions": 1}))
    one = held(1, 60)[1].model_copy(update={"judges": two})
    same = held(1, 60)[1].model_copy(update={"judges": (two[1], MODEL.model_copy(update={"questions": 9}))})
    assert means_of(one) == means_of(same)
    assert means_of(one) != means_of(held(1, 60)[1])


def test_a_chapter_not_asked_is_a_gap_not_a_zero():
    later = held(2, 70)
    fewer = later[1].model_copy(update={"chapters": later[1].chapters[:1]})
    found = trend(BANK, [held(1, 60), ("s2", fewer)], "s2")
    assert found is not None
    second = found.chapters[1]
    assert second.scores[0] is not None
    assert second.scores[1] is None
    assert [line.id for line in found.chapters] == ["ch1", "ch2", "open"]
    assert "没有考到" in render_trend(found, "zh", lambda session: session)


def test_the_interview_being_looked_at_is_always_there():
    found = trend(BANK, [held(n, 50) for n in range(30)], "s0")
    assert found is not None
    assert len(found.held) == SHOWN
    assert found.held[0].session_id == "s0"
    assert found.held[-1].session_id == "s29"


def test_interviews_of_one_day_are_told_apart_by_their_time():
    morning, later = held(1, 60), held(2, 70)
    evening = morning[1].started_at.replace(hour=21, minute=5)
    found = trend(BANK, [morning, ("s2", later[1].model_copy(update={"started_at": evening}))], "s2")
    assert found is not None
    drawn = render_trend(found, "zh", lambda session: session)
    day = f"{morning[1].started_at:%m-%d}"
    assert re.findall(r'<text class="date.*?>(.*?)</text>', drawn) == [day, "21:05"]
    assert "都由同样的方式评判" in drawn
    assert "记号" not in drawn
    days = render_trend(trend(BANK, [held(1, 60), held(2, 70)], "s2") or found, "zh", lambda session: session)
    assert "21:05" not in days


def test_titles_of_people_are_escaped_and_links_too():
    evil = BANK.model_copy(update={"titles": {**BANK.titles, "ch1": Bilingual(zh="<script>x</script>")}})
    found = trend(evil, [held(1, 60), held(2, 70)], "s2")
    assert found is not None
    drawn = render_trend(found, "zh", lambda session: f'/report?session={session}"><script>')
    assert "<script>" not in drawn


def test_a_line_joins_only_marks_of_one_group():
    dots = [Dot(50, 0, False), Dot(60, 1, False), Dot(70, 0, True), Dot(None, 0, False), Dot(80, 1, False)]
    drawn = chart(dots, "label", LARGE)
    assert drawn.count('class="join g0"') == 1
    assert drawn.count('class="join g1"') == 1
    assert drawn.count('class="dot') == 4
