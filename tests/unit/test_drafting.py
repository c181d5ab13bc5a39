"""Drafting: what a model writes is checked by the rules of a bank's check, repaired twice, and marked until a person has read it."""

from __future__ import annotations

import asyncio
import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from interviewer.drafting import Asker, Outcome, Reviews, draft_bank, estimate, wanting
from interviewer.llm import ChatClient, EndpointSettings
from interviewer.llm.tokens import prompt_tokens
from interviewer.scripted import ChatRequest, Reply, ScriptedServer
from knowledge.bank import load_bank
from knowledge.errors import BankError
from knowledge.lint import check_path
from knowledge.models import Bank
from knowledge.readiness import readiness

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
OUTLINE = "# Backend\n\n## Chapter 1: Locks (10 minutes)\n\n### 1.1 Locks (10 minutes)\n\n**Questions:**\n\n1. [What does a mutex protect?](notes/mutex.md)\n2. [When is a spin lock the better choice on short waits?](notes/spin.md)\n3. How would you find a deadlock?\n"
GOOD: dict[str, Any] = {
    "reference": "whole",
    "dimension": "system",
    "points": [
        {"level": "fair", "text": {"en": "It is taken with one CAS by one thread."}, "probe": {"en": "What may happen inside it, and by whom?"}},
        {"level": "good", "text": {"en": "Only the thread that took it may release it."}, "probe": {"en": "Who may give it back?"}},
    ],
    "misconceptions": [{"wrong": {"en": "A mutex makes code faster."}, "right": {"en": "It costs time -> and buys order."}}],
    "phrasings": [{"en": "What is the use of a mutex?"}],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "bank"
    (root / "notes").mkdir(parents=True)
    (root / "outline.md").write_text(OUTLINE, "utf8")
    (root / "notes" / "mutex.md").write_text(
        "## Reference answer\n\nOne thread at a time is let into a critical section.\n", "utf8"
    )
    (root / "notes" / "spin.md").write_text(
        "# When is a spin lock the better choice on short waits?\n\nWhen the wait is short.\n", "utf8"
    )
    return root


def changed(**values: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **values}


def drafted(
    folder: Path, *replies: dict[str, Any], from_model: bool = False
) -> tuple[Bank, Outcome, list[ChatRequest]]:
    """Draft for what wants it; `replies` are given in turn, the last one to all further calls."""
    given = iter(replies)
    last = replies[-1]

    def brain(request: ChatRequest) -> Reply:
        return Reply(next(given, last))

    bank = load_bank(folder)

    async def run(base_url: str) -> Outcome:
        chat = ChatClient(EndpointSettings(base_url=base_url, model="scripted"))
        try:
            return await draft_bank(
                bank, Asker(chat, bank, lambda: NOW), wanting(bank, from_model=from_model), at_once=1
            )
        finally:
            await chat.aclose()

    with ScriptedServer(brain) as server:
        outcome = asyncio.run(run(server.base_url))
        return bank, outcome, server.requests


def test_a_bank_of_questions_with_answers_becomes_gradeable_and_says_that_nobody_reviewed_it(folder: Path) -> None:
    assert readiness(load_bank(folder)).gradeable == 0
    _, outcome, requests = drafted(folder, GOOD)
    assert outcome.written == ["mutex", "spin"]
    assert "One thread at a time is let into" in requests[0].user
    assert "When the wait is short." in requests[1].user
    bank = load_bank(folder)
    ready = readiness(bank)
    assert ready.graded_by == {"key_points": 0, "drafted": 2}
    assert list(ready.lacking) == ["no_note"]
    mutex = bank.question("mutex")
    assert mutex.note is not None
    assert mutex.note.drafted
    assert (mutex.dimension, mutex.note.file, mutex.note.draft) == ("system", "notes/mutex.md", "drafts/mutex.md")
    assert [point.level for point in mutex.key_points] == ["fair", "good"]
    assert mutex.note.misconceptions[0].right.en == "It costs time — and buys order."
    text = (folder / "drafts" / "mutex.md").read_text("utf8")
    assert 'status: "drafted"' in text
    assert 'drafted_by: "scripted"' in text
    assert "## Other phrasings\n\n- What is the use of a mutex?" in text
    assert not [one for one in check_path(folder).findings if one.place.file.startswith("drafts/")]


def test_without_drafts_the_bank_is_as_before(folder: Path) -> None:
    drafted(folder, GOOD)
    assert readiness(load_bank(folder, drafts=False)).gradeable == 0


def test_what_the_model_knows_is_asked_for_only_when_told_to_and_marked(folder: Path) -> None:
    _, outcome, requests = drafted(folder, GOOD, from_model=True)
    assert len(outcome.written) == 3
    text = (folder / "drafts" / f"{outcome.written[2]}.md").read_text("utf8")
    assert 'drafted_from: "model"' in text
    assert "⟦reference⟧" not in requests[2].user
    assert "There is no reference answer" in requests[2].system
    assert "There is no reference answer" not in requests[0].system


def test_a_probe_that_gives_its_point_away_is_sent_back_twice_and_then_left_out(folder: Path) -> None:
    leaking = changed(points=[{**GOOD["points"][0], "probe": {"en": "Is it about the CAS?"}}, GOOD["points"][1]])
    _, outcome, requests = drafted(folder, leaking)
    assert len(requests) == 6
    assert "gives away: cas" in requests[1].user.split("Your last reply had faults")[1]
    assert outcome.left_out == 2
    points = load_bank(folder).question("mutex").key_points
    assert [bool(point.probe.en) for point in points] == [False, True]


def test_a_repaired_probe_is_kept(folder: Path) -> None:
    leaking = changed(points=[{**GOOD["points"][0], "probe": {"en": "Is it about the CAS?"}}])
    _, outcome, requests = drafted(folder, leaking, GOOD)
    assert outcome.left_out == 0
    assert len(requests) == 3


def test_a_point_that_the_question_says_already_is_left_out(folder: Path) -> None:
    told = {
        "level": "good",
        "text": {"en": "A spin lock is the better choice on short waits."},
        "probe": {"en": "What else?"},
    }
    drafted(folder, changed(points=[GOOD["points"][0], told]))
    assert [point.level for point in load_bank(folder).question("spin").key_points] == ["fair"]


@pytest.mark.parametrize("state", ["cut_off", "other"])
def test_a_reference_that_breaks_off_drafts_nothing_and_is_named(folder: Path, state: str) -> None:
    _, outcome, _ = drafted(folder, changed(reference=state, points=[], misconceptions=[], phrasings=[]))
    assert outcome.unusable == ["mutex", "spin"]
    assert not (folder / "drafts").exists()


def test_a_run_goes_on_where_it_stopped(folder: Path) -> None:
    _, first, _ = drafted(folder, GOOD)
    (folder / "drafts" / "spin.md").unlink()
    _, second, requests = drafted(folder, GOOD)
    assert (first.written, second.written, len(requests)) == (["mutex", "spin"], ["spin"], 1)


def test_a_server_that_fails_leaves_what_is_done_and_names_the_question(folder: Path) -> None:
    _, outcome, _ = drafted(folder, changed(points=[]))
    assert [one for one, _ in outcome.failed] == ["mutex", "spin"]
    assert outcome.failed[0][1].code == "reply_unusable"


def test_the_cost_is_said_without_a_model(folder: Path) -> None:
    bank = load_bank(folder)
    asker = Asker(None, bank, lambda: NOW)
    found = estimate(asker, wanting(bank, from_model=True), len)
    assert (found.questions, found.calls, found.most_calls) == (3, 3, 9)
    assert found.prompt_tokens > 3 * 1000
    assert found.most_tokens == 3 * (found.prompt_tokens + found.completion_tokens)


@pytest.mark.parametrize(
    ("behaviour", "most"), [({}, 1.15), ({"kind": "llamacpp"}, 1.15), ({"tokenize": False}, 2.0)], ids=str
)
def test_the_cost_is_above_what_the_server_counts_and_near_it(
    folder: Path, behaviour: dict[str, Any], most: float, shipped_bank: Bank
) -> None:
    """The truth is the usage that the server reports of the very same calls."""

    async def run(bank: Bank, base_url: str) -> tuple[int, int]:
        async with ChatClient(EndpointSettings(base_url=base_url)) as asked_nothing:
            ruler = await asked_nothing.ruler()
        asker = Asker(None, bank, lambda: NOW)
        expected = estimate(asker, questions_of[bank.id], lambda prompt: prompt_tokens(prompt, ruler))
        async with ChatClient(EndpointSettings(base_url=base_url)) as chat:
            done = await draft_bank(bank, Asker(chat, bank, lambda: NOW), questions_of[bank.id], at_once=1)
        assert done.written
        return expected.prompt_tokens, done.prompt_tokens

    english = load_bank(folder)
    (folder.parent / "other").mkdir()
    chinese = shipped_bank.model_copy(update={"root": folder.parent / "other"})
    questions_of = {english.id: wanting(english, from_model=True), chinese.id: list(chinese.questions[:4])}
    both: dict[str, Any] = {
        english.id: GOOD,
        chinese.id: {
            "reference": "whole", "dimension": "system", "misconceptions": [], "phrasings": [],
            "points": [{"level": "fair", "text": {"zh": "并行写出四处。", "en": "Four places at once."}, "probe": {"zh": "还有什么？", "en": "What else?"}}],
        },
    }  # fmt: skip
    for bank in (english, chinese):
        with ScriptedServer(lambda _, bank=bank: Reply(both[bank.id]), **behaviour) as server:
            said, truth = asyncio.run(run(bank, server.base_url))
            assert len(server.requests) == len(questions_of[bank.id])  # none was repaired
        assert truth <= said <= most * truth, bank.id


def test_both_languages_of_a_bank_are_asked_for_and_written(tmp_path: Path) -> None:
    root = tmp_path / "two"
    (root / "notes").mkdir(parents=True)
    (root / "outline.md").write_text(
        "# 后端\n\n## 第一章：并发（10分钟）\n\n### 1.1 锁（10分钟）\n\n**面试问题：**\n\n1. [互斥锁保护什么？](notes/mutex.md)\n",
        "utf8",
    )
    (root / "notes" / "mutex.md").write_text(
        "---\nquestion: 互斥锁保护什么？\nquestion_en: What does a mutex protect?\n---\n## 参考答案\n\n保护临界区。\n",
        "utf8",
    )
    both = changed(
        points=[{"level": "fair", "text": {"zh": "同一时刻只有一个线程进入临界区。", "en": "One thread at a time enters."}, "probe": {"zh": "里面会发生什么？", "en": "What happens inside?"}}],
        misconceptions=[], phrasings=[],
    )  # fmt: skip
    _, outcome, requests = drafted(root, both)
    assert outcome.written == ["mutex"]
    assert "Chinese, English" in requests[0].user
    (point,) = load_bank(root).question("mutex").key_points
    assert (point.text.zh, point.text.en) == ("同一时刻只有一个线程进入临界区。", "One thread at a time enters.")
    assert (point.probe.zh, point.probe.en) == ("里面会发生什么？", "What happens inside?")


def test_a_person_accepts_edits_or_drops_and_it_is_written_who_and_when(folder: Path) -> None:
    drafted(folder, GOOD)
    reviews = Reviews(load_bank(folder), lambda: NOW)
    assert [one.status for one in reviews.all()] == ["drafted", "drafted"]
    reviews.decide("mutex", "accepted", "li")
    reviews.decide("spin", "dropped", "li")
    bank = load_bank(folder)
    assert readiness(bank).graded_by == {"key_points": 1, "drafted": 0}
    assert wanting(bank, from_model=False) == []
    accepted = reviews.read("mutex")
    assert (accepted.reviewed_by, accepted.reviewed_at) == ("li", "2026-12-01T09:00:00+00:00")
    body = reviews.body("mutex").replace("Only the thread that took it may release it.", "It has an owner.")
    edited = reviews.decide("mutex", "edited", "wang", body)
    assert [point.text.en for point in edited.key_points][1] == "It has an owner."
    assert load_bank(folder).question("mutex").key_points[1].text.en == "It has an owner."
    reviews.decide("spin", "drafted", "")
    assert readiness(load_bank(folder)).graded_by == {"key_points": 1, "drafted": 1}


@pytest.mark.parametrize("body", ["", "## Key points\n", "## Key points\n\n- [superb] x\n- [fair]\n"])
def test_an_edit_that_cannot_be_read_is_refused_and_nothing_is_lost(folder: Path, body: str) -> None:
    drafted(folder, GOOD)
    before = (folder / "drafts" / "mutex.md").read_bytes()
    with pytest.raises(BankError):
        Reviews(load_bank(folder), lambda: NOW).decide("mutex", "edited", "li", body)
    assert (folder / "drafts" / "mutex.md").read_bytes() == before


def test_a_draft_gives_way_to_key_points_that_a_person_wrote(folder: Path) -> None:
    drafted(folder, GOOD)
    with (folder / "notes" / "mutex.md").open("a", encoding="utf8") as note:
        note.write("\n## Key points\n\n- [fair] Written by hand.\n")
    question = load_bank(folder).question("mutex")
    assert [point.text.en for point in question.key_points] == ["Written by hand."]
    assert question.note is not None
    assert not question.note.drafted


def test_a_draft_of_no_question_is_named(folder: Path) -> None:
    drafted(folder, GOOD)
    (folder / "drafts" / "mutex.md").rename(folder / "drafts" / "gone.md")
    codes = {one.code: one.place.file for one in check_path(folder).findings}
    assert codes.get("unlinked_draft") == "drafts/gone.md"
