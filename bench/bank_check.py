"""`bank check` on very large banks and on hostile files: CPU seconds, memory and what it says, each in a process of its own.

`python -m bench.bank_check --against ../another-checkout` checks the same bank of 2,000 questions with another checkout in the
same run (comparing all questions with all, as the first release did, takes minutes for more).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.table import Figure, show

TEN_MB = 9_900_000
SIZES = ((8000, "<= 5", ""), (50_000, "<= 60", "<= 500"))
_CHECK = """
import json, resource, sys, time
from pathlib import Path
from knowledge.errors import BankError
from knowledge.lint import check_path
began, cpu = time.perf_counter(), time.process_time()
try:
    found = check_path(Path(sys.argv[1]))
    said = f"{found.questions} questions, {len(found.findings)} findings listed"
except BankError as error:
    said = "refused"
print(json.dumps([time.perf_counter() - began, time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, said]))
"""
HOSTILE: dict[str, Callable[[], tuple[str, str]]] = {
    "one line of 10 MB": lambda: ("outline.md", "1. " + "word " * (TEN_MB // 5)),
    "10 MB of brackets": lambda: ("outline.md", ("[" * 900 + "\n\n") * (TEN_MB // 902)),
    "10 MB of emphasis": lambda: ("outline.md", ("*a " * 6000 + "\n\n") * (TEN_MB // 18_002)),
    "10 MB of table cells": lambda: ("outline.md", "|a" * (TEN_MB // 4) + "|\n" + "|-" * (TEN_MB // 4) + "|\n"),
    "10 MB of blank lines": lambda: ("outline.md", "\n" * TEN_MB),
    "10 MB of one-letter questions": lambda: ("outline.md", "1. a\n" * (TEN_MB // 5)),
    "lists nested 10,000 deep": lambda: ("outline.md", "- " * 10_000 + "x"),
    "a note of 10 MB": lambda: ("notes/a.md", "word " * (TEN_MB // 5)),
    "a note of 2 MB": lambda: ("notes/a.md", "## Key points\n" + ("- [fair] " + "point " * 300 + "\n") * 1000),
    "front matter nested 10,000 deep": lambda: ("notes/a.md", "---\na: " + "[" * 10_000 + "\n---\n"),
    "TOML nested 10,000 deep": lambda: ("bank.toml", "a = " + "[" * 10_000),
    "a TOML key of 10,000 parts": lambda: ("bank.toml", "a." * 10_000 + "a = 1"),
}


def run(against: Path | None = None) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for size, seconds, megabytes in SIZES:
            wall, cpu, peak, said = _check(write_bank(Path(folder) / str(size), size))
            figures.append(Figure(f"{size} questions, CPU: {said}", cpu, "s", seconds, wall / cpu, "that on the clock"))
            figures.append(Figure(f"{size} questions: peak memory", peak, "MB", megabytes))
        if against:
            few = write_bank(Path(folder) / "few", 2000)
            ours, theirs = _check(few)[1], _check(few, against)[1]
            figures.append(Figure("2000 questions, CPU", ours, "s", "", ours / theirs, f"{against.name}"))
        for name, make in HOSTILE.items():
            bank = write_bank(Path(folder) / name, 20)
            file, text = make()
            with (bank / file).open("a", encoding="utf8") as opened:
                opened.write(text)
            wall, cpu, peak, said = _check(bank)
            label = f"{name}, CPU: {said}; {peak:.0f} MB"
            figures.append(Figure(label, cpu, "s", "<= 60", wall / cpu, "that on the clock"))
    return figures


def write_bank(folder: Path, questions: int, per_topic: int = 12) -> Path:
    """An outline of random questions in both languages, words as unevenly common as in real text; the same every time."""
    dice = random.Random(questions)
    words = ["".join(dice.choices("bcdfglmnprst", k=3)) + dice.choice("aeiou") for _ in range(6000)]
    signs = [chr(0x4E00 + n) for n in range(3000)]
    (folder / "notes").mkdir(parents=True)
    with (folder / "outline.md").open("w", encoding="utf8") as file:
        file.write("# Large\n\n## Chapter 1: All (60 minutes)\n\n")
        for n in range(questions):
            if n % (4 * per_topic) == 0:
                file.write(f"\n### 1.{n // (4 * per_topic) + 1} Section (5 min)\n\n**Questions:**\n")
            if n % per_topic == 0:
                file.write(f"\n#### Topic {n // per_topic}\n")
            some = signs if n % 2 else words
            picked = [some[min(len(some) - 1, int(dice.paretovariate(0.5)))] for _ in range(16 if n % 2 else 9)]
            text = f"请说明{''.join(picked)}是怎样工作的？" if n % 2 else f"How does {' '.join(picked)} work?"
            file.write(f"{n % per_topic + 1}. {text}\n")
        file.write("\n\n")
    return folder


def _check(bank: Path, checkout: Path | None = None) -> tuple[float, float, float, str]:
    """Wall seconds, CPU seconds, peak MB, and what was said."""
    where = str(checkout or Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", _CHECK, str(bank)],
        env=os.environ | {"PYTHONPATH": where},
        cwd=where,
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu, peak, said = json.loads(done.stdout)
    return wall, cpu, peak, said


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m bench.bank_check", description=__doc__)
    options.add_argument("--against", type=Path, metavar="CHECKOUT")
    show("bank check", run(options.parse_args().against))
