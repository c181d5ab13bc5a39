"""`interviewer ui`: serve the page until interrupted."""

from __future__ import annotations

import argparse
import gc
import os
import threading

from interviewer.settings import Settings
from ui.texts import say


def ui(args: argparse.Namespace, settings: Settings) -> int:
    """Open bank, store and page, print the address, serve. Everything that can fail fails before the address is printed."""
    gc.disable()  # importing allocates much and frees nothing: half a second of the start went into looking for garbage
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    from interviewer.app import App
    from ui.cli.keeping import expire_hourly
    from ui.web.serving import address_of, make_server, take_port

    app = App(settings)
    listener = take_port(app)
    _ = app.banks, app.store
    server = make_server(app)
    gc.freeze()
    gc.enable()
    threading.Thread(target=app.interviews.warm_up, daemon=True, name="warm-up").start()
    over = threading.Event()
    threading.Thread(target=expire_hourly, args=(app, over), daemon=True, name="keeping").start()
    language = settings.ui.language
    thinking = settings.model.base_url or say(language, "page", "offline")
    staff = say(language, "page", "staff_on" if app.accounts.open else "staff_off", address=address_of(listener))
    print(f"{say(language, 'page', 'title')}: {address_of(listener)}\n{thinking}\n{staff}\n(Ctrl+C)", flush=True)
    server.run(sockets=[listener])
    over.set()
    return 0
