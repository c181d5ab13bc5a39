"""What a turn tells the page while it happens: small frozen values, streamed in order."""

from __future__ import annotations

from interviewer.models import InterviewerKind, Message
from knowledge.models import Frozen


class Speaking(Frozen):
    """The interviewer begins a message; `kind` is None while it is not yet known what it will become."""

    kind: InterviewerKind | None = None


class Delta(Frozen):
    """More words of the message that began last."""

    text: str


class Notice(Frozen):
    """Something about the interview itself, calmly said (the endpoint is down); not part of the transcript."""

    text: str


class Stored(Frozen):
    """What the candidate sent is in the store; before this nobody says that it is kept."""


class Written(Frozen):
    """These messages are stored; their texts replace whatever was streamed. Always the last event of a turn."""

    messages: tuple[Message, ...]


TurnEvent = Stored | Speaking | Delta | Notice | Written
