"""`interviewer ui`: serve the page until interrupted."""

from __future__ import annotations

import argparse
import os

from interviewer.errors import SettingsError
from interviewer.settings import Settings
from ui.texts import say


def ui(args: argparse.Namespace, settings: Settings) -> int:
    """Open bank, store and page, print the address, serve. Everything that can fail fails before the address is printed."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    from interviewer.app import App

    app = App(settings)
    _ = app.bank, app.store
    launch(app, block=True)
    return 0


def launch(app: "object", *, block: bool) -> str:
    """Serve the page of `app` and return its address; with `block`, serve until interrupted."""
    from interviewer.app import App
    from ui.web.page import Page, assets
    from ui.web.theme import theme

    assert isinstance(app, App)
    settings = app.settings
    page = Page(app)
    page.blocks.queue(max_size=None, default_concurrency_limit=256)
    try:
        _, address, _ = page.blocks.launch(
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
            **assets(),
        )
    except OSError as error:
        raise SettingsError(
            f"The page cannot be served on {settings.ui.host}:{settings.ui.port}: {error}.",
            "Choose another port with --port, or stop what uses it.",
        ) from error
    if block:
        language = settings.ui.language
        mode = app.settings.model.base_url or say(language, "page", "offline")
        print(f"{say(language, 'page', 'title')}: {address}\n{mode}\nCtrl+C", flush=True)
        page.blocks.block_thread()
    return address
