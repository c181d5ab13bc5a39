"""Sources that are broken, hostile or of another make: a clear message or a reading, in bounded time, and nothing from outside."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from knowledge.adopt.gather import gather
from knowledge.adopt.reading import Reading
from knowledge.adopt.sources import read_bytes
from knowledge.errors import BankError
from ui.said import refusal

ASKED = ["What is a mutex for?", "When does a deadlock arise?"]
SECONDS = 20.0
"""Of CPU, on a machine that does much else: what is bounded takes less than a second alone."""


def texts(reading: Reading) -> list[str]:
    return [one.text for one in reading.questions]


def workbook(fill: Callable[[Workbook], None]) -> bytes:
    book = Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows(book: Workbook) -> None:
    sheet = book.worksheets[0]
    for row in (("Question", "Answer"), (ASKED[0], "One at a time"), (ASKED[1], "Mutual waiting")):
        sheet.append(row)


def with_part(raw: bytes, name: str, content: bytes) -> bytes:
    """A packed file with one more part."""
    out = io.BytesIO(raw)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def bounded(read: Callable[[], Reading]) -> Reading:
    began = time.process_time()
    reading = read()
    assert time.process_time() - began < SECONDS
    return reading


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [
        (b"", "x.md", "empty"),
        (b" \n\n", "x.txt", "empty"),
        (bytes(range(128, 256)) * 40 + b"\x00\x01", "x.md", "encoding of the file is not known"),
        ("\ufeff问题".encode("utf-16-le")[:-1], "x.md", "broken at byte"),
        (b"%PDF-1.4", "x.pdf", "not read"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "x.xlsx", "old binary format"),
        (b"PK\x03\x04broken", "x.docx", "damaged"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do_in_both_languages(raw: bytes, name: str, said: str) -> None:
    with pytest.raises(BankError, match=said) as caught:
        read_bytes(raw, name)
    assert caught.value.fix
    assert all(any("\u4e00" <= c <= "\u9fff" for c in text) for text in refusal(caught.value, "zh"))


def test_a_table_without_questions_asks_nothing_and_is_accounted_for() -> None:
    reading = read_bytes(b"| Region | Price |\n|---|---|\n| North | 12 |\n| South | 14 |\n", "prices.md")
    assert not list(reading.questions)
    assert all(reading.files[0].roles[:4])


@pytest.mark.parametrize(
    "hostile",
    ["> " * 10_000 + "x", "- " * 10_000 + "x", "1. " + "word " * 1_000_000, "[" * 100_000, "*a " * 100_000, "<details>" * 10_000, "`" * 100_000, "|a" * 50_000, "$$" * 50_000],
    ids=["quotes", "items", "one line of 5 MB", "brackets", "emphasis", "fold-outs", "backticks", "cells", "formulas"],
)  # fmt: skip
def test_hostile_markdown_ends_in_bounded_time_and_what_is_around_it_is_read(hostile: str) -> None:
    text = f"# Locks\n\n1. {ASKED[0]}\n2. {ASKED[1]}\n\n{hostile}\n"
    reading = bounded(lambda: read_bytes(text.encode(), "x.md"))
    assert texts(reading)[:2] == ASKED


def test_a_workbook_with_formulas_macros_and_a_far_away_cell_is_read_for_its_values() -> None:
    def fill(book: Workbook) -> None:
        rows(book)
        sheet = book.worksheets[0]
        sheet["A4"] = '="What is "&"a latch?"'
        sheet["A1000000"] = "far away"

    raw = with_part(workbook(fill), "xl/vbaProject.bin", b"not run, not read")
    reading = bounded(lambda: read_bytes(raw, "list.xlsm"))
    assert texts(reading) == ASKED
    assert [one.why for one in reading.left_out if one.why == "formula_cell"]


def test_merged_cells_several_sheets_and_a_hidden_one() -> None:
    def fill(book: Workbook) -> None:
        sheet = book.worksheets[0]
        sheet.title = "Locks"
        sheet.append(("List of the team",))
        sheet.append(("Chapter", "Question", "Answer"))
        for row in (("Basics", ASKED[0], "One at a time"), (None, ASKED[1], "Mutual waiting")):
            sheet.append(row)
        sheet.merge_cells("A3:A4")
        more = book.create_sheet("Queues")
        more.append(("Question",))
        more.append(("What happens when a bounded queue is full?",))
        hidden = book.create_sheet("Old")
        hidden.append(("Question",))
        hidden.append(("What is a futex?",))
        hidden.sheet_state = "hidden"

    reading = read_bytes(workbook(fill), "list.xlsx")
    assert texts(reading) == [*ASKED, "What happens when a bounded queue is full?"]
    assert reading.chapters[0].title == "Basics"
    assert [one.why for one in reading.left_out] == ["hidden_sheet"]


@pytest.mark.parametrize(("kind", "part"), [("xlsx", "xl/worksheets/more.xml"), ("docx", "word/more.xml")])
def test_a_packed_file_that_would_become_huge_is_not_opened(kind: str, part: str) -> None:
    out = io.BytesIO()
    Document().save(out)
    raw = workbook(rows) if kind == "xlsx" else out.getvalue()
    with pytest.raises(BankError, match="would unpack to"):
        read_bytes(with_part(raw, part, b" " * 100_000_000), f"list.{kind}")


def test_a_document_with_headings_lists_and_a_table() -> None:
    document = Document()
    document.add_heading("Locks", 1)
    for text in ASKED:
        document.add_paragraph(text, style="List Number")
    table = document.add_table(rows=0, cols=2)
    for row in (("Question", "Answer"), ("What is a latch?", "It opens once.")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    reading = read_bytes(out.getvalue(), "list.docx")
    assert texts(reading) == [*ASKED, "What is a latch?"]
    assert list(reading.questions)[2].reference == "It opens once."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030", "big5"])
@pytest.mark.parametrize("name", ["list.md", "list.csv", "list.txt"])
def test_every_text_is_read_in_every_encoding_of_the_region(name: str, encoding: str) -> None:
    asked, head = ["互斥锁用来做什么？", "什么时候会死锁？"], "问题,答案"
    if encoding == "big5":
        asked, head = ["互斥鎖用來做什麼？", "什麼時候會死鎖？"], "問題,答案"
    listed = "\r\n".join([head, *(f"{text},先占有再等待" for text in asked)])
    plain = "\n".join(f"{n}、{text}" for n, text in enumerate(asked, 1))
    raw = (listed if name.endswith("csv") else plain).encode(encoding)
    assert texts(read_bytes(raw, name)) == asked


def test_words_in_traditional_characters_are_the_same_words() -> None:
    text = "# 題庫\n\n## 第一單元：並發（10分鐘）\n\n**參考問題：**\n\n1. 請解釋互斥鎖的作用\n\n   **參考答案：** 一次只進一個執行緒。\n\n2. 為什麼會死鎖\n"
    first, second = read_bytes(text.encode(), "題庫.md").questions
    assert (first.text, first.reference, second.text) == ("請解釋互斥鎖的作用", "一次只進一個執行緒。", "為什麼會死鎖")
    assert not first.phrase
    assert not second.phrase


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("1. What is the password?\n2. What is it again?\n", "utf8")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "list.md").write_text(f"1. {ASKED[0]}\n2. [{ASKED[1]}](../outside/secret.md)\n", "utf8")
    (inside / "linked.md").symlink_to(outside / "secret.md")
    (inside / "folder").symlink_to(outside)
    found = gather([inside])
    assert texts(found.reading) == ASKED
    assert not found.notes
