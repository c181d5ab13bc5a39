"""What went wrong with a call, said so that a person can act: the client library's errors become EndpointError.

One rule: every error carries `details["reason"]`, one of `Reason`; what is retried and what trips the breaker is
decided by it alone. Keys, user names and request bodies never enter a message.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from typing import Literal

from interviewer.errors import EndpointError
from interviewer.llm.endpoint import EndpointSettings

Reason = Literal[
    "bad_url", "unreachable", "unknown_host", "tls", "timed_out", "unauthorised", "not_found", "unknown_model",
    "several_models", "no_model", "over_context", "rejected", "overloaded", "server_error", "cut_short",
    "not_an_endpoint", "resting",
]  # fmt: skip
RETRIED: frozenset[Reason] = frozenset(
    {"unreachable", "unknown_host", "timed_out", "overloaded", "server_error", "cut_short"}
)
SILENT: frozenset[Reason] = RETRIED - {"overloaded"}
"""Failures that say the server is not there; an overloaded one is, and a refusal is an answer."""

_OVER_CONTEXT = re.compile(
    r"context (length|size|window)|context_length_exceeded|maximum model length|max_model_len|prompt is too long", re.I
)


def explain(error: Exception, endpoint: EndpointSettings, model: str = "") -> EndpointError:
    """The EndpointError for `error`, an exception of the openai client, a time-out, or a body that is not JSON."""
    import openai

    match error:
        case openai.APIStatusError():
            return _status(error.status_code, _said(error), endpoint, model, _retry_after(error))
        case openai.APITimeoutError() | TimeoutError():
            return _timed_out(error, endpoint)
        case openai.APIConnectionError():
            return _connection(error, endpoint)
        case openai.APIError():
            return failure("server_error", f"{endpoint.shown_url} broke off with an error: {_said(error)}.",
                           "Look into the model server's log.", endpoint)  # fmt: skip
        case _:
            return not_an_endpoint(endpoint)


def failure(reason: Reason, what: str, fix: str, endpoint: EndpointSettings, **details: object) -> EndpointError:
    return EndpointError(what, fix, reason=reason, base_url=endpoint.shown_url, **details)


def not_an_endpoint(endpoint: EndpointSettings) -> EndpointError:
    return failure(
        "not_an_endpoint", f"{endpoint.shown_url} answered, but not as an OpenAI-compatible endpoint does.",
        f"Set {endpoint.section}.base_url to the address of the model server's API; it usually ends in /v1.", endpoint,
    )  # fmt: skip


def cut_short(endpoint: EndpointSettings) -> EndpointError:
    return failure(
        "cut_short", f"The connection to {endpoint.shown_url} ended in the middle of a reply.",
        "Try again; if it happens often, look into the log of the model server or of the proxy before it.", endpoint,
    )  # fmt: skip


def resting(endpoint: EndpointSettings, seconds: float) -> EndpointError:
    return failure(
        "resting", f"{endpoint.shown_url} did not answer lately; the next try is in {seconds:.0f} s.",
        "Look whether the model server is running. What is left ungraded meanwhile can be graded later.",
        endpoint, retry_in_s=round(seconds, 1),
    )  # fmt: skip


def unknown_model(endpoint: EndpointSettings, model: str, served: tuple[str, ...] = ()) -> EndpointError:
    listed = f"It serves {', '.join(map(repr, served))}. " if served else ""
    return failure(
        "unknown_model", f"{endpoint.shown_url} does not serve the model {model!r}.",
        f"{listed}Set {endpoint.section}.name to a served model, or leave it empty to take the only one.",
        endpoint, model=model, served=served,
    )  # fmt: skip


def _status(status: int, said: str, endpoint: EndpointSettings, model: str, retry_after: float | None) -> EndpointError:
    url = endpoint.shown_url
    if status in (401, 403):
        return failure("unauthorised", f"{url} refused the key (HTTP {status}).",
                       f"Set {endpoint.section}.api_key to a key that this endpoint accepts.", endpoint, status=status)  # fmt: skip
    if status == 404 and "model" in said.lower():
        return unknown_model(endpoint, model)
    if status == 404:
        hint = "" if endpoint.base_url.endswith("/v1") else " The base URL should end in /v1."
        return failure("not_found", f"{url} is not the root of an OpenAI-compatible API (HTTP 404).",
                       f"Check {endpoint.section}.base_url.{hint}", endpoint, status=status)  # fmt: skip
    if status == 429:
        return failure("overloaded", f"{url} asks to wait (HTTP 429).",
                       f"Lower {endpoint.section}.concurrency, or give the model server more room.", endpoint,
                       status=status, retry_after_s=retry_after)  # fmt: skip
    if status == 408:
        return _timed_out(TimeoutError(), endpoint)
    if status >= 500 and status != 501:  # "not implemented" is an answer: asking again changes nothing
        return failure("server_error", f"{url} failed (HTTP {status}): {said}.",
                       "Look into the model server's log; it may still be starting.", endpoint,
                       status=status, retry_after_s=retry_after)  # fmt: skip
    if _OVER_CONTEXT.search(said):
        return failure("over_context", f"The request does not fit the model's context: {said}.",
                       "Serve the model with a longer context (vLLM: --max-model-len), or shorten the answer.", endpoint,
                       status=status)  # fmt: skip
    return failure("rejected", f"{url} rejected the request (HTTP {status}): {said}.",
                   "The server may lack a feature that was asked for, or be set up for another task; its log says more.", endpoint,
                   status=status, said=said)  # fmt: skip


def _timed_out(error: Exception, endpoint: EndpointSettings) -> EndpointError:
    connecting = any(type(cause).__name__ == "ConnectTimeout" for cause in _causes(error))
    what, seconds, fix = (
        ("accepted no connection", endpoint.connect_timeout_s, "Check the host and the way to it (firewall, proxy, VPN).")
        if connecting
        else ("did not answer", endpoint.timeout_s, f"The server may be overloaded; raise {endpoint.section}.timeout_s or ask less of it at once.")
    )  # fmt: skip
    return failure(
        "timed_out", f"{endpoint.shown_url} {what} within {seconds:g} s.", fix, endpoint, connecting=connecting
    )


def _connection(error: Exception, endpoint: EndpointSettings) -> EndpointError:
    url = endpoint.shown_url
    causes = tuple(_causes(error))
    if any(isinstance(cause, ssl.SSLError) or "[SSL" in str(cause) for cause in causes):
        said = next((str(c) for c in causes if "SSL" in str(c) or "certificate" in str(c)), "TLS failed")
        return failure("tls", f"No secure connection to {url}: {_line(said)}.",
                       "Use http:// if the server speaks plain HTTP; for a private certificate authority set SSL_CERT_FILE.",
                       endpoint)  # fmt: skip
    if any(isinstance(cause, socket.gaierror) or "Name or service" in str(cause) for cause in causes):
        return failure("unknown_host", f"The host of {url} is not known.",
                       f"Check the spelling of {endpoint.section}.base_url and the name service.", endpoint)  # fmt: skip
    if any(type(cause).__name__ in ("RemoteProtocolError", "ReadError", "EndOfStream") for cause in causes):
        return cut_short(endpoint)
    return failure("unreachable", f"Nothing accepts connections at {url}.",
                   f"Start the model server there, or set {endpoint.section}.base_url to where it runs (vLLM: http://HOST:8000/v1).",
                   endpoint)  # fmt: skip


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _said(error: Exception) -> str:
    """What the server wrote, on one line and of bounded length, without our own wrapping."""
    body = getattr(error, "body", None)
    while isinstance(body, dict):
        body = body.get("message") or body.get("error") or body.get("detail") or ""
    return _line(str(body or "no reason given"))


def _line(text: str) -> str:
    flat = " ".join(text.split()).rstrip(".")
    return flat if len(flat) <= 300 else f"{flat[:297]}..."


def _retry_after(error: Exception) -> float | None:
    """Seconds the server asks to wait; dates are left out, the usual waits do."""
    response = getattr(error, "response", None)
    try:
        return float(response.headers["retry-after"]) if response is not None else None
    except (KeyError, ValueError):
        return None
