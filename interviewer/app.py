"""The composition root: settings in, a wired product out. The only room that knows which store, model and index are real."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.errors import EndpointError
from interviewer.grading import EndpointAssessor, OfflineAssessor
from interviewer.interview.interviews import Interviews, Mind
from interviewer.interview.judging import EndpointJudge, OfflineJudge
from interviewer.interview.speak import EndpointSpeaker, OfflineSpeaker
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.models import Thinking
from interviewer.settings import Settings
from interviewer.store import Store
from knowledge.bank import load_bank, shipped_bank_path
from knowledge.models import Bank

if TYPE_CHECKING:
    from knowledge.embedder import Embedder
    from knowledge.index import VectorIndex
    from knowledge.retrieve import Retriever


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_session_id() -> str:
    """96 random bits: a session's address cannot be guessed."""
    return secrets.token_urlsafe(12).replace("-", "x").replace("_", "y")


def new_seed() -> int:
    return random.SystemRandom().randrange(1, 1_000_000)


@dataclass
class App:
    """One bank, one store, one endpoint (or none). Opened once per process; `aclose` when it ends."""

    settings: Settings
    clock: Callable[[], datetime] = utc_now
    _chat: ChatClient | None = field(default=None, init=False)

    @property
    def thinking(self) -> Thinking:
        return "endpoint" if self.settings.model.base_url else "offline"

    @cached_property
    def bank(self) -> Bank:
        """The bank in use. Raises BankError when it cannot be read."""
        return load_bank(bank_path(self.settings))

    @cached_property
    def store(self) -> Store:
        """The store, opened and brought up to date. Raises StoreError."""
        return Store.open(self.settings.store_url)

    @property
    def chat(self) -> ChatClient:
        """The client of the model endpoint. Raises EndpointError where none is set."""
        if self._chat is None:
            model = self.settings.model
            if not model.base_url:
                raise EndpointError(
                    "No model endpoint is set.",
                    "Give --base-url, or set INTERVIEWER_MODEL__BASE_URL, as http://gpu-box:8000/v1.",
                )
            self._chat = ChatClient(
                EndpointSettings(
                    base_url=model.base_url,
                    api_key=model.api_key,
                    model=model.name,
                    timeout_s=model.timeout_s,
                    connect_timeout_s=model.connect_timeout_s,
                    concurrency=model.concurrency,
                )
            )
        return self._chat

    @cached_property
    def offline_mind(self) -> Mind:
        assessor = OfflineAssessor(self.bank.terms, self.bank.questions, now=self.clock)
        return Mind(speaker=OfflineSpeaker(self.bank.terms), judge=OfflineJudge(assessor))

    @cached_property
    def interviews(self) -> Interviews:
        """The session facade over this store and bank."""
        minds: dict[Thinking, Mind] = {"offline": self.offline_mind}
        if self.thinking == "endpoint":
            minds["endpoint"] = self.endpoint_mind
        return Interviews(
            self.store,
            self.bank,
            minds,
            clock=self.clock,
            new_id=new_session_id,
            new_seed=new_seed,
            max_answer_chars=self.settings.interview.max_answer_chars,
        )

    @cached_property
    def endpoint_mind(self) -> Mind:
        offline_speaker, offline_judge = self.offline_mind.speaker, self.offline_mind.judge
        assert isinstance(offline_speaker, OfflineSpeaker)
        assert isinstance(offline_judge, OfflineJudge)
        assessor = EndpointAssessor(self.chat, now=self.clock)
        return Mind(
            speaker=EndpointSpeaker(self.chat, offline_speaker, self.settings.model.speak_temperature),
            judge=EndpointJudge(assessor, offline_judge),
        )

    def embedder(self) -> Embedder:
        """The team's embedding endpoint, or the offline default."""
        from knowledge.embedder import EndpointEmbedder, HashingEmbedder

        chosen = self.settings.embedding
        if not chosen.base_url:
            return HashingEmbedder(self.bank.terms)
        return EndpointEmbedder(
            chosen.base_url, chosen.name, api_key=chosen.api_key.get_secret_value(), timeout_s=chosen.timeout_s
        )

    def open_index(self) -> VectorIndex:
        """The vector index: a Chroma server by URL, or embedded in the data folder."""
        from knowledge.index import VectorIndex

        return VectorIndex.open(self.settings.index.url or self.settings.data_dir / "index", self.embedder())

    def retriever(self, index: VectorIndex | None = None) -> Retriever:
        from knowledge.retrieve import Retriever

        return Retriever(self.bank, index)

    async def aclose(self) -> None:
        """Close what was opened; idempotent."""
        if self._chat is not None:
            await self._chat.aclose()
            self._chat = None
        if "store" in self.__dict__:
            self.store.close()


def bank_path(settings: Settings) -> Path:
    return Path(settings.bank) if settings.bank else shipped_bank_path()
