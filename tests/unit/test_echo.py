"""What only repeats the interviewer is taken back; a short right answer never is. Both sides, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from interviewer.grading.echo import chooses, copied_share, copies, echo_of
from interviewer.models import Message

REFERENCE = "解码阶段每步只处理一个新词元，所以受显存带宽限制而不是算力"
LONG_FEEDBACK = "参考答案：" + "预填充阶段一次处理整个提示词，矩阵乘法足够大，瓶颈在算力。" * 12 + REFERENCE


def talk(*rows: tuple[str, str]) -> tuple[Message, ...]:
    """(kind, text) of messages from turn 0 on."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return tuple(
        Message.model_validate(
            {"session_id": "s", "turn": turn, "kind": kind, "text": text, "at": at, "question_id": "q"}
            | {"role": "candidate" if kind == "answer" else "interviewer"}
        )
        for turn, (kind, text) in enumerate(rows)
    )


def echoed(question: str, said: str, *between: tuple[str, str]) -> bool:
    """Whether `said`, in answer to `question` and what came `between`, is an echo."""
    rows: tuple[tuple[str, str], ...] = (("question", question), *between, ("answer", said))
    return echo_of(said, talk(*rows), len(rows) - 1) is not None


ANSWERS: list[tuple[Any, ...]] = [
    # yes and no, in any wording
    ("分页之后，显存里还有没有外部碎片？", "没有"),
    ("分页之后，显存里还有没有外部碎片？", "没有。"),
    ("分页之后，显存里还有没有外部碎片？", "有"),
    ("被抢占的请求恢复时是否需要重算 KV cache？", "需要重算"),
    ("被抢占的请求恢复时是否需要重算 KV cache？", "需要重算 KV cache"),
    ("被抢占的请求恢复时是否需要重算 KV cache？", "是"),
    ("这两个请求能不能共享前缀？", "能"),
    ("这两个请求能不能共享前缀？", "不能"),
    ("这两个请求能不能共享前缀？", "能共享前缀"),
    ("这时需要重算吗？", "需要"),
    ("这时需要重算吗？", "这时需要重算。"),
    ("这时需要重算吗？", "这时不需要重算"),
    ("会不会有内部碎片？", "会"),
    ("块表要不要复制一份？", "不要"),
    ("可否在运行中改批大小？", "可以在运行中改批大小"),
    ("Does PagedAttention need contiguous memory?", "no"),
    ("Does PagedAttention need contiguous memory?", "It does not need contiguous memory"),
    ("Is decode memory bound or not?", "memory bound"),
    ("Does it need recomputation, need or not?", "need"),
    ("Do we have to recompute the cache after preemption?", "recompute the cache"),
    ("Can two requests share a prefix?", "two requests can share a prefix"),
    ("Whether the blocks are freed at once?", "the blocks are freed at once"),
    # one of the options that a question names
    ("decode 阶段是受算力限制还是受显存带宽限制？", "显存带宽"),
    ("decode 阶段是受算力限制还是受显存带宽限制？", "受显存带宽限制"),
    ("decode 阶段是受算力限制还是受显存带宽限制？", "decode 阶段是受算力限制"),
    ("prefill 和 decode 谁是访存受限的？", "decode"),
    ("prefill 和 decode 谁是访存受限的？", "decode 是访存受限的"),
    ("权重、KV cache、激活值，哪一个随长度增长？", "KV cache"),
    ("权重、KV cache、激活值，哪一个随长度增长？", "KV cache 随长度增长"),
    ("栈和队列哪个先进先出？", "队列"),
    ("栈和队列哪个先进先出？", "队列先进先出"),
    ("用 FP8 或者 INT8？", "FP8"),
    ("Is decode limited by compute or memory bandwidth?", "Memory bandwidth."),
    ("Is decode limited by compute or memory bandwidth?", "compute"),
    ("Is decode limited by compute or memory bandwidth?", "limited by memory bandwidth"),
    ("Which of prefill and decode is memory bound?", "decode"),
    ("Which of prefill and decode is memory bound?", "decode is memory bound"),
    ("Stack, queue or heap: which one is FIFO?", "queue"),
    ("Weights and KV cache take memory. Which one grows with length?", "KV cache"),
    ("Would you use TCP vs UDP here?", "UDP"),
    # numbers and formulas: operators and digits count
    ("块大小 16，100 个词元要几个块？", "7"),
    ("块大小 16，100 个词元要几个块？", "16"),
    ("块大小 16，100 个词元要几个块？", "100/16"),
    ("两张卡各存多少 KV？原来一张卡存 n 份，是 n*2 吗？", "n/2"),
    ("Each GPU holds n heads with one card. How many with two, n*2?", "n/2"),
    ("Is the cost n*2 or n/2?", "n/2"),
    ("复杂度是 O(n) 还是 O(n^2)？", "O(n^2)"),
    ("说说批大小 32 时的吞吐和批大小 16 时的吞吐", "批大小 64 时的吞吐"),
    ("How large is a block of 16 tokens at 2 bytes?", "16*2"),
    ("TTFT 和 TPOT 的关系", "TTFT > TPOT"),
    # one right term, or a statement that joins what the question kept apart
    ("请描述一次推理请求里 prefill 和 decode 两个阶段各做什么？", "prefill 并行算完整个输入，decode 逐个生成"),
    ("decode 的瓶颈在哪里？", "显存带宽"),
    ("What limits decode?", "memory bandwidth limits decode"),
    ("受显存带宽限制的阶段有什么特点", "不受显存带宽限制"),
    # the open probe asks for a choice among words of the question
    ("说说权重和 KV cache 占的显存。", "KV cache", ("answer", "都占显存"), ("probe", "权重和缓存里，哪个会随长度增长？")),
    # the candidate's own words, which the interviewer repeated
    ("说说 prefill。", "整段提示词一次并行算完", ("answer", "整段提示词一次并行算完"), ("probe", "你提到整段提示词一次并行算完。后面呢？")),
    ("说说分页。", "按块分配显存，用块表做映射，不要求连续", ("answer", "按块分配显存，用块表做映射，不要求连续"),
     ("feedback", "你的原话：「按块分配显存，用块表做映射，不要求连续」"), ("question", "再说说块表。")),
    ("说说分页。", "按块分配显存，用块表做映射，不要求连续，很省", ("answer", "按块分配显存，用块表做映射，不要求连续"),
     ("feedback", "你的原话：「按块分配显存，用块表做映射，不要求连续」"), ("question", "再说说块表。")),
    ("Explain paging.", "blocks are mapped by a table and need not be contiguous",
     ("answer", "blocks are mapped by a table and need not be contiguous"),
     ("feedback", "Your words: “blocks are mapped by a table and need not be contiguous”"), ("question", "And the table?")),
    # plain terminology out of a long text that held another question's reference
    ("说说解码。", "受显存带宽限制", ("feedback", LONG_FEEDBACK), ("question", "解码的瓶颈呢？")),
    # more of each kind, in both languages
    ("量化会不会影响首字延迟？", "会"),
    ("量化会不会影响首字延迟？", "会影响"),
    ("量化会不会影响首字延迟？", "不会影响首字延迟"),
    ("decode 阶段可以用 tensor core 吗？", "可以"),
    ("decode 阶段可以用 tensor core 吗？", "可以用 tensor core"),
    ("前缀缓存命中后还用不用再算 prefill？", "不用再算"),
    ("前缀缓存命中后还用不用再算 prefill？", "不用"),
    ("块表是不是放在 CPU 上？", "是"),
    ("块表是不是放在 CPU 上？", "是放在 CPU 上"),
    ("块表是不是放在 CPU 上？", "不是"),
    ("请求被抢占时，KV cache 要么换出要么丢弃，对不对？", "对"),
    ("两个请求的前缀相同，块可不可以共享？", "可以共享"),
    ("投机解码改变输出分布了没有？", "没有改变"),
    ("投机解码改变输出分布了没有？", "没有"),
    ("连续批处理是否要求请求长度一致？", "不要求"),
    ("连续批处理是否要求请求长度一致？", "要求请求长度一致"),
    ("Would a larger batch raise TPOT?", "It would"),
    ("Would a larger batch raise TPOT?", "A larger batch would raise TPOT"),
    ("Would a larger batch raise TPOT?", "would not"),
    ("Isn't decode compute bound?", "No"),
    ("Isn't decode compute bound?", "It isn't compute bound"),
    ("Must blocks be contiguous in GPU memory?", "must not"),
    ("Must blocks be contiguous in GPU memory?", "No, they need not be contiguous"),
    ("Prefix caching changes the output, true or false?", "false"),
    ("Prefix caching changes the output, true or false?", "true"),
    ("Do you need to recompute the KV cache?", "Yes"),
    ("Do you need to recompute the KV cache?", "we need to recompute the KV cache"),
    ("Is it possible to share blocks between requests?", "possible"),
    ("Can the scheduler preempt a running request?", "it can preempt a running request"),
    ("prefill 和 decode 里哪一个更吃带宽？", "decode"),
    ("prefill 和 decode 里哪一个更吃带宽？", "decode 更吃带宽"),
    ("用 LRU 还是 FIFO 淘汰块？", "LRU"),
    ("用 LRU 还是 FIFO 淘汰块？", "用 LRU"),
    ("用 LRU 还是 FIFO 淘汰块？", "LRU 淘汰块"),
    ("瓶颈在算力、带宽还是显存容量？", "显存容量"),
    ("瓶颈在算力、带宽还是显存容量？", "算力和带宽"),
    ("张量并行或流水并行，哪种通信更多？", "张量并行"),
    ("张量并行或流水并行，哪种通信更多？", "张量并行通信更多"),
    ("吞吐优先还是延迟优先？", "延迟优先"),
    ("W8A8 与 W4A16，谁更省显存？", "W4A16"),
    ("TP 跟 PP 哪个适合跨机？", "PP 适合跨机"),
    ("先做 prefill 或者先做 decode，你选什么？", "先做 decode"),
    ("Would you pick tensor parallelism or pipeline parallelism?", "pipeline parallelism"),
    ("Would you pick tensor parallelism or pipeline parallelism?", "I'd pick tensor parallelism"),
    ("Which is larger, the weights or the KV cache?", "the KV cache"),
    ("Which is larger, the weights or the KV cache?", "KV cache is larger"),
    ("LRU vs FIFO: what would you use?", "LRU"),
    ("Among TTFT, TPOT and throughput, which matters for chat?", "TTFT"),
    ("Among TTFT, TPOT and throughput, which depend on the output length?", "TPOT and throughput"),
    ("Which of TTFT, TPOT and throughput depend on the output length?", "TPOT, throughput"),
    ("TTFT、TPOT 和吞吐里，哪些与输出长度有关？", "TPOT 和吞吐"),
    ("Does it scale with n or n^2?", "n^2"),
    ("Is the block table on the CPU or on the GPU?", "on the GPU"),
    ("Is the block table on the CPU or on the GPU?", "the block table is on the GPU"),
    ("Should eviction happen before or after scheduling?", "after scheduling"),
    ("每个块 16 个词元，33 个词元占几块？", "3"),
    ("每个块 16 个词元，33 个词元占几块？", "三块"),
    ("FP16 一个参数占多少字节？", "2"),
    ("FP16 一个参数占多少字节？", "2 字节"),
    ("FP16 一个参数占多少字节？", "两个字节"),
    ("7B 模型 FP16 权重要多少显存？", "14GB"),
    ("多大的批最好？", "32"),
    ("投机解码一次猜几个词元？", "4 个"),
    ("How many bytes does an FP16 parameter take?", "2"),
    ("How many bytes does an FP16 parameter take?", "two bytes"),
    ("How large are the weights of a 7B model in FP16?", "14 GB"),
    ("What is the time complexity of attention in n?", "O(n^2)"),
    ("What share of blocks can be wasted at most?", "one block per request"),
    ("How often is the scheduler run?", "every step"),
    ("With 8 GPUs, what fraction of the heads is on each?", "1/8"),
    ("一层的 KV cache 大小公式是什么？", "2*n*d"),
    ("注意力的缩放因子是什么？", "1/sqrt(d)"),
    ("给出 TPOT 的定义式。", "(总时间-TTFT)/(n-1)"),
    ("What is the formula for the KV cache size per token?", "2 * layers * heads * d * bytes"),
    ("Give the speedup of speculative decoding.", "(1-a^(k+1))/(1-a)"),
    ("softmax 的分母是什么？", "sum(exp(x))"),
    ("吞吐和延迟、并发的关系？", "并发 = 吞吐 × 延迟"),
    ("decode 受什么限制？", "带宽"),
    ("谁维护逻辑块到物理块的映射？", "块表"),
    ("哪个指标衡量第一个词元的等待？", "TTFT"),
    ("什么结构记录映射？", "块表"),
    ("What limits decode?", "bandwidth"),
    ("Which metric covers the first token?", "TTFT"),
    ("What keeps the mapping from logical to physical blocks?", "the block table"),
    ("What do you call the time to the first token?", "TTFT"),
    ("Name the policy.", "LRU"),
]  # fmt: skip

