"""Small outlines as people write them, each with its right reading: which questions, and what came with each."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.adopt.reading import Asked, Reading
from knowledge.adopt.sources import read_source
from knowledge.errors import BankError

CASES = Path(__file__).parents[1] / "data" / "outlines"
MUTEX, DEADLOCK = "What is a mutex for?", "When does a deadlock arise?"
互斥锁, 死锁 = "互斥锁用来做什么？", "什么时候会死锁？"


def read(name: str) -> Reading:
    return read_source(CASES / name, Path(name).name)


def texts(reading: Reading) -> list[str]:
    return [question.text for question in reading.questions]


@pytest.mark.parametrize(
    ("name", "questions"),
    [
        ("01-answer-on-next-line.md", [MUTEX, DEADLOCK]),
        ("02-answer-same-line.md", [MUTEX, 死锁]),
        ("03-q-a-bullets.md", [MUTEX, DEADLOCK]),
        ("06-nested-real-questions.md", [互斥锁, "自旋锁适合什么场合？", 死锁, "怎么预防？"]),
        ("07-link-says-answer.md", [MUTEX, 死锁]),
        ("08-chinese-enumeration.md", [互斥锁, 死锁, "自旋锁适合什么场合？", "有界队列满了以后怎么办？", "生产者消费者模型怎么写？", "环形缓冲区为什么快？"]),
        ("10-bold-questions.md", [MUTEX, DEADLOCK]),
        ("11-table.md", [MUTEX, DEADLOCK, "What happens when a bounded queue is full?"]),
        ("13-chinese-list-chapters.md", [互斥锁, "三次握手为什么不是两次？"]),
        ("15-h1-between.md", [MUTEX, "Why does TCP need three steps to open?", "What does an index cost?"]),
        ("16-image-in-question.md", ["Look at the graph. Which call would you speed up first?", "trace"]),
        ("18-code-in-question.md", ["What does this print, and why?", "Fix it."]),
        ("20-front-matter-toc.md", [MUTEX, DEADLOCK]),
        ("21-rubric-other-levels.md", [MUTEX]),
        ("23-no-chapters-flat-list.md", [MUTEX, DEADLOCK, "Why does TCP need three steps to open?"]),
        ("25b-label-right-after-questions.md", [互斥锁, 死锁]),
        ("26-number-not-from-one.md", [互斥锁, 死锁, "有界队列满了以后怎么办？", "生产者消费者模型怎么写？"]),
        ("29-english-labels.md", [MUTEX, DEADLOCK]),
        ("30-bullets-labelled.md", [MUTEX, "Deadlock: when does one arise? How is it avoided?", "What is a futex? $O(1)$"]),
        ("33-same-outline-crlf-bom.md", [互斥锁]),
        ("34-gbk.md", [互斥锁]),
        ("35-utf16.md", [互斥锁]),
        ("36-cr-only.md", [互斥锁]),
        ("37-bank.csv", [互斥锁]),
        ("38-outline.txt", [互斥锁]),
        ("45-OUTLINE.MD", [互斥锁]),
        ("48-blockquote-answer.md", [互斥锁, 死锁]),
        ("50-same-question-two-roles.md", [MUTEX, MUTEX]),
    ],
)  # fmt: skip
def test_the_questions_of_a_case_are_read_and_nothing_else(name: str, questions: list[str]) -> None:
    reading = read(name)
    assert texts(reading) == questions
    for file in reading.files:
        lines = [line for line, role in enumerate(file.roles, 1) if role == "not_read"]
        listed = {line for one in reading.left_out for line in range(one.where.first, one.where.last + 1)}
        assert set(lines) <= listed


@pytest.mark.parametrize(
    ("name", "references"),
    [
        ("01-answer-on-next-line.md", ["Only one thread may hold it; it guards a critical section.", "Two threads each wait for a lock that the other holds."]),
        ("02-answer-same-line.md", ["it lets one thread at a time into a critical section.", "互相等待对方持有的锁"]),
        ("03-q-a-bullets.md", ["It lets one thread at a time into a critical section.", "When two threads wait for each other."]),
        ("10-bold-questions.md", ["One thread at a time:\n- it guards a critical section\n- it has an owner", "Two threads wait for each other."]),
        ("11-table.md", ["guards a critical section", "mutual waiting", ""]),
        ("20-front-matter-toc.md", ["It lets one thread at a time into a critical section.\n\n- it has an owner", ""]),
        ("29-english-labels.md", ["One thread at a time", ""]),
        ("37-bank.csv", ["保护临界区"]),
        ("48-blockquote-answer.md", ["保证同一时刻只有一个线程进入临界区。", "互相等待对方持有的锁。"]),
    ],
)  # fmt: skip
def test_an_answer_is_the_reference_of_its_question_and_never_its_text(name: str, references: list[str]) -> None:
    assert [question.reference for question in read(name).questions] == references


@pytest.mark.parametrize(
    ("name", "links"),
    [
        ("06-nested-real-questions.md", ["notes/mutex.md", "", "", ""]),
        ("07-link-says-answer.md", ["notes/mutex.md", "notes/deadlock.md"]),
        (
            "40-bank-links/outline.md",
            [
                "notes/a lock.md", "notes/死锁.md", "notes/anchor.md#part-2", "", "/notes/slash.md", "[[wiki-link]]", "[[wiki-link-2]]",
                "notes/refd.md", "notes/noext", "notes\\back.md", "notes/raw space.md", "notes/raw space2.md", "notes/CaseName.md",
                "../40-shared/outside.md", "notes/html.md", "./notes/dot.md", "notes/page.html", "notes/all.md#q18", "notes/all.md#q19",
            ],
        ),
    ],
)  # fmt: skip
def test_links_of_every_form_are_found(name: str, links: list[str]) -> None:
    assert [question.link for question in read(name).questions] == links


def test_a_link_to_the_web_is_kept_as_a_source() -> None:
    assert list(read("40-bank-links/outline.md").questions)[3].web == ("https://example.org/wiki/mutex",)


def test_formulas_come_through_letter_by_letter() -> None:
    source = (CASES / "17-latex.md").read_text("utf8").splitlines()
    assert texts(read("17-latex.md")) == [line.partition(". ")[2] for line in source[3:]]


def test_pictures_and_code_stay_with_their_question() -> None:
    graph, trace = read("16-image-in-question.md").questions
    assert (graph.extra, trace.extra) == ("![](img/flame.png)", "![trace](img/trace.png)")
    first, second = read("18-code-in-question.md").questions
    assert first.extra == "```python\nfs = [lambda: i for i in range(3)]\nprint([f() for f in fs])\n```"
    assert (second.extra, second.reference, first.reference) == ("", "", "")


def test_chapters_in_every_style_keep_their_titles_numbers_and_minutes() -> None:
    def chapters(name: str) -> list[tuple[int | None, str, int | None]]:
        return [(chapter.number, chapter.title, chapter.minutes) for chapter in read(name).chapters]

    assert chapters("13-chinese-list-chapters.md") == [(1, "并发", 10), (2, "网络", 10)]
    assert chapters("15-h1-between.md") == [(1, "Concurrency", 10), (2, "network", None), (2, "Storage", 10)]
    assert chapters("21-rubric-other-levels.md") == [(1, "Concurrency", 18)]
    assert [chapter.title for chapter in read("23-no-chapters-flat-list.md").chapters] == [""]


def test_rubrics_are_read_under_any_names_and_say_how() -> None:
    (section,) = read("25b-label-right-after-questions.md").chapters[0].sections
    assert section.rubric == {"excellent": "讲清所有者和公平性", "good": "讲清临界区", "fair": "知道要加锁"}
    other = read("21-rubric-other-levels.md")
    (section,) = other.chapters[0].sections
    assert section.focus == ["critical section"]
    assert section.rubric == {"excellent": "Strong Hire (4): explains owner and fairness"}
    assert section.below == ["No Hire (1): cannot say what it guards"]
    assert [mapped.levels for mapped in other.mapped] == [(("Strong Hire (4)", "excellent"), ("No Hire (1)", "below"))]


def test_labels_of_other_teams_are_known() -> None:
    (section,) = read("29-english-labels.md").chapters[0].sections
    assert section.focus == ["knows the critical section"]
    assert section.below == ["thinks a mutex speeds things up"]
    first, _ = read("20-front-matter-toc.md").questions
    assert first.focus == ["critical section, owner."]


def test_marks_around_a_question_are_not_its_text() -> None:
    questions: list[Asked] = list(read("30-bullets-labelled.md").questions)
    assert [question.tags for question in questions] == [("easy",), (), ("hard",)]
    assert [(one.where.first, one.why) for one in read("30-bullets-labelled.md").left_out] == [(7, "struck_out")]


@pytest.mark.parametrize(("name", "encoding", "assumed"), [("34-gbk.md", "gb18030", True), ("35-utf16.md", "utf-16-le", False), ("33-same-outline-crlf-bom.md", "utf-8", False)])  # fmt: skip
def test_how_the_bytes_were_read_is_said(name: str, encoding: str, assumed: bool) -> None:
    (file,) = read(name).files
    assert (file.encoding, file.assumed) == (encoding, assumed)


@pytest.mark.parametrize("name", ["42-docx/bank.docx", "42-docx/bank.xlsx"])
def test_a_packed_file_that_is_none_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(BankError, match=r"is no (DOCX|XLSX) file") as caught:
        read(name)
    assert caught.value.fix
