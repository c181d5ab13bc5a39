"""Every command with hostile arguments: never a traceback, always one of the documented exit codes, always a word on failure."""

from __future__ import annotations

import io
import os
import sys

import pytest

from ui.cli import main as command
from ui.cli.parser import build_parser
from ui.cli.unexpected import LOG

LONG = "九" * 5000
HOSTILE = ("", " ", "-", "../../etc/passwd", LONG, "\udcff\udcfe", "'; DROP TABLE sessions; --", "{what} %s %(x)s", "０", "1e999", "[bold]x", "\x1b[31m", "/dev/null", "/dev/full", ".")  # fmt: skip
CODES = {0, 1, 2, 130}
OUTLINE = "# T\n\n## Chapter 1: Basics (10 minutes)\n\n### 1.1 One (10 minutes)\n\n**Questions:**\n\n1. What is a KV cache for?\n2. What is prefill?\n"
UNTRIED = {("ui",), ("model",)}
"""Commands that serve, or look for servers on this machine; their own tests try them."""


def commands(parser, path=()):
    for action in parser._actions:
        if hasattr(action, "choices") and isinstance(action.choices, dict):
            for name, sub in action.choices.items():
                yield (*path, name), sub
                yield from commands(sub, (*path, name))


COMMANDS = {path: parser for path, parser in commands(build_parser("en")) if path not in UNTRIED}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """`run("report", "x")`: (exit code, what it wrote), in this process, in an empty folder with nothing to read."""
    for name in list(os.environ):
        if name.startswith("INTERVIEWER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("INTERVIEWER_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "outline.md").write_text(OUTLINE, "utf8")
    monkeypatch.setenv("INTERVIEWER_BANK", str(tmp_path / "bank"))  # a small one: it is read a hundred times
    monkeypatch.chdir(tmp_path)

    def call(*argv, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            code = command.main(argv)
        except SystemExit as left:
            code = left.code
        said = capsys.readouterr()
        return code, said.out + said.err

    yield call
    logged = tmp_path / "data" / LOG
    assert not logged.exists(), logged.read_text("utf8")[-2000:]


def asks_for(parser):
    """The positional arguments a command cannot do without."""
    return [
        one
        for one in parser._actions
        if not one.option_strings and one.nargs != "?" and not isinstance(one.choices, dict)
    ]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_no_value_of_any_argument_ends_in_a_traceback(path, run):
    parser = COMMANDS[path]
    needed = ["x" for _ in asks_for(parser)]
    tried = []
    for value in HOSTILE:
        if needed or any(
            not one.option_strings and one.dest != "help" and not isinstance(one.choices, dict)
            for one in parser._actions
        ):
            tried.append([value])
        for option in (
            "--out",
            "--answers",
            "--resume",
            "--delete",
            "--chapters",
            "--minutes",
            "--seed",
            "--limit",
            "--name",
            "--html",
            "--base-url",
            "--bank",
            "--lang",
        ):
            if option in parser._option_string_actions and value in HOSTILE[:9:4]:
                tried.append([*needed, option, value])
    for arguments in tried:
        code, said = run(*path, *arguments)
        assert code in CODES, arguments
        assert "Traceback" not in said, arguments
        assert code == 0 or said.strip(), arguments


def test_a_command_that_fails_unforeseen_keeps_the_details_and_says_where(run, tmp_path, monkeypatch):
    monkeypatch.setattr("ui.cli.operate.config", lambda args, settings: 1 / 0)
    code, said = run("config", "--lang", "en")
    log = tmp_path / "data" / LOG
    assert code == 1
    assert str(log) in said
    assert "ZeroDivisionError" in log.read_text("utf8")
    log.unlink()


def test_an_unforeseen_failure_is_said_also_where_no_log_can_be_written(run, tmp_path, monkeypatch):
    monkeypatch.setattr("ui.cli.operate.config", lambda args, settings: 1 / 0)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "file" / "below"))
    (tmp_path / "file").write_text("", "utf8")
    code, said = run("config", "--lang", "en", "--data-dir", str(tmp_path / "file" / "below"))
    assert code == 1
    assert "could not be written" in said
