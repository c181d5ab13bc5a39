"""The turn graph: acknowledge and assess side by side, then decide, then probe, ask next, ask again or close.

LangGraph owns the order and the streaming; each node is a few lines that call pure rooms. The last node of every way ends
in `record`, which writes the whole turn in one transaction before its authored words are shown (in the node itself: a node of
its own would cost a sixth of what the graph costs). No checkpoint: the transcript is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Any, Literal, TypedDict, cast

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

from interviewer.grading import Case
from interviewer.interview.events import Delta, Notice, Speaking
from interviewer.interview.feedback import feedback_words
from interviewer.interview.judging import Judge, case_of, levels_of, skipped_assessment
from interviewer.interview.moves import (
    AskAgain,
    AskClaim,
    AskNext,
    AskProbe,
    Close,
    Move,
    again_words,
    bridge_words,
    claim_words,
    decide,
    probe_words,
)  # fmt: skip
from interviewer.interview.phrases import Phrases
from interviewer.interview.speak import Scene, Speaker
from interviewer.interview.state import AskedQuestion, InterviewState, turn_kind
from interviewer.llm.untraced import never_trace
from interviewer.models import ENDPOINT_REASONS, Assessment, Event, InterviewerKind, Message, Ungraded

Clock = Callable[[], datetime]


class Turn(TypedDict):
    """What flows through the graph. `state` already holds the candidate's stored message.

    The first six are given; each node adds its part.
    """

    state: InterviewState
    speaker: Speaker
    judge: Judge
    clock: Clock
    record: Callable[[Turn], Awaitable[None]]
    spoken: asyncio.Event
    """Set once the acknowledgement's first words are there, or none will come."""
    now: datetime
    acknowledgement: str
    result: Assessment | Ungraded | None
    likely: frozenset[str]
    move: Move
    messages: tuple[Message, ...]
    events: tuple[Event, ...]


Part = dict[str, Any]
"""What one node adds to the turn: some of its keys."""


def build_turn_graph() -> Any:
    """The compiled graph; it holds no session, so one serves all."""
    never_trace()
    graph: Any = StateGraph(Turn)
    graph.add_node("acknowledge", acknowledge)
    graph.add_node("assess", assess)
    graph.add_node("decide", settle)
    graph.add_edge(START, "acknowledge")
    graph.add_edge(START, "assess")
    graph.add_edge(["acknowledge", "assess"], "decide")
    graph.add_conditional_edges("decide", route)
    for name, node in (("probe", probe), ("ask_again", ask_again), ("next_question", next_question), ("close", close)):
        graph.add_node(name, recorded(node))
        graph.add_edge(name, END)
    return graph.compile()


async def acknowledge(turn: Turn) -> Part:
    """Stream a short acknowledgement of the latest message; a skip gets its fixed words."""
    state = turn["state"]
    current = _current(state)
    write = get_stream_writer()
    write(Speaking())
    try:
        return await _acknowledge(turn, current, write)
    finally:
        turn["spoken"].set()


async def _acknowledge(turn: Turn, current: AskedQuestion, write: Callable[[object], None]) -> Part:
    state = turn["state"]
    if current.skipped:
        words = Phrases(state.session.language, state.session.seed).say("skip", "answer")
        write(Delta(text=words))
        return {"acknowledgement": words}
    scene = Scene(
        question_text=current.question.shown(state.session.language),
        messages=current.messages,
        language=state.session.language,
        seed=state.session.seed,
        turn=state.turn,
        turn_kind=turn["judge"].obvious_kind(current.messages[-1].text),
    )
    said = ""
    async with aclosing(turn["speaker"].acknowledge(scene)) as pieces:
        async for piece in pieces:
            said += piece
            write(Delta(text=piece))
            turn["spoken"].set()
    return {"acknowledgement": said}


async def assess(turn: Turn) -> Part:
    """Judge everything said on this question so far; a failure is a stored `Ungraded`, and the talk goes on as offline."""
    state, judge = turn["state"], turn["judge"]
    current = _current(state)
    nothing: frozenset[str] = frozenset()
    if current.skipped:
        done = current.results or current.answers or not judge.judges
        return {"result": None if done else skipped_assessment(state, turn["clock"]()), "likely": nothing}
    answer = current.answers[-1]
    if current.assessment_at(answer.turn):
        return {"result": None, "likely": nothing}
    if await turn["speaker"].waits_its_turn():  # the first words first: a judgement before them would keep them waiting
        await turn["spoken"].wait()
    case: Case = case_of(state, current)
    if not judge.judges:
        return {"result": None, "likely": judge.likely(case)}
    result = await judge.assess(case)
    if isinstance(result, Assessment):
        return {"result": result, "likely": nothing}
    if result.reason in ENDPOINT_REASONS:
        get_stream_writer()(Notice(text=Phrases(state.session.language).say("notice", result.reason)))
    return {"result": result, "likely": judge.likely(case)}


