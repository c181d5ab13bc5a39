"""The words at the top of a report, the study plan, second tries and the talk about a grade: counted, ordered, never invented."""

from __future__ import annotations

from datetime import timedelta

import pytest

from interviewer.grading.aggregate import score_transcript
from interviewer.models import Assessment, Remark, Ungraded, Verdict
from interviewer.report import Report, Surroundings, build, render, render_html_body
from interviewer.report.model import Overview, QuestionRow, Tried
from interviewer.report.render.sentences import sentences
from interviewer.report.study import STEPS, study_plan
from interviewer.report.wording import Words
from knowledge.models import Bilingual, Language
from tests.unit import grading_samples
from tests.unit import report_samples as samples

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) | # *b*"


def with_overview(**changes: object) -> Report:
    report = samples.report("en")
    return report.model_copy(update={"overview": report.overview.model_copy(update=changes)})


def said(report: Report) -> str:
    return " ".join(sentences(report, Words(report.language)))


@pytest.mark.parametrize(
    ("depths", "words"),
    [
        ((5, 1, 0, 0), "5 of 6 questions did not fully reach even the fair level"),
        ((0, 4, 2, 1), "4 of 7 questions stop at fair"),
        ((0, 1, 5, 1), "5 of 7 questions reach good"),
        ((0, 0, 1, 3), "3 of 4 questions reach the excellent level"),
        ((1, 1, 1, 0), "Of 3 graded questions, 1 reach good, 1 reach fair, 1 are below fair"),
        ((0, 1, 0, 0), "Of 1 graded questions, 1 reach fair"),
    ],
)
def test_the_words_say_where_answers_stop(depths: tuple[int, int, int, int], words: str):
    assert words in said(with_overview(depths=depths))


def test_the_words_name_the_strongest_and_weakest_chapter_only_where_they_differ():
    report = samples.report("en")
    best, worst = report.overview.chapters
    assert "All chapters are about the same" in said(report)
    apart = (best, worst.model_copy(update={"score": 40.0, "graded": 1}))
    told = said(with_overview(chapters=apart))
    assert f"strongest chapter is “{best.title.en}”" in told
    assert f"weakest “{worst.title.en}” (40)" in told
    assert "rest on a single question" in told
    assert "chapter" not in said(with_overview(chapters=(best,)))


def test_the_counts_in_the_words_are_those_of_the_verdicts():
    report = samples.report("en")
    wrong = [p for q in report.questions for p in q.points if p.status == "contradicted"]
    assert report.overview.contradicted == len(wrong) == 1
    assert report.overview.contradicted_in == (1,)
    assert report.overview.after_hint == 1
    assert sum(report.overview.depths) == report.graded
    assert "One point was stated the wrong way round, in question 1" in said(report)


def test_nothing_graded_is_nothing_said():
    report = samples.report().model_copy(update={"overview": Overview()})
    assert sentences(report, Words("zh")) == ()
    assert "一眼看懂" not in render(report, "html")
    assert "一眼看懂" not in render(report, "md")


def row(number: int, score: float | None, *, level: str = "fair", **status: str) -> QuestionRow:
    """A question whose points f, g, e (fair, good, excellent) have the given status, covered where none is given."""
    levels = {"f": "fair", "g": "good", "e": "excellent"}
    points = [
        {
            "number": n,
            "id": f"{number}{name}",
            "level": levels[name],
            "text": Bilingual(zh=name),
            "status": status.get(name, "covered"),
        }
        for n, name in enumerate(levels, 1)
    ]
    return QuestionRow.model_validate(
        {
            "number": number, "id": f"q{number}", "text": Bilingual(zh=f"{number}"), "chapter": Bilingual(), "section": Bilingual(),
            "dimension": "theory", "bonus": False, "asked_because": "", "lines": (), "points": points, "score": score,
            "level": None if score is None else level, "sources": (f"source {number}",),
        }
    )  # fmt: skip


def test_the_plan_puts_contradictions_before_basics_before_the_next_level_and_the_weakest_first():
    rows = (
        row(1, 82, level="good", e="absent"),
        row(2, 50, f="absent"),
        row(3, 30, f="partial", g="absent"),
        row(4, 90, level="excellent", g="contradicted"),
        row(5, 70, level="good", g="partial", e="absent"),
        row(6, 95, level="excellent", e="partial"),
        row(7, None),
    )
    steps = study_plan(rows)
    assert [(step.question, step.reason, step.level) for step in steps] == [
        (4, "contradicted", None),
        (3, "basics", "fair"),
        (2, "basics", "fair"),
        (5, "deeper", "good"),
        (1, "deeper", "excellent"),
    ]
    assert [point.id for point in steps[0].points] == ["4g"]
    assert [point.id for point in steps[3].points] == ["5g"]
    assert steps[1].sources == ("source 3",)


