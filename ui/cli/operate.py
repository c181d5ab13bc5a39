"""`interviewer config`: what is set, and where it came from."""

from __future__ import annotations

import argparse
import json

from interviewer.settings import Settings
from ui.cli.screen import show_table
from ui.texts import say


def config(args: argparse.Namespace, settings: Settings) -> int:
    """Every setting, its value with keys masked, and where it came from."""
    rows = list(settings.rows())
    if args.json:
        print(json.dumps({name: {"value": value, "from": origin} for name, value, origin in rows}, indent=1))
        return 0
    show_table([say(settings.ui.language, "config", one) for one in ("name", "value", "origin")],
               [(name, value or "–", origin) for name, value, origin in rows], flexible=1)  # fmt: skip
    return 0
