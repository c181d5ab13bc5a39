"""One turn of an interview tried out: how long the words and the judgement take with this model.

One rule: what is sent is what an interview sends, a real question with its note and an answer of a usual length.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from interviewer.grading import Case
from interviewer.interview.interviews import Mind
from interviewer.interview.speak import Scene
from interviewer.models import Exchange, Message, Ungraded, UngradedReason
from knowledge.models import Bank, Language, Question

ANSWER_CHARS = 500


@dataclass(frozen=True)
class Took:
    """Seconds until the first words, and until the verdicts; `failed` where there were none, and why."""

    words_s: float
    judged_s: float
    failed: UngradedReason | None = None


async def rehearse(mind: Mind, bank: Bank, language: Language, clock: Callable[[], float]) -> Took:
    """Says a prepared answer to a question of `bank` to `mind`, one thing after the other, and takes the time."""
    question = typical(bank)
    answer = prepared(question, language)
    asked = Message(
        session_id="rehearsal", turn=0, role="interviewer", kind="question", text=question.text.to(language),
        at=datetime.now(UTC), question_id=question.id,
    )  # fmt: skip
    said = asked.model_copy(update={"turn": 1, "role": "candidate", "kind": "answer", "text": answer})
    messages = (asked, said)
    scene = Scene(question_text=messages[0].text, messages=messages, language=language, seed=1, turn=2)
    started = clock()
    async with aclosing(mind.speaker.acknowledge(scene)) as words:
        await anext(words, "")
    words_s, started = clock() - started, clock()
    result = await mind.judge.assess(case_for(bank, question, messages, language))
    failed = result.reason if isinstance(result, Ungraded) else None
    return Took(words_s, clock() - started, failed)


def case_for(bank: Bank, question: Question, messages: tuple[Message, ...], language: Language) -> Case:
    return Case(
        question=question,
        rubric=bank.section(question.section_id).rubric,
        exchange=Exchange(question_id=question.id, messages=messages),
        language=language,
        bank_hash=bank.content_hash,
    )


def typical(bank: Bank) -> Question:
    """The question whose note is of middle length among those with key points; the first one where none has any."""
    sized = sorted((q for q in bank.questions if q.key_points), key=lambda q: len(q.note.body) if q.note else 0)
    return sized[len(sized) // 2] if sized else bank.questions[0]


def prepared(question: Question, language: Language) -> str:
    """An answer of ANSWER_CHARS characters, in the words of the question's own reference."""
    reference = question.note.reference.to(language) if question.note and question.note.reference else ""
    text = reference or question.text.to(language)
    return (text * (ANSWER_CHARS // max(1, len(text)) + 1))[:ANSWER_CHARS]
