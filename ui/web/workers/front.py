"""The one who accepts: looks at a connection's first request without reading it, and hands the connection to a worker.

Looking (MSG_PEEK) is for the cookie alone. What does not say within `LOOK_S` which worker it wants goes to the next in turn.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Callable, Sequence

COOKIE = "interviewer-worker"
LOOK_S = 3.0
"""How long a new connection may keep silent; browsers open some ahead of need, and those are handed on when they speak."""
IDLE_S = 60.0
HEAD = 16_384
_WANTED = re.compile(rb"(?im)^cookie:[^\r\n]*\b" + COOKIE.encode() + rb"=(\d{1,4})\b")
log = logging.getLogger("interviewer.workers")


class Channel:
    """The parent's end of the socket pair over which one worker is given connections."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.ours.setblocking(False)
        self.alive = False

    def hand(self, connection: socket.socket) -> bool:
        """Give the connection away; False where the worker is gone or does not take any just now."""
        try:
            socket.send_fds(self.ours, [b"c"], [connection.fileno()])
        except OSError:  # gone (broken pipe), or so busy that its queue is full
            return False
        return True

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()


class Front:
    """`channels()` gives the workers as they are now, dead ones included, by number."""

    def __init__(self, listener: socket.socket, channels: Callable[[], Sequence[Channel]]) -> None:
        self._listener = listener
        self._channels = channels
        self._turn = 0
        self._looking: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Accept until cancelled."""
        loop = asyncio.get_running_loop()
        self._listener.setblocking(False)
        try:
            while True:
                try:
                    connection, _ = await loop.sock_accept(self._listener)
                except OSError as error:  # out of file descriptors: the ones under way end by themselves
                    log.warning("a connection could not be taken: %s", error)
                    await asyncio.sleep(0.1)
                    continue
                task = asyncio.create_task(self._pass_on(connection))
                self._looking.add(task)
                task.add_done_callback(self._looking.discard)
        finally:
            for task in self._looking:
                task.cancel()

    async def _pass_on(self, connection: socket.socket) -> None:
        with connection:
            head = await _look(connection)
            if head is None:
                return
            wanted = wanted_worker(head)
            for channel in self._in_order(wanted):
                if channel.hand(connection):
                    return
            log.warning("a connection was closed: no worker takes any")

    def _in_order(self, wanted: int | None) -> list[Channel]:
        """Living workers, the wanted one first, then in turn."""
        living = [channel for channel in self._channels() if channel.alive]
        if not living:
            return []
        self._turn += 1
        turned = living[self._turn % len(living) :] + living[: self._turn % len(living)]
        return sorted(turned, key=lambda channel: channel.number != wanted)


def wanted_worker(head: bytes) -> int | None:
    """The worker's number that the first request's cookie names, if it names one."""
    found = _WANTED.search(head.split(b"\r\n\r\n", 1)[0])
    return int(found[1]) if found else None


async def _look(connection: socket.socket) -> bytes | None:
    """The first bytes of a connection, left where they are; None where it closes or stays silent."""
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    head, deadline = b"", loop.time() + IDLE_S
    while loop.time() < deadline:
        try:
            seen = connection.recv(HEAD, socket.MSG_PEEK)
        except BlockingIOError:
            seen = b""
            if not await _readable(connection, deadline - loop.time()):
                return None
            continue
        except OSError:
            return None
        if not seen:
            return None
        if not head:
            deadline = loop.time() + LOOK_S
        if b"\r\n\r\n" in seen or len(seen) >= HEAD or (head and len(seen) == len(head) and loop.time() > deadline):
            return seen
        head = seen
        await asyncio.sleep(
            0.01
        )  # the rest of a head that came in pieces; readiness is of no help while bytes lie there
    return head or None


async def _readable(connection: socket.socket, seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    came: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection, lambda: came.done() or came.set_result(None))
    try:
        await asyncio.wait_for(came, max(0.0, seconds))
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(connection)
    return True
