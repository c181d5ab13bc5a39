"""The wheel carries its content and runs from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_carries_content_and_runs_from_any_folder(tmp_path):
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    wheel = next(tmp_path.glob("*.whl"))
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(unpacked)
    for needed in (
        "knowledge/banks/llm-inference/outline.md", "knowledge/banks/llm-inference/terms.toml", "prompts/assess/v1.md",
        "prompts/words/zh.toml", "ui/web/page.css", "ui/web/shell.css", "ui/web/talk/talk.js", "ui/web/review/words/zh.toml",
        "ui/web/access/login.html", "ui/words/en.toml", "interviewer/report/render/style.css", "interviewer/debrief/words/en.toml",
    ):  # fmt: skip
        assert needed in names
    assert not any(name.startswith(("tests/", "bench/")) for name in names)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEWER_")}
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli.main", "bank", "check"],
        env=environ | {"PYTHONPATH": str(unpacked), "INTERVIEWER_DATA_DIR": str(tmp_path / "data")},
        cwd=unpacked,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "228" in done.stdout
