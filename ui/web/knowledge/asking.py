"""What the page asks of the floors below: findings, searches, the index brought up to date. Blocking calls, for threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import perf_counter

from interviewer.app import App
from knowledge.index import SyncReport
from knowledge.lint import check_path, lint
from knowledge.models import Bank, Question
from ui.web.frame import Visitor
from ui.web.knowledge.findings import of_question, report
from ui.web.knowledge.found import Found
from ui.web.knowledge.markup import said, tag
from ui.web.knowledge.note import note_page


@dataclass(frozen=True)
class Step:
    """How far bringing the index up to date is; `report` only with the last one."""

    done: int
    total: int
    seconds: float
    report: SyncReport | None = None


def question_page(app: App, bank: Bank, question: Question, visitor: Visitor) -> str:
    """HTML of one question with the findings on it."""
    own = bank.model_copy(update={"notes": (question.note,) if question.note else ()})
    path = app.path_of(bank)
    outline = path.name if path.is_file() else "outline.md"
    findings = of_question(question, (*bank.findings, *lint(own)), outline)
    return note_page(bank, question, findings, visitor)


def served_findings(bank: Bank, visitor: Visitor) -> str:
    """HTML of the findings on the bank as it was read at the start."""
    findings = sorted((*bank.findings, *lint(bank)), key=lambda one: (one.place.file, one.place.line))
    return report(bank, findings, said(visitor, "checked_served"), visitor)


def file_findings(app: App, bank: Bank, visitor: Visitor) -> str:
    """HTML of the findings on the bank's files as they are now. Raises BankError when they cannot be read."""
    found = check_path(app.path_of(bank), app.settings.bank_files)
    now = said(visitor, "checked_now", time=f"{app.clock().astimezone():%H:%M:%S}")
    same = found.content_hash == bank.content_hash
    state = (
        tag(said(visitor, "same"), "good") if same else f'<strong class="kn-fault">{said(visitor, "differs")}</strong>'
    )
    return report(bank, found.findings, f"{now} {state}", visitor)


def search(app: App, bank: Bank, query: str, k: int) -> Found:
    """The `k` best questions and passages for `query`, and how long both took together."""
    retriever = app.retriever_of(bank)
    began = perf_counter()
    passages = retriever.find(query, k)
    questions = retriever.questions(query, k)
    return Found(
        query=query,
        questions=questions,
        passages=passages,
        seconds=perf_counter() - began,
        by_meaning=retriever.by_meaning,
        fault=retriever.fault,
        model=app.settings.embedding.name or app.settings.embedding.base_url,
    )


async def bring_up_to_date(app: App, bank: Bank) -> AsyncIterator[Step]:
    """Bring the index up to date in a thread, telling how far it is. Raises EmbeddingError or VectorIndexError.

    Whoever leaves the page meanwhile does not stop it.
    """
    loop = asyncio.get_running_loop()
    steps: asyncio.Queue[Step | None] = asyncio.Queue()
    began = perf_counter()

    def progress(done: int, total: int) -> None:
        step = Step(done=done, total=total, seconds=perf_counter() - began)
        loop.call_soon_threadsafe(steps.put_nowait, step)

    at_work = asyncio.create_task(asyncio.to_thread(app.shelf.sync, bank, progress))
    at_work.add_done_callback(lambda _: steps.put_nowait(None))
    while (step := await steps.get()) is not None:
        yield step
    result = await at_work
    yield Step(done=result.added, total=result.added, seconds=perf_counter() - began, report=result)
