"""A recording and its alignment as a session like any other. The one rule: every cue is in one message of one session, in
its own words, and what was taken for what can be changed later without touching a word.

A recording with several candidates becomes a session for each: the questions that a candidate answered, and what was said to all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from interviewer.errors import RecordingRefused
from interviewer.models import (
    CandidateKind,
    Event,
    InterviewerKind,
    Message,
    Plan,
    Quota,
    RecordingSource,
    Session,
    Transcript,
    Voice,
    outside_id,
)
from interviewer.recordings.alignment import Alignment, Choice
from interviewer.recordings.formats.labels import is_anonymous
from interviewer.recordings.model import Recording
from interviewer.recordings.speakers import Sides
from interviewer.recordings.turns import Turn
from knowledge.models import Bank, Language

KINDS: Mapping[str, InterviewerKind | CandidateKind] = {
    "question": "question", "follow_up": "probe", "answer": "answer", "small_talk": "small_talk", "backchannel": "backchannel",
}  # fmt: skip
_CHINESE_SHARE = 0.2


@dataclass(frozen=True)
class Keeping:
    """What goes with a recording into its session: where it came from, who it is about, and when it is read in.

    `named` is the name a person gave to a candidate whom the file only calls "Speaker 2".
    """

    file: str
    now: datetime
    new_id: Callable[[], str]
    named: str = ""


def content_hash(recording: Recording) -> str:
    """sha256 of who said what when: the same for the same talk in another encoding or under another name."""
    digest = hashlib.sha256()
    for cue in recording.cues:
        row = [cue.speaker, None if cue.start_s is None else round(cue.start_s, 2), " ".join(cue.text.split())]
        digest.update(json.dumps(row, ensure_ascii=False).encode())
    digest.update(json.dumps([recording.candidate]).encode())
    return digest.hexdigest()


def language_of(recording: Recording) -> Language:
    """The language most of it is in."""
    letters = [c for cue in recording.cues for c in cue.text if c.isalpha()]
    return "zh" if sum(c > "\u2e7f" for c in letters) > _CHINESE_SHARE * len(letters) else "en"


def to_transcripts(
    recording: Recording, sides: Sides, turns: Sequence[Turn], alignment: Alignment, bank: Bank, keeping: Keeping
) -> tuple[Transcript, ...]:
    """One session for each candidate. Raises RecordingRefused where the alignment opens nothing that could be answered."""
    candidates = sides.of("candidate")
    return tuple(
        _session(recording, sides, turns, alignment, bank, keeping, candidate, own)
        for candidate in candidates
        for own in [_own(turns, alignment.choices, candidate, several=len(candidates) > 1)]
    )


def _own(turns: Sequence[Turn], choices: Sequence[Choice], candidate: str, *, several: bool) -> list[int]:
    """The turns that belong to a candidate's session: their own, what they answered, and what nobody in particular did."""
    if not several:
        return list(range(len(turns)))
    kept: set[int] = set()
    opener: int | None = None
    for n, turn in enumerate(turns):
        if turn.role == "candidate":
            if turn.speaker == candidate:
                kept.add(n)
            continue
        opener = n if choices[n].label == "question" else opener
        heard = {one.speaker for one in _replies(turns, n)}
        if candidate in heard or not heard:
            kept.add(n)
            if candidate in heard and choices[n].label == "follow_up" and opener is not None:
                kept.add(opener)
    return sorted(kept)


def _replies(turns: Sequence[Turn], n: int) -> list[Turn]:
    """What candidates say up to the next turn of an interviewer that is more than a sound."""
    found: list[Turn] = []
    for turn in turns[n + 1 :]:
        if turn.role == "interviewer" and not turn.heard:
            break
        if turn.role == "candidate":
            found.append(turn)
    return found


