"""The sample report of the README: made from a scripted interview, one file that fetches nothing; `make sample` keeps it in docs/."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from interviewer.interview.results import report_of
from interviewer.report import render

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out"
NAMES = {"zh": "林晚（示例）", "en": "Robin (sample)"}
DONT_KNOW = {"zh": "不知道", "en": "I do not know"}
LEVELS = (
    ("fair", "good"),
    ("fair",),
    ("fair", "good", "excellent"),
    ("good",),
    ("fair", "good"),
    ("fair", "excellent"),
)


def reply(held):
    """An answer of some levels to each question; what is probed beyond it is not known."""
    state = held.state
    if state.current.answers:
        return DONT_KNOW[state.session.language]
    return held.points(*LEVELS[(len(state.asked) - 1) % len(LEVELS)]) or held.points()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sample_report_is_made_from_a_scripted_interview(language, make_app, server, hold):
    app = make_app(base_url=server.base_url)
    held = hold(app, language=language, candidate=NAMES[language], questions=6, chapters=(), seed=4)
    state = held.finish_with(reply)
    page = render(report_of(state, language)[0], "html")
    OUT.mkdir(exist_ok=True)
    (OUT / f"sample-report-{language}.html").write_text(page, "utf8")
    assert_alone(page)
    assert NAMES[language] in page
    assert len(page) > 20_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sample_in_docs_opens_alone(language):
    page = (ROOT / "docs" / f"sample-report-{language}.html").read_text("utf8")
    assert NAMES[language] in page
    assert_alone(page)


def assert_alone(page):
    """Nothing in it is fetched: no script, style or picture from elsewhere."""
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert not re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)\s*=\s*[\"']?(?!data:|#)[^\"'> ]+", page)
    assert not re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", page)
