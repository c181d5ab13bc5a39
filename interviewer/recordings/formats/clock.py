"""Times and dates as transcripts write them. The one rule: what is no time is None, never zero."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

TIME = r"(?:\d{1,3}[:：])?\d{1,3}[:：][0-5]?\d(?:[.,，:]\d{1,6})?"
"""A time of day or of a recording, not anchored: `0:03`, `00:00:03.120`, `01:02:03,5`, with full-width colons too."""
_PARTS = re.compile(r"^(?:(\d{1,10})[:：])?(\d{1,6})[:：](\d{1,2})(?:[.,，](\d{1,9}))?$")
_FRAMES = re.compile(r"^(\d{1,3}):(\d{2}):(\d{2}):(\d{2,3})$")
_DATE = re.compile(
    r"(?P<y>20\d{2}|19\d{2})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?"
    r"(?:[\sT,，]*(?:星期.|周.|[A-Za-z]{3,9}\.?)?[\s,，]*(?P<half>上午|下午|晚上|中午|凌晨|早上|AM|PM|am|pm)?\s*"
    r"(?P<h>\d{1,2})\s*[:：时点]\s*(?P<min>\d{1,2})(?:\s*[:：分]\s*(?P<s>\d{1,2}))?\s*(?P<half2>AM|PM|am|pm)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|CST|GMT[+-]\d{1,2}(?::\d{2})?|UTC(?:[+-]\d{1,2}(?::\d{2})?)?)?)?"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WESTERN = re.compile(
    r"\b(?P<mon>[A-Z][a-z]{2,8})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>20\d{2})"
    r"(?:,?\s+(?:at\s+)?(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2}))?\s*(?P<half>AM|PM|am|pm)?)?"
)


def seconds(text: str) -> float | None:
    """`text` as seconds: `H:MM:SS`, `MM:SS`, with a fraction behind a dot or comma. None for anything else."""
    text = text.strip()
    if frames := _FRAMES.match(text):  # H:MM:SS:mmm, as some subtitle editors write it
        h, m, s, rest = frames.groups()
        return int(h) * 3600 + int(m) * 60 + int(s) + int(rest) / 10 ** len(rest)
    if not (found := _PARTS.match(text)):
        return None
    hours, minutes, secs, fraction = found.groups()
    if int(secs) > 59 or (hours and int(minutes) > 59):
        return None
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(secs)
    return whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)


def date_in(text: str) -> datetime | None:
    """The first date in `text` with its time of day, if there is one; without a zone it is the time of this machine."""
    if found := _DATE.search(text):
        half = found["half"] or found["half2"] or ""
        return _made(int(found["y"]), int(found["m"]), found, half, found["zone"] or "")
    if found := _WESTERN.search(text):
        month = found["mon"][:3].lower()
        if month in _MONTHS:
            return _made(int(found["y"]), _MONTHS.index(month) + 1, found, found["half"] or "", "")
    return None


def epoch(value: object) -> datetime | None:
    """A time as JSON gives it: seconds or milliseconds since 1970, or ISO 8601."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC) if value > 1e8 else None
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _made(year: int, month: int, found: re.Match[str], half: str, zone: str) -> datetime | None:
    hour = int(found["h"] or 0)
    if half.lower() in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    elif half.lower() in ("凌晨", "am", "上午", "早上") and hour == 12:
        hour = 0
    try:
        at = datetime(year, month, int(found["d"]), hour, int(found["min"] or 0), int(found["s"] or 0))
        return at.replace(tzinfo=_zone(zone)) if zone else at.astimezone()
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone:
    """An offset such as `+08:00` or `GMT+8`; CST is the Chinese one, as the tools write it that name it."""
    if text == "CST":
        return timezone(timedelta(hours=8))
    found = re.search(r"([+-])(\d{1,2}):?(\d{2})?", text)
    if not found:
        return UTC
    away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-away if found[1] == "-" else away)
