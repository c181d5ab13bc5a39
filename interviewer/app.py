"""The composition root: settings in, a wired product out. The only room that knows which store, model and index are real."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from interviewer.access import Accounts, Arrivals
from interviewer.errors import EndpointError
from interviewer.grading import EndpointAssessor, Explainer, Matcher, OfflineAssessor, Suggester
from interviewer.interview.dictate import Dictation
from interviewer.interview.explaining import explain
from interviewer.interview.interviews import Desk, Interviews, Mind
from interviewer.interview.judging import EndpointJudge, OfflineJudge
from interviewer.interview.self_marking import SelfMarking
from interviewer.interview.speak import EndpointSpeaker, OfflineSpeaker
from interviewer.llm import ChatClient, EndpointSettings, Transcriber
from interviewer.models import Explanation, Thinking
from interviewer.settings import Settings
from interviewer.store import Store
from knowledge.bank import load_bank, shipped_bank_path
from knowledge.errors import BankError
from knowledge.models import Bank

if TYPE_CHECKING:
    from interviewer.debrief import Debriefs
    from interviewer.recordings.imports import Recordings
    from knowledge.cutting import Cut
    from knowledge.embedder import Embedder
    from knowledge.index import VectorIndex
    from knowledge.retrieve import Retriever
    from knowledge.shelf import Shelf


SPEECH_CONCURRENCY = 8
"""Recordings under way at once; a speech server takes them one after the other anyway."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_session_id() -> str:
    """96 random bits: a session's address cannot be guessed."""
    return secrets.token_urlsafe(12).replace("-", "x").replace("_", "y")


def new_seed() -> int:
    return random.SystemRandom().randrange(1, 1_000_000)


