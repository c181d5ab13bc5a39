"""Small banks, sessions and messages for tests, made in code so that each test says only what matters to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from interviewer.models import Message, Plan, Quota, Session
from knowledge.models import (
    Band,
    Bank,
    Bilingual,
    Chapter,
    Dimension,
    Item,
    KeyPoint,
    Level,
    Note,
    Outline,
    Question,
    Rubric,
    Scoring,
    Section,
    Topic,
)  # fmt: skip

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BANDS = (
    Band(id="excellent", lower=85, text=""), Band(id="good", lower=70, text=""),
    Band(id="fair", lower=60, text=""), Band(id="insufficient", lower=0, text=""),
)  # fmt: skip


def key_point(name: str, level: Level, *, zh: str = "", en: str = "", probe: str = "") -> KeyPoint:
    return KeyPoint(
        id=name,
        level=level,
        text=Bilingual(zh=zh or f"要点{name}", en=en or f"point {name}"),
        probe=Bilingual(zh=probe or f"关于{name}再说说？", en=f"And what about {name}?"),
        line=1,
    )


def note(question_id: str, points: Iterable[KeyPoint]) -> Note:
    return Note(
        id=question_id,
        file=f"notes/{question_id}.md",
        question=Bilingual(zh=f"问题{question_id}？", en=f"Question {question_id}?"),
        dimension="theory",
        headline=None,
        reference=Bilingual(zh=f"参考{question_id}", en=f"reference {question_id}"),
        key_points=tuple(points),
        misconceptions=(),
        sources=(f"Source of {question_id}",),
        body="",
    )


def bank(
    shape: tuple[tuple[int, ...], ...] = ((3, 3), (4,)),
    *,
    points: tuple[float, ...] = (),
    twins: Iterable[tuple[str, str]] = (),
    levels: tuple[Level, ...] = ("fair", "fair", "good", "good", "excellent"),
) -> Bank:
    """A bank with `shape[c][s]` questions in section s of chapter c, ids like `c1.s2.q3`, the first of each a headline."""
    chapters, questions = [], []
    for c, sections in enumerate(shape, 1):
        made = []
        for s, count in enumerate(sections, 1):
            section_id = f"c{c}.s{s}"
            ids = [f"{section_id}.q{n}" for n in range(1, count + 1)]
            items = tuple(Item(text=f"问题{i}？", link=None, line=1) for i in ids)
            made.append(
                Section(
                    id=section_id,
                    number=f"{c}.{s}",
                    title=f"第{c}.{s}节",
                    minutes=5,
                    focus=("焦点甲", "焦点乙"),
                    topics=(Topic(title="", items=items, line=1),),
                    rubric=Rubric(fair="f", good="g", excellent="e", line=1),
                    line=1,
                )
            )
            questions += [_question(i, f"c{c}", section_id, n == 0, levels) for n, i in enumerate(ids)]
        worth = points[c - 1] if points else 10.0
        chapters.append(
            Chapter(
                id=f"c{c}",
                number=c,
                title=f"第{c}章",
                minutes=5 * len(sections),
                points=worth,
                bonus=False,
                sections=tuple(made),
                line=1,
            )
        )
    return Bank(
        id="test",
        name=Bilingual(zh="测试", en="Test"),
        root=Path(),
        outline=Outline(
            title="测试",
            language="zh",
            stated_minutes=None,
            chapters=tuple(chapters),
            bands=BANDS,
            dimensions=(Dimension(id="theory", title="理论", weight=1.0, text=""),),
        ),
        questions=tuple(questions),
        notes=tuple(q.note for q in questions if q.note),
        titles=_titles(chapters),
        scoring=Scoring(),
        terms=(),
        twins=frozenset((min(a, b), max(a, b)) for a, b in twins),
        findings=(),
        content_hash="hash",
    )


def _question(
    question_id: str, chapter_id: str, section_id: str, headline: bool, levels: tuple[Level, ...]
) -> Question:
    points = [key_point(f"{question_id}.k{n}", level) for n, level in enumerate(levels, 1)]
    return Question(
        id=question_id,
        text=Bilingual(zh=f"问题{question_id}？", en=f"Question {question_id}?"),
        chapter_id=chapter_id,
        section_id=section_id,
        topic="",
        headline=headline,
        dimension="theory",
        bonus=False,
        note=note(question_id, points),
        line=1,
    )


def _titles(chapters: list[Chapter]) -> dict[str, Bilingual]:
    titles = {chapter.id: Bilingual(zh=chapter.title, en=f"Chapter {chapter.number}") for chapter in chapters}
    for chapter in chapters:
        titles |= {s.id: Bilingual(zh=s.title, en=f"Section {s.number}") for s in chapter.sections}
    return titles


def session(plan: Plan | None = None, **changes: object) -> Session:
    base = Session(
        id="s1", created_at=START, bank_id="test", bank_hash="hash", language="zh", mode="practice", thinking="offline",
        seed=1, minutes=30, chapters=("c1",),
        plan=plan or Plan(quotas=(Quota(chapter_id="c1", questions=3, minutes=30),), seconds_per_question=600),
    )  # fmt: skip
    return base.model_copy(update=changes)


def message(
    turn: int,
    kind: str,
    text: str = "",
    *,
    question: str | None = None,
    point: str | None = None,
    after_s: float | None = None,
) -> Message:
    role = "candidate" if kind in ("answer", "skip", "hint_request") else "interviewer"
    at = START + timedelta(seconds=turn * 30 if after_s is None else after_s)
    return Message(
        session_id="s1", turn=turn, role=role, kind=kind, text=text, at=at, question_id=question, key_point_id=point  # pyright: ignore[reportArgumentType]
    )  # fmt: skip