ECHOES: list[tuple[Any, ...]] = [
    ("TTFT、TPOT 和吞吐里，哪些与输出长度有关？", "TTFT、TPOT 和吞吐"),
    ("prefill、decode 和调度有哪些联系？", "prefill、decode 和调度"),
    ("Which of TTFT, TPOT and throughput depend on the output length?", "TTFT, TPOT and throughput"),
    ("请描述一次推理请求里 prefill 和 decode 两个阶段各做什么？", "prefill 和 decode 两个阶段"),
    ("请描述一次推理请求里 prefill 和 decode 两个阶段各做什么？", "一次推理请求里 prefill 和 decode 两个阶段各做什么"),
    ("请描述一次推理请求里 prefill 和 decode 两个阶段各做什么？", "嗯，一次推理请求里 prefill 和 decode 两个阶段各做什么呢"),
    ("请描述一次推理请求里 prefill 和 decode 两个阶段各做什么？", "prefill 和 decode"),
    ("Describe what prefill and decode do in one request.", "what prefill and decode do in one request"),
    ("Describe what prefill and decode do in one request.", "prefill and decode"),
    ("Describe what prefill and decode do in one request.", "**prefill** and *decode*"),
    # a question of choice, asked again
    ("decode 阶段是受算力限制还是受显存带宽限制？", "decode 阶段是受算力限制还是受显存带宽限制"),
    ("decode 阶段是受算力限制还是受显存带宽限制？", "受算力限制还是受显存带宽限制"),
    ("prefill 和 decode 谁是访存受限的？", "谁是访存受限的"),
    ("prefill 和 decode 谁是访存受限的？", "prefill 和 decode"),
    ("栈和队列哪个先进先出？", "栈和队列哪个先进先出"),
    ("分页之后，显存里还有没有外部碎片？", "显存里还有没有外部碎片"),
    ("这时需要重算吗？", "这时需要重算吗"),
    ("被抢占的请求恢复时是否需要重算 KV cache？", "恢复时是否需要重算 KV cache"),
    ("块大小 16，100 个词元要几个块？", "块大小 16，100 个词元要几个块"),
    ("Is decode limited by compute or memory bandwidth?", "decode limited by compute or memory bandwidth"),
    ("Is decode limited by compute or memory bandwidth?", "compute or memory bandwidth"),
    ("Which of prefill and decode is memory bound?", "Which of prefill and decode is memory bound"),
    ("Does PagedAttention need contiguous memory?", "Does PagedAttention need contiguous memory?"),
    ("How many blocks do 100 tokens of 16 need?", "how many blocks do 100 tokens of 16 need"),
    # another sentence of the question, which offers nothing
    ("抢占会丢掉 KV cache 和它的块表。这时请求要重新排队吗？", "抢占会丢掉 KV cache 和它的块表"),
    # probe, hint, clarification
    ("说说 decode。", "数据从哪里读出来", ("answer", "不知道"), ("hint", "想想数据从哪里读出来。")),
    ("说说 decode。", "显存带宽", ("answer", "不知道"), ("hint", "想一想显存带宽和算力。")),
    ("Explain decode.", "memory bandwidth", ("answer", "no idea"), ("hint", "Think about memory bandwidth and compute.")),
    ("说说 decode。", "每走一步硬件上主要的代价", ("answer", "逐个生成"), ("probe", "每走一步，硬件上主要的代价是什么？")),
    ("Explain decode.", "what each step costs in hardware", ("answer", "one by one"), ("probe", "Say what each step costs in hardware.")),
    ("说说 decode。", "请你说说 decode", ("answer", "什么意思？"), ("clarification", "请你说说 decode。")),
    # a reference that was shown, in feedback on this question or another
    ("说说解码。", REFERENCE, ("feedback", LONG_FEEDBACK), ("question", "解码的瓶颈呢？")),
    ("Explain it.", "each step rereads all the weights and the whole cache from memory",
     ("feedback", "Reference: each step rereads all the weights and the whole cache from memory."), ("question", "What limits decode, in your words?")),
    # copied first, then repeated by the interviewer: it is not the candidate's
    ("说说解码。", REFERENCE, ("feedback", LONG_FEEDBACK), ("question", "解码的瓶颈呢？"), ("answer", REFERENCE),
     ("feedback", f"没有采信：「{REFERENCE}」"), ("question", "再说一次瓶颈。")),
    # what only the decoration differs in
    ("说说 memory-bound 的阶段。", "memory bound 的阶段"),
    ("说说 `KV cache` 的增长。", "KV cache 的增长"),
    # more of each kind, in both languages
    ("量化会不会影响首字延迟？", "量化会不会影响首字延迟"),
    ("量化会不会影响首字延迟？", "会不会影响首字延迟呢？"),
    ("块表是不是放在 CPU 上？", "块表是不是放在 CPU 上"),
    ("用 LRU 还是 FIFO 淘汰块？", "用 LRU 还是 FIFO"),
    ("用 LRU 还是 FIFO 淘汰块？", "LRU 还是 FIFO 淘汰块"),
    ("prefill 和 decode 里哪一个更吃带宽？", "prefill 和 decode 里哪一个更吃带宽"),
    ("prefill 和 decode 里哪一个更吃带宽？", "prefill 和 decode"),
    ("每个块 16 个词元，33 个词元占几块？", "33 个词元占几块"),
    ("每个块 16 个词元，33 个词元占几块？", "每个块 16 个词元，33 个词元"),
    ("FP16 一个参数占多少字节？", "一个参数占多少字节"),
    ("请解释 PagedAttention 如何管理 KV cache。", "PagedAttention 管理 KV cache"),
    ("请解释 PagedAttention 如何管理 KV cache。", "PagedAttention 如何管理 KV cache"),
    ("请解释 PagedAttention 如何管理 KV cache。", "好的，我来解释 PagedAttention 如何管理 KV cache"),
    ("说说前缀缓存的原理和适用场景。", "前缀缓存的原理和适用场景"),
    ("说说前缀缓存的原理和适用场景。", "前缀缓存，原理，适用场景"),
    ("Would a larger batch raise TPOT?", "would a larger batch raise TPOT"),
    ("Is the block table on the CPU or on the GPU?", "on the CPU or on the GPU"),
    ("Which is larger, the weights or the KV cache?", "the weights or the KV cache"),
    ("Which is larger, the weights or the KV cache?", "which is larger"),
    ("How many bytes does an FP16 parameter take?", "how many bytes an FP16 parameter takes"),
    ("How many bytes does an FP16 parameter take?", "an FP16 parameter"),
    ("Explain how PagedAttention manages the KV cache.", "PagedAttention manages the KV cache"),
    ("Explain how PagedAttention manages the KV cache.", "how PagedAttention manages the KV cache"),
    ("Explain how PagedAttention manages the KV cache.", "I will explain how PagedAttention manages the KV cache"),
    ("Compare tensor parallelism and pipeline parallelism.", "tensor parallelism and pipeline parallelism"),
    ("Compare tensor parallelism and pipeline parallelism.", "Tensor parallelism, pipeline parallelism"),
    ("Describe the scheduler's policy under memory pressure.", "the scheduler's policy under memory pressure"),
    ("说说投机解码。", "小模型先猜", ("answer", "不知道"), ("hint", "想想小模型先猜几个词元。")),
    ("Explain speculative decoding.", "a small model guesses first", ("answer", "no idea"), ("hint", "Think: a small model guesses first.")),
    ("说说分块预填充。", "长提示词切成几段", ("answer", "不清楚"), ("probe", "长提示词切成几段以后，谁来安排它们？")),
]  # fmt: skip


