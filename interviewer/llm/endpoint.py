"""Which endpoint to talk to and within which limits; built by the composition root from the settings.

One rule: an address or a key that can never work is refused here, before any call.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr, model_validator

from interviewer.llm.proxies import is_loopback
from interviewer.pasted import clean_key, clean_url
from interviewer.settings import Wire
from knowledge.models import Frozen


class EndpointSettings(Frozen):
    """An OpenAI-compatible endpoint. Times in seconds.

    `timeout_s` bounds one whole call, its retries included (of spoken words: until the first one, then between words);
    `concurrency` is the number of calls under way at once, `max_output_tokens` the most that any call may ask for.
    An empty `model` picks the single served one. `context_tokens` stands for what the server does not say, 0 for nothing;
    `tokenizer` names a file with the model's vocabulary. `logprobs` says whether they may be asked for. `section` is the part of the settings that all this came from,
    so that a message can say what to set.
    """

    base_url: str
    api_key: SecretStr = SecretStr("")
    model: str = ""
    timeout_s: float = Field(default=60.0, gt=0)
    connect_timeout_s: float = Field(default=5.0, gt=0)
    concurrency: int = Field(default=64, ge=1)
    max_output_tokens: int = Field(default=4096, ge=1)
    context_tokens: int = Field(default=0, ge=0)
    tokenizer: str = ""
    logprobs: bool = True
    wire: Wire = Wire()
    section: str = "model"
    query: tuple[tuple[str, str], ...] = ()
    """What stood behind the `?` of the address, which Azure wants with every call."""

    @model_validator(mode="after")
    def _usable(self) -> EndpointSettings:
        from interviewer.llm.failures import failure

        url, key = clean_url(self.base_url), clean_key(self.api_key.get_secret_value())
        url, _, query = url.partition("?")
        object.__setattr__(self, "base_url", url)
        object.__setattr__(self, "api_key", SecretStr(key))
        object.__setattr__(self, "query", tuple(parse_qsl(query)) or self.query)
        if not _can_work(url):
            raise failure("bad_url", self, url=url)
        strange = next((one for one in key if not "!" <= one <= "~"), None)
        if strange is not None:
            name = unicodedata.name(strange, f"U+{ord(strange):04X}")
            raise failure("bad_key", self, character=name)
        return self

    @property
    def root_url(self) -> str:
        """The server's root, where vLLM answers /version and /tokenize."""
        return self.base_url.removesuffix("/v1")

    @property
    def shown_url(self) -> str:
        """The base URL without a user name and password, fit for messages."""
        try:
            parts = urlsplit(self.base_url)
            return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        except ValueError:
            return self.base_url.rpartition("@")[2]

    @property
    def is_plain_loopback(self) -> bool:
        """Whether calls stay on this machine, without TLS."""
        parts = urlsplit(self.base_url)
        return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _can_work(url: str) -> bool:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        return known and not any(one.isspace() for one in url)
    except ValueError:  # a port that is not a number, or half an IPv6 address
        return False
