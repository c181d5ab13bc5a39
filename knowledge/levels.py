"""Names for levels: ours, and a team's own, which are read as ours by their order.

Its rule: names that are known keep their meaning; all others are put in order, best first, and keep their names for display.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from knowledge.models import Level

Rank = Level | Literal["below"]

_KNOWN: tuple[tuple[Rank, str], ...] = (
    ("excellent", r"优秀|excellent"),
    ("good", r"良好|good"),
    ("below", r"不合格|不及格|较差|insufficient|fail(?:ed|ing)?|poor"),
    ("fair", r"一般|合格|及格|fair"),
)
_BELOW = re.compile(
    r"不(?:合格|及格|通过|推荐|录用|达标)|淘汰|很?差|较弱|no[ -]?hire|strong no|not hire|reject|fail|poor|insufficient|unsatisf|unaccept|weak|below|red flag|0\s*分",
    re.IGNORECASE,
)
_ORDER: tuple[str, ...] = (
    r"卓越|杰出|非常优秀|满分|专家|架构师|资深|outstanding|exceptional|expert|principal|staff|strong hire|strong yes|exceeds|mastery|top|master",
    r"优秀|优|高级|senior|excellent|advanced|great|^hire|^yes|^a\b|proficient|strong",
    r"良好|良|中级|较好|熟练|进阶|提高|mid|intermediate|good|solid|^b\b|meets|competent|lean hire|leaning",
    r"一般|中等?|合格|及格|初级|基础|基本|入门|达标|junior|fair|basic|average|adequate|acceptable|pass|borderline|^c\b|developing|beginner|novice|entry|foundation",
    r"较差|差|不|low|poor|weak|no|fail|^d\b|^e\b|^f\b|reject|insufficient|below",
)
_SCORE = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:[-–—~～至到]\s*(\d+(?:\.\d+)?))?\s*(?:分|points?|pts?|%|/\s*\d+|星|stars?)?", re.IGNORECASE
)


def known_level(name: str) -> Rank | None:
    """The level whose own name `name` is or begins with."""
    plain = _plain(name)
    return next((rank for rank, words in _KNOWN if re.match(words, plain)), None)


def is_own_name(name: str) -> bool:
    """Whether `name` is one of our names for a level, so that it need not be kept beside its text."""
    return any(re.fullmatch(words, _plain(name)) for _, words in _KNOWN)


def onto_levels(names: Sequence[str]) -> dict[str, Rank]:
    """The level each name stands for. Known names first; of the others those below passing, then the rest by order, best first."""
    names = list(dict.fromkeys(name for name in names if name))
    if names and all(known_level(name) for name in names):
        return {name: known_level(name) or "fair" for name in names}
    ranks: dict[str, Rank] = {name: "below" for name in names if _BELOW.search(_plain(name))}
    rest = [name for name in _best_first(names) if name not in ranks]
    share: dict[int, tuple[Rank, ...]] = {1: ("excellent",), 2: ("excellent", "fair"), 3: ("excellent", "good", "fair")}
    for place, name in enumerate(rest):
        if len(rest) <= 3:
            ranks[name] = share[len(rest)][place]
        else:
            ranks[name] = "excellent" if place == 0 else "fair" if place == len(rest) - 1 else "good"
    return {name: ranks[name] for name in names}


def _best_first(names: Sequence[str]) -> list[str]:
    """The names from the best down: by the scores in them, else by words known to be higher or lower, else as they stand."""
    scores = [score_of(name) for name in names]
    if names and all(score is not None for score in scores):
        return [name for _, name in sorted(zip(scores, names, strict=True), key=lambda pair: -(pair[0] or 0))]
    ranks = [rank_of(name) for name in names]
    if all(rank is not None for rank in ranks) and len(set(ranks)) > 1:
        return [
            name
            for _, _, name in sorted(
                (rank or 0, n, name) for n, (rank, name) in enumerate(zip(ranks, names, strict=True))
            )
        ]
    known = [rank for rank in ranks if rank is not None]
    return list(reversed(names)) if len(known) > 1 and known[0] > known[-1] else list(names)


def rank_of(name: str) -> int | None:
    plain = _plain(name)
    return next((place for place, words in enumerate(_ORDER) if re.search(words, plain)), None)


def score_of(name: str) -> float | None:
    match = _SCORE.search(_plain(name))
    return float(match[2] or match[1]) if match else None


def _plain(name: str) -> str:
    return re.sub(r"[*_`~]", "", unicodedata.normalize("NFKC", name)).casefold().strip(" :：[]【】()（）\ufe0f")
