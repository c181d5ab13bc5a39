"""Whether a searcher finds the right question: recall@1 and @5 on tests/golden/retrieval.jsonl, and milliseconds a query.

Every third line was kept aside while the search was tuned and is reported on its own. With INTERVIEWER_EMBEDDING__BASE_URL
set, vectors of that endpoint are added and reported beside words alone.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from bench.table import Figure, percentile

SET = Path(__file__).parents[1] / "tests" / "golden" / "retrieval.jsonl"


def run() -> list[Figure]:
    from interviewer.app import App
    from interviewer.settings import load_settings

    with tempfile.TemporaryDirectory() as folder:
        app = App(load_settings({"data_dir": folder}))
        figures = _figures("words", app.retriever())
        if app.settings.embedding.base_url:
            index = app.open_index()
            index.sync(app.bank)
            figures += _figures("words and vectors", app.retriever(index))
            index.close()
    return figures


def _figures(name: str, retriever) -> list[Figure]:
    rows = [json.loads(line) for line in SET.read_text("utf8").splitlines()]
    ranks, took = [], []
    for row in rows:
        started = time.perf_counter()
        found = [hit.question.id for hit in retriever.questions(row["query"], 5)]
        took.append(1000 * (time.perf_counter() - started))
        ranks.append(next((n for n, one in enumerate(found, 1) if one in row["accepted"]), None))
    aside = ranks[2::3]
    seen = [rank for n, rank in enumerate(ranks) if n % 3 != 2]
    figures = []
    for part, some, target in (("kept aside", aside, ">= 0.85"), ("seen while tuning", seen, "")):
        figures.append(Figure(f"{name}, {part} ({len(some)}): recall@1", _share(some, 1), "", ""))
        figures.append(Figure(f"{name}, {part} ({len(some)}): recall@5", _share(some, 5), "", target))
    for language in ("zh", "en", "mixed"):
        some = [rank for rank, row in zip(ranks, rows, strict=True) if row["language"] == language]
        figures.append(Figure(f"{name}, {language} ({len(some)}): recall@5", _share(some, 5), ""))
    return [*figures, Figure(f"{name}: a query, p50", percentile(took, 0.5), "ms")]


def _share(ranks: list[int | None], k: int) -> float:
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)
