"""The words of a DOCX as lines, as Word shows them with every tracked change accepted: insertions and content controls
are words, deletions are not. The one rule: a file from anywhere is opened without entities, links or unbounded sizes.

ECMA-376 part 1: `w:ins`, `w:moveTo`, `w:sdt` hold runs that count; `w:del`, `w:moveFrom` do not; `w:vanish` hides a run.
Teams writes hidden nothing; people hide notes to themselves: hidden text is left out, and said.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from interviewer.errors import RecordingRefused
from interviewer.recordings.model import Notice

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST_XML = 32 * 1024 * 1024
"""Bytes of words and markup; an hour of talk takes about one million."""
_BODY = "word/document.xml"


def text_of_docx(raw: bytes) -> tuple[str, tuple[Notice, ...]]:
    """One line for each paragraph (and line break) of the document. Raises RecordingRefused for what is no sound DOCX."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(_document(raw), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise _broken("its text cannot be read") from error
    reader = _Reader()
    lines = list(reader.lines(root))
    notices = [
        Notice(code, {"n": n}) for code, n in (("hidden_text", reader.hidden), ("deleted_text", reader.deleted)) if n
    ]
    return "\n".join(lines), tuple(notices)


def _document(raw: bytes) -> bytes:
    """The XML of the main part, no more of it than LARGEST_XML whatever the archive claims."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if _BODY not in archive.namelist():
                what = "an Excel table" if "xl/workbook.xml" in archive.namelist() else "a ZIP archive"
                raise RecordingRefused(
                    f"The file is {what}, not a Word document.",
                    "Save the transcript as DOCX, CSV or text.",
                    reason="not_docx",
                    seen=what,
                )
            with archive.open(_BODY) as part:
                xml = part.read(LARGEST_XML + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _broken("it is cut short or damaged") from error
    if len(xml) > LARGEST_XML:
        raise RecordingRefused(
            f"The document unpacks to more than {LARGEST_XML // 1024 // 1024} MB.",
            "Save only the transcript, without pictures and tables, as a new file.",
            reason="unpacks_too_large",
            limit=LARGEST_XML // 1024 // 1024,
        )
    return xml


def _broken(why: str) -> RecordingRefused:
    return RecordingRefused(
        f"The DOCX cannot be opened: {why}.", "Open it in Word and save it again.", reason="broken_docx"
    )


class _Reader:
    """Walks the XML without recursion; counts what it leaves out."""

    def __init__(self) -> None:
        self.hidden = 0
        self.deleted = 0

    def lines(self, root: Element) -> Iterator[str]:
        """Paragraphs in order; a cell of a table is a line of its own. An empty paragraph is an empty line."""
        for paragraph in self._paragraphs(root):
            yield from "".join(self._words(paragraph)).split("\n")

    def _paragraphs(self, root: Element) -> Iterator[Element]:
        stack = [root]
        while stack:
            node = stack.pop()
            name = _local(node)
            if name in ("del", "moveFrom", "Fallback"):
                continue
            if name == "p":
                yield node
                continue
            stack.extend(reversed(list(node)))

    def _words(self, paragraph: Element) -> Iterator[str]:
        stack: list[Any] = list(reversed(list(paragraph)))
        while stack:
            node = stack.pop()
            match _local(node):
                case "del" | "moveFrom":
                    self.deleted += 1
                case "instrText" | "delText" | "rPrChange" | "pPrChange" | "pPr" | "rPr" | "sdtPr" | "Fallback":
                    pass
                case "r" if _hidden(node):
                    self.hidden += bool("".join(t.text or "" for t in node if _local(t) == "t"))
                case "t":
                    yield node.text or ""
                case "tab":
                    yield "\t"
                case "br" | "cr":
                    yield "\n"
                case "noBreakHyphen":
                    yield "-"
                case "p":  # a text box inside a paragraph
                    yield "\n"
                    stack.extend(reversed(list(node)))
                case _:
                    stack.extend(reversed(list(node)))


def _local(node: Element) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _hidden(run: Element) -> bool:
    for properties in run:
        if _local(properties) == "rPr":
            for one in properties:
                if _local(one) == "vanish":
                    return next((v for k, v in one.attrib.items() if k.endswith("val")), "true") not in (
                        "0",
                        "false",
                        "off",
                    )
    return False