async def settle(turn: Turn) -> Part:
    """Let policy decide; flags for reviewers are noted here."""
    state, now = turn["state"], turn["clock"]()
    fresh = _with_result(state, turn["result"])
    move = decide(fresh, now, turn["likely"], levels_of)
    events: tuple[Event, ...] = ()
    kind = turn_kind(_current(fresh))
    if kind in ("orders", "off_topic"):
        events = (_event(state, now, "flag", kind),)
    if isinstance(turn["result"], Ungraded):
        events += (_event(state, now, "fault", f"{turn['result'].reason}: {turn['result'].detail}"),)
    return {"move": move, "state": fresh, "now": now, "events": events}


def route(turn: Turn) -> Literal["probe", "ask_again", "next_question", "close"]:
    match turn["move"]:
        case AskProbe() | AskClaim():
            return "probe"
        case AskAgain():
            return "ask_again"
        case AskNext():
            return "next_question"
        case Close():
            return "close"


async def probe(turn: Turn) -> Part:
    move = turn["move"]
    if isinstance(move, AskClaim):
        return {"messages": (_say(turn, "probe", claim_words(turn["state"], move.claim), reason="claim"),)}
    assert isinstance(move, AskProbe)
    words = probe_words(turn["state"], move.probe)
    return {"messages": (_say(turn, "probe", words, reason=move.probe.reason, key_point_id=move.probe.key_point_id),)}


async def ask_again(turn: Turn) -> Part:
    move = turn["move"]
    assert isinstance(move, AskAgain)
    kinds: dict[str, InterviewerKind] = {"clarifying": "clarification", "asks_answer": "decline", "orders": "redirect"}
    words = again_words(turn["state"], move.conduct)
    return {"messages": (_say(turn, kinds.get(move.conduct, "redirect"), words, reason=move.conduct),)}


async def next_question(turn: Turn) -> Part:
    """Feedback on the question left (practice mode), then a bridge and the next question, each its own message."""
    move, state = turn["move"], turn["state"]
    assert isinstance(move, AskNext)
    question = state.bank.question(move.selection.question_id)
    words = Phrases(state.session.language).join(bridge_words(state, question), question.shown(state.session.language))
    before = _feedback(turn, move.left.reason if move.left else "")
    ask = _say(turn, "question", words, reason=move.selection.reason, after=before, question_id=question.id)
    return {"messages": (*before, ask)}


async def close(turn: Turn) -> Part:
    move, state = turn["move"], turn["state"]
    assert isinstance(move, Close)
    before = _feedback(turn, move.left.reason if move.left else "")
    words = Phrases(state.session.language, state.session.seed).say("closing", move.reason)
    over = _event(state, turn["now"], "finished", move.reason)
    return {
        "messages": (*before, _say(turn, "closing", words, reason=move.reason, after=before)),
        "events": (*turn["events"], over),
    }


def recorded(node: Callable[[Turn], Awaitable[Part]]) -> Callable[[Turn], Awaitable[Part]]:
    """The node, and with what it says the end of the turn."""

    async def whole(turn: Turn) -> Part:
        said = await node(turn)
        ended = cast("Turn", {**turn, **said})
        await record(ended)
        return said

    return whole


async def record(turn: Turn) -> None:
    """Write the turn, then show its authored words."""
    await turn["record"](turn)
    write = get_stream_writer()
    acknowledgement = turn["acknowledgement"]
    for position, message in enumerate(turn["messages"]):
        if position or not acknowledgement:
            write(Speaking(kind=message.kind))  # pyright: ignore[reportArgumentType]  # interviewer's messages only
        text = message.text if position else message.text.removeprefix(acknowledgement)
        write(Delta(text=text))


def _feedback(turn: Turn, reason: str) -> tuple[Message, ...]:
    state = turn["state"]
    if state.session.mode != "practice" or state.current is None:
        return ()
    words = feedback_words(state, _current(state))
    return (_say(turn, "feedback", words, reason=reason),)


def _say(
    turn: Turn,
    kind: InterviewerKind,
    words: str,
    *,
    reason: str,
    after: tuple[Message, ...] = (),
    key_point_id: str | None = None,
    question_id: str | None = None,
) -> Message:
    """The interviewer's next message; the first one of a turn begins with the acknowledgement."""
    state = turn["state"]
    spoken = turn["acknowledgement"]
    between = "\n\n" if kind == "feedback" else (" " if state.session.language == "en" else "")
    text = words if after or not spoken else f"{spoken.strip()}{between}{words}"
    return Message(
        session_id=state.session.id,
        turn=state.turn + len(after),
        role="interviewer",
        kind=kind,
        text=text,
        at=turn["now"],
        question_id=question_id or _current(state).question.id,
        key_point_id=key_point_id,
        reason=reason,
    )


def _event(state: InterviewState, now: datetime, kind: Literal["flag", "fault", "finished"], detail: str) -> Event:
    return Event(session_id=state.session.id, at=now, kind=kind, turn=state.turn - 1, detail=detail)


def _with_result(state: InterviewState, result: Assessment | Ungraded | None) -> InterviewState:
    """The state as it will be once `result` is stored."""
    if result is None:
        return state
    current = _current(state)
    updated = current.model_copy(update={"results": (*current.results, result)})
    return state.model_copy(update={"asked": (*state.asked[:-1], updated)})


def _current(state: InterviewState) -> AskedQuestion:
    if state.current is None:
        raise ValueError("the turn graph starts after the first question")
    return state.current
