"""What every page has in common: who visits, the masthead with its navigation, the notice, and how events are wired.

The one rule: a page keeps nothing. Language and session stand in the address and travel with every event; a reviewer's
name comes from the login. So a reload, a second tab or another process sees the same page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta, timezone, tzinfo
from html import escape
from typing import Any
from urllib.parse import urlencode

import gradio as gr
from starlette.requests import Request

from interviewer.app import App
from interviewer.errors import SessionDeleted, UnknownSession
from interviewer.settings import Settings
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.texts import explain, explain_to_candidate, say

Updates = dict[Any, Any]
"""What an event changes: component -> new value, or `gr.update(...)`."""
CONCURRENT_EVENTS = 256
"""Events of one kind that may be under way at once; Gradio's default of 1 would make every visitor wait for every other."""
QUIET: dict[str, Any] = {
    "show_progress": "hidden",
    "api_visibility": "private",
    "concurrency_limit": CONCURRENT_EVENTS,
}
"""How events are wired: no spinner over what is being read, nothing in a public API, many at once."""
LANGUAGE_COOKIE, ZONE_COOKIE = "interviewer-language", "interviewer-zone"
STAFF = "/staff"
"""Where the reviewers' pages are mounted; everything under it needs a login."""


@dataclass(frozen=True)
class Visitor:
    """Who sent an event, from where: all that a handler may know of the browser."""

    language: Language
    query: Mapping[str, str]
    reviewer: str = ""
    address: str = ""
    """Where the event came from: the peer's address, or what a trusted proxy says."""
    zone: tzinfo | None = None
    """The browser's offset from UTC, for days and for dates in drawings; None is the server's own zone. Other times are put
    into the reader's zone by the page's script."""

    @property
    def session_id(self) -> str:
        return self.query.get("session", "")

    def in_session(self, session_id: str) -> Visitor:
        """The same visitor in the interview that a request's path names."""
        return replace(self, query={**self.query, "session": session_id})

    def say(self, table: str, key: str, **values: object) -> str:
        return say(self.language, table, key, **values)

    def link(self, path: str, **query: str) -> str:
        """An address on this site in the visitor's language, escaped for an attribute."""
        return escape(self.address_of(path, **query))

    def address_of(self, path: str, **query: str) -> str:
        return f"{path}?{urlencode({**query, 'lang': self.language})}"

    def here(self, language: Language) -> str:
        """The address of this very page in `language`, escaped for an attribute."""
        return escape(f"?{urlencode({**self.query, 'lang': language})}")


def visitor_of(request: gr.Request | Request, settings: Settings) -> Visitor:
    """The visitor behind an event or a request: language by address, else by cookie, else as set."""
    query = dict(request.query_params)
    asked = query.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
    language: Language = "en" if asked == "en" else "zh" if asked == "zh" else settings.ui.language
    address = request.client.host if request.client else ""
    name = getattr(request, "username", "") or ""
    return Visitor(language, query, name, address, zone_of(request.cookies.get(ZONE_COOKIE, "")))


def zone_of(minutes: str) -> tzinfo | None:
    """The zone that a browser says it is in, as minutes east of UTC; None for what is no such number."""
    east = int(minutes) if re.fullmatch(r"-?[0-9]{1,3}", minutes) else None
    return None if east is None or abs(east) > 14 * 60 else timezone(timedelta(minutes=east))


class Frame:
    """Masthead and notice of one page; make it first, inside the page's Blocks."""

    def __init__(self, app: App, here: str, *, staff: bool = False) -> None:
        self._app = app
        self._here = here
        self._staff = staff
        self.masthead = gr.HTML(elem_id="masthead")
        self.notice = gr.HTML(visible=False, elem_id="notice")

    def visitor(self, request: gr.Request) -> Visitor:
        return visitor_of(request, self._app.settings)

    def worded(self, visitor: Visitor) -> Updates:
        """The masthead in the visitor's language."""
        links = _staff_links(visitor) if self._staff else _candidate_links(visitor)
        home = f"{STAFF}/" if self._staff else "/"
        return {self.masthead: masthead(links, self._here, home, visitor)}

    def tell(self, message: str, link: str = "", words: str = "") -> Updates:
        """Show a message until the next event, with a `link` (an escaped address) if there is a way on; nothing hides it."""
        shown = notice(message, link, words) if message else ""
        return {self.notice: gr.update(value=shown, visible=bool(message))}

    def refuse(self, error: UserFacingError, visitor: Visitor) -> Updates:
        """Say why the page cannot be opened; where there is no such interview, with the way to a new one."""
        gone = isinstance(error, UnknownSession | SessionDeleted)
        way = (visitor.link("/"), visitor.say("page", "begin")) if gone else ("", "")
        say = explain if self._staff else explain_to_candidate
        return self.tell(say(error, visitor.language), *way)


