"""The server of the site, for one process that accepts, or for one worker that is given its connections."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp

from interviewer.app import App
from ui.web.ports import address_of, take_port
from ui.web.site import build_site

__all__ = ["address_of", "make_server", "make_worker", "take_port"]
GRACE_S = 3
"""How long an interrupted server waits for answers under way; whatever is left is taken up again by `carry_on`."""


def make_server(app: App) -> uvicorn.Server:
    """The server, ready to run on a listening socket."""
    return uvicorn.Server(_config(build_site(app)))


def make_worker(app: App, number: int, channel: socket.socket) -> uvicorn.Server:
    """Worker `number` of several, ready to run; its connections come over `channel`."""
    from ui.web.workers.worker import Keeping, WorkerServer

    return WorkerServer(_config(Keeping(build_site(app), number)), channel)


def _config(site: ASGIApp) -> uvicorn.Config:
    """What proxies say of a visitor is the site's own matter (`access/peers.py`)."""
    return uvicorn.Config(
        site, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_S,
        proxy_headers=False,
    )  # fmt: skip
