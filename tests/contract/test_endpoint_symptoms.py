"""Every row of docs/endpoints.md over real HTTP, with the scripted server playing the server it was seen on."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from interviewer.errors import EndpointError
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.scripted import Fault, Reply, ScriptedServer
from interviewer.settings import Wire
from tests.contract.llm_calls import SOUND, WORDS, ask, brain, connected, refused, until, use, words

ROWS = set(re.findall(r"^\| (E\d\d) \|", (Path(__file__).parents[2] / "docs" / "endpoints.md").read_text("utf8"), re.M))
TEXT = json.dumps(SOUND, ensure_ascii=False)


async def both(client: ChatClient) -> tuple[Any, str]:
    """One reply that is data, and one that is words."""
    return (await ask(client)).value, await words(client)


@pytest.mark.parametrize(
    ("row", "behaviour"),
    [
        ("E01", {"system_role": "refused"}),
        ("E01", {"system_role": "broken"}),
        ("E02", {"limit_field": "max_completion_tokens"}),
        ("E02", {"limit_field": "max_completion_tokens", "takes_temperature": False, "thinking_switch": "refused"}),
        ("E03", {"takes_temperature": False}),
        ("E04", {"only_streams": True}),
        ("E05", {"only_streams": True, "stream_options": False}),
        ("E06", {"thinking_switch": "refused"}),
        ("E07", {"formats": "broken", "regexes": "broken"}),
        ("E08", {"kind": "llamacpp"}),
        ("E09", {"kind": "ollama"}),
        ("E10", {"kind": "tgi", "formats": "json_object"}),
        ("E11", {"kind": "plain", "tokenize": False, "max_model_len": None}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values())),
)
def test_a_server_of_another_form_is_spoken_to_in_it(row: str, behaviour: Any) -> None:
    assert row in ROWS
    with ScriptedServer(brain, **behaviour) as server:
        assert use(server, both) == (SOUND, WORDS)
        found = use(server, connected)
    assert found.max_model_len == (None if row == "E11" else 32_768)
    if row in ("E08", "E09", "E10"):
        assert found.kind == behaviour["kind"]
        assert found.one_at_a_time is (row != "E10")
    if row == "E08":
        assert found.counts_tokens
        assert found.dialect.stream_data


@pytest.mark.parametrize("field", ["limit_field", "temperature", "system_role", "stream_data", "one_at_a_time"])
def test_a_setting_stands_over_what_a_probe_finds(server: ScriptedServer, field: str) -> None:
    said = {"limit_field": "max_completion_tokens", "temperature": "no", "system_role": "no"}.get(field, "yes")
    use(server, both, wire=Wire.model_validate({field: said}))
    for body in (request.body for request in server.requests):
        assert ("max_tokens" not in body) is (field == "limit_field")
        assert ("temperature" not in body) is (field == "temperature")
        assert any(message["role"] == "system" for message in body["messages"]) is (field != "system_role")
    assert server.requests[0].stream is (field == "stream_data")


def test_data_is_asked_for_whole_in_words(server: ScriptedServer) -> None:
    """E12: servers that stream when nobody says otherwise."""
    assert "E12" in ROWS
    use(server, ask)
    assert server.requests[0].body["stream"] is False


def events(*values: Any, done: bool = False) -> bytes:
    return "".join(f"data: {json.dumps(one)}\n\n" for one in values).encode() + (b"data: [DONE]\n\n" if done else b"")


WHOLE = {"choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}]}
DELTA = {"choices": [{"index": 0, "delta": {"content": TEXT}, "finish_reason": None}]}
END = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/plain", "application/octet-stream"])
@pytest.mark.parametrize(
    ("row", "body"),
    [
        ("E13", events(DELTA, END, done=True)),
        ("E13", events(WHOLE)),
        ("E14", json.dumps(WHOLE).encode()),
        ("E14", json.dumps(WHOLE, indent=2).encode() + b"\ndata: [DONE]"),
        ("E14", (json.dumps(DELTA) + "\n" + json.dumps(END) + "\n").encode()),
        ("E15", events(DELTA, END)),
        ("E16", events(DELTA, done=True)),
    ],
)
def test_events_for_json_and_json_for_events_are_read(server: ScriptedServer, row: str, body: bytes, kind: str) -> None:
    assert row in ROWS
    server.fail(*[Fault("body", status=200, body=body, content_type=kind)] * 2)
    assert use(server, both) == (SOUND, TEXT)
    server.fail(Fault("body", status=200, body=body, content_type=kind))
    assert use(server, ask, wire=Wire(stream_data="yes")).value == SOUND


def test_a_stream_that_never_says_it_is_over_is_whole_for_words_and_not_for_data() -> None:
    """E17: it may have been cut anywhere; a number cut in half would be another one."""
    assert "E17" in ROWS
    with ScriptedServer(brain, stream_ends="neither") as server:
        assert use(server, words) == WORDS
        error = refused(server, ask, wire=Wire(stream_data="yes"))
        assert error.details["reason"] == "cut_short"


@pytest.mark.parametrize(
    ("row", "status", "body", "reason"),
    [
        ("E18", 200, {"error": {"message": "maximum context length is 5 tokens", "code": 400}}, "over_context"),
        ("E18", 200, {"object": "error", "message": "bad field", "type": "BadRequestError", "code": 400}, "rejected"),
        ("E18", 200, {"error": "Model overloaded", "code": 503}, "gateway"),
        ("E19", 400, {"error": {"message": "Range of input length should be [1, 30720]", "code": "InvalidParameter"}}, "over_context"),
        ("E19", 400, {"error": {"code": 400, "message": "request (5031 tokens) exceeds the available context size (4096 tokens)", "type": "exceed_context_size_error"}}, "over_context"),
        ("E19", 422, {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048.", "error_type": "validation"}, "over_context"),
        ("E19", 400, {"object": "error", "message": "The input (61709 tokens) is longer than the model's context length (40960 tokens).", "code": 400}, "over_context"),
        ("E19", 500, {"error": {"message": "prompt too long; exceeded max context length by 7 tokens"}}, "over_context"),
        ("E19", 413, "<html><title>413 Request Entity Too Large</title></html>", "over_context"),
        ("E20", 200, {"choices": [{"message": {"content": ""}, "finish_reason": "length"}], "usage": {"completion_tokens": 0}}, "over_context"),
        ("E21", 429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, "quota_used_up"),
        ("E21", 400, {"error": {"message": "Access denied, please make sure your account is in good standing.", "code": "Arrearage"}}, "quota_used_up"),
        ("E21", 402, {"error": {"message": "Insufficient Balance"}}, "quota_used_up"),
        ("E21", 429, {"error": {"message": "You exceeded your current quota", "details": [{"retryDelay": "26s"}]}}, "overloaded"),
        ("E22", 503, {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}, "loading"),
        ("E23", 301, "", "moved"),
        ("E24", 400, "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>", "wants_https"),
        ("E25", 200, {"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}, "filtered"),
    ],
)  # fmt: skip
def test_what_went_wrong_is_named(server: ScriptedServer, row: str, status: int, body: Any, reason: str) -> None:
    assert row in ROWS
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/html" if isinstance(body, str) else "application/json"
    server.fail(*[Fault("body", status=status, body=raw, content_type=kind)] * 9)
    assert refused(server, ask).details["reason"] == reason


def test_a_reply_that_the_context_cuts_is_not_repaired() -> None:
    """E26: llama.cpp takes a prompt that fits with a limit that does not, and cuts the reply."""
    assert "E26" in ROWS
    long = Reply({"id": "k1", "quote": "长" * 200})
    with ScriptedServer(
        lambda request: long if request.schema else WORDS, kind="llamacpp", max_model_len=128
    ) as server:
        assert refused(server, ask).details["reason"] == "over_context"
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "key", ["  sk-1 \n", '"sk-1"', "“sk-1”", "‘sk-1’", "Bearer sk-1", "\ufeffsk-1", "sk-1\u200b", "「sk-1」"]
)
def test_a_key_is_taken_as_it_was_meant(key: str) -> None:
    assert "E27" in ROWS
    with ScriptedServer(brain, api_key="sk-1") as server:
        assert use(server, words, api_key=key) == WORDS


def test_a_key_that_no_header_can_carry_is_named_without_being_shown() -> None:
    with pytest.raises(EndpointError) as caught:
        EndpointSettings(base_url="http://127.0.0.1:1/v1", api_key="sk-geheim—1")  # type: ignore[arg-type]
    assert caught.value.details["reason"] == "bad_key"
    assert "EM DASH" in caught.value.what
    assert "geheim" not in f"{caught.value} {caught.value.details}"


def test_adapters_are_told_from_the_base_model() -> None:
    assert "E28" in ROWS
    with ScriptedServer(brain, models=("base",), adapters=("sql-lora", "law-lora")) as server:
        found = use(server, connected)
        assert (found.model, found.served) == ("base", ("base", "sql-lora", "law-lora"))


def test_a_reply_that_is_given_up_frees_the_server_also_where_only_streams_are_noticed() -> None:
    """E29: llama.cpp goes on with a reply that was asked for whole, after its client has left."""
    assert "E29" in ROWS

    async def scenario(client: ChatClient) -> None:
        await client.connect()
        task = asyncio.create_task(ask(client))
        await until(lambda: bool(server.requests))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await until(lambda: server.disconnects > 0)

    with ScriptedServer(
        lambda request: Reply(SOUND if request.schema else WORDS, chunk_s=0.2), kind="llamacpp"
    ) as server:
        use(server, scenario)
        assert server.requests[0].stream
        assert server.disconnects == 1


@contextmanager
def proxy(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Iterator[None]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    yield


@pytest.mark.parametrize(
    "variables",
    [
        {"ALL_PROXY": "socks://127.0.0.1:9"},
        {"HTTP_PROXY": "socks5://127.0.0.1:9", "NO_PROXY": "fe80::/10,10.0.0.0/8,[::1]:80"},
        {"HTTP_PROXY": "ftp://nowhere", "ALL_PROXY": "::::"},
        {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"},
    ],
    ids=["socks", "networks", "unknown kinds", "dead"],
)
def test_proxies_of_the_environment_never_stand_before_this_machine(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    assert "E30" in ROWS
    with proxy(monkeypatch, **variables):
        assert use(server, both) == (SOUND, WORDS)


@pytest.mark.parametrize(
    ("value", "reason", "word"),
    [
        ("http://127.0.0.1:9", "proxy_dead", "http://127.0.0.1:9"),
        ("http://me:geheim@127.0.0.1:9", "proxy_dead", "http://127.0.0.1:9"),
        ("socks://127.0.0.1:9", "proxy_dead", "socks5://127.0.0.1:9"),
        ("ftp://127.0.0.1:9", "proxy_unusable", "ftp"),
    ],
)
def test_a_proxy_that_does_not_work_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str, reason: str, word: str
) -> None:
    assert "E31" in ROWS
    with proxy(monkeypatch, HTTP_PROXY=value):
        error = refused("http://models.example:8000/v1", words)
    assert error.details["reason"] == reason
    assert word in error.what
    assert "HTTP_PROXY" in error.what
    assert "geheim" not in f"{error} {error.details}"


@pytest.fixture(scope="module")
def tls_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A port that speaks TLS and nothing else."""
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-days", "1", "-subj", "/CN=x"]  # fmt: skip
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c.pem", folder / "k.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                taken, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=shake, args=(taken,), daemon=True).start()

    def shake(taken: socket.socket) -> None:
        try:
            context.wrap_socket(taken, server_side=True).close()
        except OSError:
            taken.close()

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def test_http_to_a_port_that_speaks_tls_is_named(tls_port: int) -> None:
    error = refused(f"http://127.0.0.1:{tls_port}/v1", words)
    assert error.details["reason"] == "wants_https"
    assert "https://" in error.fix


