"""The effective settings and where each came from. With `sources`, the only room that reads the environment and interviewer.toml.

Order, first wins: command-line flags, environment (INTERVIEWER_MODEL__BASE_URL, ...), interviewer.toml, defaults. The
language, where nobody sets it, is the machine's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator

from interviewer.errors import SettingsError
from interviewer.pasted import clean_url
from interviewer.sources import ENV_PREFIX, TOML_NAME, from_environment, language_of_machine, leaves, read_toml
from knowledge.models import FileLimits, Frozen, Language

Choice = Literal["auto", "yes", "no"]


def _check_url(url: str) -> str:
    url = clean_url(url)
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return url


class Wire(Frozen):
    """In which form a model server wants its requests; `auto` is what it answers to a few small ones (docs/endpoints.md)."""

    limit_field: Literal["auto", "max_tokens", "max_completion_tokens"] = "auto"
    temperature: Choice = "auto"
    """Whether a temperature may be sent."""
    system_role: Choice = "auto"
    """Whether there is a system role; without one its words go before the user's."""
    stream_data: Choice = "auto"
    """Whether replies that are data come as a stream, so that the server notices when one is given up."""
    thinking_off: Literal["auto", "no", "template", "field"] = "auto"
    """How thinking is turned off: by an argument of the chat template, or by a field of its own."""
    one_at_a_time: Choice = "auto"
    """Whether the server answers one call after the other, so that words should be asked for before judgements."""


class ModelSettings(Frozen):
    """The endpoint that speaks and judges. Without `base_url` interviews run offline, where candidates mark themselves.

    Times in seconds; `concurrency` is the number of calls under way at once. An acknowledgement whose first words are not
    there `words_within_s` after the answer is replaced by fixed ones. `context_tokens` is for servers that do not say their
    context length (0: ask); `tokenizer` is a file with the model's vocabulary: tokenizer.json of
    byte-level BPE, .tiktoken or .gguf.
    """

    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    name: str = ""
    timeout_s: float = Field(default=60.0, gt=0)
    connect_timeout_s: float = Field(default=5.0, gt=0)
    concurrency: int = Field(default=256, ge=1)
    speak_temperature: float = Field(default=0.6, ge=0, le=2)
    words_within_s: float = Field(default=8.0, gt=0)
    context_tokens: int = Field(default=0, ge=0)
    tokenizer: str = ""
    wire: Wire = Field(default_factory=Wire)
    judge_prompt: Literal["v1", "v2"] = "v2"
    """How the model judges: v2 points at numbered clauses, v1 copies quotes and gives reasons (docs/grading.md)."""

    _url = field_validator("base_url")(_check_url)


class JudgeSettings(Frozen):
    """What is asked of the judge beside its verdicts.

    `explain`: who may have a partial or contradicted verdict explained by the model when they open it. Nobody (`none`; then
    only `grade --explain` asks), `reviewers`, or `everyone`, the candidate in the report of a finished interview too.
    `sure`: whether the server is asked how probable each verdict was. On vLLM that costs judgements a second
    (docs/grading.md), so batches of thousands may go without.
    """

    explain: Literal["none", "reviewers", "everyone"] = "none"
    sure: bool = True


class EmbeddingSettings(Frozen):
    """The endpoint for /v1/embeddings; without `base_url` the offline embedder is used.

    `tokenizer` is a file with the model's vocabulary, by which notes are cut into passages: tokenizer.json, .tiktoken or
    .gguf, the same one on machines that share an index. `context_tokens`: how much of a text the model reads (0: ask).
    """

    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    name: str = ""
    timeout_s: float = Field(default=60.0, gt=0)
    tokenizer: str = ""
    context_tokens: int = Field(default=0, ge=0)

    _url = field_validator("base_url")(_check_url)


class SpeechSettings(Frozen):
    """The endpoint for /v1/audio/transcriptions (a Whisper model on vLLM); without `base_url` the page has no microphone."""

    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    name: str = ""
    timeout_s: float = Field(default=60.0, gt=0)
    max_mb: float = Field(default=20.0, gt=0)
    """Largest recording that is taken, in MB."""

    _url = field_validator("base_url")(_check_url)


class StoreSettings(Frozen):
    """Any SQLAlchemy URL; empty means a SQLite file in the data folder.

    Sessions in which nothing has happened for `keep_days` are deleted; 0 keeps them until someone deletes them. A write that
    others keep from the database waits `busy_s` seconds, then it is refused.
    """

    url: str = ""
    keep_days: int = Field(default=0, ge=0)
    busy_s: float = Field(default=60.0, gt=0, le=3600)


def _check_networks(listed: str) -> str:
    for one in listed_in(listed):
        if one != "*":
            ip_network(one, strict=False)  # raises ValueError, which says what is wrong
    return listed


def listed_in(text: str) -> tuple[str, ...]:
    """The entries of a setting that takes several, with commas or blanks between."""
    return tuple(text.replace(",", " ").split())


