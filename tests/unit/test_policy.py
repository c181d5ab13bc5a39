"""Properties of plan, select and follow_up: quotas met, nothing twice, never in circles, and the same again by seed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.policy import Asked, MoveOn, Probe, Progress, choose, follow_up, make_plan, stop
from interviewer.policy.clusters import group_of
from interviewer.policy.follow_up import MAX_FRUITLESS, MAX_PROBES
from interviewer.policy.plan import share_out
from tests import builders

LEVELS = st.sampled_from(["excellent", "good", "fair", "insufficient", None])
STATUSES = st.sampled_from(["covered", "partial", "contradicted", "absent"])


@st.composite
def banks(draw: st.DrawFn):
    shape = draw(
        st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple), min_size=1, max_size=4).map(tuple)
    )
    points = tuple(draw(st.lists(st.floats(1, 20), min_size=len(shape), max_size=len(shape))))
    ids = [q.id for q in builders.bank(shape).questions]
    pairs = draw(st.lists(st.sampled_from(ids), max_size=8)) if len(ids) > 1 else []
    twins = [pair for pair in itertools.pairwise(pairs) if pair[0] != pair[1]]
    return builders.bank(shape, points=points, twins=twins)


def run(bank, plan, seed, levels):
    """A whole interview's worth of choices; `levels` says how each answer went, in turn."""
    asked: list[Asked] = []
    while selection := choose(bank, plan, asked, seed):
        assert len(asked) < 200, "the interview does not end"
        asked.append(Asked(question_id=selection.question_id, level=levels[len(asked) % len(levels)]))
    return asked


@settings(max_examples=150, deadline=None)
@given(banks(), st.floats(4, 200), st.integers(0, 999), st.lists(LEVELS, min_size=1, max_size=8))
def test_every_quota_is_met_and_no_question_or_near_duplicate_comes_twice(bank, minutes, seed, levels):
    chapters = [chapter.id for chapter in bank.outline.chapters]
    plan = make_plan(bank, chapters, minutes)
    asked = run(bank, plan, seed, levels)
    ids = [a.question_id for a in asked]
    groups = group_of(bank)
    assert len({groups[i] for i in ids}) == len(ids)
    counts = {chapter: sum(bank.question(i).chapter_id == chapter for i in ids) for chapter in chapters}
    assert counts == {quota.chapter_id: quota.questions for quota in plan.quotas}


@settings(max_examples=60, deadline=None)
@given(banks(), st.integers(0, 999), st.lists(LEVELS, min_size=1, max_size=8))
def test_same_seed_and_same_answers_give_the_same_interview(bank, seed, levels):
    plan = make_plan(bank, [chapter.id for chapter in bank.outline.chapters], 60)
    assert run(bank, plan, seed, levels) == run(bank, plan, seed, levels)


def test_another_seed_gives_another_interview():
    bank = builders.bank(((8, 8), (8, 8)))
    plan = make_plan(bank, ["c1", "c2"], 40)
    assert len({tuple(a.question_id for a in run(bank, plan, seed, ["fair"])) for seed in range(10)}) > 1


def test_chapters_come_in_outline_order_whatever_order_they_were_chosen_in():
    bank = builders.bank(((4,), (4,), (4,)))
    plan = make_plan(bank, ["c3", "c1"], 16)
    chapters = [bank.question(a.question_id).chapter_id for a in run(bank, plan, 3, ["good"])]
    assert chapters == ["c1", "c1", "c3", "c3"]


def test_a_section_opens_with_a_headline_question():
    bank = builders.bank(((5, 5),))
    plan = make_plan(bank, ["c1"], 8)
    first, second = run(bank, plan, 7, ["fair"])
    assert (first.question_id, second.question_id) == ("c1.s1.q1", "c1.s2.q1")


def test_a_good_answer_goes_deeper_in_its_section_and_a_weak_one_moves_on():
    bank = builders.bank(((5, 5),))
    plan = make_plan(bank, ["c1"], 16)
    first = choose(bank, plan, [], 1)
    assert first is not None
    deeper = choose(bank, plan, [Asked(question_id=first.question_id, level="good")], 1)
    away = choose(bank, plan, [Asked(question_id=first.question_id, level="insufficient")], 1)
    assert deeper is not None
    assert away is not None
    assert (bank.question(deeper.question_id).section_id, deeper.reason) == ("c1.s1", "deeper")
    assert (bank.question(away.question_id).section_id, away.reason) == ("c1.s2", "step_back")


