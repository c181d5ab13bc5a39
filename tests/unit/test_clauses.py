"""An answer cut into numbered clauses: nothing is lost, nothing is joined to the sentence before, nothing useful is cut."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interviewer.grading.clauses import LONGEST, MOST, cut, number_clauses
from interviewer.typed import drawn_stretches
from tests.unit.test_evidence import said

FENCE = "```python\nfor i in range(3):\n    print(i, end=', ')\n\nreturn. Done, now\n```\n"
MERMAID = "graph TD\nA-->B, C\nB-->C. D\n\n"
BOXES = "+-----+   +-----+\n|  A  |-->| B,C |\n+-----+   +-----+\n\n"
ALIGNED = (
    r"\begin{aligned} T &= \frac{2 n, d}{B}. \\ S &= \sum_{i=1}^{n} a_i, \quad \text{where } i \le n \end{aligned}"
)


def clauses(text: str) -> list[str]:
    return [text[start:end] for start, end in cut(text)]


@pytest.mark.parametrize(
    "pieces",
    [
        # sentence ends and commas, in both writings
        ["预填充把提示词一次并行算完，", "写入缓存。", "解码逐个生成，", "受显存带宽限制。"],
        ["Prefill runs the whole prompt, ", "decode goes one by one. ", "So it waits; ", "that is all!"],
        ["速度变快,", "显存变省;", "但是更复杂."],
        ["第一句\n", "第二句\n\n", "第三句"],
        # a short answer after a sentence end stands alone
        ["有没有冲突？", "没有。"],
        ["这时会重算吗？", "不会。", "因为块还在显存里。"],
        ["Is it contiguous? ", "No. ", "The block table maps it."],
        ["对。", "它按块分配显存。"],
        # a label leads on
        ["优点：速度更快，", "省内存。", "缺点：更复杂。"],
        ["优点：\n速度更快。\n", "缺点：\n更复杂。"],
        ["入队: tail++; ", "出队: head++;"],
        ["首先，并行算完提示词，", "其次，逐个生成新词元。"],
        ["嗯……应该是显存带宽。"],
        ["Well, the cache grows. ", "Yes, that costs memory."],
        # a tag ends its own sentence
        ["瓶颈在显存带宽，对吧。", "算力有剩。"],
        # what is one word to a reader
        ["命中率是 0.33，", "版本是 v0.2.1，", "属性是 a.b.c。"],
        ["It takes 1,024 tokens at 3:4, ", "e.g. torch.nn.Linear vs. ours, ", "see https://a.b/c,d?e=1,2. ", "Then 25. ", "Done."],
        ["Rows k1, ", "k2, ..., kn stay."],
        ["用 `x, y = f(a), b`，", "再算 f(a, b) 就行。"],
        ["我觉得（批量变大，吞吐提高）是这样，", "他说“不，是带宽。”我同意。"],
        ["It costs $5, ", "then $10, ", "and so on."],
        # lists
        ["1. 并行\n", "2. 逐个\n", "3. 共享"],
        ["有两点：1. 并行 ", "2. 逐个 ", "3. 共享"],
        ["1、并行；", "2、逐个"],
        ["- 并行算完\n", "- 逐个生成\n"],
        ["①并行", "②逐个"],
        ["它是 25. ", "之后再说"],
        # blocks and formulas stay whole
        [f"先看代码：\n{FENCE}", "这样就行，", "没有锁。"],
        [BOXES, "如图，A 调 B。"],
        [MERMAID, "如图，A 调 B。"],
        [FENCE],
        [BOXES.rstrip("\n")],
        ["总时间 $T = \\frac{2 n, d}{B}$，", "其中 n 是词元数，", "B 是带宽。"],
        ["写成\n", ALIGNED],
        # nothing much
        ["没有"],
        ["n/2"],
        ["。"],
        ["🙂🙂"],
        ["A"],
    ],
)  # fmt: skip
def test_where_an_answer_is_cut(pieces: list[str]):
    assert clauses("".join(pieces)) == pieces


def test_long_speech_without_stops_is_cut_at_joining_words_and_spaces_into_even_parts():
    english = (
        "The scheduler admits new requests between decode steps so a long prompt delays the tokens of everyone else "
        "and chunked prefill bounds that delay"
    )
    assert clauses(english) == [
        "The scheduler admits new requests between decode steps ",
        "so a long prompt delays the tokens of everyone else ",
        "and chunked prefill bounds that delay",
    ]
    chinese = "预填充阶段会把整个提示词一次性并行处理掉而且把每一层的键值缓存都写入显存然后解码阶段逐个自回归地生成新的词元直到遇到结束符为止"
    assert all(20 <= len(one) <= LONGEST for one in clauses(chinese))


def whole(text: str) -> list[tuple[int, int]]:
    """Where `text` holds code, a drawing or a formula, which may be longer than other clauses."""
    return [*drawn_stretches(text), *([(0, len(text))] if any(mark in text for mark in ("$", "\\")) else [])]


PARTS = st.sampled_from(
    ["，", "。", ",", ".", " ", "\n", "；", "？", "!", "1.", "2. ", "(", ")", "“", "”", "…", "、", "：", ":", "没有", "显存带宽", "decode",
     "0.33", "e.g.", "🙂", "👩‍💻", "e\u0301", "\r\n", "`x`", "```", "$x, y$", "|", "-->", "+--", "[3]", "⟦3⟧", "\t", "a.b", "长" * 30, "w" * 40]
)  # fmt: skip


@given(st.lists(PARTS, min_size=1, max_size=60).map("".join) | st.text(min_size=1, max_size=300))
@example("，" * 3000)
@example("长" * 30_000)
@example("a" * 500)
@example("(" * 500)
def test_the_clauses_joined_are_the_answer_and_none_is_too_long(text: str):
    spans = cut(text)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    assert all(left[1] == right[0] for left, right in pairwise(spans))
    assert all(end > start for start, end in spans)
    if len(text) <= LONGEST * 300:
        long = [(start, end) for start, end in spans if end - start > LONGEST]
        assert all(any(s < end and start < e for s, e in whole(text)) for start, end in long)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=30).map("".join), min_size=1, max_size=5))
def test_numbers_run_on_and_never_change_as_the_talk_grows(texts: list[str]):
    answers = said(*texts)
    numbered = number_clauses(answers)
    assert [clause.number for clause in numbered] == list(range(1, len(numbered) + 1))
    for known in range(1, len(answers)):
        earlier = number_clauses(answers[:known])
        assert numbered[: len(earlier)] == earlier
    by_turn = {message.turn: message.text for message in answers}
    for message in answers:
        spans = [clause.span for clause in numbered if clause.turn == message.turn]
        assert "".join(by_turn[span.turn][span.start : span.end] for span in spans) == message.text


@pytest.mark.parametrize(
    "text",
    [
        "预填充并行算完，" * 3750,
        "预填充，" * 7500,
        "长" * 30_000,
        "no stops at all " * 1900,
        FENCE * 400,
        "1. " * 10_000,
        "\\(" * 15_000,
        "$a " * 10_000,
        "| | " * 7500,
    ],
)
def test_thirty_thousand_characters_keep_three_digits_and_cost_little(text: str):
    started = time.process_time()
    numbered = number_clauses(said(text, text, text, "没有。"))
    assert time.process_time() - started < 5
    assert numbered[-1].number <= MOST
    assert [clause.number for clause in numbered if clause.turn == 7] == [numbered[-1].number]


def test_three_hundred_clauses_are_three_hundred():
    numbered = number_clauses(said("第一步并行算完，" * 299 + "然后逐个生成。"))
    assert len(numbered) == 300


def test_accents_and_joined_emoji_are_never_split():
    text = "e\u0301" * 100 + "👩\u200d💻" * 60
    for start, end in cut(text):
        assert text[start:end][0] not in "\u0301\u200d"
        assert text[start:end][-1] != "\u200d"
