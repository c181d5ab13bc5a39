"""Serving the page: one process, no telemetry, nothing listed in the page's footer, no file of the server readable."""

from __future__ import annotations

import gradio as gr

from interviewer.app import App
from interviewer.errors import PortTaken
from ui.web.page import CONCURRENT_EVENTS, Page, assets
from ui.web.theme import theme


def serve(app: App) -> tuple[gr.Blocks, str]:
    """Start serving in the background; returns (blocks, address). Raises PortTaken when the port cannot be had."""
    settings = app.settings
    blocks = Page(app).blocks
    blocks.queue(max_size=None, default_concurrency_limit=CONCURRENT_EVENTS)
    own = assets()
    try:
        _, address, _ = blocks.launch(
            server_name=settings.ui.host,
            server_port=settings.ui.port or None,
            prevent_thread_lock=True,
            quiet=True,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            share=False,
            max_file_size="1mb",
            allowed_paths=[],
            theme=theme(),
            css=own.css,
            head=own.head,
        )
    except OSError as error:
        raise PortTaken(
            f"The page cannot be served on {settings.ui.host}:{settings.ui.port}; something else may be using it.",
            "Choose another port with --port, or stop what uses it.",
            host=settings.ui.host,
            port=settings.ui.port,
        ) from error
    return blocks, address
