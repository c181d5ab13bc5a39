"""Reports: the same facts in every format, nothing typed becomes markup, nothing ungraded becomes a number."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from interviewer.grading.aggregate import score_transcript
from interviewer.models import Assessment
from interviewer.report import Report, build, render, render_html_body
from interviewer.report.draw import charts
from interviewer.report.render.html_text import linked, prose
from interviewer.report.render.markdown_text import plain
from interviewer.report.render.marks import pieces
from interviewer.report.wording import load, number
from knowledge.models import Bilingual, Language
from tests.unit import report_samples as samples

GOLDEN = Path(__file__).parents[1] / "golden"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_is_as_it_was_read(language: Language):
    """After a wanted change, read the difference, then write the file again: python -m tests.unit.test_report"""
    assert render(samples.report(language), "md") == (GOLDEN / f"report-{language}.md").read_text("utf8")


def test_both_languages_have_the_same_words_with_the_same_blanks():
    def blanks(language: Language) -> dict[tuple[str, str], list[str]]:
        return {
            (table, key): sorted(re.findall(r"\{(\w+)\}", text))
            for table, rows in load(language).items()
            for key, text in rows.items()
        }

    assert blanks("zh") == blanks("en")


@pytest.mark.parametrize("form", ["html", "md"])
@pytest.mark.parametrize(("level", "depth", "explained"), [("good", "fair", True), ("good", "good", False), ("insufficient", None, False), ("fair", None, True)])  # fmt: skip
def test_level_and_depth_are_explained_where_they_differ(form, level, depth, explained):
    report = samples.report("en")
    rows = tuple(
        one.model_copy(update={"level": level, "depth": depth}) if one.level else one for one in report.questions
    )
    said = unescape(render(report.model_copy(update={"questions": rows}), form))
    assert (load("en")["depth"]["differs"] in said) == explained
    if form == "html":
        assert (load("en")["question"]["depth_differs"] in said) == explained


def test_every_moment_in_a_report_can_be_put_into_the_readers_zone():
    html = render(samples.report("zh"), "html")
    assert "<time>" not in html
    for shown in re.findall(
        r"\d{4}-\d\d-\d\d \d\d:\d\d(?: UTC)?", re.sub(r"<script.*?</script>", "", html, flags=re.S)
    ):
        assert re.search(rf'<time datetime="[^"]+">{shown}', html), shown


def test_json_reads_back_into_the_same_report():
    report = samples.report()
    assert Report.model_validate_json(render(report, "json")) == report


class Page(HTMLParser):
    """What a browser would fetch or run, and the visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page(report: Report) -> Page:
    parsed = Page()
    parsed.feed(render(report, "html"))
    return parsed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_for_nothing_from_outside(language: Language):
    parsed = page(samples.report(language))
    assert not [tag for tag, _ in parsed.tags if tag in ("link", "img", "iframe", "object", "embed", "base", "form")]
    assert not [
        name
        for _, attrs in parsed.tags
        for name in attrs
        if name in ("src", "srcset", "background") or name.startswith("on")
    ]
    hrefs = [attrs["href"] or "" for tag, attrs in parsed.tags if tag == "a"]
    assert all(href.startswith(("#ir-q", "https://")) for href in hrefs)
    css = render(samples.report(language), "html")
    assert "@import" not in css
    assert "url(" not in css


def test_what_people_typed_never_becomes_markup():
    report = samples.report()
    html = render(report, "html")
    assert "<b>解码</b>" not in html
    assert "&lt;b&gt;解码&lt;/b&gt;" in html
    assert "<i>五</i>" not in html
    parsed = page(report)
    assert [tag for tag, _ in parsed.tags].count("script") == 1
    typed = "".join(parsed.text)
    assert "for i in range(n): # [x](javascript:alert(1))" in typed


@given(st.text(max_size=80))
def test_any_text_comes_out_of_markdown_as_it_was_typed(text: str):
    def seen(typed: str) -> str:
        return "".join(typed.split()).replace("\ufffd", "").replace("\x00", "")

    html = MarkdownIt("commonmark").render(f"> {plain(text)}".replace("\n", "\n> "))
    parsed = Page()
    parsed.feed(html)
    assert {tag for tag, _ in parsed.tags} <= {"blockquote", "p", "br"}
    assert seen("".join(parsed.text)) == seen(text)


