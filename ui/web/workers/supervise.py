"""The parent of the workers: starts them, starts again what died, ends them all together.

A worker that dies before it was ever ready ends the start: what it printed says why. Later deaths are restarted, but not for ever.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence

from interviewer.errors import WorkersFailed
from ui.web.workers.front import Channel, Front
from ui.web.workers.worker import READY

log = logging.getLogger("interviewer.workers")
GRACE_S = 8.0
"""How long an ended worker may finish what is under way before it is killed."""
MOST_DEATHS, WITHIN_S = 5, 60.0


class Crew:
    """`command(number, descriptor)` is what starts worker `number`, given the descriptor of its channel."""

    def __init__(self, listener: socket.socket, workers: int, command: Callable[[int, int], Sequence[str]]) -> None:
        self._command = command
        self._front = Front(listener, lambda: self._channels)
        self._channels = [Channel(number) for number in range(workers)]
        self._processes: list[asyncio.subprocess.Process | None] = [None] * workers
        self._over = asyncio.Event()
        self._failure: str = ""

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until interrupted; `on_ready` is called once every worker can answer. Raises WorkersFailed."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._over.set)
        first = [asyncio.create_task(self._start(number)) for number in range(len(self._channels))]
        over = asyncio.create_task(self._over.wait())
        try:
            started = await self._unless_over(first, over)
            if started:
                on_ready()
                watching = [asyncio.create_task(self._keep(number)) for number in range(len(self._channels))]
                front = asyncio.create_task(self._front.run())
                await self._over.wait()
                for task in (front, *watching):
                    task.cancel()
        finally:
            over.cancel()
            await self._end()
        if self._failure:
            raise WorkersFailed(
                self._failure, "What it printed above says why; `interviewer doctor` checks the set-up."
            )

    async def _unless_over(self, first: Sequence[asyncio.Task[bool]], over: asyncio.Task[object]) -> bool:
        pending: set[asyncio.Task[object]] = {*first, over}  # pyright: ignore[reportAssignmentType]
        while pending - {over}:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            if over in done:
                break
            if any(not task.result() for task in done):
                self._failure = "A worker ended before it could answer."
                break
        ready = not self._failure and not over.done()
        for task in pending - {over}:
            task.cancel()
        return ready

    async def _start(self, number: int) -> bool:
        """Start worker `number`; whether it became ready."""
        channel = self._channels[number]
        process = await asyncio.create_subprocess_exec(
            *self._command(number, channel.theirs.fileno()),
            pass_fds=(channel.theirs.fileno(),),
            stdin=subprocess.DEVNULL,
        )
        channel.theirs.close()  # or what is handed to a dead worker would wait for ever instead of failing
        self._processes[number] = process
        said = asyncio.create_task(asyncio.get_running_loop().sock_recv(channel.ours, 1))
        ended = asyncio.create_task(process.wait())
        try:
            await asyncio.wait({said, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            said_it = said.done() and not said.cancelled() and said.result() == READY
            for task in (said, ended):
                task.cancel()
        channel.alive = said_it
        return said_it

    async def _keep(self, number: int) -> None:
        """Start worker `number` again whenever it dies, with a fresh channel, until it dies too often."""
        loop = asyncio.get_running_loop()
        deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        while True:
            process = self._processes[number]
            assert process is not None
            code = await process.wait()
            self._channels[number].alive = False
            deaths.append(loop.time())
            if len(deaths) == MOST_DEATHS and deaths[-1] - deaths[0] < WITHIN_S:
                self._failure = (
                    f"Worker {number} ended {MOST_DEATHS} times within {WITHIN_S:g} s (last with code {code})."
                )
                self._over.set()
                return
            log.warning("worker %d ended with code %s and is started again; its visitors go on meanwhile", number, code)
            self._channels[number].close()
            self._channels[number] = Channel(number)
            await self._start(number)

    async def _end(self) -> None:
        running = [process for process in self._processes if process is not None and process.returncode is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        waiting = [asyncio.create_task(process.wait()) for process in running]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=GRACE_S)
            if late:
                for process in running:
                    if process.returncode is None:
                        process.kill()
                await asyncio.wait(late)
        for channel in self._channels:
            channel.close()


def this_command(number: int, descriptor: int) -> list[str]:
    """The command line of this process once more, as worker `number`."""
    return [
        sys.executable, "-m", "ui.cli.main", *sys.argv[1:], "--worker", str(number), "--channel", str(descriptor),
    ]  # fmt: skip
