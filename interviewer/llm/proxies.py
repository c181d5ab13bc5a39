"""Which proxy of the environment a call goes through, decided here instead of by each HTTP library in its own way.

Proxies are read as the system has them (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, or what Windows and macOS hold), and so is
NO_PROXY: host names with their subdomains, addresses, networks (10.0.0.0/8, fd00::/8), each perhaps with a port, and `*`.
`socks://`, as desktops write it, is SOCKS 5. One rule: calls to this machine itself go through no proxy.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from typing import Literal
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from interviewer.pasted import bare

Problem = Literal["scheme", "address"]
_SCHEMES = {"http": "http", "https": "https", "socks": "socks5", "socks5": "socks5", "socks5h": "socks5h"}
_THIS = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})
_OF_NUMBERS = frozenset("0123456789abcdefx.")
_NO_WAY = frozenset({"none", "off", "no", "false", "null", "direct", "direct://", "-"})
"""What some write to say that there is no proxy."""
LOCAL = "<local>"
"""Windows' word for every name without a dot."""


@dataclass(frozen=True)
class Way:
    """The proxy of a call and the variable it came from; `problem` where it can be no proxy."""

    proxy: str
    variable: str
    problem: Problem | None = None

    @property
    def shown(self) -> str:
        """The proxy without a user name and password, fit for messages."""
        parts = urlsplit(self.proxy)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def scheme(self) -> str:
        return self.proxy.partition("://")[0]

    @property
    def place(self) -> tuple[str, int] | None:
        """Host and port, to see whether anything listens there."""
        with suppress(ValueError):
            parts = urlsplit(self.proxy)
            if parts.hostname:
                return parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme, 1080)
        return None


def system_proxies() -> dict[str, str]:
    """The proxies that are set for this process, by scheme (`http`, `https`, `all`), and `no`."""
    return getproxies()


def way_to(url: str, proxies: Mapping[str, str]) -> Way | None:
    """The proxy that a call to `url` goes through; None where it goes straight."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if is_loopback(host) or any(_covers(entry, host, _port(parts)) for entry in _entries(proxies.get("no", ""))):
        return None
    kind = parts.scheme if proxies.get(parts.scheme) else "all"
    given = bare(proxies.get(kind, ""))
    if not given or given.lower() in _NO_WAY:
        return None
    variable = f"{kind.upper()}_PROXY"
    scheme, marked, rest = given.partition("://")
    if not marked:
        scheme, rest = "http", given
    known = _SCHEMES.get(scheme.lower())
    if known is None:
        return Way(given, variable, "scheme")
    way = Way(f"{known}://{rest}", variable)
    return way if way.place is not None else Way(way.proxy, variable, "address")


def is_loopback(host: str) -> bool:
    """Whether `host` names this machine itself, in any of the ways to write it."""
    host = host.strip("[]").rstrip(".").lower()
    if host in _THIS or host.endswith(".localhost"):
        return True
    with suppress(ValueError):
        address = ip_address(host)
        mapped = getattr(address, "ipv4_mapped", None) or address
        return mapped.is_loopback or mapped.is_unspecified
    if set(host) <= _OF_NUMBERS and host:
        with suppress(OSError):  # 127.1 and 0x7f.1, as the C library reads them
            return socket.inet_aton(host)[0] == 127
    return False


def _entries(no_proxy: str) -> Iterator[str]:
    return (entry for part in re.split(r"[,;\s，；]+", no_proxy) if (entry := part if part == LOCAL else bare(part)))


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of NO_PROXY names `host`; what cannot be read covers nothing."""
    if entry == "*" or (entry == LOCAL and "." not in host and ":" not in host):
        return True
    if "*" in entry.lstrip("*"):  # 10.*, as Windows has it
        return fnmatchcase(host.lower(), entry.lower())
    entry = entry.lower().rpartition("://")[2].rstrip("/")
    host = host.lower()
    with suppress(ValueError):
        address = ip_address(host)
        if "/" in entry:
            return address in ip_network(entry.replace("[", "").replace("]", ""), strict=False)
        bare, _, its_port = entry.partition("]") if entry.startswith("[") else (entry, "", "")
        with suppress(ValueError):
            return address == ip_address(bare.strip("[]")) and its_port.removeprefix(":") in ("", str(port))
    name, _, its_port = entry.partition(":")
    if its_port and its_port != str(port):
        return False
    name = name.removeprefix("*").removeprefix(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _port(parts: SplitResult) -> int | None:
    with suppress(ValueError):
        return parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return None
