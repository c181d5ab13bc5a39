"""What the interviewer does after an answer, decided by policy from the state, and the fixed words for it.

Every spoken turn asks exactly one question: the authored probe, the next question, or the open question again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from interviewer.interview.claims import find_claim
from interviewer.interview.phrases import Phrases
from interviewer.interview.state import AskedQuestion, InterviewState, active_seconds, progress
from interviewer.models import Message
from interviewer.policy import (
    Asked,
    FollowUp,
    MoveOn,
    Probe,
    ProbeClaim,
    Selection,
    StopReason,
    choose,
    follow_up,
    stop,
)
from knowledge.models import Frozen, Question

ConductKind = Literal["clarifying", "off_topic", "asks_answer", "orders"]


class AskProbe(Frozen):
    """Stay on the question: the authored probe of one key point."""

    probe: Probe


class AskClaim(Frozen):
    """Stay on the question: the details of what the candidate says to have done, asked in the candidate's own words."""

    claim: str


class AskNext(Frozen):
    """Leave the question (`left` says why, None at the very start) and ask the selected one."""

    selection: Selection
    left: MoveOn | None


class AskAgain(Frozen):
    """The turn was no answer: say so kindly and put the open question again."""

    conduct: ConductKind


class Close(Frozen):
    reason: StopReason
    left: MoveOn | None


Move = AskProbe | AskClaim | AskNext | AskAgain | Close


Levels = Callable[[InterviewState], dict[str, Asked]]
"""Per asked question id, the level its answer reached so far; asked for only where a question is to be chosen."""


def decide(state: InterviewState, now: datetime, likely: frozenset[str], levels: Levels) -> Move:
    """The move after the candidate's latest message.

    `likely` are the key points that an answer nobody has judged resembles.
    """
    current = state.current
    if current is None:
        return _next(state, now, None, levels)
    if current.skipped:
        return _next(state, now, MoveOn(reason="skipped"), levels)
    so_far = progress(state, now, likely)
    step = follow_up(current.question, so_far)
    conduct = so_far.turn_kind
    if conduct in ("clarifying", "off_topic", "asks_answer", "orders") and not _no_answer(step):
        return AskAgain(conduct=conduct)
    if isinstance(step, Probe):
        return AskProbe(probe=step)
    if isinstance(step, ProbeClaim):
        return AskClaim(claim=find_claim(current.answers[-1].text) or "")
    return _next(state, now, step, levels)


def _no_answer(step: FollowUp) -> bool:
    return isinstance(step, MoveOn) and step.reason == "no_answer"


def _next(state: InterviewState, now: datetime, left: MoveOn | None, levels: Levels) -> AskNext | Close:
    session = state.session
    elapsed_s = active_seconds(state.transcript, now)
    over = stop(session.plan, len(state.asked), elapsed_s, session.minutes if session.timed else math.inf)
    if over:
        return Close(reason=over, left=left)
    level_of = levels(state)
    asked = [level_of[a.question.id] for a in state.asked]
    selection = choose(state.bank, session.plan, asked, session.seed, session.usage, session.preferred)
    return AskNext(selection=selection, left=left) if selection else Close(reason="plan_done", left=left)


def opening_words(state: InterviewState) -> str:
    """Greeting, what will happen, and where it begins."""
    session, phrases = state.session, Phrases(state.session.language, state.session.seed)
    key = session.mode if session.timed else f"{session.mode}_untimed"
    greeting = phrases.say("opening", key, minutes=f"{session.minutes:g}", questions=session.plan.total_questions)
    offline = phrases.say("opening", f"offline_{session.mode}") if session.thinking == "offline" else ""
    first = next(quota.chapter_id for quota in session.plan.quotas if quota.questions)
    begin = phrases.say("opening", "first", chapter=state.bank.title(first, session.language))
    return "\n\n".join(part for part in (phrases.join(greeting, offline), begin) if part)


