"""Embedders: unit vectors from hashed words, and an OpenAI-compatible endpoint over real HTTP, well and broken."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from interviewer.app import App
from interviewer.errors import SettingsError
from interviewer.llm import EndpointSettings
from interviewer.llm.embeddings import EndpointEmbedder
from interviewer.llm.vocabulary import counter_of
from interviewer.scripted import ScriptedServer
from interviewer.settings import load_settings
from knowledge.chunking import chunk_bank
from knowledge.embedder import HashingEmbedder
from knowledge.errors import EmbeddingError
from knowledge.models import Bank, TermGroup
from knowledge.retrieve import Retriever

Reply = Callable[[list[str]], tuple[int, Any]]


def test_hashed_vectors_are_of_unit_length_and_the_same_everywhere() -> None:
    vectors = HashingEmbedder().embed(["显存带宽是瓶颈", "memory bandwidth", "", "？"])
    assert (vectors.shape, vectors.dtype) == ((4, 1024), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    damped = 1 + np.log(2)
    small = HashingEmbedder(dimension=8).embed(["显存 显存 bandwidth"])[0]
    np.testing.assert_allclose(small, np.array([0, 0, 0, 0, 0, 0, damped, 1]) / np.hypot(damped, 1), rtol=1e-5)
    assert HashingEmbedder().embed([]).shape == (0, 1024)


def test_texts_that_share_words_or_names_of_one_thing_are_nearer() -> None:
    embedder = HashingEmbedder([TermGroup(names=("TTFT", "首字延迟"))])
    one, same, shared, other = embedder.embed(["首字延迟由排队决定", "TTFT", "排队由什么决定", "批处理大小"])
    assert one @ same > 0.3
    assert one @ shared > 0.2
    assert abs(one @ other) < 0.1


def test_a_name_changes_with_what_changes_the_vectors() -> None:
    groups = (TermGroup(names=("a", "b")),)
    names = [HashingEmbedder().name, HashingEmbedder(groups).name, HashingEmbedder(dimension=512).name]
    assert len(set(names)) == 3
    assert HashingEmbedder(groups).name == HashingEmbedder(groups).name


class Endpoint:
    """A server whose `reply` is set by the test; records the sizes of the batches it got."""

    def __init__(self) -> None:
        self.reply: Reply = vectors_of
        self.batches: list[int] = []
        endpoint = self

        class Requests(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(200, {"object": "list", "data": [{"id": "bge", "object": "model"}]})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.batches.append(len(body["input"]))
                self._send(*endpoint.reply(body["input"]))

            def _send(self, status: int, value: Any) -> None:
                raw = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                with suppress(BrokenPipeError):  # a client that ran out of patience is gone
                    self.wfile.write(raw)

            def log_message(self, format: str, *args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


def vectors_of(texts: list[str], dimension: int = 3) -> tuple[int, Any]:
    """Each text's vector is its length on every axis, and the answer comes in reverse order."""
    data = [
        {"object": "embedding", "index": at, "embedding": [len(text), at + 1, 2][:dimension]}
        for at, text in enumerate(texts)
    ]
    return 200, {"object": "list", "model": "bge", "data": data[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def embedder_at(url: str, **endpoint: Any) -> EndpointEmbedder:
    return EndpointEmbedder(EndpointSettings(base_url=url, section="embedding", **endpoint))


@pytest.fixture
def embedder(endpoint: Endpoint) -> Iterator[EndpointEmbedder]:
    made = embedder_at(endpoint.url, timeout_s=5)
    yield made
    made.close()


def test_an_endpoint_gives_unit_vectors_in_the_order_of_the_texts(
    endpoint: Endpoint, embedder: EndpointEmbedder
) -> None:
    texts = ["x" * n for n in range(1, 151)]
    vectors = embedder.embed(texts)
    assert (embedder.name, vectors.shape, vectors.dtype) == ("endpoint:bge:3", (150, 3), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert vectors[4, 0] / vectors[4, 2] == pytest.approx(5 / 2)
    assert sorted(endpoint.batches) == [1, 22, 64, 64]
    assert embedder.embed([]).shape == (0, 3)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (lambda texts: (404, {"error": {"message": "Not Found"}}), "404.*chat server does not embed"),
        (lambda texts: (401, {"error": {"message": "bad key"}}), "refused the key.*embedding.api_key"),
        (lambda texts: (200, {**vectors_of(texts)[1], "data": vectors_of(texts)[1]["data"][:1]}), "not one list of numbers for each text"),
        (lambda texts: (200, {"object": "list", "data": [], "model": "m"}), "not one list of numbers"),
        (lambda texts: (200, "hello"), "not as an OpenAI-compatible endpoint"),
        (lambda texts: (200, {"object": "list", "data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1, 2]}]}), "not one list of numbers"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_vector_for_each_text_is_refused(
    endpoint: Endpoint, embedder: EndpointEmbedder, reply: Reply, words: str
) -> None:
    endpoint.reply = reply
    with pytest.raises(EmbeddingError, match=words):
        embedder.embed(["one", "two"])


def test_a_model_that_changes_under_the_index_is_noticed(endpoint: Endpoint, embedder: EndpointEmbedder) -> None:
    embedder.embed(["one"])
    endpoint.reply = lambda texts: vectors_of(texts, dimension=2)
    with pytest.raises(EmbeddingError, match="vectors of 2 numbers, before 3"):
        embedder.embed(["one"])


def test_an_endpoint_that_is_not_there_or_too_slow_is_named(endpoint: Endpoint) -> None:
    gone = embedder_at("http://127.0.0.1:9/v1", model="m", timeout_s=1)
    with pytest.raises(EmbeddingError, match=r"Nothing accepts connections at http://127\.0\.0\.1:9/v1"):
        gone.embed(["one"])
    gone.close()

    def late(texts: list[str]) -> tuple[int, Any]:
        time.sleep(0.4)
        return vectors_of(texts)

    endpoint.reply = late
    slow = embedder_at(endpoint.url, timeout_s=0.1)
    with pytest.raises(EmbeddingError, match=r"did not finish within 0\.1 s.*embedding\.timeout_s"):
        slow.embed(["one"])
    slow.close()


@pytest.mark.parametrize("kind", ["vllm", "llamacpp", "tgi"])
def test_the_context_is_what_is_set_else_what_the_server_says(kind: str) -> None:
    with ScriptedServer(kind=kind, embedding_dimensions=8, max_model_len=512) as server:
        asked, told = embedder_at(server.base_url), embedder_at(server.base_url, context_tokens=256)
        assert (asked.context, told.context) == (512, 256)
        asked.close()
        told.close()


def test_a_server_that_says_no_context_has_none_and_one_that_is_away_is_no_such_answer(endpoint: Endpoint) -> None:
    silent = embedder_at(endpoint.url)
    assert silent.context == 0
    silent.close()
    away = embedder_at("http://127.0.0.1:9/v1", model="bge", timeout_s=1)
    with pytest.raises(EmbeddingError):
        _ = away.context
    away.close()


@pytest.mark.parametrize("with_vocabulary", [False, True])
def test_what_is_indexed_fits_the_servers_context_by_its_own_count(
    tmp_path: Path, shipped_bank: Bank, with_vocabulary: bool
) -> None:
    few = shipped_bank.model_copy(update={"questions": shipped_bank.questions[:12], "notes": shipped_bank.notes[:12]})
    flags: dict[str, str | None] = {"data_dir": str(tmp_path)}
    if with_vocabulary:
        bytewise(tmp_path / "bytes.tiktoken")
        flags["embedding.tokenizer"] = str(tmp_path / "bytes.tiktoken")
    with ScriptedServer(embedding_dimensions=8, max_model_len=200) as server:
        app = App(load_settings({**flags, "embedding.base_url": server.base_url}, environ={}, folder=tmp_path))
        index = app.open_index(few)
        assert index.sync(few).added > len(chunk_bank(few, app.cut))
        retriever = Retriever(few, index, cut=app.cut)
        assert retriever.find("KV cache " * 300, 5)
        assert retriever.by_meaning
        index.close()


def test_a_vocabulary_of_any_kind_cuts_notes_and_is_the_same_wherever_it_lies(tmp_path: Path) -> None:
    made = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1, "##b": 2}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    (tmp_path / "other").mkdir()
    for place in ("one.json", "other/two.json"):
        made.save(str(tmp_path / place))
    one, two = (counter_of(str(tmp_path / place), "embedding.tokenizer") for place in ("one.json", "other/two.json"))
    assert one.digest == two.digest
    assert one.tokens("ab ab") == 4
    bytewise(tmp_path / "bytes.tiktoken")
    assert counter_of(str(tmp_path / "bytes.tiktoken"), "embedding.tokenizer").digest != one.digest


def test_a_vocabulary_that_cannot_be_read_names_its_setting(tmp_path: Path) -> None:
    for name in ("none.json", "none.tiktoken"):
        app = App(
            load_settings(
                {"embedding.base_url": "http://127.0.0.1:9/v1", "embedding.tokenizer": str(tmp_path / name)},
                environ={},
                folder=tmp_path,
            )
        )
        with pytest.raises(SettingsError, match=r"embedding\.tokenizer") as caught:
            _ = app.cut
        assert str(tmp_path) not in caught.value.what


def bytewise(path: Path) -> None:
    path.write_text("\n".join(f"{base64.b64encode(bytes([byte])).decode()} {byte}" for byte in range(256)), "utf8")
