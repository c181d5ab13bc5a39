"""What went wrong with a call, said so that a person can act: the client library's errors become EndpointError.

One rule: every error carries `details["reason"]`, one of `Reason`; what is retried, what trips the breaker and which words
are shown is decided by it alone. Keys, user names and request bodies never enter a message.
"""

from __future__ import annotations

import re
import socket
import ssl
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from interviewer.errors import EndpointError
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.reading import Refused, refusal
from interviewer.llm.wordings import means
from knowledge.models import Language

Reason = Literal[
    "bad_url", "bad_key", "moved", "proxy_unusable", "proxy_dead", "unreachable", "unknown_host", "tls", "wants_https",
    "connect_timed_out", "timed_out", "too_slow", "unauthorised", "not_found", "unknown_model", "several_models",
    "no_model", "over_context", "rejected", "not_implemented", "filtered", "overloaded", "quota_used_up", "loading",
    "server_error", "gateway", "cut_short", "not_an_endpoint", "resting",
]  # fmt: skip
SILENT: frozenset[Reason] = frozenset(
    {"proxy_dead", "unreachable", "unknown_host", "connect_timed_out", "timed_out", "gateway", "loading", "cut_short"}
)
"""Failures that say the server is not there; a slow, an overloaded and a failing one are, and a refusal is an answer."""
RETRIED = SILENT | frozenset[Reason]({"overloaded", "server_error"})

Standing = Literal["endpoint_down", "refused", "too_slow", "endpoint_failed", "over_context"]
_STANDING: Mapping[Standing, frozenset[Reason]] = {
    "too_slow": frozenset({"too_slow", "overloaded"}),
    "endpoint_failed": frozenset({"server_error", "not_an_endpoint"}),
    "over_context": frozenset({"over_context"}),
    "refused": frozenset({
        "bad_url", "bad_key", "moved", "proxy_unusable", "wants_https", "unauthorised", "not_found", "unknown_model",
        "several_models", "no_model", "rejected", "not_implemented", "filtered", "quota_used_up",
    }),
}  # fmt: skip
_LISTED = 12
"""Names of models that a message lists; the rest is counted."""
_TLS_FOR_HTTP = re.compile(r"illegal status line|unreadable|invalid http version|bad http", re.I)


def failure(reason: Reason, endpoint: EndpointSettings, *, server: str = "", **values: Any) -> EndpointError:
    """The error of kind `reason`. `values` fill its words, `server` picks advice for that kind of server."""
    served = values.get("served", ())
    details: dict[str, Any] = {
        "reason": reason, "base_url": endpoint.shown_url, "url": endpoint.shown_url, "section": endpoint.section,
        "server": server, "served": served,
    } | values  # fmt: skip
    what, fix = worded(details, "en") or ("", "")
    return EndpointError(what, fix, **details)


def worded(details: Mapping[str, object], language: Language, *, plainly: bool = False) -> tuple[str, str] | None:
    """(what happened, what to do) in `language` for the details of an error of this room; None for any other error.

    `plainly` leaves out the address and what the server said: fit for whoever takes an interview.
    """
    words = _words(language)
    entry = words.get(str(details.get("reason", "")))
    if entry is None or "url" not in details:
        return None
    said = str(details.get("said") or words["said"]["nothing"])
    values = {
        **details,
        "url": words["said"]["endpoint"] if plainly else details["url"],
        "said": words["said"]["nothing"] if plainly else said,
        "listed": listed(details.get("served"), language),
    }
    if plainly:
        places = {name: words["said"]["elsewhere"] for name in ("proxy", "location", "why") if name in details}
        values |= places | {
            "listed": words["said"]["nobody"],
            "model": str(details.get("model", "")).rpartition("/")[2],
        }
    fix = entry.get(f"fix_{details.get('server', '')}", entry["fix"])
    return entry["what"].format(**values), fix.format(**values)


def standing(error: EndpointError) -> Standing:
    """What a failure is to somebody who waits for a grade: nobody there, refused, too slow, broken, or too long."""
    reason = error.details.get("reason")
    for name, reasons in _STANDING.items():
        if reason in reasons:
            return name
    return "endpoint_down"


def told_plainly(error: EndpointError, language: Language) -> str:
    """What happened, without an address, a path or the server's own words: it is stored with what a candidate may see."""
    found = worded(error.details, language, plainly=True)
    return found[0] if found else error.what


def listed(served: object, language: Language, most: int = _LISTED) -> str:
    """Names of models in words, the first `most` of them."""
    words = _words(language)["said"]
    names = [str(name) for name in served] if isinstance(served, tuple | list) else []
    if not names:
        return words["nobody"]
    between = "、" if language == "zh" else ", "
    shown = between.join(names[:most])
    return shown if len(names) <= most else words["more"].format(listed=shown, n=len(names) - most)


def worded_problem(problem: str, language: Language, **values: str) -> str:
    """What is wrong with a proxy, as a part of a sentence."""
    return _words(language)["said"][problem].format(**values)


