"""How commands show things: tables, progress with the time left, a line while something loads.

The one rule: colours, boxes and moving lines are for a terminal only. In a pipe, in a file, with NO_COLOR or on a dumb
terminal the same words come out plain, a row a line, never cut.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from ui.texts import command_words

if TYPE_CHECKING:
    from rich.console import Console

Progress = Callable[[int, int], None]
"""Told (done, total)."""
_CLEAR = "\r\x1b[K"


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at `stream` on a screen that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM", "") != "dumb"


def console(stream: TextIO | None = None) -> Console:
    """A rich console on `stream` (standard output); it leaves a broken pipe to the command's boundary."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    chosen = stream or sys.stdout
    return Plain(file=chosen, highlight=False, emoji=False, markup=False, soft_wrap=not is_terminal(chosen))


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, flexible: int = -1) -> None:
    """A table on a terminal; in a pipe aligned columns without headings, the last one as long as it is.

    `flexible` is the column that is folded where the terminal is too narrow.
    """
    if not is_terminal(sys.stdout):
        for line in _aligned(rows):
            print(line)
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for place, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=place != flexible % len(headings))
    for row in rows:
        table.add_row(*map(Text, row))
    console().print(table)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()


@contextmanager
def waiting(language: str, key: str) -> Iterator[None]:
    """Say at once what is under way, and take the line away when it is over; on a terminal only."""
    if not is_terminal(sys.stderr):
        yield
        return
    sys.stderr.write(command_words(language)["waiting"][key])
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()


@contextmanager
def progress(language: str, key: str) -> Iterator[Progress]:
    """What to tell (done, total): a bar with the time left on a terminal, else a line every tenth of the way, on stderr."""
    what = command_words(language)["waiting"][key]
    if not is_terminal(sys.stderr):
        yield _in_lines(language, time.monotonic)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    left = command_words(language)["waiting"]["left"]
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn(left), TimeRemainingColumn(compact=True))
    with Bars(*columns, console=console(sys.stderr), transient=True) as bars:
        task = bars.add_task("", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def _in_lines(language: str, clock: Callable[[], float]) -> Progress:
    started = clock()
    words = command_words(language)["waiting"]

    def told(done: int, total: int) -> None:
        if done == total or done % max(1, total // 10) == 0:
            left_s = (clock() - started) / max(1, done) * (total - done)
            more = "" if done == total else f"  {words['left']} {left_s:.0f} s"
            print(f"{done}/{total}{more}", file=sys.stderr, flush=True)

    return told
