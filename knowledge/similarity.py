"""What of a text is compared, without any model: normalisation for equality and ids, and features for likeness.

Deterministic and cheap; the same texts always give the same answer.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from itertools import pairwise

from knowledge.terms import singular

_FRAME = frozenset("的是了在和与如何什么吗呢有哪些请你会它能怎样为") | frozenset(
    re.findall(
        "[a-z]+",
        """a an the of to in is are and or for with on by it its that this what how which when why do does
    be as at from your you can would should there their they if not than into""",
    )
)


def normalise(text: str) -> str:
    """`text` reduced to its letters and digits, widths and cases folded: equal for texts that differ in marks only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def text_id(prefix: str, text: str) -> str:
    """`<prefix>-` and the first 8 hex digits of the sha256 of the normalised text."""
    return f"{prefix}-{hashlib.sha256(normalise(text).encode()).hexdigest()[:8]}"


def features(text: str) -> frozenset[str]:
    """What is compared: Latin words and numbers as they are, Chinese characters alone and in pairs, without frame words."""
    found: set[str] = set()
    for run in re.findall(r"v\d+|[a-z]+|\d+|[\u3400-\u9fff]+", unicodedata.normalize("NFKC", text).casefold()):
        if run.isascii():
            found.add(singular(run))
        else:
            found.update(run)
            found.update(a + b for a, b in pairwise(run))
    return frozenset(found - _FRAME)
