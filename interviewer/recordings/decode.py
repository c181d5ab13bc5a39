"""Bytes of a transcript as text. The one rule: no byte is dropped in silence; how it was read is said where it was a guess."""

from __future__ import annotations

import codecs
import re

from interviewer.errors import RecordingRefused
from interviewer.recordings.model import Notice

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word (.doc)"),
    (b"{\\rtf", "RTF"),
    (b"ID3", "MP3 audio"),
    (b"\xff\xfb", "MP3 audio"),
    (b"OggS", "Ogg audio"),
    (b"RIFF", "WAV audio"),
    (b"fLaC", "FLAC audio"),
    (b"\x1aE\xdf\xa3", "Matroska video"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x89PNG", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"PAR1", "Parquet"),
)
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_FEW = 0.001
"""A share of broken bytes up to which a text still counts as UTF-8 with a few damaged places."""


def text_of(raw: bytes) -> tuple[str, tuple[Notice, ...]]:
    """The text of a file with line feeds only, and what was odd about its bytes. Raises RecordingRefused for what is no text."""
    for magic, what in _MAGIC:
        if raw.startswith(magic):
            raise _no_text(what)
    if raw[4:8] == b"ftyp":
        raise _no_text("MP4 audio or video")
    text, notices = _decoded(raw)
    if _binary(text):
        raise _no_text("binary")
    return clean(text), notices


def clean(text: str) -> str:
    """One kind of line break; characters that no database keeps (NUL, half an emoji) and other controls become U+FFFD."""
    return _CONTROLS.sub("\ufffd", _BREAKS.sub("\n", text))


def _decoded(raw: bytes) -> tuple[str, tuple[Notice, ...]]:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return _strictly(raw[len(bom) :], encoding)
    if encoding := _wide(raw):
        return _strictly(raw, encoding)
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        if error.start >= len(raw) - 3 and error.reason == "unexpected end of data":
            return raw[: error.start].decode("utf-8"), (Notice("cut_short"),)
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken <= max(1, _FEW * len(text)) and any(ord(c) > 0xFF and c != "\ufffd" for c in text):
        return text, (Notice("damaged", {"n": broken}),)
    for encoding in ("gb18030", "big5") if _pairs(raw) else ():
        try:
            return raw.decode(encoding), (Notice("decoded_as", {"encoding": encoding}),)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp1252", "replace"), (Notice("decoded_as", {"encoding": "cp1252"}),)


def _strictly(raw: bytes, encoding: str) -> tuple[str, tuple[Notice, ...]]:
    """Text in an encoding that the file names itself; a last character that is cut through is left out and said."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(raw)
    cut = bool(decoder.getstate()[0])
    damaged = text.count("\ufffd")
    notices = [Notice("cut_short")] if cut else []
    return text, (*notices, *([Notice("damaged", {"n": damaged})] if damaged else []))


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark, by where its zero bytes and line feeds stand."""
    sample = raw[:4096]
    if len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if max(even, odd) > 0.02 * half and min(even, odd) * 10 <= max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _pairs(raw: bytes) -> bool:
    """Whether bytes above ASCII mostly stand side by side, as in Chinese encodings, and not alone, as in European ones."""
    runs = re.findall(rb"[\x80-\xff]+[\x40-\x7e]?", raw[:200_000])
    return sum(len(run) for run in runs if len(run) > 2) * 2 >= sum(map(len, runs))


def _binary(text: str) -> bool:
    sample = text[:20_000]
    odd = sum(c < " " and c not in "\t\n\r\x0b\x0c" for c in sample)
    return odd > 0.02 * len(sample)


def _no_text(what: str) -> RecordingRefused:
    return RecordingRefused(
        f"The file is no transcript but {what}.",
        "Give the transcript as text, subtitles, JSON, CSV or DOCX.",
        reason="not_text",
        seen=what,
    )
