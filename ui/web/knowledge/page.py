"""The knowledge page: browse a bank, check its files, try its search, bring its index up to date. Layout and wiring."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from interviewer.app import App
from knowledge.errors import UserFacingError
from knowledge.models import Bank
from ui.texts import explain
from ui.web.frame import QUIET, Frame, Updates, Visitor, merged, open_blocks, parts_of, unseen_button, unseen_text
from ui.web.knowledge import asking, bringing, drafting, found, reindex
from ui.web.knowledge.note import unknown
from ui.web.knowledge.overview import counts, overview
from ui.web.knowledge.tree import tree

TABS = ("browse", "findings", "search", "index", "drafts", "bring")
CHOSEN = "() => [window.interviewer.knowledge.chosen()]"
ARRIVED = "() => window.interviewer.knowledge.arrived()"
READY = "() => window.interviewer.knowledge.ready()"
TO_BANK = "(bank) => window.interviewer.go('/staff/knowledge', { bank })"
SOURCE = "() => [window.interviewer.bring.source()]"
BROUGHT = "() => window.interviewer.bring.brought()"
KEPT = "(source, folder) => [window.interviewer.bring.source(), folder]"
DECIDED = "() => [window.interviewer.bring.decision()]"
ASKED = "(query) => window.interviewer.knowledge.put({ q: query })"


class KnowledgePage:
    """Layout and wiring of the page at `/staff/knowledge?bank=…&question=…&tab=…&q=…`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frame = Frame(app, "knowledge", staff=True)
        with gr.Column(elem_classes="knowledge", elem_id="main-content", visible=False) as self.main:
            self.bank = gr.Dropdown(elem_id="kn-bank", visible=False)
            self.head = gr.HTML(elem_id="kn-head")
            with gr.Tabs(elem_id="kn-tabs") as self.tabs:
                with gr.Tab(id="browse") as self.browse_tab, gr.Row(elem_classes="kn-browse"):
                    with gr.Column(scale=2, min_width=300):
                        self.tree = gr.HTML(elem_id="kn-tree")
                    with gr.Column(scale=3, min_width=320):
                        self.note = gr.HTML(elem_id="kn-note")
                with gr.Tab(id="findings") as self.findings_tab:
                    self.check = gr.Button(elem_id="kn-check", elem_classes="kn-action")
                    self.findings = gr.HTML(elem_id="kn-findings")
                with gr.Tab(id="search") as self.search_tab:
                    with gr.Row(elem_classes="kn-ask"):
                        self.query = gr.Textbox(max_lines=4, max_length=2000, elem_id="kn-query", scale=4)
                        self.k = gr.Slider(1, 30, value=8, step=1, elem_id="kn-k", scale=2, min_width=220)
                    self.go = gr.Button(variant="primary", elem_id="kn-go", elem_classes="kn-action")
                    self.results = gr.HTML(elem_id="kn-results")
                with gr.Tab(id="index") as self.index_tab:
                    self.settings = gr.HTML(elem_id="kn-settings")
                    self.reindex = gr.Button(variant="primary", elem_id="kn-reindex", elem_classes="kn-action")
                    with gr.Column(visible=False, elem_id="kn-sure", elem_classes="card") as self.sure:
                        self.sure_text = gr.HTML()
                        with gr.Row(elem_classes="moves"):
                            self.yes = gr.Button(variant="primary", elem_id="kn-yes", min_width=120)
                            self.no = gr.Button(elem_id="kn-no", min_width=120)
                    self.progress = gr.HTML(elem_id="kn-progress")
                with gr.Tab(id="drafts") as self.drafts_tab:
                    self.drafts = gr.HTML(elem_id="kn-drafts")
                with gr.Tab(id="bring") as self.bring_tab:
                    self.bring_lead = gr.HTML(elem_id="kn-bring")
                    self.brought = gr.HTML(elem_id="kn-brought", elem_classes="kn-brought-box")
                    with gr.Column(visible=False, elem_id="kn-keep", elem_classes="card") as self.keeping:
                        self.folder = gr.Textbox(max_lines=1, max_length=80, elem_id="kn-folder")
                        self.keep = gr.Button(variant="primary", elem_id="kn-write", elem_classes="kn-action")
                    self.kept = gr.HTML(elem_id="kn-kept")
        self.choose = unseen_button("kn-choose")
        self.chosen = unseen_text("kn-chosen")
        self.checked = unseen_text("kn-checked")
        self.source = unseen_text("kn-source")
        self.bring = unseen_button("kn-bring-go")
        self.decision = unseen_text("kn-decision")
        self.decide = unseen_button("kn-decide")
        self._wire()

    def _wire(self) -> None:
        blocks = open_blocks()
        every: dict[str, Any] = {"outputs": parts_of(self), **QUIET}
        loaded = blocks.load(self._on_load, None, **every).then(None, None, None, js=READY)
        loaded.then(
            self._on_first,
            None,
            [self.findings, self.drafts, self.checked, self.results, self.query, self.frame.notice],
            **QUIET,
        )
        self.bank.input(None, [self.bank], None, js=TO_BANK)
        self.choose.click(
            self._on_choose,
            [self.chosen],
            [self.note, self.tabs, self.frame.notice],
            js=CHOSEN,
            **QUIET,
        ).then(None, None, None, js=ARRIVED)
        tabs = (self.browse_tab, self.findings_tab, self.search_tab, self.index_tab, self.drafts_tab, self.bring_tab)
        for name, tab in zip(TABS, tabs, strict=True):
            kept = "" if name == "browse" else name  # the first tab needs no mention in the address
            tab.select(None, None, None, js=f"() => window.interviewer.knowledge.opened('{kept}')")
        self.drafts_tab.select(self._on_drafts, None, [self.drafts], **QUIET)
        self.decide.click(self._on_decide, [self.decision], [self.drafts, self.frame.notice], js=DECIDED, **QUIET).then(
            None, None, None, js=READY
        )
        self.bring.click(
            self._on_bring,
            [self.source],
            [self.brought, self.keeping, self.folder, self.kept, self.frame.notice],
            js=SOURCE,
            **QUIET,
        ).then(None, None, None, js=BROUGHT)
        self.keep.click(self._on_keep, [self.source, self.folder], [self.kept, self.frame.notice], js=KEPT, **QUIET)
        self.findings_tab.select(self._on_findings, [self.checked], [self.findings, self.checked], **QUIET)
        self.check.click(self._on_check, None, [self.findings, self.checked, self.check, self.frame.notice], **QUIET)
        gr.on(
            [self.go.click, self.query.submit], self._on_search, [self.query, self.k], [self.results, self.frame.notice], **QUIET
        ).then(None, [self.query], None, js=ASKED)  # fmt: skip
        self.reindex.click(lambda: gr.update(visible=True), None, [self.sure], **QUIET)
        self.no.click(lambda: gr.update(visible=False), None, [self.sure], **QUIET)
        self.yes.click(self._on_reindex, None, [self.progress, self.sure, self.reindex], **QUIET)

    def _bank(self, visitor: Visitor) -> Bank:
        """The bank that the address names, else the first."""
        return self.app.banks.get(visitor.query.get("bank", ""), self.app.bank)

    async def _on_load(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        bank = self._bank(visitor)
        wanted = visitor.query.get("question", "")
        tab = visitor.query.get("tab", "")
        choices = [(one.name.to(visitor.language), one.id) for one in self.app.banks.values()]
        embedder = "" if self.app.settings.embedding.base_url else self.app.embedder(bank).name
        return merged(
            self.frame.worded(visitor),
            self.frame.tell(""),
            self._worded(bank, visitor),
            {
                self.main: gr.update(visible=True),
                self.bank: gr.update(choices=choices, value=bank.id, visible=len(choices) > 1),
                self.head: counts(bank, visitor),
                self.tabs: gr.update(selected=tab if tab in TABS else "browse"),
                self.tree: tree(bank, visitor, wanted),
                self.note: await asyncio.to_thread(_shown, self.app, bank, wanted, visitor),
                self.results: found.nothing_yet(visitor),
                self.settings: reindex.settings_in_use(bank, self.app.settings, embedder, visitor),
                self.progress: "",
            },
        )

    def _worded(self, bank: Bank, visitor: Visitor) -> Updates:
        def words(key: str, **values: object) -> str:
            return visitor.say("knowledge", key, **values)

        return {
            self.bank: gr.update(label=words("bank")),
            self.browse_tab: gr.update(label=words("browse")),
            self.findings_tab: gr.update(label=words("findings")),
            self.drafts_tab: gr.update(label=words("drafts")),
            self.bring_tab: gr.update(label=words("bring")),
            self.bring_lead: bringing.lead(visitor),
            self.folder: gr.update(label=words("folder_name"), info=words("folder_hint")),
            self.keep: words("write_bank"),
            self.search_tab: gr.update(label=words("search")),
            self.index_tab: gr.update(label=words("index")),
            self.check: words("check"),
            self.query: gr.update(label=words("query"), info=words("query_hint")),
            self.k: gr.update(label=words("k")),
            self.go: words("go"),
            self.reindex: words("reindex"),
            self.sure_text: reindex.sure(bank, visitor),
            self.yes: words("reindex_yes"),
            self.no: words("reindex_no"),
        }

    async def _on_first(self, request: gr.Request) -> Updates:
        """What takes a moment, after the page is there: the findings or the search that the address asks for."""
        visitor = self.frame.visitor(request)
        query = visitor.query.get("q", "")
        if visitor.query.get("tab") == "findings":
            return await self._on_findings("", request)
        if visitor.query.get("tab") == "drafts":
            return await self._on_drafts(request)
        if query:
            return merged({self.query: query}, await self._on_search(query, 8, request))
        return {self.checked: gr.update()}

    async def _on_choose(self, question_id: str, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        shown = await asyncio.to_thread(_shown, self.app, self._bank(visitor), question_id, visitor)
        return merged(self.frame.tell(""), {self.note: shown, self.tabs: gr.update(selected="browse")})

    async def _on_findings(self, checked: str, request: gr.Request) -> Updates:
        """The findings on the bank in use, unless findings stand there already."""
        visitor = self.frame.visitor(request)
        if checked:
            return {self.checked: gr.update()}
        shown = await asyncio.to_thread(asking.served_findings, self._bank(visitor), visitor)
        return {self.findings: shown, self.checked: "served"}

    async def _on_drafts(self, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        return {self.drafts: await asyncio.to_thread(drafting.drafts, self.app, self._bank(visitor), visitor)}

    async def _on_decide(self, sent: str, request: gr.Request) -> Updates:
        """What a reviewer said of one draft; where it cannot be written, what was typed stays on the page."""
        visitor = self.frame.visitor(request)
        bank = self._bank(visitor)
        try:
            await asyncio.to_thread(drafting.decide, self.app, bank, sent, visitor)
        except UserFacingError as error:
            return self.frame.tell(explain(error, visitor.language))
        shown = await asyncio.to_thread(drafting.drafts, self.app, bank, visitor)
        return merged(self.frame.tell(""), {self.drafts: shown})

    async def _on_bring(self, sent: str, request: gr.Request) -> Updates:
        """A list is read, or read again with a line labelled anew."""
        visitor = self.frame.visitor(request)
        try:
            brought = await asyncio.to_thread(bringing.read, sent)
        except UserFacingError as error:
            return merged(
                self.frame.tell(explain(error, visitor.language)),
                {self.brought: "", self.keeping: gr.update(visible=False)},
            )
        return merged(
            self.frame.tell(""),
            {
                self.brought: bringing.view(brought, visitor),
                self.keeping: gr.update(visible=True),
                self.folder: gr.update(placeholder=bringing.folder_of(brought.source)),
                self.kept: "",
            },
        )

    async def _on_keep(self, sent: str, folder: str, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        try:
            brought = await asyncio.to_thread(bringing.read, sent)
            adoption = await asyncio.to_thread(
                bringing.keep, self.app, brought, folder.strip() or bringing.folder_of(brought.source)
            )
        except UserFacingError as error:
            said = explain(error, visitor.language).replace(str(self.app.settings.data_dir.absolute()), "…")
            return self.frame.tell(said)
        return merged(self.frame.tell(""), {self.kept: bringing.written(adoption, visitor)})

    async def _on_check(self, request: gr.Request) -> AsyncIterator[Updates]:
        visitor = self.frame.visitor(request)
        bank = self._bank(visitor)
        words = visitor.say("knowledge", "check")
        yield {self.check: gr.update(value=visitor.say("knowledge", "checking"), interactive=False)}
        try:
            shown = await asyncio.to_thread(asking.file_findings, self.app, bank, visitor)
            yield merged(self.frame.tell(""), {self.findings: shown, self.checked: "files"})
        except UserFacingError as error:
            path = self.app.path_of(bank)
            said = explain(error, visitor.language).replace(str(path.absolute()), path.name)
            yield self.frame.tell(said)
        yield {self.check: gr.update(value=words, interactive=True)}

    async def _on_search(self, query: str, k: float, request: gr.Request) -> Updates:
        visitor = self.frame.visitor(request)
        if not query.strip():
            return merged(self.frame.tell(""), {self.results: found.nothing_yet(visitor)})
        bank = self._bank(visitor)
        one = await asyncio.to_thread(asking.search, self.app, bank, query.strip(), int(k))
        return merged(self.frame.tell(""), {self.results: found.results(bank, one, visitor)})

    async def _on_reindex(self, request: gr.Request) -> AsyncIterator[Updates]:
        visitor = self.frame.visitor(request)
        bank = self._bank(visitor)
        yield {
            self.sure: gr.update(visible=False),
            self.reindex: gr.update(interactive=False),
            self.progress: reindex.under_way(None, 0, visitor),
        }
        try:
            async for step in asking.bring_up_to_date(self.app, bank):
                shown = (
                    reindex.under_way(step.done, step.total, visitor)
                    if step.report is None
                    else reindex.finished(step.report, step.seconds, visitor)
                )
                yield {self.progress: shown}
        except UserFacingError as error:
            yield {self.progress: reindex.failed(explain(error, visitor.language), visitor)}
        yield {self.reindex: gr.update(interactive=True)}


def _shown(app: App, bank: Bank, question_id: str, visitor: Visitor) -> str:
    """The right side of the tree: the overview, one question, or that there is none of that id."""
    if not question_id:
        return overview(bank, visitor)
    try:
        question = bank.question(question_id)
    except KeyError:
        return unknown(question_id, visitor)
    return asking.question_page(app, bank, question, visitor)
