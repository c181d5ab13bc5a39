"""Doubtful lines of a list, labelled by a model. The rule: it answers with numbers and labels of a fixed set, and each line that was
asked about comes back exactly once, or the reply is repaired; which text goes where is decided by code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import prompts
from interviewer.grading import Structured
from knowledge.adopt.correct import CORRECTIONS, Correction
from knowledge.adopt.reading import Reading, Why

PROMPT_ID, PROMPT_VERSION = "label_lines", "v1"
AT_ONCE = 40
"""Lines asked about in one call."""
MOST = 400
"""Lines of one file that are asked about; a file with more is read by rules alone beyond them."""
AROUND = 3
_LONGEST = 300
_DOUBTFUL: frozenset[Why] = frozenset(
    ("text_between", "answer_of_none", "answers_of_many", "list_without_question", "empty_question")
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a model said of one file's lines, and what it took."""

    labels: dict[int, Correction]
    model: str
    calls: int
    prompt_tokens: int
    completion_tokens: int


def doubtful(reading: Reading, lines: Sequence[str]) -> list[int]:
    """The lines that rules could not place, or asked though they are not worded as questions; none but for a file of lines."""
    if reading.files[0].unit != "line":
        return []
    found = {
        line for one in reading.left_out if one.why in _DOUBTFUL for line in range(one.where.first, one.where.last + 1)
    }
    found |= {one.where.first for one in reading.questions if one.phrase}
    return [line for line in sorted(found) if line <= len(lines) and lines[line - 1].strip()][:MOST]


async def label_lines(chat: Structured, lines: Sequence[str], wanted: Sequence[int]) -> Labelled:
    """Ask about `wanted`, some at a time. Raises EndpointError or ReplyError."""
    labels: dict[int, Correction] = {}
    model, calls, spent = "", 0, [0, 0]
    for begin in range(0, len(wanted), AT_ONCE):
        some = wanted[begin : begin + AT_ONCE]
        system, user = prompts.load(PROMPT_ID, PROMPT_VERSION).render(
            lines=prompts.untrusted("\n".join(_shown(lines, some)), "lines"), wanted=", ".join(map(str, some))
        )

        def check(value: dict[str, Any], some: Sequence[int] = some) -> str | None:
            given = sorted(row["line"] for row in value["lines"])
            return (
                None
                if given == sorted(some)
                else f"label each of these lines once, and no other: {', '.join(map(str, some))}."
            )

        reply = await chat.structured(
            system, user, schema(some), name=PROMPT_ID, max_tokens=60 + 24 * len(some), seed=0, check=check
        )
        for row in cast("list[dict[str, Any]]", cast("dict[str, Any]", reply.value)["lines"]):
            labels[int(row["line"])] = cast("Correction", row["label"])
        model, calls = reply.model, calls + 1
        spent[0] += reply.prompt_tokens
        spent[1] += reply.completion_tokens
    return Labelled(labels, model, calls, spent[0], spent[1])


def schema(wanted: Sequence[int]) -> dict[str, Any]:
    row = {
        "type": "object",
        "properties": {
            "line": {"type": "integer", "enum": list(wanted)},
            "label": {"type": "string", "enum": list(CORRECTIONS)},
        },
        "required": ["line", "label"],
        "additionalProperties": False,
    }
    rows = {"type": "array", "minItems": len(wanted), "maxItems": len(wanted), "items": row}
    return {"type": "object", "properties": {"lines": rows}, "required": ["lines"], "additionalProperties": False}


def _shown(lines: Sequence[str], wanted: Sequence[int]) -> Iterator[str]:
    """The wanted lines with a star and their neighbours without, each with its number; a gap is a line of dots."""
    near = sorted({n for line in wanted for n in range(max(1, line - AROUND), min(len(lines), line + AROUND) + 1)})
    before = near[0] if near else 0
    asked = set(wanted)
    for number in near:
        if number > before + 1:
            yield "…"
        before = number
        yield f"{'* ' if number in asked else '  '}{number}: {lines[number - 1][:_LONGEST]}"
