"""Token counts without a network: careful by default, exact in slope once fitted."""

import asyncio
import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.llm.tokens import CHAT_OVERHEAD, Ruler, calibrate, estimate_tokens, fits, most_tokens

CHINESE = "显存带宽决定解码速度，算力决定预填充速度。" * 20
ENGLISH = "Memory bandwidth bounds decoding and compute bounds prefill. " * 20


def test_chinese_counts_more_per_character_than_english() -> None:
    assert estimate_tokens(CHINESE) / len(CHINESE) > 2 * estimate_tokens(ENGLISH) / len(ENGLISH)


def test_empty_text_is_no_token_and_any_text_is_at_least_one() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("a") == 1


@given(st.text(max_size=60), st.text(max_size=60))
def test_more_text_is_never_fewer_tokens(first: str, second: str) -> None:
    assert estimate_tokens(first + second) >= estimate_tokens(first)


@given(st.text(st.characters(codec="utf8"), max_size=80))
def test_the_upper_bound_is_what_a_byte_encoding_of_tiktoken_counts(text: str) -> None:
    tiktoken = importlib.import_module("tiktoken")
    encoding = tiktoken.Encoding(
        "bytes", pat_str=r"[\s\S]", mergeable_ranks={bytes([b]): b for b in range(256)}, special_tokens={}
    )
    assert most_tokens(text) == len(encoding.encode(text))
    assert estimate_tokens(text) <= max(most_tokens(text), 1)


@pytest.mark.parametrize(("wide", "narrow"), [(0.6, 0.25), (1.3, 0.45), (1.0, 1 / 3)])
def test_a_fitted_ruler_agrees_with_the_server_on_other_texts(wide: float, narrow: float) -> None:
    def served(text: str) -> int:
        chinese = sum(ord(character) > 0x7F for character in text)
        return round(wide * chinese + narrow * (len(text) - chinese))

    async def count(text: str) -> int:
        return served(text)

    ruler = asyncio.run(calibrate(count))
    assert ruler.calibrated
    for text in (CHINESE, ENGLISH, CHINESE + ENGLISH):
        assert ruler.tokens(text) == pytest.approx(served(text), rel=0.03)


def test_a_prompt_fits_only_with_its_template_and_its_reply() -> None:
    ruler = Ruler(wide=1.0, narrow=1.0, calibrated=True)
    assert fits("a" * 100, 100, 200 + CHAT_OVERHEAD, ruler, margin=0.0)
    assert not fits("a" * 101, 100, 200 + CHAT_OVERHEAD, ruler, margin=0.0)
    assert not fits("a" * 100, 100, 200 + CHAT_OVERHEAD, ruler, margin=0.05)


def test_an_unknown_context_is_left_to_the_server() -> None:
    assert fits("a" * 10**6, 100, None)


def test_half_characters_are_counted_not_refused() -> None:
    assert estimate_tokens("\ud800") >= 1
    assert most_tokens("\ud800") == 3
