"""XLSX to a `Reading`: every visible sheet, one row after the other, with the values that its formulas had when it was saved.

Its rule: a sheet is read as a stream and stops after many empty rows; macros and links are never followed.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Any

from knowledge.adopt.delimited import MOST_COLUMNS, MOST_ROWS
from knowledge.adopt.desk import Desk
from knowledge.adopt.grid import columns_of, read_table
from knowledge.adopt.inline import Said
from knowledge.adopt.joined import joined
from knowledge.adopt.nodes import Node, Row
from knowledge.adopt.packed import check_packed, part_holds
from knowledge.adopt.reading import Reading
from knowledge.adopt.structure import Head
from knowledge.adopt.tidy import LONGEST_LINE, Tidied
from knowledge.errors import BankError

EMPTY_ROWS = 2_000
"""Empty rows in a row after which a sheet counts as ended."""
MOST_SHEETS = 100


def read_sheets(raw: bytes, name: str) -> Reading:
    """Read the questions of a workbook; each sheet is a file of its own in the reading, named `name#sheet`. Raises BankError."""
    import openpyxl

    archive = check_packed(raw, name, "xl/workbook")
    formulas = part_holds(archive, "xl/worksheets/", b"<f")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which are not read
            book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
            written = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, keep_links=False) if formulas else None
            readings = [
                _sheet(name, sheet, written[sheet.title] if written else None)
                for sheet in book.worksheets[:MOST_SHEETS]
            ]
    except BankError:
        raise
    except Exception as error:
        what = f"{name}: the workbook is damaged ({type(error).__name__}: {str(error)[:100]})."
        raise BankError(what, "Open it in its program and save it anew.") from error
    kept = [reading for reading in readings if any(reading.files[0].roles)]
    if len([reading for reading in kept if reading.chapters]) > 1:
        for reading, sheet in zip(readings, book.worksheets, strict=False):
            for chapter in reading.chapters:
                chapter.title = chapter.title or sheet.title
    return joined(kept, "")


def _sheet(name: str, sheet: Any, written: Any) -> Reading:
    """One sheet; `written` is the same one with its formulas in place of their values."""
    title = f"{name}#{sheet.title}"
    tidied = Tidied()
    if sheet.sheet_state != "visible":
        tidied.clean[1] = "(hidden)"
        desk = Desk(title, 1, tidied)
        desk.file.unit = "row"
        desk.leave_lines(1, 1, "hidden_sheet")
        return desk.done()
    rows, uncomputed, last = _rows(sheet, written, tidied)
    desk = Desk(title, max(last, 1), tidied)
    desk.file.unit = "row"
    table = Node("table", 1, max(last, 1), rows=tuple(rows))
    for line in uncomputed:
        desk.leave_lines(line, line, "formula_cell")
    if columns_of(table) is None and rows:
        desk.leave_lines(1, last, "table_without_question")
    elif rows:
        desk.open_chapter(Head(""), 1)
        desk.heads = []
        read_table(desk, table, _note, fill=True)
    if last >= MOST_ROWS:
        desk.remark(last, last, "over_limit", f"row {last}")
    return desk.done()


def _rows(sheet: Any, written: Any, tidied: Tidied) -> tuple[list[Row], list[int], int]:
    rows: list[Row] = []
    uncomputed: list[int] = []
    empty = last = 0
    formulas = _values(written) if written is not None else None
    for number, values in enumerate(_values(sheet), 1):
        source: tuple[Any, ...] = next(formulas, ()) if formulas is not None else ()
        cells = tuple(_text(value) for value in values)
        lost = any(
            not cell and isinstance(formula, str) and formula.startswith("=")
            for cell, formula in zip(cells, source, strict=False)
        )
        if lost:
            uncomputed.append(number)
        if any(cells) or lost:
            empty, last = 0, number
            tidied.clean[number] = " | ".join(cell for cell in cells if cell) or "="
            if any(cells):
                rows.append(Row(number, cells, number))
        else:
            empty += 1
        if empty > EMPTY_ROWS or number >= MOST_ROWS:
            break
    return rows, uncomputed, last


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Rows as values. The size that a sheet says it has is not believed."""
    sheet.reset_dimensions()
    for row in islice(sheet.iter_rows(values_only=True), MOST_ROWS + 1):
        yield row[:MOST_COLUMNS]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()[:LONGEST_LINE]


def _note(said: Said) -> str:
    target = said.note
    return "" if target.startswith(("#", "http:", "https:", "//", "mailto:")) else target
