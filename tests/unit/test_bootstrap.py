"""Setting up: a line at once, nothing where all is there, the way through pip, clear words when it fails."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(tmp_path):
    """`bare(uv=…)`: runs bootstrap.py in a checkout without an environment; `uv` is the script that stands for uv."""
    checkout = tmp_path / "checkout"
    (checkout / "ui" / "cli" / "words").mkdir(parents=True)
    for name in ("bootstrap.py", "pyproject.toml", "constraints.txt", "ui/cli/words/en.toml", "ui/cli/words/zh.toml"):
        shutil.copy(ROOT / name, checkout / name)
    programs = tmp_path / "programs"
    programs.mkdir()

    def run(*arguments, uv='echo "$@" >> "$LOG"', **environ):
        (programs / "uv").write_text(f"#!/bin/sh\n{uv}\n", "utf8")
        (programs / "uv").chmod(0o755 | stat.S_IXUSR)
        python = checkout / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        if not python.exists():
            python.symlink_to(sys.executable)
        clean = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "LOG": str(tmp_path / "log"),
            "LANG": "en_US.UTF-8",
            "HOME": str(tmp_path),
        }
        command = [sys.executable, str(checkout / "bootstrap.py"), *arguments]
        return subprocess.run(command, env=clean | environ, capture_output=True, text=True, timeout=120)

    run.log = tmp_path / "log"
    run.checkout = checkout
    return run


def test_running_installs_what_running_needs_and_testing_adds_the_rest(bare):
    first = bare()
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("Setting up")
    assert "Set up in" in first.stdout
    assert "[dev]" not in bare.log.read_text("utf8")
    assert "-c" in bare.log.read_text("utf8")
    assert bare("--dev").returncode == 0
    assert "[dev]" in bare.log.read_text("utf8")


def test_where_everything_is_there_nothing_is_said_or_done(bare):
    bare("--dev")
    before = bare.log.read_text("utf8")
    again = bare()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert bare.log.read_text("utf8") == before
    (bare.checkout / "constraints.txt").write_text("changed", "utf8")
    assert "Set up in" in bare().stdout


def test_a_failure_shows_what_was_said_and_what_to_do_and_is_tried_again(bare):
    failed = bare(uv="echo no such index >&2; exit 2")
    assert failed.returncode == 1
    assert "no such index" in failed.stderr
    assert "HTTPS_PROXY" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert bare().returncode == 0


def test_it_speaks_the_language_of_the_machine(bare):
    assert bare(LANG="zh_CN.UTF-8", PYTHONUTF8="1").stdout.startswith("正在")


def test_the_index_that_pip_is_told_to_use_is_handed_to_uv(bare):
    bare(uv='echo "$UV_DEFAULT_INDEX" >> "$LOG"', PIP_INDEX_URL="http://127.0.0.1:9/simple")
    assert "http://127.0.0.1:9/simple" in bare.log.read_text("utf8")


def test_wrong_usage_is_told(bare):
    assert bare("--nosuch").returncode == 2
    assert bare("--help").returncode == 0
