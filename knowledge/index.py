"""Vectors of a bank's passages in Chroma, kept equal to the bank.

Its rule: the index is derived data. The bank says what must be in it, `sync` makes it so from any state, and what cannot
be opened is made anew and said so. Texts stay in the bank; the index holds ids, hashes and vectors.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from knowledge.chroma import Home, faults_named, home, is_fault
from knowledge.chunking import STANDARD, Chunk, chunk_bank, parts_of
from knowledge.cutting import Cut
from knowledge.embedder import Embedder
from knowledge.errors import VectorIndexError
from knowledge.models import Bank, Frozen

if TYPE_CHECKING:
    from chromadb import Collection

_log = logging.getLogger(__name__)
_BATCH = 256
Item = TypeVar("Item")
Metadata = dict[str, Any]
_UNREADABLE = "what was there could not be read"


class Hit(Frozen):
    """A passage found, and how well it fits: higher is nearer, comparable within one answer only."""

    chunk: Chunk
    score: float


class SyncReport(Frozen):
    """What `sync` did, in passages. `updated` ones only moved (order, question) and were not embedded again.

    `rebuilt` says why the index was made anew and `replaced` names the embedders whose vectors gave way; mostly empty.
    """

    added: int
    updated: int
    removed: int
    kept: int
    rebuilt: str = ""
    replaced: tuple[str, ...] = ()


class VectorIndex:
    """One collection per bank, embedder and way to cut. Open it, `sync` the bank, then `query` from any thread.

    A passage that is longer than what the embedder reads is embedded in parts, and found by the nearest of them.

    A folder belongs to one process at a time: `open` in a second one raises VectorIndexError, and that process searches
    without vectors (`Retriever(bank, None)`) or both use a server.
    """

    def __init__(self, where: Home, embedder: Embedder, cut: Cut = STANDARD) -> None:
        self._home = where
        self.embedder = embedder
        self._cut = cut
        self._wholes: dict[str, Chunk] = {}
        self._collection: Collection | None = None
        self._begun = 0

    @classmethod
    def open(cls, where: str | Path, embedder: Embedder, cut: Cut = STANDARD) -> Self:
        """`where` is a folder (made where it is missing) or the URL of a Chroma server; raises VectorIndexError."""
        return cls(home(where), embedder, cut)

    def close(self) -> None:
        """Let go of folder or server; the next process may open it."""
        self._collection = None
        self._home.close()

    def sync(self, bank: Bank, progress: Callable[[int, int], None] | None = None) -> SyncReport:
        """Make the index equal to the bank, embedding only passages that are new; `progress` gets (done, to embed).

        Raises EmbeddingError (what was embedded so far stays) or VectorIndexError. Calling it again carries on.
        """
        held = _Passages(bank, self._cut, self.embedder)
        with self._home.writing() as rebuilt:
            try:
                report = self._bring(bank, held, progress)
            except BaseException as error:
                if not is_fault(error):
                    raise
                rebuilt = f"{_UNREADABLE} ({error})"
                with faults_named(self._home.place):
                    self._home.renew()
                    report = self._bring(bank, held, progress)
        if rebuilt:
            _log.warning("The index %s was made anew: %s.", self._home.place, rebuilt)
        return report.model_copy(update={"rebuilt": rebuilt})

    def attach(self, bank: Bank) -> int:
        """Make what is already there ready for `query`, embedding nothing; gives how many of the bank's passages that is.

        Raises EmbeddingError or VectorIndexError.
        """
        held = _Passages(bank, self._cut, self.embedder)
        with self._home.writing(), faults_named(self._home.place):
            collection = self._open_collection(bank.id, held.made_by)
            there = collection.get(include=[])["ids"]
        self._keep(collection, held)
        return sum(one in held.parts for one in there)

    @property
    def ready(self) -> bool:
        """Whether `query` may be asked: false before the first `sync` or `attach`, and after the place was begun anew."""
        return self._collection is not None and self._begun == self._home.begun

    def query(self, text: str, k: int) -> tuple[Hit, ...]:
        """The `k` passages nearest to `text` by cosine, best first; scores are cosines, -1 to 1."""
        if not self.ready:
            raise self._not_synchronised()
        if k < 1 or not self._wholes:
            return ()
        vector = self.embedder.embed([self._cut.within((), text, self.embedder.context)[0][1]])
        with self._home.reading(), faults_named(self._home.place):
            if self._collection is None or not self.ready:  # begun anew while the text was being embedded
                raise self._not_synchronised()
            found = self._collection.query(
                query_embeddings=vector, n_results=min(k, len(self._wholes)), include=["distances"]
            )
        nearest = zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
        best: dict[str, Hit] = {}
        for one, distance in nearest:
            if whole := self._wholes.get(one):
                best.setdefault(whole.id, Hit(chunk=whole, score=1 - distance))
        return tuple(best.values())

    def ids(self) -> frozenset[str]:
        """Ids of the passages that Chroma holds for the bank, read from Chroma itself."""
        if self._collection is None:
            raise self._not_synchronised()
        with faults_named(self._home.place):
            return frozenset(self._collection.get(include=[])["ids"])

    def _not_synchronised(self) -> VectorIndexError:
        return VectorIndexError(f"The index {self._home.place} was not synchronised with a bank.", "Call `sync` first.")

    def _bring(self, bank: Bank, held: _Passages, progress: Callable[[int, int], None] | None) -> SyncReport:
        chunks = held.parts
        replaced = self._drop_others(bank.id, held.made_by)
        collection = self._open_collection(bank.id, held.made_by)
        stored = self._stored(collection)
        new = [chunk for chunk in chunks.values() if chunk.id not in stored]
        moved = [chunk for chunk in chunks.values() if chunk.id in stored and stored[chunk.id] != _metadata(chunk)]
        gone = [one for one in stored if one not in chunks]
        for batch in _batches(gone):
            collection.delete(ids=list(batch))
        for batch in _batches(moved):
            collection.update(ids=[chunk.id for chunk in batch], metadatas=[_metadata(chunk) for chunk in batch])
        done = 0
        for batch in _batches(new):
            vectors = self.embedder.embed([chunk.content for chunk in batch])
            collection.upsert(
                ids=[chunk.id for chunk in batch], embeddings=vectors, metadatas=[_metadata(chunk) for chunk in batch]
            )
            done += len(batch)
            if progress:
                progress(done, len(new))
        self._keep(collection, held)
        return SyncReport(
            added=len(new),
            updated=len(moved),
            removed=len(gone),
            kept=len(chunks) - len(new) - len(moved),
            replaced=replaced,
        )

    def _keep(self, collection: Collection, held: _Passages) -> None:
        self._collection, self._wholes, self._begun = collection, held.wholes, self._home.begun

    def _drop_others(self, bank_id: str, made_by: str) -> tuple[str, ...]:
        """Drop this bank's other collections and name who made them; on a server they stay: another may use them."""
        client = self._home.client()
        name = _collection_name(bank_id, made_by)
        others = [
            other
            for other in client.list_collections()
            if other.name != name and (other.metadata or {}).get("bank") == bank_id and not self._home.shared
        ]
        for other in others:
            client.delete_collection(other.name)
        return tuple(str((other.metadata or {}).get("embedder")) for other in others)

    def _open_collection(self, bank_id: str, made_by: str) -> Collection:
        """This bank's collection for this embedder and way to cut, made where there is none."""
        client = self._home.client()
        name = _collection_name(bank_id, made_by)
        collection = client.get_or_create_collection(
            name,
            configuration={"hnsw": {"space": "cosine"}},
            metadata={"bank": bank_id, "embedder": made_by},
            embedding_function=None,
        )
        other = (collection.metadata or {}).get("embedder")
        if other != made_by:
            raise VectorIndexError(
                f"The collection {name!r} of the index {self._home.place} was made by {other!r}, not {made_by!r}.",
                "Delete that collection; it is made anew from the bank.",
                place=self._home.place,
            )
        return collection

    def _stored(self, collection: Collection) -> dict[str, Metadata]:
        """Ids and metadata of what is there. In a folder of ours every vector is read too: a broken one fails here."""
        found = collection.get(include=["metadatas"] if self._home.shared else ["metadatas", "embeddings"])
        return {one: dict(metadata) for one, metadata in zip(found["ids"], found["metadatas"] or [], strict=True)}


