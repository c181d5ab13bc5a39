"""Which sentences of an answer may be about which key point, without a model: by the words they share.

The one rule: likeness is no truth. "X does" and "X does not" look alike to it, and so do a right and a wrong number; so
nothing here is a verdict. It proposes where to look (`suggest.py`), orders probes, and serves a labelled experiment
(`offline.py`). Thresholds were set on the shipped notes; `tests/unit/test_offline.py` holds them there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from interviewer.grading.case import key_points_hash
from interviewer.grading.evidence import weight
from interviewer.grading.similarity import Features, Statement, Weights
from interviewer.grading.turn_kinds import load_words
from knowledge.models import Bilingual, KeyPoint, Language, Question, TermGroup

COVERED, PARTLY = 0.45, 0.36
"""Share of a key point's weight that must stand in one stretch of the answer."""
FINDABLE = 0.5
"""Share of a question's key points that the note's own reference answer must hold by its words. Where it does not, the
points say how to tell a story ("names one's own part in it"), not what is true; on the shipped bank 9 of 228 questions
lie at 0.29 or below and all others at 0.75 or above."""
ABOUT = 0.25
"""A clause with so much of the share of the nearest one is about the point too: a negation in it may deny the point."""
SMALL = 80
"""A sentence no heavier than this is about one thing: a negation anywhere in it may deny the point."""
SHORTEST, JOINED = 12, 60
ROW = 8
"""So many pieces, most of them claiming nothing, are a row of terms though a few of them hold a joining word."""
LONG = 240
"""Heaviest piece compared as one sentence; longer ones are cut at commas, then at spaces."""
_SENTENCE = re.compile(r"[^。！？!?；;\n.]+(?:\.(?=\S)[^。！？!?；;\n.]*)*[。！？!?；;.]?")
_CLAUSE = re.compile(r"[^，,：:、]+[，,：:、]?")
_RUN = re.compile("[\u3400-\u9fff]{7,}")
_FRAGMENT = re.compile(r"[,，、;；/|:：\n]|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


@dataclass(frozen=True)
class Stretch:
    """One or two neighbouring sentences of the answer at `turn`, as typed."""

    answer: str
    turn: int
    start: int
    end: int
    features: frozenset[str]
    pair: bool

    @cached_property
    def text(self) -> str:
        return self.answer[self.start : self.end]

    @cached_property
    def language(self) -> Language:
        """Chinese where a third or more of the letters' weight is Chinese: technical Chinese is full of Latin names."""
        chinese = 2 * sum("\u3400" <= character <= "\u9fff" for character in self.text)
        return "zh" if chinese * 3 >= weight(self.text) else "en"


class Sought:
    """The key points of one question, ready to be looked for in either language."""

    def __init__(self, question: Question, features: Features, weights: Mapping[Language, Weights]) -> None:
        self.findable = True
        self._statements = {
            (point.id, language): Statement(
                features.of(point.text.to(language)), features.of(question.text.to(language)), weights[language]
            )
            for point in question.key_points
            for language in weights
        }

        self._wrong = {
            language: tuple(
                Statement(
                    features.of(one.wrong.to(language)), features.of(question.text.to(language)), weights[language]
                )
                for one in (question.note.misconceptions if question.note else ())
            )
            for language in weights
        }

    def wrong(self, language: Language) -> tuple[Statement, ...]:
        """The known misconceptions of the question, as statements to look for."""
        return self._wrong[language]

    def share(self, point: KeyPoint, said: frozenset[str], language: Language) -> float:
        return self._statements[point.id, language].share_in(said)


class Matcher:
    """Compares answers with key points. `terms` are the bank's names in both languages; `questions` (the bank's, if at
    hand) tell which words are rare in this bank, else those of the question itself do."""

    def __init__(self, terms: Sequence[TermGroup], questions: Sequence[Question] = ()) -> None:
        words = load_words()
        self._features = Features(terms, words.function_words, words.function_characters, words.function_phrases)
        self._questions = tuple(questions)
        self._known: dict[tuple[str, str], Sought] = {}

    def sought(self, question: Question) -> Sought:
        """What to look for on `question`, made once: with the bank's weights, and tried on the note's own reference answer."""
        key = (question.id, key_points_hash(question))
        if key not in self._known:
            sought = Sought(question, self._features, self._weights or self._weigh((question,)))
            sought.findable = self._finds_reference(question, sought)
            self._known[key] = sought
        return self._known[key]

    def stretches(self, answer: str, turn: int) -> list[Stretch]:
        """Sentences of one answer that claim something, and pairs of neighbours; rows of terms are left out."""
        sentences = [
            (start, end, self._features.of(answer[start:end]))
            for start, end in sentences_of(answer)
            if is_statement(answer[start:end])
        ]
        pairs = [(first[0], second[1], first[2] | second[2]) for first, second in pairwise(sentences)]
        return [Stretch(answer, turn, *one, pair=False) for one in sentences] + [
            Stretch(answer, turn, *one, pair=True) for one in pairs
        ]

    def whole(self, answer: str, turn: int) -> list[Stretch]:
        """A short answer as one stretch, though it is no sentence; none where it holds more than two pieces."""
        text = answer.strip()
        if len([piece for piece in _FRAGMENT.split(text) if weight(piece)]) not in (1, 2):
            return []
        start = answer.index(text)
        return [Stretch(answer, turn, start, start + len(text), self._features.of(text), pair=False)]

    def negates(self, sought: Sought, point: KeyPoint, stretch: Stretch) -> bool:
        """Whether the clause that is most like the point holds a negation that the point has not."""
        negation = load_words().negation
        if negation.search(point.text.to(stretch.language).casefold()):
            return False
        return bool(negation.search(self._nearest_clause(sought, point, stretch)))

    def denies(self, sought: Sought, point: KeyPoint, stretch: Stretch) -> bool:
        """Whether the stretch may say the opposite of the point: one of the two is negated and the other is not, the nearest
        clause holds the other word of a pair of opposites, or a known misconception is nearer than the point."""
        wanted = point.text.to(stretch.language).casefold()
        nearest = self._nearest_clause(sought, point, stretch)
        words = load_words()
        said = stretch.text.casefold()
        if words.denial.search(said) and not words.denial.search(wanted):
            return True
        if words.negation.search(wanted) is None:
            near = [said] if weight(said) <= SMALL else self._about(sought, point, stretch)
            if any(words.negation.search(clause) for clause in near):
                return True
        elif words.negation.search(nearest) is None:
            return True
        if any(_holds_other(wanted, nearest, *pair) for pair in words.opposites):
            return True
        share = sought.share(point, stretch.features, stretch.language)
        return any(wrong.share_in(stretch.features) > share for wrong in sought.wrong(stretch.language))

    def _about(self, sought: Sought, point: KeyPoint, stretch: Stretch) -> list[str]:
        """The clauses of a stretch that say something of the point, in lower case."""
        clauses = _CLAUSE.findall(stretch.text)
        shares = [sought.share(point, self._features.of(clause), stretch.language) for clause in clauses]
        least = ABOUT * max(shares, default=0.0)
        return [
            clause.casefold() for clause, share in zip(clauses, shares, strict=True) if share >= least and share > 0
        ]

    def _nearest_clause(self, sought: Sought, point: KeyPoint, stretch: Stretch) -> str:
        """The clause of a stretch that is most like the point, in lower case."""
        return max(
            _CLAUSE.findall(stretch.text),
            key=lambda clause: sought.share(point, self._features.of(clause), stretch.language),
            default="",
        ).casefold()

    @cached_property
    def _weights(self) -> dict[Language, Weights]:
        return self._weigh(self._questions) if self._questions else {}

    def _weigh(self, questions: Sequence[Question]) -> dict[Language, Weights]:
        points = [point for question in questions for point in question.key_points]
        languages: tuple[Language, ...] = ("zh", "en")
        return {one: Weights([self._features.of(point.text.to(one)) for point in points]) for one in languages}

    def _finds_reference(self, question: Question, sought: Sought) -> bool:
        """Whether most key points stand in the reference answer by their words, in one language at least."""
        reference = question.note.reference if question.note else Bilingual()
        if not reference or not question.key_points:
            return True
        shares: list[float] = []
        for text in (reference.zh, reference.en):
            stretches = self.stretches(text, turn=0)
            found = [
                any(sought.share(point, stretch.features, stretch.language) >= PARTLY for stretch in stretches)
                for point in question.key_points
            ]
            shares.append(sum(found) / len(found))
        return max(shares) >= FINDABLE


def _holds_other(wanted: str, said: str, one: re.Pattern[str], other: re.Pattern[str]) -> bool:
    """Whether of two opposite words `wanted` holds only one and `said` only the other."""
    first, second = (bool(one.search(wanted)), bool(other.search(wanted)))
    if first == second:
        return False
    return (bool(one.search(said)), bool(other.search(said))) == (second, first)


def is_statement(text: str) -> bool:
    """Whether `text` claims something, rather than naming terms in a row.

    Fragments must make up `SHORTEST` of weight that hold a joining word or character (verb, preposition, particle) to
    every `JOINED` of their weight, or an unbroken run of Chinese longer than terms are: terse Chinese joins without words.
    """
    words = load_words()
    claimed = 0
    fragments = [fragment for fragment in _FRAGMENT.split(text) if weight(fragment)]
    for fragment in fragments:
        joins = sum(word in words.statement_words for word in re.findall(r"[a-z']+", fragment.casefold()))
        joins += sum(character in words.statement_characters for character in fragment)
        if joins * JOINED >= weight(fragment) or _RUN.search(fragment):
            claimed += weight(fragment)
    listed = len(fragments) >= ROW and claimed * 2 < weight(text)
    return claimed >= SHORTEST and not listed


def sentences_of(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each sentence of `text` without the white space around it; none heavier than about `LONG`."""
    for sentence in _SENTENCE.finditer(text):
        yield from _cut(text, sentence.start(), sentence.end(), (_CLAUSE, re.compile(r"\S+\s*")))


def _cut(text: str, start: int, end: int, finer: tuple[re.Pattern[str], ...]) -> Iterator[tuple[int, int]]:
    if weight(text[start:end]) <= LONG or not finer:
        stripped = text[start:end].strip()
        if stripped:
            first = start + text[start:end].index(stripped[0])
            yield first, first + len(stripped)
        return
    at = start
    for piece in finer[0].finditer(text, start, end):
        if piece.end() - at > 1 and weight(text[at : piece.end()]) > LONG and piece.start() > at:
            yield from _cut(text, at, piece.start(), finer[1:])
            at = piece.start()
    yield from _cut(text, at, end, finer[1:])
