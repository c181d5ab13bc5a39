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


def picture_data(root: Path, target: str) -> str:
    """The picture at `target`, relative to the bank's folder `root`, as a data address; "" where there is none to show."""
    kind = _KINDS.get(os.path.splitext(target)[1].lower())
    if kind is None or is_address(target) or "\0" in target:
        return ""
    place = real_place(root / target.lstrip("/"), root, os.path.realpath(root))
    if place is None:
        return ""
    try:
        return f"data:{kind};base64,{base64.b64encode(read_file(place, MOST_MB)).decode()}"
    except NotOpened:
        return ""
