"""What a browser says of itself. The one rule: it may say anything, so whatever is not a session id is nothing."""

from __future__ import annotations

import json
import re

MOST = 50


def known_ids(known: str) -> list[str]:
    """The ids of the interviews a browser says it knows (`window.interviewer.known()`), newest first."""
    try:
        found: object = json.loads(known or "[]")
    except (json.JSONDecodeError, RecursionError):
        return []
    if not isinstance(found, list):
        return []
    ids = [one for one in found if isinstance(one, str) and one.isalnum()]  # pyright: ignore[reportUnknownVariableType]  # JSON of a browser
    return list(dict.fromkeys(ids))[:MOST]


def pasted_id(text: str) -> str:
    """The session id in what a person pasted: an address of this site, or the id alone; "" where there is none."""
    found = re.search(r"[?&]session=([0-9A-Za-z]+)(?![\w-])", text) or re.fullmatch(r"\s*([0-9A-Za-z]{6,200})\s*", text)
    return found[1] if found else ""
