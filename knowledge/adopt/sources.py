"""One file of any kind to a `Reading`, and which kinds there are.

Its rule: only a regular file of bounded size is opened, and a kind that cannot be read is refused with what to save it as.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from knowledge.adopt.decode import MOST_BYTES, decode
from knowledge.adopt.delimited import read_delimited
from knowledge.adopt.document import read_document
from knowledge.adopt.markdown import read_markdown
from knowledge.adopt.reading import Reading
from knowledge.adopt.sheets import read_sheets
from knowledge.errors import BankError
from knowledge.walls import NotOpened, read_file

TEXT_KINDS = frozenset((".md", ".markdown", ".mdown", ".mkd", ".mdx", ".txt", ".text", ".rst", ".org", ""))
TABLE_KINDS = frozenset((".csv", ".tsv"))
PACKED_KINDS = frozenset((".xlsx", ".xlsm", ".docx", ".docm"))
KINDS = TEXT_KINDS | TABLE_KINDS | PACKED_KINDS
_SAVE_AS = {
    ".doc": ".docx", ".rtf": ".docx", ".odt": ".docx", ".pages": ".docx", ".pdf": ".docx or plain text", ".xls": ".xlsx", ".ods": ".xlsx",
    ".numbers": ".xlsx", ".html": "Markdown or plain text", ".htm": "Markdown or plain text", ".pptx": "plain text", ".json": "CSV",
}  # fmt: skip


_ORG_HEADING = re.compile(r"^(\*+)[ \t]+(?:(?:TODO|DONE|NEXT|WAITING)[ \t]+)?", re.MULTILINE)


def can_read(path: PurePath) -> bool:
    return path.suffix.lower() in KINDS


def read_source(path: Path, name: str) -> Reading:
    """Read the questions of the file at `path`, called `name`. Raises BankError where it cannot be read at all."""
    try:
        raw = read_file(path, MOST_BYTES / 1e6)
    except NotOpened as error:
        raise BankError(f"{name}: {error.what}", error.fix) from error
    return read_bytes(raw, name)


def read_bytes(raw: bytes, name: str) -> Reading:
    """The same for content that is at hand already; the kind is told by the name's ending."""
    kind = PurePath(name).suffix.lower()
    if kind in (".xlsx", ".xlsm"):
        return read_sheets(raw, name)
    if kind in (".docx", ".docm"):
        return read_document(raw, name)
    if kind not in KINDS:
        instead = _SAVE_AS.get(kind, "Markdown, plain text, CSV, XLSX or DOCX")
        raise BankError(f"{name}: files of this kind ({kind}) are not read.", f"Save it as {instead}.")
    decoded = decode(raw, name)
    if not decoded.text.strip():
        raise BankError(f"{name}: the file is empty.", "Write the questions into it.")
    text = _org_headings(decoded.text) if kind == ".org" else decoded.text
    reading = read_delimited(text, name) if kind in TABLE_KINDS else read_markdown(text, name)
    reading.files[0].encoding, reading.files[0].assumed = decoded.encoding, decoded.assumed
    return reading


def _org_headings(text: str) -> str:
    """Org mode's headings as Markdown's, line for line; without the words that say whether they are done."""
    return _ORG_HEADING.sub(lambda match: f"{'#' * min(6, len(match[1]))} ", text)
