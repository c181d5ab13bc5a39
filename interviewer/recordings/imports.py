"""The way of a file into the store: read, proposed, shown, corrected, kept. Used by the command line and by pages alike.

The one rule: `propose` writes nothing, `keep` writes what was looked at; the same talk is never kept twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Literal

from interviewer.errors import RecordingRefused, SessionDeleted, UnknownSession
from interviewer.models import (
    AlignedBy,
    Message,
    Realigned,
    RecordingFormat,
    Relabelled,
    Role,
    Session,
    Transcript,
    exchanges,
)
from interviewer.recordings import ask_model
from interviewer.recordings.align import UNSURE, Aligner
from interviewer.recordings.alignment import Alignment, Choice
from interviewer.recordings.alignment_file import fits
from interviewer.recordings.ask_model import Structured
from interviewer.recordings.formats.labels import is_anonymous
from interviewer.recordings.model import Cue, Notice, Recording
from interviewer.recordings.recognise import FileRead, read, read_file
from interviewer.recordings.speakers import NOBODY, Sides, matching, propose
from interviewer.recordings.to_transcript import Keeping, content_hash, language_of, to_transcripts
from interviewer.recordings.turns import Turn, join, turn_of
from interviewer.store import Store
from knowledge.models import Bank

Status = Literal["stored", "already", "realigned"]
_FEW_FOUND = 0.25
"""A share of the questions asked below which the bank seems to be another one, or in another language."""


@dataclass(frozen=True)
class Wishes:
    """What a person says beforehand: names on either side, a format, an alignment corrected by hand and who corrected it."""

    candidates: tuple[str, ...] = ()
    interviewers: tuple[str, ...] = ()
    format: RecordingFormat | None = None
    with_model: bool = True


@dataclass(frozen=True)
class Proposal:
    """A recording beside a bank, ready to be looked at and kept."""

    file: str
    recording: Recording
    sides: Sides
    turns: tuple[Turn, ...]
    alignment: Alignment
    bank: Bank
    named: str = ""
    notices: tuple[Notice, ...] = ()

    @property
    def asked(self) -> tuple[Choice, ...]:
        """The choices that open a question."""
        return tuple(choice for choice in self.alignment.choices if choice.label == "question")

    @property
    def outside(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in self.asked if not choice.question_id)

    @property
    def unsure(self) -> tuple[int, ...]:
        """Turns of interviewers whose reading is hardly ahead of another."""
        if self.alignment.aligned_by in ("person", "model"):
            return ()
        return tuple(n for n, c in enumerate(self.alignment.choices) if c.role == "interviewer" and c.lead < UNSURE)

    @property
    def cues(self) -> tuple[Cue, ...]:
        """The cues with the names that the file gives; none where sides were told by content alone."""
        if any(one.why == "content" for one in self.sides.speakers):
            return tuple(replace(cue, speaker=NOBODY) for cue in self.sides.cues)
        return self.sides.cues


@dataclass(frozen=True)
class Kept:
    """What became of one session: written, there already, or its questions corrected."""

    session: Session
    status: Status


class Recordings:
    """Reads recordings and keeps them. `aligners` gives the aligner of a bank, made once; `chat` is None without a model."""

    def __init__(
        self,
        store: Store,
        banks: Mapping[str, Bank],
        aligners: Callable[[Bank], Aligner],
        *,
        chat: Callable[[], Structured] | None,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._banks = banks
        self._aligners = aligners
        self._chat = chat
        self._clock = clock
        self._new_id = new_id

    def open(self, file: Path | bytes, name: str, format: RecordingFormat | None = None) -> FileRead:
        """What is in a file, by its path or its bytes. Raises RecordingRefused, TranscriptError."""
        return read(file, name, format) if isinstance(file, bytes) else read_file(file, format)

    async def propose(self, recording: Recording, file: str, wishes: Wishes) -> Proposal:
        """Who is who and which question each turn asks, on the bank that fits best. Raises RecordingRefused."""
        sides = propose(recording, wishes.candidates, wishes.interviewers)
        turns = join(sides, wrapped=recording.wrapped)
        found = [(bank, self._aligners(bank).align(turns)) for bank in self._banks.values()]
        bank, choices = max(found, key=lambda one: sum(choice.fit for choice in one[1]))
        aligned_by: AlignedBy = "meaning" if self._aligners(bank).by_meaning else "words"
        notices = list(sides.notices)
        aligner = ""
        if self._chat is not None and wishes.with_model:
            decided = await ask_model.decide(self._chat(), bank, language_of(recording), turns, choices)
            choices, aligner = decided.choices, decided.aligner
            aligned_by = "model" if aligner else aligned_by
            notices += [Notice("model_failed", {"why": decided.failure})] if decided.failure else []
        alignment = Alignment(
            sha256=content_hash(recording), file=file, number=recording.number, bank_id=bank.id, choices=choices,
            aligned_by=aligned_by, aligner=aligner,
        )  # fmt: skip
        notices += self._doubts(recording, bank, choices)
        return Proposal(file, recording, sides, turns, alignment, bank, _named(sides, wishes), tuple(notices))

    def corrected(self, proposal: Proposal, alignment: Alignment, by: str, name: str) -> Proposal:
        """The proposal with a person's alignment in place of the one found. Raises RecordingRefused where it does not fit."""
        if alignment.bank_id and alignment.bank_id not in self._banks:
            raise RecordingRefused(
                f"The alignment {name!r} is for the bank {alignment.bank_id!r}, which is not in use.",
                "Name that bank in --bank.", reason="other_bank", seen=alignment.bank_id,
            )  # fmt: skip
        fits(alignment, proposal.cues, name)
        bank = self._banks.get(alignment.bank_id, proposal.bank)
        cues = proposal.sides.cues
        turns = tuple(
            turn_of(cues, one.cues, cues[one.cues[0]].speaker, one.role, wrapped=proposal.recording.wrapped, heard=one.label == "backchannel")
            for one in alignment.choices
        )  # fmt: skip
        sides = _sides_of(proposal.sides, turns)
        signed = alignment.model_copy(
            update={
                "sha256": proposal.alignment.sha256,
                "file": proposal.file,
                "bank_id": bank.id,
                "aligned_by": "person",
                "confirmed_by": by,
            }
        )
        made = replace(proposal, sides=sides, turns=turns, alignment=signed, bank=bank, notices=())
        self._made(made)
        return made

    def keep(self, proposal: Proposal, confirmed_by: str = "") -> tuple[Kept, ...]:
        """Store a session for each candidate, or correct those that are stored. Raises RecordingRefused, StoreError."""
        alignment = proposal.alignment
        if confirmed_by and not alignment.confirmed_by:
            proposal = replace(proposal, alignment=alignment.model_copy(update={"confirmed_by": confirmed_by}))
        if self._store.withdrawn(alignment.sha256):
            raise RecordingRefused(
                "A candidate had this recording deleted here; it is not read in again.", "Ask them.", reason="withdrawn"
            )
        stored = [one for one in self._store.recorded(alignment.sha256) if one.bank_id == proposal.bank.id]
        kept: list[Kept] = []
        for transcript in self._made(proposal):
            there = _same(stored, transcript.session)
            if there is None:
                self._refuse_other_sides(stored, proposal.sides)
                self._store.import_transcript(transcript)
                kept.append(Kept(transcript.session, "stored"))
            elif alignment.aligned_by == "person":
                kept.append(self._realign(there, transcript))
            else:
                kept.append(Kept(there, "already"))
        return tuple(kept)

    def keep_export(self, transcript: Transcript) -> Kept:
        """Store a session that this program exported. Raises TranscriptError, SessionDeleted, StoreError."""
        try:
            there = self._store.session(transcript.session.id)
        except (UnknownSession, SessionDeleted):
            there = None
        self._store.import_transcript(transcript)
        return Kept(transcript.session, "stored" if there is None else "already")

    def _made(self, proposal: Proposal) -> tuple[Transcript, ...]:
        keeping = Keeping(file=proposal.file, now=self._clock(), new_id=self._new_id, named=proposal.named)
        return to_transcripts(
            proposal.recording, proposal.sides, proposal.turns, proposal.alignment, proposal.bank, keeping
        )

    def _realign(self, there: Session, wanted: Transcript) -> Kept:
        """Give the stored messages the labels of `wanted`; whoever did it and what it was before is kept."""
        held = self._store.transcript(there.id)
        if [m.text for m in held.messages] != [m.text for m in wanted.messages]:
            raise RecordingRefused(
                f"Session {there.id!r} of this recording is stored with its turns cut elsewhere.",
                f"Delete it (interviewer sessions --delete {there.id}) and import again; its grades go with it.",
                reason="cut_elsewhere",
                seen=there.id,
            )
        pairs = [
            (old, old.model_copy(update={"role": new.role, "kind": new.kind, "question_id": new.question_id}))
            for old, new in zip(held.messages, wanted.messages, strict=True)
        ]
        moved = [(old, new) for old, new in pairs if old != new]
        if not moved:
            return Kept(there, "already")
        source = wanted.session.recording
        assert there.recording is not None
        assert source is not None
        signed = there.recording.model_copy(
            update={"aligned_by": source.aligned_by, "confirmed_by": source.confirmed_by, "voices": source.voices}
        )
        session = there.model_copy(
            update={"recording": signed, "chapters": wanted.session.chapters, "plan": wanted.session.plan}
        )
        note = Realigned(
            session_id=there.id,
            by=source.confirmed_by,
            at=self._clock(),
            turns=tuple(_relabelled(old, new) for old, new in moved),
            changed=_changed(held.messages, tuple(new for _, new in pairs)),
        )
        self._store.realign(session, [new for _, new in moved], note)
        return Kept(session, "realigned")

    def _refuse_other_sides(self, stored: Sequence[Session], sides: Sides) -> None:
        """Raises RecordingRefused where this talk is stored with a candidate who is an interviewer now."""
        asking = set(sides.of("interviewer"))
        for session in stored:
            voices = session.recording.voices if session.recording else ()
            if any(voice.role == "candidate" and voice.name in asking for voice in voices):
                raise RecordingRefused(
                    f"This recording is stored as session {session.id!r} with other people as candidate and interviewer.",
                    f"Delete that one first (interviewer sessions --delete {session.id}).",
                    reason="other_sides",
                    seen=session.id,
                )

    def _doubts(self, recording: Recording, bank: Bank, choices: Sequence[Choice]) -> list[Notice]:
        """What makes the whole proposal doubtful: hardly a question found, times that run backwards."""
        found: list[Notice] = []
        asked = [choice for choice in choices if choice.label == "question"]
        known = sum(bool(choice.question_id) for choice in asked)
        language = language_of(recording)
        other = bank.outline.language != language and not any(
            question.text.to(language) == getattr(question.text, language) != "" for question in bank.questions
        )
        if asked and known < _FEW_FOUND * len(asked):
            found.append(
                Notice("other_language" if other else "few_found", {"n": known, "of": len(asked), "bank": bank.id})
            )
        starts = [cue.start_s for cue in recording.cues if cue.start_s is not None]
        back = sum(later < earlier - 1.0 for earlier, later in pairwise(starts))
        if back:
            found.append(Notice("times_backwards", {"n": back}))
        if not asked:
            found.append(Notice("nothing_asked"))
        return found


