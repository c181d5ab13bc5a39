"""What `bank check` says about a bank's texts: each fault once, in its place, and nothing about a sound bank."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.bank import shipped_bank_path
from knowledge.errors import BankError
from knowledge.leaks import common_terms, given_away, tells
from knowledge.lint import CheckReport, check_path
from knowledge.models import Finding, TermGroup
from knowledge.terms import TermFinder, key_terms
from tests.unit.bank_samples import CHINESE_NOTE, ENGLISH_NOTE, ENGLISH_OUTLINE, write_bank

SAMPLE = Path(__file__).parents[2].parent / "shared" / "data" / "outline-sample.md"
LONG = "Every transaction reads from one consistent picture of the data. " * 20
SOUND_NOTE = ENGLISH_NOTE.replace("Every transaction reads from", LONG + "Every transaction reads from")
TERMS = (TermGroup(names=("TTFT", "首字延迟", "time to first token")), TermGroup(names=("block table", "块表")))


def check(folder: Path, old: str = "", new: str = "", note: str = SOUND_NOTE) -> tuple[Finding, ...]:
    """The findings of the English bank after `old` in its note was replaced by `new`."""
    assert old in note
    return check_path(write_bank(folder, notes__snapshot_isolation_md=note.replace(old, new, 1))).findings


def test_a_sound_bank_has_no_findings(tmp_path: Path) -> None:
    assert check(tmp_path) == ()


def test_the_report_counts_what_the_bank_holds(tmp_path: Path) -> None:
    report = check_path(write_bank(tmp_path, notes__snapshot_isolation_md=SOUND_NOTE))
    assert (report.chapters, report.sections, report.topics, report.questions) == (2, 4, 2, 6)
    assert (report.rubrics, report.links, report.notes, report.key_points, report.errors) == (4, 1, 1, 3, 0)
    assert report.questions_of == {"c1": 4, "c2": 1, "bonus": 1}
    assert report.points == {"c1": 60, "c2": 40, "bonus": 5}
    assert report.minutes == {"c1": 30, "c2": 20, "bonus": 5}
    assert report.bands == {"excellent": 90, "good": 75, "fair": 50, "insufficient": 0}
    assert report.dimensions["theory"] == pytest.approx(0.4)


def test_the_report_goes_to_json_and_back(tmp_path: Path) -> None:
    report = check_path(write_bank(tmp_path))
    assert {
        "chapters",
        "sections",
        "topics",
        "questions",
        "rubrics",
        "links",
        "points",
        "minutes",
        "bands",
    } <= json.loads(report.model_dump_json()).keys()
    assert CheckReport.model_validate_json(report.model_dump_json()) == report


def test_a_bank_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="no outline"):
        check_path(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "code", "severity", "line_has"),
    [
        ("[excellent]", "[good]", "missing_level", "warning", "[fair]"),
        ("  - Probe: Which surprise is still left under this promise?\n", "", "no_probe", "warning", "[excellent]"),
        ("Which surprise is still left under this promise?", "While it runs, which version of the rows does it see",
         "repeated_probe", "warning", "[excellent]"),
        ("Which surprise is still left", "What of the MVCC_SNAPSHOT flag is left", "", "", ""),
        ("checked by nobody.", "checked by nobody, see MVCC_SNAPSHOT.\n  - ZH: 没有检查", "point_language", "warning", "[fair]"),
        ("- Snapshot isolation is serialisable ->", "- All reads of a transaction come from one consistent state ->",
         "misconception_is_point", "error", "->"),
        ("## Sources\n\n- Berenson et al., \"A Critique of ANSI SQL Isolation Levels\" (1995)\n", "", "no_sources", "warning", ""),
        ("[fair] All reads of a transaction come from one consistent state.",
         "[fair] What snapshot isolation promise does.", "", "", ""),
    ],
)  # fmt: skip
def test_a_fault_of_a_note_is_found_where_it_stands(
    tmp_path: Path, old: str, new: str, code: str, severity: str, line_has: str
) -> None:
    findings = check(tmp_path, old, new)
    lines = (tmp_path / "notes" / "snapshot-isolation.md").read_text("utf8").splitlines()
    if not code:
        assert findings == ()
        return
    first = next(finding for finding in findings if finding.code == code)
    assert first.severity == severity
    assert first.place.file == "notes/snapshot-isolation.md"
    assert line_has in lines[first.place.line - 1]
    assert first.fix


def test_a_probe_that_names_its_point_is_an_error(tmp_path: Path) -> None:
    note = SOUND_NOTE.replace("come from one consistent state.", "come from one state (MVCC).")
    findings = check(tmp_path, "which version of the rows does it see", "what does MVCC let it see", note)
    assert [(finding.code, finding.severity) for finding in findings] == [("probe_leaks", "error")]
    assert "mvcc" in findings[0].what


def test_a_question_that_holds_its_answer_is_an_error(tmp_path: Path) -> None:
    told = "What does snapshot isolation promise when write skew stays possible among disjoint rows?"
    outline = ENGLISH_OUTLINE.replace("What does snapshot isolation promise?", told)
    note = SOUND_NOTE.replace("What does snapshot isolation promise?", told)
    note = note.replace(
        "Write skew remains possible because disjoint rows are checked by nobody",
        "Write skew stays possible among disjoint rows",
    )
    report = check_path(write_bank(tmp_path, outline, notes__snapshot_isolation_md=note))
    assert [(finding.code, finding.severity) for finding in report.findings] == [("question_leaks", "error")]


@pytest.mark.parametrize(("words", "found"), [(20, True), (150, False), (600, False), (700, True)])
def test_a_reference_of_the_wrong_length_is_named(tmp_path: Path, words: int, found: bool) -> None:
    start, end = ENGLISH_NOTE.index("Every transaction"), ENGLISH_NOTE.index("## Key points")
    note = ENGLISH_NOTE[:start] + "word " * words + "\n\n" + ENGLISH_NOTE[end:]
    assert [finding.code for finding in check(tmp_path, note=note)] == (["reference_length"] if found else [])


def test_a_bilingual_note_without_an_english_question_is_named(tmp_path: Path) -> None:
    outline = "# 大纲\n\n## 第一章：存储（5分钟）\n\n### 1.1 事务（5分钟）\n\n**面试问题：**\n1. [请说明快照隔离承诺了什么？](notes/snapshot-isolation.md)\n"
    note = CHINESE_NOTE.replace("question_en: What does snapshot isolation promise?\n", "")
    report = check_path(write_bank(tmp_path, outline, notes__snapshot_isolation_md=note))
    codes = [finding.code for finding in report.findings if finding.place.file.startswith("notes")]
    assert codes == ["reference_length", "reference_length", "question_language"]


def test_a_chinese_note_in_a_chinese_bank_needs_no_english(tmp_path: Path) -> None:
    outline = "# 大纲\n\n## 第一章：存储（5分钟）\n\n### 1.1 事务（5分钟）\n\n**面试问题：**\n1. [请说明快照隔离承诺了什么？](notes/snapshot-isolation.md)\n"
    kept = [
        line for line in CHINESE_NOTE.splitlines() if not line.strip().startswith(("- EN:", "- Probe:", "question_en"))
    ]
    note = "\n".join(kept).replace(
        "## Reference answer\n\nEvery transaction reads the data as it was when it began.\n", ""
    )
    report = check_path(write_bank(tmp_path, outline, notes__snapshot_isolation_md=note))
    codes = {finding.code for finding in report.findings if finding.place.file.startswith("notes")}
    assert codes == {"reference_length"}


def test_a_note_that_no_question_uses_yet_is_checked_too(tmp_path: Path) -> None:
    note = SOUND_NOTE.replace("[excellent]", "[good]").replace("What does snapshot isolation promise?", "What else?")
    report = check_path(write_bank(tmp_path, notes__other_md=note))
    codes = {finding.code for finding in report.findings if finding.place.file == "notes/other.md"}
    assert codes == {"unlinked_note", "missing_level"}


def test_a_free_form_note_is_left_in_peace(tmp_path: Path) -> None:
    assert check(tmp_path, note="# Isolation\n\nSome prose about isolation.\n") == ()


@pytest.mark.parametrize(
    ("point", "probe", "question", "words"),
    [
        ("默认块大小是 16 个 token", "默认 16 是怎么来的？", "块多大合适？", ("16",)),
        ("默认块大小是 16 个 token", "每块放几个位置？", "块多大合适？", ()),
        ("请求按 block table 找到物理块", "块表起什么作用？", "显存怎样管理？", ("block table",)),
        ("首字延迟包含排队", "TTFT 里还有什么？", "延迟由什么组成？", ("ttft",)),
        ("首字延迟包含排队", "TTFT 里还有什么？", "TTFT 由什么组成？", ()),
        ("写时复制避免重复占用", "写时复制发生在什么时候？", "前缀怎样共享？", ("写时复制",)),
        ("写时复制避免重复占用", "写时复制发生在什么时候？", "写时复制解决什么？", ()),
        ("注意力 kernel 要支持分页", "注意力的新变体要改哪里？", "分页有什么代价？", ()),
        ("在显存里不要求连续", "数据在显存里是怎样摆放的？", "分页是什么？", ()),
        ("FA3 用 WGMMA 和 TMA", "WGMMA 之外还靠什么？", "FA3 新在哪里？", ("wgmma",)),
        ("GPUs idle between steps", "What do the GPUs do then?", "Why asynchronous?", ("gpu",)),
        ("The planner picks an index by cost", "By what does it choose?", "How are plans made?", ()),
    ],
)  # fmt: skip
def test_words_that_give_a_point_away(point: str, probe: str, question: str, words: tuple[str, ...]) -> None:
    assert given_away(point, probe, question, frozenset(), TermFinder(TERMS)) == words


def test_what_the_whole_bank_asks_with_gives_nothing_away() -> None:
    common = common_terms(
        ["GPU 空闲怎么办？", "GPU 有多快？", "GPU 怎样同步？", "GPU 怎样分配？"], ["KV 缓存"], TermFinder(())
    )
    assert common == {"gpu", "kv"}
    assert given_away("GPU 空等 CPU", "GPU 在等什么？", "为什么慢？", common, TermFinder(())) == ()


def test_few_shared_words_do_not_make_a_question_tell() -> None:
    assert tells("分块大小为 16 时显存浪费小于一个块吗？", "分块大小为 16 时显存浪费小于一个块")
    assert not tells("分块大小怎样影响显存浪费？", "分块大小为 16 时显存浪费小于一个块")
    assert not tells("什么是分块？", "分块")


def test_terms_are_found_in_either_language_as_whole_words() -> None:
    finder = TermFinder(TERMS)
    assert finder.mentioned("它的首字延迟很高，Block Tables 呢") == {"ttft", "block table"}
    assert finder.mentioned("TTFTX and unblock tablet") == frozenset()
    assert key_terms("两个 tokens 用 max_num_seqs 和 0.5 秒") == {"token", "max_num_seqs", "0.5"}
    assert key_terms("Two tokens use max_num_seqs on an H100") == {"max_num_seqs", "h100"}


def test_the_shipped_bank_has_no_errors() -> None:
    report = check_path(shipped_bank_path())
    assert [finding for finding in report.findings if finding.severity == "error"] == []


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample outline is not beside the repository")
def test_the_report_of_the_sample() -> None:
    report = check_path(SAMPLE)
    assert (report.chapters, report.sections, report.questions, report.rubrics, report.links) == (7, 26, 228, 24, 25)
    assert list(report.points.values()) == [12, 18, 18, 15, 15, 12, 10, 10]
    assert sum(minutes or 0 for minutes in report.minutes.values()) == 135
    assert report.errors == 0