class _Passages:
    """A bank's passages as they are embedded.

    `parts` by id, `wholes` the passage that each belongs to. `made_by` names the embedder and, where they are not the
    standard ones, the cut and the context that passages were parted by: with those the passages differ.
    """

    def __init__(self, bank: Bank, cut: Cut, embedder: Embedder) -> None:
        context = embedder.context
        self.parts: dict[str, Chunk] = {}
        self.wholes: dict[str, Chunk] = {}
        for chunk in chunk_bank(bank, cut):
            for part in parts_of(chunk, cut, context):
                self.parts[part.id], self.wholes[part.id] = part, chunk
        parted = (
            f"context {context}" if any(one not in self.parts for one in (w.id for w in self.wholes.values())) else ""
        )
        self.made_by = " ".join(filter(None, (embedder.name, cut.name, parted)))


def _metadata(chunk: Chunk) -> Metadata:
    """Strings and whole numbers only, never None: what Chroma can hold."""
    return {
        "source_id": chunk.source_id,
        "question_id": chunk.question_id or "",
        "heading": " > ".join(chunk.heading),
        "content_hash": chunk.content_hash,
        "ordinal": chunk.ordinal,
    }


def _collection_name(bank_id: str, made_by: str) -> str:
    """A name Chroma allows ([a-zA-Z0-9._-], at least three, alphanumeric ends), one for each bank, embedder and cut."""
    readable = re.sub(r"[^a-zA-Z0-9]+", "-", bank_id).strip("-")[:40] or "bank"
    digest = hashlib.sha256("\n".join((bank_id, made_by)).encode()).hexdigest()
    return f"{readable}-{digest[:16]}"


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[at : at + _BATCH] for at in range(0, len(items), _BATCH))
