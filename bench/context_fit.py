"""How many of the shipped bank's questions can be judged in a context of 4,096 tokens: prompt and reserve for an answer of
500 characters, in both languages, by a careful count (no vocabulary, no server).

    python -m bench.context_fit            # today's prompt of this checkout
Run it from another checkout (PYTHONPATH) to compare. Ends with exit code 1 below 95 %.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any, get_args

from interviewer.grading import EndpointAssessor
from interviewer.interview.rehearsal import case_for, prepared
from interviewer.llm.tokens import CHAT_OVERHEAD, MARGIN, Ruler
from interviewer.models import Message
from knowledge.bank import load_bank, shipped_bank_path
from knowledge.models import Bank, Language, Question

CONTEXT = 4096
TARGET = 0.95
WIDE, NARROW = 0.79, 0.27
"""Tokens a character of cl100k, which needs more than the vocabularies of Qwen, Llama 3 and their like (FACTS of tiktoken)."""


class Measured:
    """Stands where the chat client does and takes the measure of what is asked of it."""

    def __init__(self, ruler: Ruler, context: int) -> None:
        self.ruler, self.context = ruler, context
        self.needed = 0

    async def fits(self, system: str, user: str, max_tokens: int) -> bool:
        self.needed = int(self.ruler.tokens(system + user) * (1 + MARGIN)) + CHAT_OVERHEAD + max_tokens
        return self.needed <= self.context

    async def structured(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError


def messages_of(question: Question, language: Language) -> tuple[Message, ...]:
    from datetime import UTC, datetime

    texts: tuple[tuple[int, Any, Any, str], ...] = (
        (0, "interviewer", "question", question.text.to(language)), (1, "candidate", "answer", prepared(question, language)),
    )  # fmt: skip
    return tuple(
        Message(
            session_id="bench",
            turn=turn,
            role=role,
            kind=kind,
            text=text,
            at=datetime.now(UTC),
            question_id=question.id,
        )
        for turn, role, kind, text in texts
    )


async def needs(bank: Bank, language: Language, context: int) -> list[int]:
    """Tokens that each question with key points needs, prompt and reserve."""
    chat = Measured(Ruler(wide=WIDE, narrow=NARROW, calibrated=True), context)
    assessor = EndpointAssessor(chat)  # pyright: ignore[reportArgumentType]
    found: list[int] = []
    for question in bank.questions:
        if question.key_points:
            await assessor.fits(case_for(bank, question, messages_of(question, language), language))
            found.append(chat.needed)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.context_fit", description=__doc__)
    parser.add_argument("--context", type=int, default=CONTEXT)
    context = parser.parse_args(arguments).context
    bank, worst = load_bank(shipped_bank_path()), 1.0
    for language in get_args(Language):
        found = sorted(asyncio.run(needs(bank, language, context)))
        share = sum(one <= context for one in found) / len(found)
        worst = min(worst, share)
        p50, p95 = found[len(found) // 2], found[int(len(found) * 0.95)]
        print(
            f"{language}: {share:.1%} of {len(found)} questions fit {context} tokens (p50 {p50}, p95 {p95}, most {found[-1]})"
        )
    return 0 if worst >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
