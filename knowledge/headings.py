"""The fixed words of the outline's grammar in Chinese and English, and how a heading is taken apart.

Everything here is a pure function of one heading or label; which blocks follow it is `outline`'s business.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from knowledge.models import LEVELS, DimensionId, Level

Label = Literal["focus", "questions", "rubric"]
PartKind = Literal["points", "bands", "dimensions", "advice"]
BandWord = Literal["excellent", "good", "fair", "insufficient"]

_LABELS: dict[Label, str] = {
    "focus": r"考[查察核]点|考[查察]要点|考[查察]内容|focus(?: points| areas)?",
    "questions": r"面试问题|问题|题目|(?:interview )?questions",
    "rubric": r"评分标准|评分细则|rubric|(?:scoring|grading) criteria",
}
_PARTS: dict[PartKind, str] = {
    "dimensions": r"维度|dimension",
    "bands": r"等级|\bbands?\b|\bgrades?\b",
    "advice": r"建议|\badvice\b|\brecommendations?\b|\btips\b",
    "points": r"评分|总分|分值|scor(?:e|ing)|\bgrading\b|\bpoints\b",
}
_BANDS: dict[BandWord, str] = {
    "excellent": r"优秀|excellent",
    "good": r"良好|good",
    "insufficient": r"不合格|不及格|较差|insufficient|fail|poor|below",
    "fair": r"一般|合格|及格|fair|basic",
}
_DIMENSIONS: dict[DimensionId, str] = {
    "theory": r"理论|theor",
    "system": r"系统|system|architectur",
    "practice": r"实践|practi[cs]|hands-on",
    "development": r"开发|develop",
    "potential": r"潜力|学习|potential|learning",
}
LONGEST_NUMBER = 6
"""Digits of a chapter's number; more are no number."""
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_WORDS: tuple[str, ...] = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_MINUTES = re.compile(r"[（(]([^（()）]*(?:分钟|minutes?|mins?)\.?)[)）]", re.IGNORECASE)
_PLAIN_MINUTES = re.compile(r"(?:约|about)?\s*(\d{1,4})\s*(?:分钟|minutes?|mins?)\.?", re.IGNORECASE)
_CHAPTER = re.compile(
    r"(?:第\s*(?P<zh>[0-9零〇一二两三四五六七八九十]+)\s*[章部]分?|chapter\s+(?P<en>\w+)|(?P<bare>\d+)[.、](?!\d)|(?P<list>[一二三四五六七八九十]+)、)"
    r"\s*[:：.、—-]?\s*",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?:section\s+)?(?:(?P<dotted>\d+(?:\.\d+)+)|(?P<plain>\d+)(?=\s*[:：.、])|第\s*(?P<zh>[0-9一二两三四五六七八九十]+)\s*节)"
    r"\s*[:：.、—-]?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading taken apart: `number` as written ("" where there is none), title, and minutes.

    `unread_minutes` holds a bracket that speaks of minutes but is not one plain number.
    """

    number: str
    title: str
    minutes: int | None
    unread_minutes: str = ""


def chapter_heading(text: str) -> Heading:
    """`第一章：标题（15分钟）`, `Chapter 1: Title (15 minutes)`, `1. Title`; `number` is in digits, or "" without one."""
    rest, minutes, unread = _split_minutes(text)
    match = _CHAPTER.match(rest)
    number = _number(next(group for group in match.groups() if group)) if match else None
    if match is None or number is None:
        return Heading("", rest, minutes, unread)
    return Heading(str(number), rest[match.end() :].strip(), minutes, unread)


def names_chapter(text: str) -> bool:
    """Whether the heading says itself that it is a chapter (第一章, Chapter 1), not only with a number in front."""
    match = _CHAPTER.match(text.strip())
    return match is not None and bool(match["zh"] or (match["en"] and _number(match["en"]) is not None))


def section_heading(text: str) -> Heading:
    """`1.1 标题（7分钟）`, `Section 1.1: Title (7 min)`, `第一节 标题`; `number` as written, Chinese numerals in digits."""
    rest, minutes, unread = _split_minutes(text)
    match = _SECTION.match(rest)
    if match is None:
        return Heading("", rest, minutes, unread)
    number = match["dotted"] or match["plain"] or str(_number(match["zh"]) or "")
    return Heading(number, rest[match.end() :].strip(), minutes, unread)


def label_of(text: str) -> Label | None:
    """Which part of a section the line `text` opens (考查点, Focus, 面试问题, Questions, 评分标准, Rubric), if it is a label."""
    bare = _bare(text)
    return next((label for label, words in _LABELS.items() if re.fullmatch(words, bare)), None)


def part_of(text: str) -> PartKind | None:
    """Which closing part the heading `text` opens: points, bands, dimensions or advice."""
    bare = _bare(text)
    return next((part for part, words in _PARTS.items() if re.search(words, bare)), None)


def band_of(text: str) -> BandWord | None:
    """The band that `text` begins with (优秀, 良好, 一般, 不合格; Excellent, Good, Fair, Insufficient)."""
    bare = _bare(text)
    return next((band for band, words in _BANDS.items() if re.match(words, bare)), None)


def level_of(text: str) -> Level | None:
    """The level whose name `text` is (一般, 良好, 优秀; fair, good, excellent)."""
    return next((level for level in LEVELS if re.fullmatch(_BANDS[level], _bare(text))), None)


def dimension_of(title: str) -> DimensionId | None:
    """The ability dimension that `title` speaks of: the one whose word comes first in it."""
    bare = _bare(title)
    found: list[tuple[int, DimensionId]] = []
    for dimension, words in _DIMENSIONS.items():
        if match := re.search(words, bare):
            found.append((match.start(), dimension))
    return min(found)[1] if found else None


def split_label(text: str) -> tuple[str, str]:
    """`text` cut at its first colon, half or full width: what stands before and after it."""
    match = re.search(r"[:：]", text)
    return (text[: match.start()].strip(), text[match.end() :].strip()) if match else ("", text.strip())


def _split_minutes(text: str) -> tuple[str, int | None, str]:
    whole = text.strip()
    opened = max(whole.rfind("("), whole.rfind("（"))
    match = _MINUTES.fullmatch(whole, opened) if opened >= 0 else None
    if match is None:
        return whole, None, ""
    plain = _PLAIN_MINUTES.fullmatch(match[1].strip())
    return whole[:opened].strip(), int(plain[1]) if plain else None, "" if plain else match[1].strip()


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text) if len(text) <= LONGEST_NUMBER else None
    if text.lower() in _WORDS:
        return _WORDS.index(text.lower()) + 1
    tens, ten, ones = text.rpartition("十")
    if not all(sign in _DIGITS for sign in tens + ones) or len(tens) > 1 or len(ones) > 1:
        return None
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _bare(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip(" *_:.")
