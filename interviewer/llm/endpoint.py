"""Which endpoint to talk to and within which limits; built by the composition root from the settings.

One rule: a base URL that can never work is refused here, before any call.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from interviewer.errors import EndpointError
from knowledge.models import Frozen


class EndpointSettings(Frozen):
    """An OpenAI-compatible chat endpoint. Times in seconds.

    `timeout_s` bounds one whole call, its retries included (of a stream: until the first word, then between words);
    `concurrency` is the number of calls under way at once, `max_output_tokens` the most that any call may ask for.
    An empty `model` picks the single served one. `section` is the part of the settings that all this came from, so that a
    message can say what to set.
    """

    base_url: str
    api_key: SecretStr = SecretStr("")
    model: str = ""
    timeout_s: float = Field(default=60.0, gt=0)
    connect_timeout_s: float = Field(default=5.0, gt=0)
    concurrency: int = Field(default=64, ge=1)
    max_output_tokens: int = Field(default=4096, ge=1)
    section: str = "model"

    @field_validator("base_url")
    @classmethod
    def _usable(cls, url: str) -> str:
        parts = urlsplit(url.strip())
        try:
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is not a number
            usable = False
        if not usable:
            raise EndpointError(
                f"{url!r} is not an address of a model endpoint.",
                "Write it like http://HOST:8000/v1 (model.base_url, or speech.base_url for speech).",
                reason="bad_url",
                base_url=url,
            )
        return url.strip().rstrip("/")

    @property
    def root_url(self) -> str:
        """The server's root, where vLLM answers /version and /tokenize."""
        return self.base_url.removesuffix("/v1")

    @property
    def shown_url(self) -> str:
        """The base URL without a user name and password, fit for messages."""
        parts = urlsplit(self.base_url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def is_plain_loopback(self) -> bool:
        """Whether calls stay on this machine, without TLS."""
        parts = urlsplit(self.base_url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host in ("localhost", "::1") or host.startswith("127."))
