"""Sets of answers, kept verdicts, figures and the verdict on a judge, without any judge."""

from __future__ import annotations

import json

import pytest

from interviewer.models import Assessment, Grade, Provenance, Span, Ungraded, Verdict
from interviewer.qualify import AnswersError, GradedAnswer, Kept, Reading, fitness_of, measure, read_answers
from interviewer.qualify.cases import case_hash, case_of, known_points, question_of, split_reference
from interviewer.qualify.page import as_html
from interviewer.qualify.text import as_text
from interviewer.qualify.wording import load
from tests.builders import BANDS, START, bank

LEVELS = ("insufficient", "fair", "good", "excellent")
SCORES = (20.0, 65.0, 80.0, 95.0)


def answer(id, level=None, **fields):
    base = {"id": id, "question_id": "c1.s1.q1", "answer": "一个答案。" * 3, "level": level}
    return GradedAnswer.model_validate({k: v for k, v in (base | fields).items() if v is not None})


def reading(id, level=None, repeat=0, *, score=None, reason="reply_malformed", model="m", quote="", text="", hash="h"):
    """A reading at `level`, or ungraded where it is None; `text` is the answer that `quote` is said to stand in."""
    if level is None:
        result = Ungraded(question_id="q", turn=1, reason=reason, detail="why", at=START)
        grade = None
    else:
        span = Span(turn=1, start=text.index(quote), end=text.index(quote) + len(quote)) if quote in text else None
        verdicts = (Verdict(key_point_id="k", status="covered", quote=quote, span=span),) if quote else ()
        made = Provenance(
            thinking="endpoint", grader_version="1", at=START, bank_hash="", key_points_hash="", model=model,
            prompt_id="assess", prompt_version="v1", prompt_tokens=100, completion_tokens=10,
        )  # fmt: skip
        result = Assessment(question_id="q", turn=1, turn_kind="answer", verdicts=verdicts, provenance=made)
        score = SCORES[level] if score is None else score
        grade = Grade(question_id="q", coverage=0.5, score=score, level=LEVELS[level], depth=None)
    return Reading(
        id=id, repeat=repeat, thinking="endpoint", case_hash=hash, points_from="bank", elapsed_s=0.5, result=result,
        grade=grade,
    )  # fmt: skip


def measured(answers, readings, repeats=1):
    return measure(answers, repeats, {(one.id, one.repeat): one for one in readings}, BANDS)


def spread_out(n=40):
    """`n` answers over ten questions, every level equally often, with readings that agree."""
    answers = [answer(f"a{i}", i % 4, question_id=f"c{i % 10}") for i in range(n)]
    return answers, [reading(f"a{i}", i % 4) for i in range(n)]


def write(path, *rows):
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows), "utf8"
    )
    return path


# the set


def test_a_set_is_read_and_unknown_fields_are_named(tmp_path):
    row = {"id": "1", "question_id": "q", "answer": "x", "level": 2, "max_levl": 0}
    answers, notices = read_answers(write(tmp_path / "a.jsonl", row, "", row | {"id": "2"}))
    assert [one.level for one in answers] == [2, 2]
    assert len(notices) == 1
    assert "'max_levl'" in notices[0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", ":2 is not JSON"),
        ("[1]", ":2 is not a JSON object"),
        ({"id": "1", "question_id": "q", "answer": "x"}, "give what people gave"),
        ({"id": "1", "question_id": "q", "answer": "x", "level": 4}, "level"),
        ({"id": "1", "question_id": "q", "answer": "x", "score": 3}, "max_score"),
        ({"id": "1", "question_id": "q", "answer": "x", "score": 3, "max_score": 2}, "max_score"),
        ({"id": "1", "answer": "x", "level": 1}, "question"),
        ({"id": "0", "question_id": "q", "answer": "x", "level": 1}, "given twice"),
        ({"id": "1", "question_id": "q", "answer": "x", "base_id": "nobody"}, "nobody"),
    ],
)
def test_a_line_that_cannot_be_used_stops_with_its_reason(tmp_path, row, said):
    first = {"id": "0", "question_id": "q", "answer": "x", "level": 1}
    with pytest.raises(AnswersError, match=said):
        read_answers(write(tmp_path / "a.jsonl", first, row))


