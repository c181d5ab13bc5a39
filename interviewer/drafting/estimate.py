"""What drafting will cost, before anything is asked: calls and tokens, bounded from above. The rule: it asks no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from interviewer.drafting.ask import REPAIRS, Asker, most_tokens
from interviewer.drafting.run import reference_of
from knowledge.models import Question


@dataclass(frozen=True, slots=True)
class Estimate:
    """`calls` where every reply is sound at once, `most_calls` where each needs all its repairs; tokens likewise."""

    questions: int
    calls: int
    most_calls: int
    prompt_tokens: int
    completion_tokens: int
    most_tokens: int


def estimate(asker: Asker, questions: Sequence[Question], tokens: Callable[[str], int]) -> Estimate:
    """Count with `tokens`, the client's own measure of a whole prompt, its chat template included."""
    sizes = [tokens("".join(asker.words(one, reference_of(one)))) for one in questions]
    prompt, reply = sum(sizes), len(questions) * most_tokens(asker.languages)
    times = REPAIRS + 1
    return Estimate(
        questions=len(questions), calls=len(questions), most_calls=len(questions) * times,
        prompt_tokens=prompt, completion_tokens=reply, most_tokens=(prompt + reply) * times,
    )  # fmt: skip
