"""`interviewer ui`: serve the page until interrupted."""

from __future__ import annotations

import argparse
import gc
import os
import threading
import time
from typing import TYPE_CHECKING

from ui.texts import say

if TYPE_CHECKING:
    from interviewer.app import App
    from interviewer.settings import Settings


def ui(args: argparse.Namespace, settings: Settings) -> int:
    """Open bank, store and page, print the address, serve. Everything that can fail fails before the address is printed."""
    gc.disable()  # importing allocates much and frees nothing: half a second of the start went into looking for garbage
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    from ui.cli.bank_beside import bank_beside

    with bank_beside(settings) as banks:
        from interviewer.app import App
        from ui.cli.keeping import expire_hourly
        from ui.web.quick_start import import_gradio

        import_gradio()
        from ui.web.serving import address_of, make_server, take_port

        app = App(settings)
        listener = take_port(app)
        _ = app.store
        app.adopt(banks())
    server = make_server(app)
    gc.freeze()
    gc.enable()
    threading.Thread(target=app.interviews.warm_up, daemon=True, name="warm-up").start()
    over = threading.Event()
    threading.Thread(target=expire_hourly, args=(app, over), daemon=True, name="keeping").start()
    _greet(app, address_of(listener), time.monotonic() - args.started)
    server.run(sockets=[listener])
    over.set()
    return 0


def _greet(app: App, address: str, ready_s: float) -> None:
    """Where the page is, who judges, who may review, and how to stop it."""
    language = app.settings.ui.language
    thinking = app.settings.model.base_url or say(language, "page", "offline")
    staff = say(language, "page", "staff_on" if app.accounts.open else "staff_off", address=address)
    lines = [f"{say(language, 'page', 'title')}: {address}", thinking, staff]
    if app.thinking == "offline":
        lines.append(say(language, "serve", "no_model"))
    lines.append(say(language, "serve", "ready", seconds=f"{ready_s:.1f}"))
    print("\n".join(lines), flush=True)
