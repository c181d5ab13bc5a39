"""Who speaks, by a name before the words: `Ann: …`, `【面试官】…`, `[SPEAKER_00]: …`. The one rule: a word with a colon is
a speaker only where the whole file bears it out; "Note:", "10:30 Meeting:" and a line of code are speech."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from interviewer.models import Role
from interviewer.recordings.words import folded, load_words

LONGEST_NAME = 64
_LABEL = re.compile(
    r"^[ \t]*(?:(?:>>+|[-–—•+]|>|#{1,6}|\d{1,3}[.)、])[ \t]*)*(?P<mark>[*_`]{0,3})(?P<name>[^:：\n]{1,80}?)[*_`]{0,3}[ \t]*[:：](?P<text>.*)$"
)
_BRACKETED = re.compile(
    r"^[ \t]*(?:>>+[ \t]*)?(?P<open>[\[【［])(?P<name>[^\[\]【】［］\n]{1,80})[\]】］][ \t]*(?P<colon>[:：]?)[ \t]*(?P<text>.*)$"
)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]")
_NO_NAME = re.compile(r"[。，！？；、;!?\"“”{}<>=\\|`$^~]|[a-z]{4,}\.(\s|$)|[a-z]\.$|::|//")
_COMMA_NAME = re.compile(r"[A-ZÀ-Þ][\w'’.-]*(?: [\w'’.-]+){0,2}, [A-ZÀ-Þ][\w'’ .-]*(?: ?[(（][^()（）]*[)）])?")
_WORDY = re.compile(
    r"\b(is|are|was|the|that|this|which|because|then|when|so|but|if|to|of|we|it|you)\b|的|是|了|就|在|和|我们|这个|那个|然后|因为|所以"
)


class Labelled(NamedTuple):
    name: str
    text: str


def tidy_name(name: str) -> str:
    """A speaker's name without characters that show nothing or turn the line, with single blanks, of bounded length."""
    shown = _INVISIBLE.sub("", unicodedata.normalize("NFC", name))
    return " ".join(shown.strip(" \t*_`#").split())[:LONGEST_NAME]


def label_of(line: str) -> Labelled | None:
    """The name before the words of `line` and the words, if its shape allows a name at all."""
    if found := _BRACKETED.match(line):
        name = tidy_name(found["name"])
        known = side_of(name) or load_words().anonymous.fullmatch(folded(name))
        if name and (found["colon"] or known) and folded(name) not in load_words().sounds:
            return Labelled(name, found["text"].strip())
    found = _LABEL.match(line)
    if not found:
        return None
    name, rest = tidy_name(found["name"].rstrip(" \t*_`")), found["text"]
    if mark := found["mark"]:
        closed = re.sub(r"^[ \t]*[*_`]{1,3}", "", rest, count=1)
        rest = closed if closed != rest else rest.rstrip().removesuffix(mark)
    if not _may_be_name(name) or rest.startswith(("//", ":", "\\")):
        return None
    if name[-1].isdigit() and rest[:1].isdigit():  # a time of day
        return None
    return Labelled(name, rest.strip())


def is_sentence(text: str) -> bool:
    """Whether a text has marks that no name has; "Dr. Silva" and "Lee, Ann (HR)" are names."""
    if _COMMA_NAME.fullmatch(text):
        return False
    return "," in text or _NO_NAME.search(text) is not None


def _may_be_name(name: str) -> bool:
    """Whether a text could be someone's name as far as its looks go."""
    if not name or len(name) > LONGEST_NAME or is_sentence(name):
        return False
    if name.isdigit():
        return len(name) >= 5  # a telephone number, as those who dial in are called
    words, plain = load_words(), folded(name)
    if plain in words.not_speakers or plain in words.headers or plain in words.references or plain in words.sounds:
        return False
    if not any(c.isalnum() for c in name):
        return False
    if side_of(name) or words.anonymous.fullmatch(plain):
        return True
    wide = sum(c > "\u2e80" for c in name)
    return len(name.split()) <= 6 and wide <= 16 and not (_WORDY.search(plain) and len(plain) > 4)


def speakers_among(labels: Iterable[Labelled | None], *, every: bool) -> frozenset[str]:
    """The names that are speakers, given the label (or None) of each place where one may stand.

    A name that says its side counts at once. Another must come twice, or `every` place must bear a label.
    """
    often = Counter(one.name for one in labels if one)
    if every and len(often) > 1:
        return frozenset(often)
    words = load_words()
    sure = {n for n in often if side_of(n) or words.anonymous.fullmatch(folded(n))}
    repeated = {name for name, times in often.items() if times > 1}
    if len(sure) >= 2:
        # the file names its sides; a stranger among them must speak about as often as they do
        least = min(often[name] for name in sure)
        return frozenset(sure | {name for name in repeated if often[name] >= max(2, least // 2)})
    return frozenset(sure | repeated)


def side_of(name: str) -> Role | None:
    """Which side a name says it is on: `Interviewer A`, `面试官甲`, `候选人 2`; None for the names of people."""
    plain = folded(name).strip("[]()（）【】 ")
    for role, pattern in load_words().roles:
        if pattern.fullmatch(plain):
            return role
    for role, pattern in load_words().roles:  # "Li Wei (Interviewer)", "面试官-李伟"
        if any(len(part) > 1 and pattern.fullmatch(part) for part in re.split(r"[\s]*[()（）\-–—_/|·]+[\s]*", plain)):
            return role
    return None


def is_anonymous(name: str) -> bool:
    """Whether a name only tells voices apart: `Speaker 1`, `说话人2`, `面试官`, `user`."""
    return side_of(name) is not None or load_words().anonymous.fullmatch(folded(name)) is not None
