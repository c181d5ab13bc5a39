"""How long interviews are kept: the hourly look of the served page, and deleting by hand.

The one rule: nothing is deleted that a setting or a person did not ask for, and a failure never stops the page.
"""

from __future__ import annotations

import argparse
import logging
import sys
import threading

from interviewer.app import App
from interviewer.errors import SettingsError
from interviewer.settings import Settings
from ui.texts import say

log = logging.getLogger("interviewer.keeping")
EVERY_S = 3600.0


def expire_hourly(app: App, over: threading.Event, every_s: float = EVERY_S) -> None:
    """Delete what has stood longer than the settings allow, now and every hour, until `over` is set. For a thread."""
    while True:
        try:
            if gone := app.expire():
                log.warning(
                    "%d interviews deleted: nothing had happened for %d days", gone, app.settings.store.keep_days
                )
        except Exception:  # the boundary of the job: the next hour tries again
            log.exception("interviews that are due could not be deleted; the next try is in %g s", every_s)
        if over.wait(every_s):
            return


def delete(args: argparse.Namespace, settings: Settings) -> int:
    """`interviewer sessions --delete ID` and `--expire`: ask first (or --yes), then delete for good."""
    app, language = App(settings), settings.ui.language
    if args.delete:
        found = app.store.transcript(args.delete)
        when = found.session.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
        if not _agreed(args, say(language, "keeping", "delete", id=args.delete, when=when, n=len(found.messages))):
            return 1
        app.store.delete(args.delete, app.clock(), "reviewer")
        gone = 1
    else:
        if not settings.store.keep_days:
            raise SettingsError(
                "store.keep_days is 0: sessions are kept until someone deletes them.",
                "Set INTERVIEWER_STORE__KEEP_DAYS to a number of days.",
                setting="store.keep_days",
            )
        if not _agreed(args, say(language, "keeping", "expire", days=settings.store.keep_days)):
            return 1
        gone = app.expire()
    print(say(language, "keeping", "deleted", n=gone))
    return 0


def _agreed(args: argparse.Namespace, question: str) -> bool:
    if args.yes:
        return True
    print(question, end=" [y/N] ", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() in ("y", "yes", "是"):
        return True
    print(say(args.lang or "en", "keeping", "left"), file=sys.stderr)
    return False
