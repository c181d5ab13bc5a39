"""The places that talk.js fills, as HTML, and the words it says by itself."""

from __future__ import annotations

import json
from html import escape

from ui.web.frame import Visitor

TALK_START = ""
TALK_END = '<div id="panel"></div>'
_SAID = ("thinking", "storing", "lost")


def talk_words(visitor: Visitor) -> str:
    """The talk's own part of the page, empty yet. The log is announced as it grows; the newest words are always in reach."""
    words = escape(json.dumps({name: visitor.say("talk", name) for name in _SAID}, ensure_ascii=False))
    label = escape(visitor.say("talk", "chat"))
    return f"""<div id="notice"></div>
<div id="chat" role="log" aria-live="polite" aria-label="{label}" tabindex="0" data-words="{words}"></div>
<div id="over"></div><div id="open-question"></div><div id="turn"><input type="hidden" value="0"></div>"""


def sure_words(visitor: Visitor) -> str:
    """What is asked before an interview ends: by the end button, or by skipping its last question."""
    return "".join(
        f'<p class="for-{name}">{escape(visitor.say("talk", f"{name}_sure"))}</p>' for name in ("end", "skip")
    )
