"""What candidates marked of their own answers: unmarked is no number, marked is theirs, and the latest mark counts."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from interviewer.grading import score_transcript
from interviewer.models import (
    Assessment,
    Message,
    Plan,
    Provenance,
    Quota,
    Review,
    SelfMark,
    SelfStatus,
    Session,
    Span,
    Thinking,
    Transcript,
    Ungraded,
    Verdict,
)
from knowledge.models import Question
from tests.unit import grading_samples as samples

QUESTION = samples.question(samples.note("a"))
BANK = samples.bank([QUESTION])
FAIR, GOOD, EXCELLENT = (point.id for point in QUESTION.key_points)
SAID = (("question", ""), ("answer", "基础是块表。"), ("hint", ""), ("probe", GOOD), ("answer", "机制是映射。"))


def transcript(
    *marks: SelfMark,
    said: tuple[tuple[str, str], ...] = SAID,
    thinking: Thinking = "offline",
    rows: tuple[Assessment | Ungraded, ...] = (),
    reviews: tuple[Review, ...] = (),
) -> Transcript:
    """`said` are (kind, text), or (kind, key point) for what the interviewer says."""
    session = Session(
        id="s", created_at=samples.NOON, bank_id="sample", bank_hash="bank-hash", language="zh", mode="practice",
        thinking=thinking, seed=1, minutes=30, chapters=("ch1",),
        plan=Plan(quotas=(Quota(chapter_id="ch1", questions=1, minutes=10),), seconds_per_question=300),
    )  # fmt: skip
    messages = tuple(
        Message.model_validate(
            {"session_id": "s", "turn": n, "kind": kind, "text": text or "?", "at": samples.NOON, "question_id": "a"}
            | {"role": "candidate" if kind in ("answer", "skip") else "interviewer"}
            | {"key_point_id": text if kind in ("probe", "hint") and text else None}
        )
        for n, (kind, text) in enumerate(said)
    )
    return Transcript(session=session, messages=messages, assessments=rows, reviews=reviews, annotations=marks)


def mark(point: str, status: SelfStatus, *, turn: int | None = None, minute: int = 0, attempt: int = 0) -> SelfMark:
    span = None if turn is None else Span(turn=turn, start=0, end=2)
    at = samples.NOON + timedelta(minutes=minute)
    return SelfMark(
        session_id="s", question_id="a", key_point_id=point, status=status, span=span, attempt=attempt, at=at
    )


def similarity(turn: int = 4) -> Assessment:
    """A judgement by text similarity, as earlier versions stored it: everything covered."""
    return Assessment(
        question_id="a", turn=turn, turn_kind="answer",
        verdicts=tuple(Verdict(key_point_id=point.id, status="covered") for point in QUESTION.key_points),
        provenance=Provenance(thinking="offline", grader_version="1", at=samples.NOON, bank_hash="b", key_points_hash="k"),
    )  # fmt: skip


ALL = (mark(FAIR, "covered"), mark(GOOD, "partial"), mark(EXCELLENT, "absent"))


def test_all_marked_is_scored_by_the_ordinary_arithmetic():
    (grade,) = score_transcript(BANK, transcript(*ALL)).grades
    weights = BANK.scoring.weights
    assert grade.coverage == pytest.approx(weights["fair"] + weights["good"] / 2)
    assert (grade.depth, grade.reviewed) == ("good", False)


@pytest.mark.parametrize("missing", range(3))
def test_one_point_unmarked_leaves_the_question_without_a_number(missing):
    card = score_transcript(BANK, transcript(*(one for n, one in enumerate(ALL) if n != missing)))
    assert (card.total, card.grades, [one.reason for one in card.ungraded]) == (None, (), ["unmarked"])


def test_the_latest_mark_of_a_point_counts():
    first = score_transcript(BANK, transcript(*ALL)).total
    changed = score_transcript(BANK, transcript(*ALL, mark(EXCELLENT, "covered", minute=1))).total
    assert (first, changed) != (changed, first)
    back = (mark(EXCELLENT, "covered", minute=1), mark(EXCELLENT, "absent", minute=2))
    assert score_transcript(BANK, transcript(*ALL, *back)).total == first


def test_marks_of_a_second_try_count_in_no_score():
    tried = tuple(one.model_copy(update={"attempt": 1}) for one in ALL)
    assert score_transcript(BANK, transcript(*tried)).total is None
    other = mark(EXCELLENT, "covered", attempt=1)
    assert score_transcript(BANK, transcript(*ALL, other)) == score_transcript(BANK, transcript(*ALL))


@pytest.mark.parametrize(
    ("hint", "turn", "halved"),
    [
        ("", 4, True),  # its words came after the hint
        ("", 1, False),  # before it
        ("", None, False),  # no words chosen, and an answer came before the hint
        (FAIR, None, True),  # no words chosen, but the hint was about this very point
    ],
)
def test_what_came_after_a_hint_counts_half(hint, turn, halved):
    said = tuple((kind, hint if kind == "hint" else text) for kind, text in SAID)
    card = score_transcript(BANK, transcript(mark(FAIR, "covered", turn=turn), *ALL[1:], said=said))
    assert isinstance(card.rows[0], Assessment)
    assert card.rows[0].verdicts[0].after_hint is halved


def test_a_hint_before_every_answer_halves_all():
    said = (("question", ""), ("hint", ""), ("answer", "基础。"))
    (grade,) = score_transcript(
        BANK, transcript(*(mark(p, "covered") for p in (FAIR, GOOD, EXCELLENT)), said=said)
    ).grades
    assert grade.coverage == pytest.approx(0.5)


def test_the_words_left_standing_are_the_quote():
    row = score_transcript(BANK, transcript(mark(FAIR, "covered", turn=1), *ALL[1:])).rows[0]
    assert isinstance(row, Assessment)
    assert (row.verdicts[0].quote, row.verdicts[1].quote) == ("基础", "")
    assert row.provenance.thinking == "self"


@pytest.mark.parametrize("said", [(("question", ""),), (("question", ""), ("hint", ""))])
def test_a_question_that_nobody_answered_is_not_reached_and_nothing_to_mark(said):
    (one,) = score_transcript(BANK, transcript(*ALL, said=said)).ungraded
    assert one.reason == "not_reached"


def test_a_skip_is_to_be_marked_like_an_answer_and_is_no_zero():
    said = (("question", ""), ("skip", ""))
    assert score_transcript(BANK, transcript(said=said)).total is None
    none = tuple(mark(point.id, "absent") for point in QUESTION.key_points)
    assert score_transcript(BANK, transcript(*none, said=said)).total == 0


@pytest.mark.parametrize(("thinking", "marked"), list(product(("offline", "endpoint"), (False, True))))
def test_text_similarity_counts_for_nothing(thinking: Thinking, marked: bool):
    """What earlier versions stored: offline it waits for marks, with a model it waits for that model."""
    card = score_transcript(BANK, transcript(*(ALL if marked else ()), thinking=thinking, rows=(similarity(),)))
    if thinking == "offline" and marked:
        assert card.total == score_transcript(BANK, transcript(*ALL)).total
    else:
        assert (card.total, [one.reason for one in card.ungraded]) == (None, ["withdrawn"])


def test_a_models_judgement_stands_before_similarity_and_before_marks():
    by = Provenance(
        thinking="endpoint", grader_version="1", at=samples.NOON, bank_hash="b", key_points_hash="k", model="m"
    )
    model = similarity().model_copy(update={"provenance": by})
    for thinking in ("offline", "endpoint"):
        card = score_transcript(BANK, transcript(*ALL, thinking=thinking, rows=(model, similarity())))
        assert (card.total, card.rows) == (100, (model,))


def test_a_reviewer_wins_over_marks_and_can_judge_what_is_not_marked():
    statuses = {point.id: "covered" for point in QUESTION.key_points}
    review = Review.model_validate(
        {"session_id": "s", "question_id": "a", "reviewer": "Li", "reason": "heard it", "at": samples.NOON, "statuses": statuses}
    )  # fmt: skip
    for marks in ((), ALL[:1], ALL):
        (grade,) = score_transcript(BANK, transcript(*marks, reviews=(review,))).grades
        assert (grade.score, grade.reviewed) == (100, True)


def test_a_key_point_added_since_is_unmarked_and_one_taken_out_does_not_matter():
    more = samples.note("a", [*QUESTION.key_points, samples.point("a-new", "fair", "新")])
    assert _reason(samples.question(more), *ALL) == "unmarked"
    fewer = samples.question(samples.note("a", QUESTION.key_points[:2]))
    assert score_transcript(samples.bank([fewer]), transcript(*ALL)).total is not None


def test_a_question_without_key_points_or_no_longer_in_the_bank_cannot_be_marked():
    assert _reason(samples.question(samples.note("a", [])), *ALL) == "no_key_points"
    assert score_transcript(samples.bank([]), transcript(*ALL)).ungraded[0].reason == "question_removed"


def _reason(question: Question, *marks: SelfMark) -> str:
    (one,) = score_transcript(samples.bank([question]), transcript(*marks)).ungraded
    return one.reason
