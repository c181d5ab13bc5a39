"""A small bank, made by hand, that the tests of grading and report share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from knowledge.models import (
    Band,
    Bank,
    Bilingual,
    Chapter,
    Dimension,
    KeyPoint,
    Level,
    Misconception,
    Note,
    Outline,
    Question,
    Rubric,
    Scoring,
    Section,
    TermGroup,
)  # fmt: skip

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BANDS = (
    Band(id="excellent", lower=85, text="深入理解，能独立解决复杂问题"),
    Band(id="good", lower=70, text="掌握主要技术"),
    Band(id="fair", lower=60, text="了解基本原理"),
    Band(id="insufficient", lower=0, text="理解不够深入"),
)
DIMENSIONS = (
    Dimension(id="theory", title="理论理解", weight=0.30, text=""),
    Dimension(id="system", title="系统认知", weight=0.25, text=""),
    Dimension(id="practice", title="实践能力", weight=0.25, text=""),
    Dimension(id="development", title="开发能力", weight=0.10, text=""),
    Dimension(id="potential", title="学习潜力", weight=0.10, text=""),
)
TERMS = (
    TermGroup(names=("显存带宽", "memory bandwidth", "访存带宽", "HBM bandwidth")),
    TermGroup(names=("首字延迟", "TTFT", "time to first token", "首 token 延迟")),
    TermGroup(names=("显存", "GPU memory", "HBM")),
    TermGroup(names=("词元", "token", "tokens")),
    TermGroup(names=("预填充", "prefill")),
    TermGroup(names=("解码", "decode", "decoding")),
    TermGroup(names=("算力", "compute", "计算能力")),
    TermGroup(names=("KV 缓存", "KV cache")),
    TermGroup(names=("提示词", "prompt")),
    TermGroup(names=("并行", "parallel")),
    TermGroup(names=("内存碎片", "fragmentation", "碎片")),
)


def point(id: str, level: Level, zh: str, en: str = "", line: int = 1) -> KeyPoint:
    return KeyPoint(
        id=id, level=level, text=Bilingual(zh=zh, en=en), probe=Bilingual(zh="再往下呢？", en="And then?"), line=line
    )


PREFILL = Note(
    id="prefill-vs-decode",
    file="notes/prefill-vs-decode.md",
    question=Bilingual(
        zh="请描述一次推理请求里 prefill 和 decode 两个阶段各做什么？",
        en="What do the prefill and decode phases of one inference request each do?",
    ),
    dimension="theory",
    headline=True,
    reference=Bilingual(
        zh="预填充阶段把整段提示词一次性并行算完，写出每一层的 KV 缓存，并给出第一个词元。"
        "解码阶段每一步只处理一个新词元，逐个自回归地生成。"
        "预填充的矩阵乘法很大，瓶颈在算力；解码每步都要把权重和缓存从显存读一遍，瓶颈在显存带宽。"
        "所以首字延迟主要由预填充决定，之后的间隔由解码决定。"
        "把两者拆到不同的机器上各自扩容，可以避免互相干扰，代价是要传输缓存。",
        en="Prefill runs the whole prompt in parallel in one pass, writes the KV cache of every layer and yields the first token. "
        "Decode handles one new token at a step and generates autoregressively. "
        "Prefill's matrix products are large, so compute is the limit; decode rereads weights and cache from GPU memory at every "
        "step, so memory bandwidth is the limit. "
        "TTFT is therefore set by prefill and the gaps after it by decode. "
        "Splitting the two onto separate machines avoids interference and costs the transfer of the cache.",
    ),
    key_points=(
        point("kp-parallel", "fair", "预填充一次性并行处理整段提示词", "Prefill processes the whole prompt in parallel in one pass"),
        point("kp-stepwise", "fair", "解码逐个自回归地生成新词元", "Decode generates new tokens one at a time, autoregressively"),
        point("kp-bound", "good", "预填充受算力限制，解码受显存带宽限制", "Prefill is limited by compute and decode by memory bandwidth"),
        point("kp-ttft", "good", "首字延迟主要由预填充决定", "TTFT is mostly set by prefill"),
        point("kp-split", "excellent", "两个阶段拆到不同机器能避免互相干扰，但要传输缓存",
              "Splitting the phases onto separate machines avoids interference but the cache must be transferred"),
    ),
    misconceptions=(
        Misconception(
            id="mis-weights",
            wrong=Bilingual(zh="解码不需要再读权重", en="Decode need not read the weights again"),
            right=Bilingual(zh="解码每一步都要读一遍全部权重", en="Decode reads all weights at every step"),
            line=40,
        ),
    ),
    sources=('Agrawal et al., "Sarathi-Serve" (arXiv:2403.02310, 2024)', "vLLM documentation, Optimization and Tuning"),
    body="",
)  # fmt: skip


def note(slug: str, points: Sequence[KeyPoint] | None = None) -> Note:
    """A plain note with one point a level."""
    return PREFILL.model_copy(
        update={
            "id": slug,
            "file": f"notes/{slug}.md",
            "question": Bilingual(zh=f"{slug} 是什么？", en=f"What is {slug}?"),
            "reference": Bilingual(zh=f"{slug} 的参考答案。", en=f"Reference answer of {slug}."),
            "key_points": tuple(points)
            if points is not None
            else (
                point(f"{slug}-f", "fair", "基础", "basics"),
                point(f"{slug}-g", "good", "机制", "mechanism"),
                point(f"{slug}-e", "excellent", "取舍", "trade-off"),
            ),
            "misconceptions": (),
            "sources": (f"Source of {slug}",),
        }
    )


def question(one: Note, chapter: str = "ch1", dimension: str = "theory", bonus: bool = False) -> Question:
    return Question.model_validate(
        {
            "id": one.id, "text": one.question, "chapter_id": chapter, "section_id": f"{chapter}-1", "topic": "",
            "headline": True, "dimension": dimension, "bonus": bonus, "note": one, "line": 1,
        }
    )  # fmt: skip


CHAPTERS = (("ch1", 12.0, False), ("ch2", 18.0, False), ("ch3", 10.0, False), ("open", 10.0, True))
TITLES = {
    "ch1": ("大模型推理基础", "Inference basics"),
    "ch2": ("核心技术", "Core techniques"),
    "ch3": ("工程实践", "Engineering practice"),
    "open": ("综合评估", "Open questions"),
}


def bank(questions: Sequence[Question]) -> Bank:
    rubric = Rubric(fair="说得出两个阶段", good="说得出各自瓶颈", excellent="说得出取舍", line=1)
    chapters = tuple(
        Chapter(
            id=id, number=n, title=TITLES[id][0], minutes=15, points=points, bonus=bonus, line=n,
            sections=(
                Section(id=f"{id}-1", number=f"{n}.1", title="一节", minutes=7, focus=(), topics=(), rubric=rubric, line=n),
            ),
        )
        for n, (id, points, bonus) in enumerate(CHAPTERS, 1)
    )  # fmt: skip
    outline = Outline(
        title="推理面试", language="zh", stated_minutes=(90, 120), chapters=chapters, bands=BANDS, dimensions=DIMENSIONS
    )
    titles = {id: Bilingual(zh=zh, en=en) for id, (zh, en) in TITLES.items()}
    titles |= {f"{id}-1": Bilingual(zh="一节", en="A section") for id in TITLES}
    return Bank(
        id="sample", name=Bilingual(zh="推理面试", en="Inference interview"), root=Path("."), outline=outline,
        questions=tuple(questions), notes=tuple(q.note for q in questions if q.note), titles=titles, scoring=Scoring(),
        terms=TERMS, twins=frozenset(), findings=(), content_hash="bank-hash",
    )  # fmt: skip
