"""Choosing a model changes two lines of interviewer.toml and nothing else."""

from __future__ import annotations

import os
import stat
import tomllib

import pytest

from interviewer.errors import SettingsError
from ui.cli.model import Choice, _named, write_model

BEFORE = """\
# our settings
bank = "mine"   # the team's

[ui]
port = 7861

[model]
# the judge
base_url = "http://old:8000/v1"   # was here
speak_temperature = 0.5
"""


def test_everything_else_in_the_file_stays_as_it_is(tmp_path):
    path = tmp_path / "interviewer.toml"
    path.write_text(BEFORE, "utf8")
    path.chmod(0o640)
    write_model(path, "http://127.0.0.1:11434/v1", "qwen3:14b")
    after = path.read_text("utf8")
    assert [line for line in BEFORE.splitlines() if line not in after.splitlines()] == [
        'base_url = "http://old:8000/v1"   # was here'
    ]
    assert tomllib.loads(after)["model"] == {
        "base_url": "http://127.0.0.1:11434/v1", "speak_temperature": 0.5, "name": "qwen3:14b",
    }  # fmt: skip
    assert "# was here" in after
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["interviewer.toml"]


@pytest.mark.parametrize(
    "before", [None, "", 'bank = "x"', "[ui]\nport = 1\n", "[model]\n", 'model.name = "a"\n', 'model = {name = "a"}\n']
)
def test_a_file_of_any_shape_or_none_gets_the_model(before, tmp_path):
    path = tmp_path / "interviewer.toml"
    if before is not None:
        path.write_text(before, "utf8")
    write_model(path, "http://h:1/v1", "模型")
    found = tomllib.loads(path.read_text("utf8"))
    assert found["model"] == {"base_url": "http://h:1/v1", "name": "模型"}
    for name, value in tomllib.loads(before or "").items():
        assert name == "model" or found[name] == value


def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real.toml", tmp_path / "interviewer.toml"
    real.write_text("[ui]\nport = 1\n", "utf8")
    os.symlink(real, link)
    write_model(link, "http://h:1/v1", "m")
    assert link.is_symlink()
    assert tomllib.loads(real.read_text("utf8"))["model"]["name"] == "m"


@pytest.mark.parametrize("before", ["[model\n", "model = 3\n", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_left_alone_and_named(before, tmp_path):
    path = tmp_path / "interviewer.toml"
    raw = before if isinstance(before, bytes) else before.encode()
    path.write_bytes(raw)
    with pytest.raises(SettingsError, match=r"interviewer\.toml"):
        write_model(path, "http://h:1/v1", "m")
    assert path.read_bytes() == raw


def test_a_model_is_chosen_by_name_or_number():
    choices = [Choice("http://a/v1", "one", ""), Choice("http://b/v1", "2", "")]
    assert _named("one", choices) is choices[0]
    assert _named("2", choices) is choices[1]
    assert _named("1", choices) is choices[0]
    with pytest.raises(SettingsError, match="one, 2"):
        _named("three", choices)
