"""The HTML document of every page: our own head around what Gradio's front end needs.

The one rule: the document says itself, before any script runs, what it is called, in which language, and which icon it has;
of Gradio's own document it keeps the configuration and the names of two files.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from knowledge.models import Language
from ui.texts import say, texts

CONFIG = re.compile(rb"<script>(window\.gradio_config = .*?);?</script>", re.S)
API = re.compile(rb"<script>(window\.gradio_api_info = .*?);?</script>", re.S)
SCRIPT = re.compile(rb'<script type="module"[^>]*\bsrc="\./(assets/[\w.-]+)"')
STYLE = re.compile(rb'<link rel="stylesheet"[^>]*\bhref="\./(assets/[\w.-]+)"')
TAGS: dict[Language, str] = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True)
class Place:
    """Where a document is read: the site's address without a slash at its end, where Gradio is mounted in it, which page."""

    origin: str
    prefix: str
    page: str
    language: Language


def document(gradios: bytes, place: Place, head: str) -> bytes:
    """`gradios`, the document that Gradio makes, as ours, with `head` in it. Raises ValueError where it is not as expected."""
    found = [pattern.search(gradios) for pattern in (CONFIG, API, SCRIPT, STYLE)]
    config, api, script, style = (one[1].decode() for one in found if one is not None) if all(found) else ("",) * 4
    if not config:
        raise ValueError("Gradio's document has another shape; door/document.py must be brought up to date")
    language = place.language
    title = title_of(place.prefix, place.page, language)
    start = {"tag": TAGS[language], "title": title, "prefix": place.prefix}
    return (
        _template()
        .substitute(
            tag=TAGS[language], title=escape(title), about=escape(say(language, "page", "tagline")),
            icon=escape(f"{place.origin}/icon.png"), prefix=escape(place.prefix), script=escape(script), style=escape(style),
            config=config, api=api, start=_script(start), head=head,
        )
        .encode()
    )  # fmt: skip


def title_of(prefix: str, page: str, language: Language) -> str:
    """What the tab is called: the page's own name, then the site's."""
    name = f"{prefix}/{page}".strip("/").replace("/", "_") or "start"
    return f"{texts(language)['titles'][name]} · {say(language, 'page', 'title')}"


def words_for_scripts() -> str:
    """The words that a page's script must have before it can ask for any, in both languages, as JSON."""
    return _script({language: texts(language)["door"] for language in TAGS})


def _script(value: object) -> str:
    """JSON that may stand in a script."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


@cache
def _template() -> Template:
    return Template(files("ui.web").joinpath("door/document.html").read_text("utf8"))
