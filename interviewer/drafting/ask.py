"""One question to a draft. The rule: the model writes, code checks with the rules of `bank check`, and what still breaks one of
them after two repairs is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import prompts
from interviewer.grading import Structured
from knowledge.drafts import Draft, Source
from knowledge.leaks import common_terms, given_away, tells
from knowledge.models import (
    DIMENSIONS,
    LEVELS,
    Bank,
    Bilingual,
    DimensionId,
    KeyPoint,
    Language,
    Level,
    Misconception,
    Question,
)
from knowledge.similarity import normalise, text_id
from knowledge.terms import TermFinder

PROMPT_ID, PROMPT_VERSION = "draft_note", "v1"
REPAIRS = 2
MOST_POINTS, LONGEST = 8, 240
LONGEST_REFERENCE = 12_000
"""Characters of a reference that are sent; a longer one is cut, and the model is told where."""
_NAMES: dict[Language, str] = {"zh": "Chinese", "en": "English"}


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, what was left out of it and why, and what it took. `draft` is None where the reference cannot be used."""

    draft: Draft | None
    left_out: tuple[str, ...]
    prompt_tokens: int
    completion_tokens: int


class Asker:
    """Drafts for the questions of one bank through `chat`; without one it can only say what it would ask."""

    def __init__(self, chat: Structured | None, bank: Bank, now: Callable[[], datetime], seed: int = 0) -> None:
        self._chat = chat
        self._now = now
        self._seed = seed
        self._prompt = prompts.load(PROMPT_ID, PROMPT_VERSION)
        self._names = TermFinder(bank.terms)
        texts = [text for question in bank.questions for text in (question.text.zh, question.text.en) if text]
        titles = [text for title in bank.titles.values() for text in (title.zh, title.en) if text]
        self._common = common_terms(texts, titles, self._names)
        self.languages = languages_of(bank)

    def words(self, question: Question, reference: str, faults: Sequence[str] = ()) -> tuple[str, str]:
        """(system, user) for a question; without a reference the model writes what it knows."""
        cut = reference if len(reference) <= LONGEST_REFERENCE else reference[:LONGEST_REFERENCE] + "\n…"
        return self._prompt.render(
            question="\n".join(filter(None, (question.text.zh, question.text.en, question.extra))),
            reference=prompts.untrusted(cut, "reference") if reference else "",
            unaided="" if reference else "none",
            languages=", ".join(_NAMES[one] for one in self.languages),
            faults="\n".join(f"- {fault}" for fault in faults),
        )

    async def draft(self, question: Question, reference: str) -> Drafted:
        """Raises EndpointError or ReplyError where the model gives nothing that can be used."""
        assert self._chat is not None  # an estimate asks nothing
        spent = [0, 0]
        faults: tuple[str, ...] = ()
        rows: dict[str, Any] = {}
        model = ""
        for _ in range(REPAIRS + 1):
            system, user = self.words(question, reference, faults)
            reply = await self._chat.structured(
                system, user, schema(self.languages), name=PROMPT_ID, max_tokens=most_tokens(self.languages), seed=self._seed, check=_fault
            )  # fmt: skip
            spent[0] += reply.prompt_tokens
            spent[1] += reply.completion_tokens
            rows, model = cast("dict[str, Any]", reply.value), reply.model
            faults = tuple(self._faults(question, rows))
            if not faults:
                break
        if rows["reference"] != "whole":
            return Drafted(None, (str(rows["reference"]),), spent[0], spent[1])
        draft, left_out = self._made(question, rows, "reference" if reference else "model", model)
        return Drafted(draft, left_out, spent[0], spent[1])

    def _faults(self, question: Question, rows: dict[str, Any]) -> list[str]:
        """What a check of the bank would say, in words for the model."""
        found: list[str] = []
        for number, row in enumerate(rows["points"], 1):
            for language in self.languages:
                text, probe, asked = row["text"][language], row["probe"][language], question.text.to(language)
                if words := given_away(text, probe, asked, self._common, self._names):
                    found.append(f"the probe of point {number} ({_NAMES[language]}) gives away: {', '.join(words)}")
                if not probe.rstrip().endswith(("?", "？")):
                    found.append(f"the probe of point {number} ({_NAMES[language]}) is no question")
                if tells(asked, text):
                    found.append(f"point {number} only repeats the question")
        return found

    def _made(
        self, question: Question, rows: dict[str, Any], source: Source, model: str
    ) -> tuple[Draft | None, tuple[str, ...]]:
        """The draft without what breaks a rule: a probe that gives its point away, a point that the question already says."""
        points: list[KeyPoint] = []
        left: list[str] = []
        seen: set[str] = set()
        for row in rows["points"]:
            text = {language: row["text"][language].strip() for language in self.languages}
            first = text[self.languages[0]]
            if any(tells(question.text.to(language), text[language]) for language in self.languages):
                left.append(first)
                continue
            probe = {
                language: self._probe(row["probe"][language].strip(), text[language], question.text.to(language), seen)
                for language in self.languages
            }
            left += [
                row["probe"][language]
                for language in self.languages
                if row["probe"][language].strip() and not probe[language]
            ]
            points.append(
                KeyPoint(
                    id=text_id("k", first),
                    level=cast("Level", row["level"]),
                    text=Bilingual(**text),
                    probe=Bilingual(**probe),
                    line=0,
                )
            )
        kept = _once(points)
        if not kept:
            return None, tuple(left)
        wrong = tuple(self._misconceptions(rows["misconceptions"], kept))
        asked = [text for row in rows["phrasings"] for text in (row[language].strip() for language in self.languages)]
        phrasings = tuple(
            dict.fromkeys(
                text
                for text in asked
                if not any(tells(text, point.text.to(language)) for point in kept for language in self.languages)
            )
        )
        return Draft(
            question_id=question.id, question=question.text, source=source, by=model, at=self._now().isoformat(timespec="seconds"),
            prompt=f"{self._prompt.id}/{self._prompt.version} {self._prompt.sha256[:12]}", dimension=cast("DimensionId", rows["dimension"]), key_points=kept, misconceptions=wrong, phrasings=phrasings,
        ), tuple(left)  # fmt: skip

    def _probe(self, probe: str, text: str, asked: str, seen: set[str]) -> str:
        """The probe, or "" where it gives the point away, is no question, or is that of another point."""
        known = normalise(probe)
        if (
            known in seen
            or not probe.endswith(("?", "？"))
            or given_away(text, probe, asked, self._common, self._names)
        ):
            return ""
        seen.add(known)
        return probe

    def _misconceptions(self, rows: Sequence[dict[str, Any]], points: Sequence[KeyPoint]) -> list[Misconception]:
        stated = {normalise(text) for point in points for text in (point.text.zh, point.text.en) if text}
        found: list[Misconception] = []
        for row in rows:
            wrong = {language: _plain(row["wrong"][language]) for language in self.languages}
            right = {language: _plain(row["right"][language]) for language in self.languages}
            if (
                all(wrong.values())
                and all(right.values())
                and not any(normalise(text) in stated for text in wrong.values())
            ):
                first = wrong[self.languages[0]]
                found.append(
                    Misconception(id=text_id("m", first), wrong=Bilingual(**wrong), right=Bilingual(**right), line=0)
                )
        return found


