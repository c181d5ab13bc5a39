"""Passages: cut at headings, short enough for small embedding models, known by what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunking import STANDARD, chunk_bank, chunk_note, chunk_section, parts_of
from knowledge.cutting import LONGEST, SPECIAL_TOKENS, Cut, length
from knowledge.models import Bank
from tests import builders
from tests.passages import bank_of, many, rewritten, without

NOTE = """\
Before any heading.

## 参考答案

第一段。

### 细节

```python
# not a heading
## nor this
```

## 要点

- [一般] 甲
"""


def _note(body: str):
    return builders.note("n", ()).model_copy(update={"body": body})


def test_a_note_is_cut_at_its_headings_and_keeps_their_path() -> None:
    chunks = chunk_note(_note(NOTE), "q")
    assert [(chunk.heading[1:], chunk.text) for chunk in chunks] == [
        ((), "Before any heading."),
        (("参考答案",), "第一段。"),
        (("参考答案", "细节"), "```python\n# not a heading\n## nor this\n```"),
        (("要点",), "- [一般] 甲"),
    ]
    assert [chunk.ordinal for chunk in chunks] == [0, 1, 2, 3]
    assert {(chunk.source_id, chunk.question_id, chunk.heading[0]) for chunk in chunks} == {("n", "q", "问题n？")}
    assert chunks[2].content == "问题n？ > 参考答案 > 细节\n```python\n# not a heading\n## nor this\n```"


def test_empty_parts_give_no_passage() -> None:
    assert chunk_note(_note("")) == ()
    assert chunk_note(_note("## 参考答案\n\n   \n## 要点\n")) == ()


def test_a_long_part_is_split_at_sentences_in_both_languages() -> None:
    chinese = "每一步都要读取全部权重，所以受带宽限制。" * 60
    english = "Every step reads all weights, so it is bound by bandwidth. " * 60
    for text, end in ((chinese, "。"), (english, ".")):
        pieces = STANDARD.pieces(text)
        assert len(pieces) > 2
        assert all(piece.endswith(end) for piece in pieces)
    assert [chunk.ordinal for chunk in chunk_note(_note(f"## 参考答案\n\n{chinese}"))] == list(
        range(len(STANDARD.pieces(chinese)))
    )


@given(st.text(alphabet="显存 带。\n,.ab", max_size=3000))
def test_no_piece_is_longer_than_allowed_and_every_word_is_kept(text: str) -> None:
    pieces = STANDARD.pieces(text)
    assert all(0 < length(piece) <= LONGEST for piece in pieces)
    assert set("".join(pieces)) - {" ", "\n"} == set(text) - {" ", "\n"}
    if len(pieces) <= 1:
        assert "".join(pieces) == text.strip()


def test_editing_one_part_changes_only_its_passage() -> None:
    before = {chunk.id for chunk in chunk_note(_note(NOTE))}
    after = {chunk.id for chunk in chunk_note(_note(NOTE.replace("第一段", "另一段")))}
    assert len(before & after) == 3
    moved = {chunk.id for chunk in chunk_note(_note("New first.\n\n" + NOTE.replace("Before any heading.", "")))}
    assert len(before & moved) == 3


def test_equal_passages_of_one_note_are_told_apart() -> None:
    chunks = chunk_note(_note("## 甲\n\n同样\n\n## 甲\n\n同样\n"))
    assert len({chunk.id for chunk in chunks}) == 2
    assert chunks[0].content_hash == chunks[1].content_hash


def test_a_section_gives_its_focus_and_its_rubric() -> None:
    section = builders.bank().outline.chapters[0].sections[0]
    chunks = chunk_section(section)
    assert [(chunk.source_id, chunk.question_id, chunk.text) for chunk in chunks] == [
        ("outline:c1.s1", None, "焦点甲\n焦点乙"),
        ("outline:c1.s1", None, "fair: f\ngood: g\nexcellent: e"),
    ]
    assert chunk_section(section.model_copy(update={"rubric": None, "focus": ()})) == ()


def test_a_bank_gives_its_questions_notes_and_sections_with_ids_of_their_own() -> None:
    bank = many(4)
    chunks = chunk_bank(bank)
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    assert {chunk.source_id for chunk in chunks} == {
        *(f"question:topic-{n}" for n in range(4)),
        *(f"topic-{n}" for n in range(4)),
        "outline:c1.s1",
    }
    assert {chunk.question_id for chunk in chunks if chunk.source_id == "topic-2"} == {"topic-2"}
    question = next(chunk for chunk in chunks if chunk.source_id == "question:topic-0")
    assert question.text == "请解释topic-0？\nExplain topic-0?"


def test_a_note_that_no_question_uses_is_searched_too() -> None:
    bank = bank_of({"used": "正文", "loose": "另文"})
    loose = bank.model_copy(update={"questions": without(bank, "loose").questions})
    assert {(chunk.source_id, chunk.question_id) for chunk in chunk_bank(loose) if chunk.text in ("正文", "另文")} == {
        ("used", "used"),
        ("loose", None),
    }


def test_a_change_in_one_note_leaves_all_other_passages_as_they_are() -> None:
    bank = many(5)
    before = {chunk.id: chunk for chunk in chunk_bank(bank)}
    after = {chunk.id: chunk for chunk in chunk_bank(rewritten(bank, "topic-3", "## 参考答案\n\n全新。"))}
    assert {before[one].source_id for one in before.keys() - after.keys()} == {"topic-3"}
    assert {after[one].source_id for one in after.keys() - before.keys()} == {"topic-3"}


@pytest.mark.parametrize("context", [64, 128, 512])
@pytest.mark.parametrize(
    "text", ["每一步都要读取全部权重，所以受带宽限制。" * 30, "1234567890" * 60, "no.sentence" * 90, "🙂" * 300]
)
def test_no_part_is_longer_than_the_context_and_every_word_is_kept(text: str, context: int) -> None:
    def bytes_of(text: str) -> int:
        return len(text.encode())

    cut = Cut(bound=bytes_of)
    for chunk in chunk_note(_note(f"## 参考答案\n\n### 细节\n\n{text}"), cut=cut):
        parts = parts_of(chunk, cut, context)
        assert all(bytes_of(part.content) + SPECIAL_TOKENS <= context for part in parts)
        assert set("".join(part.text for part in parts)) == set(chunk.text)
        assert len({part.id for part in parts}) == len(parts)


def test_what_fits_is_one_part_and_outer_headings_give_way_before_the_text() -> None:
    chunk = chunk_note(_note(NOTE))[2]
    assert parts_of(chunk, Cut(), 0) == parts_of(chunk, Cut(), 512) == (chunk,)
    deep = chunk.model_copy(update={"heading": ("长" * 300, "细节")})
    assert [part.heading for part in parts_of(deep, Cut(), 128)] == [("细节",)]
    alone = chunk.model_copy(update={"heading": ("长" * 300,)})
    assert [part.heading for part in parts_of(alone, Cut(), 128)] == [()]


def test_passages_are_cut_by_the_measure_that_is_given() -> None:
    text = "Every step reads all weights, so it is bound by bandwidth. " * 20
    by_words = Cut(measure=lambda part: len(part.split()), name="words")
    by_characters = Cut(measure=len, name="characters")
    assert len(chunk_note(_note(text), cut=by_words)) == 1
    pieces = [chunk.text for chunk in chunk_note(_note(text), cut=by_characters)]
    assert len(pieces) > 2
    assert max(map(len, pieces)) <= LONGEST


def test_the_shipped_bank_fits_models_that_read_512_tokens_as_it_is(shipped_bank: Bank) -> None:
    cut = Cut()
    assert [chunk.id for chunk in chunk_bank(shipped_bank, cut) if parts_of(chunk, cut, 512) != (chunk,)] == []
