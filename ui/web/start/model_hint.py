"""How to get a model's judgement, for whoever runs this page for themselves: shown offline, on this machine only.

A page that is served to others says nothing of it: candidates cannot change what serves them.
"""

from __future__ import annotations

from html import escape

from interviewer.app import App
from ui.web.frame import Visitor

_OWN = ("127.0.0.1", "localhost", "::1")
_LINES = ("ollama pull qwen3:14b", "vllm serve Qwen/Qwen3-14B", "interviewer model")


def model_hint(app: App, visitor: Visitor) -> str:
    """HTML of a note that folds out; nothing where a model is set or the page is for others."""
    if app.thinking == "endpoint" or app.settings.ui.host not in _OWN:
        return ""

    def start(key: str) -> str:
        return escape(visitor.say("start", key))

    laptop, gpu, choose = (f"<code>{escape(line)}</code>" for line in _LINES)
    items = f"<li>{start('model_laptop')} {laptop}</li><li>{start('model_gpu')} {gpu}</li><li>{start('model_choose')} {choose}</li>"
    return f'<details class="with-model"><summary>{start("model_how")}</summary><ul>{items}</ul></details>'
