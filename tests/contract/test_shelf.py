"""Searches that share one index: words answer at once, vectors join when the index is up to date, one at a time changes it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.embedder import HashingEmbedder, Vectors
from knowledge.errors import EmbeddingError, VectorIndexError
from knowledge.index import VectorIndex
from knowledge.models import Bank
from knowledge.shelf import Shelf
from tests.passages import many


class Meaning:
    """The hashing embedder where it stands for a model's; can be made to fail or to wait."""

    semantic = True
    context = 0

    def __init__(self) -> None:
        self._plain = HashingEmbedder(dimension=64)
        self.name, self.dimension = "meaning", 64
        self.down = False
        self.asked = 0
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.began.set()
        assert self.gate.wait(10)
        if self.down:
            raise EmbeddingError("The endpoint is down.", "Start it.")
        self.asked += len(texts)
        return self._plain.embed(texts)


@pytest.fixture
def meaning() -> Meaning:
    return Meaning()


@pytest.fixture
def shelf(tmp_path: Path, meaning: Meaning):
    made = Shelf(tmp_path, lambda _: meaning)
    yield made
    made.close()


@pytest.fixture
def bank() -> Bank:
    return many(6)


def test_words_alone_answer_until_the_index_was_brought_up_to_date(shelf: Shelf, bank: Bank) -> None:
    retriever = shelf.retriever(bank)
    assert shelf.retriever(bank) is retriever
    assert retriever.find("topic3", 1)[0].chunk.question_id == "topic-3"
    assert not retriever.by_meaning
    assert "nothing of the bank" in str(retriever.fault)
    shelf.sync(bank)
    assert retriever.find("topic3", 1)[0].chunk.question_id == "topic-3"
    assert retriever.by_meaning
    assert retriever.fault is None


def test_an_index_that_was_brought_up_to_date_earlier_is_used_without_embedding_it_again(
    tmp_path: Path, meaning: Meaning, bank: Bank
) -> None:
    first = Shelf(tmp_path, lambda _: meaning)
    first.sync(bank)
    first.close()
    second = Shelf(tmp_path, lambda _: meaning)
    meaning.asked = 0
    retriever = second.retriever(bank)
    retriever.find("topic3", 1)
    assert retriever.by_meaning
    assert meaning.asked == 1
    second.close()


def test_two_banks_share_the_folder_and_keep_their_own_answers(shelf: Shelf, bank: Bank) -> None:
    other = many(3).model_copy(update={"id": "other"})
    shelf.sync(bank)
    shelf.sync(other)
    assert shelf.retriever(bank).find("topic5", 1)[0].chunk.question_id == "topic-5"
    assert shelf.retriever(other).find("topic2", 1)[0].chunk.question_id == "topic-2"
    assert shelf.retriever(bank).by_meaning
    assert shelf.retriever(other).by_meaning


def test_a_second_sync_at_the_same_time_is_refused_calmly_and_the_first_ends_well(
    shelf: Shelf, meaning: Meaning, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.shelf._PATIENCE_S", 0.05)
    reports: list[object] = []
    shelf.retriever(bank)
    meaning.gate.clear()
    meaning.began.clear()
    at_work = threading.Thread(target=lambda: reports.append(shelf.sync(bank)))
    at_work.start()
    assert meaning.began.wait(10)
    with pytest.raises(VectorIndexError, match="at this moment"):
        shelf.sync(bank)
    meaning.gate.set()
    at_work.join(20)
    assert len(reports) == 1
    assert shelf.sync(bank).kept > 0


def test_searches_go_on_from_many_threads_while_the_index_grows(shelf: Shelf, bank: Bank) -> None:
    shelf.sync(bank)
    grown = many(300)
    retriever = shelf.retriever(bank)
    stop, wrong = threading.Event(), []

    def search() -> None:
        while not stop.is_set():
            if retriever.find("topic3", 1)[0].chunk.question_id != "topic-3" or not retriever.by_meaning:
                wrong.append(retriever.fault)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    report = shelf.sync(grown)
    stop.set()
    for thread in threads:
        thread.join()
    assert report.added > 800
    assert wrong == []


def test_an_endpoint_that_fails_is_said_and_words_go_on(shelf: Shelf, meaning: Meaning, bank: Bank) -> None:
    shelf.sync(bank)
    meaning.down = True
    retriever = shelf.retriever(bank)
    assert retriever.find("topic3", 1)[0].chunk.question_id == "topic-3"
    assert isinstance(retriever.fault, EmbeddingError)
    meaning.down = False
    shelf.sync(bank)
    retriever.find("topic3", 1)
    assert retriever.by_meaning


def test_a_folder_made_anew_under_a_search_is_attached_again(tmp_path: Path, meaning: Meaning, bank: Bank) -> None:
    shelf = Shelf(tmp_path, lambda _: meaning)
    shelf.sync(bank)
    retriever = shelf.retriever(bank)
    retriever.find("topic3", 1)
    (tmp_path / "writing").touch()  # as a process leaves it that was killed while it wrote
    report = shelf.sync(bank)
    assert "killed in the middle" in report.rebuilt
    retriever.find("topic3", 1)
    assert retriever.by_meaning
    shelf.close()


def test_an_index_no_search_asks_is_left_to_others_after_it_was_brought_up_to_date(tmp_path: Path, bank: Bank) -> None:
    shelf = Shelf(tmp_path, lambda _: HashingEmbedder())
    assert shelf.sync(bank).added > 0
    other = VectorIndex.open(tmp_path, HashingEmbedder())
    with pytest.raises(VectorIndexError, match="in use by another process"):
        shelf.sync(bank)
    other.close()
    assert shelf.sync(bank).added == 0
