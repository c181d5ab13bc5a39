"""A `Reading` written out in our grammar: outline.md, a note for each question that came with something, what was left out.

Its rule: every text is the source's own; what is added are the grammar's marks, labels and a number in front.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping

from knowledge.adopt.outline_of import why
from knowledge.adopt.reading import Asked, ChapterRead, Reading, SectionRead
from knowledge.markdown import has_cjk
from knowledge.models import LEVELS, Language
from knowledge.similarity import text_id

MARK = "<!-- interviewer bank adopt: what is indented under a question is shown with it -->"
"""In the first lines of an outline that was written here: code and pictures under a question are its own."""
Words = Mapping[str, str]
_WORDS: Mapping[Language, Words] = {
    "zh": {
        "chapter": "## 第{n}章：{title}{minutes}", "section": "### {number} {title}{minutes}", "minutes": "（{n}分钟）", "focus": "**考查点：**",
        "questions": "**面试问题：**", "rubric": "**评分标准：**", "excellent": "优秀", "good": "良好", "fair": "一般", "below": "不合格", "colon": "：",
        "reference": "## 参考答案", "points": "## 评分要点", "follow_ups": "## 追问", "misconceptions": "## 易错之处", "sources": "## 参考资料",
        "looked_for": "## 考查点", "levels": "## 评分说明", "left_out": "# 没有采用的行",
    },
    "en": {
        "chapter": "## Chapter {n}: {title}{minutes}", "section": "### {number} {title}{minutes}", "minutes": " ({n} minutes)", "focus": "**Focus:**",
        "questions": "**Questions:**", "rubric": "**Rubric:**", "excellent": "Excellent", "good": "Good", "fair": "Fair", "below": "Insufficient", "colon": ": ",
        "reference": "## Reference answer", "points": "## Scoring points", "follow_ups": "## Follow-ups", "misconceptions": "## Where people go wrong",
        "sources": "## Sources", "looked_for": "## What to look for", "levels": "## How it is rated", "left_out": "# Lines that were not taken in",
    },
}  # fmt: skip


def outline_text(reading: Reading, title: str, language: Language, links: Mapping[int, str]) -> str:
    """outline.md; `links` are the notes' files by the id() of their question, for those that a link led to."""
    words = _WORDS[language]
    lines = [f"# {_plain(escaped(title))}", "", MARK, ""]
    for place, chapter in enumerate(reading.chapters, 1):
        lines += [_heading("chapter", words, chapter, title, n=str(place)), ""]
        for inner, section in enumerate(chapter.sections, 1):
            lines += [_heading("section", words, section, chapter.title or title, number=f"{place}.{inner}"), ""]
            lines += _section(section, words, links)
    return "\n".join(lines).rstrip() + "\n"


def note_text(asked: Asked, language: Language) -> str:
    """The note of a question that came with an answer or more; "" where it came with nothing."""
    body = note_parts(asked, language)
    if not body:
        return ""
    front = ["---", f"question: {json.dumps(asked.text, ensure_ascii=False)}", *([] if asked.link else ["headline: false"]), "---"]  # fmt: skip
    return "\n".join(front) + "\n\n" + body


def note_parts(asked: Asked, language: Language) -> str:
    """What came with a question, each kind under its heading; "" where nothing did."""
    words = _WORDS[language]
    parts = [
        _part(words["reference"], _demoted(asked.reference)),
        _part(words["points"], _bullets(asked.points)),
        _part(words["follow_ups"], _bullets(asked.follow_ups)),
        _part(words["looked_for"], _bullets(asked.focus)),
        _part(
            words["levels"],
            _bullets([f"{name}{words['colon']}{text}" if name else text for name, text in asked.rubric]),
        ),
        _part(words["misconceptions"], _bullets(asked.misconceptions)),
        _part(words["sources"], _bullets([*asked.sources, *asked.web])),
    ]
    return "\n\n".join(filter(None, parts)) + "\n" if any(parts) else ""


