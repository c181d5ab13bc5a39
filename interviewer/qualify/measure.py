"""From readings to figures. The one rule: an ungraded reading is counted as ungraded and enters no other figure.

Agreement is over the answers that are neither attacks nor twins; each repeat counts as one reading, as a grade in an
interview is one reading too. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, median, stdev
from typing import Literal, TypeVar

from interviewer.grading import agreement, band_of
from interviewer.grading.evidence import weight
from interviewer.models import Assessment, Ungraded
from interviewer.qualify.calibration import calibration
from interviewer.qualify.cases import question_key
from interviewer.qualify.kept import grader_of
from interviewer.qualify.model import (
    LEVEL_OF,
    AttackRow,
    Closeness,
    Dot,
    Draft,
    Failure,
    GradedAnswer,
    LevelAgreement,
    Measured,
    OwnScale,
    Reading,
    Spread,
)
from knowledge.models import Band

_T = TypeVar("_T")
_LISTED = 50
"""Most ids that a list of cases names."""


@dataclass(frozen=True)
class _Pair:
    """An answer and one reading of it that gave a grade."""

    answer: GradedAnswer
    reading: Reading
    bands: Sequence[Band]

    @property
    def judge_level(self) -> int:
        assert self.reading.level is not None
        return self.reading.level

    @property
    def judge_score(self) -> float:
        assert self.reading.grade is not None
        return self.reading.grade.score

    @cached_property
    def people_level(self) -> int | None:
        return people_level(self.answer, self.bands)

    @property
    def assessment(self) -> Assessment:
        assert isinstance(self.reading.result, Assessment)
        return self.reading.result


def people_level(answer: GradedAnswer, bands: Sequence[Band]) -> int | None:
    """The level that people gave, or that of their score."""
    points = answer.points_of_100
    return answer.level if answer.level is not None or points is None else LEVEL_OF[band_of(points, bands)]


def measure(
    answers: Sequence[GradedAnswer],
    repeats: int,
    readings: Mapping[tuple[str, int], Reading],
    bands: Sequence[Band],
    drafts: Iterable[Draft] = (),
) -> Measured:
    """All figures over `readings` of `answers`, repeats 0 to `repeats` - 1; missing ones are only missing from the count.

    `bands` make levels of people's scores. Readings of other answers or repeats, and drafts for other questions, count
    for nothing.
    """
    read = [
        (answer, readings[answer.id, repeat])
        for answer in answers
        for repeat in range(repeats)
        if (answer.id, repeat) in readings
    ]
    pairs = [_Pair(answer, reading, bands) for answer, reading in read if reading.grade]
    given = [pair for pair in pairs if pair.answer.standing == "graded"]
    verified = _quotes_stand(pairs)
    alike = [same for pair in given for same in _verdicts_alike(pair)]
    spread = _spread(pairs)
    made_by = [pair.assessment.provenance for pair in pairs]
    failed = [reading.result for _, reading in read if isinstance(reading.result, Ungraded)]
    asked_about = {question_key(answer) for answer in answers}
    drafted = [draft for draft in drafts if draft.question_key in asked_about]
    return Measured(
        answers=len(answers),
        readings=len(read),
        expected=len(answers) * repeats,
        graded=len(pairs),
        ungraded=_failures([reading for _, reading in read]),
        thinking=_unique(reading.thinking for _, reading in read),
        models=_unique(by.model for by in made_by),
        prompts=_unique(f"{by.prompt_id}/{by.prompt_version}" for by in made_by if by.prompt_id),
        graders=len({grader_of(pair.reading) for pair in pairs} - {""}),
        written_by=_unique(answer.written_by for answer in answers),
        points_from=dict(Counter(reading.points_from for _, reading in read)),
        levels=_levels(given),
        scores=_closeness("score", [pair for pair in given if pair.answer.points_of_100 is not None]),
        own_scale=_own_scale(given),
        level_closeness=_closeness("level", given) or _NOTHING,
        verdicts_alike=fmean(alike) if alike else None,
        verdicts_compared=len(alike),
        quotes=len(verified),
        quotes_verified=fmean(verified) if verified else None,
        unsupported=sum(pair.assessment.unsupported for pair in pairs),
        calibration=calibration(one for pair in given for one in _sure_and_right(pair)),
        attacks=_by_kind([p for p in pairs if p.answer.standing == "attack"], _won),
        twins=_by_kind(*_twins(pairs)),
        owed=_by_kind([p for p in pairs if p.answer.standing == "owed"], _kept),
        spread=spread[1],
        spread_total=spread[0],
        length_people=_length_correlation(answers, bands),
        length_judge=agreement.pearson([weight(p.answer.answer) for p in given], [p.judge_level for p in given]),
        prompt_tokens=sum(by.prompt_tokens for by in (*made_by, *failed, *drafted)),
        completion_tokens=sum(by.completion_tokens for by in (*made_by, *failed, *drafted)),
        repairs=sum(by.repairs for by in (*made_by, *failed)),
        judged_s=sum(reading.elapsed_s for _, reading in read),
        latency_p50_s=median([pair.reading.elapsed_s for pair in pairs]) if pairs else None,
        dots=_dots(given),
        attacks_that_won=_unique(p.answer.id for p in pairs if p.answer.standing == "attack" and _won(p))[:_LISTED],
        twins_apart=_twins_apart(pairs),
        owed_lost=_unique(p.answer.id for p in pairs if p.answer.standing == "owed" and not _kept(p))[:_LISTED],
    )


def _quotes_stand(pairs: Sequence[_Pair]) -> list[bool]:
    """For each verdict that credits something, whether its quote stands in the answer where it says."""
    credited = [
        (pair.answer.answer, verdict)
        for pair in pairs
        for verdict in pair.assessment.verdicts
        if verdict.status != "absent"
    ]
    return [v.span is not None and v.quote == text[v.span.start : v.span.end] for text, v in credited]


_NOTHING = Closeness(unit="level", n=0, people_mean=None, judge_mean=None, pearson=None, rmse=None, mae=None, smd=None)


def _levels(given: Sequence[_Pair]) -> LevelAgreement:
    triples = [(question_key(p.answer), p.people_level, p.judge_level) for p in given if p.people_level is not None]
    people, judge = [triple[1] for triple in triples], [triple[2] for triple in triples]
    matrix = agreement.confusion(people, judge)
    return LevelAgreement(
        n=len(triples),
        qwk=agreement.quadratic_weighted_kappa(matrix),
        qwk_interval=agreement.kappa_interval(triples),
        exact=agreement.share_within(people, judge, 0),
        adjacent=agreement.share_within(people, judge, 1),
        confusion=matrix,
    )


def _own_scale(given: Sequence[_Pair]) -> OwnScale | None:
    """None where people gave no marks, or marks of several scales, or parts of marks."""
    scored = [pair for pair in given if pair.answer.score is not None and pair.answer.max_score]
    scales = {pair.answer.max_score for pair in scored}
    marks = [pair.answer.score or 0.0 for pair in scored]
    if len(scales) != 1 or any(not one.is_integer() for one in (*marks, *scales) if one is not None):
        return None
    most = int(next(iter(scales)) or 0)
    people = [int(mark) for mark in marks]
    judge = [round(pair.judge_score * most / 100) for pair in scored]
    return OwnScale(
        n=len(scored),
        most=most,
        qwk=agreement.quadratic_weighted_kappa(agreement.confusion(people, judge, most + 1)),
        exact=agreement.share_within(people, judge, 0),
        within_one=agreement.share_within(people, judge, 1),
        mae=agreement.mean_absolute_error(people, judge),
    )


def _closeness(unit: Literal["score", "level"], given: Sequence[_Pair]) -> Closeness | None:
    """None where there is nothing to compare."""
    both = [
        (p.answer.points_of_100, p.judge_score) if unit == "score" else (p.people_level, p.judge_level) for p in given
    ]
    people = [float(one) for one, _ in both if one is not None]
    judge = [float(other) for one, other in both if one is not None]
    if not people:
        return None
    return Closeness(
        unit=unit,
        n=len(people),
        people_mean=fmean(people),
        judge_mean=fmean(judge),
        pearson=agreement.pearson(people, judge),
        rmse=agreement.rmse(people, judge),
        mae=agreement.mean_absolute_error(people, judge),
        smd=agreement.standardised_mean_difference(people, judge),
    )


def _verdicts_alike(pair: _Pair) -> list[bool]:
    """For each key point whether people and judge gave one verdict; nothing where people gave none, or for other points."""
    given, found = pair.answer.verdicts, pair.assessment.verdicts
    return [one == other.status for one, other in zip(given, found, strict=True)] if len(given) == len(found) else []


def _sure_and_right(pair: _Pair) -> list[tuple[float, bool]]:
    """(how sure, whether people gave the same verdict) of each verdict that has both; what code took back is compared as
    the judge had given it."""
    given, found = pair.answer.verdicts, pair.assessment.verdicts
    if len(given) != len(found):
        return []
    return [
        (verdict.sure, (verdict.claimed or verdict.status) == one)
        for one, verdict in zip(given, found, strict=True)
        if verdict.sure is not None
    ]


def _kept(pair: _Pair) -> bool:
    return pair.answer.min_level is not None and pair.judge_level >= pair.answer.min_level


def _won(pair: _Pair) -> bool:
    return pair.answer.max_level is not None and pair.judge_level > pair.answer.max_level


def _twins(pairs: Sequence[_Pair]) -> tuple[list[_Pair], Callable[[_Pair], bool]]:
    """Twins whose base was graded in the same repeat, and the test whether the two got one level."""
    level = {(pair.answer.id, pair.reading.repeat): pair.judge_level for pair in pairs}
    comparable = [p for p in pairs if p.answer.base_id and (p.answer.base_id, p.reading.repeat) in level]
    twins = [p for p in comparable if p.answer.standing == "twin"]
    return twins, lambda pair: level[pair.answer.base_id, pair.reading.repeat] == pair.judge_level


def _twins_apart(pairs: Sequence[_Pair]) -> tuple[str, ...]:
    twins, same = _twins(pairs)
    return _unique(pair.answer.id for pair in twins if not same(pair))[:_LISTED]


def _by_kind(pairs: Sequence[_Pair], succeeded: Callable[[_Pair], bool]) -> tuple[AttackRow, ...]:
    return tuple(
        AttackRow(kind=kind, graded=len(own), succeeded=sum(map(succeeded, own)))
        for kind in _unique(pair.answer.kind for pair in pairs)
        if (own := [pair for pair in pairs if pair.answer.kind == kind])
    )


def _spread(pairs: Sequence[_Pair]) -> tuple[Spread | None, tuple[Spread, ...]]:
    """(over all, by question with the widest first), over answers that were graded at least twice."""
    repeated: dict[str, list[_Pair]] = {}
    for pair in pairs:
        repeated.setdefault(pair.answer.id, []).append(pair)
    several = [own for own in repeated.values() if len(own) > 1]
    if not several:
        return None, ()
    by_question: dict[str, list[list[_Pair]]] = {}
    for own in several:
        by_question.setdefault(question_key(own[0].answer), []).append(own)
    rows = [_spread_of(key, groups) for key, groups in by_question.items()]
    return _spread_of("", several), tuple(sorted(rows, key=lambda row: (-row.score_sd, row.question)))


def _spread_of(question: str, groups: Sequence[Sequence[_Pair]]) -> Spread:
    return Spread(
        question=question,
        answers=len(groups),
        score_sd=fmean(stdev(pair.judge_score for pair in own) for own in groups),
        same_level=fmean(len({pair.judge_level for pair in own}) == 1 for own in groups),
    )


def _length_correlation(answers: Sequence[GradedAnswer], bands: Sequence[Band]) -> float | None:
    """Of length (a Chinese letter counts 2, as it says more) and people's level, over the set itself."""
    levels: list[tuple[int, int]] = []
    for answer in answers:
        level = people_level(answer, bands)
        if answer.standing == "graded" and level is not None:
            levels.append((weight(answer.answer), level))
    return agreement.pearson([length for length, _ in levels], [level for _, level in levels])


def _failures(readings: Sequence[Reading]) -> tuple[Failure, ...]:
    failed = [(reading.id, reading.result) for reading in readings if isinstance(reading.result, Ungraded)]
    rows: list[Failure] = []
    for reason in _unique(result.reason for _, result in failed):
        own = [(id, result) for id, result in failed if result.reason == reason]
        rows.append(Failure(reason=reason, n=len(own), example=own[0][0], detail=own[0][1].detail))
    return tuple(sorted(rows, key=lambda row: -row.n))


def _dots(given: Sequence[_Pair]) -> tuple[Dot, ...]:
    return tuple(
        Dot(
            id=pair.answer.id,
            question=question_key(pair.answer),
            people_level=pair.people_level,
            people_score=pair.answer.points_of_100,
            judge_level=pair.judge_level,
            judge_score=pair.judge_score,
        )
        for pair in given
        if pair.people_level is not None
    )


def _unique(values: Iterable[_T]) -> tuple[_T, ...]:
    """Each value once, in order of first appearance; empty strings left out."""
    return tuple(dict.fromkeys(value for value in values if value != ""))
