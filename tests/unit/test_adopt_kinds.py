"""Kinds of layouts that public lists taught: each in our own words, with what a person would count in it."""

from __future__ import annotations

import pytest

from knowledge.adopt.markdown import read_markdown
from knowledge.adopt.reading import Asked
from knowledge.adopt.sources import read_bytes


def read(text: str, name: str = "interview questions.md") -> list[Asked]:
    return list(read_markdown(text, name).questions)


def texts(text: str) -> list[str]:
    return [one.text for one in read(text)]


SUBJECTS = ("locks", "queues", "caches", "logs", "clocks", "leases", "shards", "pages")


def test_a_list_below_the_heading_for_the_contents_is_read_as_everywhere() -> None:
    body = "".join(f"#### On {one}\n\nTell me how {one} fail. Then mend one.\n\n" for one in SUBJECTS[:-1])
    text = f"## Table of Contents\n\n1. [Systems](#systems)\n\n### [[⬆]](#toc) <a name='systems'>Systems:</a>\n\n{body}#### Don't trust {SUBJECTS[-1]}\n\nProduce a case. Explain it.\n"
    assert texts(text) == [f"Tell me how {one} fail. Then mend one." for one in SUBJECTS[:-1]] + [
        "Produce a case. Explain it."
    ]


def test_an_arrow_back_to_the_top_is_no_link_to_a_note() -> None:
    text = "## Contents\n\n1. [Simple](#simple)\n\n#### [[⬆]](#toc) <a name='simple'>Simple questions:</a>\n\n* What is a pipe?\n* How is a socket closed?\n"
    assert texts(text) == ["What is a pipe?", "How is a socket closed?"]
    assert all(not one.link for one in read(text))


def test_points_of_an_answer_in_the_list_of_the_next_question_do_not_take_it_in() -> None:
    text = (
        "".join(f"{n}. ### What does part {n} do?\n\n   It does what parts do.\n\n" for n in range(10, 14))
        + "14. ### How do you build it?\n\nIn three steps:\n\n1.  **plan:** on paper.\n\n2.  **make:** in small parts.\n\n3.  **test:** each of them.\n\n15. ### What is left to do?\n\n    Tidy up.\n\n16. ### Who may use it?\n\n    Everybody.\n"
    )
    found = read(text)
    assert [one.number for one in found] == list(range(10, 17))
    assert "**test:** each of them." in found[4].reference


def test_bullets_of_an_answer_that_begin_as_requests_are_no_questions() -> None:
    text = "1. ### What is `this`?\n\n   It depends:\n\n```js\nf()\n```\n\n- When called plainly, it is the global object.\n\n```js\nnew F()\n```\n\n- When called with new, it is the new object.\n\n2. ### What is a closure?\n\n   A function with its surroundings.\n"
    assert texts(text) == ["What is `this`?", "What is a closure?"]


def test_a_request_with_follow_ups_is_a_question_where_its_neighbours_are() -> None:
    text = "# Front end\n\n* What is hoisting?\n* Explain how scope works.\n  * Can you give an example?\n* Why are callbacks hard to read?\n* What is a promise?\n"
    found = read(text)
    assert [one.text for one in found] == [
        "What is hoisting?",
        "Explain how scope works.",
        "Why are callbacks hard to read?",
        "What is a promise?",
    ]
    assert found[1].follow_ups == ["Can you give an example?"]


def test_topics_over_questions_stay_topics() -> None:
    text = "# 并发\n\n- 互斥锁\n  - 互斥锁用来做什么？\n  - 它和自旋锁有什么不同？\n- 解释死锁\n  - 什么时候会死锁？\n  - 怎么预防？\n"
    assert texts(text) == ["互斥锁用来做什么？", "它和自旋锁有什么不同？", "什么时候会死锁？", "怎么预防？"]


def test_a_fold_out_question_whose_answer_is_a_list_is_a_question() -> None:
    folded = "".join(
        f"<details>\n<summary><b>What is {one}?</b></summary><br>\n\nA thing.\n\n</details>\n\n" for one in SUBJECTS
    )
    asked = "<details>\n<summary><b>Server A cannot reach server B. Name possible reasons. ***</b></summary><br>\n\n1. **Cable**: is it plugged in?\n2. **Name**: does it resolve?\n\n</details>\n"
    found = read(folded + asked)
    assert len(found) == len(SUBJECTS) + 1
    assert found[-1].text == "Server A cannot reach server B. Name possible reasons."
    assert "is it plugged in?" in found[-1].reference


