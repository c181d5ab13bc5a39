"""`interviewer completion`: what makes a shell complete commands, options, session and question ids (argcomplete does it)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from knowledge.errors import UserFacingError

if TYPE_CHECKING:
    from interviewer.app import App
    from interviewer.settings import Settings

OFFERED = 50
"""Session ids that are offered at most, the newest."""


def completion(args: argparse.Namespace, settings: Settings) -> int:
    """Print the script for a shell."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["interviewer"], shell=args.shell))
    return 0


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell that asks for completions, and end the process; returns where no shell asks."""
    import argcomplete

    _offer_ids(parser)
    argcomplete.autocomplete(parser)


def _offer_ids(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                _offer_ids(below)
        elif action.metavar in ("SESSION", "SESSION|FILE"):
            action.completer = session_ids  # pyright: ignore[reportAttributeAccessIssue]  # where argcomplete looks
        elif action.metavar == "QUESTION_ID":
            action.completer = question_ids  # pyright: ignore[reportAttributeAccessIssue]


def session_ids(parsed_args: argparse.Namespace, **_: Any) -> dict[str, str]:
    """The newest stored sessions, each with when it was begun and by whom."""
    try:
        found = _app(parsed_args).store.sessions(limit=OFFERED, unread={})
    except UserFacingError:  # a completion has nowhere to say it; the command will
        return {}
    return {
        one.session.id: f"{one.session.created_at.astimezone():%Y-%m-%d %H:%M} {one.session.candidate}".strip()
        for one in found
    }


def question_ids(parsed_args: argparse.Namespace, **_: Any) -> dict[str, str]:
    """Every question of the bank in use."""
    try:
        app = _app(parsed_args)
        return {one.id: one.text.to(app.settings.ui.language) for one in app.bank.questions}
    except UserFacingError:
        return {}


def _app(args: argparse.Namespace) -> App:
    from interviewer.app import App
    from interviewer.settings import load_settings

    data_dir, bank = getattr(args, "data_dir", None), getattr(args, "bank", None)
    return App(load_settings({"data_dir": data_dir, "bank": bank}))
