"""Pictures of a bank, as data that a page can show without asking anybody for it.

Its rule: only files inside the bank's folder are opened, of a kind that holds nothing but a picture, and up to a size.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from knowledge.links import is_address
from knowledge.walls import NotOpened, read_file, real_place

MOST_MB = 2.0
_KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp"}


def picture_file(root: Path, target: str) -> Path | None:
    """The file of a picture inside the folder `root`, or None where `target` is no picture or leads out of it."""
    if os.path.splitext(target)[1].lower() not in _KINDS or is_address(target) or "\0" in target:
        return None
    return real_place(root / target.lstrip("/"), root, os.path.realpath(root))


def picture_data(root: Path, target: str) -> str:
    """The picture at `target`, relative to the bank's folder `root`, as a data address; "" where there is none to show."""
    place = picture_file(root, target)
    if place is None:
        return ""
    try:
        kind = _KINDS[os.path.splitext(target)[1].lower()]
        return f"data:{kind};base64,{base64.b64encode(read_file(place, MOST_MB)).decode()}"
    except NotOpened:
        return ""
