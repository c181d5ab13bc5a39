"""Passwords as scrypt hashes (RFC 7914), in a form that fits one word of a settings file."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

COST, BLOCK, PARALLEL = 2**15, 8, 1
"""About 32 MB and a tenth of a second a try: the OWASP password storage cheat sheet's second choice, with N = 2^15, r = 8."""
SHORTEST = 8


def hashed(password: str, salt: bytes | None = None) -> str:
    """`scrypt.N.r.p.salt.key`, salt and key in URL-safe base64. Raises ValueError for one shorter than SHORTEST."""
    if len(password) < SHORTEST:
        raise ValueError(f"a password needs {SHORTEST} characters or more")
    salt = secrets.token_bytes(16) if salt is None else salt
    key = _derive(password, salt, COST, BLOCK, PARALLEL)
    return f"scrypt.{COST}.{BLOCK}.{PARALLEL}.{_text(salt)}.{_text(key)}"


def matches(password: str, stored: str) -> bool:
    """Whether `password` made `stored`; the comparison takes the same time either way."""
    kind, cost, block, parallel, salt, key = stored.split(".")
    if kind != "scrypt":
        raise ValueError(f"unknown kind of hash {kind!r}")
    found = _derive(password, _bytes(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(found, _bytes(key))


def _derive(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    room = 256 * cost * block * parallel
    return hashlib.scrypt(password.encode(), salt=salt, n=cost, r=block, p=parallel, maxmem=room, dklen=32)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