def _session(
    recording: Recording,
    sides: Sides,
    turns: Sequence[Turn],
    alignment: Alignment,
    bank: Bank,
    keeping: Keeping,
    candidate: str,
    own: Sequence[int],
) -> Transcript:
    session_id = keeping.new_id()
    lasted = max((cue.end_s or cue.start_s or 0.0 for cue in recording.cues), default=0.0)
    began = recording.started_at or keeping.now - timedelta(seconds=lasted)
    messages = messages_of([turns[n] for n in own], [alignment.choices[n] for n in own], bank, session_id, began, sides)
    asked = [m.question_id for m in messages if m.kind == "question" and m.question_id]
    known = {question.id: question for question in bank.questions}
    chapters = [known[one].chapter_id for one in dict.fromkeys(asked) if one in known]
    quotas = tuple(Quota(chapter_id=one, questions=chapters.count(one), minutes=0.0) for one in dict.fromkeys(chapters))
    voices = tuple(
        Voice(name="" if one.why == "content" else one.name, role=one.role)
        for one in sides.speakers
        if one.role == "interviewer" or one.name == candidate
    )
    session = Session(
        id=session_id,
        created_at=began,
        bank_id=bank.id,
        bank_hash=bank.content_hash,
        language=language_of(recording),
        mode="exam",
        thinking="endpoint",
        seed=0,
        minutes=round(lasted / 60, 1),
        chapters=tuple(dict.fromkeys(chapters)),
        plan=Plan(quotas=quotas, seconds_per_question=lasted / max(1, len(asked))),
        candidate=_candidate_name(recording, candidate, keeping),
        origin="recording",
        recording=RecordingSource(
            file=keeping.file,
            format=recording.format,
            sha256=alignment.sha256,
            number=recording.number,
            title=recording.title[:200],
            recorded_at=recording.started_at,
            voices=voices,
            aligned_by=alignment.aligned_by,
            aligner=alignment.aligner,
            confirmed_by=alignment.confirmed_by,
            imported_at=keeping.now,
        ),
    )
    ended = max((message.at for message in messages), default=began)
    events = (
        Event(session_id=session_id, at=ended, kind="finished", turn=len(messages)),
        Event(session_id=session_id, at=keeping.now, kind="imported", detail=f"{keeping.file} · {recording.format}"),
    )
    return Transcript(session=session, messages=messages, events=events)


def messages_of(
    turns: Sequence[Turn], choices: Sequence[Choice], bank: Bank, session_id: str, began: datetime, sides: Sides
) -> tuple[Message, ...]:
    """The turns as messages, numbered from 0, each with the question it belongs to."""
    nameless = {one.name for one in sides.speakers if one.why == "content"}
    messages: list[Message] = []
    current: str | None = None
    at = began
    for n, (turn, choice) in enumerate(zip(turns, choices, strict=True)):
        if choice.label == "question":
            current = choice.question_id or outside_id(turn.text)
            _check_known(bank, choice.question_id)
        if choice.label in ("follow_up", "answer") and current is None:
            raise RecordingRefused(
                f"Turn {n + 1} goes on with a question, but none is open yet.",
                "Make it a question, or small talk.",
                reason="nothing_open",
                n=n + 1,
                seen=turn.text[:80],
            )
        if turn.start_s is not None:
            at = began + timedelta(seconds=turn.start_s)
        apart = choice.label in ("small_talk", "backchannel")
        messages.append(
            Message(
                session_id=session_id,
                turn=n,
                role=choice.role,
                kind=KINDS[choice.label],
                text=turn.text,
                at=at,
                question_id=None if apart else current,
                speaker="" if turn.speaker in nameless else turn.speaker,
                moments=turn.moments,
            )
        )
    return tuple(messages)


def _check_known(bank: Bank, question_id: str) -> None:
    if question_id and all(question.id != question_id for question in bank.questions):
        raise RecordingRefused(
            f"The bank {bank.id!r} has no question {question_id!r}.",
            "Name a question of the bank, or leave it empty for one that the bank does not hold.",
            reason="unknown_question",
            bank=bank.id,
            seen=question_id,
        )


def _candidate_name(recording: Recording, candidate: str, keeping: Keeping) -> str:
    """A name for lists and the report; none where the file only tells voices apart."""
    if keeping.named:
        return keeping.named
    return recording.candidate or ("" if not candidate or len(candidate) == 1 or is_anonymous(candidate) else candidate)
