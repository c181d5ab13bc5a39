"""One worker: the whole site in a process of its own, on connections that it is given instead of accepting."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.web.workers.front import COOKIE

READY = b"r"
"""What a worker says over its channel once it can answer."""


class WorkerServer(uvicorn.Server):
    """A server whose connections come over `channel` (this worker's end of the pair); ends when the parent is gone."""

    def __init__(self, config: uvicorn.Config, channel: socket.socket) -> None:
        super().__init__(config)
        self._channel = channel
        self._taking: set[asyncio.Task[object]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        loop = asyncio.get_running_loop()
        self._channel.setblocking(False)
        loop.add_reader(self._channel, self._take)
        self._channel.send(READY)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().remove_reader(self._channel)
        await super().shutdown(sockets=[])

    def _take(self) -> None:
        try:
            said, given, _, _ = socket.recv_fds(self._channel, 64, 64)
        except BlockingIOError:
            return
        except OSError:
            said, given = b"", []
        if not said and not given:  # the parent is gone
            self.should_exit = True
            asyncio.get_running_loop().remove_reader(self._channel)
            return
        for descriptor in given:
            task = asyncio.ensure_future(self._serve_connection(socket.socket(fileno=descriptor)))
            self._taking.add(task)
            task.add_done_callback(self._taking.discard)

    async def _serve_connection(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)
        except OSError:  # the visitor left between being accepted and being served
            connection.close()

    def _protocol(self) -> asyncio.Protocol:
        kind: type[asyncio.Protocol] = self.config.http_protocol_class  # pyright: ignore[reportAssignmentType]
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # pyright: ignore[reportCallIssue]


class Keeping:
    """Sets the cookie that brings a visitor back to this worker; with pages only, so that it is set once."""

    def __init__(self, inner: ASGIApp, number: int) -> None:
        self._inner = inner
        self._number = str(number)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._kept(scope):
            await self._inner(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", f"{COOKIE}={self._number}; Path=/; HttpOnly; SameSite=Lax")
            await send(message)

        await self._inner(scope, receive, sent)

    def _kept(self, scope: Scope) -> bool:
        cookies = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
        return cookie_parser(cookies).get(COOKIE) == self._number