def test_a_link_that_only_says_source_is_not_part_of_the_question() -> None:
    text = "#### 1) What is a tensor? [[src](https://example.org)]\nAn array.\n\n#### 2) Build one by hand. [[src](https://example.org)]\n\n#### 3) What is a batch? [[src](https://example.org)]\nA few.\n"
    assert [one.rstrip(" [].") for one in texts(text)] == ["What is a tensor?", "Build one by hand", "What is a batch?"]


@pytest.mark.parametrize("answer", ["It keeps one writer.", "先写日志，再改数据。"])
def test_an_answer_on_the_next_line_is_one_also_where_most_questions_end_without_a_mark(answer: str) -> None:
    text = f"## 一、queues\n\nSample questions:\n1. **1** 请说明锁的实现过程\n   {answer}\n1. **2** $O(n)$ 的日志能否更快？\n   看负载。\n1. **3** 请说明租约的实现过程\n   {answer}\n"
    found = read(text)
    assert [one.text for one in found] == ["请说明锁的实现过程", "$O(n)$ 的日志能否更快？", "请说明租约的实现过程"]
    assert [one.reference for one in found] == [answer, "看负载。", answer]


def test_a_list_of_contents_is_dropped_whole_where_some_of_it_is_answered_below() -> None:
    asked = ["What is a lock?", "What is a queue?", "What is a cache?"]
    contents = "".join(f"* [Q{n}: {one}]()\n" for n, one in enumerate(asked, 1))
    below = "".join(f"### Q{n}: {one}\n\nAnswer: {'A thing.' if n == 1 else ''}\n\n" for n, one in enumerate(asked, 1))
    assert texts(f"# Questions\n\n{contents}\n## Questions and answers\n\n{below}") == asked


def test_a_table_of_thousands_of_rows_is_read_whole_and_each_row_knows_its_line() -> None:
    rows = "".join(f"| {n} | What is thing {n}? | It is {n}. |\n" for n in range(1, 5001))
    found = read(f"# Questions\n\n| # | Question | Answer |\n|---|---|---|\n{rows}\nThe end.\n")
    assert [one.text for one in found] == [f"What is thing {n}?" for n in range(1, 5001)]
    assert [one.where.first for one in found] == list(range(5, 5005))
    assert found[-1].reference == "It is 5000."


@pytest.mark.parametrize("title", ["Talk", "Design", "Compare"])
def test_a_title_in_one_word_is_no_question_though_it_could_be_a_task(title: str) -> None:
    asked = ["What is a lock?", "What is a deadlock?"]
    answered = "".join(f"Q1.{n} {one}\nA: A thing.\n\n" for n, one in enumerate(asked, 1))
    assert [one.reference for one in read(f"# {title}\n\n{answered}")] == ["A thing.", "A thing."]
    listed = "".join(f"{n}. [{one}](notes/{n}.md)\n" for n, one in enumerate(asked, 1))
    assert texts(f"# {title}\n\n## Chapter 1: Cache\n\n### 1.1 Basics\n\n{listed}") == asked


def test_headings_of_org_mode_are_headings() -> None:
    text = "* Locks\n** TODO What is a lock?\nIt keeps one writer.\n** What is a deadlock?\n- a ring\n"
    reading = read_bytes(text.encode(), "locks.org")
    assert [(one.text, one.reference) for one in reading.questions] == [
        ("What is a lock?", "It keeps one writer."), ("What is a deadlock?", "- a ring"),
    ]  # fmt: skip
    assert None not in reading.files[0].roles[:5]


@pytest.mark.parametrize(
    "text",
    [
        "# 题库\n\n第1题 什么是锁？\n\n互斥。\n\n第2题 什么是死锁？\n\n互相等待。\n",
        "# 面试题\n\n1. **什么是锁？**\n\n互斥。\n\n1. **什么是死锁？**\n\n互相等待。\n",
        "什么是锁？\n: 互斥。\n\n什么是死锁？\n: 互相等待。\n",
        "# 题\n\n什么是锁？\n\n互斥。\n\n---\n\n什么是死锁？\n\n互相等待。\n",
    ],
)
def test_questions_with_answers_in_further_layouts(text: str) -> None:
    found = read(text)
    assert [one.text for one in found] == ["什么是锁？", "什么是死锁？"]
    assert [one.reference.strip(" :：") for one in found] == ["互斥。", "互相等待。"]


@pytest.mark.parametrize(("ask", "answer"), [("【题目】", "【答案】"), ("面试官：", "候选人：")])
def test_the_words_before_a_question_are_not_asked(ask: str, answer: str) -> None:
    text = f"{ask}什么是锁？\n{answer}互斥。\n\n{ask}什么是死锁？\n{answer}互相等待。\n"
    assert texts(text) == ["什么是锁？", "什么是死锁？"]
