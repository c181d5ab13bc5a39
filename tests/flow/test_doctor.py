"""`interviewer doctor` shows its whole list in one language, whatever fails, with advice for the server that is there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from interviewer.scripted import Fault, Reply, ScriptedServer
from interviewer.settings import load_settings
from tests.scripts import listening_brain
from ui.cli.doctor import doctor

NAMES = {
    "en": ("bank", "store", "index", "embeddings", "model", "speech", "reviewers", "proxies"),
    "zh": ("题库", "数据", "索引", "向量", "模型", "语音", "评阅人", "反向代理"),
}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One for all, so that the index is made once."""
    return str(tmp_path_factory.mktemp("data"))


@pytest.fixture
def examine(tmp_path: Any, data_dir: str, capsys: pytest.CaptureFixture[str]) -> Any:
    """`examine(url, language, find)`: (exit code, what was printed)."""

    def run(url: str, language: str = "en", find: str | None = None, **flags: str) -> tuple[int, str]:
        names = {"data_dir": data_dir, "model.base_url": url, "ui.language": language} | flags
        args = type("Args", (), {"find": find})()
        return doctor(args, load_settings(names, environ={}, folder=tmp_path)), capsys.readouterr().out

    return run


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "fault", [None, Fault("status", status=401), Fault("html"), Fault("body", status=200, body=b'{"choices": 5}')]
)  # fmt: skip
def test_the_whole_list_is_shown_whatever_fails(examine: Any, language: Any, fault: Fault | None) -> None:
    with ScriptedServer(listening_brain) as server:
        server.fail(*[fault] * 60 if fault else [])
        code, said = examine(server.base_url, language)
    shown = [line[5:].split()[0] for line in said.splitlines() if line[:4] in ("ok  ", "FAIL", "–   ")]
    assert [name for name in shown if name in NAMES[language]] == list(NAMES[language])
    assert code == (fault is not None)
    if language == "zh":
        rows = [line[5:].split(maxsplit=1) for line in said.splitlines() if line[:4] in ("ok  ", "FAIL", "–   ")]
        texts = [
            row[1] for row in rows if not row[1].startswith("scripted (vLLM")
        ]  # what is served has the name it has
        assert [text for text in texts if not re.search("[\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize(("kind", "word", "other"), [("vllm", "--max-model-len", "--ctx-size"), ("llamacpp", "--ctx-size", "--max-model-len"), ("ollama", "OLLAMA_CONTEXT_LENGTH", "--max-model-len")])  # fmt: skip
def test_advice_is_for_the_server_that_is_there(examine: Any, kind: Any, word: str, other: str) -> None:
    with ScriptedServer(listening_brain, kind=kind, max_model_len=2000) as server:
        code, said = examine(server.base_url)
    assert code == 1
    assert word in said
    assert other not in said


def test_a_slow_model_is_timed_and_the_setting_to_raise_is_named(examine: Any) -> None:
    def slowly(request: Any) -> Any:
        answer = listening_brain(request)
        reply = answer if isinstance(answer, Reply) else Reply(answer)
        return Reply(reply.content, first_token_s=0.0 if request.stream else 2.2)

    with ScriptedServer(slowly) as server:
        _, said = examine(server.base_url, "en", **{"model.timeout_s": "4"})
        assert re.search(r"Raise model.timeout_s \(now 4\) to [12]0", said)
        code, said = examine(server.base_url, "en", **{"model.timeout_s": "2"})
    assert code == 1
    assert "too slow" in said


def test_three_hundred_models_are_a_table_that_can_be_searched(examine: Any) -> None:
    with ScriptedServer(listening_brain, models=tuple(f"org/model-{n}" for n in range(300))) as server:
        code, said = examine(server.base_url)
        assert code == 1
        assert "280 more" in said
        assert max(map(len, said.splitlines())) < 400
        code, said = examine(server.base_url, find="MODEL-29")
        assert (code, len(said.splitlines())) == (0, 11)
        assert examine(server.base_url, find="no such")[0] == 1
