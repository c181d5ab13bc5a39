"""The scorecard: what was graded counts, what was not is named, and the total says how sure it is."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.grading.aggregate import current_rows, scorecard, t_quantile
from interviewer.models import (
    Assessment,
    Grade,
    Message,
    Plan,
    Provenance,
    Quota,
    Review,
    Session,
    Transcript,
    Ungraded,
    Verdict,
    VerdictStatus,
)  # fmt: skip
from knowledge.models import Question
from tests.unit import grading_samples as samples

PROVENANCE = Provenance(
    thinking="endpoint", grader_version="1", at=samples.NOON, bank_hash="bank-hash", key_points_hash="h"
)


def question(slug: str, chapter: str = "ch1", dimension: str = "theory") -> Question:
    return samples.question(samples.note(slug), chapter, dimension, bonus=chapter == "open")


def assessed(one: Question, status: Sequence[VerdictStatus], turn: int = 1) -> Assessment:
    verdicts = tuple(Verdict(key_point_id=p.id, status=s) for p, s in zip(one.key_points, status, strict=True))
    return Assessment(question_id=one.id, turn=turn, turn_kind="answer", verdicts=verdicts, provenance=PROVENANCE)


def failed(one: Question, turn: int = 1) -> Ungraded:
    return Ungraded(question_id=one.id, turn=turn, reason="endpoint_down", detail="no answer", at=samples.NOON)


def review(question_id: str, **override: object) -> Review:
    fixed = {"session_id": "s", "question_id": question_id, "reviewer": "Li", "reason": "heard it", "at": samples.NOON}
    return Review.model_validate(fixed | override)


BANK = samples.bank([question("a"), question("b")])
FULL: list[VerdictStatus] = ["covered"] * 3
NONE: list[VerdictStatus] = ["absent"] * 3


def test_points_are_earned_over_chapters_that_were_graded():
    a, b, c = question("a"), question("b"), question("c", "ch2")
    card = scorecard(samples.bank([a, b, c]), [assessed(a, FULL), assessed(b, NONE), assessed(c, FULL)])
    first, second = card.chapters
    assert (first.chapter_id, first.asked, first.graded, first.score, first.earned) == ("ch1", 2, 2, 50, 6)
    assert (second.score, second.earned) == (100, 18)
    assert card.total == pytest.approx(100 * 24 / 30)
    assert card.chapters_not_asked == ("ch3", "open")


def test_an_ungraded_question_is_listed_and_moves_nothing():
    a, b, c = question("a"), question("b"), question("c", "ch2")
    bank = samples.bank([a, b, c])
    with_it = scorecard(bank, [assessed(a, FULL), failed(b), failed(c)])
    without = scorecard(bank, [assessed(a, FULL)])
    assert with_it.total == without.total == 100
    assert [one.question_id for one in with_it.ungraded] == ["b", "c"]
    assert with_it.chapters[0].asked == 2
    assert with_it.chapters[0].graded == 1
    assert (with_it.chapters[1].score, with_it.chapters[1].earned) == (None, None)


def test_open_questions_add_points_and_never_pass_a_hundred():
    a, b = question("a"), question("b", "open")
    half: list[VerdictStatus] = ["covered", "partial", "absent"]
    bank = samples.bank([a, b])
    assert scorecard(bank, [assessed(a, FULL), assessed(b, FULL)]).total == 100
    low = scorecard(bank, [assessed(a, half), assessed(b, FULL)])
    assert low.bonus == 10
    assert low.total == pytest.approx((scorecard(bank, [assessed(a, half)]).total or 0) + 10)


def test_nothing_graded_has_no_total_no_band_and_no_interval():
    a = question("a")
    card = scorecard(samples.bank([a]), [failed(a)])
    assert (card.total, card.band, card.interval, card.too_little_evidence) == (None, None, None, True)


@pytest.mark.parametrize(("graded", "band"), [(4, None), (5, "excellent")])
def test_below_five_graded_questions_there_is_no_band(graded: int, band: str | None):
    questions = [question(f"q{n}") for n in range(graded)]
    card = scorecard(samples.bank(questions), [assessed(one, FULL) for one in questions])
    assert card.band == band
    assert card.too_little_evidence is (band is None)
    assert card.interval is not None


def test_a_dimension_is_the_mean_of_its_questions():
    a, b, c = question("a", dimension="system"), question("b", dimension="system"), question("c")
    card = scorecard(samples.bank([a, b, c]), [assessed(a, FULL), assessed(b, NONE), failed(c)])
    by_id = {one.dimension_id: one for one in card.dimensions}
    assert (by_id["system"].score, by_id["system"].graded, by_id["system"].weight) == (50, 2, 0.25)
    assert by_id["theory"].score is None


def test_a_reviewers_score_stands_in_for_the_models():
    a = question("a")
    card = scorecard(samples.bank([a]), [assessed(a, NONE)], [review("a", score=40.0), review("a", score=75.0)])
    (graded,) = card.grades
    assert (graded.score, graded.level, graded.reviewed) == (75.0, "good", True)
    assert graded.coverage == pytest.approx(0.52 + 0.28 / 3)


def test_a_reviewers_verdict_is_recomputed_with_the_others_kept():
    a = question("a")
    card = scorecard(
        samples.bank([a]), [assessed(a, ["covered", "absent", "absent"])], [review("a", statuses={"a-g": "covered"})]
    )
    as_judged = scorecard(samples.bank([a]), [assessed(a, ["covered", "covered", "absent"])]).grades[0]
    assert card.grades[0] == as_judged.model_copy(update={"reviewed": True})
    assert card.grades[0].coverage == 0.75


def test_a_review_can_grade_what_the_model_could_not_but_not_by_half():
    a = question("a")
    bank = samples.bank([a])
    whole = scorecard(bank, [failed(a)], [review("a", statuses={"a-f": "covered", "a-g": "absent", "a-e": "absent"})])
    assert whole.grades[0].coverage == 0.40
    half = scorecard(bank, [failed(a)], [review("a", statuses={"a-f": "covered"})])
    assert half.grades == ()
    assert half.ungraded[0].reason == "endpoint_down"


def test_a_question_the_bank_lost_is_ungraded():
    a, gone = question("a"), question("gone")
    card = scorecard(samples.bank([a]), [assessed(a, FULL), assessed(gone, FULL)])
    assert [one.reason for one in card.ungraded] == ["question_removed"]
    assert len(card.grades) == 1


def test_changed_key_points_fall_back_on_the_stored_grade():
    a = question("a")
    old = assessed(a, FULL)
    changed = samples.bank([samples.question(samples.note("a", [samples.point("new", "fair", "新")]))])
    assert scorecard(changed, [old]).ungraded[0].reason == "question_removed"
    stored = Grade(question_id="a", coverage=1.0, score=100.0, level="excellent", depth="excellent")
    assert scorecard(changed, [old], stored=[stored]).grades == (stored,)


def transcript(rows: Sequence[Assessment | Ungraded], *said: tuple[str, str]) -> Transcript:
    """`said` are (kind, question id) of the messages, in order."""
    session = Session(
        id="s",
        created_at=samples.NOON,
        bank_id="sample",
        bank_hash="bank-hash",
        language="zh",
        mode="exam",
        thinking="endpoint",
        seed=1,
        minutes=30,
        chapters=("ch1",),
        plan=Plan(quotas=(Quota(chapter_id="ch1", questions=2, minutes=10),), seconds_per_question=300),
    )
    messages = tuple(
        Message.model_validate(
            {"session_id": "s", "turn": n, "kind": kind, "text": "?", "at": samples.NOON, "question_id": id}
            | {"role": "candidate" if kind in ("answer", "skip") else "interviewer"}
        )
        for n, (kind, id) in enumerate(said)
    )
    return Transcript(session=session, messages=messages, assessments=tuple(rows))


def test_the_newest_row_on_the_whole_answer_counts():
    a = question("a")
    early, late, again = assessed(a, NONE, turn=1), assessed(a, NONE, turn=3), assessed(a, FULL, turn=3)
    said = [("question", "a"), ("answer", "a"), ("probe", "a"), ("answer", "a"), ("closing", "")]
    assert current_rows(BANK, transcript([early, late, again], *said)) == (again,)
    assert current_rows(BANK, transcript([early, late, failed(a, turn=3)], *said)) == (late,)
    assert current_rows(BANK, transcript([early, failed(a, turn=3)], *said)) == (failed(a, turn=3),)
    assert current_rows(BANK, transcript([late, early], *said)) == (late,)


def test_an_answer_that_was_never_judged_leaves_its_question_ungraded():
    a = question("a")
    said = [("question", "a"), ("answer", "a"), ("probe", "a"), ("answer", "a")]
    (row,) = current_rows(BANK, transcript([assessed(a, FULL, turn=1)], *said))
    assert isinstance(row, Ungraded)
    assert row.reason == "not_reached"


def test_a_skip_counts_where_nothing_was_answered():
    a = question("a")
    nothing = assessed(a, NONE, turn=1)
    assert current_rows(BANK, transcript([nothing], ("question", "a"), ("skip", "a"))) == (nothing,)
    answered = assessed(a, FULL, turn=1)
    said = [("question", "a"), ("answer", "a"), ("probe", "a"), ("skip", "a")]
    assert current_rows(BANK, transcript([answered], *said)) == (answered,)


def test_a_question_asked_without_any_row_was_not_reached():
    a = question("a")
    said = [("question", "a"), ("answer", "a"), ("question", "b")]
    rows = current_rows(BANK, transcript([assessed(a, FULL)], *said))
    assert [row.question_id for row in rows] == ["a", "b"]
    assert isinstance(rows[1], Ungraded)
    assert rows[1].reason == "not_reached"


@pytest.mark.parametrize(("degrees", "value"), [(4, 2.1318), (5, 2.0150), (10, 1.8125), (30, 1.6973), (1000, 1.6464)])
def test_students_t_as_tabulated(degrees: int, value: float):
    assert t_quantile(0.95, degrees) == pytest.approx(value, abs=0.001)


answers = st.lists(
    st.tuples(
        st.sampled_from(["ch1", "ch2", "ch3", "open"]),
        st.lists(st.sampled_from(["covered", "partial", "absent", "contradicted"]), min_size=3, max_size=3),
    ),
    min_size=1,
    max_size=14,
)


@given(answers)
def test_the_total_lies_in_its_interval_and_both_in_range(given_answers: list[tuple[str, list[VerdictStatus]]]):
    questions = [question(f"q{n}", chapter) for n, (chapter, _) in enumerate(given_answers)]
    rows = [assessed(one, status) for one, (_, status) in zip(questions, given_answers, strict=True)]
    card = scorecard(samples.bank(questions), rows)
    if card.total is None or card.interval is None:
        assert all(chapter == "open" for chapter, _ in given_answers)
        return
    low, high = card.interval
    assert 0 <= low <= card.total <= high <= 100
    assert high > low
    assert {c.chapter_id for c in card.chapters}.isdisjoint(card.chapters_not_asked)
    assert scorecard(samples.bank(questions), rows) == card


@given(st.integers(1, 12), st.integers(1, 12), st.lists(st.sampled_from(["partial", "absent"]), min_size=3, max_size=3))
def test_more_questions_of_the_same_kind_narrow_the_interval(few: int, more: int, status: list[VerdictStatus]):
    def width(count: int) -> float:
        questions = [question(f"q{n}") for n in range(count)]
        mixed = [["covered", "covered", "absent"], status]
        rows = [assessed(one, mixed[n % 2]) for n, one in enumerate(questions)]
        low, high = scorecard(samples.bank(questions), rows).interval or (0, 0)
        return high - low

    assert width(2 * (few + more)) <= width(2 * few)
