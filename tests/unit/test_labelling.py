"""A model says what doubtful lines are, by number; the words stay the source's own, and without a model the rules' reading stands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from interviewer.labelling import doubtful
from interviewer.scripted import ChatRequest, Reply, ScriptedServer
from knowledge.adopt.markdown import read_markdown
from ui.cli.main import main

TEXT = "# Locks questions\n\n1. What is a mutex for?\n2. When does a deadlock arise?\n3. Mutex versus semaphore\n4. Thanks to the team\n5. Which locks spin?\n"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INTERVIEWER_DATA_DIR", str(tmp_path / "data"))
    path = tmp_path / "list.md"
    path.write_text(TEXT, "utf8")
    return path


def brain(labels: Mapping[int, str]) -> Any:
    def answer(request: ChatRequest) -> Reply:
        wanted = [int(n) for n in re.findall(r"\d+", request.user.rpartition("each once:")[2].partition("\n")[0])]
        return Reply({"lines": [{"line": n, "label": labels.get(n, "leave_out")} for n in wanted]})

    return answer


def adopted(source: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    assert (
        main(["bank", "adopt", str(source), "--out", str(source.parent / "out"), "--json", "--lang", "en", *more]) == 0
    )
    return json.loads(capsys.readouterr().out)


def asked(found: dict[str, Any]) -> list[str]:
    return [
        one["text"] for chapter in found["chapters"] for section in chapter["sections"] for one in section["questions"]
    ]


def test_only_what_is_doubtful_is_asked_about() -> None:
    assert doubtful(read_markdown(TEXT, "list.md"), TEXT.split("\n")) == [5, 6]


def test_labels_of_line_numbers_move_the_text_and_nothing_is_written_by_the_model(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer(brain({5: "question"})) as server:
        found = adopted(source, capsys, "--base-url", server.base_url)
        (request,) = server.requests
    assert asked(found) == [
        "What is a mutex for?",
        "When does a deadlock arise?",
        "Mutex versus semaphore",
        "Which locks spin?",
    ]
    assert found["labelled_by_model"] == [
        {"file": "list.md", "line": 5, "label": "question"},
        {"file": "list.md", "line": 6, "label": "leave_out"},
    ]
    assert "* 5: 3. Mutex versus semaphore" in request.user
    assert "  4: 2. When does a deadlock arise?" in request.user
    kept = json.loads((source.parent / "out" / "provenance.json").read_text("utf8"))
    assert kept["labelled_by_model"] == found["labelled_by_model"]


def test_a_reply_that_leaves_a_line_out_is_repaired(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replies = iter([{"lines": [{"line": 5, "label": "question"}, {"line": 5, "label": "question"}]}])
    with ScriptedServer(lambda request: Reply(next(replies, None) or brain({})(request).content)) as server:
        found = adopted(source, capsys, "--base-url", server.base_url)
        assert len(server.requests) == 2
    assert "Mutex versus semaphore" not in asked(found)


@pytest.mark.parametrize("how", [["--no-model"], []])
def test_without_a_model_that_answers_the_rules_reading_stands(
    source: Path, capsys: pytest.CaptureFixture[str], how: list[str]
) -> None:
    found = adopted(source, capsys, "--base-url", "http://127.0.0.1:9/v1", *how)
    assert len(asked(found)) == 5
    assert found["labelled_by_model"] == []