def _named(sides: Sides, wishes: Wishes) -> str:
    """The name given for a candidate whom the file does not name, where it can mean nobody else."""
    candidates = sides.of("candidate")
    if len(wishes.candidates) != 1 or len(candidates) != 1:
        return ""
    name = candidates[0]
    meant = matching((one.name for one in sides.speakers), wishes.candidates[0])
    return (
        wishes.candidates[0].strip()
        if meant is None and (is_anonymous(name) or len(name) <= 1 or name == NOBODY)
        else ""
    )


def _sides_of(sides: Sides, turns: Sequence[Turn]) -> Sides:
    """The sides that corrected turns put their speakers on: each on the one of most of their turns."""
    roles: dict[str, dict[Role, int]] = {}
    for turn in turns:
        if not turn.heard:
            roles.setdefault(turn.speaker, {"interviewer": 0, "candidate": 0})[turn.role] += 1
    speakers = tuple(
        replace(
            one, role=max(roles[one.name], key=lambda role: roles[one.name][role]) if one.name in roles else one.role
        )
        for one in sides.speakers
    )
    return replace(sides, speakers=speakers)


def _same(stored: Sequence[Session], wanted: Session) -> Session | None:
    """The stored session of the same talk about the same candidate."""
    assert wanted.recording is not None
    mine = {voice.name for voice in wanted.recording.voices if voice.role == "candidate"}
    for session in stored:
        source = session.recording
        if source is not None and {voice.name for voice in source.voices if voice.role == "candidate"} == mine:
            return session
    return None


def _relabelled(old: Message, new: Message) -> Relabelled:
    return Relabelled(
        turn=old.turn, role=new.role, kind=new.kind, question_id=new.question_id,
        was_role=old.role, was_kind=old.kind, was_question_id=old.question_id,
    )  # fmt: skip


def _changed(before: Sequence[Message], after: Sequence[Message]) -> tuple[str, ...]:
    """The questions to which other turns belong, or the same in other roles."""
    was, now = (
        {q: [(m.turn, m.role, m.kind) for m in said] for q, said in exchanges(side).items()} for side in (before, after)
    )
    return tuple(question for question in {**was, **now} if was.get(question) != now.get(question))
