"""What a candidate says of their own work: found in the answer, asked about in the candidate's own words.

And what a pasted background is used for: only to prefer questions on what it names. The text itself is not kept.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import prompts
from knowledge.models import Bank, Language
from knowledge.terms import TermFinder

LONGEST_CLAIM: dict[Language, int] = {"zh": 60, "en": 120}
"""Characters of a claim that are said back; a longer one is cut at its last comma before that, or not asked about."""
_ENDS = tuple("。！？!?；;.\n，,、")
"""What may follow a claim: where anything else does, it was cut in the middle of a word."""
MOST_PREFERRED = 60
COMMON_SHARE = 0.15
"""A term that more of the bank's questions than this name (GPU, token) says nothing about a background."""


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    said = prompts.words(language)["claim"]["said"]
    assert isinstance(said, str)
    return re.compile(said)


def find_claim(text: str) -> str | None:
    """The first claim of own work in `text`, as typed, short enough to be said back; None if there is none."""
    for language, limit in LONGEST_CLAIM.items():
        if found := _pattern(language).search(text):
            claim = found[0]
            cut_off = text[found.end() : found.end() + 1] not in ("", *_ENDS)
            if len(claim) > limit or cut_off:
                cut = max(claim.rfind(mark, 0, limit) for mark in "，,、")
                claim = claim[:cut] if cut > 0 else ""
            return claim.strip(" ，,、") or None
    return None


def preferred_questions(bank: Bank, background: str) -> tuple[str, ...]:
    """Ids of the questions that name what `background` names, those with the rarest terms first; empty without one."""
    if not background.strip():
        return ()
    finder = TermFinder(bank.terms)
    known = finder.mentioned(background)
    named = {q.id: finder.mentioned(f"{q.text.zh} {q.text.en}") & known for q in bank.questions}
    often = Counter(term for terms in named.values() for term in terms)
    limit = COMMON_SHARE * len(bank.questions)
    worth = {one: sum(1 / often[term] for term in terms if often[term] <= limit) for one, terms in named.items()}
    return tuple(sorted((one for one in worth if worth[one] > 0), key=lambda one: -worth[one])[:MOST_PREFERRED])
