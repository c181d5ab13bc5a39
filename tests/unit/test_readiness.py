"""What a check says first: which questions can be graded and by what, which cannot and why, and what in the folder is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.bank import load_bank
from knowledge.lint import check_path
from knowledge.readiness import readiness
from knowledge.seen import seen_at

OUTLINE = "# T\n\n## Chapter 1: Locks (10 minutes)\n\n### 1.1 Locks (10 minutes)\n\n**Questions:**\n\n{items}\n"
POINTS = "## Reference answer\n\nIt guards.\n\n## Key points\n\n- [fair] It guards.\n"


def bank(root: Path, items: list[str], **notes: str) -> Path:
    (root / "outline.md").write_text(
        OUTLINE.format(items="\n".join(f"{n}. {one}" for n, one in enumerate(items, 1))), "utf8"
    )
    for name, text in notes.items():
        path = root / name.replace("__", "/").replace("_md", ".md").replace("_txt", ".txt").replace("_docx", ".docx")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf8")
    return root


def codes(root: Path) -> dict[str, str]:
    return {one.code: one.place.file for one in check_path(root).findings}


def test_each_question_counts_once_by_what_grades_it_or_what_it_lacks(tmp_path: Path) -> None:
    items = [
        "[What is a mutex?](notes/mutex.md)",
        "[What is a futex?](notes/futex.md)",
        "[What is a latch?](notes/latch.md)",
        "What is a lock?",
    ]
    root = bank(
        tmp_path, items, notes__mutex_md=POINTS, notes__futex_md="## Reference answer\n\nA word in user space.\n"
    )
    found = readiness(load_bank(root))
    assert (found.questions, found.gradeable, found.graded_by) == (4, 1, {"key_points": 1, "drafted": 0})
    assert {lack: [line for _, line in some] for lack, some in found.lacking.items()} == {
        "reference_only": [10], "dead_link": [11], "no_note": [12],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("files", "code", "file"),
    [
        ({"more_md": "# More\n\n1. What is a latch?\n"}, "second_outline", "more.md"),
        ({"Notes__mutex_md": POINTS}, "ignored_note", "Notes/mutex.md"),
        ({"notes__mutex_docx": "x"}, "ignored_note", "notes/mutex.docx"),
        ({"notes__a_md": "---\nquestion: What is a mutex?\n---\nA lock.", "notes__b_md": "---\nquestion: What is a mutex?\n---\nA lock too."}, "second_note", "notes/a.md"),
        ({"notes__mutex_txt": "What is a mutex?\n\nA lock."}, "matched_by_title", "notes/mutex.txt"),
        ({"answers__mutex_md": "# What is a mutex?\n\nA lock."}, "matched_by_title", "answers/mutex.md"),
        ({"notes__kv_md": POINTS, "answers__kv_md": POINTS}, "duplicate_note", "notes/kv.md"),
    ],
)  # fmt: skip
def test_what_lies_in_the_folder_and_is_not_read_or_read_by_a_guess_is_said(
    tmp_path: Path, files: dict[str, str], code: str, file: str
) -> None:
    found = codes(bank(tmp_path, ["What is a mutex?"], **files))
    assert found.get(code) == file, found


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "left-out.md"])
def test_what_stands_in_any_folder_is_no_second_outline(tmp_path: Path, name: str) -> None:
    root = bank(tmp_path, ["What is a mutex?"])
    (root / name).write_text("# Words\n", "utf8")
    assert "second_outline" not in codes(root)


def test_a_bank_in_chinese_only_is_not_asked_for_english(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "outline.md").write_text(
        "# 后端\n\n## 第一章：并发（10分钟）\n\n### 1.1 锁\n\n**面试问题：**\n\n1. [互斥锁用来做什么？](notes/mutex.md)\n",
        "utf8",
    )
    (tmp_path / "notes" / "mutex.md").write_text(
        "## 要点\n\n- [一般] 保护临界区\n- [良好] 锁有所有者\n  - 追问：谁可以解开它？\n- [优秀] 说得出公平性\n", "utf8"
    )
    findings = check_path(tmp_path).findings
    assert [one.place.line for one in findings if one.code == "no_probe"] == [3, 6]
    assert not [one for one in findings if "(en)" in one.what or one.code.endswith("_language")]


def test_points_without_levels_are_not_told_again_that_levels_are_missing(tmp_path: Path) -> None:
    root = bank(
        tmp_path,
        ["[What is a mutex?](notes/mutex.md)"],
        notes__mutex_md="## Key points\n\n- It guards.\n- It has an owner.\n",
    )
    assert "no_levels" in codes(root)
    assert "missing_level" not in codes(root)


@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_an_encoding_that_had_to_be_guessed_is_said_for_outline_and_notes(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "notes").mkdir()
    outline = "# 后端\n\n## 第一章：并发（10分钟）\n\n### 1.1 锁（10分钟）\n\n**面试问题：**\n\n1. [互斥锁用来做什么？](notes/mutex.md)\n"
    (tmp_path / "outline.md").write_bytes(outline.encode(encoding))
    (tmp_path / "notes" / "mutex.md").write_bytes(
        "## 参考答案\n\n保护临界区，同一时刻只有一个线程进入。\n".encode(encoding)
    )
    files = {one.place.file for one in check_path(tmp_path).findings if one.code == "encoding_assumed"}
    assert files == {"outline.md", "notes/mutex.md"}


def test_what_was_seen_in_a_refused_file_names_its_headings_and_labels(tmp_path: Path) -> None:
    (tmp_path / "words.md").write_text("# About us\n\n## Team\n\nWe write.\n\n**Focus:**\n", "utf8")
    seen = seen_at(tmp_path / "words.md")
    assert [(one.place.line, one.text) for one in seen.headings] == [(1, "About us"), (3, "Team")]
    assert [one.text for one in seen.labels] == ["**Focus:**"]
    assert seen_at(tmp_path).lists == ("words.md",)
    assert seen_at(tmp_path / "nothing.md").headings == ()
