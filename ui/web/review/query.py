"""Filters as an address says them, and back, so that a link to a filtered list can be shared.

The one rule: what an address says and nobody offers is as if it were not there; it never fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from interviewer.store import Wanted

CHOICES: dict[str, tuple[str, ...]] = {
    "status": ("active", "paused", "finished"),
    "mode": ("practice", "exam"),
    "language": ("zh", "en"),
    "thinking": ("endpoint", "offline"),
    "reviewed": ("yes", "no"),
}
"""Fields with one value each. The address says `interview` for the language, as `lang` is the page's own."""
LOOKS = ("orders", "off_topic", "ungraded", "objection")
ORDERS = ("least_sure",)
"""Orders other than the newest first."""
NAMES = {"language": "interview"}
FIELDS = ("text", "bank", *(NAMES.get(name, name) for name in CHOICES), *LOOKS, "since", "until", "order")


def wanted_of(query: Mapping[str, str], zone: tzinfo | None = None) -> Wanted:
    """The filters in an address's query; days are those of `zone`, else of the server's own."""
    one: dict[str, Any] = {name: _choice(query, name) for name in CHOICES}
    reviewed = one.pop("reviewed")
    until = _day(query.get("until", ""))
    return Wanted(
        text=query.get("text", "").strip()[:200],
        bank_id=query.get("bank", "")[:200],
        flags=tuple(flag for flag in ("orders", "off_topic") if query.get(flag) == "1"),
        ungraded=query.get("ungraded") == "1",
        objection=query.get("objection") == "1",
        reviewed=None if reviewed is None else reviewed == "yes",
        since=_start(_day(query.get("since", "")), zone),
        order="least_sure" if query.get("order") in ORDERS else "newest",
        until=_start(until + timedelta(days=1), zone) if until else None,
        **one,
    )


def kept(query: Mapping[str, str]) -> dict[str, str]:
    """The part of a query that says filters, without empty ones: what links of the list carry on."""
    return {name: query[name][:200] for name in FIELDS if query.get(name, "").strip()}


def encoded(query: Mapping[str, str]) -> str:
    return urlencode(kept(query))


def page_of(query: Mapping[str, str]) -> int:
    said = query.get("page", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 1


def _choice(query: Mapping[str, str], name: str) -> str | None:
    said = query.get(NAMES.get(name, name), "")
    return said if said in CHOICES[name] else None


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        return None


def _start(day: date | None, zone: tzinfo | None) -> datetime | None:
    if day is None:
        return None
    begins = datetime.combine(day, time())
    return begins.replace(tzinfo=zone) if zone else begins.astimezone()
