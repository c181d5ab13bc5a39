"""Passwords as scrypt hashes (RFC 7914), in a form that fits one word of a settings file."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata

COST, BLOCK, PARALLEL = 2**15, 8, 3
"""32 MB and a fifth of a second a try: one of the settings that the OWASP password storage cheat sheet takes as equal."""
SHORTEST = 8
_DEAREST = 2**28
"""Bytes that a hash may ask for: a slip in a settings file must not take the machine's memory."""


def hashed(password: str, salt: bytes | None = None, *, cost: int = COST) -> str:
    """`scrypt.N.r.p.salt.key`, salt and key in URL-safe base64. Raises ValueError for one shorter than SHORTEST."""
    if len(password) < SHORTEST:
        raise ValueError(f"a password needs {SHORTEST} characters or more")
    salt = secrets.token_bytes(16) if salt is None else salt
    key = _derive(password, salt, cost, BLOCK, PARALLEL)
    return f"scrypt.{cost}.{BLOCK}.{PARALLEL}.{_text(salt)}.{_text(key)}"


def decoy(like: str) -> str:
    """A hash as dear as `like` that no password made: an unknown name then takes as long as a wrong password."""
    *costs, _, _ = like.split(".")
    return ".".join((*costs, _text(secrets.token_bytes(16)), _text(secrets.token_bytes(32))))


def matches(password: str, stored: str) -> bool:
    """Whether `password` made `stored`; the comparison takes the same time either way."""
    cost, block, parallel, salt, key = _parts(stored)
    return hmac.compare_digest(_derive(password, salt, cost, block, parallel), key)


def readable(stored: str) -> bool:
    """Whether `stored` is a hash that `matches` can be asked about."""
    try:
        _parts(stored)
    except ValueError:
        return False
    return True


def _parts(stored: str) -> tuple[int, int, int, bytes, bytes]:
    kind, *numbers, salt, key = stored.split(".") if stored.count(".") == 5 else [""] * 6
    cost, block, parallel = map(int, numbers)
    if (
        kind != "scrypt"
        or cost < 2
        or cost & (cost - 1)
        or not 0 < 128 * cost * block <= _DEAREST
        or not 0 < parallel < 64
    ):
        raise ValueError(f"not a password hash: {kind!r}")
    try:
        parts = cost, block, parallel, _bytes(salt), _bytes(key)
    except binascii.Error as error:
        raise ValueError("not a password hash: it is cut off") from error
    if len(parts[-1]) != 32:
        raise ValueError("not a password hash: it is cut off")
    return parts


def _derive(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    """Typed on another keyboard the same password may come composed otherwise; NFKC makes them one."""
    said = unicodedata.normalize("NFKC", password).encode("utf8", "surrogatepass")
    room = 128 * block * (cost + parallel + 2)
    return hashlib.scrypt(said, salt=salt, n=cost, r=block, p=parallel, maxmem=room + 2**20, dklen=32)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
