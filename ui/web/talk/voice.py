"""The microphone beside the answer box: HTML of the control, worked by voice.js. Not there without a speech server.

The one rule: what is said becomes text in the box, for the candidate to correct and send; nothing is sent by itself.
"""

from __future__ import annotations

import json
from html import escape

from interviewer.app import App
from ui.web.frame import Visitor

MAX_S = 180
"""Longest recording in seconds: 5.8 MB as 16 kHz mono WAV, which every speech server reads."""
_SAID = (
    "start", "stop", "again", "cancel", "discard", "asking", "recording", "left", "sending", "done", "cancelled", "denied",
    "no_microphone", "in_use", "insecure", "unsupported", "short", "silent", "lost", "too_large",
)  # fmt: skip
_MICROPHONE = (
    '<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"><g class="mic" fill="none" '
    'stroke="currentColor" stroke-width="2" stroke-linecap="round"><rect x="9" y="3" width="6" height="11" rx="3"/>'
    '<path d="M5 11a7 7 0 0 0 14 0M12 18v3"/></g><rect class="square" x="6" y="6" width="12" height="12" rx="2" '
    'fill="currentColor"/></svg>'
)


def voice_panel(app: App, visitor: Visitor) -> str:
    """The control in the visitor's language, to stand right under the answer box; "" where no speech server is set."""
    if app.dictation is None:
        return ""
    words = escape(json.dumps({name: visitor.say("voice", name) for name in _SAID}, ensure_ascii=False))
    return f"""<div class="voice" role="group" aria-label="{escape(visitor.say("voice", "start"))}" data-state="idle" hidden
 data-max-s="{MAX_S}" data-max-bytes="{app.dictation.max_bytes}" data-words="{words}">
<button type="button" class="voice-go">{_MICROPHONE}<span>{escape(visitor.say("voice", "start"))}</span></button>
<span class="voice-live" aria-hidden="true"><i class="voice-level"><b></b></i><span class="voice-time">0:00</span></span>
<button type="button" class="voice-cancel" hidden>{escape(visitor.say("voice", "cancel"))}</button>
<p class="voice-said" role="status"></p>
<p class="voice-note">{escape(visitor.say("voice", "note"))}</p></div>"""
