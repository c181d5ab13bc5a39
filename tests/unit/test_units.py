"""What a text consists of when wordings are compared."""

from __future__ import annotations

import pytest

from interviewer.grading.units import units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n/2", "n / 2"),
        ("n * 2", "n * 2"),
        ("ｎ／２", "n / 2"),
        ("n²", "n ^ 2"),
        ("½", "1 / 2"),
        ("2*32*8", "2 * 32 * 8"),
        ("(n+1)/2", "n + 1 / 2"),
        ("batch_size / 2", "batch size / 2"),
        ("x <= 3, a = b", "x <= 3 a = b"),
        ("n-1 与 -1", "n - 1 与 - 1"),
        ("50%", "50 %"),
        ("0.33", "0.33"),
        ("memory-bound", "memory bound"),
        ("GPT-4", "gpt 4"),
        ("**显存**带宽", "显 存 带 宽"),
        ("**prefill** and *decode*", "prefill and decode"),
        ("A -> B", "a b"),
        ("读/写", "读 写"),
        ("对 ✅", "对 ✅"),
        ("。…——🙂", ""),
        ("", ""),
    ],
)
def test_letters_digits_and_operators_are_units_and_decoration_is_none(text: str, expected: str):
    assert " ".join(units(text)) == expected