@pytest.mark.parametrize(
    "typed",
    [
        "# head",
        "- item",
        "1. one",
        "```\ncode\n```",
        "<script>",
        "a | b",
        "[x](y)",
        "    code",
        "***",
        "> q",
        "1) x",
        "=== ",
    ],
)
def test_markdown_marks_at_a_line_start_stay_words(typed: str):
    parsed = Page()
    parsed.feed(MarkdownIt("commonmark").render(plain(typed)))
    assert {tag for tag, _ in parsed.tags} <= {"p"}


def test_quoted_words_are_marked_with_their_key_points():
    html = render(samples.report(), "html")
    assert re.search(r"<mark[^>]*>整段提示词一次并行算完<sup>1</sup></mark>", html)
    assert re.search(r"<mark[^>]*>解码不需要再读权重<sup>5</sup></mark>", html)


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(-3, 45), st.integers(-3, 45), st.integers(1, 9)), max_size=6),
)
def test_marks_keep_the_text_whole(text: str, spans: list[tuple[int, int, int]]):
    found = pieces(text, spans)
    assert "".join(piece.text for piece in found) == text
    assert all(set(piece.ends) <= set(piece.marks) for piece in found)
    for start, end, mark in spans:
        inside = max(0, start) < min(len(text), end)
        assert not inside or any(mark in piece.ends for piece in found)


def test_a_question_without_a_grade_says_why_and_has_no_number():
    report = samples.report("en")
    (row,) = [question for question in report.questions if question.ungraded]
    assert (row.id, row.score, row.points, row.level) == ("d", None, (), None)
    for text in (render(report, "md"), render(report, "html")):
        assert "the model server did not answer" in text
        assert "counts for nothing" in text


def test_points_of_chapters_and_total_are_the_scorecards():
    said = samples.transcript()
    card = score_transcript(samples.bank(), said)
    report = build(samples.bank(), said, card)
    assert report.total == card.total
    assert report.interval == card.interval
    assert [row.earned for row in report.chapters] == [row.earned for row in card.chapters]
    assert [title.zh for title in report.chapters_not_asked] == ["工程实践"]


def test_the_label_says_who_judged():
    assert "Qwen3-32B · 提示词 assess/v1" in render(samples.report("zh"), "md").replace("\\", "")
    assert "marked by yourself" not in render(samples.report("en"), "md").casefold()


def test_what_text_similarity_once_judged_is_withdrawn_and_counts_for_nothing():
    report = samples.report("en", "offline")
    assert (report.total, report.graded, report.judges, report.study, report.strengths) == (None, 0, (), (), ())
    assert all(row.score is None and row.to_mark for row in report.questions)
    for format in ("md", "html"):
        assert "Text similarity, withdrawn" in unescape(render(report, format))
        assert "没说自回归" not in render(report, format)


def test_a_question_nobody_had_to_read_names_no_judge():
    said = samples.transcript("zh")
    skipped = samples.provenance("endpoint").model_copy(update={"model": "", "prompt_id": "", "prompt_version": ""})
    rows = [
        row.model_copy(update={"turn_kind": "dont_know", "provenance": skipped})
        if isinstance(row, Assessment) and row.question_id == "a"
        else row
        for row in said.assessments
    ]
    # the last turn of the first question had nothing to read either: whoever read the turns before it judged it
    last = next(row for row in rows if isinstance(row, Assessment) and len(row.verdicts) == 5)
    rows.append(last.model_copy(update={"turn": last.turn + 1, "provenance": skipped}))
    said = said.model_copy(update={"assessments": tuple(rows)})
    report = build(samples.bank(), said, score_transcript(samples.bank(), said), "zh")
    assert [(judge.model, judge.questions) for judge in report.judges] == [("Qwen3-32B", 4)]
    assert report.unread == 1
    for form in ("html", "md"):
        assert "1 题没有作答，不需要评判" in render(report, form)
        assert "未报名称的模型" not in render(report, form)


def test_chapters_of_one_score_are_given_one_figure_and_a_short_interview_no_zero_minutes():
    report = samples.report("zh")
    same = tuple(one.model_copy(update={"score": 40.0}) for one in report.overview.chapters)
    report = report.model_copy(
        update={"overview": report.overview.model_copy(update={"chapters": same}), "ended_at": report.started_at}
    )
    assert "各章都是 40 分。" in render(report, "html")
    assert "不到 1 分钟" in render(report, "html")


