"""Before a packed file (XLSX, DOCX) is opened: whether it is one, and how large it would become.

Its rule: nothing is unpacked whose parts are too many, too large or packed beyond reason; sizes are those the archive
declares, and no more than those is ever read out of it.
"""

from __future__ import annotations

import io
import zipfile

from knowledge.errors import BankError

MOST_PARTS = 2_000
MOST_UNPACKED = 80_000_000
"""Bytes of all parts that are text; pictures are never unpacked."""
MOST_RATIO = 150
"""How many times larger a part of over a megabyte may become."""


def check_packed(raw: bytes, name: str, wanted: str) -> zipfile.ZipFile:
    """The archive `raw`, sound enough to be read; `wanted` is the part that makes it what its name says. Raises BankError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        what = f"{name}: this is no {name.rpartition('.')[2].upper()} file, or it is damaged ({error})."
        if raw.startswith(b"\xd0\xcf\x11\xe0"):
            what = f"{name}: the file is in the old binary format, or protected by a password."
        raise BankError(
            what, "Open it in its program and save it anew as .xlsx or .docx, without a password."
        ) from error
    text = [part for part in parts if part.filename.endswith((".xml", ".rels", ".vml"))]
    blown = [p for p in text if p.file_size > 1_000_000 and p.file_size > MOST_RATIO * max(1, p.compress_size)]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in text) > MOST_UNPACKED or blown:
        total = sum(part.file_size for part in text) / 1e6
        what = f"{name}: the file would unpack to {total:.0f} MB in {len(parts)} parts; it is not opened."
        raise BankError(what, "Save only the questions in a new file.")
    if any(part.flag_bits & 1 for part in parts):
        raise BankError(f"{name}: the file is protected by a password.", "Save it without one.")
    if not any(part.filename.startswith(wanted) for part in parts):
        raise BankError(
            f"{name}: the file is no {name.rpartition('.')[2].upper()} file.", "Save it anew in its program."
        )
    return archive


def part_holds(archive: zipfile.ZipFile, ending: str, needle: bytes) -> bool:
    """Whether a part whose name contains `ending` holds `needle`; read in pieces."""
    for part in archive.infolist():
        if ending in part.filename and part.filename.endswith(".xml"):
            with archive.open(part) as file:
                before = b""
                while piece := file.read(1 << 20):
                    if needle in before + piece:
                        return True
                    before = piece[-len(needle) :]
    return False