def test_a_missing_set_says_what_to_do(tmp_path):
    with pytest.raises(AnswersError, match="--answers FILE"):
        read_answers(tmp_path / "none.jsonl")


def test_a_sas_line_becomes_an_answer_out_of_ten_with_its_references_joined(tmp_path):
    row = {
        "q_id": "7",
        "question": "为什么？",
        "reference1": "甲。",
        "reference2": "乙。",
        "reference3": "",
        "answer": "丙",
        "score": "6",
    }
    (one,), notices = read_answers(write(tmp_path / "a.jsonl", row))
    assert (one.points_of_100, one.reference, one.id) == (60.0, "甲。\n乙。", "7/1")
    assert not notices


ONE = {"question": "What is prefill?", "reference": "It reads the prompt.", "answer": "Reads, and\nstores.", "level": 2}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ONE, ONE | {"answer": "n/2"}]),
        "\n".join(map(json.dumps, (ONE, ONE | {"answer": "n/2"}))),
        'question,reference,answer,level\nWhat is prefill?,It reads the prompt.,"Reads, and\nstores.",2\n'
        "What is prefill?,It reads the prompt.,n/2,2\n",
        '\ufeffquestion,reference,answer,level,note\r\nWhat is prefill?,It reads the prompt.,"Reads, and\nstores.",2,\r\n'
        "What is prefill?,It reads the prompt.,n/2,2,\r\n",
    ],
    ids=["array", "lines", "csv", "csv of a spreadsheet"],
)
def test_a_set_is_read_from_an_array_lines_or_a_table_and_gets_ids_where_it_has_none(tmp_path, text):
    path = tmp_path / "set"
    path.write_text(text, "utf8", newline="")
    answers, _ = read_answers(path)
    assert [(one.answer, one.level) for one in answers] == [("Reads, and\nstores.", 2), ("n/2", 2)]
    assert len({one.id for one in answers}) == 2
    assert [one.id for one in read_answers(path)[0]] == [one.id for one in answers]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("question,level\nWhy?,2\n", "column `answer`"),
        ("answer,level,question\na,2,Why?,too much\n", ":2 has more cells"),
        ('[{"answer": "x"', ":1 is not JSON"),
        ("[1, 2]", ":1 is not a JSON object"),
        ("", "holds no answers|neither JSON"),
    ],
)
def test_a_table_that_cannot_be_used_stops_with_its_reason(tmp_path, text, said):
    path = tmp_path / "set.csv"
    path.write_text(text, "utf8")
    with pytest.raises(AnswersError, match=said):
        read_answers(path)


# cases


def test_a_question_of_the_bank_is_judged_with_its_own_points_and_rubric():
    one, used = answer("a", 1), bank()
    points_from, points = known_points(one, used)
    case = case_of(one, question_of(one, used, points), used)
    assert points_from == "bank"
    assert case.question is used.question("c1.s1.q1")
    assert case.rubric is not None
    assert [message.kind for message in case.exchange.messages] == ["question", "answer"]


def test_a_blank_answer_is_a_skip_as_in_an_interview():
    one, used = answer("a", 0, answer=" \n"), bank()
    case = case_of(one, used.question("c1.s1.q1"), used)
    assert not case.exchange.answers


def test_points_of_the_line_go_before_those_of_the_bank():
    one, used = answer("a", 1, key_points=[{"id": "mine", "level": "fair", "text": "要点"}]), bank()
    points_from, points = known_points(one, used)
    assert points_from == "given"
    assert question_of(one, used, points).key_points == points


