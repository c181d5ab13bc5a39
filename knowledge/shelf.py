"""Searches over the banks that one process serves, and the one index they share.

Its rule: the index is opened by whoever needs it first and never twice; while it is brought up to date, and whenever it
or its embedding endpoint fails, words alone answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from knowledge.chroma import Home, home
from knowledge.chunking import STANDARD
from knowledge.cutting import Cut
from knowledge.embedder import Embedder
from knowledge.errors import IndexBusy, IndexEmpty
from knowledge.index import Hit, SyncReport, VectorIndex
from knowledge.models import Bank
from knowledge.retrieve import Retriever

_PATIENCE_S = 3.0
"""How long one who wants the index waits for another: longer than attaching to it takes, shorter than bringing it up to date."""


class Shelf:
    """One retriever for each bank. `where` is the index's folder or server; every method may be called from any thread."""

    def __init__(self, where: str | Path, embedder_of: Callable[[Bank], Embedder], cut: Cut = STANDARD) -> None:
        self._where = where
        self._embedder_of = embedder_of
        self._cut = cut
        self._home: Home | None = None
        self._retrievers: dict[str, Retriever] = {}
        self._making = threading.Lock()
        self._changing = threading.Lock()
        self._kept: dict[str, _Lent] = {}

    def retriever(self, bank: Bank) -> Retriever:
        """The search over `bank`, made with the first call (about a second for some hundred questions)."""
        with self._making:
            if bank.id not in self._retrievers:
                embedder = self._embedder_of(bank)
                if embedder.semantic:
                    self._kept[bank.id] = _Lent(self, bank, embedder)
                self._retrievers[bank.id] = Retriever(bank, self._kept.get(bank.id), cut=self._cut)
            return self._retrievers[bank.id]

    def sync(self, bank: Bank, progress: Callable[[int, int], None] | None = None) -> SyncReport:
        """Bring the index up to date with `bank`; `progress` and errors as in `VectorIndex.sync`.

        Raises IndexBusy where this process is already at it. An index that no search asks (its embedder is
        not semantic) is closed again, so that another process may have it.
        """
        retriever = self.retriever(bank)
        lent = self._kept.get(bank.id)
        with self._changed() as place:
            try:
                index = VectorIndex(place, lent.embedder if lent else self._embedder_of(bank), self._cut)
                report = index.sync(bank, progress)
                if lent:
                    lent.index = index
                return report
            finally:
                if not self._kept:
                    self._close_home()
                retriever.try_again()

    def attach(self, bank: Bank, embedder: Embedder) -> VectorIndex:
        """The index as it stands, ready for queries on `bank`. Raises EmbeddingError or VectorIndexError."""
        with self._changed() as place:
            index = VectorIndex(place, embedder, self._cut)
            if index.attach(bank) == 0:
                raise IndexEmpty(
                    f"The index {place.place} holds nothing of the bank {bank.id!r} yet.",
                    "Bring it up to date: on the page of the bank, or with `interviewer bank index`.",
                )
            return index

    def close(self) -> None:
        """Let go of the index; idempotent."""
        with self._changing:
            self._close_home()

    @contextmanager
    def _changed(self) -> Generator[Home]:
        """The index's place, for one at a time."""
        if not self._changing.acquire(timeout=_PATIENCE_S):
            raise IndexBusy(
                "The index is being brought up to date at this moment.", "Wait until that is done; nothing is lost."
            )
        try:
            if self._home is None:
                self._home = home(self._where)
            yield self._home
        finally:
            self._changing.release()

    def _close_home(self) -> None:
        place, self._home = self._home, None
        if place is not None:
            place.close()


class _Lent:
    """One bank's vectors as its retriever asks for them: attached with the first query, and again after a new beginning."""

    def __init__(self, shelf: Shelf, bank: Bank, embedder: Embedder) -> None:
        self.embedder = embedder
        self.index: VectorIndex | None = None
        self._shelf = shelf
        self._bank = bank

    def query(self, text: str, k: int) -> tuple[Hit, ...]:
        index = self.index
        if index is None or not index.ready:
            index = self.index = self._shelf.attach(self._bank, self.embedder)
        return index.query(text, k)
