"""Several questions whose notes stand in one file, each linked by the anchor of its heading."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.adopt.adopting import plan, write
from knowledge.adopt.gather import gather
from knowledge.anchors import anchor_of, parts_of, slug
from knowledge.bank import load_bank
from knowledge.models import Bank
from knowledge.readiness import readiness
from ui.said import fix_of, what_of

NOTE = """\
---
title: Cache
---
# Cache notes

## What is a KV cache? {#kv}

### Reference answer

Keys and values that are kept.

### Key points
- [fair] keeps keys and values
- [good] nothing is computed twice

## How does paging work?

Blocks of 16 tokens.

<a id="third"></a>

## 第三题：为什么慢？

因为带宽。
"""


def bank_of(root: Path, note: str, *links: str, name: str = "kv.md") -> Bank:
    (root / "notes").mkdir(parents=True)
    (root / "notes" / name).write_text(note, "utf8")
    asked = "\n".join(f"{n}. [Which is question number {'_abcdefgh'[n]}?]({link})" for n, link in enumerate(links, 1))
    (root / "outline.md").write_text(f"# Cache questions\n\n## Chapter 1: Cache\n\n### 1.1 Basics\n\n{asked}\n", "utf8")
    return load_bank(root)


def bodies(bank: Bank) -> list[str]:
    return [question.note.body.split("\n\n", 1)[-1] if question.note else "" for question in bank.questions]


def test_each_question_has_the_section_it_links(tmp_path: Path) -> None:
    bank = bank_of(
        tmp_path,
        NOTE,
        "notes/kv.md#kv",
        "notes/kv.md#how-does-paging-work",
        "notes/kv.md#%E7%AC%AC%E4%B8%89%E9%A2%98为什么慢",
    )
    first, second, third = bank.questions
    assert first.note is not None
    assert [(point.text.en, point.line) for point in first.note.key_points] == [
        ("keeps keys and values", 13), ("nothing is computed twice", 14),
    ]  # fmt: skip
    assert first.note.reference.en == "Keys and values that are kept."
    assert bodies(bank)[1:] == ["Blocks of 16 tokens.", "因为带宽。"]
    assert (first.id, second.id) == ("kv-kv", "kv-how-does-paging-work")
    assert {third.id, second.id, first.id} == {note.id for note in bank.notes}
    assert not {"note_shared", "dead_anchor", "unlinked_note"} & {one.code for one in bank.findings}


@pytest.mark.parametrize(
    ("note", "anchor", "text"),
    [
        ("# A\n\none\n\n# B\n\ntwo\n", "b", "two"),
        ("#### A\n\none\n\n#### B\n\ntwo\n\n##### C\n\nthree\n", "b", "two\n\n##### C\n\nthree"),
        ("A\n===\n\none\n\nB\n---\n\ntwo\n", "b", "---\n\ntwo"),
        ("## A\n\none\n\n## A\n\ntwo\n", "a-1", "two"),
        ("## A\n\none\n\n## 什么是 KV-Cache（键值缓存）？\n\n二\n", "什么是-kv-cache键值缓存", "二"),
        ("## A\n\none\n\n## 🚀 `torch.compile` & **graphs**\n\ntwo\n", "-torchcompile--graphs", "two"),
        ("## A\n\none\n\n## snake_case, C++ and C#?\n\ntwo\n", "snake_case-c-and-c", "two"),
        ("## A\n\none\n\n## Two words\n\ntwo\n", "Two Words", "two"),
        ("## A\n\none\n\n## Named {#other .big}\n\ntwo\n", "other", "two"),
        ("## A\n\none\n\n## <a id='q2'></a>Named\n\ntwo\n", "q2", "two"),
        ('## A\n\none\n\n<a name="q2"></a>\n## Named\n\ntwo\n', "q2", "two"),
        ('## A\n\none\n\n## Named\n<a id="q2"></a>\n\ntwo\n', "q2", '<a id="q2"></a>\n\ntwo'),
        ('## All\n\n<a id="q1"></a>\none\n\n<a id="q2"></a>\n\ntwo\n\n<a id="q3"></a>\nthree\n', "q2", "two"),
        ("## A\n\n## 参考答案\n\none\n\n## B\n\n## 参考答案\n\ntwo\n", "b", "## 参考答案\n\ntwo"),
        ("## A\n\n```\n## B\n<a id=b></a>\n```\n\none\n\n## B\n\ntwo\n", "b", "two"),
        ("## A\n\none\n\n## B ^block\n\ntwo\n", "block", "two"),
    ],
)  # fmt: skip
def test_a_section_is_found_as_its_writers_name_it(note: str, anchor: str, text: str) -> None:
    parts = parts_of(note)
    part = parts.find(anchor)
    assert part is not None
    assert parts.text(part).partition("\n")[2].strip() == text


@pytest.mark.parametrize(
    ("link", "anchor"),
    [("a.md", ""), ("a.md#b", "b"), ("[[a#B c]]", "B c"), ("[[a#B#C]]", "C"), ("[[a#^x]]", "x"), ("[[a#B|said]]", "B"),
     ("https://a.b/c#d", ""), (None, "")],
)  # fmt: skip
def test_what_a_link_names_in_its_file(link: str | None, anchor: str) -> None:
    assert anchor_of(link) == anchor


def test_github_leaves_marks_out_and_keeps_each_blank() -> None:
    assert slug(" What's  new in C++20? ") == "whats--new-in-c20"


def test_a_missing_anchor_says_which_are_there_in_both_languages(tmp_path: Path) -> None:
    bank = bank_of(tmp_path, NOTE, "notes/kv.md#kv", "notes/kv.md#nowhere")
    (one,) = [one for one in bank.findings if one.code == "dead_anchor"]
    assert (one.place.file, one.place.line) == ("outline.md", 8)
    assert "'#nowhere'. Headings there: #cache-notes, #kv, #how-does-paging-work, #第三题为什么慢." in one.what
    assert "#reference-answer" not in one.what
    assert bank.questions[1].note is None
    assert readiness(bank).lacking["dead_link"] == (("kv-nowhere", 8),)
    assert (
        what_of(one, "zh")
        == "notes/kv.md 里没有标题 “#nowhere”。那里有：#cache-notes, #kv, #how-does-paging-work, #第三题为什么慢。"
    )
    assert fix_of(one, "zh").startswith("链接到那里的一个标题")


def test_a_file_of_one_question_is_read_whole_where_its_anchor_is_wrong_or_its_title(tmp_path: Path) -> None:
    note = "---\ndimension: system\n---\n# What is it?\n\nIt is.\n"
    for name, anchor, said in (("a", "what-is-it", 0), ("b", "gone", 1)):
        bank = bank_of(tmp_path / name, note, f"notes/kv.md#{anchor}")
        assert [question.id for question in bank.questions] == ["kv"]
        assert bank.questions[0].dimension == "system"
        assert [one.code for one in bank.findings].count("dead_anchor") == said


def test_two_questions_of_one_heading_are_still_an_error(tmp_path: Path) -> None:
    bank = bank_of(tmp_path, NOTE, "notes/kv.md#kv", "notes/kv.md#what-is-a-kv-cache")
    (one,) = [one for one in bank.findings if one.code == "note_shared"]
    assert one.severity == "error"
    assert what_of(one, "zh").startswith("笔记 notes/kv.md 已经属于第 7 行")
    assert fix_of(one, "zh").endswith("notes/kv.md#标题。")
    assert len({question.id for question in bank.questions}) == 2


def test_headings_that_no_question_links_and_empty_ones_are_named(tmp_path: Path) -> None:
    bank = bank_of(tmp_path, f"{NOTE}\n## Spare\n\nx\n\n## Empty\n", "notes/kv.md#kv", "notes/kv.md#empty")
    said = [(one.code, one.place.line, bool(what_of(one, "zh") and fix_of(one, "zh"))) for one in bank.findings]
    assert ("unlinked_note", 26, True) in said
    assert ("empty_note", 30, True) in said
    assert [line for code, line, _ in said if code == "unlinked_note"] == [16, 22, 26]


def test_a_question_may_have_the_whole_file_and_another_a_section(tmp_path: Path) -> None:
    bank = bank_of(tmp_path, NOTE, "notes/kv.md", "notes/kv.md#kv")
    assert [question.id for question in bank.questions] == ["kv", "kv-kv"]
    assert "Blocks of 16" in bodies(bank)[0]
    assert not [one for one in bank.findings if one.code in ("note_shared", "unlinked_note")]


def test_a_large_file_of_sections_is_read_in_time(tmp_path: Path) -> None:
    note = "".join(f'<a id="n{n}"></a>\n## Question {n}\n\nAnswer {n}.\n\n' for n in range(3000))
    parts = parts_of(note)
    part = parts.find("n2999")
    assert part is not None
    assert parts.text(part).endswith("Answer 2999.")


def test_adopt_writes_each_section_as_its_question_s_note_and_lists_the_rest(tmp_path: Path) -> None:
    source = tmp_path / "mine"
    source.mkdir()
    (source / "kv.md").write_text(f"{NOTE}\n## Spare\n\nx\n", "utf8")
    (source / "list.md").write_text(
        "# Cache\n\n- [What is a KV cache?](kv.md#kv)\n- [How does paging work?](kv.md#how-does-paging-work)\n"
        "- [Why is it slow?](kv.md#third)\n- [And what else is there?](kv.md#none)\n", "utf8",
    )  # fmt: skip
    found = gather([source])
    assert [(one.place.file, one.place.line, one.code) for one in found.findings] == [("list.md", 6, "dead_anchor")]
    assert [(one.where.file, one.where.first, one.text) for one in found.reading.left_out] == [("kv.md", 26, "Spare")]
    write(plan(found, tmp_path / "bank"))
    bank = load_bank(tmp_path / "bank")
    assert len(bank.questions) == 4
    notes = [question.note.body if question.note else "" for question in bank.questions]
    assert [part in body for part, body in zip(("values that are kept", "Blocks of 16", "因为带宽"), notes, strict=False)] == [
        True, True, True,
    ]  # fmt: skip
    assert "Blocks" not in notes[0]
    assert notes[3] == ""
    assert len(bank.questions[0].key_points) == 2
