"""Which pages there are, by path: candidates' under `/`, reviewers' under `/staff/`."""

from __future__ import annotations

from ui.web.again.page import AgainPage
from ui.web.debrief.page import DebriefPage
from ui.web.frame import PageRoom
from ui.web.inspect.page import InspectPage
from ui.web.knowledge.page import KnowledgePage
from ui.web.marking.page import MarkingPage
from ui.web.mine.page import MinePage
from ui.web.note.page import NotePage
from ui.web.result.page import ReportPage
from ui.web.review.page import ReviewPage
from ui.web.start.page import StartPage
from ui.web.talk.page import TalkPage

CANDIDATE_PAGES: dict[str, PageRoom] = {
    "": StartPage,
    "interview": TalkPage,
    "report": ReportPage,
    "note": NotePage,
    "again": AgainPage,
    "debrief": DebriefPage,
    "mine": MinePage,
}
STAFF_PAGES: dict[str, PageRoom] = {
    "": ReviewPage,
    "session": InspectPage,
    "marking": MarkingPage,
    "knowledge": KnowledgePage,
}
