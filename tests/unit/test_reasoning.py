"""Thinking never reaches a person, however a stream splits it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.llm.reasoning import Spoken, opens_in_prompt, strip_thinking

CASES = [
    ("plain words", "plain words"),
    ("<think>secret</think>\n\nspoken", "spoken"),
    ("<think>secret", ""),
    ("<think>", ""),
    ("<think></think>只说这一句。", "只说这一句。"),
    ("[THINK]secret[/THINK]spoken", "spoken"),
    ("<think>a</think>one <think>b</think>two", "one two"),
    ("a < b and <thin ice", "a < b and <thin ice"),
    ("ends with <thi", "ends with <thi"),
]


def spoken_of(pieces: list[str], *, thinking: bool = False) -> str:
    spoken = Spoken(thinking=thinking)
    return "".join([*(spoken.feed(piece) for piece in pieces), spoken.finish()])


@pytest.mark.parametrize(("text", "shown"), CASES)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_only_spoken_words_come_out_however_the_stream_is_split(text: str, shown: str, size: int) -> None:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert spoken_of(pieces) == shown


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_thinking_that_began_in_the_prompt_is_held_until_it_is_closed(size: int) -> None:
    text = "secret plans</think>\nspoken"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert spoken_of(pieces, thinking=True) == "spoken"
    assert spoken_of(pieces[:1] if size < 20 else ["secret"], thinking=True) == ""


@given(
    thought=st.text(st.characters(exclude_characters="<>[]/", codec="utf8"), max_size=30),
    words=st.text(st.characters(exclude_characters="<>[]/", codec="utf8"), max_size=30),
    cuts=st.lists(st.integers(0, 80), max_size=8),
)
def test_splitting_a_stream_never_changes_what_is_said(thought: str, words: str, cuts: list[int]) -> None:
    text = f"<think>{thought}</think>{words}"
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    pieces = [text[start:end] for start, end in pairwise(edges)]
    assert spoken_of(pieces) == words.lstrip()


def test_words_are_not_held_back_until_the_end() -> None:
    spoken = Spoken()
    assert spoken.feed("Thank you. ") == "Thank you. "
    assert spoken.feed("x <th") == "x "
    assert spoken.feed("e end") == "<the end"


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("secret</think>{}", "{}"),
        ("<think>a</think> {} ", "{}"),
        ("{}", "{}"),
        ("<think>open", ""),
        ("a</think>b</think>c", "bc"),
    ],
)
def test_whole_text_loses_its_thinking(text: str, stripped: str) -> None:
    assert strip_thinking(text) == stripped


def test_a_reply_that_only_closes_thinking_is_noticed() -> None:
    assert opens_in_prompt("secret</think>ready")
    assert not opens_in_prompt("<think>secret</think>ready")
    assert not opens_in_prompt("ready")
