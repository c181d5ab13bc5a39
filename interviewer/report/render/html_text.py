"""Texts of people as HTML. The one rule: nothing in them can become markup of ours, or be fetched from anywhere."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from markdown_it import MarkdownIt


def linked(source: str) -> str:
    """`source` escaped, its web addresses made links (nothing is fetched until one is followed)."""
    parts = re.split(r"(https?://[^\s<>\"'（）()，。]*[^\s<>\"'（）()，。,.;:!?])", source)
    return "".join(
        f'<a href="{escape(part)}" rel="noopener noreferrer">{escape(part)}</a>' if n % 2 else escape(part)
        for n, part in enumerate(parts)
    )


def prose(markdown: str) -> str:
    """A note's Markdown as HTML: paragraphs, lists, code and tables; no raw HTML, no images."""
    return _renderer().render(markdown)


@cache
def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
