"""Which question of the bank each of an interviewer's turns asks: found by retrieval, decided over the whole talk at once.

The one rule: a proposal says how sure it is of each turn and what else it could be. The best way through the talk is found
by dynamic programming (Viterbi with a beam): every turn opens a question of the bank, opens one the bank does not hold,
goes on with the open one, or belongs to none. Going on in the bank's order is a little likelier, coming back is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from interviewer.recordings.alignment import Choice, Other
from interviewer.recordings.speakers import asks, asks_outright
from interviewer.recordings.turns import Turn
from interviewer.recordings.words import bare, folded, load_words
from knowledge.likeness import Likeness, Likenesses
from knowledge.models import Bank

CANDIDATES = 5
"""Questions looked at for each turn."""
SHOWN = 3
"""Other questions named beside the chosen one."""
UNSURE = 0.12
"""A lead over the next best reading below which a person should look."""
_BEAM = 16
_MASS = 14.0
"""Weight of found content words (about five rare ones) from which more adds nothing."""
_OUTSIDE = 0.47
_STAY = 0.3
_NEXT, _FOLLOW, _ORDER, _NEAR = 0.15, 0.22, 0.03, 0.03
_LONGEST_READ = 1200
"""Characters of a turn that are read: its end, where people ask."""
_LONGEST_ANSWER = 1500
"""Characters of an answer that are compared with notes: its beginning."""

# What a turn is read as, in the search: a new question of the bank by its place among the candidates, or one of these.
OUTSIDE, STAY, ASIDE = -1, -2, -3


@dataclass(frozen=True, slots=True)
class _Read:
    """What the search knows of one interviewer's turn."""

    found: tuple[Likeness, ...]
    fits: tuple[float, ...]
    content: dict[str, float]
    asks: bool
    outright: bool
    next: bool
    follow: bool
    small: bool
    recalled: float


@dataclass(frozen=True, slots=True)
class _State:
    """A way through the talk up to a turn: its worth, the open question (None: none yet, "": one outside), and where it came from."""

    worth: float
    question_id: str | None
    reading: int
    before: _State | None = field(default=None, repr=False)