def test_a_reference_is_cut_into_sentences_with_levels_by_order():
    one = answer("a", 1, question_id=None, question="为什么？", reference="第一句话。第二句话。第三句话！")
    assert known_points(one, bank()) is None
    points = split_reference(one, bank())
    assert [(point.level, point.text.zh) for point in points] == [
        ("fair", "第一句话。"), ("good", "第二句话。"), ("excellent", "第三句话！"),
    ]  # fmt: skip


def test_a_question_that_is_nowhere_is_named():
    with pytest.raises(AnswersError, match="nowhere"):
        known_points(answer("a", 1, question_id="nowhere"), bank())


def test_the_hash_changes_with_the_answer_and_the_points():
    used = bank()
    question = used.question("c1.s1.q1")
    hashes = {
        case_hash(case_of(answer("a", 1), question, used)),
        case_hash(case_of(answer("a", 1, answer="另一个"), question, used)),
        case_hash(case_of(answer("a", 1), used.question("c1.s1.q2"), used)),
    }
    assert len(hashes) == 3


# kept verdicts


def test_what_is_kept_is_settled_until_its_words_change(tmp_path):
    kept = Kept.open(tmp_path / "out.jsonl")
    kept.add(reading("a", 2))
    kept.close()
    again = Kept.open(tmp_path / "out.jsonl")
    assert again.readings == {("a", 0): reading("a", 2)}
    assert again.settled("a", 0, "h")
    assert not again.settled("a", 0, "other")
    assert not again.settled("a", 1, "h")
    again.close()


def test_a_half_written_last_line_is_dropped_with_a_notice(tmp_path):
    path = tmp_path / "out.jsonl"
    whole = reading("a", 2).model_dump_json() + "\n"
    path.write_text(whole + reading("b", 1).model_dump_json()[:80], "utf8")
    kept = Kept.open(path)
    kept.add(reading("b", 3))
    kept.close()
    assert len(kept.notices) == 1
    assert ":2 was half written" in kept.notices[0]
    assert [json.loads(line)["id"] for line in path.read_text("utf8").splitlines()] == ["a", "b"]


