"""Search: words alone answer from memory; vectors add to the order and may fail without stopping it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.embedder import HashingEmbedder, Vectors
from knowledge.errors import EmbeddingError
from knowledge.index import VectorIndex
from knowledge.lexicon import Lexicon
from knowledge.retrieve import Retriever, WordIndex
from tests.passages import bank_of

BANK = bank_of(
    {
        "latency": "## 参考答案\n\nTTFT 由排队和 prefill 决定。\n\n## 要点\n\n- [一般] 排队",
        "paging": "## 参考答案\n\n分页把显存切成块，碎片很少。\n\n## Reference answer\n\nPaging cuts GPU memory into blocks.",
        "batching": "## 参考答案\n\n连续批处理在每一步加入新请求。",
    },
    ("TTFT", "首字延迟", "time to first token"),
)


def test_a_passage_is_found_by_its_words_in_either_language() -> None:
    retriever = Retriever(BANK)
    assert retriever.find("显存为什么没有碎片", 1)[0].chunk.text.startswith("分页")
    assert retriever.find("how are blocks of memory cut", 1)[0].chunk.text.startswith("Paging")


def test_a_passage_is_found_by_another_name_of_the_same_thing() -> None:
    for query in ("首字延迟", "what sets the time to first token"):
        assert Retriever(BANK).find(query, 1)[0].chunk.source_id == "latency"
    without_groups = BANK.model_copy(update={"terms": ()})
    assert Retriever(without_groups).find("首字延迟", 1) == ()


def test_results_come_best_first_and_no_more_than_asked() -> None:
    hits = Retriever(BANK).find("解释 显存 memory", 3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert Retriever(BANK).find("显存", 0) == ()
    assert Retriever(BANK).find("显存", 50) == Retriever(BANK).find("显存", 50)


@pytest.mark.parametrize("query", ["", "？！", "zebra 斑马线", "\0"])
def test_a_query_that_shares_no_word_finds_nothing(query: str) -> None:
    assert Retriever(BANK).find(query, 5) == ()
    assert Retriever(BANK).questions(query, 5) == ()


def test_a_bank_without_any_text_is_searched_too() -> None:
    empty = BANK.model_copy(
        update={"questions": (), "notes": (), "outline": BANK.outline.model_copy(update={"chapters": ()})}
    )
    assert Retriever(empty).find("显存", 5) == ()


def test_each_question_is_found_once_by_its_best_passage() -> None:
    hits = Retriever(BANK).questions("显存 分页 memory 请求", 5)
    assert hits[0].question.id == "paging"
    assert len({hit.question.id for hit in hits}) == len(hits)
    assert Retriever(BANK).questions("请解释batching", 1)[0].question.id == "batching"


def test_a_question_without_a_note_is_found_by_its_text() -> None:
    bare = BANK.questions[0].model_copy(update={"note": None})
    bank = BANK.model_copy(update={"questions": (bare,), "notes": ()})
    assert Retriever(bank).questions("explain latency", 1)[0].question == bare


@given(
    st.lists(st.text(alphabet="ab 显存带宽", max_size=30), min_size=1, max_size=8),
    st.text(alphabet="ab 显存带宽", max_size=12),
)
def test_scores_are_those_of_the_published_formula(texts: list[str], query: str) -> None:
    lexicon = Lexicon()
    documents = [lexicon.tokens(text) for text in texts]
    mean = max(sum(map(len, documents)) / len(documents), 1.0)
    expected = []
    for document in documents:
        score = 0.0
        for token in set(lexicon.tokens(query)):
            holding = sum(token in other for other in documents)
            times = document.count(token)
            rarity = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            score += rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * len(document) / mean))
        expected.append(score)
    np.testing.assert_allclose(WordIndex(texts, lexicon).scores(query), expected, rtol=1e-4, atol=1e-5)


class Meaning:
    """An embedder that knows one thing: which texts are about blocks, whatever their words. Fails while `down`."""

    name, dimension, semantic, context = "meaning", 2, True, 0

    def __init__(self) -> None:
        self.down = False
        self.asked = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += 1
        if self.down:
            raise EmbeddingError("The endpoint is down.", "Start it.")
        about = [any(word in text for word in ("Paging", "分页", "zebra")) for text in texts]
        return np.array([(1, 0) if yes else (0, 1) for yes in about], dtype=np.float32)


def test_a_semantic_index_finds_what_shares_no_word(tmp_path: Path) -> None:
    index = VectorIndex.open(tmp_path, Meaning())
    index.sync(BANK)
    retriever = Retriever(BANK, index)
    assert {hit.chunk.source_id for hit in retriever.find("zebra", 2)} == {"paging"}
    assert retriever.questions("zebra", 1)[0].question.id == "paging"
    assert retriever.fault is None
    index.close()


def test_a_fault_of_the_vectors_leaves_the_words_and_is_not_waited_for_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = [0.0]
    meaning = Meaning()
    index = VectorIndex.open(tmp_path, meaning)
    index.sync(BANK)
    retriever = Retriever(BANK, index, clock=lambda: now[0])
    plain = Retriever(BANK).find("显存", 3)
    meaning.down, meaning.asked = True, 0
    assert retriever.find("显存", 3) == plain
    assert retriever.find("显存", 3) == plain
    assert (meaning.asked, str(retriever.fault)) == (1, "The endpoint is down. Start it.")
    assert "words alone" in caplog.text
    meaning.down, now[0] = False, 61.0
    assert retriever.find("zebra", 1) != ()
    assert retriever.fault is None
    index.close()


def test_an_index_of_hashed_words_is_not_asked(tmp_path: Path) -> None:
    index = VectorIndex.open(tmp_path, HashingEmbedder(BANK.terms))
    index.sync(BANK)
    assert Retriever(BANK, index).find("显存", 3) == Retriever(BANK).find("显存", 3)
    assert Retriever(BANK, index).find("zebra", 3) == ()
    index.close()
