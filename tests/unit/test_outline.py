"""The outline's grammar in both languages: what is read, and what is said about everything that deviates."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import BankError
from knowledge.models import Finding, Outline
from knowledge.outline import parse_outline
from tests.unit.bank_samples import ENGLISH_OUTLINE

SAMPLE = Path(__file__).parents[2].parent / "shared" / "data" / "outline-sample.md"
needs_sample = pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample outline is not beside the repository")


def parse(text: str) -> tuple[Outline, tuple[Finding, ...]]:
    return parse_outline(text, "outline.md")


def changed(old: str, new: str) -> tuple[Finding, ...]:
    """The findings after `old` in the English outline was replaced by `new`."""
    assert old in ENGLISH_OUTLINE
    return parse(ENGLISH_OUTLINE.replace(old, new, 1))[1]


@pytest.fixture(scope="module")
def sample() -> tuple[Outline, tuple[Finding, ...]]:
    return parse_outline(SAMPLE.read_text("utf8"), "outline-sample.md")


@needs_sample
def test_the_sample_is_read_whole(sample: tuple[Outline, tuple[Finding, ...]]) -> None:
    outline = sample[0]
    sections = [section for chapter in outline.chapters for section in chapter.sections]
    items = [item for section in sections for item in section.items]
    assert [sum(len(list(s.items)) for s in c.sections) for c in outline.chapters] == [24, 27, 42, 33, 36, 28, 32, 6]
    assert (len(items), sum(item.link is not None for item in items)) == (228, 25)
    assert sum(section.rubric is not None for section in sections) == 24
    assert [chapter.points for chapter in outline.chapters] == [12, 18, 18, 15, 15, 12, 10, 10]
    assert [chapter.id for chapter in outline.chapters if chapter.bonus] == ["bonus"]
    assert [(band.id, band.lower) for band in outline.bands] == [
        ("excellent", 85), ("good", 70), ("fair", 60), ("insufficient", 0),
    ]  # fmt: skip
    assert [(dimension.id, dimension.weight) for dimension in outline.dimensions] == [
        ("theory", 0.30), ("system", 0.25), ("practice", 0.25), ("development", 0.10), ("potential", 0.10),
    ]  # fmt: skip
    assert (outline.language, outline.stated_minutes) == ("zh", (90, 120))


@needs_sample
def test_the_quirks_of_the_sample_are_warnings_with_their_lines(sample: tuple[Outline, tuple[Finding, ...]]) -> None:
    assert {finding.severity for finding in sample[1]} == {"warning"}
    lines = {finding.code: finding.place.line for finding in sample[1]}
    assert set(lines) == {"minutes_sum", "no_rubric", "link_punctuation"}
    assert lines["minutes_sum"] == 7
    assert next(finding for finding in sample[1] if finding.code == "link_punctuation").place.line == 160
    assert "135" in next(finding for finding in sample[1] if finding.code == "minutes_sum").what


def test_an_english_outline_of_the_same_shape_is_read_without_findings() -> None:
    outline, findings = parse(ENGLISH_OUTLINE)
    assert findings == ()
    assert (outline.title, outline.language, outline.stated_minutes) == ("Backend engineer interview", "en", (40, 60))
    assert [(c.id, c.title, c.minutes, c.points, c.bonus) for c in outline.chapters] == [
        ("c1", "Databases", 30, 60, False), ("c2", "Services", 20, 40, False), ("bonus", "Closing conversation", 5, 5, True),
    ]  # fmt: skip
    transactions, indexes = outline.chapters[0].sections
    assert (transactions.id, transactions.title, transactions.minutes) == ("c1.s1", "Transactions", 20)
    assert (indexes.id, indexes.number, indexes.focus) == ("c1.s2", "1.2", ("Reading a query plan",))
    assert [topic.title for topic in transactions.topics] == ["Isolation", "Locks"]
    assert indexes.rubric is not None
    assert indexes.rubric.good == "names two reasons"
    assert [band.lower for band in outline.bands] == [90, 75, 50, 0]
    assert [dimension.id for dimension in outline.dimensions] == [
        "theory",
        "system",
        "practice",
        "development",
        "potential",
    ]
    assert outline.advice == ("Start easy: then go deeper",)


def test_an_item_keeps_its_text_its_link_and_its_line() -> None:
    item = next(parse(ENGLISH_OUTLINE)[0].chapters[0].sections[0].items)
    assert (item.text, item.link) == ("What does snapshot isolation promise?", "notes/snapshot-isolation.md")
    assert ENGLISH_OUTLINE.splitlines()[item.line - 1].startswith("1. [What does snapshot")


@pytest.mark.parametrize(
    ("old", "new", "code", "severity"),
    [
        ("(30 minutes)", "(20-30 minutes)", "minutes_unread", "warning"),
        ("Databases (30 minutes)", "Databases", "missing_minutes", "warning"),
        ("Timeouts (20 min)", "Timeouts (19 min)", "section_minutes", "warning"),
        ("40-60 minutes", "90-120 minutes", "minutes_sum", "warning"),
        ("40-60 minutes", "an hour or so", "minutes_unread", "warning"),
        ("### 2.1 Timeouts", "### 3.1 Timeouts", "section_number", "warning"),
        ("### Section 1.2:", "### Section 1.1:", "section_number", "error"),
        ("## Chapter 2:", "## Chapter 1:", "chapter_number", "error"),
        ("- Fair: retries with a pause\n", "", "rubric_level", "warning"),
        ("- Fair: retries with a pause", "- Superb: retries with a pause", "rubric_level", "warning"),
        ("1. What makes a retry dangerous?\n", "", "no_questions", "error"),
        ("1. What makes a retry", "- What makes a retry", "unnumbered", "warning"),
        ("**Focus:**\n- Failure handling\n", "", "no_focus", "warning"),
        ("**Focus:**\n- Failure handling\n", "- Failure handling\n", "list_without_label", "warning"),
        ("- Failure handling\n", "- Failure handling\n\n```\ncode\n```\n", "unread_text", "warning"),
        ("#### Locks\n1. How do two transactions end up in a deadlock?\n", "#### Locks\n", "empty_topic", "warning"),
        ("(notes/snapshot-isolation.md)", "(notes/snapshot isolation.md)", "broken_link", "warning"),
        ("isolation.md)", "isolation.md) and [more](notes/more.md)", "two_links", "warning"),
        ("Databases**: 60 points", "Databases**: 50 points", "points_sum", "error"),
        ("Databases**: 60 points", "Databases**: sixty", "points_unread", "error"),
        ("- **Chapter 2: Services**: 40 points\n", "", "missing_points", "error"),
        ("- **Chapter 2: Services**", "- **Chapter 7: Services**", "points_chapter", "error"),
        ("- **Good (75-89)**", "- **Good (40-49)**", "bands_order", "error"),
        ("- **Good (75-89)**: ready to work alone\n", "", "missing_band", "error"),
        ("- **Good (75-89)**", "- **Lovely (75-89)**", "band_unread", "error"),
        ("| **Theory** | 40% |", "| **Humour** | 40% |", "unknown_dimension", "error"),
        ("| **Theory** | 40% |", "| **Theory** | 50% |", "weights_sum", "error"),
        ("| **Theory** | 40% |", "| **Theory** | much |", "weight_unread", "error"),
        ("### Bands\n", "### Colours\n", "unknown_part", "warning"),
        ("## Advice\n", "## Catering\n", "unknown_part", "warning"),
        ("# Backend engineer interview\n", "", "no_title", "warning"),
    ],
)  # fmt: skip
def test_a_deviation_is_found_with_its_line_and_what_to_do(old: str, new: str, code: str, severity: str) -> None:
    finding = next(finding for finding in changed(old, new) if finding.code == code)
    assert finding.severity == severity
    assert finding.place.file == "outline.md"
    assert finding.what
    assert finding.fix


def test_a_finding_points_at_the_line_that_is_off() -> None:
    text = ENGLISH_OUTLINE.replace("| **Theory** | 40% |", "| **Humour** | 40% |")
    finding = next(f for f in parse(text)[1] if f.code == "unknown_dimension")
    assert "Humour" in text.splitlines()[finding.place.line - 1]


def test_a_link_with_spaces_still_ties_the_question() -> None:
    outline = parse(ENGLISH_OUTLINE.replace("snapshot-isolation.md", "snapshot isolation.md"))[0]
    item = next(outline.chapters[0].sections[0].items)
    assert (item.text, item.link) == ("What does snapshot isolation promise?", "notes/snapshot isolation.md")


def test_section_ids_come_from_the_numbers_in_the_headings() -> None:
    text = ENGLISH_OUTLINE.replace("### Section 1.2:", "### Section 1.5:")
    assert [section.id for section in parse(text)[0].chapters[0].sections] == ["c1.s1", "c1.s5"]


def test_chinese_and_plain_numbers_give_the_same_chapter_ids() -> None:
    chapter = "## {0}\n\n### 第一节 甲（5分钟）\n\n**考查点：**\n- 甲\n\n**面试问题：**\n1. 甲是什么？\n\n"
    headings = ["第十二章 甲（5分钟）", "Chapter Three: A (5 min)", "4. A (5 minutes)", "二、甲（5分钟）"]
    outline = parse("# T\n\n" + "".join(chapter.format(heading) for heading in headings))[0]
    assert [chapter.id for chapter in outline.chapters] == ["c12", "c3", "c4", "c2"]
    assert [chapter.sections[0].number for chapter in outline.chapters] == ["1"] * 4


def test_a_number_alone_does_not_make_a_chapter_of_the_introduction() -> None:
    text = ENGLISH_OUTLINE.replace("## About this outline", "## 1. About this outline").replace(
        "## Scoring", "## 4. Scoring"
    )
    assert parse(text)[1] == ()
    assert [chapter.id for chapter in parse(text)[0].chapters] == ["c1", "c2", "bonus"]


def test_an_outline_without_scoring_still_counts_all_chapters_alike() -> None:
    outline, findings = parse(ENGLISH_OUTLINE[: ENGLISH_OUTLINE.index("## Scoring")])
    assert {finding.code for finding in findings} == {"no_points", "no_bands", "no_dimensions"}
    assert {finding.severity for finding in findings} == {"warning"}
    assert [round(chapter.points, 1) for chapter in outline.chapters] == [33.3, 33.3, 33.3]
    assert [band.lower for band in outline.bands] == [85, 70, 60, 0]


def test_questions_outside_a_section_are_kept() -> None:
    text = ENGLISH_OUTLINE.replace("### 2.1 Timeouts (20 min)\n", "")
    outline, findings = parse(text)
    assert [item.text for item in outline.chapters[1].sections[0].items] == ["What makes a retry dangerous?"]
    assert "no_section" in {finding.code for finding in findings}


@pytest.mark.parametrize("text", ["", "# Title only\n", "Some notes\n\n- a\n- b\n", "## Advice\n\n1. Be kind\n"])
def test_a_text_without_chapters_is_refused_with_the_way_to_write_one(text: str) -> None:
    with pytest.raises(BankError, match="no chapter") as caught:
        parse(text)
    assert "## " in caught.value.fix


def test_punctuation_of_mixed_width_in_a_target_is_named() -> None:
    text = ENGLISH_OUTLINE.replace("2. Which anomalies", "2. [锁是什么?](notes/锁是什么？.md)\n3. Which anomalies")
    finding = next(finding for finding in parse(text)[1] if finding.code == "link_punctuation")
    assert "?" in finding.what
    assert "？" in finding.what


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(ENGLISH_OUTLINE)), st.text(alphabet="#*-1. []()|：\n（）ab", max_size=20))
def test_any_damage_gives_an_outline_or_a_clear_refusal(place: int, damage: str) -> None:
    text = ENGLISH_OUTLINE[:place] + damage + ENGLISH_OUTLINE[place:]
    lines = len(text.splitlines())
    try:
        outline, findings = parse(text)
    except BankError:  # the damage may hit every chapter's heading
        return
    ids = [section.id for chapter in outline.chapters for section in chapter.sections]
    assert len(ids) == len(set(ids))
    assert all(1 <= finding.place.line <= lines for finding in findings)
