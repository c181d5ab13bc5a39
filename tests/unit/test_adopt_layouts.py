"""Generated layouts: whatever style a list is written in, its questions are read, each with its answer, and every line has a role."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledge.adopt.markdown import read_markdown
from knowledge.adopt.reading import Reading
from knowledge.bank import shipped_bank_path

CHAPTERS = (
    "## 第{zh}章：{t}（{m}分钟）", "## Chapter {n}: {t} ({m} minutes)", "## {zh}、{t}", "## {n}. {t} ({m}-{m2}分钟)", "# 第{n}部分 {t}",
    "## Part {n}: {t}", "## 模块{zh} {t}", "## 章节{n}：{t}", "## {roman}. {t}", "## {t}", "",
)  # fmt: skip
SECTIONS = ("### {n}.{k} {t}", "### {t}", "### 小节{n}.{k}：{t}", "")
LABELS = ("**面试问题：**", "**Questions:**", "#### Questions", "**核心问题**", "Sample questions:", "参考问题：", "")
QUESTIONS = (
    "{i}. {q}", "- {q}", "* {q}", "{i}、{q}", "（{i}）{q}", "{i}.{q}", "- [ ] {q}", "- ⭐⭐ {q}", "Q{i}: {q}", "**{i}. {q}**", "**{q}**", "#### {q}",
    "#### {i}. {q}", "#### Q{i}: {q}", "- Q: {q}", "| {i} | {q} |", "<details><summary>{q}</summary>", "{start}. {q}", "1. **{i}** {q}",
)  # fmt: skip
ANSWERS = (
    "", "   {a}", "   答：{a}", "   > {a}", "\n   {a}", "\n{a}", "\n**参考答案：** {a}", "\n**Answer:**\n\n{a}", "\n> {a}", "\n<details>\n<summary>答案</summary>\n\n{a}\n\n</details>",
)  # fmt: skip
NOISE = ("", "---", "<!-- 草稿：不要问这个？ -->", "<br>", "&nbsp;")
TOPICS = ("locks", "queues", "索引", "网络", "storage")
ASKED = (
    "What does {w} guard against?", "{w}用来做什么？", "How would you measure {w}?", "为什么{w}会变慢？", "Explain the trade-offs of {w}.", "请说明{w}的实现过程",
    "Which `{w}` flags matter, and why?", "$O(n)$ 的{w}能否更快？",
)  # fmt: skip
WORDS = ("alpha", "bravo", "锁", "缓存", "delta", "快照", "echo", "租约", "foxtrot", "队列", "golf", "日志")
SAID = (
    "It keeps one writer at a time.",
    "先写日志，再改数据。",
    "Because of `fsync`, mostly.",
    "看负载：读多写少时更好。",
)
ZH, ROMAN = "一二三四五六七八九", ("I", "II", "III", "IV", "V")


@dataclass
class Layout:
    """A generated list: its text, and what a person would count in it."""

    lines: list[str] = field(default_factory=list[str])
    questions: list[str] = field(default_factory=list[str])
    answers: list[str] = field(default_factory=list[str])


INLINE_ONLY = ("| {i} | {q} |",)
BLOCK_ANSWERS = (
    "",
    "\n{a}",
    "\n**参考答案：** {a}",
    "\n**Answer:**\n\n{a}",
    "\n> {a}",
    "\n<details>\n<summary>答案</summary>\n\n{a}\n\n</details>",
)
OWN_BLOCK = (
    "**{i}. {q}**",
    "**{q}**",
    "#### {q}",
    "#### {i}. {q}",
    "#### Q{i}: {q}",
    "Q{i}: {q}",
    "{i}、{q}",
    "（{i}）{q}",
)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    chapter, section, label = (
        draw(st.sampled_from(CHAPTERS)),
        draw(st.sampled_from(SECTIONS)),
        draw(st.sampled_from(LABELS)),
    )
    style = draw(st.sampled_from(QUESTIONS))
    if style in INLINE_ONLY or style.startswith("<details>"):
        answer = ""
    else:
        answer = draw(st.sampled_from(BLOCK_ANSWERS if style in OWN_BLOCK else ANSWERS))
    if style.startswith("####") and label:
        label = ""
    noise = draw(st.sampled_from(NOISE))
    words = draw(
        st.permutations([template.format(w=word) for word in WORDS for template in draw(st.permutations(ASKED))[:2]])
    )
    out = Layout(lines=["# 后端面试题", ""] if draw(st.booleans()) else [])
    taken = 0
    chapters = draw(st.integers(1, 3)) if chapter else 1
    for n in range(1, chapters + 1):
        if chapter:
            out.lines += [chapter.format(n=n, zh=ZH[n - 1], roman=ROMAN[n - 1], t=TOPICS[n], m=10, m2=15), ""]
        if section:
            out.lines += [section.format(n=n, k=1, t=TOPICS[n + 1]), ""]
        if label:
            out.lines.append(label)
        if style.startswith("|"):
            out.lines += ["", "| # | 问题 |", "|---|---|"]
        start = draw(st.integers(2, 9)) if "{start}" in style else 1
        for i in range(1, draw(st.integers(3, 5)) + 1):
            asked = words[taken]
            said = SAID[taken % len(SAID)]
            taken += 1
            out.questions.append(asked)
            out.lines += style.format(i=i, q=asked, start=start + i - 1).split("\n")
            if style.startswith("<details>"):
                out.lines += ["", said, "", "</details>", ""]
                out.answers.append(said)
            elif answer:
                out.lines += answer.format(a=said).split("\n")
                out.answers.append(said)
                if "\n" in answer or style in OWN_BLOCK:
                    out.lines.append("")
            else:
                out.answers.append("")
                if style in OWN_BLOCK:
                    out.lines.append("")
        out.lines.append("")
        if noise:
            out.lines += [noise, ""]
    return out


def accounted(reading: Reading, text: str) -> None:
    """Every line that holds something has a role, and those that are not read are listed."""
    for file in reading.files:
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                assert file.roles[number - 1] is not None, (number, line)
        listed = {line for one in reading.left_out for line in range(one.where.first, one.where.last + 1)}
        assert {number for number, role in enumerate(file.roles, 1) if role == "not_read"} <= listed


@settings(max_examples=400, deadline=None, derandomize=True)
@given(layouts())
def test_a_list_in_any_style_is_read_whole(layout: Layout) -> None:
    text = "\n".join(layout.lines)
    reading = read_markdown(text, "面试题.md")
    assert [question.text for question in reading.questions] == layout.questions, text
    assert [question.reference.strip() for question in reading.questions] == layout.answers, text
    accounted(reading, text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from((
    "# A", "## 第一章：甲", "### 1.1 乙", "**问题：**", "**答案：**", "1. 为什么？", "- 要点", "  - 追问？", "> 引文", "```", "| a | b |", "|---|---|", "<details>", "</details>",
    "<summary>问？</summary>", "$$", "1、甲", "text", "    indented", "---", "===", "[a]: b", "<!--", "-->", "* * *", "\t- tab", "- [ ] x", "~~~", "[[w]]", "1) b", "",
)), max_size=25))  # fmt: skip
@example(["- a", "  - b", "    - c", "      1. d"])
@example(["```", "never closed"])
@example(["<details>", "<summary>问？</summary>", "答"])
def test_any_sequence_of_lines_is_accounted_for(lines: list[str]) -> None:
    text = "\n".join(lines)
    accounted(read_markdown(text, "x.md"), text)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_any_text_is_accounted_for(text: str) -> None:
    from knowledge.adopt.decode import plain_lines

    plain = plain_lines(text)
    accounted(read_markdown(plain, "x.md"), plain)


@pytest.mark.parametrize("path", sorted(shipped_bank_path().rglob("*.md")) + sorted((Path(__file__).parents[1] / "data" / "outlines").rglob("*.md")), ids=lambda p: p.name)  # fmt: skip
def test_every_line_of_a_shipped_file_is_accounted_for(path: Path) -> None:
    from knowledge.adopt.decode import decode

    text = decode(path.read_bytes(), path.name).text
    accounted(read_markdown(text, path.name), text)
