"""Who a visitor is and which host was asked for, as far as the peer that says so is trusted.

The one rule: what a proxy tells (X-Forwarded-…) is believed of the proxies that are set, and of nobody else. Whatever stands
inside this wall sees the visitor's address, scheme and host where they always stand, and no header that could claim others.
"""

from __future__ import annotations

import logging
import re
from html import escape
from ipaddress import ip_address, ip_network
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from interviewer.settings import AccessSettings, listed_in
from knowledge.models import Language
from ui.texts import say

log = logging.getLogger("interviewer.access")
CLAIMS = (b"x-forwarded-", b"x-gradio-", b"x-real-ip", b"forwarded", b"x-original-", b"x-rewrite-url", b"x-host")
"""Beginnings of headers that claim who asks or what was asked for: Gradio builds its addresses from some of them."""
SHOWS_A_PROXY = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded")
HEALTH = ("/healthz", "/readyz")
"""Asked for by machines, which know addresses and no names."""
MOST_NAMED = 20
"""Peers that are named in the log, each once; beyond that it says no more."""


class Peers:
    """The outermost wall. `fallback` is the language of a refusal where the visitor chose none."""

    def __init__(self, inner: ASGIApp, settings: AccessSettings, fallback: Language) -> None:
        self._trusted = listed_in(settings.trusted_proxies)
        self._hosts = tuple(one.casefold() for one in listed_in(settings.hosts))
        self._fallback: Language = fallback
        self._inner = inner
        networks = [str(ip_network(one, strict=False)) for one in self._trusted if one != "*"]
        checked: Any = self._checked  # uvicorn and Starlette write the same types differently
        self._proxied: Any = ProxyHeadersMiddleware(checked, "*" if "*" in self._trusted else networks)
        self._named: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._inner(scope, receive, send)
        elif trusts(self._trusted, peer := (scope.get("client") or ("",))[0]):
            await self._proxied(_as_asked(scope), receive, send)
        else:
            self._notice(peer, Headers(scope=scope))
            await self._checked(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Without the claims, and only for a host that is served."""
        plain = {**scope, "headers": [one for one in scope["headers"] if not one[0].lower().startswith(CLAIMS)]}
        host = Headers(scope=plain).get("host", "")
        if scope["type"] == "http" and scope["path"] not in HEALTH and not is_served(self._hosts, host):
            await self._another_host(plain, host)(plain, receive, send)
        else:
            await self._inner(plain, receive, send)

    def _notice(self, peer: str, headers: Headers) -> None:
        """Say once for each peer that it forwards and is not trusted, and what to set."""
        if peer in self._named or len(self._named) >= MOST_NAMED or not any(map(headers.get, SHOWS_A_PROXY)):
            return
        self._named.add(peer)
        if not peer:
            log.warning(
                "a request was forwarded through a socket without an address, so everybody counts as one visitor. If only your "
                "reverse proxy can reach that socket, set INTERVIEWER_ACCESS__TRUSTED_PROXIES=* and start again."
            )
            return
        log.warning(
            "a request came through %s, which is not among access.trusted_proxies: everybody behind it counts as one visitor, "
            "so wrong passwords of one keep all others out for a while. If it is your reverse proxy, set "
            "INTERVIEWER_ACCESS__TRUSTED_PROXIES=%s and start again; if not, nothing needs to be done: what it claims is not believed.",
            peer, peer,
        )  # fmt: skip

    def _another_host(self, scope: Scope, host: str) -> HTMLResponse:
        asked = re.search(rb"(?:^|&)lang=(zh|en)(?:&|$)", scope.get("query_string", b""))
        language: Language = self._fallback if asked is None else "en" if asked[1] == b"en" else "zh"
        words = escape(say(language, "door", "other_host", host=host[:200], hosts=", ".join(self._hosts)))
        return HTMLResponse(f'<!doctype html><html lang="{language}"><meta charset="utf-8"><p>{words}</p>', 400)


def trusts(trusted: tuple[str, ...], peer: str) -> bool:
    """Whether `peer`, an address, is or is in one of `trusted`."""
    if "*" in trusted:
        return True
    try:
        found = ip_address(_plain(peer))
    except ValueError:
        return False
    return any(found in ip_network(one, strict=False) for one in trusted)


def is_served(hosts: tuple[str, ...], host: str) -> bool:
    """Whether a Host header names one of `hosts`, whatever the port; any does where none is set."""
    name = re.sub(r":\d*$", "", host.casefold()).rstrip(".")
    return not hosts or any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in hosts)


def _plain(address: str) -> str:
    """An IPv4 address that came in over an IPv6 socket is an IPv4 address."""
    return address.removeprefix("::ffff:") if "." in address else address


def _as_asked(scope: Scope) -> Scope:
    """The request as the visitor sent it to the trusted proxy that passed it on: the host and the scheme asked for there."""
    headers = Headers(scope=scope)
    host, port, scheme = (_first(headers, f"x-forwarded-{name}") for name in ("host", "port", "proto"))
    peer, inner = scope.get("client") or ("", 0)
    asked = {**scope, "client": (_plain(peer), inner)}
    told: dict[bytes, str] = {}
    if re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?", host, re.ASCII):
        usual = {"http": "80", "https": "443"}.get(scheme, "")
        named = host if re.search(r":\d+$", host) or not port.isdecimal() or port == usual else f"{host}:{port}"
        told[b"host"] = named
    if scheme:
        told[b"x-forwarded-proto"] = scheme.casefold()  # of several, the one nearest to the visitor
    others = [one for one in scope["headers"] if one[0].lower() not in told]
    return {**asked, "headers": [*others, *((name, value.encode("latin-1")) for name, value in told.items())]}


def _first(headers: Headers, name: str) -> str:
    return headers.get(name, "").partition(",")[0].strip()
