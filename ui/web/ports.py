"""The port of the page: taken first, so that a person is told before anything heavy happens."""

from __future__ import annotations

import socket

from interviewer.app import App
from interviewer.errors import PortTaken


def take_port(app: App) -> socket.socket:
    """A listening socket for the page. Raises PortTaken when it cannot be had."""
    host, port = app.settings.ui.host, app.settings.ui.port
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(2048)
    except OSError as error:
        raise PortTaken(
            f"The page cannot be served on {host}:{port}; something else may be using it.",
            "Choose another port with --port, or stop what uses it.",
            host=host,
            port=port,
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The page's address as a person would type it."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"
