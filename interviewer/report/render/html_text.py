"""Texts of people as HTML. The one rule: nothing in them can become markup of ours, or be fetched from anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from html import escape
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token


def linked(source: str) -> str:
    """`source` escaped, its web addresses made links (nothing is fetched until one is followed)."""
    parts = re.split(r"(https?://[^\s<>\"'（）()，。]*[^\s<>\"'（）()，。,.;:!?])", source)
    return "".join(
        f'<a href="{escape(part)}" rel="noopener noreferrer">{escape(part)}</a>' if n % 2 else escape(part)
        for n, part in enumerate(parts)
    )


def time_of(at: datetime) -> str:
    """A moment with the zone it is written in; the page, and the report's own script, put it into the reader's."""
    return f'<time datetime="{at.isoformat(timespec="minutes")}">{at:%Y-%m-%d %H:%M %Z}</time>'


def prose(markdown: str, picture: Callable[[str], str] | None = None) -> str:
    """A note's Markdown as HTML: paragraphs, lists, code and tables; no raw HTML.

    `picture` gives the data of a picture by its target; without it, or where it gives none, the picture's words stand there.
    """
    return _renderer().render(markdown) if picture is None else _with_pictures(picture).render(markdown)


def _with_pictures(picture: Callable[[str], str]) -> MarkdownIt:
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")

    def drawn(_: object, tokens: Sequence[Token], place: int, *__: object) -> str:
        target = unquote(str(tokens[place].attrs.get("src", "")))
        words = escape(tokens[place].content or target)
        data = picture(target)
        return f'<img src="{escape(data)}" alt="{words}">' if data else f"<em>[{words}]</em>"

    renderer.add_render_rule("image", drawn)
    return renderer


@cache
def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
