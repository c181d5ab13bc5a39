"""How people's blind marks agree with the judge and with each other. The one rule: compared is the judge's own grade,
never an override, and below `ENOUGH` answers no figure is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import combinations
from statistics import fmean

from interviewer.errors import SessionDeleted, UnknownSession
from interviewer.grading import agreement, band_of, score_transcript
from interviewer.grading.aggregate import current_rows
from interviewer.models import Assessment, BandId, Grade, Mark, Transcript, Ungraded
from interviewer.store import Store, Unread, UnreadMark, note, set_aside
from knowledge.errors import UserFacingError
from knowledge.models import Band, Bank, Frozen

ENOUGH = 10
"""Pairs below which a figure would say more of chance than of agreement."""
SELF = "self"
"""In the place of a judge's name, for the candidate's own marks: compared with people's, and no judge's agreement."""
ORDER: tuple[BandId, ...] = ("insufficient", "fair", "good", "excellent")


class Marked(Frozen):
    """One answer with one person's mark and the judge's own score (None where it gave none)."""

    mark: Mark
    bank_id: str
    chapter_id: str
    level: BandId
    judge_score: float | None
    judge_level: BandId | None
    judge: str
    """The model as its server names it, or `self` for the candidate's own marks; empty where nothing was graded."""


class Figures(Frozen):
    """Agreement of `n` pairs. `bias` is the second's mean minus the first's; all None below ENOUGH pairs."""

    n: int
    exact: float | None = None
    qwk: float | None = None
    pearson: float | None = None
    mean_difference: float | None = None
    bias: float | None = None


class Row(Frozen):
    """`name`: a chapter's id, a judge, or two people joined by ` · `; empty for all."""

    name: str
    figures: Figures


class Agreement(Frozen):
    """`whole`, `judges`, `chapters` compare people (first) with the judge (second); `people` one person with another. The
    candidates' own marks have a row among `judges` and are in no other figure. `unread` are the sessions with marks that
    cannot be read, and are in none."""

    marked: tuple[Marked, ...]
    unread: tuple[str, ...] = ()
    whole: Figures
    judges: tuple[Row, ...]
    chapters: tuple[Row, ...]
    people: tuple[Row, ...]


def measure(store: Store, banks: Mapping[str, Bank]) -> Agreement:
    """Agreement over every mark in the store; of several marks by one person for one answer the last counts."""
    lost: list[UnreadMark] = []
    failed: dict[str, UserFacingError] = {}
    latest = {(one.reviewer, one.session_id, one.question_id): one for one in store.marks(lost)}
    marked = tuple(join(store, banks, latest.values(), failed))
    note(failed)
    judged = [one for one in marked if one.judge != SELF]
    return Agreement(
        marked=marked,
        unread=tuple(dict.fromkeys([*failed, *(one.session_id for one in lost)])),
        whole=against_judge(judged),
        judges=_rows([one for one in marked if one.judge], lambda one: one.judge),
        chapters=_rows(judged, lambda one: one.chapter_id),
        people=between_people(marked),
    )


def join(store: Store, banks: Mapping[str, Bank], marks: Iterable[Mark], unread: Unread) -> Iterator[Marked]:
    """Each mark beside the judge's own grade of the same answer; marks of questions no bank here has are left out, and
    sessions that cannot be read are put into `unread`."""
    by_session: dict[str, list[Mark]] = {}
    for mark in marks:
        by_session.setdefault(mark.session_id, []).append(mark)
    for session_id, own in by_session.items():
        joined: list[Marked] = []
        with set_aside(session_id, unread), suppress(SessionDeleted, UnknownSession):  # gone since the marks were read
            joined = _joined(store.transcript(session_id), banks, own)
        yield from joined


def _joined(transcript: Transcript, banks: Mapping[str, Bank], marks: Sequence[Mark]) -> list[Marked]:
    bank = banks.get(transcript.session.bank_id)
    if bank is None:
        return []
    rows = {row.question_id: row for row in current_rows(bank, transcript)}
    card = score_transcript(bank, transcript.model_copy(update={"reviews": ()}))
    grades = {grade.question_id: grade for grade in card.grades}
    return [
        _marked(bank, mark, grades.get(mark.question_id), row)
        for mark in marks
        if (row := rows.get(mark.question_id)) is not None and _known(bank, mark.question_id)
    ]


def against_judge(marked: Sequence[Marked]) -> Figures:
    """People's marks against the judge's own grades, over the answers it graded."""
    graded = [one for one in marked if one.judge_score is not None and one.judge_level is not None]
    return figures(
        [(one.mark.score, one.level) for one in graded],
        [(one.judge_score or 0.0, one.judge_level or "insufficient") for one in graded],
    )


def between_people(marked: Sequence[Marked]) -> tuple[Row, ...]:
    """Each two people who have marked answers in common."""
    by_person: dict[str, dict[str, Marked]] = {}
    for one in marked:
        by_person.setdefault(one.mark.reviewer, {})[f"{one.mark.session_id}/{one.mark.question_id}"] = one
    rows: list[Row] = []
    for first, second in combinations(sorted(by_person), 2):
        mine, theirs = by_person[first], by_person[second]
        both = [place for place in mine if place in theirs]
        if both:
            one, other = _given(mine, both), _given(theirs, both)
            rows.append(Row(name=f"{first} · {second}", figures=figures(one, other)))
    return tuple(rows)


def _given(marks: Mapping[str, Marked], places: Sequence[str]) -> list[tuple[float, BandId]]:
    return [(marks[place].mark.score, marks[place].level) for place in places]


def figures(first: Sequence[tuple[float, BandId]], second: Sequence[tuple[float, BandId]]) -> Figures:
    """The figures of two raters' (score, level) of the same answers."""
    n = len(first)
    if n < ENOUGH:
        return Figures(n=n)
    scores = [score for score, _ in first], [score for score, _ in second]
    levels = [ORDER.index(level) for _, level in first], [ORDER.index(level) for _, level in second]
    return Figures(
        n=n,
        exact=agreement.share_within(*levels, 0),
        qwk=agreement.quadratic_weighted_kappa(agreement.confusion(*levels)),
        pearson=agreement.pearson(*scores),
        mean_difference=agreement.mean_absolute_error(*scores),
        bias=fmean(scores[1]) - fmean(scores[0]),
    )


def _rows(marked: Sequence[Marked], name: Callable[[Marked], str]) -> tuple[Row, ...]:
    groups: dict[str, list[Marked]] = {}
    for one in marked:
        groups.setdefault(name(one), []).append(one)
    return tuple(Row(name=key, figures=against_judge(own)) for key, own in sorted(groups.items()))


def _marked(bank: Bank, mark: Mark, grade: Grade | None, row: Assessment | Ungraded) -> Marked:
    judge = ""
    if grade is not None and isinstance(row, Assessment):
        judge = SELF if row.provenance.thinking == "self" else row.provenance.model or "?"
    return Marked(
        mark=mark,
        bank_id=bank.id,
        chapter_id=bank.question(mark.question_id).chapter_id,
        level=level_of(mark.score, bank.outline.bands),
        judge_score=grade.score if grade else None,
        judge_level=grade.level if grade else None,
        judge=judge,
    )


def level_of(score: float, bands: Sequence[Band]) -> BandId:
    """The level a person's mark falls into, by the same bounds as the judge's scores."""
    return band_of(score, bands)


def _known(bank: Bank, question_id: str) -> bool:
    try:
        bank.question(question_id)
    except KeyError:
        return False
    return True
