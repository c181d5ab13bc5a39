"""`bank adopt` by size and layout: CPU seconds and peak memory, each in a process of its own, from a source to a written bank.

A plain measure of the same run stands beside: parsing the same text with markdown-it-py alone.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.table import Figure, show

_ADOPT = """
import json, resource, sys, time
from pathlib import Path
from knowledge.adopt.adopting import plan, write
from knowledge.adopt.gather import gather
from knowledge.errors import BankError
cpu = time.process_time()
try:
    adoption = plan(gather([Path(sys.argv[1])]), Path(sys.argv[2]))
    write(adoption)
    said = f"{len(adoption.provenance['questions'])} questions"
except BankError as error:
    said = "refused"
print(json.dumps([time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, said]))
"""
_PARSE = """
import json, sys, time
from pathlib import Path
from markdown_it import MarkdownIt
text = Path(sys.argv[1]).read_text("utf8")
cpu = time.process_time()
MarkdownIt().enable("table").parse(text)
print(json.dumps([time.process_time() - cpu, 0, ""]))
"""
_WORDS = [
    "lock",
    "queue",
    "cache",
    "log",
    "clock",
    "lease",
    "shard",
    "page",
    "index",
    "thread",
    "signal",
    "buffer",
    "socket",
    "frame",
    "token",
    "batch",
    "kernel",
    "stream",
]


def _question(number: int, chance: random.Random) -> str:
    return f"How does the {chance.choice(_WORDS)} of part {number} behave when its {chance.choice(_WORDS)} is full?"


def numbered(n: int) -> str:
    """Numbered items, each with an answer below."""
    chance = random.Random(n)
    rows = (
        f"{i}. {_question(i, chance)}\n\n   It waits for the {chance.choice(_WORDS)}, then goes on.\n"
        for i in range(1, n + 1)
    )
    return "# Interview questions\n\n" + "\n".join(rows)


def headings(n: int) -> str:
    chance = random.Random(n)
    return "# Interview questions\n\n" + "\n".join(
        f"### {_question(i, chance)}\n\nIt waits, then goes on.\n" for i in range(1, n + 1)
    )


def table(n: int) -> str:
    chance = random.Random(n)
    rows = "".join(f"| {i} | {_question(i, chance)} | It waits. |\n" for i in range(1, n + 1))
    return "| # | Question | Answer |\n|---|---|---|\n" + rows


CASES: tuple[tuple[str, Callable[[int], str], int, str, str], ...] = (
    ("numbered items", numbered, 1000, "<= 2", ""),
    ("headings", headings, 1000, "<= 2", ""),
    ("a table", table, 1000, "<= 2", ""),
    ("numbered items", numbered, 50_000, "<= 90", "<= 400"),
    ("a table", table, 50_000, "<= 90", "<= 400"),
)


def run() -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, make, size, seconds, megabytes in CASES:
            source = Path(folder) / f"{name}-{size}.md"
            source.write_text(make(size), "utf8")
            figures += _figures(
                f"{name}, {source.stat().st_size / 1e6:.1f} MB", source, Path(folder), seconds, megabytes
            )
        ten = Path(folder) / "ten.md"
        ten.write_text(("Words that ask nothing and go on and on.\n" * 20 + "\n") * 12_000, "utf8")
        figures += _figures("10 MB without a question", ten, Path(folder), "<= 90", "<= 400")
    return figures


def _figures(label: str, source: Path, folder: Path, seconds: str, megabytes: str) -> list[Figure]:
    cpu, peak, said = _measured(_ADOPT, source, folder / f"out-{source.stem}")
    parsed = _measured(_PARSE, source, folder)[0]
    return [
        Figure(f"{label}, CPU: {said}", cpu, "s", seconds, cpu / max(parsed, 0.001), "markdown-it alone"),
        Figure(f"{label}: peak memory", peak, "MB", megabytes),
    ]


def _measured(code: str, source: Path, out: Path) -> tuple[float, float, str]:
    done = subprocess.run(
        [sys.executable, "-c", code, str(source), str(out)], capture_output=True, text=True, check=True
    )
    cpu, peak, said = json.loads(done.stdout)
    return cpu, peak, said


if __name__ == "__main__":
    show("adopt", run())
