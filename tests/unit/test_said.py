"""Findings and refusals in the reader's language: every sentence that a reader of banks can write has its Chinese."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.adopt.outline_of import why
from knowledge.adopt.reading import Why
from knowledge.bank import shipped_bank_path
from knowledge.errors import BankError
from knowledge.lint import check_path
from knowledge.models import Finding, Place
from ui.said import refusal, translated, what_of
from ui.texts import explain

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
OUTLINES = Path(__file__).parents[1] / "data" / "outlines"


def sentences(node: ast.expr, known: dict[str, list[ast.expr]]) -> list[str]:
    """The strings an expression can be, each blank filled with an x; what is not known here is left out."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr():
            return ["".join(str(v.value) if isinstance(v, ast.Constant) else "'x'" for v in node.values)]
        case ast.IfExp():
            return sentences(node.body, known) + sentences(node.orelse, known)
        case ast.BinOp(op=ast.Add()):
            return [a + b for a in sentences(node.left, known) for b in sentences(node.right, known)]
        case ast.Name():
            return [text for one in known.get(node.id, []) for text in sentences(one, {})]
        case _:
            return []


def written(path: Path) -> Iterator[str]:
    for function in (n for n in ast.walk(ast.parse(path.read_text("utf8"))) if isinstance(n, ast.FunctionDef)):
        known: dict[str, list[ast.expr]] = defaultdict(list)
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                known[node.targets[0].id].append(node.value)
        for node in ast.walk(function):
            if not isinstance(node, ast.Call):
                continue
            found = (
                isinstance(node.func, ast.Attribute) and node.func.attr in ("error", "warning") and len(node.args) >= 4
            )
            refused = isinstance(node.func, ast.Name) and node.func.id in ("BankError", "NotOpened")
            for argument in node.args[2:4] if found else node.args[-2:] if refused else []:
                yield from sentences(argument, known)


@pytest.mark.parametrize(
    "path", sorted(KNOWLEDGE.rglob("*.py")), ids=lambda path: path.relative_to(KNOWLEDGE).as_posix()
)
def test_every_sentence_has_its_chinese(path: Path) -> None:
    if path.name in ("index.py", "chroma.py", "embedder.py", "retrieve.py", "findings.py"):
        pytest.skip("says nothing about a bank's files")
    missing = [
        text
        for text in written(path)
        if re.search(r"[A-Za-z]{3}", text.replace("'x'", "")) and not translated(text, "zh")
    ]
    assert not missing


@pytest.mark.parametrize("code", Why.__args__)
def test_every_reason_why_a_line_was_left_out_has_its_chinese(code: Why) -> None:
    what, fix = why(code)
    assert translated(f"'a line' (to line 9) {what}.", "zh").startswith("“a line”（到第 9 行）")
    assert translated(fix, "zh")


@pytest.mark.parametrize(
    "path",
    [*sorted(OUTLINES.glob("*.md")), *sorted(one.parent for one in OUTLINES.rglob("outline.md")), shipped_bank_path()],
    ids=lambda path: path.name,
)
def test_what_is_found_in_any_bank_is_said_in_chinese(path: Path) -> None:
    for one in check_path(path).findings:
        assert translated(one.what, "zh"), one.what
        assert translated(one.fix, "zh"), one.fix
        assert "Questions:" not in translated(one.fix, "zh")
        assert "：" not in one.fix, "an English reader is shown a Chinese label"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("empty.md", " ", "大纲是空的"),
        ("plain.md", "# 标题\n\n一段话。\n", "没有找到题目"),
        ("x.pdf", "%PDF", "不读这种文件"),
    ],
)
def test_a_refusal_is_said_in_chinese(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, "utf8")
    with pytest.raises(BankError) as caught:
        check_path(tmp_path / name)
    what, fix = refusal(caught.value, "zh")
    assert said in what
    assert fix != caught.value.fix
    assert said in explain(caught.value, "zh")


def test_words_of_an_author_come_through_as_they_are() -> None:
    said = translated("The outline asks 'What is {x}: it\\'s?', its note notes/a, b.md answers '是什么'.", "zh")
    assert said == "大纲问的是 “What is {x}: it's?”，笔记 notes/a, b.md 答的是 “是什么”。"


def test_a_sentence_without_chinese_is_said_by_its_kind() -> None:
    finding = Finding(
        severity="error", code="no_level", place=Place(file="n.md", line=1), what="Nobody wrote this.", fix=""
    )
    assert what_of(finding, "zh") == "要点没有层级"
    assert what_of(finding, "en") == "Nobody wrote this."
