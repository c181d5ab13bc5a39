"""The report's fixed words, by language. The one rule: no word a person reads stands in Python."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from interviewer.models import Verdict
from interviewer.report.model import PointRow, QuestionRow, Report, ReviewRow, TryPoint
from knowledge.models import Language

_SIMILARITY = re.compile(r"text similarity (\d\.\d\d)")
"""What matching without a model stores as the reason of a verdict."""
SHOWN = 100
"""Characters of words that were taken back, where they are repeated with the reason."""


class Words:
    """The words of one language; `say` fills the blanks."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._tables = load(language)

    def say(self, table: str, key: str, **details: object) -> str:
        """The words `key` of `table` with their blanks filled; raises KeyError for words that do not exist."""
        return self._tables[table][key].format(**details)

    def join(self, *sentences: str) -> str:
        """Sentences one after the other, as the language sets them."""
        return ("" if self.language == "zh" else " ").join(sentence for sentence in sentences if sentence)

    def has(self, table: str, key: str) -> bool:
        return key in self._tables[table]


@cache
def load(language: Language) -> Mapping[str, Mapping[str, str]]:
    """All tables of a language as they stand in its file."""
    return tomllib.loads((files("interviewer.report") / "words" / f"{language}.toml").read_text("utf8"))


def because(reason: str, words: Words) -> str:
    """A verdict's reason: that of matching without a model in the reader's language, a model's as it was written."""
    found = _SIMILARITY.fullmatch(reason)
    return words.say("question", "similarity", share=found[1]) if found else reason


def taken_back(point: PointRow | TryPoint | Verdict, words: Words) -> str:
    """What code took back, with the words it was about and the reason; blank where nothing was."""
    if not point.note:
        return ""
    kind = f"{point.note}_{point.echo_of}" if point.echo_of else point.note
    why = words.say("taken_back", kind if words.has("taken_back", kind) else point.note)
    said = " ".join(point.quote.split())
    if not said:
        return words.say("taken_back", "bare", why=why)
    return words.say("taken_back", "said", why=why, words=said if len(said) <= SHOWN else f"{said[:SHOWN]}…")


def reviewed(review: ReviewRow, words: Words) -> str:
    """Who set a grade by hand and why, and what the judge had given."""
    said = words.say("question", "review", reviewer=review.reviewer, reason=review.reason)
    if review.judged_score is None:
        return said
    return f"{said} {words.say('question', 'judged', score=number(review.judged_score))}"


def nothing_absent(question: QuestionRow, words: Words) -> str:
    """What to say in place of a list of missing points: nothing at all, or only the rest of points said in part."""
    left = question.missing
    if not left:
        return words.say("question", "nothing_missing")
    numbers = words.say("chapters", "joiner").join(str(point.number) for point in left)
    return words.say("question", "only_partly", n=numbers)


def quote_of(report: Report) -> str:
    """The key of the words before a quote: a recording's report is mostly read by others than its candidate."""
    return "quote_said" if report.recording else "quote"


def clock(start_s: float) -> str:
    """A time of a recording: `3:07`, `1:03:07`."""
    hours, rest = divmod(int(start_s), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def number(value: float) -> str:
    """A score or points for people: one decimal at most, none where it is whole."""
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:.1f}"
