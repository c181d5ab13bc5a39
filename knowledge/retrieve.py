"""Passages and questions for a text: by its words always, and by its meaning where an embedding endpoint is configured.

Its rule: words alone always answer, from memory and without any network; vectors only add to the order.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Protocol

import numpy as np
import numpy.typing as npt

from knowledge.chunking import STANDARD, Chunk, chunk_bank
from knowledge.cutting import Cut
from knowledge.embedder import Embedder
from knowledge.errors import EmbeddingError, VectorIndexError
from knowledge.index import Hit
from knowledge.lexicon import TERM_MARK, Lexicon
from knowledge.models import Bank, Frozen, Question

_log = logging.getLogger(__name__)
_K1, _B = 1.2, 0.75
_TERM_WEIGHT = 2.0
_RANK_OFFSET = 60
_DEPTH = 50
_NEXT_PASSAGE = 0.6
"""Weight of a question's next passage against the one before, chosen on two thirds of tests/golden/retrieval.jsonl:
recall@5 .65, against .57 when only the best passage counts and .57 when all count alike."""
_PAUSE_S = 60.0
"""How long vectors are left out after their endpoint failed, so that no answer waits for it again and again."""


class Vectors(Protocol):
    """What the search asks of an index: the passages nearest to a text."""

    @property
    def embedder(self) -> Embedder: ...
    def query(self, text: str, k: int) -> tuple[Hit, ...]:
        """Best first. Raises EmbeddingError or VectorIndexError."""
        ...


class QuestionHit(Frozen):
    """A question found; `score` as in `Hit`."""

    question: Question
    score: float


class WordIndex:
    """BM25 over tokens (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009), all in a few arrays.

    Every token's weight in every text is computed once, so that a query adds up slices: time grows with the length of
    the query and how common its words are.
    """

    def __init__(self, texts: Sequence[str], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._size = len(texts)
        counts = [Counter(lexicon.tokens(text)) for text in texts]
        lengths = np.array([count.total() for count in counts], dtype=np.float32)
        spread = 1 - _B + _B * lengths / max(float(lengths.mean()) if self._size else 0.0, 1.0)
        postings: dict[str, tuple[list[int], list[int]]] = {}
        for row, count in enumerate(counts):
            for token, times in count.items():
                rows, often = postings.setdefault(token, ([], []))
                rows.append(row)
                often.append(times)
        self._postings: dict[str, tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]] = {}
        for token, (rows, often) in postings.items():
            at = np.array(rows, dtype=np.int32)
            times = np.array(often, dtype=np.float32)
            rarity = math.log(1 + (self._size - len(rows) + 0.5) / (len(rows) + 0.5))
            rarity *= _TERM_WEIGHT if token.startswith(TERM_MARK) else 1.0
            self._postings[token] = (at, (rarity * times * (_K1 + 1) / (times + _K1 * spread[at])).astype(np.float32))

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """BM25 of every text, shape (number of texts,); 0 where no token is shared. A token counts once per query."""
        scores = np.zeros(self._size, dtype=np.float32)
        for token in sorted(set(self._lexicon.tokens(query))):
            if token in self._postings:
                rows, weights = self._postings[token]
                scores[rows] += weights
        return scores

    def rows(self, token: str) -> npt.NDArray[np.int32] | None:
        """The texts that hold `token`; None where none does."""
        found = self._postings.get(token)
        return found[0] if found else None


class Retriever:
    """Search over one bank. `index` must be synchronised with the same bank in the same `cut`; None, or one that is not
    semantic, is not asked.

    `fault` is the last failure of the vectors, None while they work; meanwhile words alone answer.
    """

    def __init__(
        self,
        bank: Bank,
        index: Vectors | None = None,
        clock: Callable[[], float] = monotonic,
        cut: Cut = STANDARD,
    ) -> None:
        self._questions = {question.id: question for question in bank.questions}
        self._chunks: tuple[Chunk, ...] = chunk_bank(bank, cut)
        self._rows = {chunk.id: row for row, chunk in enumerate(self._chunks)}
        self.ids = tuple(self._questions)
        """The bank's questions in its order; what `owners` counts in."""
        places = {question_id: n for n, question_id in enumerate(self.ids)}
        self.owners = np.array([places.get(chunk.question_id or "", -1) for chunk in self._chunks], dtype=np.int32)
        """For each passage the question it belongs to; -1 for none."""
        self.lexicon = Lexicon(bank.terms)
        self._words = WordIndex([chunk.content for chunk in self._chunks], self.lexicon)
        self._index = index if index is not None and index.embedder.semantic else None
        self._clock = clock
        self._resume_at = 0.0
        self.fault: EmbeddingError | VectorIndexError | None = None

    @property
    def words(self) -> WordIndex:
        """The index of the words of all passages."""
        return self._words

    @property
    def by_meaning(self) -> bool:
        """Whether vectors take part: there is a semantic index, and it did not fail when it was asked last."""
        return self._index is not None and self.fault is None

    def try_again(self) -> None:
        """Ask the vectors with the next query, without waiting out the pause after a failure."""
        self._resume_at = 0.0

    def find(self, query: str, k: int) -> tuple[Hit, ...]:
        """The `k` best passages, best first; fewer where fewer share a word. Ties keep the bank's order."""
        ranked = self._ranked(query, max(k, _DEPTH))
        return tuple(Hit(chunk=self._chunks[row], score=score) for row, score in ranked[: max(k, 0)])

    def questions(self, query: str, k: int) -> tuple[QuestionHit, ...]:
        """The `k` questions whose own text and note fit best: a question's passages count with falling weight."""
        if not self._chunks:
            return ()
        scores = self._words.scores(query)
        if near := self._near(query, _DEPTH):
            ranked = self._fused(near, scores, len(self._chunks))
            rows = np.array([row for row, _ in ranked], dtype=np.int64)
            worth = np.array([score for _, score in ranked], dtype=np.float64)
        else:
            rows = np.argsort(-scores, kind="stable")[: int((scores > 0).sum())]
            worth = scores[rows].astype(np.float64)
        owners = self.owners[rows]
        rows, worth, owners = rows[owners >= 0], worth[owners >= 0], owners[owners >= 0]
        places = np.argsort(owners, kind="stable")  # a question's passages side by side, each best first
        begins = np.r_[True, np.diff(owners[places]) != 0] if len(places) else np.zeros(0, dtype=bool)
        nth = np.arange(len(places)) - np.maximum.accumulate(np.where(begins, np.arange(len(places)), 0))
        total = np.zeros(len(self.ids))
        np.add.at(total, owners[places], worth[places] * _NEXT_PASSAGE**nth)
        first = np.full(len(self.ids), len(rows))
        first[owners[places][begins]] = places[begins]
        order = np.lexsort((first, -total))[: max(k, 0)]  # of equal ones, whose best passage came first
        return tuple(
            QuestionHit(question=self._questions[self.ids[n]], score=float(total[n])) for n in order if total[n] > 0
        )

    def _ranked(self, query: str, depth: int) -> list[tuple[int, float]]:
        """(row, score) best first, at most `depth`; by words, or by both fused by reciprocal rank."""
        scores = self._words.scores(query)
        order = np.argsort(-scores, kind="stable")[:depth]
        by_words = [(int(row), float(scores[row])) for row in order if scores[row] > 0]
        near = self._near(query, min(depth, _DEPTH))
        return self._fused(near, scores, depth) if near else by_words

    def _fused(self, near: list[int], scores: npt.NDArray[np.float32], depth: int) -> list[tuple[int, float]]:
        """Both rankings by reciprocal rank, best first."""
        order = np.argsort(-scores, kind="stable")[:depth]
        fused: dict[int, float] = {}
        for ranking in (near, [int(row) for row in order if scores[row] > 0]):
            for rank, row in enumerate(ranking, start=1):
                fused[row] = fused.get(row, 0.0) + 1 / (_RANK_OFFSET + rank)
        return sorted(fused.items(), key=lambda one: (-one[1], one[0]))[:depth]

    def _near(self, query: str, depth: int) -> list[int]:
        """Rows of the nearest vectors, best first; none without a semantic index or while it fails."""
        if self._index is None or self._clock() < self._resume_at:
            return []
        try:
            hits = self._index.query(query, depth)
        except (EmbeddingError, VectorIndexError) as error:
            self.fault = error
            self._resume_at = self._clock() + _PAUSE_S
            _log.warning("Searching by words alone for %g s: %s", _PAUSE_S, error)
            return []
        self.fault = None
        return [self._rows[hit.chunk.id] for hit in hits if hit.chunk.id in self._rows]
