"""One session made by hand, with everything a report can hold; shared by the report's tests and goldens."""

from __future__ import annotations

from datetime import timedelta

from interviewer.grading.aggregate import score_transcript
from interviewer.models import (
    Assessment,
    Event,
    Message,
    Plan,
    Provenance,
    Quota,
    Review,
    Session,
    Span,
    Thinking,
    Transcript,
    Ungraded,
    Verdict,
    VoicedMisconception,
)
from interviewer.report import Report, build
from knowledge.models import Bank, Language
from tests.unit import grading_samples as samples

FIRST = "预填充把整段提示词一次并行算完，<b>解码</b>一个一个来。"
SECOND = "预填充看算力。\n```\nfor i in range(n): # [x](javascript:alert(1))\n```\n解码不需要再读权重。"
OTHER_SCORES = (("a", "ch1"), ("b", "ch2"), ("c", "ch2"), ("d", "ch2"))


def bank() -> Bank:
    others = [samples.question(samples.note(slug), chapter, "system") for slug, chapter in OTHER_SCORES]
    last = samples.question(samples.note("wish"), "open", "potential", bonus=True)
    return samples.bank([samples.question(samples.PREFILL), *others, last])


class Script:
    """Writes messages one after another."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def say(self, kind: str, text: str, question_id: str | None = None, reason: str = "") -> int:
        turn = len(self.messages)
        role = "candidate" if kind in ("answer", "skip", "hint_request") else "interviewer"
        at = samples.NOON + timedelta(seconds=30 * turn)
        row = {"session_id": "sess-1", "turn": turn, "role": role, "kind": kind, "text": text, "at": at}
        self.messages.append(Message.model_validate({**row, "question_id": question_id, "reason": reason}))
        return turn


def provenance(thinking: Thinking) -> Provenance:
    model = {"model": "Qwen3-32B", "prompt_id": "assess", "prompt_version": "v1"} if thinking == "endpoint" else {}
    return Provenance.model_validate(
        {
            "thinking": thinking,
            "grader_version": "1",
            "at": samples.NOON,
            "bank_hash": "h",
            "key_points_hash": "h",
            **model,
        }
    )


def span(text: str, part: str, turn: int) -> dict[str, object]:
    start = text.index(part)
    return {"quote": part, "span": Span(turn=turn, start=start, end=start + len(part))}


def transcript(language: Language = "zh", thinking: Thinking = "endpoint") -> Transcript:
    """Six questions: one in full detail, three plain ones, one the endpoint failed on, one open question."""
    script, rows = Script(), []
    full = samples.question(samples.PREFILL)
    script.say("question", full.text.to(language), full.id, "headline")
    one = script.say("answer", FIRST, full.id)
    script.say("hint", "想想数据从哪里读出来。", full.id)
    two = script.say("answer", SECOND, full.id)
    verdicts = (
        Verdict.model_validate({"key_point_id": "kp-parallel", "status": "covered", "reason": "一次并行", **span(FIRST, "整段提示词一次并行算完", one)}),
        Verdict.model_validate({"key_point_id": "kp-stepwise", "status": "partial", "reason": "没说自回归", **span(FIRST, "一个一个来", one)}),
        Verdict.model_validate({"key_point_id": "kp-bound", "status": "covered", "after_hint": True, **span(SECOND, "预填充看算力", two)}),
        Verdict(key_point_id="kp-ttft", status="absent", note="echo", quote="两个阶段各做什么", claimed="partial", echo_of="question"),
        Verdict.model_validate({"key_point_id": "kp-split", "status": "contradicted", "reason": "说反了 | 管道", **span(SECOND, "解码不需要再读权重", two)}),
    )  # fmt: skip
    wrong = VoicedMisconception.model_validate(
        {"misconception_id": "mis-weights", **span(SECOND, "解码不需要再读权重", two)}
    )
    by = provenance(thinking)
    rows.append(
        Assessment(question_id=full.id, turn=two, turn_kind="answer", verdicts=verdicts, misconceptions=(wrong,), provenance=by)
    )  # fmt: skip
    for (slug, _), covered in zip((*OTHER_SCORES, ("wish", "open")), (3, 1, 2, None, 3), strict=True):
        question = bank().question(slug)
        script.say("question", question.text.to(language), slug, "breadth")
        turn = script.say("answer", "一句回答。", slug)
        if covered is None:
            rows.append(
                Ungraded(
                    question_id=slug, turn=turn, reason="endpoint_down", detail="no <answer> in 60 s", at=samples.NOON
                )
            )
            continue
        found = tuple(
            Verdict.model_validate(
                {"key_point_id": point.id, "status": "covered", **span("一句回答。", "一句回答", turn)}
                if n < covered
                else {"key_point_id": point.id, "status": "absent"}
            )
            for n, point in enumerate(question.key_points)
        )
        rows.append(Assessment(question_id=slug, turn=turn, turn_kind="answer", verdicts=found, provenance=by))
    script.say("closing", "谢谢。")
    session = Session(
        id="sess-1", created_at=samples.NOON, bank_id="sample", bank_hash="h", language=language, mode="exam",
        thinking=thinking, seed=7, minutes=30, chapters=("ch1", "ch2"), candidate="王 <i>五</i> & *Li*",
        plan=Plan(quotas=(Quota(chapter_id="ch1", questions=2, minutes=10),), seconds_per_question=300),
    )  # fmt: skip
    review = Review(
        session_id="sess-1", question_id="b", reviewer="Chen", reason="said it *aloud*", at=samples.NOON, statuses={"b-g": "covered"}
    )  # fmt: skip
    events = (
        Event(session_id="sess-1", at=samples.NOON, kind="flag", turn=3, detail="orders <x>"),
        Event(session_id="sess-1", at=samples.NOON + timedelta(minutes=9), kind="finished"),
    )
    return Transcript(
        session=session, messages=tuple(script.messages), events=events, assessments=tuple(rows), reviews=(review,)
    )


def report(language: Language = "zh", thinking: Thinking = "endpoint") -> Report:
    said = transcript("zh", thinking)
    return build(bank(), said, score_transcript(bank(), said), language)
