"""What a debrief may know: the result of this session, and the notes of the questions that were asked in it.

One rule: what was not asked is not there. The search is built over the asked questions alone, so no search, however it
is worded, can bring up the note of another one and spoil it for the next interview.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from interviewer.debrief.wording import Words
from interviewer.errors import NotFinished
from interviewer.interview.results import report_of
from interviewer.interview.state import InterviewState
from interviewer.report.model import QuestionRow, Report
from knowledge.models import Bank, Bilingual, Language, Note, Question

if TYPE_CHECKING:
    from knowledge.retrieve import Retriever

_NEAR = 0.7
"""A second question is meant too where it fits nearly as well as the first."""
_CHINESE = {digit: value for value, digit in enumerate("零一二三四五六七八九")}


@dataclass(frozen=True)
class Passage:
    """A stretch of an asked question's note. `number` is the question's number in the interview."""

    number: int
    question_id: str
    heading: str
    text: str


@dataclass(frozen=True)
class Record:
    """One finished session, to be spoken of in `language`."""

    state: InterviewState
    report: Report
    language: Language

    @property
    def words(self) -> Words:
        return Words(self.language)

    def row(self, number: int) -> QuestionRow | None:
        return next((row for row in self.report.questions if row.number == number), None)

    def question(self, row: QuestionRow) -> Question:
        """The bank's question of a row. Every asked question is in the bank: `look` has made sure."""
        return self.state.bank.question(row.id)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {row.id: row.number for row in self.report.questions}

    @cached_property
    def _search(self) -> Retriever:
        from knowledge.retrieve import Retriever  # numpy takes a while, which the command line should not wait for

        return Retriever(asked_only(self.state, self.language))

    def find(self, query: str, number: int | None = None, k: int = 4) -> tuple[Passage, ...]:
        """The passages that fit `query` best, of all asked questions or of one."""
        found: list[Passage] = []
        for hit in self._search.find(query, 200):
            chunk = hit.chunk
            asked = self._numbers.get(chunk.question_id or "")
            if chunk.source_id.startswith("question:") or asked is None or number not in (None, asked):
                continue
            heading = " > ".join(chunk.heading[1:]) or self.words.say("note", "reference")
            found.append(Passage(asked, chunk.question_id or "", heading, chunk.text))
        return tuple(found[:k])

    def meant(self, text: str) -> tuple[int, ...]:
        """The questions a message speaks of: by number ("第 3 题", "Q3"), else by what it is about; none where it is not clear."""
        named = [number for number in numbers_in(text) if self.row(number)]
        if named:
            return tuple(named)
        hits = self._search.questions(text, 2)
        return tuple(self._numbers[hit.question.id] for hit in hits if hit.score >= _NEAR * hits[0].score)


def open_record(state: InterviewState, language: Language) -> Record:
    """The record of a finished session. Raises NotFinished: grades and references wait until the interview is over."""
    if state.status != "finished":
        raise NotFinished(
            f"The interview {state.session.id!r} is not over.", "Finish it; talking about the result comes after it."
        )
    report, _ = report_of(state, language)
    return Record(state, report, language)


def asked_only(state: InterviewState, language: Language) -> Bank:
    """The session's bank without everything that was not asked: no other question, no other note, no rubric."""
    questions = tuple(
        one.question.model_copy(update={"note": readable(one.question.note, language)}) for one in state.asked
    )
    notes = {question.note.id: question.note for question in questions if question.note}
    outline = state.bank.outline.model_copy(update={"chapters": ()})
    return state.bank.model_copy(update={"questions": questions, "notes": tuple(notes.values()), "outline": outline})


def readable(note: Note | None, language: Language) -> Note | None:
    """The note as a candidate reads it, in one language and without its probes; a free-form note as it stands."""
    if note is None or not note.key_points:
        return note
    words = Words(language)
    points = [f"- {point.text.to(language)}" for point in note.key_points]
    wrong = [f"- {one.wrong.to(language)} → {one.right.to(language)}" for one in note.misconceptions]
    parts = {
        "reference": note.reference.to(language),
        "points": "\n".join(points),
        "misconceptions": "\n".join(wrong),
        "sources": "\n".join(f"- {source}" for source in note.sources),
    }
    body = "\n\n".join(f"## {words.say('note', name)}\n\n{text}" for name, text in parts.items() if text)
    return note.model_copy(update={"body": body, "question": Bilingual(**{language: note.question.to(language)})})


def numbers_in(text: str) -> list[int]:
    """Question numbers as people write them in either language, in the order they stand in `text`, each once."""
    found: list[tuple[int, int]] = []
    for language in ("zh", "en"):
        for pattern in Words(language).options("recognise", "numbers"):
            found += [(match.start(), _number(match[1])) for match in re.finditer(pattern, text, re.IGNORECASE)]
    return list(dict.fromkeys(number for _, number in sorted(found)))


def _number(text: str) -> int:
    """Digits, or a Chinese number below 100."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _CHINESE.get(text, 0)
    return 10 * (_CHINESE.get(tens, 0) if tens else 1) + _CHINESE.get(ones, 0)
