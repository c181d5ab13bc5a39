"""Bytes to text: which encoding a file is in, and one kind of line end.

Its rule: exact tries in a fixed order, and whatever had to be assumed is said; a file that is no text is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.errors import BankError

MOST_BYTES = 12_000_000
"""Text files above this are refused: a question list of that size is an export of something else, and reading stays bounded."""
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_COMMON = frozenset("的是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经进"
                    "什么如何请解释说明区别哪些怎样问题答案线程数据内存原理实现")  # fmt: skip
_COMMON_TRADITIONAL = frozenset(
    "的是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說什麼如何請解釋區別哪些問題答案"
)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text with plain line ends; `assumed` names the encoding where the file itself does not say it."""

    text: str
    encoding: str
    assumed: bool


def decode(raw: bytes, name: str) -> Decoded:
    """The text of `raw`; `name` is how errors call the file. Raises BankError for what is no text or too large."""
    if len(raw) > MOST_BYTES:
        what = f"{name}: the file has {len(raw) / 1e6:.1f} MB; question lists are read up to {MOST_BYTES / 1e6:.0f} MB."
        raise BankError(what, "Split it into several files.")
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _checked(_with(raw[len(mark) :], encoding, name), encoding, name, assumed=False)
    try:
        return _checked(raw.decode("utf-8"), "utf-8", name, assumed=False)
    except UnicodeDecodeError:
        return _guessed(raw, name)


def plain_lines(text: str) -> str:
    """`text` with every line end as a newline, and no separator left that an editor does not count as one."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", " ", text)


def _guessed(raw: bytes, name: str) -> Decoded:
    if wide := _wide_without_mark(raw):
        return _checked(_with(raw, wide, name), wide, name, assumed=True)
    found: list[tuple[float, str, str]] = []
    for encoding, common in (("gb18030", _COMMON), ("big5", _COMMON_TRADITIONAL)):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        found.append((_share(text, common), encoding, text))
    best = max(found, default=(0.0, "", ""))
    if best[0] >= 0.05:
        return _checked(best[2], best[1], name, assumed=True)
    try:
        return _checked(raw.decode("cp1252"), "cp1252", name, assumed=True)
    except UnicodeDecodeError as error:
        what = (
            f"{name}: the encoding of the file is not known (UTF-8, UTF-16, GB18030, Big5 and Windows-1252 were tried)."
        )
        raise BankError(what, "Save it as UTF-8.") from error


def _share(text: str, common: frozenset[str]) -> float:
    """How many of the characters outside ASCII are among the commonest ones of the language: about 0.2 in prose, 0.01 by chance."""
    wide = [c for c in text[:200_000] if ord(c) > 0x7F]
    return sum(c in common for c in wide) / len(wide) if wide else 0.0


def _wide_without_mark(raw: bytes) -> str:
    """UTF-16 that carries no mark: every second byte of the ASCII in it is zero."""
    sample = raw[:4000]
    if len(raw) % 2 or len(sample) < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 10 < len(sample) // 2 or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _with(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        what = f"{name}: the file begins as {encoding.upper()} but is broken at byte {error.start}."
        raise BankError(what, "Save it as UTF-8.") from error


def _checked(text: str, encoding: str, name: str, *, assumed: bool) -> Decoded:
    text = plain_lines(text)
    sample = text[:20_000]
    if len(_NOT_TEXT.findall(sample)) * 50 > len(sample):
        raise BankError(
            f"{name}: this is no text file.", "Give Markdown, plain text, CSV, XLSX or DOCX with the questions in it."
        )
    return Decoded(_NOT_TEXT.sub("\ufffd", text), encoding, assumed)
