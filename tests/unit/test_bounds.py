"""Hostile and careless files end in a finding with its line, soon and without a traceback, whatever they hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.errors import BankError
from knowledge.lint import check_path
from knowledge.models import Finding
from knowledge.terms import TermFinder, load_terms
from tests.unit.bank_samples import ENGLISH_NOTE, ENGLISH_OUTLINE, write_bank

NOTE = "notes/snapshot-isolation.md"
QUESTION = "1. What makes a retry dangerous?"
QUESTION_LINE = ENGLISH_OUTLINE[: ENGLISH_OUTLINE.index(QUESTION)].count("\n") + 1
N = 100_000
"""About the length of each file in characters. What took time in the square of it took minutes."""


def after_a_question(text: str) -> dict[str, str]:
    return {"outline.md": ENGLISH_OUTLINE.replace(QUESTION, f"{QUESTION}\n\n{text}\n")}


def in_outline(old: str, new: str) -> dict[str, str]:
    assert old in ENGLISH_OUTLINE
    return {"outline.md": ENGLISH_OUTLINE.replace(old, new)}


def with_front_matter(text: str) -> dict[str, str]:
    return {NOTE: f"---\n{text}\n---\n## Key points\n- [fair] x\n"}


def _bomb(keys: bool) -> str:
    """Lists of lists of lists through anchors: nine to the power of twenty values, if anybody wrote them out."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for n in range(20):
        nested = f"&{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]"
        lines.append(f"? {nested}\n: x" if keys else f"{chr(98 + n)}: {nested}")
    return "\n".join(lines)


