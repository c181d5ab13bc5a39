"""Texts to vectors: what an index needs of an embedder, and the one that needs neither model nor network. The team's own
embedding endpoint is asked by `interviewer.llm.embeddings`, as every endpoint is from there.

Its rule: an embedder's `name` changes with everything that changes its vectors, so that no index mixes two kinds.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from knowledge.lexicon import TERM_MARK, Lexicon
from knowledge.models import TermGroup

Vectors = npt.NDArray[np.float32]
Reply = TypeVar("Reply")
_WEIGHT_OF_TERM = 2.0
_BATCH = 64


class Embedder(Protocol):
    """What an index needs of an embedder. `semantic`: its nearness says more than that words are shared; `context`: how many
    tokens of a text it reads, 0 where that is not known or any number."""

    @property
    def name(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def semantic(self) -> bool: ...
    @property
    def context(self) -> int: ...
    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector of unit length for each text: shape (len(texts), dimension). Raises EmbeddingError."""
        ...


class HashingEmbedder:
    """Words, pairs of Chinese characters and term groups, hashed into a vector: the default, needs nothing.

    Counts are damped (1 + log n) and the sign of each token is hashed too, so that collisions cancel on average
    (Weinberger and others, "Feature Hashing for Large Scale Multitask Learning", 2009).
    """

    semantic = False
    context = 0

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
        return unit(vectors)


def unit(vectors: Vectors) -> Vectors:
    """Every row scaled to length 1; a row of zeros becomes the first unit vector."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[lengths[:, 0] == 0, 0] = 1
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
