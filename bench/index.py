"""The vector index of the shipped bank: from nothing, with nothing changed, and after one note was edited."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.table import Figure


def run() -> list[Figure]:
    from knowledge.bank import load_bank, shipped_bank_path
    from knowledge.chunking import chunk_bank
    from knowledge.embedder import HashingEmbedder
    from knowledge.index import VectorIndex

    started = time.perf_counter()
    bank = load_bank(shipped_bank_path())
    load_s = time.perf_counter() - started
    embedder = HashingEmbedder(bank.terms)
    texts = [chunk.text for chunk in chunk_bank(bank)]
    started = time.perf_counter()
    embedder.embed(texts)
    embed_s = time.perf_counter() - started
    edited = bank.notes[0].model_copy(update={"body": bank.notes[0].body + "\n\nOne more sentence.\n"})
    changed = bank.model_copy(update={"notes": (edited, *bank.notes[1:])})
    figures = [Figure(f"load and join the bank ({len(bank.notes)} notes)", load_s, "s")]
    with tempfile.TemporaryDirectory() as folder:
        for name, which, target in (
            ("index from nothing", bank, "<= 10"), ("sync with nothing changed, reopened", bank, "<= 1"),
            ("sync after one note was edited, reopened", changed, ""),
        ):  # fmt: skip
            started = time.perf_counter()
            index = VectorIndex.open(Path(folder), embedder)
            done = index.sync(which)
            took = time.perf_counter() - started
            index.close()
            label = f"{name}: +{done.added} ~{done.updated} -{done.removed} ={done.kept}"
            figures.append(Figure(label, took, "s", target, took / embed_s, f"embedding {len(texts)} passages alone"))
    return figures
