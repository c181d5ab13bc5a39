"""Texts to vectors by the team's own `/v1/embeddings`, for callers that do not wait in an event loop.

One rule: the same transport as every other call, so time-outs, retries, proxies and messages are ours; an answer that is
not one list of numbers for each text is an EmbeddingError, never a vector.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Coroutine, Sequence
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np

from interviewer.errors import EndpointError
from interviewer.llm import failures
from interviewer.llm.breaker import Breaker
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.server import meet, models
from interviewer.llm.transport import Json, Transport
from knowledge.embedder import Vectors, unit
from knowledge.errors import EmbeddingError

T = TypeVar("T")
BATCH = 64
_AWAY = failures.RETRIED | {"too_slow", "resting"}
"""Reasons after which what the server says of itself is still unknown; passages are not cut by a guess then."""


class EndpointEmbedder:
    """Implements `Embedder`, in batches. Without a model set, the server's first one is taken; the dimension is asked for
    with the first use. It has an event loop of its own, in a thread that ends with `close`."""

    semantic = True

    def __init__(self, endpoint: EndpointSettings) -> None:
        self.endpoint = endpoint

    @property
    def base_url(self) -> str:
        return self.endpoint.shown_url

    @property
    def name(self) -> str:
        return f"endpoint:{self.model}:{self.dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def context(self) -> int:
        """Tokens of a text that the model reads: as set, else as the server says; 0 where neither does. Raises EmbeddingError."""
        return self._context

    @cached_property
    def _context(self) -> int:
        if self.endpoint.context_tokens:
            return self.endpoint.context_tokens
        _ = self.dimension  # some servers say it only of a model that has been loaded
        return self._run(self._said_context())

    async def _said_context(self) -> int:
        try:
            return (await meet(self._transport)).context
        except EndpointError as error:
            if error.details.get("reason") in _AWAY:
                raise
            return 0  # it does not say; whether it embeds is another question

    @cached_property
    def _dimension(self) -> int:
        return self._ask(["dimension"]).shape[1]

    @cached_property
    def model(self) -> str:
        if self.endpoint.model:
            return self.endpoint.model
        cards = self._run(models(self._transport)) or ()
        if not cards:
            raise _told(failures.failure("no_model", self.endpoint))
        return cards[0].id

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector of unit length for each text: shape (len(texts), dimension). Raises EmbeddingError."""
        batches = [self._ask(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        for batch in batches:
            if batch.shape[1] != self.dimension:
                raise EmbeddingError(
                    f"The endpoint {self.base_url} gave vectors of {batch.shape[1]} numbers, before {self.dimension}.",
                    "Its model has changed: restart, so that the index is made anew.",
                )
        return np.concatenate(batches) if batches else np.zeros((0, self.dimension), dtype=np.float32)

    def close(self) -> None:
        """Close the connections to the server; a later use opens them again."""
        if "_loop" in self.__dict__:
            loop = self._loop
            self._run(self._transport.aclose())
            loop.call_soon_threadsafe(loop.stop)
            for name in ("_loop", "_transport"):
                self.__dict__.pop(name, None)

    def _ask(self, texts: Sequence[str]) -> Vectors:
        """Vectors of one batch, shape (len(texts), as many numbers as the server gives)."""
        body = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        reply = self._run(self._transport.post("/embeddings", body))
        rows = _rows(reply)
        try:
            vectors = np.array(rows, dtype=np.float32)
        except (TypeError, ValueError):
            vectors = np.zeros((0, 0), dtype=np.float32)
        if rows is None or len(rows) != len(texts) or vectors.ndim != 2 or not vectors.shape[1]:
            raise EmbeddingError(
                f"The endpoint {self.base_url} answered something that is not one list of numbers for each text.",
                "Check that the URL ends in /v1 and that the model is an embedding model.",
            )
        if not np.isfinite(vectors).all():
            raise EmbeddingError(
                f"The endpoint {self.base_url} gave vectors with numbers that are none.",
                "Check that the model is an embedding model, and the server's log.",
            )
        return unit(vectors)

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()

        def serve() -> None:
            loop.run_forever()
            loop.close()

        threading.Thread(target=serve, daemon=True, name="embeddings").start()
        return loop

    @cached_property
    def _transport(self) -> Transport:
        return Transport(
            self.endpoint, clock=time.monotonic, sleep=asyncio.sleep, jitter=random.random, breaker=Breaker()
        )

    def _run(self, call: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(call, self._loop).result()
        except EndpointError as error:
            raise _told(error) from error


def _told(error: EndpointError) -> EmbeddingError:
    """`error` said about embeddings: a server without such a path is a chat server."""
    if error.details.get("reason") in ("not_found", "not_implemented"):
        known = {name: value for name, value in error.details.items() if name != "url"}
        return EmbeddingError(
            f"The embedding endpoint {error.details['base_url']} has no /embeddings (HTTP {error.details['status']}).",
            "A chat server does not embed: name an embedding server, its URL ending in /v1, and its model.",
            **known,
        )
    return EmbeddingError(error.what, error.fix, **error.details)


def _rows(reply: Json) -> list[Any] | None:
    """The vectors in the order of their texts, as the server gave them; None where it gave none."""
    data = reply.get("data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        return None
    rows = cast("list[dict[str, Any]]", data)
    places = [row.get("index") for row in rows]
    if all(isinstance(place, int) for place in places):
        rows = sorted(rows, key=lambda row: row["index"])
    return [row.get("embedding") for row in rows]
