"""The HTTP client of one endpoint: its key, its time-outs, the proxy it goes through, and who is to blame when it fails.

One rule: what the environment says about proxies is followed for calls that leave this machine, and a proxy that cannot
be used or does not answer is named instead of the endpoint.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from interviewer.errors import EndpointError
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.failures import failure, worded_problem
from interviewer.llm.proxies import Way, system_proxies, way_to

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_PACKED = "gzip, deflate, br"
"""How a body may be packed, whatever else happens to be installed: tests try each of these, and no other."""
_LOOK_S = 2.0
"""How long is looked whether anything listens at a place."""


class Connection:
    """Opened with its first use, in the event loop that uses it."""

    def __init__(self, endpoint: EndpointSettings) -> None:
        self.endpoint = endpoint
        self._way: Way | None = None
        self._openai: AsyncOpenAI | None = None

    @property
    def client(self) -> AsyncOpenAI:
        """The openai client, which neither waits nor tries again by itself. Raises EndpointError for an unusable proxy."""
        if self._openai is None:
            self._openai = self._open()
        return self._openai

    async def is_there(self) -> bool:
        """Whether the server answers anything at all, soon: a slow one does while it works."""
        import httpx2
        import openai

        try:
            async with asyncio.timeout(self.endpoint.connect_timeout_s):
                await self.client.get("/models", cast_to=httpx2.Response)
        except openai.APIStatusError:
            return True
        except (openai.OpenAIError, EndpointError, TimeoutError, ValueError):
            return False
        return True

    async def blamed(self, error: EndpointError) -> EndpointError:
        """`error`, or the proxy's or the protocol's fault that it really is."""
        reason, way = error.details["reason"], self._way
        if way is not None and reason in ("unreachable", "unknown_host", "connect_timed_out", "timed_out"):
            place = way.place
            if place is not None and not await _listens(*place):
                return failure("proxy_dead", self.endpoint, proxy=way.shown, variable=way.variable)
        if way is None and reason == "cut_short" and self.endpoint.base_url.startswith("http://"):
            from urllib.parse import urlsplit

            parts = urlsplit(self.endpoint.base_url)
            if await _speaks_tls(parts.hostname or "", parts.port or 80):
                return failure("wants_https", self.endpoint)
        return error

    async def aclose(self) -> None:
        if self._openai is not None:
            await self._openai.close()

    def _open(self) -> AsyncOpenAI:
        import httpx2
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

        endpoint = self.endpoint
        limit = Timeout(endpoint.timeout_s, connect=endpoint.connect_timeout_s)
        self._way = way = way_to(endpoint.base_url, system_proxies())
        if way is not None and way.problem is not None:
            why = worded_problem(way.problem, "en", scheme=way.scheme)
            raise failure("proxy_unusable", endpoint, proxy=way.shown, variable=way.variable, why=why)
        http = DefaultAsyncHttpxClient(
            timeout=limit,
            trust_env=False,  # it reads NO_PROXY in its own way, and stops at schemes that it does not know
            proxy=way.proxy if way is not None else None,
            verify=httpx2.create_ssl_context(),  # which honours SSL_CERT_FILE
            follow_redirects=False,  # a POST that is redirected becomes a GET, and the key goes where nobody sent it
        )
        client = AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key.get_secret_value() or "none",
            max_retries=0,
            timeout=limit,
            http_client=http,
            default_headers={"Accept-Encoding": _PACKED},
            default_query=dict(endpoint.query),
        )
        # the client would send account names of another service that it finds in the environment
        client.organization = client.project = None
        return client


async def _listens(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_LOOK_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def _speaks_tls(host: str, port: int) -> bool:
    """Whether a TLS handshake succeeds there, with any certificate."""
    import ssl

    anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(_LOOK_S):
            _, writer = await asyncio.open_connection(host, port, ssl=anyone)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
