"""Bringing the index up to date, as it is shown: the settings in use, how far it is, what came of it."""

from __future__ import annotations

from html import escape

from interviewer.settings import Settings
from knowledge.index import SyncReport
from knowledge.models import Bank
from ui.web.frame import Visitor
from ui.web.knowledge.markup import said, tag


def settings_in_use(bank: Bank, settings: Settings, embedder: str, visitor: Visitor) -> str:
    """HTML of what decides how this bank is searched. `embedder` is the name of the offline one; no server is asked."""
    chosen = settings.embedding
    named = (
        said(visitor, "embedder_offline")
        if not chosen.base_url
        else escape(chosen.name) or said(visitor, "embedder_first")
    )
    where = escape(chosen.base_url or embedder)
    place = f"{said(visitor, 'place_server')} <code>{escape(settings.index.url)}</code>" if settings.index.url else said(visitor, "place_folder")  # fmt: skip
    rows = (
        ("folder", f"<code>{escape(bank.root.name)}</code>"),
        ("version", f"<code>{escape(bank.content_hash[:12])}</code>"),
        ("embedder", f"{named} <code>{where}</code>"),
        ("place_is", place),
    )
    cells = "".join(f"<div><dt>{said(visitor, key)}</dt><dd>{value}</dd></div>" for key, value in rows)
    return (
        f'<section class="card"><h2>{said(visitor, "settings")}</h2><dl class="kn-facts">{cells}</dl>'
        f'<p class="muted">{said(visitor, "index_lead")}</p></section>'
    )


def sure(bank: Bank, visitor: Visitor) -> str:
    """HTML of what is asked before it begins."""
    return f"<p>{said(visitor, 'reindex_sure', name=bank.name.to(visitor.language))}</p>"


def under_way(done: int | None, total: int, visitor: Visitor) -> str:
    """HTML of a bar; `done` is None before anything is known."""
    if done is None:
        words, value = said(visitor, "opening"), ""
    else:
        words, value = said(visitor, "embedding", done=done, total=total), f' value="{done}" max="{max(total, 1)}"'
    return f'<div class="kn-progress"><label for="kn-bar">{words}</label><progress id="kn-bar"{value}></progress></div>'


def finished(report: SyncReport, seconds: float, visitor: Visitor) -> str:
    """HTML of what `sync` did."""
    numbers = "".join(
        f"<div><dt>{said(visitor, key)}</dt><dd>{getattr(report, key)}</dd></div>"
        for key in ("added", "updated", "removed", "kept")
    )
    notes = ""
    if report.rebuilt:
        why = visitor.say("knowledge", "rebuilt_killed" if "killed" in report.rebuilt else "rebuilt_unread")
        notes += f"<p>{said(visitor, 'rebuilt', why=why)}</p>"
    if report.replaced:
        notes += f"<p>{said(visitor, 'replaced', names=', '.join(report.replaced))}</p>"
    return (
        f'<div class="kn-progress"><p>{tag(said(visitor, "done", seconds=seconds), "good")}</p>'
        f'<dl class="kn-counts" aria-label="{said(visitor, "passages")}">{numbers}</dl>{notes}</div>'
    )


def failed(why: str, visitor: Visitor) -> str:
    """HTML of why nothing was done."""
    return f'<div class="kn-progress"><p class="kn-fault">{said(visitor, "index_failed", why=why)}</p></div>'