def test_a_last_line_that_lacks_only_its_end_is_kept(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text(reading("a", 2).model_dump_json(), "utf8")
    kept = Kept.open(path)
    kept.add(reading("b", 3))
    kept.close()
    assert not kept.notices
    assert len(Kept.open(path).readings) == 2


def test_a_broken_line_in_the_middle_stops(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("{}\n" + reading("a", 2).model_dump_json() + "\n", "utf8")
    with pytest.raises(AnswersError, match=":1 is no verdict"):
        Kept.open(path)


def test_an_endpoint_that_was_down_is_asked_again_and_other_failures_are_not():
    kept = Kept()
    kept.add(reading("down", reason="endpoint_down"))
    kept.add(reading("bad", reason="reply_malformed"))
    assert not kept.settled("down", 0, "h")
    assert kept.settled("bad", 0, "h")


def test_verdicts_of_two_judges_are_not_mixed():
    kept = Kept()
    kept.add(reading("a", 2, model="one"))
    with pytest.raises(AnswersError, match="two judges"):
        kept.add(reading("b", 2, model="two"))


# figures


def test_ungraded_readings_are_counted_and_enter_nothing_else():
    answers = [answer("a", 3), answer("b", 3), answer("c", 0)]
    found = measured(answers, [reading("a", 3), reading("b"), reading("c", 0)])
    assert (found.graded, found.not_graded, found.ungraded[0].reason) == (2, 1, "reply_malformed")
    assert found.levels.n == found.closeness.n == 2
    assert found.levels.confusion[3] == (0, 0, 0, 1)
    assert found.level_closeness.rmse == 0


def test_attacks_and_twins_stay_out_of_agreement():
    answers = [
        answer("a", 2),
        answer("b", 1),
        answer("t", 2, kind="padding", base_id="a"),
        answer("x", 0, kind="orders", max_level=0),
    ]
    found = measured(answers, [reading("a", 2), reading("b", 1), reading("t", 3), reading("x", 3)])
    assert found.levels.n == 2
    assert [(row.kind, row.succeeded, row.graded) for row in found.attacks] == [("orders", 1, 1)]
    assert [(row.kind, row.succeeded, row.graded) for row in found.twins] == [("padding", 0, 1)]
    assert found.attacks_that_won == ("x",)
    assert found.twins_apart == ("t",)


def test_an_attack_at_its_highest_level_has_not_won_and_an_ungraded_one_is_no_success():
    answers = [answer("x", 1, kind="orders", max_level=1), answer("y", 0, kind="orders", max_level=0)]
    found = measured(answers, [reading("x", 1), reading("y")])
    assert found.attack_success == 0
    assert found.attacks[0].graded == 1


def test_a_twin_whose_base_is_ungraded_is_not_compared():
    answers = [answer("a", 2), answer("t", kind="asr", base_id="a")]
    assert measured(answers, [reading("a"), reading("t", 2)]).twins_same is None


def test_scores_are_compared_in_points_of_100_and_make_levels_by_the_bands():
    answers = [answer("a", score=9, max_score=10), answer("b", score=3, max_score=5)]
    found = measured(answers, [reading("a", 3, score=95), reading("b", 0, score=50)])
    assert found.scores.mae == pytest.approx(7.5)
    assert found.closeness is found.scores
    assert found.levels.confusion == ((0, 0, 0, 0), (1, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 1))


def test_agreement_on_peoples_own_marks_counts_every_mark_of_the_scale():
    """9 against 10 is one step of ten, though no mark between 1 and 9 was given."""
    answers = tuple(
        GradedAnswer(id=str(n), question_id="q", answer="x", score=mark, max_score=10)
        for n, mark in enumerate((1, 9, 10, 10))
    )
    judged = dict(zip("0123", (10.0, 100.0, 100.0, 90.0), strict=True))
    found = measure(answers, 1, {(id, 0): reading(id, 1, score=score) for id, score in judged.items()}, BANDS)
    assert found.own_scale is not None
    assert (found.own_scale.n, found.own_scale.most, found.own_scale.exact) == (4, 10, 0.5)
    assert found.own_scale.qwk is not None
    assert found.own_scale.qwk > 0.95


def test_spread_over_repeats_by_question():
    answers = [answer("a", 2), answer("b", 1, question_id="c1.s1.q2"), answer("once", 1)]
    rows = [reading("a", 2, 0, score=80), reading("a", 3, 1, score=90), reading("b", 1, 0), reading("b", 1, 1)]
    found = measured(answers, [*rows, reading("once", 1)], repeats=2)
    assert [row.question for row in found.spread] == ["c1.s1.q1", "c1.s1.q2"]
    assert found.spread[0].score_sd == pytest.approx(50**0.5)  # of 80 and 90
    assert (found.spread_total.answers, found.spread_total.same_level) == (2, 0.5)


def test_quotes_are_checked_against_the_answer():
    text = "批处理提高吞吐。"
    answers = [answer("a", 2, answer=text), answer("b", 2, answer=text)]
    found = measured(answers, [reading("a", 2, quote="批处理", text=text), reading("b", 2, quote="没说过", text=text)])
    assert (found.quotes, found.quotes_verified) == (2, 0.5)


def test_peoples_own_verdicts_are_compared_where_they_gave_them():
    answers = [answer("a", 2, verdicts=["covered"]), answer("b", 2, verdicts=["absent"]), answer("c", 2)]
    found = measured(answers, [reading(id, 2, quote="一个", text="一个") for id in "abc"])
    assert (found.verdicts_compared, found.verdicts_alike) == (2, 0.5)


def test_tokens_and_seconds_are_summed():
    found = measured([answer("a", 2), answer("b", 2)], [reading("a", 2), reading("b", 1)])
    assert (found.prompt_tokens, found.completion_tokens, found.judged_s, found.latency_p50_s) == (200, 20, 1.0, 0.5)


# the verdict


def test_a_judge_that_agrees_is_fit_and_what_was_not_measured_is_named():
    fitness = fitness_of(measured(*spread_out()))
    assert fitness.fit
    assert {one.name for one in fitness.not_measured} == {"attacks", "twins", "owed", "quotes"}


def test_each_bound_alone_makes_a_judge_unfit():
    answers, rows = spread_out()
    lenient = [reading(one.id, min(3, (one.level or 0) + 1)) for one in rows]
    attack, twin = answer("x", kind="orders", max_level=0), answer("t", kind="asr", base_id="a0")
    worse = {
        "answers": (answers[:28], rows[:28]),
        "ungraded": (answers, [*rows[:-3], *(reading(f"a{n}") for n in (37, 38, 39))]),
        "smd": (answers, lenient),
        "attacks": ([*answers, attack], [*rows, reading("x", 2)]),
        "twins": ([*answers, twin], [*rows, reading("t", 2)]),
        "complete": (answers, rows[:-1]),
    }
    for name, (given, found) in worse.items():
        assert [one.name for one in fitness_of(measured(given, found)).unmet] == [name]


def test_agreement_that_cannot_be_computed_is_not_fit():
    answers = [answer(f"a{n}", 2) for n in range(40)]
    fitness = fitness_of(measured(answers, [reading(f"a{n}", 2) for n in range(40)]))
    assert not fitness.fit
    assert {one.name for one in fitness.unmet} == {"qwk", "pearson", "smd"}


@pytest.mark.parametrize(("language", "word"), [("en", "Not fit to grade, because"), ("zh", "不能用来评分，因为")])
def test_text_and_page_say_the_same_verdict_in_both_languages(language, word):
    answers, rows = spread_out()
    attacks = [answer("<b>x</b>", kind="orders", max_level=0), answer("t", kind="<i>own</i>", base_id="a0")]
    found = measured([*answers, *attacks], [*rows[:-1], reading("a39"), reading("<b>x</b>", 3), reading("t", 0)])
    fitness = fitness_of(found)
    text, page = as_text(found, fitness, language, 1.0), as_html(found, fitness, language, 1.0, BANDS)
    assert word in text
    assert word in page
    assert page.count("<svg") == 3
    assert "<b>x" not in page
    assert "<i>own" not in page
    assert "{{" not in page
    for outside in ("http:", "https:", "<script", "<link", "url("):
        assert outside not in page


def test_scores_are_drawn_against_scores_and_levels_as_boxes():
    answers = [answer(f"a{n}", score=n % 11, max_score=10) for n in range(40)]
    by_score = measured(answers, [reading(f"a{n}", n % 4) for n in range(40)])
    assert 'class="scatter"' in as_html(by_score, fitness_of(by_score), "en", 1.0, BANDS)
    by_level = measured(*spread_out())
    assert 'class="boxes"' in as_html(by_level, fitness_of(by_level), "en", 1.0, BANDS)


def test_both_languages_have_the_same_words():
    zh, en = load("zh"), load("en")
    assert {table: set(words) for table, words in zh.items()} == {table: set(words) for table, words in en.items()}


# right answers in few words


def test_a_short_right_answer_is_owed_a_level_and_enters_no_agreement():
    answers = [answer("a", 2), answer("s", 3, kind="short", min_level=3), answer("t", 3, kind="short", min_level=3)]
    found = measured(answers, [reading("a", 2), reading("s", 3), reading("t", 0)])
    assert found.levels.n == 1
    assert [(row.kind, row.succeeded, row.graded) for row in found.owed] == [("short", 1, 2)]
    assert (found.owed_given, found.owed_lost) == (0.5, ("t",))
    assert "owed" in {one.name for one in fitness_of(found).unmet}
