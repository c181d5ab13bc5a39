"""Key points for a question that has only a reference answer, drafted by a model. The one rule: once per question and run.

What is drafted is marked so wherever it is counted: nobody has reviewed it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import prompts
from interviewer.grading import Structured
from interviewer.qualify.cases import key_point, language_of, question_key
from interviewer.qualify.model import Draft, GradedAnswer
from knowledge.errors import UserFacingError
from knowledge.models import LEVELS, Bank

PROMPT_ID = "draft"
MOST_POINTS, LONGEST = 8, 200
MAX_TOKENS = 100 + MOST_POINTS * (LONGEST + 20)
_LANGUAGE = {"zh": "Chinese", "en": "English"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reference": {"type": "string", "enum": ["whole", "cut_off", "other"]},
        "points": {
            "type": "array",
            "maxItems": MOST_POINTS,
            "items": {
                "type": "object",
                "properties": {
                    "level": {"type": "string", "enum": list(LEVELS)},
                    "text": {"type": "string", "minLength": 2, "maxLength": LONGEST},
                },
                "required": ["level", "text"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["reference", "points"],
    "additionalProperties": False,
}


class Drafter:
    """Drafts through `chat`. `remembered` holds drafts by question from an earlier run and takes the new ones; `keep`
    is told of each new one. A failure is remembered too, so that a question is never asked about twice in a run."""

    def __init__(
        self,
        chat: Structured,
        bank: Bank,
        remembered: dict[str, Draft],
        keep: Callable[[Draft], None] = lambda _: None,
        *,
        prompt_version: str = "v2",
        seed: int = 0,
    ) -> None:
        self._chat = chat
        self._bank = bank
        self._remembered = remembered
        self._keep = keep
        self._failed: dict[str, UserFacingError] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._prompt = prompts.load(PROMPT_ID, prompt_version)
        self._seed = seed

    async def draft(self, answer: GradedAnswer) -> Draft:
        """The key points for the question of `answer`. Raises EndpointError or ReplyError, the same one to all its answers."""
        key = question_key(answer)
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key in self._failed:
                raise self._failed[key]
            if key not in self._remembered:
                try:
                    self._remembered[key] = await self._ask(answer, key)
                except UserFacingError as error:
                    self._failed[key] = error
                    raise
                self._keep(self._remembered[key])
            return self._remembered[key]

    async def draft_all(self, answers: Sequence[GradedAnswer], at_once: int) -> None:
        """Draft for every question of `answers` that has nothing else, `at_once` at a time; failures are remembered."""
        first = {question_key(answer): answer for answer in reversed(answers)}
        slots = asyncio.Semaphore(max(1, at_once))

        async def one(answer: GradedAnswer) -> None:
            async with slots:
                with suppress(UserFacingError):  # said again, by the same error, to each answer of the question
                    await self.draft(answer)

        await asyncio.gather(*(one(answer) for answer in first.values()))

    async def _ask(self, answer: GradedAnswer, key: str) -> Draft:
        language = language_of(answer, self._bank)
        system, user = self._prompt.render(
            question=answer.question,
            reference=prompts.untrusted(answer.reference, "reference"),
            language=_LANGUAGE[language],
        )
        reply = await self._chat.structured(
            system, user, SCHEMA, name=PROMPT_ID, max_tokens=MAX_TOKENS, seed=self._seed, check=_fault
        )
        rows = cast("list[dict[str, str]]", reply.value["points"])
        return Draft(
            question_key=key,
            reference=reply.value["reference"],
            points=tuple(key_point(_id(row["text"]), row["level"], row["text"].strip(), language) for row in rows),
            model=reply.model,
            prompt_id=self._prompt.id,
            prompt_version=self._prompt.version,
            prompt_sha256=self._prompt.sha256,
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.completion_tokens,
            latency_s=reply.latency_s,
        )


def _fault(value: dict[str, Any]) -> str | None:
    """What is wrong with a draft that fits the schema."""
    if value["reference"] != "whole":
        return "there are key points though the reference cannot be used." if value["points"] else None
    if not value["points"]:
        return "there is no key point though the reference is whole."
    texts = [row["text"].strip().casefold() for row in value["points"]]
    if not all(texts):
        return 'a "text" is blank.'
    if len(set(texts)) < len(texts):
        return "one key point is given twice; give each statement once."
    if not any(row["level"] == "fair" for row in value["points"]):
        return 'no key point is "fair"; the core of the answer is.'
    return None


def _id(text: str) -> str:
    return f"d-{hashlib.sha256(text.strip().encode()).hexdigest()[:10]}"
