"""A query at 10,000 passages: by words, and by vectors in Chroma. The passages are the bank's own, repeated with variations."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from bench.table import Figure, percentile

PASSAGES = 10_000
QUERIES = 200


def run() -> list[Figure]:
    from knowledge.bank import load_bank, shipped_bank_path
    from knowledge.embedder import HashingEmbedder
    from knowledge.index import VectorIndex
    from knowledge.retrieve import Retriever

    bank = load_bank(shipped_bank_path())
    dice = random.Random(1)
    large = _enlarged(bank, dice)
    started = time.perf_counter()
    words = Retriever(large, None)
    words.find("KV cache", 10)
    build_s = time.perf_counter() - started
    queries = [dice.choice(bank.questions).text.zh[:40] for _ in range(QUERIES)]
    by_words = _timed(lambda query: words.find(query, 10), queries)
    figures = [
        Figure("word index of 10,000 passages, built once", build_s, "s"),
        Figure("words: p50", percentile(by_words, 0.5), "ms", "<= 10"),
        Figure("words: p99", percentile(by_words, 0.99), "ms"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        index = VectorIndex.open(Path(folder), HashingEmbedder(bank.terms))
        index.sync(large)
        by_vectors = _timed(lambda query: index.query(query, 10), queries)
        index.close()
    ratio = percentile(by_vectors, 0.5) / percentile(by_words, 0.5)
    figures += [
        Figure("Chroma: p50", percentile(by_vectors, 0.5), "ms", "<= 10", ratio, "words"),
        Figure("Chroma: p99", percentile(by_vectors, 0.99), "ms"),
    ]
    return figures


def _timed(call, queries: list[str]) -> list[float]:
    """Milliseconds of each call."""
    took: list[float] = []
    for query in queries:
        started = time.perf_counter()
        call(query)
        took.append(1000 * (time.perf_counter() - started))
    return took


def _enlarged(bank, dice: random.Random):
    """The bank with notes repeated under new ids, sentences shuffled, until it has PASSAGES passages."""
    from knowledge.chunking import chunk_bank

    per_round = len(chunk_bank(bank))
    notes = list(bank.notes)
    for copy in range(1, PASSAGES // per_round + 1):
        for note in bank.notes:
            lines = note.body.splitlines()
            varied = [
                f"{line}（{dice.randrange(10_000)}）" if line and not line.startswith(("#", " ")) else line
                for line in lines
            ]
            notes.append(note.model_copy(update={"id": f"{note.id}-{copy}", "body": "\n".join(varied)}))
    return bank.model_copy(update={"notes": tuple(notes)})
