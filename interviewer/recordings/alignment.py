"""Which question each turn belongs to, as a value that people can read, correct and sign.

The one rule: it names every turn by its cues, so that a file corrected by hand can be checked against the recording.
"""

from __future__ import annotations

from typing import Literal

from interviewer.models import AlignedBy, Role
from knowledge.models import Frozen

Label = Literal["question", "follow_up", "answer", "small_talk", "backchannel"]
"""An interviewer's turn opens a question, goes on with it, or belongs to none; a candidate's answers, or belongs to none;
a backchannel is a listener's "mm-hm" of either."""


class Other(Frozen):
    """Another question that a turn could be asking, and how well it fits (0 to 1)."""

    question_id: str
    fit: float


class Choice(Frozen):
    """What one turn is. `question_id` is empty for a question that the bank does not hold, and where no question is opened.

    `fit` says how well the question fits (0 to 1), `lead` how far it is ahead of the next best reading; below
    `align.UNSURE` a person should look.
    """

    cues: tuple[int, ...]
    speaker: str
    role: Role
    label: Label
    question_id: str = ""
    fit: float = 0.0
    lead: float = 1.0
    others: tuple[Other, ...] = ()


class Alignment(Frozen):
    """The choices for every turn of one recording, in order, and who made them."""

    sha256: str
    file: str
    number: int = 1
    bank_id: str
    choices: tuple[Choice, ...]
    aligned_by: AlignedBy
    aligner: str = ""
    confirmed_by: str = ""
