"""A bank from a list of any layout: `load_bank` on other people's outlines, and on ours as before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge.bank import load_bank, shipped_bank_path
from knowledge.bank_folder import locate
from knowledge.errors import BankError
from knowledge.outline import parse_outline
from knowledge.outline_file import read_outline
from tests.unit.bank_samples import ENGLISH_OUTLINE, write_bank

CASES = Path(__file__).parents[1] / "data" / "outlines"


def test_our_own_grammar_is_read_as_before(tmp_path: Path) -> None:
    files = locate(write_bank(tmp_path))
    assert read_outline(files) == parse_outline(ENGLISH_OUTLINE, "outline.md")
    shipped = shipped_bank_path() / "outline.md"
    assert read_outline(locate(shipped)) == parse_outline(shipped.read_text("utf8"), "outline.md")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("01-answer-on-next-line.md", 2), ("06-nested-real-questions.md", 4), ("08-chinese-enumeration.md", 6), ("10-bold-questions.md", 2),
        ("15-h1-between.md", 3), ("23-no-chapters-flat-list.md", 3), ("26-number-not-from-one.md", 4), ("30-bullets-labelled.md", 3), ("34-gbk.md", 1),
        ("35-utf16.md", 1), ("36-cr-only.md", 1), ("37-bank.csv", 1), ("38-outline.txt", 1), ("45-OUTLINE.MD", 1), ("40-bank-links", 19),
        ("41-bank-notes", 7), ("43-nooutline", 1), ("46-note-headings", 3),
    ],
)  # fmt: skip
def test_a_list_of_any_layout_is_a_bank(name: str, count: int) -> None:
    bank = load_bank(CASES / name)
    assert len(bank.questions) == count
    assert len({question.id for question in bank.questions}) == count


def test_an_answer_in_the_list_is_the_reference_of_its_question() -> None:
    first, second = load_bank(CASES / "01-answer-on-next-line.md").questions
    assert first.text.en == "What is a mutex for?"
    assert first.note is not None
    assert first.note.reference.en == "Only one thread may hold it; it guards a critical section."
    assert second.note is not None


def test_code_and_pictures_are_shown_with_their_question() -> None:
    first, second = load_bank(CASES / "18-code-in-question.md").questions
    assert first.shown("en").startswith("What does this print, and why?\n\n```python\nfs = ")
    assert second.shown("en") == "Fix it."
    assert load_bank(CASES / "16-image-in-question.md").questions[0].extra == "![](img/flame.png)"


def test_links_of_every_form_find_their_note_and_none_leaves_the_folder() -> None:
    bank = load_bank(CASES / "40-bank-links")
    files = [question.note.file if question.note else "" for question in bank.questions]
    assert files == [
        "notes/a lock.md", "notes/死锁.md", "notes/anchor.md", "", "notes/slash.md", "notes/wiki-link.md", "notes/wiki-link-2.md", "notes/refd.md",
        "notes/noext.md", "notes/back.md", "notes/raw space.md", "notes/raw space2.md", "notes/casename.md", "", "notes/html.md", "notes/dot.md",
        "notes/page.md", "notes/all.md", "notes/all.md",
    ]  # fmt: skip


def test_two_outlines_whose_names_differ_in_chinese_only_are_two_banks() -> None:
    one, other = (load_bank(path).id for path in sorted((CASES / "47-same-id").glob("*.md")))
    assert one != other


def test_a_folder_with_several_lists_says_what_to_do(tmp_path: Path) -> None:
    shutil.copytree(CASES / "47-same-id", tmp_path / "bank")
    with pytest.raises(BankError, match="2 files that could be one") as caught:
        load_bank(tmp_path / "bank")
    assert "bank adopt" in caught.value.fix


def test_a_question_in_two_chapters_is_no_error() -> None:
    assert {one.severity for one in load_bank(CASES / "50-same-question-two-roles.md").findings} == {"warning"}


def test_a_list_without_a_question_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text("# Notes\n\nSome prose about locks.\n", "utf8")
    with pytest.raises(BankError, match="no question was found") as caught:
        load_bank(tmp_path / "list.md")
    assert "--dry-run" in caught.value.fix


def test_notes_are_found_by_title_heading_or_file_name_and_read_in_any_encoding() -> None:
    bank = load_bank(CASES / "41-bank-notes")
    files = {question.text.zh: question.note.file if question.note else "" for question in bank.questions}
    assert files == {
        "互斥锁用来做什么？": "notes/互斥锁用来做什么？.md",
        "什么时候会死锁？": "notes/02-什么时候会死锁.md",
        "自旋锁适合什么场合？": "answers/spin.md",
        "条件变量为什么要配合循环？": "notes/cond.txt",
        "读写锁有什么代价？": "notes/rw.md",
        "什么是优先级反转？": "notes/inversion.md",
        "信号量和互斥锁有什么不同？": "notes/sem.md",
    }
    assert {finding.severity for finding in bank.findings} == {"warning"}


def test_key_points_under_other_names_and_levels_are_read_and_it_is_said_how() -> None:
    bank = load_bank(CASES / "41-bank-notes")
    points = {question.id: [(p.level, p.text.zh) for p in question.key_points] for question in bank.questions}
    assert points["inversion"] == [
        ("fair", "说出谁在等谁"),
        ("good", "说出优先级继承"),
        ("excellent", "说出实时系统的例子"),
    ]
    assert points["rw"] == [("fair", "提到写者饥饿"), ("fair", "提到读者计数")]
    said = {finding.place.file: finding.code for finding in bank.findings if finding.place.file.startswith("notes")}
    assert (said["notes/inversion.md"], said["notes/rw.md"]) == ("levels_mapped", "no_levels")


def test_a_note_keeps_its_follow_ups_and_the_text_before_its_points_as_reference() -> None:
    rw, _, mutex = load_bank(CASES / "46-note-headings").questions
    assert rw.note is not None
    assert (rw.note.reference.zh, rw.note.follow_ups) == ("写者可能饿死。", ("怎么避免饥饿？",))
    assert mutex.note is not None
    assert mutex.note.reference.zh.endswith("保护临界区。$P_h > P_l$，见 `lock()`。")
