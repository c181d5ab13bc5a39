"""The one fake of the project: an OpenAI-compatible server over real HTTP that says what a script tells it to.

As strict as vLLM, on loopback only, in a thread of this process (tests, benchmarks) or on its own
(`python -m interviewer.scripted --port 8000`, to try the product without a model). One rule: what it says under
`response_format: json_schema` satisfies the schema, under `structured_outputs.regex` matches it, or leaving the server raises the script's mistake.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from interviewer.scripted.cache import Counters
from interviewer.scripted.replies import (
    Brain,
    ChatRequest,
    Fault,
    FaultKind,
    Reply,
    ScriptError,
    default_brain,
    smallest,
)
from interviewer.scripted.rules import Behaviour, Refusal
from interviewer.scripted.serving import ScriptedApp
from interviewer.scripted.speech import Recording

if TYPE_CHECKING:
    from uvicorn import Config

__all__ = ["Behaviour", "ChatRequest", "Fault", "Reply", "ScriptError", "ScriptedServer", "default_brain", "smallest"]


class ScriptedServer:
    """`with ScriptedServer(brain) as server:` serves at `server.base_url` until the block ends.

    `behaviour` fields may be given by name: `ScriptedServer(models=("a", "b"), formats="refused")`.
    """

    def __init__(self, brain: Brain = default_brain, *, port: int = 0, **behaviour: Any) -> None:
        self._app = ScriptedApp(brain, Behaviour(**behaviour))
        self._port = port
        self._thread: threading.Thread | None = None
        self._started = threading.Event()
        self._stop: Callable[[], object] = lambda: None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def requests(self) -> list[ChatRequest]:
        """Chat requests that were let in, oldest first, without the client's own probes (the last 10,000)."""
        return list(self._app.requests)

    @property
    def probes(self) -> list[ChatRequest]:
        return list(self._app.probes)

    @property
    def refusals(self) -> list[Refusal]:
        """Chat requests that were refused by the rules, as they were answered."""
        return list(self._app.refusals)

    @property
    def recordings(self) -> list[Recording]:
        """Recordings that were let in, oldest first (the last 100)."""
        return list(self._app.recordings)

    @property
    def counters(self) -> Counters:
        return self._app.counters

    @property
    def disconnects(self) -> int:
        """Replies during which the client closed the connection."""
        return self._app.disconnects

    def fail(self, *faults: Fault | FaultKind) -> None:
        """Queues misbehaviours, one for each of the next chat requests: a Fault, or just its kind."""
        self._app.faults.extend(f if isinstance(f, Fault) else Fault(f) for f in faults)

    def calm(self) -> None:
        """Forgets the misbehaviours that are still queued."""
        self._app.faults.clear()

    def become(self, **behaviour: Any) -> None:
        """From now on another kind of server, as after a restart with other flags."""
        self._app.behaviour = Behaviour(**behaviour)

    def become_brain(self, brain: Brain) -> None:
        """From now on answered by `brain`."""
        self._app.brain = brain

    def __enter__(self) -> Self:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(2048)
        self._port = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(listener,), daemon=True, name="scripted")
        self._thread.start()
        self._started.wait()
        if not self._thread.is_alive():
            raise RuntimeError("the scripted server did not start; its thread's error is above")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()
        if self._thread is not None:
            self._thread.join()
        if self._app.mistakes and error is None:
            raise self._app.mistakes[0]

    def _serve(self, listener: socket.socket) -> None:
        config = _config(self._app)
        try:
            with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
                runner.run(self._serve_until_stopped(config, listener))
        finally:
            self._started.set()  # also when it did not start: __enter__ must not wait for ever

    async def _serve_until_stopped(self, config: Config, listener: socket.socket) -> None:
        """uvicorn's server without its main loop, which wakes ten times a second and takes as long to stop."""
        from uvicorn import Server

        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(stopped.set)
        server = Server(config)
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listener])
        self._started.set()
        await stopped.wait()
        for open_server in server.servers:
            open_server.close()
        for task in server.server_state.tasks:
            task.cancel()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)


def _config(app: ScriptedApp, **more: Any) -> Config:
    from uvicorn import Config

    return Config(app, lifespan="off", ws="none", log_config=None, log_level="critical", access_log=False, **more)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves the default brain until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m interviewer.scripted", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--model", default="scripted")
    parser.add_argument("--first-token-s", type=float, default=0.0, help="seconds before the first token")
    parser.add_argument("--chunk-s", type=float, default=0.0, help="seconds between pieces of a stream")
    parser.add_argument("--judgement-s", type=float, default=0.0, help="seconds a structured reply takes, all of it")
    parser.add_argument("--embedding-dimensions", type=int, default=None, help="also answer /v1/embeddings")
    parser.add_argument(
        "--transcribes", default=None, metavar="TEXT", help="also answer /v1/audio/transcriptions, with TEXT"
    )
    given = parser.parse_args(arguments)
    behaviour = Behaviour(
        models=(given.model,), first_token_s=given.first_token_s, chunk_s=given.chunk_s,
        embedding_dimensions=given.embedding_dimensions, transcribes=given.transcribes is not None,
        heard=given.transcribes or "",
    )  # fmt: skip
    from uvicorn import Server

    def brain(request: ChatRequest) -> Reply:
        reply = default_brain(request)
        if (request.schema is None and not request.regex) or not given.judgement_s:
            return reply
        return replace(reply, first_token_s=given.judgement_s, chunk_s=1e-9)

    print(f"scripted endpoint at http://127.0.0.1:{given.port}/v1 (no model behind it)", flush=True)
    Server(_config(ScriptedApp(brain, behaviour), host="127.0.0.1", port=given.port)).run()
