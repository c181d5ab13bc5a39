"""Whatever a person typed stays text: no formula in a spreadsheet, no HTML of a note in a Markdown report."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from interviewer.report.render.markdown_text import without_html
from interviewer.review import export

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "⁺1", "\t=1", "\r=1", "\n=1", " =1", "\u3000＝1",
    "\ufeff=1", "\u200b=1", "\u202e=1", "\xad＝1", "\u2066+1", "\u3164-1", "\ufe0f@x", "\x85=1", "\u2800=1", "\0=1", "\x01=1", "\v=1", "\u00a0@x", "  \t＝HYPERLINK(\"http://x\")",
    "\u22121", "⁻1", "\u180b=1", "\u17b4=1", "\u0301=1", "\U000e0020=1", "\U0001d173=1",
]  # fmt: skip


@pytest.mark.parametrize("typed", FORMULAS)
def test_a_cell_that_begins_like_a_formula_is_text(typed: str) -> None:
    line = export._line([typed, 1.0])
    assert next(csv.reader(io.StringIO(line)))[0].startswith("'")


@pytest.mark.parametrize("typed", ["Li;=1", "Li;\u200b＝1", "Li\n=1", "Li\t-1", "Li\r\n@x"])
def test_nor_where_another_separator_would_part_it(typed: str) -> None:
    cell = next(csv.reader(io.StringIO(export._line([typed]), newline="")))[0]
    assert cell.replace("'", "") == typed
    assert not any(part.startswith(tuple("=-@＝\u200b")) for part in re.split(r"[;\t\r\n]", cell))


@pytest.mark.parametrize("typed", ["Li; Wang", "prefill; decode-only", "王小明", "a=b", "1-1", "O'Neil", "", "'=1"])
def test_other_cells_are_as_typed(typed: str) -> None:
    assert next(csv.reader(io.StringIO(export._line([typed, None])))) == [typed, ""]


def test_csv_is_written_in_one_place() -> None:
    root = Path(export.__file__).parents[2]
    code = [path for room in ("interviewer", "knowledge", "ui") for path in (root / room).rglob("*.py")]
    writing = [path.name for path in code if re.search(r"csv\.writer|DictWriter|to_csv", path.read_text("utf8"))]
    assert writing == ["export.py"]


def test_numbers_stay_numbers() -> None:
    assert export._line([-3.5, None]).strip() == "-3.5,"


PIECES = [
    "`", "``", "```", "~~~", "\n", "\n\n", "<b>", "<script>", "</b>", "- ", "  ", "    ", "1. ", "> ", "x", "\\", "![a](b)", "<!--",
    "-->", "\t", "|a|\n|-|\n", "* ", "[l](u)", "<http://a.b>", " ", "'", '"', "`<b>`",
]  # fmt: skip


def active(tokens: list[Token]) -> list[str]:
    """What of the rendered text would be HTML or be fetched from elsewhere."""
    found: list[str] = []
    for token in tokens:
        if token.type in ("html_block", "html_inline", "image"):
            found.append(token.content)
        found += active(token.children or [])
    return found


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
def test_no_html_of_a_note_is_html_in_a_markdown_report(note: str) -> None:
    quoted = "\n".join(f"> {line}" for line in without_html(note.strip()).splitlines())
    assert active(MarkdownIt("commonmark").enable("table").parse(quoted)) == []


def test_code_and_marks_of_a_note_stay_as_written() -> None:
    note = "**bold** `vector<int>` and\n\n```cpp\nstd::vector<int> a;\n```\n\nless < more <b>x</b>"
    assert without_html(note) == (
        "**bold** `vector<int>` and\n\n```cpp\nstd::vector<int> a;\n```\n\nless &lt; more &lt;b>x&lt;/b>"
    )