def test_too_little_evidence_stands_in_place_of_a_band():
    said = samples.transcript()
    few = said.model_copy(update={"messages": said.messages[:10]})
    report = build(samples.bank(), few, score_transcript(samples.bank(), few), "en")
    assert report.band is None
    assert "Too little evidence" in render(report, "md")
    assert "Too little evidence" in render(report, "html")


def test_nothing_answered_is_no_total_at_all():
    said = samples.transcript()
    none = said.model_copy(update={"messages": said.messages[:1]})
    report = build(samples.bank(), none, score_transcript(samples.bank(), none), "en")
    assert report.total is None
    assert "No total yet" in render(report, "md")
    assert '<p class="figure">—</p>' in render(report, "html")


def test_a_review_is_shown_with_its_reason_and_marks_what_it_changed():
    row = next(question for question in samples.report().questions if question.id == "b")
    assert row.review is not None
    assert [point.number for point in row.points if point.reviewed] == [2]
    assert "said it \\*aloud\\*" in render(samples.report(), "md")


def test_a_question_the_bank_lost_keeps_its_words():
    said = samples.transcript()
    left = samples.bank()
    without = left.model_copy(update={"questions": tuple(q for q in left.questions if q.id != "a")})
    report = build(without, said, score_transcript(without, said))
    lost = next(question for question in report.questions if question.id == "a")
    assert lost.text == Bilingual(zh="a 是什么？")
    assert lost.ungraded is not None
    assert "题库里已经没有这道题" in render(report, "html")


def test_gaps_name_what_was_contradicted_first():
    report = samples.report()
    assert report.gaps[0].point.status == "contradicted"
    assert report.strengths[0].point.level == "excellent"


def test_the_body_is_scoped_so_that_another_page_keeps_its_looks():
    body = render_html_body(samples.report())
    style = body[body.index("<style>") + 7 : body.index("</style>")]
    selectors = re.findall(r"(?:^|[{}])\s*([^{}@]+)\{", re.sub(r"@media[^{]+\{", "", style))
    assert selectors
    for selector in selectors:
        assert all(part.strip().startswith((".ir", ".dark .ir")) for part in selector.split(",")), selector
    assert "<html" not in body
    assert "<script" not in body


def test_every_drawing_says_what_it_shows():
    drawings = [attrs for tag, attrs in page(samples.report()).tags if tag == "svg"]
    assert len(drawings) > 5
    assert all(attrs.get("role") == "img" and attrs.get("aria-label") for attrs in drawings)


def test_a_radar_needs_three_values_and_fewer_are_bars():
    with pytest.raises(ValueError, match="three"):
        charts.radar([("a", 1.0), ("b", 2.0)], "x")
    report = samples.report()
    assert 'class="radar"' in charts.radar([("a", 10.0), ("b", 20.0), ("<c>", 90.0)], "x")
    scored = report.model_copy(update={"dimensions": tuple(d for d in report.dimensions if d.score is not None)[:2]})
    assert 'class="radar"' not in render(scored, "html")


@pytest.mark.parametrize(
    ("source", "link"),
    [
        ("Docs (https://a.example/x/, 2026)", "https://a.example/x/"),
        ("见 https://a.example/y。", "https://a.example/y"),
        ('<https://a.example/"onclick=1>', "https://a.example/"),
    ],
)
def test_addresses_in_sources_become_links(source: str, link: str):
    assert f'<a href="{link}" rel=' in linked(source)


def test_reference_answers_keep_their_markdown_but_load_nothing():
    html = prose("a `b` <img src=x> ![p](https://a.example/p.png) [x](javascript:alert(1))\n\n- one")
    assert "<code>b</code>" in html
    assert "<img" not in html
    assert re.findall(r'(?:href|src)="([^"]*)"', html) == ["https://a.example/p.png"]


@pytest.mark.parametrize(("value", "said"), [(72.0, "72"), (72.04, "72"), (72.06, "72.1"), (0.0, "0"), (100.0, "100")])
def test_numbers_for_people(value: float, said: str):
    assert number(value) == said


if __name__ == "__main__":
    for one in LANGUAGES:
        (GOLDEN / f"report-{one}.md").write_text(render(samples.report(one), "md"), "utf8")
