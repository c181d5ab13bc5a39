"""Where a key point may stand in one's own words: near, never denied, never nonsense, and right after its probe."""

from __future__ import annotations

import pytest

from interviewer.grading import Case, Matcher, Suggester
from interviewer.grading.suggest import replies_to_probes
from interviewer.models import Exchange, Message
from knowledge.models import Language, Question
from tests.unit import grading_samples as samples

QUESTION = samples.question(samples.PREFILL)
SUGGESTER = Suggester(Matcher(samples.TERMS))


def case_of(*said: tuple[str, str], language: Language = "zh", question: Question = QUESTION) -> Case:
    """`said` are (kind, text), after the question itself; of a probe the text is its key point's id."""
    rows = [("question", question.text.to(language)), *said]
    messages = tuple(
        Message.model_validate(
            {"session_id": "s", "turn": n, "kind": kind, "at": samples.NOON, "question_id": question.id}
            | {"text": "再往下呢？" if kind == "probe" else text}
            | {"key_point_id": text if kind == "probe" else None}
            | {"role": "candidate" if kind == "answer" else "interviewer"}
        )
        for n, (kind, text) in enumerate(rows)
    )
    return Case(
        question=question, rubric=None, exchange=Exchange(question_id=question.id, messages=messages),
        language=language, bank_hash="b",
    )  # fmt: skip


def proposed(*said: tuple[str, str], language: Language = "zh") -> dict[str, str]:
    case = case_of(*said, language=language)
    texts = {message.turn: message.text for message in case.exchange.answers}
    return {key: texts[span.turn][span.start : span.end] for key, span in SUGGESTER.suggest(case).items()}


@pytest.mark.parametrize(
    ("said", "language", "found"),
    [
        ("嗯。预填充是把整段提示词一次并行算完的。然后呢，解码是一个词元一个词元自回归生成。", "zh", {"kp-parallel", "kp-stepwise"}),
        ("Well. Prefill takes the whole prompt in parallel in one pass. That is it.", "en", {"kp-parallel"}),
    ],
)  # fmt: skip
def test_the_nearest_sentence_is_proposed(said: str, language: Language, found: set[str]):
    assert found <= set(proposed(("answer", said), language=language))
    assert all(0 < len(text) < len(said) for text in proposed(("answer", said), language=language).values())


@pytest.mark.parametrize(
    ("said", "language", "denied"),
    [
        ("预填充并不是一次性并行处理整段提示词的。", "zh", "kp-parallel"),
        ("预填充没法一次并行处理整段提示词，只能慢慢来。", "zh", "kp-parallel"),
        ("预填充要串行处理整段提示词，一次一个。", "zh", "kp-parallel"),
        ("首字延迟和预填充无关，它不由预填充决定。", "zh", "kp-ttft"),
        ("Prefill does not process the whole prompt in parallel in one pass.", "en", "kp-parallel"),
        ("Prefill can't process the whole prompt in parallel in one pass.", "en", "kp-parallel"),
        ("Prefill processes the whole prompt one at a time, serially.", "en", "kp-parallel"),
        ("TTFT is never set by prefill.", "en", "kp-ttft"),
    ],
)
def test_a_sentence_that_denies_the_point_is_never_proposed(said: str, language: Language, denied: str):
    assert denied not in proposed(("answer", said), language=language)
    assert denied not in proposed(("answer", "好的。"), ("probe", denied), ("answer", said), language=language)


def test_a_sentence_without_the_negation_of_the_point_denies_it_too():
    point = samples.point("k", "fair", "解码阶段不需要把提示词重新计算一遍", "Decode does not compute the prompt again")
    question = samples.question(samples.note("q", [point]).model_copy(update={"reference": point.text}))
    for said, there in (("解码阶段不需要把提示词重新计算一遍。", True), ("解码阶段需要把提示词重新计算一遍。", False)):
        case = case_of(("answer", said), question=question)
        assert bool(SUGGESTER.suggest(case)) is there, said


def test_what_is_nearer_to_a_known_misconception_is_not_proposed():
    assert "kp-bound" not in proposed(("answer", "解码不需要再读权重，所以显存带宽限制不了它。"))


@pytest.mark.parametrize(
    "said",
    [
        "预填充、解码、并行、自回归、算力、显存带宽、首字延迟、KV 缓存、传输、机器",
        "prefill, decode, parallel, autoregressive, compute, memory bandwidth, TTFT, KV cache, transfer",
        "预填充，整段提示词，并行处理，解码，逐个，自回归，生成新词元，算力限制，显存带宽，首字延迟，决定，传输缓存",
        "请描述一次推理请求里 prefill 和 decode 两个阶段各做什么？",
        "。。。",
        "好的",
    ],
)
def test_nothing_is_proposed_for_rows_of_terms_echoes_and_empty_words(said: str):
    assert proposed(("answer", said)) == {}


@pytest.mark.parametrize(
    "reply", ["就是把它们放到两组机器上跑，缓存要搬过去。", "显存带宽", "Two pools of machines.", "n/2"]
)
def test_an_answer_right_after_a_probe_is_proposed_for_that_probes_point(reply: str):
    found = proposed(("answer", "不好说。"), ("probe", "kp-split"), ("answer", reply))
    assert found.get("kp-split") == reply


def test_a_reply_is_the_first_answer_after_its_probe_whatever_stands_between():
    case = case_of(("probe", "a"), ("hint", ""), ("clarification", ""), ("answer", "一"), ("answer", "二"))
    assert {key: message.text for key, message in replies_to_probes(case.exchange.messages).items()} == {"a": "一"}


@pytest.mark.parametrize("reply", ["不知道", "预填充 解码 并行 自回归 算力 显存带宽 首字延迟", "再往下呢？"])
def test_no_reply_is_proposed_that_says_nothing(reply: str):
    assert "kp-split" not in proposed(("answer", "不好说。"), ("probe", "kp-split"), ("answer", reply))
