"""Texts to vectors: by hashing their words, with no model and no network, or by the team's own embedding endpoint.

Its rule: an embedder's `name` changes with everything that changes its vectors, so that no index mixes two kinds.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from knowledge.errors import EmbeddingError
from knowledge.lexicon import TERM_MARK, Lexicon
from knowledge.models import TermGroup

if TYPE_CHECKING:
    from openai import OpenAI

Vectors = npt.NDArray[np.float32]
Reply = TypeVar("Reply")
_WEIGHT_OF_TERM = 2.0
_BATCH = 64


class Embedder(Protocol):
    """What an index needs of an embedder. `semantic`: its nearness says more than that words are shared."""

    @property
    def name(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def semantic(self) -> bool: ...
    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector of unit length for each text: shape (len(texts), dimension). Raises EmbeddingError."""
        ...


class HashingEmbedder:
    """Words, pairs of Chinese characters and term groups, hashed into a vector: the default, needs nothing.

    Counts are damped (1 + log n) and the sign of each token is hashed too, so that collisions cancel on average
    (Weinberger and others, "Feature Hashing for Large Scale Multitask Learning", 2009).
    """

    semantic = False

    def __init__(self, groups: Sequence[TermGroup] = (), dimension: int = 1024) -> None:
        self.dimension = dimension
        self._lexicon = Lexicon(groups)
        names = "\n".join("\t".join(group.names) for group in groups)
        self.name = f"hashing-v1:{dimension}:{hashlib.sha256(names.encode()).hexdigest()[:12]}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension). A text without any word is the first unit vector."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for token, count in Counter(self._lexicon.tokens(text)).items():
                digest = zlib.crc32(token.encode())
                weight = (1 + math.log(count)) * (_WEIGHT_OF_TERM if token[0] == TERM_MARK else 1.0)
                vectors[row, (digest >> 1) % self.dimension] += weight if digest & 1 else -weight
        return _unit(vectors)


class EndpointEmbedder:
    """`/v1/embeddings` of an OpenAI-compatible server, in batches. Without `model` the server's first one is taken.

    The dimension is asked for with the first use. Times in seconds; the client itself retries twice.
    """

    semantic = True

    def __init__(self, base_url: str, model: str = "", api_key: str = "", timeout_s: float = 60.0) -> None:
        self.base_url = base_url
        self._model = model
        self._api_key = api_key
        self._timeout_s = timeout_s

    @property
    def name(self) -> str:
        return f"endpoint:{self.model}:{self.dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    @cached_property
    def _dimension(self) -> int:
        return self._ask(["dimension"]).shape[1]

    @cached_property
    def model(self) -> str:
        if self._model:
            return self._model
        served = self._call(lambda client: [model.id for model in client.models.list().data])
        if not served:
            raise EmbeddingError(f"The server {self.base_url} serves no model.", "Name one in `embedding.name`.")
        return served[0]

    def embed(self, texts: Sequence[str]) -> Vectors:
        batches = [self._ask(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        for batch in batches:
            if batch.shape[1] != self.dimension:
                raise EmbeddingError(
                    f"The endpoint {self.base_url} gave vectors of {batch.shape[1]} numbers, before {self.dimension}.",
                    "Its model has changed: restart, so that the index is made anew.",
                )
        return np.concatenate(batches) if batches else np.zeros((0, self.dimension), dtype=np.float32)

    def close(self) -> None:
        """Close the connections to the server."""
        if "_client" in self.__dict__:
            self._client.close()

    def _ask(self, texts: Sequence[str]) -> Vectors:
        """Vectors of one batch, shape (len(texts), as many numbers as the server gives)."""
        reply = self._call(
            lambda client: client.embeddings.create(model=self.model, input=list(texts), encoding_format="float")
        )
        try:
            rows = [item.embedding for item in sorted(reply.data, key=lambda item: item.index)]
            vectors = np.array(rows, dtype=np.float32)
        except (AttributeError, TypeError, ValueError) as error:
            raise EmbeddingError(
                f"The endpoint {self.base_url} answered something that is not one list of numbers for each text.",
                "Check that the URL ends in /v1 and that the model is an embedding model.",
            ) from error
        if len(rows) != len(texts) or vectors.ndim != 2 or not vectors.shape[1] or not np.isfinite(vectors).all():
            raise EmbeddingError(
                f"The endpoint {self.base_url} gave {len(rows)} vectors for {len(texts)} texts, shape {vectors.shape}.",
                "Check that the model is an embedding model, and the server's log.",
            )
        return _unit(vectors)

    def _call(self, ask: Callable[[OpenAI], Reply]) -> Reply:
        """Ask the server, with its failures in words."""
        import openai

        at = f"The embedding endpoint {self.base_url}"
        try:
            return ask(self._client)
        except openai.APITimeoutError as error:
            raise EmbeddingError(
                f"{at} did not answer within {self._timeout_s:g} s.",
                "Raise `embedding.timeout_s`, or check the server.",
            ) from error
        except openai.APIConnectionError as error:
            raise EmbeddingError(f"{at} cannot be reached.", "Check the URL and that the server runs.") from error
        except openai.NotFoundError as error:
            raise EmbeddingError(
                f"{at} has no /embeddings or no model {self._model!r} (404).",
                "A chat server does not embed: name an embedding server, its URL ending in /v1, and its model.",
            ) from error
        except openai.APIError as error:
            raise EmbeddingError(f"{at} failed: {error.message}.", "Check key, model and the server's log.") from error

    @cached_property
    def _client(self) -> OpenAI:
        from openai import OpenAI

        return OpenAI(base_url=self.base_url, api_key=self._api_key or "none", timeout=self._timeout_s, max_retries=2)


def _unit(vectors: Vectors) -> Vectors:
    """Every row scaled to length 1; a row of zeros becomes the first unit vector."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[lengths[:, 0] == 0, 0] = 1
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
