"""How many tokens a text is, without asking: two rates, for wide (Chinese) and narrow (Latin) characters.

One rule: needs no network and, unless the model's vocabulary is given, no file. The rates start careful and are fitted once, to the served model's own count
(`/tokenize`) or to any other counting function, such as the `encode` of a tiktoken encoding whose file is there. A
tiktoken encoding made offline of the 256 single bytes counts the UTF-8 bytes: `most_tokens`, an upper bound.
"""

from __future__ import annotations

import math
import re
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
_TIMES = "[00:01:02.345] 2026-12-01 12:34:56 --> 00:01:07,890; 4096 + 512 = 4608 (0.62)"
_NUMBERS = re.compile(r"\d(?:[\d:.,/-]*\d)?")
_NARROW_SAMPLE = (
    "The scheduler admits new requests between decode steps, so a long prompt delays the tokens of everyone else; "
    'chunked prefill bounds that delay. {"id": "k3", "verdict": "covered", "quote": "KV cache grows with each token"}'
)


class Ruler(Frozen):
    """Tokens per wide and per narrow character; the defaults are above what common models of 2023 to 2026 need.

    With `vocabulary`, a file or O200K, texts are encoded by tiktoken, times `factor`. Digits and what stands between them
    in numbers and times count one token a character unless the vocabulary is the served model's own: o200k joins three of
    them where others take each alone (0.62 of Qwen3's count).
    """

    wide: float = Field(default=1.0, gt=0)
    narrow: float = Field(default=0.35, gt=0)
    calibrated: bool = False
    vocabulary: str = ""
    factor: float = Field(default=1.0, gt=0)
    own: bool = False
    """Whether the vocabulary is the served model's own."""

    def tokens(self, text: str) -> int:
        """Tokens of `text`, rounded up: exact or above with the model's own vocabulary, else an estimate upwards."""
        if self.own:
            return math.ceil(self.factor * len(_encode(self.vocabulary, text)))
        numbers = sum(map(len, _NUMBERS.findall(text)))
        between = _NUMBERS.split(text) if numbers else [text]
        narrow, wide = _count("".join(between))
        counted = self.narrow * narrow + self.wide * wide
        if self.vocabulary:
            encoded = self.factor * sum(len(_encode(self.vocabulary, part)) for part in between)
            counted = encoded if self.calibrated else max(counted, encoded)
        return math.ceil(counted + numbers)


async def calibrate(count: Callable[[str], Awaitable[int]], vocabulary: str = "", *, own: bool = False) -> Ruler:
    """The ruler that agrees with `count` (tokens of a text) on one Chinese and one English sample, and is never below it
    there; with a vocabulary that is said to be the model's own, on times too, and `own` only where it was so."""
    narrow_chars, wide_in_narrow = _count(_NARROW_SAMPLE)
    narrow_count, wide_count = await count(_NARROW_SAMPLE), await count(_WIDE_SAMPLE)
    narrow = narrow_count / (narrow_chars + wide_in_narrow)
    narrow_in_wide, wide_chars = _count(_WIDE_SAMPLE)
    wide = (wide_count - narrow * narrow_in_wide) / wide_chars
    known = {"wide": max(wide, 0.05), "narrow": max(narrow, 0.05), "calibrated": True}
    if not vocabulary:
        return Ruler(**known)
    samples = ((_NARROW_SAMPLE, narrow_count), (_WIDE_SAMPLE, wide_count), (_TIMES, await count(_TIMES)))
    shares = [counted / max(1, len(_encode(vocabulary, text))) for text, counted in samples]
    is_own = own and max(shares) <= 1.1 and min(shares) >= 0.9
    factor = max(1.0, *(shares if is_own else shares[:2]))
    return Ruler(**known, vocabulary=vocabulary, factor=factor, own=is_own)


def estimate_tokens(text: str, ruler: Ruler | None = None) -> int:
    """Estimated tokens of `text`; without a calibrated ruler, on the careful side."""
    return (ruler or Ruler()).tokens(text)


def prompt_tokens(text: str, ruler: Ruler) -> int:
    """Tokens of a prompt with its chat template, rounded up: by the model's own vocabulary, else widened by MARGIN."""
    return math.ceil(ruler.tokens(text) * (1 if ruler.own else 1 + MARGIN)) + CHAT_OVERHEAD


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
    room = context - CHAT_OVERHEAD - max_tokens
    return most_tokens(prompt) * (1 + margin) <= room or estimate_tokens(prompt, ruler) * (1 + margin) <= room


def _encode(vocabulary: str, text: str) -> list[int]:
    """The tokens of `text` by a vocabulary file, or by O200K."""
    from interviewer.llm.vocabulary import O200K, encoding_of, o200k

    encoding = o200k() if vocabulary == O200K else encoding_of(vocabulary)
    if encoding is None:  # its file has gone since: one token a byte is never too few
        return list(text.encode("utf8", "surrogatepass"))
    return encoding.encode_ordinary(text.encode("utf8", "replace").decode("utf8"))


def _count(text: str) -> tuple[int, int]:
    """(narrow, wide) characters: wide ones take three or four UTF-8 bytes. Exact for ASCII and Chinese, and quick."""
    characters = len(text)
    extra = len(text.encode("utf8", "surrogatepass")) - characters
    wide = min(characters, extra // 2)
    return characters - wide, wide
