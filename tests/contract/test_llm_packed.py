"""Bodies that a proxy packs: what the client says it takes it really takes, over real HTTP, and nothing else is said."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest

from interviewer.llm import ChatClient, EndpointSettings
from interviewer.llm.embeddings import EndpointEmbedder

PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}
WORDS = "分页 keeps fragments small. "


class Packing(ThreadingHTTPServer):
    """Answers everything packed in `way` as soon as the client says that it takes that; notes what clients say."""

    daemon_threads = True

    def __init__(self, way: str) -> None:
        self.way = way
        self.taken: set[str] = set()
        super().__init__(("127.0.0.1", 0), Requests)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Requests(BaseHTTPRequestHandler):
    server: Packing

    def do_GET(self) -> None:
        self._send({"object": "list", "data": [{"id": "m", "object": "model"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/embeddings"):
            self._send({"data": [{"index": n, "embedding": [1.0, 2.0]} for n, _ in enumerate(body["input"])]})
        elif body.get("stream"):
            piece = {"choices": [{"index": 0, "delta": {"content": WORDS}, "finish_reason": "stop"}]}
            self._send_raw(f"data: {json.dumps(piece)}\n\ndata: [DONE]\n\n".encode(), "text/event-stream")
        else:
            message = {"role": "assistant", "content": "ready"}
            self._send({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    def _send(self, value: object) -> None:
        self._send_raw(json.dumps(value).encode(), "application/json")

    def _send_raw(self, raw: bytes, kind: str) -> None:
        said = {one.split(";")[0].strip() for one in self.headers.get("Accept-Encoding", "").split(",")}
        self.server.taken |= said
        packed = self.server.way in said
        raw = PACKERS[self.server.way](raw) if packed else raw
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        if packed:
            self.send_header("Content-Encoding", self.server.way)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture(params=sorted(PACKERS))
def packing(request: pytest.FixtureRequest) -> Iterator[Packing]:
    with Packing(request.param) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_words_data_and_vectors_arrive_however_they_are_packed(packing: Packing) -> None:
    async def scenario() -> str:
        async with ChatClient(EndpointSettings(base_url=packing.base_url)) as chat:
            said: list[str] = []
            async with aclosing(chat.stream("s", "u", max_tokens=9, temperature=0.5)) as pieces:
                said += [piece async for piece in pieces]
            return "".join(said)

    assert asyncio.run(scenario()).strip() == WORDS.strip()
    embedder = EndpointEmbedder(EndpointSettings(base_url=packing.base_url, section="embedding"))
    assert embedder.embed(["a", "b"]).shape == (2, 2)
    embedder.close()
    assert packing.way in packing.taken


def test_nothing_is_said_to_be_taken_that_is_not_tried_here(packing: Packing) -> None:
    embedder = EndpointEmbedder(EndpointSettings(base_url=packing.base_url, section="embedding"))
    embedder.embed(["a"])
    embedder.close()
    assert packing.taken == set(PACKERS)
