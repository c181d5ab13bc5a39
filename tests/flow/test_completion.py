"""What `interviewer completion` prints, in the shells themselves: words are begun, the tab key is pressed, the shell ends them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flow.terminal import Terminal, at_terminal

ROOT = Path(__file__).parents[2]
BEGUN = [
    ("interviewer ba", "interviewer bank"),
    ("interviewer bank che", "interviewer bank check"),
    ("interviewer doctor --la", "interviewer doctor --lang"),
    ("interviewer completion fi", "interviewer completion fish"),
]
"""What is typed before the tab key, and what stands there after it."""
SHELLS = {
    "bash": (("--norc", "--noprofile", "-i"), 'eval "$(interviewer completion bash)"'),
    "zsh": (("-f", "-i"), 'autoload -U compinit; compinit -u -D; eval "$(interviewer completion zsh)"'),
}


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    """Where `interviewer` is a command of this tree, and one interview is stored."""
    command = tmp_path / "bin" / "interviewer"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ui.cli.main "$@"\n')
    command.chmod(0o755)
    return {
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "INTERVIEWER_DATA_DIR": str(tmp_path / "data"),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
    }


def program(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_the_tab_key_ends_a_word_that_was_begun(tmp_path, environ, shell):
    flags, line = SHELLS[shell]
    with at_terminal(tmp_path, *flags, program=program(shell), **environ) as terminal:
        terminal.send(f"{line}; echo set\\ up\r")
        terminal.wait_for("set up")
        for typed, ended in BEGUN:
            press_tab(terminal, typed, ended)


def press_tab(terminal: Terminal, typed: str, ended: str) -> None:
    """Type, press tab, see the word ended, and give the line up."""
    before = terminal.shown.count(ended)
    terminal.send(f"{typed}\t")
    terminal.wait_for(ended, before + 1)
    terminal.send("\x15")  # Ctrl-U: the line is emptied


def test_bash_ends_the_id_of_a_stored_interview(tmp_path, environ, make_app, hold):
    held = hold()
    flags, line = SHELLS["bash"]
    with at_terminal(tmp_path, *flags, program=program("bash"), **environ) as terminal:
        terminal.send(f"{line}; echo set\\ up\r")
        terminal.wait_for("set up")
        press_tab(terminal, f"interviewer report {held.id[:4]}", f"interviewer report {held.id}")


def test_fish_offers_what_begins_like_the_word(environ):
    asked = "; ".join(f'complete -C "{typed}"; echo' for typed, _ in BEGUN)
    done = subprocess.run(
        [program("fish"), "-N", "-c", f"interviewer completion fish | source; {asked}"],
        env=os.environ | environ, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    offered = [block.split("\t")[0].strip() for block in done.stdout.strip().split("\n\n")]
    assert offered == [ended.split()[-1] for _, ended in BEGUN]
