"""Whether words are only an echo of the interviewer. The one rule: taken back is what adds nothing to what was shown before.

Wordings are compared by their units (`units.py`): words, characters, numbers and operators.

- Words are copied when they stand whole in a text that was shown, or when more than `COPIED` of their trigrams do. An
  honest answer to "A or B, which is bound by X?" says "A is bound by X" and joins what the question kept apart.
- A number, an operator or a negation that does not stand there so adds something, however much of the rest is copied.
- What the candidate said first is the candidate's: an acknowledgement or a feedback that repeats it makes no echo of it.
- A question may name its possible answers: "A or B?", "which of them?", yes or no, a number. Words of such a question that
  do not ask it again are a choice, and a choice is an answer. So is any short reply to it, wherever its words stand.
- In a long shown text (feedback that held another question's reference) a short phrase is plain terminology that nobody
  owns: only `PHRASE` or more counts as copied from it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from interviewer.grading.evidence import weight
from interviewer.grading.units import units
from interviewer.models import Message

COPIED = 0.8
LONG_TEXT, PHRASE = 400, 24
SHORT = 8
"""Units of a reply that is no more than a choice: about eight Chinese characters or words."""
ASKING = ("question", "probe", "clarification", "redirect", "decline")
"""Kinds of the interviewer's messages that put the question or a probe."""
_SENTENCE = re.compile(r"[^。！？!?；;\n.]+(?:\.(?=\S)[^。！？!?；;\n.]*)*[。！？!?；;.]*")
_TELLING = frozenset("不没无非未否都仅只") | frozenset(
    [
        "no",
        "not",
        "never",
        "none",
        "neither",
        "nor",
        "cannot",
        "without",
        "both",
        "only",
        "don",
        "doesn",
        "didn",
        "isn",
        "aren",
        "wasn",
        "weren",
        "won",
        "wouldn",
        "couldn",
        "shouldn",
        "hasn",
        "haven",
    ]
)
"""Units that turn a statement round, or say of how much it holds."""

_PLURAL = re.compile(r"[a-z]{3,}(?<!s)s")
Units = tuple[str, ...]
Grams = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class _Asking:
    """The patterns by which a sentence names its possible answers."""

    between: re.Pattern[str]
    which: re.Pattern[str]
    several: re.Pattern[str]
    yes_no: re.Pattern[str]
    number: re.Pattern[str]
    listing: re.Pattern[str]
    inverted: re.Pattern[str]
    joining: re.Pattern[str]
    """Phrases that name nothing, and `small`, the words and characters that do not."""
    small: frozenset[str]
    numerals: frozenset[str]


def echo_of(said: str, talk: Sequence[Message], turn: int) -> Message | None:
    """The interviewer's message that `said`, the candidate's words at `turn`, only repeats; None where they add something.

    `talk` is everything said in the session, or as much of it as matters, in any order; only what came before `turn` counts.
    """
    heard = [message for message in talk if message.turn < turn and message.role == "interviewer" and message.text]
    copied = [message for message in heard if copies(said, message.text)]
    if not copied or any(chooses(said, message.text) for message in _asked(heard)):
        return None
    own = [message for message in talk if message.turn < turn and message.role == "candidate" and message.text]
    return next((m for m in copied if not _said_first(said, m, own)), None)


def copies(said: str, shown: str) -> bool:
    """Whether the wording of `said` is copied from `shown`, and nothing is added that changes what it says."""
    if not units(said) or (weight(said) < PHRASE and weight(shown) > LONG_TEXT):
        return False
    if _adds(said, shown):
        return False
    if _within(units(said), units(shown)) or _share(_grams(units(said)), _grams(units(shown))) > COPIED:
        return True
    mine, theirs = _bare(said), _bare(shown)  # "how it manages X" and "it manages X" are the same words
    return bool(mine) and (_within(mine, theirs) or _share(_grams(mine), _grams(theirs)) > COPIED)


def chooses(said: str, asking: str) -> bool:
    """Whether `said` takes one of the answers that a question (or a probe) names, rather than asking it again."""
    if _asks(said):
        return False
    ways = _ways()
    for sentence in _sentences(asking):
        offers = bool(ways.between.search(sentence) or ways.yes_no.search(sentence))
        counts = bool(ways.number.search(sentence))
        which = bool(ways.which.search(sentence) and ways.listing.search(_folded(asking))) or _of_several(sentence)
        if not (offers or counts or which) or _opens_alike(said, sentence):
            continue
        if counts and not (offers or which) and not _tells_number(said) and _within(_bare(said), _bare(sentence)):
            continue  # what is counted, and not how many
        if which and not offers and _lists(said) and len(_pieces(said)) >= len(_options(sentence)):
            continue  # all of what it names, and so none
        if len(units(said)) <= SHORT or (copies(said, sentence) and not counts):
            return True
    return False


def copied_share(text: str, source: str) -> float:
    """How much of the wording of `text`, 0 to 1, stands in `source`: the share of its trigrams."""
    return _share(_grams(units(text)), _grams(units(source)))