BELOW = QUESTION_LINE + 2
HOSTILE: dict[str, tuple[Callable[[], dict[str, str]], str, str, int]] = {
    "one line": (lambda: after_a_question("2. " + "a " * N), "long_text", "outline.md", BELOW),
    "one Chinese line": (lambda: after_a_question("2. " + "问" * N), "long_text", "outline.md", BELOW),
    "quotes in quotes": (lambda: after_a_question(">" * 10_000 + "x"), "too_deep", "outline.md", BELOW),
    "lists in lists": (lambda: after_a_question("- " * 10_000 + "x"), "too_deep", "outline.md", BELOW),
    "lists in lists in a note": (lambda: {NOTE: "## Key points\n" + "- " * 10_000 + "x"}, "too_deep", NOTE, 2),
    "a wide table": (lambda: after_a_question("|a" * N + "|\n" + "|-" * N + "|\n"), "long_text", "outline.md", 1),
    "a note of short lines": (lambda: {NOTE: "- a\n" * 30_000}, "too_large", NOTE, 20_001),
    "a note of blank lines": (lambda: {NOTE: "\n" * N}, "too_large", NOTE, 60_001),
    "a chapter's number": (lambda: after_a_question("## " + "9" * N + ". Next"), "unknown_part", "outline.md", BELOW),
    "a chapter's Chinese number": (lambda: after_a_question(f"## 第{'9' * 5000}章 x"), "no_section", "outline.md", BELOW),
    "minutes": (lambda: in_outline("(20 minutes)", f"({'9' * 5000} minutes)"), "minutes_unread", "outline.md", 0),
    "stated minutes": (lambda: in_outline("40-60 minutes", "9" * 5000 + " minutes"), "minutes_unread", "outline.md", 5),
    "blanks in a heading": (lambda: after_a_question("### a (" + " " * N + "min"), "long_text", "outline.md", BELOW),
    "points": (lambda: in_outline("60 points", "9" * 5000), "points_unread", "outline.md", 0),
    "colons": (lambda: in_outline("60 points", ":" * 19_000), "points_unread", "outline.md", 0),
    "blanks in points": (lambda: in_outline("60 points", "1" + " " * 19_000 + "x"), "points_unread", "outline.md", 0),
    "chapters of one number": (lambda: after_a_question("## Chapter 9: x\n" * 9000), "chapter_number", "outline.md", 0),
    "sections of one number": (lambda: after_a_question("### 9.9 x\n" * 9000), "section_number", "outline.md", 0),
    "one question again and again": (lambda: after_a_question("1. a b c\n" * 3000), "duplicate_question", "outline.md", 0),
    "dead links": (
        lambda: after_a_question("\n".join(f"{n}. [Q {n}](notes/{n}.md)" for n in range(3000))), "dead_link", "outline.md", 0,
    ),
    "a bracket that never closes": (lambda: {NOTE: "## Key points\n- [" + " " * N}, "no_levels", NOTE, 2),
    "arrows": (lambda: {NOTE: "## Common misconceptions\n- " + "-> " * N}, "misconception", NOTE, 2),
    "a long key point": (
        lambda: {NOTE: f"---\nquestion: 什么？\n---\n## 要点\n- [一般] {'问题' * N}\n  - 追问：{'问题' * N}"}, "no_sources", NOTE, 1,
    ),
    "front matter in depth": (lambda: with_front_matter("a: " + "[" * 10_000), "front_matter", NOTE, 3),
    "front matter in width": (lambda: with_front_matter("a: b\n" * 9000), "front_matter", NOTE, 1),
    "front matter with an alias bomb": (lambda: with_front_matter(_bomb(keys=False)), "unknown_key", NOTE, 2),
    "front matter with a bomb of keys": (lambda: with_front_matter(_bomb(keys=True)), "unknown_key", NOTE, 2),
    "front matter that holds itself": (lambda: with_front_matter("? &a [*a]\n: x"), "unknown_key", NOTE, 2),
    "TOML in depth": (lambda: {"bank.toml": "id = 'x'\na = " + "[" * 10_000}, "toml", "bank.toml", 2),
    "TOML tables in depth": (lambda: {"bank.toml": "\na = " + "{a = " * 10_000}, "toml", "bank.toml", 2),
    "a dotted key": (lambda: {"bank.toml": "\n" + "a." * 9000 + "a = 1"}, "toml", "bank.toml", 2),
    "a dotted header": (lambda: {"terms.toml": "\n[" + "a . " * 4000 + "a]"}, "toml", "terms.toml", 2),
    "a dotted key in quotes": (lambda: {"bank.toml": '"!".' * 4000 + "a = 1"}, "toml", "bank.toml", 1),
    "a number of TOML": (lambda: {"bank.toml": "a = " + "9" * 5000}, "toml", "bank.toml", 1),
    "keys of TOML": (lambda: {"bank.toml": "\n".join(f"a{n} = 1" for n in range(N // 9))}, "unknown_key", "bank.toml", 1),
    "titles": (
        lambda: {"bank.toml": "[titles_en]\n" + "\n".join(f'"a{n}" = "x"' for n in range(N // 13))},
        "unknown_title", "bank.toml", 2,
    ),
    "groups of one name": (
        lambda: {"terms.toml": "groups = [\n" + ",\n".join(f'["a{n}"]' for n in range(N // 9)) + "]"}, "terms", "terms.toml", 2,
    ),
    "groups in depth": (lambda: {"terms.toml": "groups = [" + "[" * 10_000}, "toml", "terms.toml", 1),
    "groups of tables": (lambda: {"terms.toml": "groups = [{" + "a." * 28 + "a = 1}, [[[1]]], 3]"}, "terms", "terms.toml", 1),
    "a name without end": (lambda: {"terms.toml": f'groups = [["{"a" * 9000}", "b"]]'}, "terms", "terms.toml", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_finding_with_its_line(tmp_path: Path, name: str) -> None:
    files, code, file, line = HOSTILE[name]
    root = write_bank(tmp_path, notes__snapshot_isolation_md=ENGLISH_NOTE)
    for path, text in files().items():
        (root / path).write_text(text, "utf8")
    started = time.process_time()
    report = check_path(root)
    assert time.process_time() - started < 12
    found: list[Finding] = [one for one in report.findings if (one.code, one.place.file) == (code, file)]
    assert found, {one.code for one in report.findings}
    assert line in (0, found[0].place.line)
    assert len(report.findings) < 1500
    assert all(len(one.what) < 500 for one in report.findings)
    assert report.model_dump_json()


def test_emphasis_in_emphasis_is_read_as_the_words_it_is(tmp_path: Path) -> None:
    root = write_bank(tmp_path, ENGLISH_OUTLINE.replace(QUESTION, "1. " + "*a " * 3000 + "a* " * 3000))
    assert {one.code for one in check_path(root).findings} == {"dead_link"}


def test_an_outline_with_too_many_lines_is_refused_with_the_line(tmp_path: Path) -> None:
    lines = ENGLISH_OUTLINE.count("\n")
    root = write_bank(tmp_path, ENGLISH_OUTLINE + "\n".join(f"- {n}" for n in range(200_000)))
    with pytest.raises(BankError, match="more than 200000 lines") as caught:
        check_path(root)
    blank = sum(not line.strip() for line in ENGLISH_OUTLINE.split("\n")[:-1])
    assert f"outline.md:{200_001 + blank}:" in str(caught.value)
    assert lines > blank


def test_very_many_brackets_are_not_all_looked_into(tmp_path: Path) -> None:
    root = write_bank(tmp_path, ENGLISH_OUTLINE + "\n" + ("[" * 19_000 + "\n\n") * 30)
    started = time.process_time()
    found = [one for one in check_path(root).findings if one.code == "long_text"]
    assert found
    assert time.process_time() - started < 15


def test_names_that_begin_alike_cost_no_more() -> None:
    names = "groups = [" + ",".join(f'["aaaaaa{n}", "aaaaab{n}"]' for n in range(20_000)) + "]"
    groups, _ = load_terms(names.replace("], [", "],\n["), "terms.toml")
    finder = TermFinder(groups)
    started = time.process_time()
    assert finder.mentioned("aa" * 10_000 + " aaaaaa7") == frozenset({"aaaaaa7"}) or groups == ()
    assert time.process_time() - started < 5
