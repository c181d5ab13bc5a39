"""Where a question's link leads in its bank: targets as people write them to the paths they mean.

Its rule: a target is tried as it is written first; only then what is usual elsewhere (from the bank's root, without an
ending, `[[by name]]`). Whether a path may be opened is decided in `walls`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from urllib.parse import unquote

NOTE_KINDS = frozenset((".md", ".markdown", ".txt"))
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)
_WIKI = re.compile(r"\[\[(.+?)\]\]")


def is_address(link: str) -> bool:
    """Whether a link leads to the web or another program."""
    return bool(_ADDRESS.match(link))


def places(link: str, outline: Path, root: Path) -> Iterator[Path]:
    """The paths that `link` in `outline` may mean, the likeliest first; none for an address."""
    if is_address(link):
        return
    wiki = _WIKI.fullmatch(link)
    target = (wiki[1] if wiki else link).partition("#")[0].replace("\\", "/").strip()
    if not target:
        return
    for written in dict.fromkeys((target, unquote(target))):
        bases = [outline.parent, root, root / "notes"] if wiki else [outline.parent]
        relative = written
        if written.startswith("/") and os.path.lexists(root / written.lstrip("/").partition("/")[0]):
            relative, bases = written.lstrip("/"), [root]  # as sites write it; else it is what it looks like
        for base in bases:
            path = Path(os.path.normpath(base / relative))
            yield path
            if not wiki and path.suffix.lower() in (".html", ".htm"):
                yield path.with_suffix(".md")
            elif path.suffix.lower() not in NOTE_KINDS:
                yield path.with_name(f"{path.name}.md")


def note_slug(link: str) -> str:
    """The name of the file that a link means, without its ending."""
    wiki = _WIKI.fullmatch(link)
    return PurePath((wiki[1] if wiki else link).partition("#")[0].replace("\\", "/")).stem
