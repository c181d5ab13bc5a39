"""Quotes: found where the candidate typed them, and only there."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.grading.evidence import has_content, locate
from interviewer.models import Message


def said(*texts: str) -> tuple[Message, ...]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return tuple(
        Message(session_id="s", turn=2 * n + 1, role="candidate", kind="answer", text=text, at=at)
        for n, text in enumerate(texts)
    )


@pytest.mark.parametrize(
    ("typed", "quote", "found"),
    [
        ("预填充阶段一次算完所有 token。", "预填充阶段一次算完所有token", "预填充阶段一次算完所有 token"),
        ("Prefill is  compute\nbound.", "prefill is compute bound", "Prefill is  compute\nbound"),
        ("它叫“分页”，像操作系统", '它叫"分页",像操作系统', "它叫“分页”，像操作系统"),
        ("ＫＶ缓存随长度线性增长", "KV缓存随长度线性增长", "ＫＶ缓存随长度线性增长"),
        ("the cafe\u0301 batch is full", "the café batch", "the cafe\u0301 batch"),
        ("it\u2019s memory-bound", "it's memory–bound.", "it\u2019s memory-bound"),
        ("latency is 25ms here", "latency is 25", "latency is 25"),
        ("所以是**显存带宽**受限", "显存带宽受限", "显存带宽**受限"),
        ("ﬁne-grained blocks", "fine-grained blocks", "ﬁne-grained blocks"),
        ("a zero\u200bwidth trick", "zerowidth trick", "zero\u200bwidth trick"),
    ],
)
def test_a_quote_is_found_in_the_text_as_typed(typed: str, quote: str, found: str):
    span = locate(quote, said(typed))
    assert span is not None
    assert typed[span.start : span.end] == found


@pytest.mark.parametrize(
    "quote", ["", " ", ":", "。", "…", "🙂🙂🙂", "的", "a", "是", "aaaaaa", "哈哈哈", "——", "the", "\u200b\u200b"]
)
def test_a_quote_without_content_is_never_found(quote: str):
    assert not has_content(quote)
    assert locate(quote, said(f"这里有 {quote} 而已 {quote}")) is None


@pytest.mark.parametrize(
    ("typed", "quote"),
    [
        ("concatenate them", "cat them"),
        ("we concatenate", "concat"),
        ("batch of 1600", "batch of 160"),
        ("decode 受带宽限制", "decode 受算力限制"),
        ("prefill first. decode later", "prefill first … decode later"),
    ],
)
def test_words_that_were_not_typed_are_not_found(typed: str, quote: str):
    assert locate(quote, said(typed)) is None


def test_the_first_place_counts():
    span = locate("分页管理显存", said("不知道", "分页管理显存", "对，分页管理显存"))
    assert span is not None
    assert span.turn == 3


def test_a_quote_may_not_join_two_messages():
    assert locate("分页管理 显存", said("分页管理", "显存")) is None


@given(st.text(min_size=0, max_size=60), st.data())
def test_any_stretch_with_content_cut_at_spaces_is_found_again(text: str, data: st.DataObject):
    words = text.split()
    if not words:
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    quote = " ".join(words[first : last + 1])
    span = locate(quote, said(text))
    if span is not None:
        assert 0 <= span.start < span.end <= len(text)
    elif has_content(quote):
        raise AssertionError(f"lost {quote!r}")
