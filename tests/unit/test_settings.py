"""Where a setting comes from, and what happens to one that cannot be used."""

from __future__ import annotations

import pytest

from interviewer.errors import SettingsError
from interviewer.settings import load_settings


def test_flags_win_over_the_environment_over_the_file_over_defaults(tmp_path):
    (tmp_path / "interviewer.toml").write_text('[ui]\nport = 1\nhost = "a"\nlanguage = "en"\n', "utf8")
    environ = {"INTERVIEWER_UI__PORT": "2", "INTERVIEWER_UI__HOST": "b"}
    found = load_settings({"ui.port": "3", "bank": None}, environ, tmp_path)
    assert (found.ui.port, found.ui.host, found.ui.language, found.interview.minutes) == (3, "b", "en", 30)
    origins = {name: origin for name, _, origin in found.rows()}
    assert origins["ui.port"] == "flag"
    assert origins["ui.host"] == "$INTERVIEWER_UI__HOST"
    assert origins["ui.language"] == "interviewer.toml"
    assert origins["interview.minutes"] == "default"


def test_keys_are_never_shown(tmp_path):
    found = load_settings({}, {"INTERVIEWER_MODEL__API_KEY": "sk-secret"}, tmp_path)
    rows = list(found.rows())
    assert ("model.api_key", "***", "$INTERVIEWER_MODEL__API_KEY") in rows
    assert "sk-secret" not in repr(rows) + repr(found)


@pytest.mark.parametrize(
    ("flags", "environ", "named"),
    [
        ({"model.base_url": "gpu-box:8000"}, {}, "model.base_url"),
        ({"ui.port": "many"}, {}, "ui.port"),
        ({}, {"INTERVIEWER_MODLE__NAME": "x"}, "modle.name"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_to_do(tmp_path, flags, environ, named):
    with pytest.raises(SettingsError) as refused:
        load_settings(flags, environ, tmp_path)
    assert named in refused.value.what
    assert refused.value.fix


def test_a_broken_file_says_where(tmp_path):
    (tmp_path / "interviewer.toml").write_text("[ui\n", "utf8")
    with pytest.raises(SettingsError, match="line 1"):
        load_settings({}, {}, tmp_path)


def test_the_tests_own_variables_are_left_alone(tmp_path):
    assert load_settings({}, {"INTERVIEWER_TEST_REQUIRE_BROWSER": "1"}, tmp_path).origins == {}
