"""`interviewer doctor` and `interviewer config`: what works, what is set, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from interviewer.app import App
from interviewer.llm.discovery import find_servers
from interviewer.settings import AccessSettings, Settings
from knowledge.errors import UserFacingError
from knowledge.findings import counted
from knowledge.models import Bank
from ui.cli.screen import show_table
from ui.texts import explain, say


@dataclass(frozen=True)
class Line:
    """One check: `ok` True, False, or None when it was left out because nothing is set."""

    name: str
    ok: bool | None
    text: str


Tried = Callable[[str, Callable[[], Awaitable[str]]], Awaitable[Line]]
"""Runs a check and makes a line of it: what it gives, or what its error says to do."""


def doctor(args: argparse.Namespace, settings: Settings) -> int:
    """Try each part and say what to do; exit 1 when a part that is set does not work."""
    lines = asyncio.run(_examine(App(settings)))
    marks = {True: "ok  ", False: "FAIL", None: "–   "}
    for line in lines:
        print(f"{marks[line.ok]} {line.name:18} {line.text}")
    return 1 if any(line.ok is False for line in lines) else 0


async def _examine(app: App) -> list[Line]:
    language = app.settings.ui.language

    async def tried(name: str, check: Callable[[], Awaitable[str]]) -> Line:
        try:
            return Line(name, True, await check())
        except UserFacingError as error:
            return Line(name, False, explain(error, language))

    lines = [await tried("bank", lambda: _bank(app)), await tried("store", lambda: _store(app))]
    if lines[0].ok:
        lines.append(await tried("index", lambda: _index(app)))
        lines.append(await _embedding(app, tried))
    lines += await _model(app, tried)
    lines.append(await _speech(app, tried))
    lines.append(await _reviewers(app, tried))
    lines.append(_proxies(app.settings.access))
    await app.aclose()
    return lines


async def _bank(app: App) -> str:
    return "; ".join(map(_about, app.banks.values()))


def _about(bank: Bank) -> str:
    errors = counted(bank.findings, "error")
    text = f"{bank.id}: {len(bank.questions)} questions, {len(bank.notes)} notes"
    return f"{text}, {errors} errors, see `interviewer bank check`" if errors else text


async def _speech(app: App, tried: Tried) -> Line:
    if not app.settings.speech.base_url:
        return Line("speech", None, "none: no microphone on the page; INTERVIEWER_SPEECH__BASE_URL sets an endpoint")

    async def listen() -> str:
        assert app.dictation is not None
        return await app.dictation.check()

    return await tried("speech", listen)


async def _reviewers(app: App, tried: Tried) -> Line:
    if not app.settings.access.reviewers.get_secret_value():
        return Line("reviewers", None, "none: their pages are off; `interviewer reviewer NAME` sets one up")

    async def count() -> str:
        return ", ".join(app.accounts.names)

    return await tried("reviewers", count)


def _proxies(access: AccessSettings) -> Line:
    """Whether visitors behind a reverse proxy are told apart. https without a proxy that is trusted cannot be right."""
    if access.trusted_proxies:
        hosts = f"; asked for as {access.hosts}" if access.hosts else ""
        return Line("proxies", True, f"trusted: {access.trusted_proxies}{hosts}")
    advice = "INTERVIEWER_ACCESS__TRUSTED_PROXIES=ADDRESS names a reverse proxy before the page"
    if access.secure_cookie:
        text = f"access.secure_cookie says https, but no proxy is trusted, so all visitors count as one; {advice}"
        return Line("proxies", False, text)
    return Line("proxies", None, f"none trusted; {advice}, else all visitors behind it count as one")


async def _store(app: App) -> str:
    return await asyncio.to_thread(app.store.check)


async def _index(app: App) -> str:
    def sync() -> str:
        index = app.open_index()
        try:
            done = index.sync(app.bank)
        finally:
            index.close()
        return f"{done.added} added, {done.kept} kept" + (f"; rebuilt: {done.rebuilt}" if done.rebuilt else "")

    return await asyncio.to_thread(sync)


async def _embedding(app: App, tried: Tried) -> Line:
    if not app.settings.embedding.base_url:
        return Line(
            "embeddings",
            None,
            "offline (words and character n-grams); INTERVIEWER_EMBEDDING__BASE_URL sets an endpoint",
        )

    async def embed() -> str:
        embedder = app.embedder()
        vectors = await asyncio.to_thread(embedder.embed, ["KV cache 是什么？"])
        return f"{embedder.name}: vectors of {vectors.shape[1]}"

    return await tried("embeddings", embed)


async def _model(app: App, tried: Tried) -> list[Line]:
    if not app.settings.model.base_url:
        none = Line("model", None, "none: offline mode; --base-url or INTERVIEWER_MODEL__BASE_URL sets an endpoint")
        return [none, *await models_here(app.settings.ui.language)]

    async def connect() -> str:
        server = await app.chat.connect()
        return f"{server.model} {('on ' + server.server_version) if server.server_version else ''}".strip()

    first = await tried("model", connect)
    if not first.ok:
        return [first]
    server = await app.chat.connect()
    enough = server.max_model_len is None or server.max_model_len >= 8192
    context = f"{server.max_model_len} tokens" if server.max_model_len else "the server does not say"
    structured = {
        "json_schema": Line("structured output", True, "response_format json_schema"),
        "json_object": Line(
            "structured output", True, "json_object only: replies are checked and repaired; vLLM 0.12+ does better"
        ),
        "prompt": Line("structured output", False, "none: the server ignores response_format; update it (vLLM 0.12+)"),
    }[server.reply_format]
    own = await app.chat.calls_tools()
    by_itself = "calls tools by itself" if own else "by structured replies; --enable-auto-tool-choice and a --tool-call-parser let vLLM do it itself"  # fmt: skip
    return [
        first,
        Line("debrief tools", True, by_itself),
        Line("context", enough, context if enough else f"{context}: less than 8192; raise --max-model-len"),
        structured,
        Line(
            "thinking", True, "off, or stripped" if server.thinking_off else "not switchable; stripped from every reply"
        ),
    ]


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


def config(args: argparse.Namespace, settings: Settings) -> int:
    """Every setting, its value with keys masked, and where it came from."""
    rows = list(settings.rows())
    if args.json:
        print(json.dumps({name: {"value": value, "from": origin} for name, value, origin in rows}, indent=1))
        return 0
    show_table([say(settings.ui.language, "config", one) for one in ("name", "value", "origin")],
               [(name, value or "–", origin) for name, value, origin in rows], flexible=1)  # fmt: skip
    return 0
