"""The command line as a user types it: exit codes, clear words for mistakes, and the way from chat to report."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from interviewer.access import hashed
from interviewer.scripted import ScriptedServer

SAMPLE = Path(__file__).parents[2].parent / "shared" / "data" / "outline-sample.md"


@pytest.fixture
def run(tmp_path):
    """`run("bank", "check", stdin=…)`: the command in a process of its own, in an empty folder, with its own data folder."""

    def call(*arguments, stdin="", **environ):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEWER_")}
        clean |= {"INTERVIEWER_DATA_DIR": str(tmp_path / "data"), **environ}
        command = [sys.executable, "-m", "ui.cli.main", *map(str, arguments)]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, env=clean, cwd=tmp_path, timeout=120
        )

    return call


def test_an_interview_in_the_terminal_then_its_report_export_import_and_grading(run, tmp_path):
    answers = "prefill 把提示词的 token 并行送进模型计算，每层把 K 和 V 写入 KV cache\n不知道\n/hint\n/skip\n/end\n"
    held = run("chat", "--chapters", "1", "--questions", "3", "--seed", "3", stdin=answers)
    assert held.returncode == 0, held.stderr
    assert "没有人评分，回答由你自己标" in held.stdout
    assert "还没有标、所以不计入：2 题" in held.stdout
    assert "总分 " not in held.stdout
    session = json.loads(run("sessions", "--json").stdout.splitlines()[0])
    assert (session["status"], session["thinking"]) == ("finished", "offline")
    name = session["id"]
    for kind, start in (("html", "<!doctype html>"), ("md", "#"), ("json", "{")):
        report = run("report", name, "--format", kind)
        assert report.returncode == 0
        assert report.stdout.lstrip().lower().startswith(start)
    exported = run("export", name, "--out", "session.json")
    assert exported.returncode == 0
    elsewhere = str(tmp_path / "elsewhere")
    assert run("import", "session.json", INTERVIEWER_DATA_DIR=elsewhere).stdout.strip() == name
    refused = run("grade", name, INTERVIEWER_DATA_DIR=elsewhere)
    assert refused.returncode == 1
    assert "--base-url" in refused.stderr
    tried = run("grade", name, "--offline")
    assert tried.returncode == 0
    assert "只是实验" in tried.stdout
    assert "总分" not in tried.stdout
    assert run("export", name, "--out", "again.json").returncode == 0
    assert (tmp_path / "again.json").read_text("utf8") == (tmp_path / "session.json").read_text("utf8")
    replayed = run("replay", name)
    assert replayed.returncode == 0
    assert "，0 个不一致" in replayed.stdout


def test_an_interview_that_is_left_can_be_resumed(run):
    left = run(
        "chat",
        "--lang",
        "en",
        "--chapters",
        "1",
        "--questions",
        "2",
        stdin="Prefill runs over the prompt in parallel.\n",
    )
    assert "interviewer chat --resume" in left.stdout
    name = left.stdout.rsplit("--resume ", 1)[1].split()[0]
    again = run("chat", "--resume", name, stdin="/end\n")
    assert again.returncode == 0
    assert "interviewer report" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "nosuchsession"), "nosuchsession"),
        (("chat", "--chapters", "99"), "99"),
        (("bank", "check", "no/such/folder"), "no/such/folder"),
        (("import", "missing.json"), "missing.json"),
        (("ui", "--base-url", "gpu-box"), "model.base_url"),
        (("grade",), "--pending"),
    ],
)
def test_mistakes_are_named_in_one_line_without_a_traceback(run, arguments, said):
    done = run(*arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named_with_what_to_do(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("ui", "--port", port)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_exits_with_2(run):
    assert run("report").returncode == 2
    assert run().returncode == 2


def test_an_outline_without_chapters_says_what_to_do(run, tmp_path):
    (tmp_path / "outline.md").write_text("# Only a title\n\nSome words.\n", "utf8")
    done = run("bank", "check", tmp_path / "outline.md", "--lang", "en")
    assert done.returncode == 1
    assert "adopt" in done.stderr


def test_a_bank_with_an_error_exits_1_and_names_file_and_line(run, tmp_path):
    folder = tmp_path / "bank"
    (folder / "notes").mkdir(parents=True)
    (folder / "outline.md").write_text(
        "# T\n\n## Chapter 1: Basics (10 minutes)\n\n### 1.1 One (10 minutes)\n\n**Questions:**\n\n1. [What is a KV cache for?](notes/kv.md)\n",
        "utf8",
    )
    (folder / "notes" / "kv.md").write_text(
        "---\nquestion: What is a KV cache for?\ndimension: theory\n---\n\n## Reference answer\n\nIt keeps keys and values.\n\n## Key points\n",
        "utf8",
    )
    done = run("bank", "check", folder)
    assert done.returncode == 1
    assert "notes/kv.md:" in done.stdout


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample outline is not beside the repository")
def test_the_sample_outline_is_read_unchanged_with_its_quirks_as_warnings(run):
    done = run("bank", "check", SAMPLE, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert (found["chapters"], found["questions"], found["rubrics"], found["links"]) == (7, 228, 24, 25)
    assert list(found["points"].values())[:7] == [12, 18, 18, 15, 15, 12, 10]
    assert {finding["severity"] for finding in found["findings"]} == {"warning"}
    assert {"minutes_sum", "no_rubric", "dead_link", "near_duplicate", "link_punctuation"} == {
        f["code"] for f in found["findings"]
    }


def test_the_doctor_says_what_works_and_what_does_not(run):
    fine = run("doctor", "--lang", "en")
    assert fine.returncode == 0
    assert "offline mode" in fine.stdout
    with ScriptedServer() as server:
        connected = run("doctor", "--lang", "en", "--base-url", server.base_url)
        assert connected.returncode == 0, connected.stdout
        assert "json_schema" in connected.stdout
        assert "debrief tools" in connected.stdout
    with ScriptedServer(transcribes=True) as server:
        reviewer = f"li:{hashed('a good password', cost=16)}"
        heard = run("doctor", "--lang", "en", INTERVIEWER_SPEECH__BASE_URL=server.base_url, INTERVIEWER_ACCESS__REVIEWERS=reviewer)  # fmt: skip
        assert "ok   speech             scripted" in heard.stdout
        assert "ok   reviewers          li" in heard.stdout
    with ScriptedServer() as server:
        deaf = run("doctor", "--lang", "en", INTERVIEWER_SPEECH__BASE_URL=server.base_url)
        assert deaf.returncode == 1
        assert "FAIL speech" in deaf.stdout
    dead = run("doctor", "--lang", "en", "--base-url", "http://127.0.0.1:9/v1")
    assert dead.returncode == 1
    assert "FAIL model" in dead.stdout


def test_a_data_folder_that_cannot_be_written_is_named(run, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be", "utf8")
    done = run("sessions", "--lang", "en", INTERVIEWER_DATA_DIR=str(blocked / "data"))
    assert done.returncode == 1
    assert str(blocked) in done.stderr
    assert "Traceback" not in done.stderr


def test_searching_the_bank_finds_a_question_by_other_words(run):
    done = run("bank", "show", "--search", "首字延迟和吞吐量")
    assert "ttft" in done.stdout.splitlines()[0]


def test_a_reviewer_is_added_beside_those_already_set_and_the_password_is_shown_nowhere(run, tmp_path):
    first = run("reviewer", "li", "--password-stdin", stdin="a good password\n")
    assert first.returncode == 0, first.stderr
    environment, toml = first.stdout.split("\n", 1)
    name, _, listed = environment.partition("=")
    assert name == "INTERVIEWER_ACCESS__REVIEWERS"
    (tmp_path / "interviewer.toml").write_text(toml, "utf8")
    second = run("reviewer", "wu", "--password-stdin", "--lang", "en", stdin="another password\n")
    assert listed.strip("'") in second.stdout
    assert "Reviewers: li, wu" in second.stderr
    assert "interviewer.toml" in second.stderr
    assert "password\n" not in first.stdout + second.stdout
    shown = run("config").stdout
    assert re.search(r"access.reviewers +[*]{3} +interviewer.toml", shown)
    assert "scrypt" not in shown


@pytest.mark.parametrize(
    ("name", "password", "said"), [("li", "short", "只有 5 个字符"), ("li wei", "a good password", "“li wei”")]
)
def test_a_reviewer_without_a_usable_name_or_password_is_refused(run, name, password, said):
    done = run("reviewer", name, "--password-stdin", stdin=password + "\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_sessions_are_deleted_only_when_someone_agrees(run):
    run("chat", "--questions", "1", stdin="/end\n")
    session = json.loads(run("sessions", "--json").stdout)["id"]
    refused = run("sessions", "--delete", session, "--lang", "en", stdin="\n")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "cannot be brought back" in refused.stderr
    assert run("sessions", "--expire", "--yes", INTERVIEWER_STORE__KEEP_DAYS="1").returncode == 0
    assert "keep_days is 0" in run("sessions", "--expire", "--yes").stderr
    assert session in run("sessions").stdout
    assert run("sessions", "--delete", session, stdin="y\n").returncode == 0
    assert run("sessions").stdout == ""
    again = run("sessions", "--delete", session, "--yes", "--lang", "en")
    assert again.returncode == 1
    assert "was deleted on" in again.stderr
    assert run("sessions", "--delete", session, "--expire").returncode == 2