def test_the_plan_is_never_longer_than_can_be_read():
    assert len(study_plan([row(n, 10, f="absent") for n in range(1, 30)])) == STEPS


def test_a_page_links_to_notes_and_a_file_to_its_own_sections():
    report = samples.report("zh")
    around = Surroundings(note=lambda question: f"/note?question={question}&x=1")
    page, file = render_html_body(report, around), render(report, "html")
    first = report.study[0]
    assert f'href="/note?question={first.question_id}&amp;x=1"' in page
    assert "/note" not in file
    assert f'<a href="#ir-q{first.question}">参考答案见第 {first.question} 题</a>' in file
    assert 'href="/' not in file


@pytest.mark.parametrize("kind", ["html", "md", "json"])
def test_no_report_holds_the_sessions_id(kind):
    report = samples.report()
    assert samples.transcript().session.id not in render(report, kind)
    assert report.report_id in render(report, kind)


def tried(result: Assessment | Ungraded | None, **changes: object) -> Tried:
    return Tried.model_validate(
        {"number": 1, "text": f"预填充一次算完整段提示词。{HOSTILE}", "at": grading_samples.NOON, "copied": 0.2, "result": result, **changes}
    )  # fmt: skip


def second(*statuses: str) -> Assessment:
    points = grading_samples.PREFILL.key_points
    verdicts = tuple(
        Verdict.model_validate({"key_point_id": point.id, "status": status, "quote": "" if status == "absent" else "预填充一次算完"})
        for point, status in zip(points, statuses, strict=True)
    )  # fmt: skip
    return Assessment(
        question_id=grading_samples.PREFILL.id,
        turn=4,
        turn_kind="answer",
        verdicts=verdicts,
        provenance=samples.provenance("endpoint"),
    )


def built(*tries: Tried, language: Language = "zh", remarks: tuple[Remark, ...] = ()) -> Report:
    told = samples.transcript()
    told = told.model_copy(update={"annotations": remarks})
    bank = samples.bank()
    return build(bank, told, score_transcript(bank, told), language, {grading_samples.PREFILL.id: tries})


AFTER = ("partial", "covered", "covered", "covered", "absent")


def test_a_second_try_is_compared_point_by_point():
    (one,) = built(tried(second(*AFTER), score=88.0, level="excellent")).questions[0].tries
    assert [point.change for point in one.points] == ["worse", "better", "same", "better", "better"]
    assert [point.number for point in one.missing] == [1, 5]
    assert (one.score_before, one.score) == (built().questions[0].score, 88.0)


def test_a_second_try_changes_nothing_that_counts():
    """The proof on a stored session is in tests/flow/test_second_try.py."""
    without, with_try = built(), built(tried(second(*AFTER), score=88.0, level="excellent"))
    assert with_try.questions[0].tries
    stripped = [question.model_copy(update={"tries": ()}) for question in with_try.questions]
    assert with_try.model_copy(update={"questions": tuple(stripped)}) == without


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, "还没有评判"),
        (
            Ungraded(question_id="q", turn=1, reason="endpoint_down", detail="no <answer>", at=grading_samples.NOON),
            "模型服务没有应答",
        ),
    ],
)
def test_a_try_without_a_result_has_no_number(result: Ungraded | None, words: str):
    report = built(tried(result))
    assert report.questions[0].tries[0].score is None
    for kind in ("html", "md"):
        assert words in render(report, kind)


def test_much_copied_wording_is_said_and_takes_nothing_away():
    copied = built(tried(second(*AFTER), score=88.0, copied=0.83))
    assert "83% 与参考答案和要点相同" in render(copied, "html")
    assert "与参考答案和要点相同" not in render(built(tried(second(*AFTER), score=88.0, copied=0.3)), "md")


def test_the_talk_about_a_grade_is_open_while_the_candidate_has_the_last_word():
    at = grading_samples.NOON
    mine = Remark(session_id="sess-1", question_id=grading_samples.PREFILL.id, author="candidate", text=HOSTILE, at=at)
    answer = mine.model_copy(
        update={"author": "reviewer", "name": "<b>李</b>", "text": "改为讲到。", "at": at + timedelta(hours=1)}
    )
    assert built().questions[0].objection == "none"
    assert built(remarks=(mine,)).questions[0].objection == "open"
    report = built(remarks=(mine, answer))
    assert report.questions[0].objection == "answered"
    assert "已答复" in render(report, "md")
    assert "改为讲到" in render(report, "html")


def test_what_was_typed_in_tries_and_objections_stays_words():
    at = grading_samples.NOON
    remark = Remark(
        session_id="sess-1", question_id=grading_samples.PREFILL.id, author="candidate", text=HOSTILE, at=at
    )
    report = built(tried(second(*AFTER), score=88.0), remarks=(remark,))
    html = render(report, "html")
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert html.count("&lt;script&gt;alert(1)") >= 2
    assert "[x](javascript" not in render(report, "md")
