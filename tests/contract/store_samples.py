"""Sessions, messages and judgements for the store's tests; small, fixed, and in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from interviewer.models import (
    Annotation,
    Assessment,
    Citation,
    DebriefMessage,
    Event,
    Explanation,
    Grade,
    Mark,
    Message,
    Plan,
    Provenance,
    Quota,
    Remark,
    Review,
    SecondTry,
    SecondTryResult,
    SelfMark,
    Session,
    Span,
    Transcript,
    Ungraded,
    Verdict,
)

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def session(session_id: str = "s1", *, minute: int = 0, bank_id: str = "llm-inference") -> Session:
    return Session(
        id=session_id,
        created_at=START + timedelta(minutes=minute),
        bank_id=bank_id,
        bank_hash="b1",
        language="zh",
        mode="practice",
        thinking="offline",
        seed=7,
        minutes=30,
        chapters=("ch1",),
        plan=Plan(quotas=(Quota(chapter_id="ch1", questions=2, minutes=30),), seconds_per_question=900),
        candidate="陈",
        usage={"q0": 2},
    )


def message(
    turn: int, session_id: str = "s1", text: str = "显存带宽是瓶颈 'because' weights are read", **fields: object
) -> Message:
    """Even turns are the interviewer's questions, odd ones the candidate's answers."""
    asked = turn % 2 == 0
    given: dict[str, object] = {
        "session_id": session_id,
        "turn": turn,
        "role": "interviewer" if asked else "candidate",
        "kind": "question" if asked else "answer",
        "text": text,
        "at": START + timedelta(seconds=turn),
        "question_id": f"q{turn // 2}",
    }
    return Message.model_validate({**given, **fields})


def assessment(turn: int) -> Assessment:
    return Assessment(
        question_id=f"q{turn // 2}",
        turn=turn,
        turn_kind="answer",
        verdicts=(
            Verdict(key_point_id="k1", status="covered", quote="显存带宽", span=Span(turn=turn, start=0, end=4)),
        ),
        provenance=Provenance(thinking="endpoint", grader_version="1", at=START, bank_hash="b1", key_points_hash="k"),
    )


def ungraded(turn: int) -> Ungraded:
    return Ungraded(question_id=f"q{turn // 2}", turn=turn, reason="endpoint_down", detail="refused", at=START)


def grade(turn: int, score: float = 60) -> Grade:
    return Grade(question_id=f"q{turn // 2}", coverage=0.25, score=score, level="fair", depth="fair")


def event(kind: str, session_id: str = "s1", *, second: int = 0) -> Event:
    return Event.model_validate({"session_id": session_id, "at": START + timedelta(seconds=second), "kind": kind})


def review(session_id: str = "s1") -> Review:
    return Review(session_id=session_id, question_id="q0", reviewer="Li", reason="said it aloud", at=START, score=70)


def transcript(session_id: str = "s1", turns: int = 4) -> Transcript:
    return Transcript(
        session=session(session_id),
        messages=tuple(message(turn, session_id) for turn in range(turns)),
        events=(event("paused", session_id), event("resumed", session_id)),
        assessments=(assessment(1), ungraded(3)),
        grades=(grade(1),),
        reviews=(review(session_id),),
    )


def annotations(session_id: str = "s1") -> tuple[Annotation, ...]:
    """One of each kind of thing that people and the debrief add."""
    about = {"session_id": session_id, "question_id": "q0", "at": START + timedelta(hours=1)}
    return (
        Remark(author="candidate", text="那一段我说过的 ' \" <b>", **about),
        Remark(author="reviewer", name="Li", text="是的，改了。", **about),
        Mark(reviewer="Li", score=72.5, **about),
        SelfMark(key_point_id="k1", status="partial", span=Span(turn=1, start=0, end=2), left=2, **about),
        SecondTry(number=1, text="再答一次：带宽", **about),
        SecondTryResult(number=1, result=assessment(1), **about),
        SecondTryResult(number=1, result=ungraded(1), **about),
        Explanation(key_point_id="k1", status="partial", judged_at=START, text="还差原因。", model="m", **about),
        DebriefMessage(
            session_id=session_id, role="guide", text="见 [1]", at=START + timedelta(hours=2),
            citations=(Citation(number=1, question_id="q0", heading="要点"),),
        ),
    )  # fmt: skip
