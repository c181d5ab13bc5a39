"""How commands are declared: every one with `--help`, an example and its exit codes, in the language of the run.

The one rule: imports nothing heavy, because `interviewer --help` must answer at once. The words stand in `words/`, a table
for each command; a test compares both languages with what is declared.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from ui.cli.commands import declare
from ui.texts import command_words

ROOMS = "ui.cli"


class Parser(argparse.ArgumentParser):
    """argparse, speaking the language of the run."""

    def __init__(self, *, words: Mapping[str, Any], **how: Any) -> None:
        self.words = words
        super().__init__(add_help=False, formatter_class=argparse.RawDescriptionHelpFormatter, **how)
        self._positionals.title = words["frame"]["arguments"]
        self._optionals.title = words["frame"]["options"]
        self.add_argument("-h", "--help", action="help", help=words["frame"]["help"])

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(one) for one in action.choices]
        near = get_close_matches(str(value), known, 1)
        key, said = ("did_you_mean", near[0]) if near else ("not_there", ", ".join(known))
        raise argparse.ArgumentError(action, self.words["frame"][key].format(value=str(value)[:60], known=said))

    def error(self, message: str) -> Any:
        """Say what is wrong and how to see more; exit 2."""
        hint = self.words["frame"]["see_help"].format(command=self.prog)
        self.exit(2, f"interviewer: {message}\n{hint}\n")


class Version(argparse.Action):
    """Prints the version; looking it up takes longer than all the rest of `--help`, so it waits until it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"interviewer {version('interviewer')}")
        except PackageNotFoundError:
            print("interviewer (not installed)")
        parser.exit()


class Commands:
    """Declares the commands of a parser; `add` gives one, ready for its options."""

    def __init__(self, parts: Any, words: Mapping[str, Any], parents: Mapping[str, argparse.ArgumentParser]) -> None:
        self._parts = parts
        self._words = words
        self._parents = parents
        self._path: tuple[str, ...] = ()

    def add(self, name: str, run: str, *examples: str, common: str = "common", **how: Any) -> Command:
        """`run` is `module:function` under `ui.cli`; `common` names the groups of options shared with others, blanks between."""
        path = (*self._path, name)
        words = self._words["command"]["-".join(path)]
        shown = "".join(f"\n  {example}" for example in examples)
        codes = words.get("codes", self._words["frame"]["codes"])
        parser = self._parts.add_parser(
            name, help=words["about"], description=words["about"], words=self._words,
            epilog=f"{self._words['frame']['example']}:{shown}\n\n{codes}",
            parents=[self._parents[one] for one in common.split()], **how,
        )  # fmt: skip
        if run:
            parser.set_defaults(run=f"{ROOMS}.{run}")
        return Command(parser, words, self, path)

    def under(self, path: tuple[str, ...], parts: Any) -> Commands:
        """The same for the commands below one."""
        below = Commands(parts, self._words, self._parents)
        below._path = path
        return below


class Command:
    """One command being declared: `option` adds an option or argument, whose help stands under its name in the words."""

    def __init__(self, parser: Any, words: Mapping[str, str], commands: Commands, path: tuple[str, ...]) -> None:
        self.parser = parser
        self._words = words
        self._commands = commands
        self._path = path

    def option(self, *flags: str, group: Any = None, **how: Any) -> None:
        key = flags[-1].lstrip("-").replace("-", "_")
        (group or self.parser).add_argument(*flags, help=self._words[key].replace("%", "%%"), **how)

    def parts(self, title: str) -> Commands:
        """Commands below this one; alone it prints its help."""
        self.parser.set_defaults(run=f"{ROOMS}.main:usage", parser=self.parser)
        below = self.parser.add_subparsers(title=title, metavar="COMMAND", parser_class=Parser)
        return self._commands.under(self._path, below)


def build_parser(language: str = "en") -> argparse.ArgumentParser:
    """Every command; a command is named as `module:function` in `args.run`."""
    words = command_words(language)
    frame = words["frame"]
    _speak(words["argparse"])
    parser = Parser(
        prog="interviewer", words=words, description=frame["about"], epilog=f"{frame['start_here']}\n{frame['codes']}"
    )
    parser.add_argument("--version", action=Version, nargs=0, help=frame["version"])
    parser.add_argument("--lang", choices=("zh", "en"), dest="first_lang", help=words["shared"]["lang"])
    parts = parser.add_subparsers(title=frame["commands"], metavar="COMMAND", parser_class=Parser)
    declare(Commands(parts, words, _shared(words)), frame["commands"])
    return parser


def _shared(words: Mapping[str, Any]) -> dict[str, argparse.ArgumentParser]:
    """Groups of options that many commands take."""
    common, model = (argparse.ArgumentParser(add_help=False) for _ in range(2))
    about = words["shared"]
    group = common.add_argument_group(about["settings"])
    group.add_argument("--data-dir", metavar="DIR", help=about["data_dir"])
    group.add_argument("--bank", metavar="DIR", help=about["bank"])
    group.add_argument("--lang", choices=("zh", "en"), help=about["lang"])
    group = model.add_argument_group(about["endpoint"])
    group.add_argument("--base-url", metavar="URL", help=about["base_url"])
    group.add_argument("--model", metavar="NAME", help=about["model"])
    return {"common": common, "model": model}


def _speak(words: Mapping[str, str]) -> None:
    """argparse takes its own sentences from gettext, by these two names; give it ours where we have one."""

    def translate(text: str) -> str:
        return words.get(text, text)

    argparse._ = translate  # pyright: ignore[reportAttributeAccessIssue]
    argparse.ngettext = lambda one, many, n: translate(one if n == 1 else many)  # pyright: ignore[reportAttributeAccessIssue]
