"""The scripted server is as strict as vLLM: what it lets pass, a real server would let pass."""

from __future__ import annotations

import base64
import json
import struct
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from interviewer.scripted import ScriptedServer, ScriptError, default_brain, smallest

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
MESSAGES = [{"role": "user", "content": "你好"}]
SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "enum": ["covered", "absent"]}},
    "required": ["verdict"],
    "additionalProperties": False,
}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(max_model_len=1000) as running:
        yield running


def call(server: ScriptedServer, path: str, body: Any = None, key: str = "") -> tuple[int, bytes]:
    """(status, body) of a GET, or of a POST when there is a body; paths from the server's root."""
    request = urllib.request.Request(
        server.base_url.removesuffix("/v1") + path, headers={"content-type": "application/json"}
    )
    if key:
        request.add_header("authorization", f"Bearer {key}")
    data = None if body is None else json.dumps(body).encode()
    try:
        with _DIRECT.open(request, data) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def chat(server: ScriptedServer, **fields: Any) -> tuple[int, Any]:
    status, raw = call(server, "/v1/chat/completions", {"model": "scripted", "messages": MESSAGES, **fields})
    return status, raw if fields.get("stream") else json.loads(raw)


def schema_format(schema: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}}


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"model": "other"}, 404, "does not exist"),
        ({"messages": None}, 400, "messages"),
        ({"messages": []}, 400, "messages"),
        ({"tools": []}, 400, "tools"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"max_tokens": -1}, 400, "max_tokens"),
        ({"max_tokens": 1000}, 400, "maximum context length"),
        ({"messages": [{"role": "user", "content": "长" * 1001}]}, 400, "maximum context length"),
        ({"response_format": {"type": "yaml"}}, 400, "json_schema"),
        ({"response_format": {"type": "json_schema"}}, 400, "json_schema"),
        ({"temperature": -1}, 400, "temperature"),
    ],
)
def test_what_vllm_refuses_is_refused_in_its_shape(server: ScriptedServer, fields: Any, status: int, word: str) -> None:
    got, body = chat(server, **fields)
    assert got == status
    assert word in body["error"]["message"]
    assert body["error"]["code"] == status
    assert server.requests == []
    assert len(server.refusals) == 1


def test_fields_that_vllm_ignores_are_ignored(server: ScriptedServer) -> None:
    status, body = chat(server, guided_json=SCHEMA, no_such_field=1)
    assert status == 200
    assert body["choices"][0]["message"]["content"] == "好的，谢谢你的说明。"


def test_a_completion_has_usage_and_a_reason_to_end(server: ScriptedServer) -> None:
    _, body = chat(server, max_tokens=3)
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["choices"][0]["message"]["content"] == "好的，"
    assert body["usage"]["completion_tokens"] == 3


def test_a_stream_ends_with_a_reason_then_usage_then_done(server: ScriptedServer) -> None:
    _, raw = chat(server, stream=True, stream_options={"include_usage": True})
    events = [line.removeprefix(b"data: ") for line in raw.split(b"\n\n") if line]
    assert events[-1] == b"[DONE]"
    chunks = [json.loads(event) for event in events[:-1]]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] > 0
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert "".join(c["choices"][0]["delta"].get("content", "") for c in chunks[:-1]) == "好的，谢谢你的说明。"


def test_a_constrained_reply_satisfies_its_schema(server: ScriptedServer) -> None:
    _, body = chat(server, response_format=schema_format(SCHEMA))
    assert json.loads(body["choices"][0]["message"]["content"]) == {"verdict": "covered"}


@pytest.mark.parametrize("reply", [{"verdict": "maybe"}, {}, "prose"])
def test_a_reply_no_engine_could_have_given_is_a_mistake_of_the_script(reply: Any) -> None:
    server = ScriptedServer(lambda request: reply)
    server.__enter__()
    assert chat(server, response_format=schema_format(SCHEMA))[0] == 400
    with pytest.raises(ScriptError):
        server.__exit__(None, None, None)


