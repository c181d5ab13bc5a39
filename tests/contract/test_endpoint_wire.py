"""Bytes as odd servers and proxies send them, over real sockets: encodings, borders, line ends, connections that close."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from interviewer.llm import ChatClient
from tests.contract.llm_calls import SOUND, ask, refused, use, words

TEXT = json.dumps(SOUND, ensure_ascii=False)
Answer = Callable[[bool], bytes]
"""The bytes of a whole response to a chat call, by whether a stream was asked for."""


@contextmanager
def raw_server(answer: Answer, *, keeps: bool = True, models: int = 200) -> Iterator[str]:
    """Answers chat calls with the bytes of `answer`; `keeps` says whether connections are kept open after an answer."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                taken, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(taken,), daemon=True).start()

    def talk(taken: socket.socket) -> None:
        with taken, taken.makefile("rb") as file:
            while head := file.readline():
                length = 0
                while (line := file.readline().lower().strip()) not in (b"", b"\r\n"):
                    if line.startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                body = file.read(length)
                taken.sendall(said(head, body))
                if not keeps:
                    return

    def said(head: bytes, body: bytes) -> bytes:
        if head.startswith(b"POST") and b"/chat/completions" in head:
            return answer(bool(json.loads(body).get("stream")))
        if head.startswith(b"GET") and b"/v1/models" in head and models == 200:
            return http(json.dumps({"data": [{"id": "m"}]}).encode())
        return http(b'{"detail":"Not Found"}', status="404 Not Found")

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    listener.close()


def http(body: bytes, *headers: str, status: str = "200 OK", version: str = "1.1", sized: bool = True) -> bytes:
    length = [f"Content-Length: {len(body)}"] if sized else []
    return "\r\n".join([f"HTTP/{version} {status}", *headers, *length, "", ""]).encode() + body


def chunked(body: bytes, size: int, *headers: str) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (*parts, b""))
    return http(framed, "Transfer-Encoding: chunked", *headers, sized=False)


def delta(text: str, finish: str | None = None) -> str:
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return json.dumps({"choices": [choice]}, ensure_ascii=False)


