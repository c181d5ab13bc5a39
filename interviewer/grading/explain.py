"""Why a verdict is what it is, asked once more where someone wants to know. The one rule: the verdict is not up for debate.

Only partial and contradicted key points are explained. An explanation that cannot be had is an error with its reason; one
that quotes words which stand nowhere is sent back like any other flawed reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import prompts
from interviewer.grading.assess import Structured
from interviewer.grading.by_reference import Referenced
from interviewer.grading.case import Case
from interviewer.grading.units import units
from interviewer.llm.structured import StructuredReply
from interviewer.models import Verdict
from knowledge.models import Frozen, Language

PROMPT_ID = "explain"
LONGEST = 240
"""Characters of one explanation."""
_LANGUAGE: Mapping[Language, str] = {"zh": "Chinese", "en": "English"}
_QUOTED = re.compile(r"“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|\"([^\"]+)\"")


class Explained(Frozen):
    """The explanations by key point, and how they came about."""

    texts: dict[str, str]
    model: str
    prompt_version: str
    prompt_sha256: str
    prompt_tokens: int
    completion_tokens: int
    repairs: int
    latency_s: float


class Explainer:
    """Explains through `chat`, in the language of the interview."""

    def __init__(self, chat: Structured, *, seed: int | None = 0) -> None:
        self._chat = chat
        self._seed = seed
        self._prompt = prompts.load(PROMPT_ID, "v1")

    async def explain(self, case: Case, verdicts: Sequence[Verdict]) -> Explained:
        """Why each of `verdicts` on `case` is what it is. Raises EndpointError, ReplyError."""
        asked = Referenced(case.model_copy(update={"settled": ()}))
        ids = {point.id: id for id, point in asked.points.items()}
        wanted = {ids[one.key_point_id]: one for one in verdicts}
        system, user = self._prompt.render(**_blanks(asked, wanted))
        sources = _sources(case)

        def check(value: dict[str, Any]) -> str | None:
            return next(_faults(value, sources), None)

        reply = await self._chat.structured(
            system, user, _schema(wanted), name=PROMPT_ID, max_tokens=60 + LONGEST * len(wanted), seed=self._seed, check=check
        )  # fmt: skip
        return self._explained(reply, wanted)

    def _explained(self, reply: StructuredReply, wanted: Mapping[str, Verdict]) -> Explained:
        return Explained(
            texts={one.key_point_id: str(reply.value[id]).strip() for id, one in wanted.items()},
            model=reply.model,
            prompt_version=self._prompt.version,
            prompt_sha256=self._prompt.sha256,
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.completion_tokens,
            repairs=reply.repairs,
            latency_s=reply.latency_s,
        )


def _blanks(asked: Referenced, wanted: Mapping[str, Verdict]) -> dict[str, str]:
    known, language = asked.blanks(), asked.case.language
    points = (f"{id} [{asked.points[id].level}] {asked.points[id].text.to(language)}" for id in wanted)
    verdicts = (f"{id}: {one.status}\n{prompts.untrusted(one.quote, f'words for {id}')}" for id, one in wanted.items())
    return {
        "language": _LANGUAGE[language],
        "question": known["question"],
        "key_points": "\n".join(points),
        "reference": known["reference"],
        "conversation": known["conversation"],
        "verdicts": "\n".join(verdicts),
    }


def _schema(wanted: Mapping[str, Verdict]) -> dict[str, Any]:
    text = {"type": "string", "minLength": 2, "maxLength": LONGEST}
    return {
        "type": "object",
        "properties": dict.fromkeys(wanted, text),
        "required": list(wanted),
        "additionalProperties": False,
    }


def _sources(case: Case) -> str:
    """All that an explanation may quote."""
    language, note = case.language, case.question.note
    texts = [case.question.shown(language), *(point.text.to(language) for point in case.question.key_points)]
    texts += [note.reference.to(language)] if note else []
    return "\n".join([*texts, *case.passages, *(message.text for message in case.exchange.messages)])


def _faults(value: Mapping[str, Any], sources: str) -> Iterator[str]:
    """What is wrong with explanations that fit the schema."""
    held = _spelled(sources)
    for id, text in value.items():
        if not units(str(text)):
            yield f"{id} says nothing."
        for hit in _QUOTED.finditer(str(text)):
            words = next(group for group in hit.groups() if group)
            if units(words) and _spelled(words) not in held:
                yield f"{id} quotes words that stand nowhere. Quote exactly, or without quotation marks."


def _spelled(text: str) -> str:
    return f"\0{chr(0).join(units(text))}\0"
