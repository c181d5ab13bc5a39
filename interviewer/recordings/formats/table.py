"""CSV and TSV: a question and an answer a row, or a speaker and what was said, or Whisper's start, end, text.

The one rule: a column is used by what its heading says; a table whose headings say nothing is refused with them named.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from interviewer.errors import RecordingRefused
from interviewer.recordings.formats.questions import from_records, pair_keys
from interviewer.recordings.formats.rows import from_rows, is_row
from interviewer.recordings.model import Aside, Recording

_DELIMITERS = ",\t;|"
_LONGEST_CELL = 1_000_000
_HEADER_ROWS = 5


def sees(text: str) -> float:
    """How sure it is that `text` is such a table, 0 to 1."""
    found = _table(text, rows=20)
    return 0.9 if found and found[1] else 0.0


def read(text: str) -> list[Recording]:
    """The recordings in a table, one for each candidate it names. Raises RecordingRefused."""
    found = _table(text)
    if found is None or not found[1]:
        seen = ", ".join(found[0]) if found else ""
        raise RecordingRefused(
            f"The table has no columns that can be told apart (it has: {seen or 'none'}).",
            "Name the columns question and answer, or speaker and text (with start where there are times).",
            reason="no_columns",
            seen=seen,
        )
    header, rows, above = found
    records = [row for row in rows if any(value not in (None, "") for value in row.values())]
    recordings = from_records(records) if pair_keys(records[0]) else [from_rows(records, format="table")]
    asides = tuple(Aside(line, "heading", n) for n, line in above)
    return [_with(one, header, asides) for one in recordings]


def _with(recording: Recording, header: Sequence[str], above: tuple[Aside, ...]) -> Recording:
    head = Aside(" | ".join(header), "heading", len(above) + 1)
    return Recording(
        "table", recording.cues, (*above, head, *recording.asides), roles=recording.roles, candidate=recording.candidate,
        notices=recording.notices, wrapped=False, number=recording.number, started_at=recording.started_at,
    )  # fmt: skip


def _table(text: str, rows: int | None = None) -> tuple[list[str], list[dict[str, Any]], list[tuple[int, str]]] | None:
    """(header, records, lines above the header), by the delimiter that gives columns with known headings."""
    best: tuple[list[str], list[dict[str, Any]], list[tuple[int, str]]] | None = None
    head = text[: 64 * 1024].lstrip("\n").split("\n", 1)[0]
    for delimiter in sorted(_DELIMITERS, key=lambda one: -head.count(one)):
        if delimiter not in text[: 64 * 1024]:
            continue
        cells = _cells(text, delimiter, rows)
        for n, header in enumerate(cells[:_HEADER_ROWS]):
            names = [cell.strip() for cell in header]
            if len(names) < 2 or not _says(dict.fromkeys(names, "x")):
                best = best or (names, [], [])
                continue
            records = [
                dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=False)) for row in cells[n + 1 :]
            ]
            for record, row in zip(records, cells[n + 1 :], strict=True):
                if len(row) > len(names):
                    record["…"] = delimiter.join(row[len(names) :])
            return names, [record for record in records if any(record.values())], [
                (k + 1, delimiter.join(row)) for k, row in enumerate(cells[:n]) if any(row)
            ]  # fmt: skip
    return best


def _cells(text: str, delimiter: str, rows: int | None) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))  # of the process, and only ever raised
    found: list[list[str]] = []
    try:
        for row in reader:
            found.append(row)
            if rows is not None and len(found) >= rows:
                break
    except csv.Error as error:
        raise RecordingRefused(
            f"The table breaks at line {reader.line_num}: {error}.",
            "Save it as CSV again.",
            reason="broken_table",
            seen=f"{reader.line_num}: {error}",
        ) from error
    return found


def _says(row: Mapping[str, Any]) -> bool:
    return pair_keys(row) is not None or is_row(row, header=True)
