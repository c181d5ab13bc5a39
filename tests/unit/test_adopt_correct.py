"""Lines labelled anew: what was read changes there and nowhere else, and only the source's own words move."""

from __future__ import annotations

import copy

import pytest

from knowledge.adopt.correct import CORRECTIONS, Correction, correct
from knowledge.adopt.markdown import read_markdown
from knowledge.adopt.reading import Reading

TEXT = """# Locks

## Basics

1. What is a mutex?
   It guards a section.
   Mutex versus semaphore
   A semaphore counts.
2. When does a deadlock arise?
   When two wait for each other.
3. Reading list

Waiting

4. What is a futex?
"""
LINES = TEXT.split("\n")


def corrected(**labels: Correction) -> Reading:
    return correct(read_markdown(TEXT, "locks.md"), LINES, {int(line[1:]): label for line, label in labels.items()})


def shown(reading: Reading) -> list[tuple[str, str]]:
    return [(one.text, one.reference) for one in reading.questions]


def test_without_labels_nothing_changes() -> None:
    before = read_markdown(TEXT, "locks.md")
    assert correct(copy.deepcopy(before), LINES, {}) == before


def test_a_line_of_an_answer_becomes_a_question_with_what_stands_below_it() -> None:
    found = shown(corrected(l7="question"))
    assert found[:3] == [
        ("What is a mutex?", "It guards a section."),
        ("Mutex versus semaphore", "A semaphore counts."),
        ("When does a deadlock arise?", "When two wait for each other."),
    ]


def test_a_question_becomes_part_of_the_answer_before_it() -> None:
    found = shown(corrected(l11="reference"))
    assert "Reading list" not in [text for text, _ in found]
    assert found[1] == ("When does a deadlock arise?", "When two wait for each other.\n3. Reading list\n\nWaiting")


def test_what_is_left_out_is_asked_nowhere_and_listed() -> None:
    reading = corrected(l11="leave_out")
    assert [text for text, _ in shown(reading)] == [
        "What is a mutex?",
        "When does a deadlock arise?",
        "What is a futex?",
    ]
    assert [(one.where.first, one.why) for one in reading.left_out] == [(11, "left_by_hand")]


def test_a_follow_up_goes_with_the_question_above_it() -> None:
    first = next(corrected(l7="follow_up").questions)
    assert first.follow_ups == ["Mutex versus semaphore"]
    assert first.reference == "It guards a section.\nA semaphore counts."


@pytest.mark.parametrize("label", ["chapter", "section"])
def test_a_heading_takes_what_stands_below_it(label: Correction) -> None:
    reading = corrected(l13=label)
    parts = reading.chapters if label == "chapter" else reading.chapters[0].sections
    assert [(part.title, [one.text for one in part.questions]) for part in parts][-1] == (
        "Waiting",
        ["What is a futex?"],
    )


def test_a_first_question_can_stand_before_every_other() -> None:
    text = "About us\n\n1. What is a mutex?\n2. What is a futex?\n"
    reading = correct(read_markdown(text, "x.md"), text.split("\n"), {1: "question"})
    assert [one.text for one in reading.questions] == ["About us", "What is a mutex?", "What is a futex?"]


@pytest.mark.parametrize("label", CORRECTIONS)
@pytest.mark.parametrize("line", range(1, len(LINES) + 2))
def test_any_label_on_any_line_keeps_every_line_accounted_for(line: int, label: Correction) -> None:
    reading = correct(read_markdown(TEXT, "locks.md"), LINES, {line: label})
    roles = reading.files[0].roles
    assert all(roles[n] is not None for n, text in enumerate(LINES) if text.strip())
    texts = [one.text for one in reading.questions]
    assert len(texts) == len(set(texts))
