"""What an interview is begun with, and which of it is refused before anything is written.

The one rule: whoever asks (a page, the terminal, a program) is held to the same bounds, here; a page may bound more.
"""

from __future__ import annotations

import math
from typing import Literal

from interviewer.errors import (
    BackgroundTooLong,
    BadSeed,
    ConsentMissing,
    MinutesOutOfRange,
    NameTooLong,
    QuestionsOutOfRange,
    UnknownChapter,
)
from interviewer.models import Mode, Thinking
from knowledge.models import Bank, Frozen, Language

NAME_CHARS = 80
BACKGROUND_CHARS = 20_000
LONGEST_MINUTES = 600
SEED_DIGITS = 18
"""A seed fits 64 bits, as every database and every JSON reader keeps them."""


class StartRequest(Frozen):
    """What a candidate chooses before the first question. No seed means a fresh one, and little-asked questions first.

    `bank_id` empty means the first bank. `consent` is None where nobody was asked (terminal); False is refused.
    """

    bank_id: str = ""
    consent: bool | None = None
    language: Language = "zh"
    mode: Mode = "practice"
    minutes: float = 30.0
    timed: bool = True
    """False where the length was chosen by questions alone: then no minutes are promised, and none run out."""
    chapters: tuple[str, ...] = ()
    seed: int | None = None
    questions: int | None = None
    thinking: Thinking = "offline"
    candidate: str = ""
    background: str = ""
    """Pasted by the candidate to be asked about what they know; only the questions it points to are kept."""


def check(request: StartRequest, bank: Bank) -> None:
    """Raises what says, in words for the candidate, why an interview on `bank` cannot be begun like this."""
    if request.consent is False:
        raise ConsentMissing("The candidate has not agreed yet.", "Tick the box above the start button.")
    _check_lengths(request)
    check_minutes(request.minutes, 0, LONGEST_MINUTES)
    if request.questions is not None:
        check_questions(request.questions, 1, max(1, len(bank.questions)))
    if request.seed is not None:
        check_seed(request.seed)
    known = {chapter.id for chapter in bank.outline.chapters}
    if gone := [one for one in request.chapters if one not in known]:
        raise UnknownChapter(
            f"The bank {bank.id!r} has no chapter {gone[0]!r}.", "Choose among those there are.", chapter=gone[0]
        )


def _check_lengths(request: StartRequest) -> None:
    name, background = len(request.candidate.strip()), len(request.background)
    if name > NAME_CHARS:
        raise NameTooLong(
            f"The name has {name} characters, more than the {NAME_CHARS} that fit.", "Shorten it.",
            length=name, limit=NAME_CHARS,
        )  # fmt: skip
    if background > BACKGROUND_CHARS:
        raise BackgroundTooLong(
            f"The background has {background} characters, more than the {BACKGROUND_CHARS} that fit.",
            "Paste only the part that matters.",
            length=background,
            limit=BACKGROUND_CHARS,
        )


def check_minutes(minutes: float, low: float, high: float) -> None:
    """`low` itself is in range, unless it is 0. Raises MinutesOutOfRange, also for what is no number."""
    if not (math.isfinite(minutes) and low <= minutes <= high and minutes > 0):
        _refuse(MinutesOutOfRange, "minutes", minutes, max(low, 1), high)


def check_questions(questions: int, low: int, high: int) -> None:
    """Raises QuestionsOutOfRange."""
    if not low <= questions <= high:
        _refuse(QuestionsOutOfRange, "questions", questions, low, high)


def check_seed(seed: int) -> None:
    """Raises BadSeed for a number that is too long to be kept as typed."""
    if abs(seed) >= 10**SEED_DIGITS:
        raise BadSeed(
            f"The seed has more than {SEED_DIGITS} digits.",
            "Use a shorter whole number, or none.",
            value=str(seed)[:40],
        )


def _refuse(
    kind: type[MinutesOutOfRange | QuestionsOutOfRange],
    unit: Literal["minutes", "questions"],
    value: float,
    low: float,
    high: float,
) -> None:
    raise kind(
        f"{value:g} {unit} are out of range.", f"Choose {low:g} to {high:g}.", value=f"{value:g}", low=f"{low:g}", high=f"{high:g}"
    )  # fmt: skip