WHOLE = json.dumps({"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]}, ensure_ascii=False).encode()
STREAM = f"data: {delta(TEXT[:9])}\n\ndata: {delta(TEXT[9:])}\n\ndata: {delta('', 'stop')}\n\ndata: [DONE]\n\n".encode()
SSE = "Content-Type: text/event-stream"


def events(text: str) -> bytes:
    return (
        text.replace("FIRST", delta(TEXT[:9]))
        .replace("SECOND", delta(TEXT[9:]))
        .replace("END", delta("", "stop"))
        .encode()
    )


@pytest.mark.parametrize(
    "wire",
    {
        "gzip": lambda stream: http(gzip.compress(STREAM if stream else WHOLE), "Content-Encoding: gzip"),
        "deflate": lambda stream: http(zlib.compress(STREAM if stream else WHOLE), "Content-Encoding: deflate"),
        "gzip in chunks": lambda stream: chunked(gzip.compress(STREAM if stream else WHOLE), 7, "Content-Encoding: gzip"),
        "borders inside characters": lambda stream: chunked(STREAM if stream else WHOLE, 1, SSE),
        "carriage returns": lambda stream: http((STREAM if stream else WHOLE).replace(b"\n", b"\r\n"), SSE),
        "comments and pings": lambda _: http(events(": hi\n\n: keep-alive\n\ndata: FIRST\n\n:\n\nevent: ping\ndata: {}\n\ndata: SECOND\n\ndata: END\n\ndata: [DONE]\n\n"), SSE),
        "no blank after data": lambda _: http(events("data:FIRST\n\ndata:SECOND\n\ndata:END\n\ndata:[DONE]\n\n"), SSE),
        "empty data": lambda _: http(events("data:\n\ndata: FIRST\n\ndata: \n\ndata: SECOND\n\ndata: END\n\ndata: [DONE]\n\n"), SSE),
        "events with names, ids and retry": lambda _: http(events("id: 1\nevent: message\nretry: 5\ndata: FIRST\n\nid: 2\nevent: chunk\ndata: SECOND\n\ndata: END\n\nevent: done\ndata: [DONE]\n\n"), SSE),
        "no blank lines between": lambda _: http(events("data: FIRST\ndata: SECOND\ndata: END\ndata: [DONE]\n"), SSE),
        "no line end at last": lambda _: http(events("data: FIRST\n\ndata: SECOND\n\ndata: END\n\ndata: [DONE]"), SSE),
        "byte order mark": lambda stream: http(b"\xef\xbb\xbf" + (STREAM if stream else WHOLE)),
        "HTTP/1.0 without a length": lambda stream: http(STREAM if stream else WHOLE, version="1.0", sized=False),
        "null and usage events": lambda _: http(events('data: null\n\ndata: FIRST\n\ndata: SECOND\n\ndata: {"choices":[],"usage":{"prompt_tokens":3}}\n\ndata: END\n\ndata: [DONE]\n\n'), SSE),
        "white space before": lambda stream: http(b"\n\n  \n" + (STREAM if stream else WHOLE)),
        "data after the end": lambda _: http(STREAM + b"data: {\"trailing\": true}\n\n", SSE),
    }.items(),
    ids=lambda item: item[0],
)  # fmt: skip
def test_what_an_odd_wire_brings_is_read(wire: tuple[str, Answer]) -> None:
    keeps = "1.0" not in wire[0]
    with raw_server(wire[1], keeps=keeps) as url:
        assert use(url, both) == (SOUND, TEXT)


async def both(client: ChatClient) -> tuple[Any, str]:
    return (await ask(client)).value, await words(client)


def test_connections_that_close_after_each_answer_are_opened_anew() -> None:
    """Without a word about it: the client thinks the connection is still there."""
    with raw_server(lambda stream: http(STREAM if stream else WHOLE), keeps=False) as url:
        assert use(url, both) == (SOUND, TEXT)


def test_a_server_without_a_list_of_models_is_used_where_one_is_named() -> None:
    with raw_server(lambda stream: http(STREAM if stream else WHOLE), models=404) as url:
        assert use(url, both, model="m") == (SOUND, TEXT)
        assert refused(url, both).details["reason"] == "not_found"


PAGE = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx at 10.1.2.3</body></html>"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (http(PAGE, "Content-Type: text/html"), "not_an_endpoint"),
        (http(PAGE, "Content-Type: text/html", status="502 Bad Gateway"), "gateway"),
        (http(PAGE, "Content-Type: text/html", status="504 Gateway Time-out"), "gateway"),
        (http(b"", status="204 No Content"), "not_an_endpoint"),
        (http(b""), "not_an_endpoint"),
        (http(b"", "Location: https://h/v1/chat/completions", status="308 Permanent Redirect"), "moved"),
        (http(WHOLE, "Content-Encoding: gzip"), "not_an_endpoint"),
        (http(WHOLE[:30], sized=False, version="1.0"), "not_an_endpoint"),
        (http(b'event: error\ndata: {"message": "quota exceeded: insufficient_quota"}\n\n', SSE), "quota_used_up"),
        (http(b"event: error\ndata: Internal failure\n\n", SSE), "server_error"),
        (http(b"", "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", status="429 Too Many Requests"), "overloaded"),
        (http(b"upstream connect error", "Retry-After: soon", status="503 Service Unavailable"), "gateway"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_reply_is_named(raw: bytes, reason: str) -> None:
    keeps = b"HTTP/1.0" not in raw
    with raw_server(lambda stream: raw, keeps=keeps) as url:
        for call in (ask, words):
            error = refused(url, call)
            assert error.details["reason"] == reason
            assert "10.1.2.3" not in error.what


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content", "thinking"])
@pytest.mark.parametrize("tagged", [False, True])
def test_thinking_is_never_shown_however_it_comes(field: str, tagged: bool) -> None:
    thought = "SECRET thoughts."
    message = {"content": f"<think>{thought}</think>\n{TEXT}"} if tagged else {"content": TEXT, field: thought}
    parts = (
        [{"content": piece} for piece in ("<th", "ink>SECRET", " thoughts.</thi", "nk>\n", TEXT)]
        if tagged
        else [{field: thought, "content": None}, {field: "", "content": TEXT}]
    )
    lines = [json.dumps({"choices": [{"delta": one, "finish_reason": None}]}) for one in parts]
    stream = "".join(f"data: {line}\n\n" for line in (*lines, delta("", "stop"), "[DONE]")).encode()
    whole = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()
    with raw_server(lambda streamed: http(stream if streamed else whole)) as url:
        assert use(url, both) == (SOUND, TEXT)
