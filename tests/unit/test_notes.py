"""Notes in either language or both: what goes to which side, what keeps its id, and what cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.models import Bilingual, Finding, Note
from knowledge.notes import parse_note, phrasings
from tests.unit.bank_samples import CHINESE_NOTE, ENGLISH_NOTE


def parse(text: str) -> tuple[Note, tuple[Finding, ...]]:
    return parse_note(text, "notes/snapshot-isolation.md", "snapshot-isolation")


def changed(old: str, new: str, note: str = CHINESE_NOTE) -> tuple[Finding, ...]:
    """The findings after `old` in the note was replaced by `new`."""
    assert old in note
    return parse(note.replace(old, new, 1))[1]


def test_a_bilingual_note_fills_both_sides() -> None:
    note, findings = parse(CHINESE_NOTE)
    assert findings == ()
    assert note.question == Bilingual(zh="请说明快照隔离承诺了什么？", en="What does snapshot isolation promise?")
    assert (note.dimension, note.headline) == ("theory", False)
    assert note.reference.zh == "每个事务都从开始那一刻的同一份数据里读。\n\n这是第二段。"
    assert note.reference.en == "Every transaction reads the data as it was when it began."
    assert [point.level for point in note.key_points] == ["fair", "good", "excellent"]
    first = note.key_points[0]
    assert first.text.zh == "事务里的所有读取都来自同一个一致状态。"
    assert first.text.en == "All reads of a transaction come from one consistent state."
    assert first.probe == Bilingual(
        zh="它执行的时候，看到的是哪个时刻的内容？", en="While it runs, which moment does it see?"
    )
    assert [mistake.wrong.en for mistake in note.misconceptions] == ["Snapshot isolation is serialisable", ""]
    assert note.misconceptions[1].right.zh == "读取旧版本即可"
    assert note.sources == ('Berenson 等, "A Critique of ANSI SQL Isolation Levels" (1995)',)


def test_an_english_note_leaves_the_chinese_side_empty() -> None:
    note, findings = parse(ENGLISH_NOTE)
    assert findings == ()
    assert note.question == Bilingual(en="What does snapshot isolation promise?")
    assert {point.text.zh for point in note.key_points} == {""}
    assert {point.probe.zh for point in note.key_points} == {""}
    assert all(point.text.en and point.probe.en for point in note.key_points)
    assert note.reference.zh == ""
    assert note.misconceptions[0].wrong.en == "Snapshot isolation is serialisable"


def test_a_statement_over_two_lines_is_closed_up() -> None:
    assert parse(CHINESE_NOTE)[0].key_points[2].text.zh == "写偏斜仍然可能发生，因为不同的行之间没有检查。"


def test_lines_are_those_of_the_file() -> None:
    lines = CHINESE_NOTE.splitlines()
    note = parse(CHINESE_NOTE)[0]
    assert all(lines[point.line - 1].startswith("- [") for point in note.key_points)
    assert lines[note.misconceptions[1].line - 1].startswith("- 读会阻塞写")


def test_a_key_point_keeps_its_id_when_its_neighbours_change() -> None:
    before = {point.text.zh: point.id for point in parse(CHINESE_NOTE)[0].key_points}
    reworded = CHINESE_NOTE.replace("两个写者改同一行时", "若两个写者改同一行").replace(
        "- [一般] 事务里", "- [良好] 事务里"
    )
    after = {point.text.zh: point.id for point in parse(reworded)[0].key_points}
    same = before.keys() & after.keys()
    assert len(same) == 2
    assert all(before[text] == after[text] for text in same)
    assert len(set(after.values())) == 3


def test_punctuation_and_width_do_not_change_an_id() -> None:
    other = CHINESE_NOTE.replace("事务里的所有读取都来自同一个一致状态。", "事务里的所有读取，都来自同一个一致状态")
    assert parse(other)[0].key_points[0].id == parse(CHINESE_NOTE)[0].key_points[0].id


def test_a_free_form_note_is_reference_text_only() -> None:
    note, findings = parse("# Isolation\n\nSome prose.\n\n## How it works\n\n- a bullet\n- [a link](x.md)\n")
    assert findings == ()
    assert (note.key_points, note.dimension, note.headline, note.question) == ((), None, None, Bilingual())
    assert note.body.startswith("# Isolation")


def test_windows_line_ends_change_nothing() -> None:
    note = parse(CHINESE_NOTE)[0]
    assert parse(CHINESE_NOTE.replace("\n", "\r\n"))[0] == note


@pytest.mark.parametrize(
    ("old", "new", "code", "severity"),
    [
        ("dimension: theory", "dimension: humour", "unknown_dimension", "error"),
        ("headline: false", "headline: perhaps", "headline", "error"),
        ("headline: false", "headline: false\nmood: good", "unknown_key", "warning"),
        ("headline: false", "headline: [1, 2]", "unknown_key", "warning"),
        ("question: 请说明", "question: 注意: 请说明", "front_matter", "error"),
        ("question: 请说明", "question: [请说明", "front_matter", "error"),
        ("headline: false\n---", "headline: false", "front_matter", "error"),
        ("- [一般] 事务里", "- 事务里", "no_level", "error"),
        ("- [一般] 事务里", "- [初级] 事务里", "levels_mapped", "warning"),
        ("- [良好] 两个写者改同一行时，先提交者胜出。", "- [良好] 事务里的所有读取都来自同一个一致状态。", "duplicate_point", "error"),
        ("  - EN: Write skew", "  - Englisch: Write skew", "unknown_line", "warning"),
        ("  - 追问：在这个承诺之下还剩什么意外？", "  - 追问：", "unknown_line", "warning"),
        ("读会阻塞写 → 读取旧版本即可", "读会阻塞写", "misconception", "warning"),
        ("读会阻塞写 → 读取旧版本即可", "甲 -> 乙 -> 丙", "misconception", "warning"),
        ("  - EN: Snapshot isolation is serialisable ->", "  - EN: Snapshot isolation is serialisable,", "unknown_line", "warning"),
        ("## 要点", "## 得分要素", "points_heading", "error"),
        ("## 参考资料\n\n- Berenson", "## 参考资料\n\n## 其他\n\n- Berenson", "empty_part", "warning"),
        ("## 要点\n", "## 要点\n\n先说一句话。\n", "unread_text", "warning"),
    ],
)  # fmt: skip
def test_a_deviation_is_found_with_its_line_and_what_to_do(old: str, new: str, code: str, severity: str) -> None:
    found = {finding.code: finding for finding in changed(old, new)}
    assert set(found) == {code}
    assert found[code].severity == severity
    assert found[code].place.file == "notes/snapshot-isolation.md"
    assert 1 <= found[code].place.line <= len(CHINESE_NOTE.splitlines()) + 1
    assert found[code].fix


def test_broken_front_matter_names_its_line_and_keeps_the_body() -> None:
    text = CHINESE_NOTE.replace("question_en: What", "question_en: Mind: what")
    note, findings = parse(text)
    assert [(finding.code, finding.place.line) for finding in findings] == [("front_matter", 3)]
    assert "quotes" in findings[0].fix
    assert len(note.key_points) == 3


def test_a_heading_without_key_points_is_an_error() -> None:
    start, end = CHINESE_NOTE.index("- [一般]"), CHINESE_NOTE.index("## 常见误区")
    findings = parse(CHINESE_NOTE[:start] + CHINESE_NOTE[end:])[1]
    assert [finding.code for finding in findings] == ["no_key_points"]


def test_an_empty_note_is_named() -> None:
    assert [finding.code for finding in parse("")[1]] == ["empty_note"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(CHINESE_NOTE)), st.text(alphabet="#*-[]：: \n一般ab>", max_size=20))
def test_any_damage_gives_a_note_with_findings_inside_the_file(place: int, damage: str) -> None:
    text = CHINESE_NOTE[:place] + damage + CHINESE_NOTE[place:]
    note, findings = parse(text)
    lines = len(text.splitlines())
    assert all(1 <= finding.place.line <= lines for finding in findings)
    assert len({point.id for point in note.key_points}) == len(note.key_points)
    assert all(point.text for point in note.key_points)


def test_other_phrasings_are_read_from_their_part_alone() -> None:
    text = (
        CHINESE_NOTE + "\n## 也可以这样问\n\n- 快照是什么时候拍的\n- When is the picture taken?\n\n## 备注\n\n- 别的\n"
    )
    assert phrasings(parse(text)[0]) == ("快照是什么时候拍的", "When is the picture taken?")
    assert phrasings(parse(CHINESE_NOTE)[0]) == ()
