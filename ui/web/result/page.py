"""The report's page: the result of a finished interview, and what can be done with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import gradio as gr

from interviewer.app import App
from interviewer.errors import FormUnreadable
from interviewer.interview.closed import require_finished
from interviewer.interview.regrade import is_pending
from interviewer.interview.results import report_of, trend_of
from interviewer.interview.self_marking import Sheet
from interviewer.interview.state import InterviewState
from interviewer.models import Assessment
from interviewer.report import render_html_body
from interviewer.report.render.html_trend import render_trend
from knowledge.errors import UserFacingError
from ui.texts import explain_to_candidate
from ui.web.browser import known_ids
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of, unseen_button, unseen_text
from ui.web.result import view

KNOWN = "() => [window.interviewer.known()]"
MARKED = "() => [window.interviewer.known(), window.interviewer.markedQuestion || '']"
OBJECTION = "() => [window.interviewer.known(), window.interviewer.objection()]"
WHY = "() => [window.interviewer.known(), window.interviewer.why || '']"
SENT = "(id) => { window.interviewer.objected(id); return []; }"


class ReportPage:
    """Layout and wiring of the page at `/report?session=…`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "report")
        with gr.Column(elem_classes="result", elem_id="main-content"):
            self.actions = gr.HTML(elem_id="downloads")
            with gr.Row(elem_classes="pending-row no-print", visible=False) as self.waiting:
                self.pending = gr.HTML(elem_id="pending")
                self.regrade = gr.Button(elem_id="regrade", scale=0, min_width=180)
            self.report = gr.HTML(elem_id="report")
        self.known = unseen_text("known")
        self.objection = unseen_text("objection")
        self.objected = unseen_text("objected")
        self.object = unseen_button("object")
        self.marked = unseen_text("marked")
        self.remark = unseen_button("remark")
        self.why = unseen_text("why")
        self.explain = unseen_button("explain")
        self._wire()

    def _wire(self) -> None:
        blocks = open_blocks()
        every: dict[str, Any] = {"outputs": parts_of(self), **QUIET}
        blocks.load(self._on_load, [self.known], js=KNOWN, **every)
        self.regrade.click(self._on_regrade, [self.known], js=KNOWN, **every)
        self.remark.click(self._on_marked, [self.known, self.marked], js=MARKED, **every)
        why = self.explain.click(self._on_explain, [self.known, self.why], js=WHY, **every)
        why.then(None, None, None, js="() => { window.interviewer.explained(); return []; }")
        sent = self.object.click(self._on_object, [self.known, self.objection], js=OBJECTION, **every)
        sent.then(None, [self.objected], None, js=SENT)

    async def _on_load(self, known: str, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        words = merged(self.frame.worded(visitor), {self.regrade: visitor.say("report", "regrade")})
        try:
            state = await self.app.interviews.look(visitor.session_id)
            if state.status != "finished":
                return merged(words, self.frame.tell(""), {self.report: view.not_yet(state, visitor)})
            return merged(words, self.frame.tell(""), await self._drawn(state, known, visitor))
        except UserFacingError as error:
            return merged(words, self.frame.refuse(error, visitor))

    async def _on_regrade(self, known: str, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        try:
            state = await self.app.interviews.look(visitor.session_id)
            require_finished(state)
            self.app.interviews.mind(state.session)  # says so when its endpoint is not set here
            results = await self.app.interviews.grade_pending(visitor.session_id)
            graded = sum(isinstance(result, Assessment) for result in results)
            told = visitor.say("report", "regraded", n=graded, left=len(results) - graded)
            state = await self.app.interviews.look(visitor.session_id)
            return merged(self.frame.tell(told), await self._drawn(state, known, visitor))
        except UserFacingError as error:
            return self.frame.tell(explain_to_candidate(error, visitor.language))

    async def _on_marked(self, known: str, question_id: str, request: gr.Request) -> Updates:
        """The page anew, after the last key point of a question was marked."""
        visitor = self.frame.visitor(request)
        try:
            state = await self.app.interviews.look(visitor.session_id)
            return merged(self.frame.tell(""), await self._drawn(state, known, visitor, frozenset({question_id})))
        except UserFacingError as error:
            return self.frame.tell(explain_to_candidate(error, visitor.language))

    async def _on_object(self, known: str, objection: str, request: gr.Request) -> Updates:
        """`objection` is JSON from the page's script: the question's id and what was typed."""
        visitor = self.frame.visitor(request)
        try:
            question_id, text = _said(objection)
            state = await self.app.interviews.object_to(visitor.session_id, question_id, text)
            drawn = await self._drawn(state, known, visitor, opened=frozenset({question_id}))
            told = self.frame.tell(visitor.say("report", "object_sent"))
            return merged(told, drawn, {self.objected: question_id})
        except UserFacingError as error:
            return merged(self.frame.tell(explain_to_candidate(error, visitor.language)), {self.objected: ""})

    async def _on_explain(self, known: str, why: str, request: gr.Request) -> Updates:
        """`why` is JSON from the page's script: the ids of a question and of one of its key points."""
        visitor = self.frame.visitor(request)
        try:
            question_id, point_id = _ids(why)
            require_finished(await self.app.interviews.look(visitor.session_id))
            if self.app.may_explain("everyone"):
                await self.app.explain_verdicts(visitor.session_id, question_id, (point_id,))
            state = await self.app.interviews.look(visitor.session_id)
            return merged(self.frame.tell(""), await self._drawn(state, known, visitor, frozenset({question_id})))
        except UserFacingError as error:
            return self.frame.tell(explain_to_candidate(error, visitor.language))

    async def _drawn(
        self, state: InterviewState, known: str, visitor: Visitor, opened: frozenset[str] = frozenset()
    ) -> Updates:
        """The page as the stored session stands. Raises NotFinished."""
        require_finished(state)
        found = await trend_of(self.app.interviews, state, known_ids(known), visitor.language)
        trend = (
            render_trend(found.seen_from(visitor.zone), visitor.language, lambda other: _report_of(other, visitor))
            if found
            else ""
        )
        sheets = await asyncio.to_thread(self.app.self_marking.sheets, state)
        shown = await asyncio.to_thread(_body, state, visitor, trend, opened, sheets, self.app)
        return {
            self.actions: view.actions(state, visitor),
            self.report: shown,
            self.pending: view.pending(state, visitor),
            self.waiting: gr.update(visible=any(map(is_pending, state.asked))),
        }


def _said(objection: str) -> tuple[str, str]:
    """The question and the words of an objection. Raises FormUnreadable."""
    try:
        said = json.loads(objection)
        return str(said["question"]), str(said["text"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FormUnreadable("objection", "Reload the page and write it again.") from error


def _ids(why: str) -> tuple[str, str]:
    """The question and the key point of which the verdict is to be explained. Raises FormUnreadable."""
    try:
        said = json.loads(why)
        return str(said["question"]), str(said["point"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FormUnreadable("why", "Reload the page and press it again.") from error


def _report_of(session_id: str, visitor: Visitor) -> str:
    return f"/report?session={session_id}&lang={visitor.language}"


def _body(
    state: InterviewState,
    visitor: Visitor,
    trend: str,
    opened: frozenset[str],
    sheets: Mapping[str, Sheet],
    app: App,
) -> str:
    report, _ = report_of(state, visitor.language)
    why = app.may_explain("everyone")
    around = view.around(state, report, visitor, trend, opened, sheets, answered=app.accounts.open, explains=why)
    return render_html_body(report, around)
