"""Code and drawings in what was typed: found fenced or not, kept apart with their quotes in them, and no text lost."""

from __future__ import annotations

import itertools
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.report.render.html_marks import marked, said
from interviewer.report.wording import Words
from interviewer.typed import drawn_stretches

BOX = "┌────┐   ┌────┐\n│ P  │──▶│ D  │\n└────┘   └────┘"
PIECES = st.sampled_from(
    ["```\n", "```python\n", "a --> b\n", "| x |\n", "|---|\n", "\n\n", "graph LR\n", "  |  |\n", "预填充", "`", BOX]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一段话，没有图。", []),
        ("before\n```\nx = 1\n```\nafter", ["```\nx = 1\n```\n"]),
        ("left open\n```\nx = 1", ["```\nx = 1"]),
        (f"架构如下：\n\n{BOX}\n\n两个阶段分开。", [f"{BOX}\n"]),
        ("graph LR\nA --> B", ["graph LR\nA --> B"]),
        ("```\na\n```\nthen\n```\nb\n```", ["```\na\n```\n", "```\nb\n```"]),
        ("one arrow a --> b in a sentence", []),
        ("| a | b |\n|---|---|\n| 1 | 2 |", []),
    ],
)
def test_code_and_drawings_are_found(text: str, found: list[str]):
    assert [text[start:end] for start, end in drawn_stretches(text)] == found


@given(st.lists(PIECES).map("".join), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 5))))
def test_the_text_comes_out_whole_with_each_number_once(text: str, spans: list[tuple[int, int, int]]):
    shown = said(text, spans, marked(Words("en")))
    assert unescape(re.sub(r"<sup>.*?</sup>|<[^>]+>", "", shown)) == text
    stretches = drawn_stretches(text)
    assert shown.count('<code class="drawn"') == len(stretches)
    assert all(0 <= start < end <= len(text) for start, end in stretches)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(stretches))
    inside = [(s, min(e, len(text)), n) for s, e, n in spans if s < min(e, len(text))]
    numbers = " ".join(re.findall(r"<sup>(.*?)</sup>", shown)).split()
    assert len(numbers) == len({(end, n) for _, end, n in inside})


def test_a_quote_that_reaches_into_a_drawing_is_marked_on_both_sides_and_numbered_at_its_end():
    text = "先看图\n```\nP --> D\n```"
    start, end = text.index("看图"), text.index(" D")
    shown = said(text, [(start, end, 2)], marked(Words("zh")))
    before, box = shown.split("<code")
    assert "<mark" in before
    assert "<sup>" not in before
    assert "<mark" in box
    assert box.count("<sup>2</sup>") == 1


def test_a_long_line_of_spaces_takes_no_time_worth_noting():
    spaces = " " * 200_000
    assert drawn_stretches(f"x\n{spaces}y") == ()
    assert len(drawn_stretches(f"a --> b\nb --> c\n{spaces}y\n---|---{spaces}y")) == 1
