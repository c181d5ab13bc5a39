"""The page on bringing your own questions: each layout it shows is read as it says, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.adopt.markdown import read_markdown
from knowledge.adopt.reading import Reading

DOCS = Path(__file__).parents[2] / "docs"


def layouts(page: str) -> list[Reading]:
    return [
        read_markdown(text, "questions.md")
        for text in re.findall(r"```markdown\n(.*?)```", (DOCS / page).read_text("utf8"), re.DOTALL)
    ]


@pytest.mark.parametrize("page", ["own-questions.md", "zh-CN/own-questions.md"])
def test_the_three_layouts_are_read_as_the_page_says(page: str) -> None:
    stars, table, headings = layouts(page)
    assert [len(list(one.questions)) for one in (stars, table, headings)] == [2, 2, 2]
    assert len(stars.chapters) == 1
    assert all(one.reference and "⭐" not in one.text for one in stars.questions)
    assert next(reversed(list(stars.questions))).tags
    assert len(table.chapters) == 2
    first, _ = table.questions
    assert first.reference
    assert len(first.follow_ups) == 1
    (chapter,) = headings.chapters
    assert chapter.minutes == 13
    mutex, deadlock = headings.questions
    assert (mutex.link, deadlock.follow_ups) == ("notes/mutex.md", ["怎么预防？"])
    assert len(headings.mapped) == 1
