"""What the start page's form may hold, and reading what was sent: the same bounds that the form shows, whoever sends it.

The one rule: nothing is corrected in silence. What is off is refused with words that say so, and no interview is begun.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Any, get_args

from interviewer.app import App
from interviewer.errors import BadSeed, FormUnreadable
from interviewer.interview.start import StartRequest, check_minutes, check_questions
from interviewer.models import Mode
from knowledge.models import Language

SHORTEST_MINUTES, STEP_MINUTES = 5, 5
LONGEST_MINUTES = 120
MOST_QUESTIONS, USUAL_QUESTIONS = 40, 8
SEED_SIGNS = 20
BY = ("minutes", "questions")


def minutes_range(app: App) -> tuple[float, float]:
    """The shortest and the longest interview that the form offers."""
    usual = app.settings.interview.minutes
    return min(SHORTEST_MINUTES, usual), max(LONGEST_MINUTES, usual)


@dataclass(frozen=True)
class Sent:
    """What came with a press of the start button, whatever its types."""

    bank: Any
    chapters: Any
    by: Any
    minutes: Any
    questions: Any
    mode: Any
    candidate: Any
    background: Any
    seed: Any
    consent: Any


def usual(app: App, bank: str) -> Sent:
    """An interview as the form offers it before anything is chosen, agreed to."""
    return Sent(bank, [], "minutes", app.settings.interview.minutes, USUAL_QUESTIONS, "practice", "", "", "", True)


def read(sent: Sent, app: App, language: Language) -> StartRequest:
    """The request that the form's values make.

    Raises FormUnreadable for values that no form sends, and what says which bound was passed.
    """
    bank, name = _text(sent.bank, "bank"), _text(sent.candidate, "name")
    background, seed = _text(sent.background, "background"), _seed(_text(sent.seed, "seed"))
    if not isinstance(sent.chapters, list | tuple) or not all(isinstance(one, str) for one in sent.chapters):
        raise _unreadable("chapters")
    if sent.by not in BY or sent.mode not in get_args(Mode) or not isinstance(sent.consent, bool):
        raise _unreadable("by, mode, consent")
    minutes, questions = app.settings.interview.minutes, None
    if sent.by == "minutes":
        minutes = _number(sent.minutes, "minutes")
        check_minutes(minutes, *minutes_range(app))
    else:
        asked = _number(sent.questions, "questions")
        questions = int(asked) if asked == int(asked) else 0
        check_questions(questions, 1, MOST_QUESTIONS)
    return StartRequest(
        bank_id=bank, language=language, mode=sent.mode, chapters=tuple(dict.fromkeys(sent.chapters)), seed=seed, minutes=minutes,
        timed=questions is None, questions=questions, candidate=name, background=background, thinking=app.thinking, consent=sent.consent,
    )  # fmt: skip


def _seed(typed: str) -> int | None:
    """Raises BadSeed for what is no whole number; nothing typed is none."""
    typed = typed.strip()
    if not typed:
        return None
    if not re.fullmatch(r"[+-]?\d{1,18}", typed):
        raise BadSeed("The seed is no whole number.", "Type one, or leave it empty.", value=typed[:40])
    return int(typed)


def _text(value: Any, what: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _unreadable(what)
    return value


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise _unreadable(what)
    return float(value)


def _unreadable(what: str) -> FormUnreadable:
    return FormUnreadable(what, "Reload the page and choose again.")
