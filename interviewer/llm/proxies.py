"""Which proxy of the environment a call goes through, decided here instead of by each HTTP library in its own way.

Proxies are read as the system has them (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, or what Windows and macOS hold), and so is
NO_PROXY: host names with their subdomains, addresses, networks (10.0.0.0/8, fd00::/8), each perhaps with a port, and `*`.
`socks://`, as desktops write it, is SOCKS 5. One rule: calls to this machine itself go through no proxy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

Problem = Literal["scheme", "address"]
_SCHEMES = {"http": "http", "https": "https", "socks": "socks5", "socks5": "socks5", "socks5h": "socks5h"}


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
    given = proxies.get(kind, "").strip()
    if not given:
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
    """Whether `host` names this machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    with suppress(ValueError):
        return ip_address(host.strip("[]")).is_loopback
    return False


def _entries(no_proxy: str) -> Iterator[str]:
    return (entry for part in no_proxy.split(",") for entry in part.split())


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of NO_PROXY names `host`; what cannot be read covers nothing."""
    if entry == "*":
        return True
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
