"""Where the Mermaid that Gradio ships stands among its files, so that the page's script can draw with it."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def mermaid_path() -> str:
    """The path on this site of the module whose default export draws; "" where this Gradio brings none (drawings stay source)."""
    import gradio

    assets = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
    found = sorted(assets.glob("mermaid.core-*.js"))
    return f"/assets/{found[0].name}" if found else ""