class Aligner:
    """Puts talks beside one bank. Holds what was made of the bank once; nothing of any talk."""

    def __init__(self, bank: Bank, likenesses: Likenesses) -> None:
        self._bank = bank
        self._likenesses = likenesses
        self._order = {question.id: n for n, question in enumerate(bank.questions)}
        self._sections = {question.id: question.section_id for question in bank.questions}

    @property
    def by_meaning(self) -> bool:
        """Whether vectors take part in finding questions."""
        return self._likenesses.by_meaning

    def align(self, turns: Sequence[Turn]) -> tuple[Choice, ...]:
        """One choice for each turn, a candidate's too."""
        reads: dict[int, _Read] = {}
        spoken = [turn for turn in turns if not turn.heard]
        answers = [self._likenesses.content(t.text[:_LONGEST_ANSWER]) if t.role == "candidate" else {} for t in spoken]
        place = {id(turn): n for n, turn in enumerate(spoken)}
        for n, turn in enumerate(turns):
            if turn.role == "interviewer" and not turn.heard:
                at = place[id(turn)]
                before = answers[at - 1] if at else {}
                after = answers[at + 1] if at + 1 < len(spoken) else {}
                reads[n] = self._read(turn, before, after)
        path = self._search(list(reads.values()))
        states = dict(zip(reads, path, strict=True))
        return tuple(self._choices(turns, reads, states))

    def _read(self, turn: Turn, before: dict[str, float], after: dict[str, float]) -> _Read:
        """What there is to know of a turn; `before` and `after` are the content of the answers around it."""
        words = load_words()
        text = turn.text[-_LONGEST_READ:]
        plain = folded(text)
        content = self._likenesses.content(text)
        mass = sum(content.values())
        found = self._likenesses.to(text, CANDIDATES, after)
        recalled = sum(w for token, w in content.items() if token in before) / mass if mass else 0.0
        return _Read(
            found=found,
            fits=_fits(found),
            content=content,
            asks=asks(text),
            outright=asks_outright(text),
            next=words.next.match(bare(text)) is not None,
            follow=words.follow.search(plain) is not None,
            small=self._is_small_talk(text),
            recalled=recalled,
        )

    def _is_small_talk(self, text: str) -> bool:
        """Greetings, thanks, "can you hear me": known words, and little of content beside them."""
        plain, words = folded(text), load_words()
        if not words.small_talk.search(plain):
            return False
        rest = bare(words.small_talk.sub(" ", plain))
        return sum(self._likenesses.content(rest).values()) < 9 and len(rest) <= max(24, len(plain) * 0.6)

    def _search(self, reads: Sequence[_Read]) -> list[_State]:
        beam: list[_State] = [_State(0.0, None, ASIDE)]
        for read in reads:
            following: list[_State] = []
            opened = [one.question_id for one in read.found]
            for question_id in {state.question_id for state in beam}:
                state = max((one for one in beam if one.question_id == question_id), key=lambda one: one.worth)
                following.append(_State(state.worth + self._stay(read, question_id), question_id, STAY, state))
                following.append(_State(state.worth + self._aside(read), question_id, ASIDE, state))
            best = max(beam, key=lambda one: one.worth)
            following.append(_State(best.worth + self._outside(read), "", OUTSIDE, best))
            for place, question_id in enumerate(opened):
                worths = [one.worth + self._step(one.question_id, question_id) for one in beam]
                state = beam[worths.index(max(worths))]
                following.append(_State(max(worths) + self._opens(read, place), question_id, place, state))
            beam = sorted(following, key=lambda one: -one.worth)[:_BEAM]
        path: list[_State] = []
        at = beam[0]
        while at.before is not None:
            path.append(at)
            at = at.before
        return path[::-1]

    def _opens(self, read: _Read, place: int) -> float:
        worth = read.fits[place] + (_NEXT if read.next else 0.0) - (_FOLLOW if read.follow else 0.0)
        return worth - (0.0 if read.asks else 0.2)

    def _outside(self, read: _Read) -> float:
        worth = _OUTSIDE if read.asks else 0.2
        return worth + (_NEXT if read.next else 0.0) - (_FOLLOW if read.follow else 0.0) - 0.3 * read.recalled

    def _stay(self, read: _Read, question_id: str | None) -> float:
        if question_id is None:
            return -1.0  # nothing is open that could go on
        mass = sum(read.content.values())
        held = self._likenesses.shares(read.content, [question_id])[0] if question_id else 0.0
        worth = _STAY + 0.3 * held * min(1.0, mass / _MASS) + 0.2 * read.recalled + (0.2 if mass < 5 else 0.0)
        own = next((f for one, f in zip(read.found, read.fits, strict=True) if one.question_id == question_id), 0.0)
        worth = max(worth, own + 0.1) + (_FOLLOW if read.follow else 0.0)
        return worth - (_NEXT if read.next else 0.0) + (0.15 if not read.asks else 0.0)

    def _aside(self, read: _Read) -> float:
        if read.small:
            return 0.9 if not read.outright or sum(read.content.values()) < 4 else 0.6
        return 0.45 if not read.asks and sum(read.content.values()) < 4 else 0.05

    def _step(self, before: str | None, question_id: str) -> float:
        """A little for going on in the bank's order and within a section; a new question is not the one that is open."""
        if before == question_id:
            return -1.0
        if not before:
            return 0.0
        forward = self._order[question_id] > self._order[before]
        near = self._sections[question_id] == self._sections[before]
        return (_ORDER if forward else -_ORDER) + (_NEAR if near else 0.0)

    def _choices(self, turns: Sequence[Turn], reads: dict[int, _Read], states: dict[int, _State]) -> list[Choice]:
        choices: list[Choice] = []
        opened: str | None = None
        aside = True
        for n, turn in enumerate(turns):
            choice = Choice(cues=turn.cues, speaker=turn.speaker, role=turn.role, label="backchannel")
            if turn.heard:
                choices.append(choice)
            elif turn.role == "candidate":
                answers = opened is not None and (not aside or _says_something(turn.text))
                choices.append(choice.model_copy(update={"label": "answer" if answers else "small_talk"}))
            else:
                aside = states[n].reading == ASIDE
                opened = states[n].question_id
                choices.append(choice.model_copy(update=self._chosen(reads[n], states[n])))
        return choices

    def _chosen(self, read: _Read, state: _State) -> dict[str, object]:
        before = state.before
        assert before is not None
        worths = {STAY: self._stay(read, before.question_id), ASIDE: self._aside(read), OUTSIDE: self._outside(read)}
        for place, one in enumerate(read.found):
            worths[place] = self._opens(read, place) + self._step(before.question_id, one.question_id)
        own = worths[state.reading]
        lead = own - max(worth for reading, worth in worths.items() if reading != state.reading)
        others = tuple(
            Other(question_id=one.question_id, fit=round(fit, 2))
            for place, (one, fit) in enumerate(zip(read.found, read.fits, strict=True))
            if place != state.reading
        )[:SHOWN]
        said: dict[str, object] = {"lead": round(max(0.0, lead), 2), "others": others}
        match state.reading:
            case -3:
                return said | {"label": "small_talk"}
            case -2:
                return said | {"label": "follow_up"}
            case -1:
                return said | {"label": "question"}
            case place:
                chosen = read.found[place]
                return said | {
                    "label": "question",
                    "question_id": chosen.question_id,
                    "fit": round(read.fits[place], 2),
                }


def _fits(found: Sequence[Likeness]) -> tuple[float, ...]:
    """How likely each question is the one that is asked, 0 to 1: much of what is said stands in its note and in its own words,
    and no other question is found as well.

    What was answered counts too: it mostly holds more of the note than the asking does. A logistic curve. Its constants were
    fitted on all 285 lines of tests/golden/retrieval.jsonl and then adjusted by hand, so those lines can measure it no more.
    """
    scores = [one.score for one in found]
    sure = max((one.answered for one in found), default=0.0)
    fits: list[float] = []
    for n, one in enumerate(found):
        rival = max((score for m, score in enumerate(scores) if m != n), default=0.0) / one.score
        at = 3.3 * min(1.0, one.found / _MASS) - 3.9 * min(rival, 2.0) + 4.6 * one.named + 1.5 * one.stated + 0.6
        at += 4.0 * (one.answered - 0.55 * sure)
        fits.append(1 / (1 + math.exp(-at)))
    return tuple(fits)


def _says_something(text: str) -> bool:
    """Whether a candidate's turn after small talk is more than a greeting: it then goes on with the open question."""
    plain = folded(text)
    rest = bare(load_words().small_talk.sub(" ", plain))
    wide = sum(2 if c > "\u2e7f" else 1 for c in rest)
    return wide >= 40
