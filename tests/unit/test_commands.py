"""Commands as they are declared: each explains itself in the language of the run; first words are quick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from interviewer.sources import early_language
from ui.cli.parser import build_parser
from ui.texts import command_words

HEAVY = {"pydantic", "gradio", "openai", "langgraph", "chromadb", "sqlalchemy", "rich", "prompt_toolkit", "argcomplete"}


def commands(parser, path=()):
    for action in parser._actions:
        if hasattr(action, "choices") and isinstance(action.choices, dict):
            for name, sub in action.choices.items():
                yield (*path, name), sub
                yield from commands(sub, (*path, name))


COMMANDS = dict(commands(build_parser("en")))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_in_the_language_of_the_run(path, language):
    parser = dict(commands(build_parser(language)))[path]
    frame = command_words(language)["frame"]
    assert frame["example"] in parser.epilog
    assert f"interviewer {path[0]}" in parser.epilog
    own = command_words(language)["command"]["-".join(path)]
    assert own.get("codes", frame["codes"]) in parser.epilog
    for action in parser._actions:
        if not hasattr(action, "choices") or not isinstance(action.choices, dict):
            assert action.help, action.dest
    chinese = any("\u4e00" <= one <= "\u9fff" for one in parser.description)
    assert chinese is (language == "zh")


def test_no_words_are_left_of_commands_that_are_gone():
    words = command_words("en")["command"]
    assert words.keys() == {"-".join(path) for path in COMMANDS}
    for path, parser in COMMANDS.items():
        keys = {
            (action.option_strings or [action.dest])[-1].lstrip("-").replace("-", "_") for action in parser._actions
        }
        assert words["-".join(path)].keys() - {"about", "codes"} <= keys, path


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("repotr",), "report"),
        (("chat", "--mode", "quick"), "practice"),
        (("chat", "--seed", "9" * 40), "太大"),
        (("qualify", "--limit", "0"), "1 以上"),
        (("report",), "SESSION"),
        (("sessions", "--delete", "x", "--expire"), "--delete"),
        (("ui", "--nosuch"), "--nosuch"),
        (("ui", "--port"), "跟一个值"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, tuple) else None,
)
def test_wrong_usage_is_said_in_the_language_of_the_run(typed, said, capsys):
    with pytest.raises(SystemExit) as left:
        build_parser("zh").parse_args(typed)
    assert left.value.code == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "interviewer" in shown
    assert "--help" in shown


@pytest.mark.parametrize(
    ("argv", "environ", "toml", "language"),
    [
        ([], {}, "", "zh"),
        ([], {"LANG": "en_US.UTF-8"}, "", "en"),
        ([], {"LANG": "zh_CN.GBK"}, "", "zh"),
        ([], {"LANG": "de_DE.UTF-8"}, "", "en"),
        ([], {"LANG": "C.UTF-8"}, "", "zh"),
        ([], {"LC_ALL": "POSIX", "LANG": "en_US"}, "", "zh"),
        ([], {"LANG": "en_US"}, '[ui]\nlanguage = "zh"\n', "zh"),
        ([], {"INTERVIEWER_UI__LANGUAGE": "en"}, '[ui]\nlanguage = "zh"\n', "en"),
        (["--lang", "zh"], {"INTERVIEWER_UI__LANGUAGE": "en"}, "", "zh"),
        (["chat", "--lang=en"], {}, "", "en"),
        (["chat", "--lang"], {}, "", "zh"),
        (["--lang", "fr"], {"LANG": "en_US"}, "", "en"),
        ([], {}, "[ui\n", "zh"),
    ],
)
def test_the_first_words_are_in_the_language_that_was_asked_for(argv, environ, toml, language, tmp_path):
    (tmp_path / "interviewer.toml").write_text(toml, "utf8")
    assert early_language(argv, environ, tmp_path) == language


def test_help_imports_nothing_heavy():
    code = "import sys; from ui.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: print(sorted(set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    loaded = {name.strip("'[]") for name in done.stdout.splitlines()[-1].split(", ")}
    assert "argparse" in loaded
    assert not loaded & HEAVY