def test_a_brain_that_fails_is_not_taken_for_a_failing_server() -> None:
    server = ScriptedServer(lambda request: {}[request.model])
    server.__enter__()
    assert chat(server)[0] == 400
    with pytest.raises(KeyError):
        server.__exit__(None, None, None)


def test_the_smallest_value_satisfies_its_schema() -> None:
    from jsonschema import Draft202012Validator

    schema = {
        "type": "object",
        "properties": {
            "kind": {"const": "x"},
            "points": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/point"}},
            "note": {"type": "string", "minLength": 2},
            "n": {"type": "integer", "minimum": 3},
            "maybe": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            "sure": {"type": "boolean"},
        },
        "required": ["kind", "points", "note", "n", "maybe", "sure"],
        "$defs": {"point": {"type": "object", "properties": {"id": {"enum": ["k1"]}}, "required": ["id"]}},
    }
    Draft202012Validator(schema).validate(smallest(schema))


def test_the_default_brain_answers_in_the_language_of_the_user(server: ScriptedServer) -> None:
    chat(server, messages=[{"role": "user", "content": "hello"}])
    assert default_brain(server.requests[0]).content == "Thank you, that is clear."


def test_paths_around_the_chat_answer_as_vllm_does(server: ScriptedServer) -> None:
    assert call(server, "/health")[0] == 200
    assert json.loads(call(server, "/version")[1]) == {"version": "0.24.0"}
    assert json.loads(call(server, "/v1/models")[1])["data"][0]["max_model_len"] == 1000
    assert json.loads(call(server, "/tokenize", {"model": "scripted", "prompt": "你好"})[1])["count"] == 2
    assert call(server, "/v1/embeddings", {"input": "x"})[0] == 404
    assert call(server, "/v1/nowhere")[0] == 404


def test_a_key_is_asked_for_under_v1_only() -> None:
    with ScriptedServer(api_key="right") as server:
        assert call(server, "/v1/models")[0] == 401
        assert call(server, "/v1/models", key="wrong")[0] == 401
        assert call(server, "/v1/models", key="right")[0] == 200
        assert call(server, "/health")[0] == 200


def test_the_prefix_cache_counts_only_what_really_stood_in_front(server: ScriptedServer) -> None:
    shared, answers = "rules " * 60, ["first answer", "second answer"]
    for answer in answers:
        chat(server, messages=[{"role": "system", "content": shared}, {"role": "user", "content": answer}])
    assert server.counters.hit_rate > 0.4
    before = server.counters.hits
    chat(server, messages=[{"role": "system", "content": "new " + shared}, {"role": "user", "content": answers[0]}])
    assert server.counters.hits == before
    exposed = call(server, "/metrics")[1].decode()
    assert f'vllm:prefix_cache_hits_total{{model_name="scripted"}} {before}' in exposed


def test_embeddings_are_unit_vectors_the_same_each_time_in_both_encodings() -> None:
    with ScriptedServer(embedding_dimensions=32) as server:
        body = {"model": "scripted", "input": ["显存带宽", "显存带宽不足", "unrelated words"]}
        plain = [item["embedding"] for item in json.loads(call(server, "/v1/embeddings", body)[1])["data"]]
        packed = json.loads(call(server, "/v1/embeddings", {**body, "encoding_format": "base64"})[1])["data"]
    assert [len(vector) for vector in plain] == [32, 32, 32]
    assert sum(value * value for value in plain[0]) == pytest.approx(1.0, abs=1e-5)
    assert list(struct.unpack("32f", base64.b64decode(packed[0]["embedding"]))) == pytest.approx(plain[0])
    near, far = (sum(a * b for a, b in zip(plain[0], other, strict=True)) for other in plain[1:])
    assert near > far


def test_many_clients_at_once_are_all_served(server: ScriptedServer) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: chat(server)[0], range(64)))
    assert statuses == [200] * 64
    assert len(server.requests) == 64
