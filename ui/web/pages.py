"""Which pages there are, by path: candidates' under `/`, reviewers' under `/staff/`."""

from __future__ import annotations

from ui.web.frame import PageRoom
from ui.web.result.page import ReportPage
from ui.web.start.page import StartPage
from ui.web.talk.page import TalkPage

CANDIDATE_PAGES: dict[str, PageRoom] = {
    "": StartPage,
    "interview": TalkPage,
    "report": ReportPage,
}
STAFF_PAGES: dict[str, PageRoom] = {}