def left_out_text(reading: Reading, language: Language) -> str:
    """A list of every line that is in no question, with why; "" where there is none."""
    rows = [
        f"- {one.where.file}:{one.where.first}-{one.where.last}  {one.text}  ({why(one.why)[0]})"
        for one in reading.left_out
    ]
    return f"{_WORDS[language]['left_out']}\n\n" + "\n".join(rows) + "\n" if rows else ""


def question_id(asked: Asked) -> str:
    """The id that a question without a note has in a bank, so that it stays when one is written."""
    return text_id("q", asked.text)


def _heading(kind: str, words: Words, part: ChapterRead | SectionRead, instead: str, **more: str) -> str:
    minutes = words["minutes"].format(n=part.minutes) if part.minutes else ""
    return words[kind].format(title=_plain(escaped(part.title or instead)), minutes=minutes, **more)


def _plain(title: str) -> str:
    return re.sub(r"\s+", " ", title).strip()


def _section(section: SectionRead, words: Words, links: Mapping[int, str]) -> Iterator[str]:
    if section.focus:
        yield from (words["focus"], *_bullets([escaped(text) for text in section.focus]).split("\n"), "")
    yield from (words["questions"], "")
    for topic in section.topics:
        if topic.title:
            yield from (f"#### {_plain(escaped(topic.title))}", "")
        for number, asked in enumerate(topic.questions, 1):
            yield from _question(asked, number, links.get(id(asked), ""))
        yield ""
    if section.rubric or section.below:
        yield words["rubric"]
        for level in reversed(LEVELS):
            if level in section.rubric:
                yield f"- {words[level]}{words['colon']}{escaped(section.rubric[level])}"
        if section.below:
            yield f"- {words['below']}{words['colon']}{escaped('；'.join(section.below))}"
        yield ""


def _question(asked: Asked, number: int, link: str) -> Iterator[str]:
    text = escaped(asked.text)
    mark = f"{number}. "
    yield f"{mark}[{text}](<{link}>)" if link else f"{mark}{text}"
    if asked.extra:
        yield ""
        yield textwrap.indent(asked.extra, " " * len(mark), lambda line: bool(line.strip()))
        yield ""


def escaped(text: str) -> str:
    """`text` so that Markdown shows it letter by letter; code in backticks stands as it is."""
    pieces = re.split(r"((?<!`)`[^`]+`(?!`)|(?<!`)``(?:[^`]|`[^`])+``(?!`))", text)
    for place in range(0, len(pieces), 2):
        pieces[place] = re.sub(
            r"([\\*_\[\]<`])|&(?=#?\w+;)", lambda m: "&amp;" if m[0] == "&" else f"\\{m[0]}", pieces[place]
        )
    joined = "".join(pieces)
    return re.sub(r"^(\d*)([-+#>.)])", r"\1\\\2", joined)


def _part(heading: str, text: str) -> str:
    return f"{heading}\n\n{text}" if text.strip() else ""


def _bullets(texts: list[str]) -> str:
    return "\n".join(f"- {_first_line(text)}" for text in texts if text.strip())


def _first_line(text: str) -> str:
    first, _, rest = text.strip().partition("\n")
    return f"{first}\n{rest}" if rest else first


def _demoted(text: str) -> str:
    """Headings of an answer go below those of a note, so that they do not end its part."""
    out: list[str] = []
    fence = ""
    for line in text.split("\n"):
        match = re.match(r"\s*(`{3,}|~{3,})", line)
        if match and (not fence or match[1].startswith(fence)):
            fence = "" if fence else match[1][:3]
        elif not fence and (heading := re.match(r"(#{1,2})(?=\s)", line)):
            line = "#" * (2 - len(heading[1])) + "##" + line
        out.append(line)
    return "\n".join(out)


def language_of(reading: Reading) -> Language:
    """Chinese when at least half of all questions hold Chinese characters."""
    questions = list(reading.questions)
    return "zh" if sum(has_cjk(one.text) for one in questions) * 2 >= len(questions) else "en"
