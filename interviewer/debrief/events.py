"""What happens while a reply is made. The one rule: pieces are for showing only; what counts, and is stored, is the whole."""

from __future__ import annotations

from dataclasses import dataclass

from interviewer.models import Citation, DebriefMessage


@dataclass(frozen=True)
class Piece:
    """Some more words of a model."""

    text: str


@dataclass(frozen=True)
class LookingUp:
    """The model looks something up before it speaks on: what it said until then is no part of the reply."""

    tool: str


@dataclass(frozen=True)
class Whole:
    """The finished reply with its citations and the model that gave it ("" without a model)."""

    text: str
    citations: tuple[Citation, ...] = ()
    model: str = ""


@dataclass(frozen=True)
class Replied:
    """The reply is stored."""

    message: DebriefMessage


DebriefEvent = Piece | LookingUp | Replied
