"""`interviewer doctor`: what works, part by part, and what to do about what does not.

One rule: the whole list is always shown, whatever fails; a fault of one check is its line, never the end.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from interviewer.app import App
from interviewer.errors import EndpointError
from interviewer.llm import Capabilities
from interviewer.llm.discovery import find_servers
from interviewer.settings import AccessSettings, Settings
from knowledge.errors import UserFacingError
from knowledge.findings import counted
from knowledge.models import Bank, Language
from ui.cli.screen import show_table
from ui.texts import explain, say

LISTED = 20
"""Models shown of a long list; `--find` searches all of them."""
ENOUGH_CONTEXT = 4096
log = logging.getLogger("interviewer.ui")


@dataclass(frozen=True)
class Line:
    """One check: `ok` True, False, or None when it was left out because nothing is set."""

    name: str
    ok: bool | None
    text: str


class Examination:
    """The checks of one run, in one language."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.language: Language = app.settings.ui.language
        self.served: tuple[str, ...] = ()

    def say(self, key: str, **values: object) -> str:
        return say(self.language, "doctor", key, **values)

    def line(self, name: str, ok: bool | None, key: str, **values: object) -> Line:
        return Line(self.say(f"name_{name}"), ok, self.say(key, **values))

    async def tried(self, name: str, check: Callable[[], Awaitable[str]]) -> Line:
        """The line of a check: what it gives, or what its error says to do. Whatever it raises is a line."""
        shown = self.say(f"name_{name}")
        try:
            return Line(shown, True, await check())
        except UserFacingError as error:
            self.served = self.served or tuple(error.details.get("served") or ())  # pyright: ignore[reportArgumentType]
            return Line(shown, False, explain(error, self.language))
        except Exception as error:
            log.warning("the check %r broke", name, exc_info=error)
            return Line(shown, False, self.say("broke", what=f"{type(error).__name__}: {error}"))

    async def all(self) -> list[Line]:
        app = self.app
        lines = [await self.tried("bank", self._bank), await self.tried("store", self._store)]
        if lines[0].ok:
            lines.append(await self.tried("index", self._index))
        lines.append(await self._embedding())
        lines += await self._model()
        lines.append(await self._speech())
        lines.append(await self._reviewers())
        lines.append(self._proxies(app.settings.access))
        return lines

    async def _bank(self) -> str:
        return "; ".join(map(self._about, self.app.banks.values()))

    def _about(self, bank: Bank) -> str:
        errors = counted(bank.findings, "error")
        text = self.say("bank", id=bank.id, questions=len(bank.questions), notes=len(bank.notes))
        return f"{text} {self.say('bank_errors', n=errors)}" if errors else text

    async def _store(self) -> str:
        found = await asyncio.to_thread(self.app.store.check)
        return self.say("store", **found.model_dump())

    async def _index(self) -> str:
        def sync() -> str:
            index = self.app.open_index()
            try:
                done = index.sync(self.app.bank)
            finally:
                index.close()
            text = self.say("index", added=done.added, kept=done.kept)
            return f"{text} {self.say('rebuilt', why=done.rebuilt)}" if done.rebuilt else text

        return await asyncio.to_thread(sync)

    async def _embedding(self) -> Line:
        if not self.app.settings.embedding.base_url:
            return self.line("embeddings", None, "no_embeddings")

        def embed() -> str:
            embedder = self.app.embedder()
            vectors = embedder.embed(["KV cache 是什么？"])
            return self.say("embeddings", name=embedder.name, n=vectors.shape[1])

        async def asked() -> str:
            return await asyncio.to_thread(embed)

        return await self.tried("embeddings", asked)

    async def _speech(self) -> Line:
        if not self.app.settings.speech.base_url:
            return self.line("speech", None, "no_speech")

        async def listen() -> str:
            assert self.app.dictation is not None
            return await self.app.dictation.check()

        return await self.tried("speech", listen)

    async def _reviewers(self) -> Line:
        if not self.app.settings.access.reviewers.get_secret_value():
            return self.line("reviewers", None, "no_reviewers")

        async def count() -> str:
            return ", ".join(self.app.accounts.names)

        return await self.tried("reviewers", count)

    def _proxies(self, access: AccessSettings) -> Line:
        """Whether visitors behind a reverse proxy are told apart. https without a trusted proxy cannot be right."""
        if access.trusted_proxies:
            hosts = self.say("hosts", hosts=access.hosts) if access.hosts else ""
            return self.line("proxies", True, "proxies", trusted=access.trusted_proxies, hosts=hosts)
        if access.secure_cookie:
            return self.line("proxies", False, "proxies_needed")
        return self.line("proxies", None, "no_proxies")

    async def _model(self) -> list[Line]:
        if not self.app.settings.model.base_url:
            return [self.line("model", None, "no_model"), *await models_here(self.language)]
        chat = self.app.chat

        async def connect() -> str:
            server = await chat.connect()
            self.served = server.served
            on = " ".join(filter(None, (self.say(f"kind_{server.kind}") if server.kind else "", server.server_version)))
            return f"{server.model} ({on})" if on else server.model

        first = await self.tried("model", connect)
        if not first.ok:
            return [first]
        server = await chat.connect()

        async def tools() -> str:
            own = await chat.calls_tools()
            return self.say("tools_own" if own else "tools_vllm" if server.kind == "vllm" else "tools_asked")

        return [
            first,
            self._context(server),
            self._structured(server),
            self._form(server),
            self.line("thinking", True, "thinking_off" if server.thinking_off else "thinking_stripped"),
            await self.tried("tools", tools),
            await self.tried("time", self._time),
        ]

    def _context(self, server: Capabilities) -> Line:
        if server.max_model_len is None:
            return self.line("context", None, "context_unknown")
        enough = server.max_model_len >= ENOUGH_CONTEXT
        advice = f"context_more_{server.kind}" if server.kind in ("vllm", "llamacpp", "ollama") else "context_more"
        more = "" if enough else self.say(advice)
        slots = self.say("slots", n=server.slots) if server.slots else ""
        return self.line("context", enough, "context", n=server.max_model_len, slots=slots, more=more)

    def _structured(self, server: Capabilities) -> Line:
        if server.takes_regex:
            return self.line("structured", True, "structured_line")
        old = server.kind == "vllm" and server.reply_format != "json_schema"
        advice = self.say("structured_vllm") if old else ""
        return self.line(
            "structured", server.reply_format != "prompt", f"structured_{server.reply_format}", advice=advice
        )

    def _form(self, server: Capabilities) -> Line:
        """What is sent otherwise than to OpenAI, so that a person sees what was found."""
        form = server.dialect
        odd = [
            self.say(key)
            for key, there in (
                ("form_limit", form.limit_field != "max_tokens"),
                ("form_temperature", not form.temperature),
                ("form_system", not form.system_role),
                ("form_stream", form.stream_data),
                ("form_one", server.one_at_a_time),
            )
            if there
        ]
        return Line(self.say("name_form"), True, self.say("between").join(odd) or self.say("form_plain"))

    async def _time(self) -> str:
        """How long one turn takes: a real question, an answer of 500 characters, words and judgement as in an interview."""
        from interviewer.interview.rehearsal import rehearse

        model = self.app.settings.model
        took = await rehearse(self.app.endpoint_mind(self.app.bank), self.app.bank, self.language, time.monotonic)
        text = self.say("time", words=took.words_s, judged=took.judged_s)
        if took.failed is not None:
            raise EndpointError(
                self.say("time_failed", why=say(self.language, "ungraded", took.failed)), self._raise(took.judged_s)
            )
        if took.judged_s > model.timeout_s / 2:
            text += " " + self._raise(took.judged_s)
        if took.words_s > model.words_within_s:
            text += " " + self.say("raise_words", now=model.words_within_s)
        return text

    def _raise(self, judged_s: float) -> str:
        now = self.app.settings.model.timeout_s
        return self.say("raise_timeout", now=now, to=10 * (int(max(3 * judged_s, now)) // 10 + 1))


def doctor(args: argparse.Namespace, settings: Settings) -> int:
    """Try each part and say what to do; exit 1 when a part that is set does not work."""
    app = App(settings)
    if args.find is not None:
        return asyncio.run(_find(app, args.find))
    examination = Examination(app)

    async def examined() -> list[Line]:
        try:
            return await examination.all()
        finally:
            await app.aclose()

    from rich.cells import cell_len

    lines = asyncio.run(examined())
    marks = {True: "ok  ", False: "FAIL", None: "–   "}
    for line in lines:
        print(f"{marks[line.ok]} {line.name}{' ' * (18 - cell_len(line.name))} {line.text}".rstrip())
    if len(examination.served) > 1:
        _show_models(examination.served, settings)
    return 1 if any(line.ok is False for line in lines) else 0


async def _find(app: App, text: str) -> int:
    """The served models whose name holds `text`, as a table; exit 1 where there is none."""
    try:
        async with aclosing(app):
            served = await app.chat.served()
    except EndpointError as error:
        print(explain(error, app.settings.ui.language))
        return 1
    found = tuple(name for name in served if text.lower() in name.lower())
    _show_models(found, app.settings, most=len(found))
    return 0 if found else 1


def _show_models(names: Sequence[str], settings: Settings, most: int = LISTED) -> None:
    language, used = settings.ui.language, settings.model.name
    headings = [say(language, "model", key) for key in ("number", "name", "state")]
    rows = [(str(n), name, say(language, "model", "used") if name == used else "") for n, name in enumerate(names, 1)]
    if rows:
        show_table(headings, rows[:most], flexible=1)
    if len(rows) > most:
        print(say(language, "doctor", "more_models", n=len(rows) - most))
    elif not rows:
        print(say(language, "doctor", "none_found"))


async def models_here(language: str) -> list[Line]:
    """What is served on this machine though none is set, each with the command that uses it."""
    lines: list[Line] = []
    for server in await find_servers():
        key = "found_locked" if server.wants_key else "found" if server.models else "found_empty"
        name = f" --model {server.models[0]}" if len(server.models) > 1 else ""
        command = f"interviewer ui --base-url {server.base_url}{name}"
        listed = ", ".join(server.models[:5]) + (" …" if len(server.models) > 5 else "")
        where, product = server.base_url, server.product
        lines.append(
            Line("", None, say(language, "doctor", key, product=product, where=where, models=listed, command=command))
        )
    return lines or [Line("", None, say(language, "doctor", "found_nothing"))]
