"""The `interviewer` command: reads the arguments, loads settings, calls one function. Heavy imports wait for their command.

The one rule: no command ends in a traceback. What nobody foresaw is written to a log, and the command says where.
Exit codes: 0 done, 1 something could not be done (or `bank check` found errors), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from interviewer.sources import early_language
from knowledge.errors import UserFacingError
from ui.cli.parser import build_parser
from ui.cli.streams import open_streams, quieten
from ui.texts import command_words, explain

INTERRUPTED = 130
FLAG_SETTINGS = ("data_dir", "bank", "base_url", "model", "host", "port", "workers", "lang", "minutes")
_SETTING_OF = {
    "data_dir": "data_dir", "bank": "bank", "base_url": "model.base_url", "model": "model.name",
    "host": "ui.host", "port": "ui.port", "workers": "ui.workers", "lang": "ui.language", "minutes": "interview.minutes",
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; prints errors as what happened and what to do."""
    argv = list(sys.argv[1:] if argv is None else argv)
    language = early_language(argv, os.environ, _here())
    open_streams()
    try:
        code = _run(argv, language)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        quieten(sys.stdout)  # the reader of our output has left; nothing more to say to it
        return 0
    except Exception as error:  # noqa: BLE001  # the boundary of the command: whatever it is, it is kept and said
        from ui.cli.unexpected import unexpected

        return unexpected(error, argv, language)


def _run(argv: Sequence[str], language: str) -> int:
    if "_ARGCOMPLETE" in os.environ:
        from ui.cli.completion import complete

        complete(build_parser(language))
    parser = build_parser(language)
    args = parser.parse_args(argv)
    if not hasattr(args, "run"):
        parser.print_help()
        return 2
    args.lang = getattr(args, "lang", None) or args.first_lang
    args.started = time.monotonic()
    if args.run in _OPENS_WITH_A_LINE and getattr(args, "worker", None) is None:
        print(command_words(language)["waiting"]["starting"], file=sys.stderr, flush=True)
    try:
        from ui.cli.screen import waiting

        with waiting(language, "loading"):
            from interviewer.settings import load_settings

            flags = {_SETTING_OF[name]: _text(getattr(args, name, None)) for name in FLAG_SETTINGS}
            if args.run in _TAKES_NO_MODEL:
                flags |= {"model.base_url": None, "model.name": None}
            settings = load_settings(flags)
            module, function = args.run.split(":")
            command = getattr(import_module(module), function)
        return command(args, settings)
    except UserFacingError as error:
        print(f"interviewer: {explain(error, language)}", file=sys.stderr)
        return 1


_OPENS_WITH_A_LINE = ("ui.cli.serve:ui",)
"""Commands that take seconds before they have something to show, and say so at once."""
_TAKES_NO_MODEL = ("ui.cli.model:model",)
"""Commands whose --base-url names where to look, and not what is set."""


def usage(args: argparse.Namespace, settings: object) -> int:
    """A command that only holds others, called alone: what there is."""
    args.parser.print_help()
    return 2


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:  # the folder was deleted while the shell stood in it
        return Path(os.sep)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main())