def explain(error: Exception, endpoint: EndpointSettings, model: str = "", *, server: str = "") -> EndpointError:
    """The EndpointError for `error`, an exception of the openai client, a time-out, or a body that is not JSON."""
    import openai

    match error:
        case EndpointError():
            return error
        case openai.APIStatusError():
            body = error.body if error.body is not None else error.response.text
            if 300 <= error.status_code < 400:
                return failure("moved", endpoint, location=error.response.headers.get("location", "?"))
            return refused(error.status_code, refusal(body), endpoint, model, retry_after(error), server=server)
        case openai.APITimeoutError() | TimeoutError():
            connecting = any(type(cause).__name__ == "ConnectTimeout" for cause in _causes(error))
            reason: Reason = "connect_timed_out" if connecting else "timed_out"
            seconds = endpoint.connect_timeout_s if connecting else endpoint.timeout_s
            return failure(reason, endpoint, seconds=seconds)
        case openai.APIConnectionError():
            return _connection(error, endpoint)
        case openai.APIError():
            return refused(500, refusal(error.body or str(error)), endpoint, model, None, server=server)
        case _:
            return failure("not_an_endpoint", endpoint)


def refused(
    status: int,
    told: Refused,
    endpoint: EndpointSettings,
    model: str = "",
    wait_s: float | None = None,
    *,
    server: str = "",
) -> EndpointError:
    """The EndpointError for a reply of `status` that says `told`; under HTTP 200 the error's own status counts, if any."""
    known: dict[str, Any] = {"status": status, "said": _line(told.said), "code": told.code, "server": server}
    status = status if status != 200 else told.status or 400
    said = told.all
    if means(said, "wants_https"):
        return failure("wants_https", endpoint, **known)
    if status in (400, 402, 403, 429, 500) and means(said, "quota_used_up") and not means(told.beside, "slow_down"):
        return failure("quota_used_up", endpoint, **known)
    if status == 402:
        return failure("quota_used_up", endpoint, **known)
    if status == 407:
        return failure("proxy_unusable", endpoint, **known, proxy=endpoint.shown_url, variable="HTTPS_PROXY", why=known["said"])  # fmt: skip
    if status == 413 or (status not in (401, 403, 404, 429) and means(said, "over_context")):
        return failure("over_context", endpoint, **known)
    if status in (401, 403):
        return failure("unauthorised", endpoint, **known)
    if status < 500 and status != 429 and means(said, "no_model"):
        return failure("no_model", endpoint, **known)
    if status in (404, 405, 410):
        if "model" in said.lower() or means(said, "unknown_model"):
            return unknown_model(endpoint, model)
        return failure("not_found", endpoint, **known)
    if status in (429, 498, 529):  # the last two are Groq's and Anthropic's
        return failure("overloaded", endpoint, **known, retry_after_s=wait_s)
    if status == 408:
        return failure("too_slow", endpoint, seconds=endpoint.timeout_s)
    if status == 501:  # "not implemented" is an answer: asking again changes nothing
        return failure("not_implemented", endpoint, **known)
    if status >= 500 and means(said, "loading"):
        return failure("loading", endpoint, **known, retry_after_s=wait_s)
    if status in (502, 503, 504, *range(520, 531)):
        return failure("gateway", endpoint, **known, retry_after_s=wait_s)
    if status >= 500:
        return failure("server_error", endpoint, **known, retry_after_s=wait_s)
    if status < 500 and (means(told.code, "unknown_model") or means(said, "no_such_model")):
        return unknown_model(endpoint, model)
    return failure("rejected", endpoint, **known)


def unknown_model(endpoint: EndpointSettings, model: str, served: tuple[str, ...] = ()) -> EndpointError:
    return failure("unknown_model", endpoint, model=model, served=served)


def retry_after(error: Exception) -> float | None:
    """Seconds the server asks to wait; dates are left out, the usual waits do."""
    response = getattr(error, "response", None)
    try:
        return float(response.headers["retry-after"]) if response is not None else None
    except (KeyError, ValueError):
        return None


def _connection(error: Exception, endpoint: EndpointSettings) -> EndpointError:
    causes = tuple(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    if any(isinstance(cause, ssl.SSLError) or "[SSL" in str(cause) for cause in causes):
        said = next((str(c) for c in causes if "SSL" in str(c) or "certificate" in str(c)), "TLS")
        return failure("tls", endpoint, said=_line(said))
    if any(isinstance(cause, socket.gaierror) or "Name or service" in str(cause) for cause in causes):
        return failure("unknown_host", endpoint)
    if endpoint.base_url.startswith("http://") and any(_TLS_FOR_HTTP.search(str(cause)) for cause in causes):
        return failure("wants_https", endpoint)
    if names & {"RemoteProtocolError", "ReadError", "EndOfStream", "WriteError"}:
        return failure("cut_short", endpoint)
    if "DecodingError" in names:  # its content is not packed as its header says
        return failure("not_an_endpoint", endpoint)
    return failure("unreachable", endpoint)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _line(text: str) -> str:
    """`text` on one line and of bounded length; a page of HTML as its title."""
    if "<html" in text[:400].lower() or "<!doctype" in text[:100].lower():
        found = re.search(r"<title>(.*?)</title>|<h1>(.*?)</h1>", text, re.I | re.S)
        text = (found[1] or found[2]) if found else ""
    flat = " ".join(text.split()).rstrip(".")
    return flat if len(flat) <= 300 else f"{flat[:297]}..."


@cache
def _words(language: Language) -> dict[str, dict[str, str]]:
    return tomllib.loads((files("interviewer.llm") / "words" / f"{language}.toml").read_text("utf8"))
