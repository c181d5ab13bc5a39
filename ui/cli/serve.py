"""`interviewer ui`: serve the page until interrupted, from this process or from several."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import socket
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
    if settings.ui.workers > 1 and args.worker is None:
        return _lead(args, settings)
    from ui.cli.bank_beside import bank_beside

    with bank_beside(settings) as banks:
        from interviewer.app import App
        from ui.web.quick_start import import_gradio

        import_gradio()
        from ui.web.serving import address_of, make_server, make_worker, take_port

        app = App(settings)
        worker: int | None = args.worker
        listener = take_port(app) if worker is None else None
        _ = app.store
        app.adopt(banks())
    server = make_worker(app, worker or 0, socket.socket(fileno=args.channel)) if listener is None else make_server(app)
    over = _settle(app)
    if listener is not None:
        _greet(app, address_of(listener), time.monotonic() - args.started)
    server.run(sockets=None if listener is None else [listener])
    over.set()
    return 0


def _lead(args: argparse.Namespace, settings: Settings) -> int:
    """Take the port, check what every worker will need, then start them and hand them the visitors."""
    from interviewer.app import App
    from interviewer.errors import WorkersFailed

    language, workers = settings.ui.language, settings.ui.workers
    if not hasattr(socket, "send_fds"):
        raise WorkersFailed(say(language, "serve", "workers_unsupported"), "")
    from ui.web.ports import address_of, take_port
    from ui.web.workers.supervise import Crew, this_command

    app = App(settings)
    listener = take_port(app)
    _ = app.banks, app.store

    def ready() -> None:
        _greet(app, address_of(listener), time.monotonic() - args.started)
        print(say(language, "serve", "workers", n=workers), flush=True)
        if settings.embedding.base_url and not settings.index.url:
            print(say(language, "serve", "workers_index"), flush=True)
        app.store.close()

    asyncio.run(Crew(listener, workers, this_command).run(ready))
    return 0


def _settle(app: App) -> threading.Event:
    """Begin what goes on beside serving; set the event to end it."""
    from ui.cli.keeping import expire_hourly

    gc.freeze()
    gc.enable()
    threading.Thread(target=app.interviews.warm_up, daemon=True, name="warm-up").start()
    over = threading.Event()
    threading.Thread(target=expire_hourly, args=(app, over), daemon=True, name="keeping").start()
    return over


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
