"""Search words: the same for all names of one thing, in either language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.lexicon import TERM_MARK, Lexicon
from knowledge.models import TermGroup

LEXICON = Lexicon(
    TermGroup(names=names)
    for names in (("TTFT", "首字延迟", "time to first token"), ("GPU memory", "显存"), ("memory bandwidth", "显存带宽"))
)


def terms(text: str) -> list[str]:
    return [token for token in LEXICON.tokens(text) if token.startswith(TERM_MARK)]


def test_chinese_gives_pairs_and_other_scripts_give_words() -> None:
    assert sorted(Lexicon().tokens("显存带宽 and KV-caches, 1.5 倍")) == sorted(
        ["显存", "存带", "带宽", "and", "kv", "cache", "1.5", "倍"]
    )
    assert Lexicon().tokens("？！ … --") == []


@pytest.mark.parametrize(
    "name", ["TTFT", "ttft", "ＴＴＦＴ", "首字延迟", "Time-to-First-Token", "time to first tokens"]
)
def test_every_name_of_a_thing_gives_its_one_token(name: str) -> None:
    assert terms(f"怎样降低 {name}？") == ["=ttft"]


def test_the_longest_name_at_a_place_counts_and_words_stay() -> None:
    assert terms("显存带宽与显存") == ["=memory bandwidth", "=gpu memory"]
    assert {"显存", "带宽"} <= set(LEXICON.tokens("显存带宽"))


def test_a_name_inside_a_longer_word_is_not_it() -> None:
    assert terms("nottft ttftx 首字的延迟") == []


@given(st.text(alphabet="显存带宽首字延迟 aTFt,。", max_size=60))
def test_groups_only_add_tokens(text: str) -> None:
    assert [token for token in LEXICON.tokens(text) if not token.startswith(TERM_MARK)] == Lexicon().tokens(text)


def marked(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in LEXICON.spans(query, text)]


def test_what_a_query_shares_with_a_text_is_found_in_place() -> None:
    assert marked("kv cache", "The KV-caches of ＫＶ and cached") == ["KV", "caches", "ＫＶ"]
    assert marked("首字延迟", "降低 TTFT，即 time to first token") == ["TTFT", "time to first token"]
    assert marked("显存带宽", "显存的带宽") == ["显存", "带宽"]
    assert marked("", "显存") == marked("显存", "") == []


@given(
    st.text(alphabet="显存带宽ＴaTFt ﬁK1.5,。", max_size=40), st.text(alphabet="显存带宽ＴaTFt ﬁK1.5,。", max_size=40)
)
def test_spans_lie_in_the_text_in_order_and_apart(query: str, text: str) -> None:
    spans = LEXICON.spans(query, text)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))
    assert all(0 <= start < end <= len(text) for start, end in spans)
