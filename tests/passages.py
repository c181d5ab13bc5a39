"""Banks made of notes' Markdown, for tests of what searches them."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.models import Bank, Bilingual, TermGroup
from tests import builders

BODY = """\
## 参考答案

{topic}的读写受显存带宽限制，因为每一步都要读取全部权重。

## Reference answer

{topic} reads every weight at each step.

## 要点

- [一般] 说出{topic}的瓶颈。
"""


def bank_of(bodies: Mapping[str, str], *groups: tuple[str, ...]) -> Bank:
    """One section with a question and a note for each of `bodies` (note id to Markdown), and the term groups given."""
    plain = builders.bank(((len(bodies),),))
    questions = []
    for question, (note_id, body) in zip(plain.questions, bodies.items(), strict=True):
        text = Bilingual(zh=f"请解释{note_id}？", en=f"Explain {note_id}?")
        note = builders.note(note_id, ()).model_copy(update={"body": body, "question": text})
        questions.append(question.model_copy(update={"id": note_id, "text": text, "note": note}))
    return plain.model_copy(
        update={
            "questions": tuple(questions),
            "notes": tuple(question.note for question in questions if question.note),
            "terms": tuple(TermGroup(names=names) for names in groups),
        }
    )


def many(count: int) -> Bank:
    """A bank of `count` notes with three short passages each."""
    return bank_of({f"topic-{number}": BODY.format(topic=f"topic{number}") for number in range(count)})


def without(bank: Bank, note_id: str) -> Bank:
    """The bank after the note and its question were deleted."""
    return bank.model_copy(
        update={
            "questions": tuple(question for question in bank.questions if question.id != note_id),
            "notes": tuple(note for note in bank.notes if note.id != note_id),
        }
    )


def rewritten(bank: Bank, note_id: str, body: str) -> Bank:
    """The bank after the note's body was edited."""
    notes = tuple(note.model_copy(update={"body": body}) if note.id == note_id else note for note in bank.notes)
    return bank.model_copy(update={"notes": notes})