def test_questions_asked_less_often_come_first():
    bank = builders.bank(((5,),))
    plan = make_plan(bank, ["c1"], 8)
    headline = Asked(question_id="c1.s1.q1", level="fair")
    usage = {"c1.s1.q2": 3, "c1.s1.q3": 3, "c1.s1.q4": 0, "c1.s1.q5": 3}
    chosen = choose(bank, plan, [headline], 1, usage)
    assert chosen is not None
    assert chosen.question_id == "c1.s1.q4"


@given(
    st.integers(0, 60),
    st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.floats(0, 50), st.integers(0, 20)), min_size=1),
)
def test_seats_are_all_given_out_and_never_more_than_there_is_room(total, places):
    weights = {name: weight for name, (weight, _) in places.items()}
    room = {name: space for name, (_, space) in places.items()}
    seats = share_out(total, weights, room)
    assert sum(seats.values()) == min(total, sum(room.values()))
    assert all(seats[name] <= room[name] for name in seats)


def test_seats_follow_largest_remainder():
    plenty = dict.fromkeys("abc", 99)
    assert share_out(10, {"a": 47, "b": 16, "c": 37}, plenty) == {"a": 5, "b": 1, "c": 4}
    assert share_out(4, {"a": 41.4, "b": 58.6}, plenty) == {"a": 2, "b": 2}


@pytest.mark.parametrize(("chapters", "minutes"), [([], 30), (["c1"], 0), (["nope"], 30)])
def test_a_plan_of_nothing_is_refused(chapters, minutes):
    with pytest.raises(ValueError, match="plan needs"):
        make_plan(builders.bank(), chapters, minutes)


@settings(max_examples=200)
@given(st.lists(st.lists(STATUSES, min_size=5, max_size=5), min_size=1, max_size=12))
def test_never_more_than_three_probes_and_no_point_probed_twice(rounds):
    question = builders.bank().questions[0]
    ids = [point.id for point in question.key_points]
    probed: list[str] = []
    for statuses in rounds:
        step = follow_up(question, Progress(statuses=dict(zip(ids, statuses, strict=True)), probed=tuple(probed)))
        if isinstance(step, MoveOn):
            break
        assert step.key_point_id not in probed
        assert statuses[ids.index(step.key_point_id)] != "covered"
        probed.append(step.key_point_id)
    assert len(probed) <= MAX_PROBES


def progress(**changes):
    question = builders.bank().questions[0]
    statuses = dict.fromkeys([point.id for point in question.key_points], "absent")
    return question, Progress(statuses=statuses | changes.pop("statuses", {}), **changes)


def test_the_lowest_open_level_is_probed_first():
    question, so_far = progress(statuses={"c1.s1.q1.k1": "covered"})
    step = follow_up(question, so_far)
    assert isinstance(step, Probe)
    assert (step.key_point_id, step.reason) == ("c1.s1.q1.k2", "open_fair")


def test_a_contradiction_is_asked_about_before_anything_else():
    question, so_far = progress(statuses={"c1.s1.q1.k5": "contradicted"})
    step = follow_up(question, so_far)
    assert isinstance(step, Probe)
    assert (step.key_point_id, step.reason) == ("c1.s1.q1.k5", "contradiction")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"turn_kind": "dont_know"}, "dont_know"),
        ({"fruitless": MAX_FRUITLESS}, "nothing_added"),
        ({"elapsed_s": 300.0, "share_s": 240.0}, "time_used"),
        ({"non_answers": 2}, "no_answer"),
        ({"probed": ("c1.s1.q1.k1", "c1.s1.q1.k2", "c1.s1.q1.k3")}, "probes_spent"),
        ({"statuses": {f"c1.s1.q1.k{n}": "covered" for n in range(1, 6)}}, "all_covered"),
    ],
)
def test_reasons_to_move_on(changes, reason):
    assert follow_up(*progress(**changes)) == MoveOn(reason=reason)


def test_the_interview_stops_when_the_plan_is_done_or_the_time_is_used_and_asks_at_least_one_question():
    bank = builders.bank()
    plan = make_plan(bank, ["c1", "c2"], 12)
    assert stop(plan, 3, 0, 12) == "plan_done"
    assert stop(plan, 1, 12 * 60, 12) == "time_used"
    assert stop(plan, 0, 999, 12) is None
    assert stop(plan, 1, 100, 12) is None
