"""What a model's sentence must be to be shown: whole, in the interview's language, spoken by the interviewer, about nothing
but what was said, without a question, a verdict or anything from inside.

One rule: in doubt it is not shown; fixed words stand in its place and nobody misses anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache
from itertools import pairwise

import prompts
from interviewer.interview.phrases import Phrases
from knowledge.models import Language

MAX_CHARS = 240
"""A longer sentence is no acknowledgement; nothing of it is shown."""
_ENDS = ("。", "！", "…", ".", "!", "。”", "！”", ".”", '."', "。」")
_MARKS = re.compile(
    r"<\|?/?\w*|\|>|\[/?(?:INST|SYS|THINK)\]|<</?SYS>>|⟦|⟧|```|\{\{|\}\}|^\s*[#>*\-•|]|^\s*\d+[.)、]|^\s*[{\[]|\*\*|_{3,}|={3,}|\\n"
)
"""What belongs to templates, prompts, lists and data, never to a spoken sentence."""
_LABEL = re.compile(r"^\s*[\"“'*(（]*\s*([\w\u4e00-\u9fff' ]{1,24}?)\s*[\"”*)）]*\s*[:：]")
_CJK = re.compile(r"[\u3400-\u9fff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’\-]*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

_ENDING = re.compile(r"(?:ing|ings|ed|er|ers|es|s|e)$")


def keeps_rules(sentence: str, language: Language, said: str | None = None, terms: Collection[str] = ()) -> bool:
    """Whether a model's sentence may be shown. With `said`, all that was asked and answered, what it names must stand there:
    numbers, and `terms` of the bank (in lower case)."""
    text = sentence.strip()
    if not text or len(text) > MAX_CHARS or any(mark in text for mark in "?？") or not text.endswith(_ENDS):
        return False
    if _MARKS.search(text) or "\n" in text or _is_label(text, language) or _is_from_prompt(text):
        return False
    lowered = text.lower()
    phrases = Phrases(language)
    if any(word in lowered for word in phrases.options("guard", "leaking")):
        return False
    return _in_language(text, language) and not _judges(lowered, language) and _only_names(text, said, terms)


def _is_label(text: str, language: Language) -> bool:
    """Whether it begins as a line of a script does ("Candidate:"), or ends as one that something should follow."""
    if text.rstrip('。.！!…”"」').endswith((":", "：")):
        return True
    found = _LABEL.match(text)
    return found is not None and any(
        found[1].strip().lower() == label for lang in ("zh", "en") for label in Phrases(lang).options("guard", "labels")
    )


def _judges(lowered: str, language: Language) -> bool:
    words = Phrases(language).options("guard", "judging")
    if language == "zh":
        return any(word in lowered for word in words)
    return re.search(rf"\b(?:{'|'.join(map(re.escape, words))})\b", lowered) is not None


def _in_language(text: str, language: Language) -> bool:
    """Whether most of it is in the language: one character or one word of it does not make a sentence."""
    if _KANA_OR_HANGUL.search(text):
        return False
    cjk, latin = len(_CJK.findall(text)), len(_LATIN_WORD.findall(text))
    if language == "zh":
        return cjk >= 2 and cjk >= latin
    letters = [one for one in text if one.isalpha()]
    foreign = sum(not one.isascii() for one in letters)
    return latin >= 1 and cjk * 3 < len(text) and foreign * 3 < len(letters)


def _only_names(text: str, said: str | None, terms: Collection[str]) -> bool:
    if said is None:
        return True
    known, lowered = said.lower(), text.lower()
    numbers = set(_NUMBER.findall(said))
    if any(number not in numbers for number in _NUMBER.findall(text)):
        return False
    begun = _by_beginning(frozenset(terms))
    near = {start for start in map("".join, pairwise(lowered)) if start in begun} | {""}
    return all(_was_said(term, known) for start in near for term in begun.get(start, ()) if term in lowered)


def _was_said(term: str, known: str) -> bool:
    """In these letters, or as another form of the same English word: who says "you sample" has named sampling."""
    stem = _ENDING.sub("", term)
    return term in known or (len(stem) > 3 and term.isascii() and term.isalpha() and stem in known)


@lru_cache(16)
def _by_beginning(terms: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Terms by their first two characters ("" for shorter ones): a bank has thousands, and a sentence few beginnings."""
    found: dict[str, list[str]] = {}
    for term in terms:
        found.setdefault(term[:2] if len(term) > 1 else "", []).append(term)
    return {start: tuple(own) for start, own in found.items()}


def _is_from_prompt(text: str) -> bool:
    """Whether it repeats a stretch of the speaking prompt's own words."""
    bare = "".join(re.findall(r"\w+", text.lower()))
    return len(bare) > 12 and bare in _prompt_words()


@cache
def _prompt_words() -> str:
    template = prompts.load("speak", "v1").template.lower()
    filled = (template.replace("{{language}}", name) for name in ("chinese", "english"))
    return " ".join("".join(re.findall(r"\w+", one)) for one in filled)