def bridge_words(state: InterviewState, question: Question) -> str:
    """The sentence that leads from the current question to `question`."""
    current = state.current
    language = state.session.language
    phrases = Phrases(language, state.session.seed)
    if current is None:
        return opening_words(state)
    if question.chapter_id != current.question.chapter_id:
        title = state.bank.title(question.chapter_id, language)
        return phrases.say("bridge", "next_chapter", state.turn, chapter=title)
    if question.section_id != current.question.section_id:
        title = state.bank.title(question.section_id, language)
        return phrases.say("bridge", "next_section", state.turn, section=title)
    return phrases.say("bridge", "same_section", state.turn)


def probe_words(state: InterviewState, probe: Probe) -> str:
    """The authored probe, word for word; a contradiction is asked about neutrally."""
    current = state.current
    if current is None:
        raise ValueError("no question has been asked yet")
    words = current.question.key_point(probe.key_point_id).probe.to(state.session.language)
    if probe.reason == "contradiction":
        return Phrases(state.session.language, state.session.seed).say("conduct", "contradiction", probe=words)
    return words


def claim_words(state: InterviewState, claim: str) -> str:
    """The question into a claim: fixed words around the candidate's own, so nothing else can be in them."""
    return Phrases(state.session.language, state.session.seed).say("claim", "ask", state.turn, claim=claim)


def again_words(state: InterviewState, conduct: ConductKind) -> str:
    """The fixed words for a turn that was no answer, with the open question once more."""
    return Phrases(state.session.language, state.session.seed).say("conduct", conduct, question=open_words(state))


def open_words(state: InterviewState) -> str:
    """The question or probe that waits for an answer, in its authored words."""
    current = state.current
    if current is None:
        raise ValueError("no question has been asked yet")
    language = state.session.language
    last = _open_probe(current)
    if last is not None and last.key_point_id:
        return current.question.key_point(last.key_point_id).probe.to(language)
    if last is not None and (
        claim := find_claim(next(a.text for a in reversed(current.answers) if a.turn < last.turn))
    ):
        return Phrases(language, state.session.seed).say("claim", "ask", last.turn, claim=claim)
    return current.question.text.to(language)


def _open_probe(current: AskedQuestion) -> Message | None:
    """The probe that waits for an answer; None where the question itself does."""
    last = [message for message in current.messages if message.kind in ("question", "probe")][-1]
    return last if last.kind == "probe" else None


def hint_words(state: InterviewState, now: datetime) -> tuple[str, str | None]:
    """(words, key point id they help with) of the next rung of the hint ladder.

    Of an open question: directions, then two neutral probes. Of an open probe: three ways to go at that probe, never another.
    """
    from interviewer.policy.follow_up import next_open

    current, session = state.current, state.session
    if current is None:
        raise ValueError("no question has been asked yet")
    phrases = Phrases(session.language, session.seed)
    given = len(current.hint_turns)
    if session.mode == "exam":
        return phrases.say("hint", "exam"), None
    if given >= 3:
        return phrases.say("hint", "none"), None
    if (probe := _open_probe(current)) is not None:
        asked = {"probe": open_words(state), "question": current.question.text.to(session.language)}
        rungs = "probe_ladder" if probe.key_point_id else "claim_ladder"
        return phrases.options("hint", rungs)[given].format(**asked), probe.key_point_id
    if given == 0:
        focus = state.bank.section(current.question.section_id).focus
        usable = session.language == state.bank.outline.language and focus
        joined = phrases.say("ack", "joiner").join(focus)
        return (phrases.say("hint", "focus", focus=joined) if usable else phrases.say("hint", "general")), None
    point = next_open(current.question, progress(state, now))
    if point is None:
        return phrases.say("hint", "none"), None
    number = phrases.options("hint", "numbers")[given]
    return phrases.say("hint", "probe", n=number, probe=point.probe.to(session.language)), point.id
