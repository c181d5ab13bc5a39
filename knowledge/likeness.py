"""How much of what someone asks stands in a question of the bank: for telling which question it was, and whether any.

Its rule: only words with content count. "What is the difference between a process and a thread" shares its frame with
every bank and its content with none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.lexicon import TERM_MARK
from knowledge.models import Bank
from knowledge.retrieve import Retriever

FEWEST = 60
"""A smaller bank is weighed as if it had this many questions, so that its words are not all common."""
_TERM_WEIGHT = 1.5
_WHOLE_ANSWER = 30.0
"""Weight of content words (about eight rare ones) from which an answer tells fully which question it belongs to."""
_ENGLISH = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "and",
        "or",
        "for",
        "with",
        "on",
        "by",
        "it",
        "its",
        "that",
        "this",
        "these",
        "those",
        "what",
        "how",
        "which",
        "when",
        "why",
        "where",
        "who",
        "whom",
        "whose",
        "do",
        "does",
        "doe",
        "did",
        "done",
        "doing",
        "as",
        "at",
        "from",
        "your",
        "you",
        "me",
        "my",
        "mine",
        "i",
        "we",
        "us",
        "our",
        "they",
        "them",
        "their",
        "there",
        "here",
        "he",
        "she",
        "his",
        "her",
        "if",
        "not",
        "no",
        "than",
        "then",
        "into",
        "about",
        "can",
        "could",
        "would",
        "should",
        "will",
        "shall",
        "may",
        "might",
        "must",
        "have",
        "has",
        "had",
        "having",
        "get",
        "got",
        "give",
        "given",
        "go",
        "going",
        "let",
        "lets",
        "so",
        "ok",
        "okay",
        "well",
        "now",
        "just",
        "really",
        "very",
        "much",
        "more",
        "most",
        "some",
        "any",
        "all",
        "each",
        "every",
        "other",
        "another",
        "one",
        "two",
        "first",
        "second",
        "third",
        "next",
        "last",
        "also",
        "too",
        "only",
        "even",
        "like",
        "kind",
        "sort",
        "thing",
        "things",
        "something",
        "anything",
        "way",
        "ways",
        "time",
        "times",
        "lot",
        "bit",
        "good",
        "great",
        "right",
        "sure",
        "fine",
        "nice",
        "please",
        "thanks",
        "thank",
        "yes",
        "yeah",
        "hi",
        "hello",
        "tell",
        "talk",
        "say",
        "said",
        "explain",
        "describe",
        "walk",
        "through",
        "take",
        "your",
        "over",
        "out",
        "up",
        "down",
        "back",
        "difference",
        "different",
        "mean",
        "means",
        "use",
        "used",
        "using",
        "work",
        "works",
        "need",
        "want",
        "know",
        "think",
        "happen",
        "happens",
        "make",
        "makes",
        "because",
        "but",
        "after",
        "before",
        "still",
        "own",
        "same",
        "such",
        "both",
        "few",
        "many",
        "start",
        "begin",
        "see",
        "look",
        "question",
        "questions",
        "answer",
        "answers",
        "ask",
        "asked",
        "please",
        "maybe",
        "perhaps",
        "actually",
        "basically",
        "i'm",
        "it's",
        "let's",
        "that's",
        "what's",
        "s",
        "t",
        "re",
        "ve",
        "ll",
        "d",
        "m",
        "don",
        "didn",
        "doesn",
        "isn",
        "aren",
        "wasn",
        "couldn",
        "wouldn",
        "um",
        "uh",
        "er",
        "hmm",
        "mm",
        "case",
        "example",
        "detail",
        "details",
        "briefly",
    ]
)
_CHINESE = frozenset(
    "的了吗呢吧啊是我你您他她它们这那一下个讲说请先再好就也都还有没么什怎样如何为会能可以做对把被让给到在和与及或而且但很最"
    "更太哪些几多少谈聊问题答时候然后之后以前开始自己觉得认为介绍描述解释分析地着过去来上里中该呃嗯哦噢其实比如例如"
)


class Likeness(NamedTuple):
    """One question beside a text. `score` as in `QuestionHit`; `found` is the weight of the text's content words that its
    question and note hold (a rare word weighs about 4); `named` the share of that weight that stands in the question itself;
    `stated` how much of the question's own words the text says; `answered` how much of an answer's content the note holds,
    against the question that holds the most of it, less for a short answer."""

    question_id: str
    score: float
    found: float
    named: float
    stated: float
    answered: float = 0.0


class Likenesses:
    """Likeness to the questions of one bank; made once for it (a few hundred milliseconds)."""

    def __init__(self, bank: Bank, retriever: Retriever) -> None:
        self.bank = bank
        self._retriever = retriever
        self._places = {question_id: n for n, question_id in enumerate(retriever.ids)}
        self._held: dict[str, npt.NDArray[np.bool_] | None] = {}
        self._weights: dict[str, float] = {}
        sides = [self._content(side) for question in bank.questions for side in (question.text.zh, question.text.en)]
        self._own = [(sides[2 * n], sides[2 * n + 1]) for n in range(len(bank.questions))]

    @property
    def by_meaning(self) -> bool:
        return self._retriever.by_meaning

    def content(self, text: str) -> dict[str, float]:
        """The content words of `text` with their weights."""
        return {token: self._weight(token) for token in sorted(self._content(text))}

    def to(self, text: str, k: int, answer: dict[str, float] | None = None) -> tuple[Likeness, ...]:
        """The `k` questions that retrieval finds for `text`, best first, and the one that fits best what was answered.

        `answer` is the content of the answer that followed, which often says more of a question than its asking.
        """
        content = self.content(text)
        if not content:
            return ()
        scores = {hit.question.id: hit.score for hit in self._retriever.questions(text, k)}
        found, whole = self._found(content), sum(content.values())
        held = self._found(answer) if answer else np.zeros(len(self._places))
        most = float(held.max(initial=0.0))
        if most and scores:
            scores.setdefault(self._retriever.ids[int(held.argmax())], min(scores.values()))
        sure = min(1.0, sum(answer.values()) / _WHOLE_ANSWER) if answer else 0.0
        likenesses: list[Likeness] = []
        for question_id, score in scores.items():
            at = self._places[question_id]
            own = self._own[at][0] | self._own[at][1]
            likenesses.append(
                Likeness(
                    question_id,
                    score,
                    float(found[at]),
                    sum(weight for token, weight in content.items() if token in own) / whole,
                    self._stated(at, content),
                    sure * float(held[at]) / most if most else 0.0,
                )
            )
        return tuple(likenesses)

    def shares(self, content: dict[str, float], question_ids: Sequence[str]) -> list[float]:
        """For each question, the share of the weight of `content` that its question and note hold; 0 without content."""
        whole = sum(content.values())
        if not whole:
            return [0.0] * len(question_ids)
        found = self._found(content)
        return [float(found[self._places[one]]) / whole for one in question_ids]

    def _found(self, content: dict[str, float]) -> npt.NDArray[np.float64]:
        total = np.zeros(len(self._places))
        for token, weight in content.items():
            if (held := self._held[token]) is not None:
                total += weight * held
        return total

    def _stated(self, at: int, content: dict[str, float]) -> float:
        """The larger of the two languages' shares."""
        best = 0.0
        for side in self._own[at]:
            whole = sum(self._weight(token) for token in side)
            if whole:
                best = max(best, sum(self._weight(token) for token in side if token in content) / whole)
        return best

    def _content(self, text: str) -> frozenset[str]:
        return frozenset(token for token in self._retriever.lexicon.tokens(text) if _says(token))

    def _weight(self, token: str) -> float:
        """log of how few questions hold it, as in BM25; also remembers which do."""
        if token not in self._weights:
            rows = self._retriever.words.rows(token)
            held = None
            if rows is not None:
                held = np.zeros(len(self._places), dtype=np.bool_)
                owners = self._retriever.owners[rows]
                held[owners[owners >= 0]] = True
            often, size = int(held.sum()) if held is not None else 0, max(len(self._places), FEWEST)
            rarity = math.log(1 + (size - often + 0.5) / (often + 0.5))
            self._held[token] = held
            self._weights[token] = rarity * (_TERM_WEIGHT if token.startswith(TERM_MARK) else 1.0)
        return self._weights[token]


def _says(token: str) -> bool:
    """Whether a token has content of its own."""
    if token.startswith(TERM_MARK):
        return True
    if token[0] > "\u2e7f":
        return len(token) > 1 and not (set(token) & _CHINESE)
    return token not in _ENGLISH and (len(token) > 1 or token.isdigit())
