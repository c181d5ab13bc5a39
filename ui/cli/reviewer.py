"""`interviewer reviewer NAME`: a line for the settings that lets a reviewer in. The password itself is kept nowhere."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass

from interviewer.access import SHORTEST, check_name, with_reviewer
from interviewer.errors import PasswordsDiffer, PasswordTooShort
from interviewer.settings import Settings
from ui.texts import say


def reviewer(args: argparse.Namespace, settings: Settings) -> int:
    """Ask for the password and print the list of reviewers with this one in it, in both forms a setting can have."""
    language = settings.ui.language
    check_name(args.name)
    listed = with_reviewer(settings.access.reviewers.get_secret_value(), args.name, _password(args, language))
    origin = settings.origins.get("access.reviewers")
    known = [one.rpartition(":")[0] for one in listed.split()]
    print(say(language, "reviewer", "set", names=", ".join(known)), file=sys.stderr)
    if origin:
        print(say(language, "reviewer", "instead", origin=origin), file=sys.stderr)
    print(f"INTERVIEWER_ACCESS__REVIEWERS='{listed}'")
    print(say(language, "reviewer", "or"), file=sys.stderr)
    print(f'[access]\nreviewers = "{listed}"')
    print(say(language, "reviewer", "then"), file=sys.stderr)
    return 0


def _password(args: argparse.Namespace, language: str) -> str:
    if args.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = _typed(say(language, "reviewer", "password", name=args.name))
    if len(password) < SHORTEST:
        raise PasswordTooShort(
            f"The password has {len(password)} characters.",
            f"Choose one of {SHORTEST} or more; a few words are best.",
            length=len(password),
            limit=SHORTEST,
        )
    if not args.password_stdin and _typed(say(language, "reviewer", "again")) != password:
        raise PasswordsDiffer("The two passwords differ.", "Run the command again.")
    return password


def _typed(prompt: str) -> str:
    """What is typed without being shown; nothing where there is nobody to type."""
    try:
        return getpass(prompt)
    except (EOFError, OSError):
        return ""
