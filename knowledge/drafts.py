"""Drafts: key points that a model wrote for a question, each in a file of its own under `drafts/`, with what a person said of it.

Its rule: a draft is used for a question that has no key points of its own, and until a person has accepted or edited it,
whatever rests on it is marked as drafted. A file is written only by drafting and by reviewing; a dropped one stays, so that the
question is not drafted again.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Literal

from knowledge.bank_folder import DRAFTS as FOLDER
from knowledge.findings import Findings
from knowledge.models import LEVELS, Bilingual, DimensionId, Finding, Frozen, KeyPoint, Language, Misconception, Note
from knowledge.notes import parse_note, phrasings

Status = Literal["drafted", "accepted", "edited", "dropped"]
STATUSES: tuple[Status, ...] = ("drafted", "accepted", "edited", "dropped")
Source = Literal["reference", "model"]
"""What the key points were taken from: a reference answer, or the model's own knowledge."""
_FIELD = re.compile(r"^(\w+):\s*(.*)$")
_HEAD = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
_OWN = ("status", "drafted_by", "drafted_at", "drafted_from", "prompt", "reviewed_by", "reviewed_at")
_LABELS: dict[Language, dict[str, str]] = {
    "zh": {"points": "## 要点", "wrong": "## 常见误区", "phrasings": "## 其他问法", "probe": "追问：", "fair": "一般", "good": "良好", "excellent": "优秀"},
    "en": {"points": "## Key points", "wrong": "## Common misconceptions", "phrasings": "## Other phrasings", "probe": "Probe: ", "fair": "fair", "good": "good", "excellent": "excellent"},
}  # fmt: skip


class Draft(Frozen):
    """One question's draft. `by` is the model as its server names it; `reviewed_by` and `reviewed_at` are empty until then."""

    question_id: str
    question: Bilingual
    status: Status = "drafted"
    source: Source = "reference"
    by: str = ""
    at: str = ""
    prompt: str = ""
    reviewed_by: str = ""
    reviewed_at: str = ""
    dimension: DimensionId | None = None
    key_points: tuple[KeyPoint, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    phrasings: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{FOLDER}/{self.question_id}.md"

    @property
    def used(self) -> bool:
        return self.status != "dropped" and bool(self.key_points)


def draft_text(draft: Draft, language: Language) -> str:
    """The file of a draft; labels in `language`, that of the bank."""
    words = _LABELS[language]
    head = {
        "question": draft.question.to(language), "status": draft.status, "dimension": draft.dimension or "", "drafted_by": draft.by,
        "drafted_at": draft.at, "drafted_from": draft.source, "prompt": draft.prompt, "reviewed_by": draft.reviewed_by, "reviewed_at": draft.reviewed_at,
    }  # fmt: skip
    lines = [
        "---",
        *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items() if value),
        "---",
        "",
    ]
    if draft.key_points:
        lines += [words["points"], ""]
        for level in LEVELS:
            for point in (one for one in draft.key_points if one.level == level):
                lines += _point(point, words, language)
        lines.append("")
    if draft.misconceptions:
        lines += [words["wrong"], ""]
        for one in draft.misconceptions:
            lines += _sided(one.wrong, one.right, language)
        lines.append("")
    if draft.phrasings:
        lines += [words["phrasings"], "", *(f"- {text}" for text in draft.phrasings), ""]
    return "\n".join(lines)


def _point(point: KeyPoint, words: dict[str, str], language: Language) -> list[str]:
    other: Language = "en" if language == "zh" else "zh"
    lines = [f"- [{words[point.level]}] {point.text.to(language)}"]
    if getattr(point.text, language) and getattr(point.text, other):
        lines.append(f"  - {other.upper()}: {getattr(point.text, other)}")
    for side in (language, other):
        if probe := getattr(point.probe, side):
            lines.append(f"  - {_LABELS[side]['probe']}{probe}")
    return lines


def _sided(wrong: Bilingual, right: Bilingual, language: Language) -> list[str]:
    other: Language = "en" if language == "zh" else "zh"
    lines = [f"- {wrong.to(language)} -> {right.to(language)}"]
    if getattr(wrong, language) and getattr(wrong, other):
        lines.append(f"  - {other.upper()}: {getattr(wrong, other)} -> {getattr(right, other)}")
    return lines


def read_draft(text: str, file: str) -> tuple[Draft, tuple[Finding, ...]]:
    """The draft in `text`; `file` is its path in the bank. What is off in it is a finding, as in a note."""
    match = _HEAD.match(text)
    fields = dict(_fields(match[1])) if match else {}
    kept = "\n".join(
        "" if (found := _FIELD.match(line)) and found[1] in _OWN else line
        for line in (match[1].split("\n") if match else [])
    )
    body = text[match.end() :] if match else text
    note, findings = parse_note(
        f"---\n{kept}\n---\n{body}" if match else body, file, file.rpartition("/")[2].removesuffix(".md")
    )
    status = fields.get("status", "")
    said = Findings(file)
    if status not in STATUSES:
        said.warning(
            "draft_status",
            1,
            f"The draft's status is {status!r}; it is taken for drafted.",
            f"Use one of: {', '.join(STATUSES)}.",
        )
        status = "drafted"
    draft = Draft(
        question_id=note.id, question=note.question, status=status, source="model" if fields.get("drafted_from") == "model" else "reference",
        by=fields.get("drafted_by", ""), at=fields.get("drafted_at", ""), prompt=fields.get("prompt", ""),
        reviewed_by=fields.get("reviewed_by", ""), reviewed_at=fields.get("reviewed_at", ""), dimension=note.dimension,
        key_points=note.key_points, misconceptions=note.misconceptions, phrasings=phrasings(note),
    )  # fmt: skip
    return draft, (*said.all(), *(one for one in findings if one.code != "empty_note"))


def _fields(head: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in head.split("\n"):
        if match := _FIELD.match(line):
            value = match[2].strip()
            with suppress(ValueError):
                value = str(json.loads(value)) if value.startswith('"') else value
            found.append((match[1], value))
    return found


def with_draft(note: Note | None, draft: Draft, question_id: str) -> Note:
    """The question's note with the draft's key points, marked as drafted until a person has reviewed them."""
    base = note or Note(
        id=question_id, file=draft.file, question=draft.question, dimension=None, headline=None, reference=Bilingual(),
        key_points=(), misconceptions=(), sources=(), body="",
    )  # fmt: skip
    return base.model_copy(
        update={
            "key_points": draft.key_points,
            "misconceptions": base.misconceptions or draft.misconceptions,
            "dimension": base.dimension or draft.dimension,
            "drafted": draft.status == "drafted",
            "draft": draft.file,
        }
    )