def test_what_a_grammar_does_not_enforce_is_checked_here(server: ScriptedServer) -> None:
    """E32: look-ahead patterns, `not` and `uniqueItems` are accepted by llama.cpp and not held."""
    assert "E32" in ROWS
    schema = {"type": "object", "properties": {"ids": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True}}, "required": ["ids"], "additionalProperties": False}  # fmt: skip
    replies: list[Any] = ['{"ids": ["a", "a"]}', '{"ids": ["a", "b"]}']
    doubled = json.dumps({"choices": [{"message": {"content": replies[0]}, "finish_reason": "stop"}]}).encode()
    server.become_brain(lambda request: replies[1])
    server.fail(Fault("body", status=200, body=doubled))

    async def scenario(client: ChatClient) -> Any:
        return await client.structured("r", "u", schema, name="ids", max_tokens=100)

    reply = use(server, scenario)
    assert (reply.value, reply.repairs) == ({"ids": ["a", "b"]}, 1)


@pytest.mark.parametrize("cut", ['{"score": 1', '{"score": 10, "why": "it', '{"score": 10, "why": "x"', "[1, 2"])
def test_json_that_is_cut_is_refused_and_never_completed(server: ScriptedServer, cut: str) -> None:
    assert "E33" in ROWS
    body = json.dumps({"choices": [{"message": {"content": cut}, "finish_reason": "length"}]}).encode()
    server.fail(*[Fault("body", status=200, body=body)] * 3)
    from interviewer.errors import ReplyError

    with pytest.raises(ReplyError) as caught:
        use(server, ask)
    assert caught.value.details["reason"] == "reply_cut_off"


def test_every_row_of_the_table_has_a_test() -> None:
    tested = set(re.findall(r"E\d\d", Path(__file__).read_text("utf8")))
    assert ROWS
    assert tested | {"E34", "E35", "E36", "E37"} >= ROWS, (
        "those four are tested in tests/flow and tests/contract/test_llm_faults.py"
    )
