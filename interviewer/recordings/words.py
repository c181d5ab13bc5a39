"""The words by which readers of recordings know things, compiled. The one rule: they stand in `words.toml`, not in code."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from interviewer.models import Role

_NUMBERED = r"[\s_\-·#]*(?:[0-9]{1,4}|[a-z]|[甲乙丙丁一二三四五六七八九十])?"
_FILLERS = re.compile(r"[\s,，.。!！?？~…、;；:：\-—]+")


@dataclass(frozen=True)
class Words:
    """The lists of `words.toml`."""

    roles: tuple[tuple[Role, re.Pattern[str]], ...]
    anonymous: re.Pattern[str]
    not_speakers: frozenset[str]
    headers: frozenset[str]
    references: frozenset[str]
    sounds: frozenset[str]
    notes: frozenset[str]
    talk: frozenset[str]
    footers: re.Pattern[str]
    backchannel: dict[Role, re.Pattern[str]]
    asks: re.Pattern[str]
    requests: re.Pattern[str]
    next: re.Pattern[str]
    follow: re.Pattern[str]
    small_talk: re.Pattern[str]


@cache
def load_words() -> Words:
    """The words as they stand in the installed file."""
    tables: dict[str, Any] = tomllib.loads((files("interviewer.recordings") / "words.toml").read_text("utf8"))
    labels, heard = tables["labels"], tables["backchannel"]
    both = "|".join(heard["both"])
    listened = "|".join((*heard["both"], *map(re.escape, heard["interviewer"])))
    return Words(
        roles=(
            ("interviewer", _names(tables["roles"]["interviewer"])),
            ("candidate", _names(tables["roles"]["candidate"])),
        ),
        anonymous=_names(tables["roles"]["anonymous"]),
        not_speakers=frozenset(labels["not_speakers"]),
        headers=frozenset(labels["headers"]),
        references=frozenset(labels["references"]),
        sounds=frozenset(labels["sounds"]),
        notes=frozenset(tables["sections"]["notes"]),
        talk=frozenset(tables["sections"]["talk"]),
        footers=re.compile("|".join(tables["sections"]["footers"])),
        backchannel={"candidate": _repeated(both), "interviewer": _repeated(listened)},
        asks=re.compile("|".join(tables["asks"]["words"])),
        requests=re.compile("|".join(tables["asks"]["requests"])),
        next=re.compile("|".join(tables["asks"]["next"])),
        follow=re.compile("|".join(tables["asks"]["follow"])),
        small_talk=re.compile("|".join(tables["small_talk"]["words"])),
    )


def folded(text: str) -> str:
    """Widths and cases folded, blanks single, curly apostrophes straight: what the patterns are written for."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


def bare(text: str) -> str:
    """`text` folded, without marks at its ends and with single blanks for all marks inside."""
    return _FILLERS.sub(" ", folded(text)).strip()


def _names(names: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))}){_NUMBERED}")


def _repeated(words: str) -> re.Pattern[str]:
    """One to four of the words and nothing else."""
    return re.compile(rf"(?:{words})(?: ?(?:{words})){{0,3}}")