def masthead(links: list[tuple[str, str, str]], here: str, home: str, visitor: Visitor) -> str:
    """HTML of the page's head: the brand leading `home`, links (name, address, words), the other language."""
    current, chosen = ' aria-current="page"', ' aria-current="true"'
    items = "".join(
        f'<a href="{address}"{current if name == here else ""}>{escape(words)}</a>' for name, address, words in links
    )
    tags: tuple[tuple[Language, str, str], ...] = (("zh", "zh-CN", "中文"), ("en", "en", "English"))
    languages = "".join(
        f'<a href="{visitor.here(code)}" lang="{tag}" data-language="{code}"{chosen if code == visitor.language else ""}>{words}</a>'
        for code, tag, words in tags
    )
    leave = escape(visitor.say("page", "log_out", name=visitor.reviewer))
    who = (
        f'<form method="post" action="/logout"><button class="leave">{leave}</button></form>'
        if visitor.reviewer
        else ""
    )
    return f"""<header class="masthead"><a class="skip" href="#main-content">{escape(visitor.say("page", "skip"))}</a>
<a class="brand" href="{visitor.link(home)}"><strong>{escape(visitor.say("page", "title"))}</strong></a>
<nav aria-label="{escape(visitor.say("page", "nav"))}">{items}</nav>
<div class="aside">{who}<span class="languages" role="group" aria-label="{escape(visitor.say("page", "language"))}">{languages}</span></div></header>"""


def notice(message: str, link: str = "", words: str = "") -> str:
    """A message for people, and the way on if there is one; page.js announces it to screen readers."""
    way = f' <a href="{link}">{escape(words)}</a>' if link else ""
    return f"<p>{escape(message)}{way}</p>"


def _candidate_links(visitor: Visitor) -> list[tuple[str, str, str]]:
    return [
        ("start", visitor.link("/"), visitor.say("page", "start")),
        ("mine", visitor.link("/mine"), visitor.say("page", "mine")),
    ]


def _staff_links(visitor: Visitor) -> list[tuple[str, str, str]]:
    return [
        ("review", visitor.link(f"{STAFF}/"), visitor.say("page", "review")),
        ("marking", visitor.link(f"{STAFF}/marking"), visitor.say("page", "marking")),
        ("knowledge", visitor.link(f"{STAFF}/knowledge"), visitor.say("page", "knowledge")),
    ]


def merged(*parts: Updates) -> Updates:
    """Updates put together; two for the same component become one, the later winning where they differ."""
    whole: Updates = {}
    for part in parts:
        for component, update in part.items():
            is_update = isinstance(update, dict) and "__type__" in update
            more = update if is_update else gr.update(value=update)
            whole[component] = whole.get(component, {}) | more
    bare = {"__type__", "value"}  # a value alone is sent as such: an update would have its component made anew
    return {part: update["value"] if update.keys() == bare else update for part, update in whole.items()}


def unseen_text(elem_id: str) -> gr.Textbox:
    """What only the page's script and its events use; nameless, for Gradio's own names are English on every page."""
    return gr.Textbox(visible="hidden", elem_id=elem_id, show_label=False, label="")


def unseen_button(elem_id: str) -> gr.Button:
    """A button that only the page's script presses."""
    return gr.Button("", visible="hidden", elem_id=elem_id)


def open_blocks() -> gr.Blocks:
    """The Blocks that a page is being built in: where its load event is wired."""
    from gradio.context import Context

    assert Context.root_block is not None, "a page is built inside Blocks"
    return Context.root_block


def parts_of(page: object) -> list[Any]:
    """Every component that is an attribute of `page` or of its frame: what its events may change."""
    from gradio.blocks import Block

    own = [part for part in vars(page).values() if isinstance(part, Block) and not isinstance(part, gr.Blocks)]
    frame = getattr(page, "frame", None)
    return own + ([frame.masthead, frame.notice] if isinstance(frame, Frame) else [])


PageRoom = Callable[[App], object]
"""Builds one page inside the Blocks that is open."""
