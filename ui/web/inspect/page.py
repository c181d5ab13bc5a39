"""One session for reviewers: read it, change what was judged wrongly, grade it again, answer objections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast, get_args

import gradio as gr
from pydantic import Field

from interviewer.app import App
from interviewer.errors import NothingChanged, ScoreOutOfRange
from interviewer.interview.state import Status
from interviewer.models import Transcript, VerdictStatus
from interviewer.review import override
from interviewer.review.dossier import Dossier, QuestionFile, open_dossier
from interviewer.review.regrading import Difference, grade_again
from knowledge.errors import UserFacingError
from knowledge.models import Frozen
from ui.texts import explain
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of, unseen_button, unseen_text
from ui.web.inspect import view

SENT = "() => [window.interviewer.act || '']"
LANDED = "() => { window.interviewer.landed?.(); return []; }"


class Act(Frozen):
    """A form as the page's script sends it: what to do, to which question, its fields, and which details stand open."""

    act: str = ""
    question: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    opened: tuple[str, ...] = ()


class InspectPage:
    """Layout and wiring of the page at `/staff/session?session=…`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "review", staff=True)
        with gr.Column(elem_classes="inspect", elem_id="main-content"):
            self.head = gr.HTML(elem_id="inspect-head")
            self.difference = gr.HTML(elem_id="inspect-difference")
            self.questions = gr.HTML(elem_id="inspect-questions")
            self.progress = gr.HTML(elem_id="inspect-progress")
        self.sent = unseen_text("inspect-sent")
        self.send = unseen_button("inspect-send")
        self._wire()

    def _wire(self) -> None:
        every: dict[str, Any] = {"outputs": parts_of(self), **QUIET}
        open_blocks().load(self._on_load, None, **every)
        self.send.click(self._on_act, [self.sent], **every, js=SENT).then(None, None, None, js=LANDED)

    async def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        try:
            return merged(self.frame.worded(visitor), self.frame.tell(""), await self._drawn(visitor))
        except UserFacingError as error:
            return merged(self.frame.worded(visitor), self.frame.tell(explain(error, visitor.language)))

    async def _on_act(self, sent: str, request: gr.Request) -> AsyncIterator[Updates]:
        visitor = self.frame.visitor(request)
        try:
            act = _act(sent)
            if act.act == "again":
                async for update in self._again(act, visitor):
                    yield update
                return
            told = await self._do(act, visitor)
            yield merged(self.frame.tell(""), await self._drawn(visitor, act, told))
        except UserFacingError as error:
            yield merged(self.frame.tell(explain(error, visitor.language)), {self.progress: ""})

    async def _do(self, act: Act, visitor: Visitor) -> str:
        """Store what the form says; gives the words for it."""
        session_id, store = visitor.session_id, self.app.store
        who, now = visitor.reviewer, self.app.clock()
        if act.act == "explain":
            point = act.fields.get("point", "")
            told = (
                await self.app.explain_verdicts(session_id, act.question, (point,))
                if self.app.may_explain("reviewers")
                else ()
            )
            return visitor.say("inspect", "explained" if told else "explained_already")
        if act.act == "reply":
            text = act.fields.get("text", "")
            remark = override.answer_objection(session_id, act.question, text, reviewer=who, now=now)
            await asyncio.to_thread(store.annotate, session_id, remark)
            return visitor.say("inspect", "replied")
        file = _file(await self._dossier(visitor), act.question)
        reason = act.fields.get("reason", "")
        if act.act == "withdraw":
            review = override.withdraw(file, session_id, reviewer=who, reason=reason, now=now)
        elif act.act == "score":
            score = _number(act.fields.get("score", ""))
            review = override.set_score(file, session_id, score, reviewer=who, reason=reason, now=now)
        else:
            wanted = _statuses(act.fields)
            review = override.change_verdicts(file, session_id, wanted, reviewer=who, reason=reason, now=now)
        await asyncio.to_thread(store.append_review, review)
        return visitor.say("inspect", "withdrawn" if review.kind == "withdrawn" else "changed")

    async def _again(self, act: Act, visitor: Visitor) -> AsyncIterator[Updates]:
        only = (act.question,) if act.question else ()
        steps = grade_again(
            self.app.interviews, self.app.store, self.app.clock, visitor.session_id, only=only, thinking="endpoint"
        )
        async for step in steps:
            if step.differences is None:
                yield merged(self.frame.tell(""), {self.progress: view.progress(step, visitor)})
                continue
            drawn = await self._drawn(visitor, act, differences=step.differences)
            whole = view.summary(step.differences, visitor) if not only else ""
            yield merged(drawn, {self.progress: "", self.difference: whole})

    async def _dossier(self, visitor: Visitor) -> Dossier:
        transcript = await asyncio.to_thread(self.app.store.transcript, visitor.session_id)
        bank = self.app.interviews.bank_of(transcript.session)
        return await asyncio.to_thread(open_dossier, bank, transcript, visitor.language)

    async def _drawn(
        self, visitor: Visitor, act: Act | None = None, told: str = "", differences: tuple[Difference, ...] = ()
    ) -> Updates:
        dossier = await self._dossier(visitor)
        done = f"{_fold_of(act)}-" if act else "?"
        showing = view.Showing(
            status=_status(dossier.transcript),
            judges=("endpoint",) if self.app.thinking == "endpoint" else (),
            opened=tuple(one for one in (act.opened if act else ()) if not one.startswith(done)),
            told=told,
            explains=self.app.may_explain("reviewers"),
            told_of=act.question if act else "",
            differences=differences,
        )
        return {
            self.head: view.head(dossier, showing, visitor),
            self.questions: await asyncio.to_thread(view.questions, dossier, showing, visitor),
            self.difference: "",
        }


def _act(sent: str) -> Act:
    """What the page's script sent; anything else does nothing."""
    try:
        return Act.model_validate_json(sent)
    except ValueError as error:
        raise NothingChanged("The form could not be read.", "Reload the page and try again.") from error


def _fold_of(act: Act) -> str:
    """The details that an act done closes."""
    return {"verdicts": "change", "score": "change", "withdraw": "change", "reply": "objection"}.get(act.act, "-")


def _file(dossier: Dossier, question_id: str) -> QuestionFile:
    try:
        return dossier.question(question_id)
    except KeyError as error:
        raise NothingChanged(f"The question {question_id!r} was not asked.", "Reload the page.") from error


def _statuses(fields: dict[str, str]) -> dict[str, VerdictStatus]:
    return {
        name.removeprefix("verdict:"): cast("VerdictStatus", value)
        for name, value in fields.items()
        if name.startswith("verdict:") and value in get_args(VerdictStatus)
    }


def _number(said: str) -> float:
    try:
        return float(said)
    except ValueError as error:
        raise ScoreOutOfRange(f"{said!r} is no number.", "Give a number from 0 to 100.") from error


def _status(transcript: Transcript) -> Status:
    """As the list says it: by the stored events."""
    kinds = [event.kind for event in transcript.events]
    if "finished" in kinds:
        return "finished"
    last = [kind for kind in kinds if kind in ("paused", "resumed")]
    return "paused" if last and last[-1] == "paused" else "active"