def languages_of(bank: Bank) -> tuple[Language, ...]:
    """The bank's languages, its outline's first."""
    own: Language = bank.outline.language
    both = any(question.text.zh and question.text.en for question in bank.questions)
    return (own, "en" if own == "zh" else "zh") if both else (own,)


def most_tokens(languages: Sequence[Language]) -> int:
    """A bound on a reply: no key point needs more than two texts of the length that the schema allows."""
    return 300 + len(languages) * MOST_POINTS * 160


def schema(languages: Sequence[Language]) -> dict[str, Any]:
    """The JSON schema of a reply, each text under the key of its language."""
    text = {"type": "string", "minLength": 2, "maxLength": LONGEST}
    sides = {
        "type": "object",
        "properties": dict.fromkeys(languages, text),
        "required": list(languages),
        "additionalProperties": False,
    }
    point = {"level": {"type": "string", "enum": list(LEVELS)}, "text": sides, "probe": sides}
    pair = {"wrong": sides, "right": sides}
    properties: dict[str, Any] = {
        "reference": {"type": "string", "enum": ["whole", "cut_off", "other"]},
        "dimension": {"type": "string", "enum": list(DIMENSIONS)},
        "points": {"type": "array", "maxItems": MOST_POINTS, "items": _object(point)},
        "misconceptions": {"type": "array", "maxItems": 3, "items": _object(pair)},
        "phrasings": {"type": "array", "maxItems": 2, "items": sides},
    }
    return _object(properties)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _fault(value: dict[str, Any]) -> str | None:
    """What is wrong with a reply that fits the schema and cannot be mended by leaving something out."""
    if value["reference"] != "whole":
        return "there are points though the reference cannot be used." if value["points"] else None
    if not value["points"]:
        return "there is no point though the reference is whole."
    if not any(row["level"] == "fair" for row in value["points"]):
        return 'no point is "fair"; the core of the answer is.'
    return None


def _once(points: Sequence[KeyPoint]) -> tuple[KeyPoint, ...]:
    """The points, each statement once."""
    return tuple({point.id: point for point in reversed(points)}.values())[::-1]


def _plain(text: str) -> str:
    """A statement without the arrows that part two sides in a note."""
    return text.replace("->", "—").replace("→", "—").replace("=>", "—").strip()