@dataclass
class App:
    """Banks, one store, one endpoint (or none). Opened once per process; `aclose` when it ends."""

    settings: Settings
    clock: Callable[[], datetime] = utc_now
    _chat: ChatClient | None = field(default=None, init=False)
    _suggesters: dict[str, Suggester] = field(default_factory=dict[str, "Suggester"], init=False)

    @property
    def thinking(self) -> Thinking:
        return "endpoint" if self.settings.model.base_url else "offline"

    @cached_property
    def bank(self) -> Bank:
        """The bank that is offered first. Raises BankError when it cannot be read."""
        return self._load(bank_paths(self.settings)[0])

    def _load(self, path: Path) -> Bank:
        return load_bank(path, self.settings.bank_files, drafts=self.settings.interview.drafted_points)

    @cached_property
    def banks(self) -> dict[str, Bank]:
        """Every bank in use by its id, the first one first. Raises BankError, also where two have one id."""
        found = {self.bank.id: self.bank}
        for path in bank_paths(self.settings)[1:]:
            bank = self._load(path)
            if bank.id in found:
                raise BankError(f"Two banks have the id {bank.id!r}.", f"Give {str(path / 'bank.toml')!r} another id.")
            found[bank.id] = bank
        return found

    def adopt(self, banks: dict[str, Bank] | None) -> None:
        """Use banks that were read already, of these settings; None changes nothing."""
        if banks:
            self.__dict__["banks"] = banks
            self.__dict__["bank"] = next(iter(banks.values()))

    @cached_property
    def store(self) -> Store:
        """The store, opened and brought up to date. Raises StoreError."""
        return Store.open(self.settings.store_url, self.settings.store.busy_s)

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
                    context_tokens=model.context_tokens,
                    tokenizer=model.tokenizer,
                    logprobs=self.settings.judge.sure,
                    wire=model.wire,
                )
            )
        return self._chat

    @property
    def last_failure(self) -> EndpointError | None:
        """The latest call to the model endpoint that failed for good; None where all went well, or none was made."""
        return self._chat.last_failure if self._chat is not None else None

    @cached_property
    def dictation(self) -> Dictation | None:
        """Spoken answers; None where no speech server is set. Raises EndpointError where its address can never work."""
        speech = self.settings.speech
        if not speech.base_url:
            return None
        endpoint = EndpointSettings(
            base_url=speech.base_url,
            api_key=speech.api_key,
            model=speech.name,
            timeout_s=speech.timeout_s,
            concurrency=SPEECH_CONCURRENCY,
            section="speech",
        )
        return Dictation(self.interviews, Transcriber(endpoint, max_mb=speech.max_mb))

    def offline_mind(self, bank: Bank) -> Mind:
        return Mind(speaker=OfflineSpeaker(), judge=OfflineJudge(self.suggester(bank), self.clock))

    def suggester(self, bank: Bank) -> Suggester:
        """Finds which of a candidate's sentences may be about which key point; made once for each bank."""
        if bank.id not in self._suggesters:
            self._suggesters[bank.id] = Suggester(Matcher(bank.terms, bank.questions))
        return self._suggesters[bank.id]

    def similarity(self, bank: Bank) -> OfflineAssessor:
        """Judging by text similarity: a labelled experiment, whose verdicts are never stored as a grade."""
        return OfflineAssessor(bank.terms, bank.questions, now=self.clock)

    @cached_property
    def self_marking(self) -> SelfMarking:
        """Candidates' own marks on interviews held offline."""
        suggesters = {bank.id: self.suggester(bank) for bank in self.banks.values()}
        return SelfMarking(self.interviews, self.store, suggesters, self.clock)

    @cached_property
    def interviews(self) -> Interviews:
        """The session facade over this store and these banks."""
        return Interviews(
            self.store,
            {bank.id: Desk(bank, self._minds(bank)) for bank in self.banks.values()},
            clock=self.clock,
            new_id=new_session_id,
            new_seed=new_seed,
            max_answer_chars=self.settings.interview.max_answer_chars,
        )

    @property
    def assessor(self) -> EndpointAssessor:
        """The model's judgement as the settings want it. Raises EndpointError where no endpoint is set."""
        return EndpointAssessor(self.chat, prompt_version=self.settings.model.judge_prompt, now=self.clock)

    async def explain_verdicts(
        self, session_id: str, question_id: str, only: Collection[str] = ()
    ) -> tuple[Explanation, ...]:
        """Have verdicts of one question explained (`only` some key points), and keep what comes. Asks nothing that is there.

        Raises EndpointError, ReplyError, UnknownQuestion; then nothing is kept.
        """
        state = await self.interviews.look(session_id)
        return await explain(state, question_id, Explainer(self.chat), self.store, self.clock, only=only)

    def may_explain(self, who: Literal["reviewers", "everyone"]) -> bool:
        """Whether those may have verdicts explained here: there is a model, and the settings say so."""
        allowed = self.settings.judge.explain
        return self.thinking == "endpoint" and allowed in (
            ("everyone",) if who == "everyone" else ("reviewers", "everyone")
        )

    def endpoint_mind(self, bank: Bank) -> Mind:
        offline = self.offline_mind(bank)
        assert isinstance(offline.speaker, OfflineSpeaker)
        assert isinstance(offline.judge, OfflineJudge)
        model = self.settings.model
        return Mind(
            speaker=EndpointSpeaker(
                self.chat, offline.speaker, model.speak_temperature, within_s=model.words_within_s, terms=bank.terms
            ),
            judge=EndpointJudge(self.assessor, offline.judge),
        )

    def _minds(self, bank: Bank) -> dict[Thinking, Mind]:
        """The ways to think about interviews on `bank`; a model's only where an endpoint is set."""
        minds: dict[Thinking, Mind] = {"offline": self.offline_mind(bank)}
        if self.thinking == "endpoint":
            minds["endpoint"] = self.endpoint_mind(bank)
        return minds

    @cached_property
    def debriefs(self) -> Debriefs:
        """Talks about finished interviews; by a model where an endpoint is set, else by retrieval alone."""
        from interviewer.debrief import Debriefs

        client = (lambda: self.chat) if self.thinking == "endpoint" else None
        return Debriefs(self.interviews, self.store, client, self.clock)

    @cached_property
    def recordings(self) -> Recordings:
        """Transcripts of interviews that people held; a model helps to tell their questions where an endpoint is set."""
        from interviewer.recordings.align import Aligner
        from interviewer.recordings.imports import Recordings
        from knowledge.likeness import Likenesses

        made: dict[str, Aligner] = {}

        def aligner(bank: Bank) -> Aligner:
            if bank.id not in made:
                made[bank.id] = Aligner(bank, Likenesses(bank, self.retriever_of(bank)))
            return made[bank.id]

        chat = (lambda: self.chat) if self.thinking == "endpoint" else None
        return Recordings(self.store, self.banks, aligner, chat=chat, clock=self.clock, new_id=new_session_id)

    @cached_property
    def accounts(self) -> Accounts:
        """Reviewers and their logins. Raises SettingsError where the settings name one without a usable password."""
        return Accounts(self.settings.access, self.store, self.clock)

    @cached_property
    def arrivals(self) -> Arrivals:
        """Who may begin how many interviews."""
        return Arrivals(self.settings.access, self.store, self.clock)

    def expire(self) -> int:
        """Delete what has stood longer than the settings allow: idle sessions (their number is given), old tries to log in, where interviews were begun from."""
        now, days = self.clock(), self.settings.store.keep_days
        self.accounts.forget_old()
        self.arrivals.forget_old()
        return self.store.delete_older(now - timedelta(days=days), now) if days else 0

    def embedder(self, bank: Bank | None = None) -> Embedder:
        """The team's embedding endpoint, or the offline default made for `bank` (the first one where none is given)."""
        from interviewer.llm.embeddings import EndpointEmbedder
        from knowledge.embedder import HashingEmbedder

        chosen = self.settings.embedding
        if not chosen.base_url:
            return HashingEmbedder((bank or self.bank).terms)
        return EndpointEmbedder(
            EndpointSettings(
                base_url=chosen.base_url,
                api_key=chosen.api_key,
                model=chosen.name,
                timeout_s=chosen.timeout_s,
                context_tokens=chosen.context_tokens,
                section="embedding",
            )
        )

    @cached_property
    def cut(self) -> Cut:
        """How the banks' texts are cut into passages: by the embedding model's vocabulary where its file is set, else by the
        standard measure. Raises SettingsError where that file cannot be used."""
        from interviewer.llm.tokens import Ruler
        from interviewer.llm.vocabulary import counter_of
        from knowledge.cutting import Cut

        chosen = self.settings.embedding
        if not chosen.base_url:
            return Cut()
        if not chosen.tokenizer:
            return Cut(bound=Ruler().tokens)
        counter = counter_of(chosen.tokenizer, "embedding.tokenizer")
        return Cut(measure=counter.tokens, bound=counter.tokens, name=f"cut by {counter.digest}")

    def open_index(self, bank: Bank | None = None) -> VectorIndex:
        """The vector index: a Chroma server by URL, or embedded in the data folder."""
        from knowledge.index import VectorIndex

        return VectorIndex.open(self._index_place, self.embedder(bank), self.cut)

    @property
    def _index_place(self) -> str | Path:
        return self.settings.index.url or self.settings.data_dir / "index"

    @cached_property
    def shelf(self) -> Shelf:
        """The searches over these banks, and the one index they share while this process serves."""
        from knowledge.shelf import Shelf

        return Shelf(self._index_place, self.embedder, self.cut)

    def retriever_of(self, bank: Bank) -> Retriever:
        """The search over `bank`, made once (that takes a second or two, so call it in a thread); vectors take part where an
        embedding endpoint is set and the index was brought up to date."""
        return self.shelf.retriever(bank)

    def path_of(self, bank: Bank) -> Path:
        """Where the files of `bank` stand: a folder, or an outline alone."""
        return dict(zip(self.banks, bank_paths(self.settings), strict=True))[bank.id]

    def retriever(self, index: VectorIndex | None = None, bank: Bank | None = None) -> Retriever:
        from knowledge.retrieve import Retriever

        return Retriever(bank or self.bank, index, cut=self.cut)

    async def aclose(self) -> None:
        """Close what was opened; idempotent."""
        if self._chat is not None:
            await self._chat.aclose()
            self._chat = None
        if dictation := self.__dict__.pop("dictation", None):
            await dictation.aclose()
        if "shelf" in self.__dict__:
            self.shelf.close()
        if "store" in self.__dict__:
            self.store.close()


def bank_paths(settings: Settings) -> tuple[Path, ...]:
    """The bank folders that are set, or the shipped one."""
    named = [part for part in settings.bank.split(os.pathsep) if part.strip()]
    return tuple(map(Path, named)) or (shipped_bank_path(),)