class AccessSettings(Frozen):
    """Who may open the reviewers' pages: `name:hash` pairs with a blank between, as `interviewer reviewer NAME` prints them.

    Without any the pages are off. A login lasts `login_hours`; after `max_failures` wrong passwords for a name from one
    address, that name does not get in from there for `lock_minutes`. One address begins at most `interviews_per_hour`
    interviews (0: as many as it likes).
    """

    reviewers: SecretStr = SecretStr("")
    login_hours: float = Field(default=12.0, gt=0)
    max_failures: int = Field(default=5, ge=1)
    lock_minutes: float = Field(default=15.0, gt=0)
    secure_cookie: bool = False
    """Set it where the page is served over https: the login is then never sent over plain http."""
    trusted_proxies: str = ""
    """Addresses or networks of reverse proxies, with commas between, whose X-Forwarded headers are believed; none by itself."""
    hosts: str = ""
    """Host names under which the page may be asked for, with commas between (`*.example.org`: all below); empty means any."""
    interviews_per_hour: int = Field(default=1000, ge=0)

    _networks = field_validator("trusted_proxies")(_check_networks)


class IndexSettings(Frozen):
    """URL of a Chroma server; empty means an embedded index in the data folder."""

    url: str = ""

    _url = field_validator("url")(_check_url)


class UiSettings(Frozen):
    """Where the page is served, and the language it and the command line speak (not set: the machine's, else Chinese)."""

    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    """Processes of this machine that serve the page behind one port."""
    language: Language = "zh"


class InterviewSettings(Frozen):
    minutes: float = Field(default=30.0, gt=0, le=600)
    max_answer_chars: int = Field(default=20_000, ge=200)
    drafted_points: bool = True
    """Whether key points that a model drafted and nobody has reviewed are graded by; what rests on them is labelled."""


class Settings(Frozen):
    """Everything that can be set. `origins` names the source of each setting that is not a default."""

    data_dir: Path = Path()
    bank: str = ""
    """Bank folders, the first being the one that is offered first; several are joined as in PATH (`:`, on Windows `;`)."""
    bank_files: FileLimits = Field(default_factory=FileLimits)
    model: ModelSettings = Field(default_factory=ModelSettings)
    judge: JudgeSettings = Field(default_factory=JudgeSettings)
    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    speech: SpeechSettings = Field(default_factory=SpeechSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    access: AccessSettings = Field(default_factory=AccessSettings)
    index: IndexSettings = Field(default_factory=IndexSettings)
    ui: UiSettings = Field(default_factory=UiSettings)
    interview: InterviewSettings = Field(default_factory=InterviewSettings)
    origins: dict[str, str] = Field(default_factory=dict)

    @property
    def store_url(self) -> str:
        return self.store.url or f"sqlite:///{self.data_dir / 'interviews.db'}"

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """(dotted name, value with keys masked, origin) of every setting, for `interviewer config`."""
        for name, value in leaves(self.model_dump(exclude={"origins"})):
            shown = str(value) if not isinstance(value, SecretStr) else ("***" if value.get_secret_value() else "")
            yield name, shown, self.origins.get(name, "default")


def load_settings(
    flags: Mapping[str, str | None] | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """The settings made of `flags` (dotted names; None means not given), `environ` and `folder`/interviewer.toml.

    `environ` and `folder` default to this process's. Raises SettingsError naming the setting and its source.
    """
    import os

    environ = os.environ if environ is None else environ
    toml_path = (folder or Path.cwd()) / TOML_NAME
    tree: dict[str, Any] = {}
    origins: dict[str, str] = {}
    known = {name for name, _ in leaves(Settings().model_dump(exclude={"origins"}))}
    sources = (
        (TOML_NAME, dict(leaves(read_toml(toml_path)))),
        ("environment", from_environment(environ)),
        ("flag", {name: value for name, value in (flags or {}).items() if value is not None}),
    )
    for source, values in sources:
        for name, value in values.items():
            if name not in known:
                raise SettingsError(
                    f"There is no setting {name!r} (from {source}).",
                    "`interviewer config` lists every setting by name.",
                    setting=name,
                )
            _put(tree, name, value)
            origins[name] = f"${ENV_PREFIX}{name.upper().replace('.', '__')}" if source == "environment" else source
    tree.setdefault("data_dir", _default_data_dir())
    if "ui.language" not in origins and (of_machine := language_of_machine(environ)):
        _put(tree, "ui.language", of_machine[0])
        origins["ui.language"] = of_machine[1]
    try:
        return Settings(**tree, origins=origins)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"The setting {name!r} (from {origins.get(name, 'default')}) cannot be used: {first['msg']}.",
            "Mend its value; `interviewer config` shows where each setting comes from.",
            setting=name,
        ) from error


def _default_data_dir() -> Path:
    from platformdirs import user_data_path

    return user_data_path("interviewer", appauthor=False)


def _put(tree: dict[str, Any], name: str, value: object) -> None:
    *parents, last = name.split(".")
    for parent in parents:
        tree = tree.setdefault(parent, {})
    tree[last] = value