def _asked(heard: Sequence[Message]) -> list[Message]:
    """The interviewer's messages that put the question which the words at `turn` answer: from the last new question on."""
    start = max((message.turn for message in heard if message.kind == "question"), default=0)
    return [message for message in heard if message.kind in ASKING and message.turn >= start]


def _said_first(said: str, shown: Message, own: Sequence[Message]) -> bool:
    """Whether the candidate had said these words before `shown` repeated them."""
    earlier = [message.text for message in own if message.turn < shown.turn]
    if any(_within(units(said), units(text)) for text in earlier):
        return True
    mine = _grams(units(said))
    if not earlier or not mine:
        return False
    rest = mine.difference(*(_grams(units(text)) for text in earlier))
    return not rest or _share(rest, _grams(units(shown.text))) <= COPIED


def _adds(said: str, shown: str) -> bool:
    """Whether `said` holds a number, an operator or a negation that does not stand so in `shown`."""
    pairs, known = _pairs(shown), frozenset(units(shown))
    mine = units(said)
    for at, unit in enumerate(mine):
        if unit[0].isalpha() and unit not in _TELLING:
            continue
        around = {mine[at - 1 : at + 1] if at else (), mine[at : at + 2] if at + 1 < len(mine) else ()} - {()}
        if not (around & pairs if around else unit in known):
            return True
    return False


def _opens_alike(said: str, sentence: str) -> bool:
    """Whether words begin as a question does that begins with its verb ("would a larger …"): they ask it again."""
    mine, theirs = units(said), units(sentence)
    return len(mine) > 2 and mine[:2] == theirs[:2] and bool(_ways().inverted.match(sentence))


def _tells_number(said: str) -> bool:
    return any(not unit[0].isalpha() or unit in _ways().numerals for unit in units(said))


def _within(mine: Units, theirs: Units) -> bool:
    return f"\0{chr(0).join(mine)}\0" in f"\0{chr(0).join(theirs)}\0"


def _share(grams: Grams, source: Grams) -> float:
    return len(grams & source) / len(grams) if grams else 0.0


@lru_cache(maxsize=1024)
def _bare(text: str) -> Units:
    """The units of `text` that name something, words in the singular: what joins, asks or points is left out."""
    ways = _ways()
    named = (unit for unit in units(ways.joining.sub(" ", _folded(text))) if unit not in ways.small)
    return tuple(unit[:-1] if _PLURAL.fullmatch(unit) else unit for unit in named)


@lru_cache(maxsize=1024)
def _grams(all_units: Units) -> Grams:
    return frozenset(all_units[at : at + 3] for at in range(len(all_units) - 2))


@lru_cache(maxsize=512)
def _pairs(text: str) -> Grams:
    all_units = units(text)
    return frozenset(all_units[at : at + 2] for at in range(len(all_units) - 1))


def _asks(said: str) -> bool:
    """Whether the words themselves put a question of choice: they repeat it."""
    folded, ways = _folded(said), _ways()
    patterns = (ways.between, ways.which, ways.yes_no, ways.number)
    return folded.rstrip().endswith(("?", "吗")) or any(pattern.search(folded) for pattern in patterns)


def _pieces(text: str) -> list[str]:
    return [piece for piece in _ways().listing.split(_folded(text)) if units(piece)]


def _of_several(sentence: str) -> bool:
    """Whether a sentence asks which ones of three or more that it names; "what differences have A and B" names two."""
    return bool(_ways().several.search(sentence)) and len(_options(sentence)) > 2


def _options(sentence: str) -> list[str]:
    """The parts of a question of choice that name what there is to choose, before or behind its "which"."""
    pieces, ways = _pieces(sentence), _ways()
    asking = next((n for n, piece in enumerate(pieces) if ways.which.search(piece) or ways.several.search(piece)), None)
    if asking is None:
        return pieces
    return pieces[:asking] if asking > 1 else pieces[asking:]


def _lists(said: str) -> bool:
    return bool(_ways().listing.search(_folded(said).strip(" ,，、。.")))


def _sentences(text: str) -> Iterator[str]:
    return (match[0].strip() for match in _SENTENCE.finditer(_folded(text)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


@cache
def _ways() -> _Asking:
    tables: dict[str, Any] = tomllib.loads((files("prompts") / "assess" / "patterns.toml").read_text("utf8"))
    asking, function = tables["asking"], tables["function"]
    phrases = [one for one in function["phrases"].split() if not _TELLING & set(one)]
    return _Asking(
        **{
            name: re.compile("|".join(words), re.M)
            for name, words in asking.items()
            if name not in ("numerals", "openers")
        },
        joining=re.compile("|".join([*asking["openers"], *sorted(phrases, key=len, reverse=True)]), re.M),
        small=frozenset([*function["characters"], *function["words"].split()]) - _TELLING,
        numerals=frozenset([*asking["numerals"][0], *asking["numerals"][1:]]),
    )