def test_there_are_enough_cases_of_both_sides_in_both_languages():
    rows = [*ANSWERS, *ECHOES]
    assert len(rows) >= 60
    for side in (ANSWERS, ECHOES):
        chinese = sum(any("\u4e00" <= c <= "\u9fff" for c in question) for question, *_ in side)
        assert min(chinese, len(side) - chinese) >= 8


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: f"{row[1][:24]}")
def test_an_answer_is_no_echo(row: tuple[Any, ...]):
    question, said, *between = row
    assert not echoed(question, said, *between)


@pytest.mark.parametrize("row", ECHOES, ids=lambda row: f"{row[1][:24]}")
def test_what_adds_nothing_is_an_echo(row: tuple[Any, ...]):
    question, said, *between = row
    assert echoed(question, said, *between)


def test_what_is_repeated_is_named():
    rows = talk(
        ("question", "说说 decode。"),
        ("answer", "不知道"),
        ("hint", "想想数据从哪里读出来。"),
        ("answer", "数据从哪里读出来"),
    )
    found = echo_of("数据从哪里读出来", rows, 3)
    assert found is not None
    assert found.kind == "hint"


def test_what_is_said_only_afterwards_makes_no_echo():
    rows = talk(("question", "说说 prefill。"), ("answer", "整段提示词并行算完"), ("feedback", "整段提示词并行算完。"))
    assert echo_of("整段提示词并行算完", rows, 1) is None


def test_a_choice_of_an_earlier_question_is_none_of_this_one():
    rows = (
        ("question", "是受算力还是显存带宽限制？"),
        ("answer", "显存带宽"),
        ("question", "请描述受显存带宽限制的阶段。"),
    )
    assert echoed("x", "受显存带宽限制的阶段", *rows)


@pytest.mark.parametrize("said", ["", "。", "🙂", "——"])
def test_words_without_content_copy_nothing(said: str):
    assert not copies(said, "任何话。")
    assert not chooses(said, "随便说说。")


def test_how_much_is_copied():
    assert copied_share(REFERENCE, LONG_FEEDBACK) == 1.0
    assert copied_share("完全是另外一句话", LONG_FEEDBACK) == 0.0
    assert copied_share("", LONG_FEEDBACK) == 0.0
