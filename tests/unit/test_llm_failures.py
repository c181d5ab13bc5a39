"""Messages for failures that cannot be staged on loopback, and for the words of servers other than vLLM."""

import socket
import ssl

import httpx2
import openai
import pytest

from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.failures import explain

ENDPOINT = EndpointSettings(base_url="http://models.example:8000/v1")
REQUEST = httpx2.Request("POST", "http://models.example:8000/v1/chat/completions")


def broken_by(cause: Exception) -> openai.APIConnectionError:
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = cause
    return error


def status(code: int, message: str, headers: dict[str, str] | None = None) -> openai.APIStatusError:
    response = httpx2.Response(code, request=REQUEST, headers=headers)
    return openai.APIStatusError(message, response=response, body={"message": message})


def test_an_unknown_host_is_told_from_a_refused_connection() -> None:
    unknown = explain(broken_by(socket.gaierror(-2, "Name or service not known")), ENDPOINT)
    refused = explain(broken_by(ConnectionRefusedError(111, "Connection refused")), ENDPOINT)
    assert (unknown.details["reason"], refused.details["reason"]) == ("unknown_host", "unreachable")
    assert "spelling" in unknown.fix


def test_a_certificate_that_is_not_trusted_says_how_to_trust_it() -> None:
    error = explain(
        broken_by(ssl.SSLCertVerificationError("certificate verify failed: self-signed certificate")), ENDPOINT
    )
    assert error.details["reason"] == "tls"
    assert "SSL_CERT_FILE" in error.fix


def test_a_connection_that_is_never_accepted_names_the_shorter_limit() -> None:
    error = openai.APITimeoutError(request=REQUEST)
    error.__cause__ = httpx2.ConnectTimeout("")
    explained = explain(error, ENDPOINT)
    assert explained.details["reason"] == "connect_timed_out"
    assert "within 5 s" in explained.what


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 4096 tokens and your request has 5000 input tokens",
        "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
        "the request exceeds the available context size, try increasing it",
        "Requested token count exceeds the model's maximum context length of 4096 tokens.",
    ],
)
def test_a_full_context_is_recognised_in_several_servers_words(said: str) -> None:
    assert explain(status(400, said), ENDPOINT).details["reason"] == "over_context"


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (401, "no", "unauthorised"),
        (403, "no", "unauthorised"),
        (404, "Not Found", "not_found"),
        (404, "The model `x` does not exist.", "unknown_model"),
        (400, "bad field", "rejected"),
        (408, "slow", "too_slow"),
        (429, "wait", "overloaded"),
        (500, "boom", "server_error"),
        (504, "gateway", "gateway"),
    ],
)
def test_every_status_has_its_reason(code: int, message: str, reason: str) -> None:
    assert explain(status(code, message), ENDPOINT, "x").details["reason"] == reason


def test_a_long_answer_of_the_server_is_quoted_in_part_and_on_one_line() -> None:
    what = explain(status(500, "line\n" * 500), ENDPOINT).what
    assert "\n" not in what
    assert len(what) < 450


def test_a_date_as_retry_after_is_left_out() -> None:
    error = explain(status(429, "wait", {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}), ENDPOINT)
    assert error.details["retry_after_s"] is None
