"""What people paste into settings, as they meant it: addresses and keys without what copying brings along.

One rule: only what cannot be part of an address or a key is taken away; what stays unclear is left to fail with its name.
"""

from __future__ import annotations

import re
import unicodedata

_AROUND = " \t\r\n\u00a0\u3000\"'`“”„‟«»‘’‚‛「」『』＂＇<>＜＞"
_BEHIND = ",;，；。、"
_BEFORE_A_KEY = re.compile(
    r"(?:export\s+|set\s+)?[a-z_]*(?:key|token)\s*[=:]\s*|(?:x-)?api-key\s*[=:]\s*|authorization\s*[=:]\s*|bearer(?:\s*:\s*|\s+)",
    re.I,
)
_BEFORE_AN_ADDRESS = re.compile(r"(?:export\s+|set\s+)?[a-z_]*(?:url|base|host|endpoint)\s*=\s*", re.I)
_ROUTES = re.compile(
    r"(?:/(?:chat/completions|completions|embeddings|audio/transcriptions|responses)|(?<=/v1)/models)$"
)
"""Paths of single calls, which documentation shows as whole addresses."""


def bare(text: str) -> str:
    """`text` without white space, quotes, brackets and invisible marks around it, and without a comma or full stop behind."""
    kept = "".join(one for one in text if unicodedata.category(one) != "Cf")  # zero-width marks, soft hyphens
    while (stripped := kept.strip(_AROUND).rstrip(_BEHIND)) != kept:
        kept = stripped
    return kept


def clean_key(key: str) -> str:
    """A key without quotes, `Bearer`, or the name of the variable or header that it was copied with."""
    kept = bare(key)
    while (found := _BEFORE_A_KEY.match(kept)) and found.end() < len(kept):
        kept = bare(kept[found.end() :])
    normal = unicodedata.normalize("NFKC", kept)  # letters of full width
    return normal if normal.isascii() else kept


def clean_url(url: str) -> str:
    """The base of an API: scheme and host in lower case, without the path of a single call, ending in /v1 where there was
    no path at all."""
    kept = bare(url)
    if (found := _BEFORE_AN_ADDRESS.match(kept)) and found.end() < len(kept):
        kept = bare(kept[found.end() :])
    normal = unicodedata.normalize("NFKC", kept)
    kept = normal if normal.isascii() else kept
    scheme, marked, rest = kept.partition("://")
    if not marked or scheme.lower() not in ("http", "https"):
        return kept.rstrip("/")
    rest, _, _ = rest.partition("#")
    place, asked, query = rest.partition("?")
    host, *path = place.split("/")
    whole = "/".join(part for part in ("", *path) if part)
    route = f"/{whole}" if whole else ""
    route = _ROUTES.sub("", route)
    user, at, host = host.rpartition("@")
    known = f"{scheme.lower()}://{user}{at}{host.lower()}{route or '/v1'}"
    return known + (f"?{query}" if asked and query else "") if host else kept
