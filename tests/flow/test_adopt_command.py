"""`bank adopt` as a newcomer types it: a flat list of questions becomes a bank that can be asked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from interviewer.scripted import Reply, ScriptedServer, default_brain

LIST = "Locks\n\n1. What is a mutex for?\n\n   It guards a critical section.\n\n2. When does a deadlock arise?\n3. ~~What is a futex?~~\n"


@pytest.fixture
def run(tmp_path):
    def call(*arguments, stdin="", **environ):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEWER_")}
        clean |= {"INTERVIEWER_DATA_DIR": str(tmp_path / "data"), **environ}
        command = [sys.executable, "-m", "ui.cli.main", *map(str, arguments)]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, env=clean, cwd=tmp_path, timeout=120
        )

    (tmp_path / "list.md").write_text(LIST, "utf8")
    return call


def test_a_list_is_adopted_checked_and_asked(run, tmp_path):
    tried = run("bank", "adopt", "list.md", "--out", "mine", "--dry-run", "--lang", "en")
    assert tried.returncode == 0, tried.stderr
    assert "2 questions in 1 chapters, 1 with a reference answer" in tried.stdout
    assert "struck out  (list.md:8)" in tried.stdout
    assert not (tmp_path / "mine").exists()
    done = run("bank", "adopt", "list.md", "--out", "mine", "--lang", "en")
    assert "3 new" in done.stdout
    assert run("bank", "check", "mine", "--lang", "en").returncode == 0
    held = run("chat", "--bank", "mine", "--lang", "en", "--questions", "2", stdin="It keeps one writer.\n/end\n")
    assert held.returncode == 0, held.stderr
    assert "What is a mutex for?" in held.stdout or "When does a deadlock arise?" in held.stdout


def test_in_chinese_and_as_json(run):
    assert "第" not in run("bank", "adopt", "list.md", "--dry-run", "--lang", "en").stdout
    shown = run("bank", "adopt", "list.md", "--dry-run", "--lang", "zh").stdout
    assert "2 道题" in shown
    assert "被划掉" in shown
    found = json.loads(run("bank", "adopt", "list.md", "--dry-run", "--json").stdout)
    assert [one["text"] for one in found["chapters"][0]["sections"][0]["questions"]] == [
        "What is a mutex for?",
        "When does a deadlock arise?",
    ]
    assert found["files"][0]["roles"][2] == "question"
    assert {change["state"] for change in found["changes"]} == {"new"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["nothing.md"], "no such file"),
        (["prose.md"], "no question was found"),
        (["empty.md"], "empty"),
        (["old.doc"], "Save it as .docx"),
        (["list.md", "--out", "list.md"], "--out"),
        (["list.md", "--out", "used"], "--out"),
    ],
)
def test_what_cannot_be_adopted_is_refused_with_what_to_do(run, tmp_path, given, said):
    (tmp_path / "prose.md").write_text("# About\n\nThis team writes software.\n", "utf8")
    (tmp_path / "empty.md").write_text("\n\n", "utf8")
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0 old")
    (tmp_path / "used").mkdir()
    (tmp_path / "used/mine.txt").write_text("mine", "utf8")
    refused = run("bank", "adopt", *given, "--lang", "en")
    assert refused.returncode in (1, 2)
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert (tmp_path / "list.md").read_text("utf8") == LIST


DRAFT = {
    "reference": "whole", "dimension": "system", "misconceptions": [], "phrasings": [],
    "points": [{"level": "fair", "text": {"en": "One thread at a time is inside."}, "probe": {"en": "Who may be inside?"}}],
}  # fmt: skip


def test_a_list_with_answers_becomes_gradeable_and_its_grades_say_that_nobody_reviewed_the_points(run, tmp_path):
    assert run("bank", "adopt", "list.md", "--out", "mine", "--lang", "en").returncode == 0
    before = json.loads(run("bank", "check", "mine", "--json").stdout)["readiness"]
    assert (before["gradeable"], list(before["lacking"])) == (0, ["reference_only", "no_note"])
    cost = run("bank", "draft", "mine", "--estimate", "--lang", "en")
    assert "1 calls, at most 3" in cost.stdout
    assert "careful rates" in cost.stdout
    with ScriptedServer(
        lambda request: Reply(DRAFT) if request.schema_name == "draft_note" else default_brain(request)
    ) as server:
        asked = run("bank", "draft", "mine", "--estimate", "--json", "--base-url", server.base_url)
        assert json.loads(asked.stdout)["estimate"]["counted_by"] == "server"
        assert (server.requests, server.probes) == ([], [])
        done = run("bank", "draft", "mine", "--from-model", "--lang", "en", "--base-url", server.base_url)
        assert done.returncode == 0, done.stderr
        assert "2 drafts written" in done.stdout
        again = run("bank", "draft", "mine", "--from-model", "--lang", "en", "--base-url", server.base_url)
        assert "No question wants a draft" in again.stdout
        after = json.loads(run("bank", "check", "mine", "--json").stdout)["readiness"]
        assert (after["gradeable"], after["graded_by"]["drafted"]) == (2, 2)
        held = run(
            "chat",
            "--bank",
            "mine",
            "--lang",
            "en",
            "--questions",
            "1",
            "--base-url",
            server.base_url,
            stdin="It keeps one thread inside.\n/end\n",
        )
        assert held.returncode == 0, held.stderr
        session = re.search(r"report (\S+)", held.stdout + held.stderr)
        assert session, held.stdout
        report = run("report", session[1], "--bank", "mine", "--lang", "en")
    assert "by drafted key points, not reviewed" in report.stdout, report.stdout
