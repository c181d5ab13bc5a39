"""CSV and its relatives to a `Reading`: the delimiter is found, the header looked for, each row keeps its lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from knowledge.adopt.desk import Desk
from knowledge.adopt.grid import columns_of, read_table
from knowledge.adopt.inline import Said
from knowledge.adopt.nodes import Node, Row
from knowledge.adopt.reading import Reading
from knowledge.adopt.tidy import LONGEST_LINE, Tidied
from knowledge.errors import BankError

_DELIMITERS = (",", "\t", ";", "|", "，")
MOST_ROWS = 200_000
MOST_COLUMNS = 60
_MOST_BREAKS = 60
"""Line breaks in one cell; more come from a quote that is never closed."""


def read_delimited(text: str, name: str) -> Reading:
    """Read the questions of a CSV or TSV text. Raises BankError where its rows cannot be told apart."""
    lines = text.split("\n")
    tidied = Tidied(clean={number: line[:LONGEST_LINE] for number, line in enumerate(lines, 1)})
    desk = Desk(name, len(lines), tidied)
    delimiter = _delimiter(lines)
    rows = list(_rows(text, delimiter, name, quoted=True))
    if any(cell.count("\n") > _MOST_BREAKS for row in rows for cell in row.cells):
        rows = list(_rows(text, delimiter, name, quoted=False))
    for row in rows:
        for line in range(row.line + 1, row.last + 1):
            desk.mark_lines(line, line, "reference")
    table = Node("table", 1, len(lines), rows=tuple(rows))
    if not read_table(desk, table, _note, fill=True) and columns_of(table) is None and rows:
        desk.leave_lines(1, len(lines), "table_without_question")
    return desk.done()


def _rows(text: str, delimiter: str, name: str, *, quoted: bool) -> Iterator[Row]:
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, quoting=quoting, skipinitialspace=True)
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(
                    before + 1, tuple(cell.strip()[:LONGEST_LINE] for cell in cells[:MOST_COLUMNS]), reader.line_num
                )
            before = reader.line_num
            if before > MOST_ROWS:
                return
    except csv.Error as error:
        what = f"{name}:{before + 1}: the row cannot be read ({error})."
        raise BankError(what, "Close its quotes, or save the table again as CSV in UTF-8.") from error


def _delimiter(lines: list[str]) -> str:
    """The sign that stands equally often in most of the first lines."""
    sample = [line for line in lines[:50] if line.strip()][:20]
    best = (0.0, ",")
    for sign in _DELIMITERS:
        counts = [line.count(sign) for line in sample]
        usual = max(set(counts), key=counts.count, default=0)
        if usual:
            best = max(best, (counts.count(usual) / len(counts) + usual / 1000, sign), key=lambda pair: pair[0])
    return best[1]


def _note(said: Said) -> str:
    target = said.note
    return "" if target.startswith(("#", "http:", "https:", "//", "mailto:")) else target
