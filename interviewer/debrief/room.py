"""What of a long talk fits the model's context: the newest messages whole, what was looked up cut at its parts.

One rule: nothing is left out in silence; a note stands where it was, for the model and for the candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from interviewer.debrief.wording import Words

LEAST_RESULT = 200
"""Tokens that one looked-up result keeps at least."""
Count = Callable[[str], int]


@dataclass(frozen=True)
class Fitted:
    """`left_out` earlier messages did not fit; `cut` says whether looked-up material was shortened."""

    messages: list[AnyMessage]
    left_out: int = 0
    cut: bool = False


def fit(messages: Sequence[AnyMessage], budget: int, count: Count, words: Words) -> Fitted:
    """`messages` (without the rules) within `budget` tokens. The candidate's last message always stays whole."""
    start = max((at for at, message in enumerate(messages) if isinstance(message, HumanMessage)), default=0)
    earlier, turn = list(messages[:start]), list(messages[start:])
    turn, cut = _cut_results(turn, budget, count, words)
    left = budget - sum(_size(message, count) for message in turn)
    kept: list[AnyMessage] = []
    for message in reversed(earlier):
        left -= _size(message, count)
        if left < 0:
            break
        kept.insert(0, message)
    while kept and not isinstance(kept[0], HumanMessage):  # a reply without its question helps nobody
        kept.pop(0)
    left_out = len(earlier) - len(kept)
    if left_out and turn:
        note = words.say("cut", "history", n=left_out)
        turn[0] = HumanMessage(f"{note}\n\n{turn[0].text}", id=turn[0].id)
    return Fitted([*kept, *turn], left_out, cut)


def _cut_results(turn: list[AnyMessage], budget: int, count: Count, words: Words) -> tuple[list[AnyMessage], bool]:
    results = [message for message in turn if isinstance(message, ToolMessage)]
    rest = sum(_size(message, count) for message in turn if not isinstance(message, ToolMessage))
    needed = sum(_size(message, count) for message in results)
    if not results or rest + needed <= budget:
        return turn, False
    room = max(LEAST_RESULT, (budget - rest) // len(results))
    shortened = [
        message.model_copy(update={"content": shorten(message.text, room, count, words)})
        if isinstance(message, ToolMessage)
        else message
        for message in turn
    ]
    return shortened, True


def shorten(text: str, room: int, count: Count, words: Words) -> str:
    """As many whole parts of `text` from its start as fit `room` tokens, and a note of how many are left out."""
    if count(text) <= room:
        return text
    parts = parts_of(text)
    kept: list[str] = []
    for part in parts:
        if count("\n".join([*kept, part])) + 40 > room:
            break
        kept.append(part)
    return "\n".join([*kept, words.say("cut", "result", n=len(parts) - len(kept))])


def parts_of(text: str) -> list[str]:
    """Lines of a looked-up text; a fenced block stays with the line before it, so that no fence is ever left open."""
    parts: list[str] = []
    inside = False
    for line in text.split("\n"):
        opens, closes = line.startswith("⟦") and not line.startswith("⟦/"), line.startswith("⟦/")
        if inside or opens:
            parts[-1:] = ["\n".join([*parts[-1:], line])]
        else:
            parts.append(line)
        inside = (inside or opens) and not closes
    return parts


def _size(message: AnyMessage, count: Count) -> int:
    calls = str(message.tool_calls) if isinstance(message, AIMessage) and message.tool_calls else ""
    return count(message.text + calls) + 8
