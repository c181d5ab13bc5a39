"""What of a bank's folder may be opened: regular files inside it, up to a size.

Its rule: nothing is opened before it is known to be a regular file inside the folder, so that no link leads out, and no
pipe or device blocks or answers.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_LOOK = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_MEGABYTE = 1_000_000


class NotOpened(Exception):
    """Why a file was not read: the `code` of the finding, what is off, and what to do."""

    def __init__(self, code: str, what: str, fix: str) -> None:
        super().__init__(what)
        self.code, self.what, self.fix = code, what, fix


def real_place(path: Path, root: Path, real_root: str) -> Path | None:
    """Where `path` leads after every link, as a path under `root` (whose own real path is `real_root`); None if outside.

    Nothing needs to be there. A path that no system can hold (a NUL in it) stays as it is.
    """
    try:
        real = os.path.realpath(path)
    except ValueError:
        real = os.path.join(real_root, os.path.relpath(path, root))
    if real == real_root:
        return root
    inside = real.startswith(real_root.rstrip(os.sep) + os.sep) and os.pardir not in Path(real).parts
    return root / os.path.relpath(real, real_root) if inside else None


def read_file(path: Path, most_mb: float) -> bytes:
    """The bytes of the regular file at `path`, a path without links. Raises NotOpened."""
    most = int(most_mb * _MEGABYTE)
    try:
        before = os.lstat(path)
        _check(before, most)
        opened = os.open(path, _LOOK)
        with open(opened, "rb") as file:
            after = os.fstat(opened)
            _check(after, most)
            if (before.st_dev, before.st_ino) != (after.st_dev, after.st_ino):
                raise NotOpened("unreadable", "The file was replaced while it was opened.", "Run it again.")
            raw = file.read(most + 1)
    except OSError as error:
        raise NotOpened(
            "unreadable", f"The file cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    if len(raw) > most:
        raise _too_large(len(raw), most)
    return raw


def _check(found: os.stat_result, most: int) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise NotOpened("not_a_file", "The link leads in a circle.", "Replace it by the file.")
    if not stat.S_ISREG(found.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(found.st_mode)), "no regular file")
        raise NotOpened(
            "not_a_file", f"This is {kind}, not a file with text; it is not read.", "Put a file in its place."
        )
    if found.st_size > most:
        raise _too_large(found.st_size, most)


_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def _too_large(size: int, most: int) -> NotOpened:
    return NotOpened(
        "too_large",
        f"The file has {size / _MEGABYTE:.1f} MB, more than the {most / _MEGABYTE:g} that are read.",
        "Part it, or raise bank_files.outline_mb or bank_files.note_mb.",
    )
