"""Finding model servers on this machine, against real ones and against what else may listen on a port."""

from __future__ import annotations

import asyncio
import json
import socketserver
import threading
import time
from contextlib import contextmanager

import pytest

from interviewer.llm.discovery import MOST_BYTES, find_servers
from interviewer.scripted import ScriptedServer


@contextmanager
def listening(answer):
    """A server on loopback that sends the bytes of `answer()`, piece by piece; gives its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(4096)
            try:
                for piece in answer():
                    self.request.sendall(piece)
            except OSError:  # the one who asked has left
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def http(body, status="200 OK"):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda: [f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\r\n".encode() + raw]


def find(port, **how):
    return asyncio.run(find_servers({port: "by its port"}, **how))


def test_a_real_server_is_found_with_its_model_and_says_what_it_is():
    with ScriptedServer() as server:
        port = int(server.base_url.split(":")[2].split("/")[0])
        (found,) = find(port)
    assert (found.base_url, found.product, found.models) == (server.base_url, "vLLM", ("scripted",))


@pytest.mark.parametrize(
    ("owner", "product"),
    [
        ("library", "Ollama"),
        ("llamacpp", "llama.cpp"),
        ("organization_owner", "LM Studio"),
        ("me", "by its port"),
        (None, "by its port"),
    ],
)
def test_what_a_server_is_is_read_from_its_models(owner, product):
    with listening(http({"data": [{"id": "qwen3:14b", "owned_by": owner}]})) as port:
        (found,) = find(port)
    assert (found.product, found.models) == (product, ("qwen3:14b",))


def test_models_that_cannot_talk_are_not_proposed():
    cards = [{"id": name} for name in ("text-embedding-nomic", "bge-m3", "whisper-base", "qwen3-8b")]
    with listening(http({"data": cards})) as port:
        (found,) = find(port)
    assert found.models == ("qwen3-8b",)


def test_a_server_that_wants_a_key_is_named():
    with listening(http({"error": "no key"}, "401 Unauthorized")) as port:
        (found,) = find(port)
    assert found.wants_key
    assert found.models == ()


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html>Jenkins</html>"),
        http({"data": "none"}),
        http([1, 2]),
        http(b"[" * 100_000),
        http({"data": []}, "404 Not Found"),
        lambda: [b"SSH-2.0-OpenSSH_9.2\r\n"],
        lambda: [b"\x00\xff" * 100],
        lambda: [],
    ],
    ids=["html", "no list", "a list", "deep", "404", "ssh", "bytes", "silence"],
)
def test_what_is_no_model_server_is_left_out(answer):
    with listening(answer) as port:
        assert find(port) == ()


def drip():
    while True:
        time.sleep(0.02)
        yield b"x"


def flood():
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    for _ in range(64):
        yield b"x" * MOST_BYTES


@pytest.mark.parametrize("answer", [drip, flood])
def test_looking_ends_whatever_answers(answer):
    with listening(answer) as port:
        assert find(port, longest_s=0.3) == ()


def test_a_server_without_models_is_still_found():
    with listening(http({"data": []})) as port:
        (found,) = find(port)
    assert found.models == ()
