"""How many tokens a text is, without asking: two rates, for wide (Chinese) and narrow (Latin) characters.

One rule: needs no network and no file. The rates start careful and are fitted once, to the served model's own count
(`/tokenize`) or to any other counting function, such as the `encode` of a tiktoken encoding whose file is there. A
tiktoken encoding made offline of the 256 single bytes counts the UTF-8 bytes: `most_tokens`, an upper bound.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

from pydantic import Field

from knowledge.models import Frozen

CHAT_OVERHEAD = 32
"""Tokens that a chat template puts around two messages, rounded up."""

MARGIN = 0.05
"""By how much an estimate is widened before it is held against a context."""

_WIDE_SAMPLE = (
    "请解释一次推理请求里预填充和解码两个阶段各做什么，为什么前者受算力限制而后者受显存带宽限制。"
    "候选人说，批量变大以后吞吐提高，但是首字延迟也会变长，所以要看业务更在意哪一个指标。"
)
_NARROW_SAMPLE = (
    "The scheduler admits new requests between decode steps, so a long prompt delays the tokens of everyone else; "
    'chunked prefill bounds that delay. {"id": "k3", "verdict": "covered", "quote": "KV cache grows with each token"}'
)


class Ruler(Frozen):
    """Tokens per wide and per narrow character; the defaults are above what common models of 2023 to 2026 need."""

    wide: float = Field(default=1.0, gt=0)
    narrow: float = Field(default=0.35, gt=0)
    calibrated: bool = False

    def tokens(self, text: str) -> int:
        """Estimated tokens of `text`, rounded up."""
        narrow, wide = _count(text)
        return math.ceil(self.narrow * narrow + self.wide * wide)


async def calibrate(count: Callable[[str], Awaitable[int]]) -> Ruler:
    """The ruler that agrees with `count` (tokens of a text) on one Chinese and one English sample."""
    narrow_chars, wide_in_narrow = _count(_NARROW_SAMPLE)
    narrow = (await count(_NARROW_SAMPLE)) / (narrow_chars + wide_in_narrow)
    narrow_in_wide, wide_chars = _count(_WIDE_SAMPLE)
    wide = ((await count(_WIDE_SAMPLE)) - narrow * narrow_in_wide) / wide_chars
    return Ruler(wide=max(wide, 0.05), narrow=max(narrow, 0.05), calibrated=True)


def estimate_tokens(text: str, ruler: Ruler | None = None) -> int:
    """Estimated tokens of `text`; without a calibrated ruler, on the careful side."""
    return (ruler or Ruler()).tokens(text)


def most_tokens(text: str) -> int:
    """More tokens than this no byte-level tokeniser makes: one for each UTF-8 byte."""
    return len(text.encode("utf8", "surrogatepass"))


def fits(
    prompt: str, max_tokens: int, context: int | None, ruler: Ruler | None = None, *, margin: float = MARGIN
) -> bool:
    """Whether `prompt`, its chat template and a reply of `max_tokens` fit in `context` tokens; True when it is not known.

    The estimate is widened by `margin`; the server has the last word (reason `over_context`).
    """
    if context is None:
        return True
    needed = estimate_tokens(prompt, ruler) * (1 + margin) + CHAT_OVERHEAD + max_tokens
    return needed <= context


def _count(text: str) -> tuple[int, int]:
    """(narrow, wide) characters: wide ones take three or four UTF-8 bytes. Exact for ASCII and Chinese, and quick."""
    characters = len(text)
    extra = len(text.encode("utf8", "surrogatepass")) - characters
    wide = min(characters, extra // 2)
    return characters - wide, wide
