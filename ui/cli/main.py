"""The `interviewer` command: reads the arguments, loads settings, calls one function. Heavy imports wait for their command.

Exit codes: 0 done, 1 something could not be done (or `bank check` found errors), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from ui.cli.parser import build_parser

FLAG_SETTINGS = ("data_dir", "bank", "base_url", "model", "host", "port", "lang", "minutes")
_SETTING_OF = {
    "data_dir": "data_dir", "bank": "bank", "base_url": "model.base_url", "model": "model.name",
    "host": "ui.host", "port": "ui.port", "lang": "ui.language", "minutes": "interview.minutes",
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; prints errors as what happened and what to do, never a traceback for a user's mistake."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if not hasattr(args, "run"):
        parser.print_help()
        return 2
    try:
        return _run(args)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has left; nothing more to say to it
        return 0


def _run(args: argparse.Namespace) -> int:
    from interviewer.settings import load_settings
    from knowledge.errors import UserFacingError
    from ui.texts import explain

    language = getattr(args, "lang", None) or "en"
    try:
        flags = {_SETTING_OF[name]: _text(getattr(args, name, None)) for name in FLAG_SETTINGS}
        settings = load_settings(flags)
        language = settings.ui.language
        module, function = args.run.split(":")
        return getattr(import_module(module), function)(args, settings)
    except UserFacingError as error:
        print(f"interviewer: {explain(error, language)}", file=sys.stderr)
        return 1


def _text(value: object) -> str | None:
    return None if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main())
