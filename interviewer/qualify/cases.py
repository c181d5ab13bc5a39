"""From an answer of the set to the case a judge reads: the same `Case` that a one-turn interview gives.

The one rule: an answer is judged as an interview would judge it. A blank answer is no answer there, so here it is a skip.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime

from interviewer.grading import Case, key_points_hash
from interviewer.models import Exchange, Message
from interviewer.qualify.answers import AnswersError
from interviewer.qualify.model import GradedAnswer, PointsFrom
from knowledge.models import LEVELS, Bank, Bilingual, KeyPoint, Language, Note, Question

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_SENTENCE = re.compile(r"[^。！？!?；;\n.]+(?:\.(?=\S)[^。！？!?；;\n.]*)*[。！？!?；;.]?")
SHORTEST_POINT = 4
"""Characters; what is shorter ("1.") is the number of a list, not a statement."""


def question_key(answer: GradedAnswer) -> str:
    """One name for all answers to the same question: the bank's id, or a hash of its text and reference."""
    if answer.question_id:
        return answer.question_id
    return f"q-{_digest(answer.question, answer.reference, *(point.text for point in answer.key_points))[:12]}"


def known_points(answer: GradedAnswer, bank: Bank) -> tuple[PointsFrom, tuple[KeyPoint, ...]] | None:
    """Key points that are written down: the line's own, else the bank's; None where there is only a reference.

    Raises AnswersError where there is neither, or the bank lacks the question.
    """
    language = language_of(answer, bank)
    if answer.key_points:
        return "given", tuple(key_point(one.id, one.level, one.text, language) for one in answer.key_points)
    if question := bank_question(answer, bank):
        return "bank", question.key_points
    if answer.question and answer.reference:
        return None
    if answer.question_id and not answer.question:
        raise AnswersError(
            f"The answer {answer.id!r} names a question that the bank {bank.id!r} does not have: {answer.question_id!r}.",
            "Choose its bank with --bank, or give `question` with `key_points` or `reference`.",
        )
    raise AnswersError(f"The answer {answer.id!r} has no key points and no reference.", "Give one of them.")


def split_reference(answer: GradedAnswer, bank: Bank) -> tuple[KeyPoint, ...]:
    """A makeshift without a model: the reference's sentences as key points, the first third `fair`, the last `excellent`."""
    sentences = [one.strip() for one in _SENTENCE.findall(answer.reference)]
    sentences = list(dict.fromkeys(one for one in sentences if len(one) >= SHORTEST_POINT)) or [answer.reference]
    language = language_of(answer, bank)
    return tuple(
        key_point(f"s{n}", LEVELS[n * len(LEVELS) // len(sentences)], text, language)
        for n, text in enumerate(sentences)
    )


def key_point(id: str, level: str, text: str, language: Language) -> KeyPoint:
    return KeyPoint.model_validate(
        {"id": id, "level": level, "text": _sided(text, language), "probe": Bilingual(), "line": 0}
    )


def question_of(answer: GradedAnswer, bank: Bank, points: tuple[KeyPoint, ...], *, drafted: bool = False) -> Question:
    """The question as the judge sees it: the bank's, or one made of the line, with `points`; `drafted` where nobody has
    reviewed them."""
    if question := bank_question(answer, bank):
        if question.note is None or points == question.key_points:
            return question
        return question.model_copy(
            update={"note": question.note.model_copy(update={"key_points": points, "drafted": drafted})}
        )
    key, language = question_key(answer), language_of(answer, bank)
    text = _sided(answer.question, language)
    note = Note(
        id=key, file="", question=text, dimension=None, headline=None, reference=_sided(answer.reference, language),
        key_points=points, misconceptions=(), sources=(), body="",
        drafted=drafted,
    )  # fmt: skip
    return Question(
        id=key, text=text, chapter_id="", section_id="", topic="", headline=False, dimension="theory", bonus=False,
        note=note, line=0,
    )  # fmt: skip


def case_of(answer: GradedAnswer, question: Question, bank: Bank) -> Case:
    """The case of an interview in which only this question was asked and this answer given."""
    language = language_of(answer, bank)
    asked = question.text.to(language)
    kind = "answer" if answer.answer.strip() else "skip"
    messages = (
        Message(
            session_id="",
            turn=0,
            role="interviewer",
            kind="question",
            text=asked,
            at=_LONG_AGO,
            question_id=question.id,
        ),
        Message(session_id="", turn=1, role="candidate", kind=kind, text=answer.answer, at=_LONG_AGO),
    )
    return Case(
        question=question,
        rubric=bank.section(question.section_id).rubric if question.section_id else None,
        exchange=Exchange(question_id=question.id, messages=messages),
        language=language,
        bank_hash=bank.content_hash,
    )


def case_hash(case: Case) -> str:
    """Changes with anything the judge reads that this set decides: question, key points, reference, rubric, answer."""
    note = case.question.note
    return _digest(
        case.language,
        case.question.text.to(case.language),
        key_points_hash(case.question),
        note.reference.to(case.language) if note else "",
        case.rubric.model_dump_json(exclude={"line"}) if case.rubric else "",
        *(message.text for message in case.exchange.messages),
    )


def bank_question(answer: GradedAnswer, bank: Bank) -> Question | None:
    try:
        return bank.question(answer.question_id) if answer.question_id else None
    except KeyError:
        return None


def language_of(answer: GradedAnswer, bank: Bank) -> Language:
    """The interview's language: as the line says, else that of the question's text, of the answer, of the bank."""
    if answer.language:
        return answer.language
    text = answer.question or answer.answer
    letters = sum(character.isalpha() for character in text)
    chinese = sum("\u3400" <= character <= "\u9fff" for character in text)
    if not letters:
        return bank.outline.language
    return "zh" if chinese * 5 >= letters else "en"


def _sided(text: str, language: Language) -> Bilingual:
    return Bilingual(zh=text) if language == "zh" else Bilingual(en=text)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
