"""`bank adopt`: what was read becomes a bank that asks the same, and adopting again takes away nothing that a person wrote."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from knowledge.adopt.adopting import Adoption, plan, write
from knowledge.adopt.gather import gather
from knowledge.bank import load_bank
from knowledge.errors import BankError
from knowledge.pictures import picture_data

CASES = Path(__file__).parents[1] / "data" / "outlines"
LISTS = sorted(path.name for path in CASES.iterdir() if path.is_file())
QUESTIONS = "# Locks\n\n1. What is a mutex for?\n\n   It guards a critical section.\n\n2. When does a deadlock arise?\n"


def adopt(out: Path, *given: Path) -> Adoption:
    adoption = plan(gather(given, out), out)
    write(adoption)
    return adoption


def states(adoption: Adoption) -> dict[str, str]:
    return {change.file: change.state for change in adoption.changes}


def asked(path: Path) -> list[tuple[str, str, str]]:
    bank = load_bank(path)
    language = bank.outline.language
    return [
        (one.text.to(language), one.extra, one.note.reference.to(language) if one.note else "")
        for one in bank.questions
    ]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "questions.md"
    path.write_text(QUESTIONS, "utf8")
    return path


@pytest.mark.parametrize("name", [*LISTS, "40-bank-links", "41-bank-notes", "46-note-headings"])
def test_the_bank_asks_what_the_list_asks_and_knows_the_same_answers(name: str, tmp_path: Path) -> None:
    adopt(tmp_path / "bank", CASES / name)
    assert asked(tmp_path / "bank") == asked(CASES / name)


def test_adopting_the_same_list_again_changes_nothing(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "bank"
    assert set(states(adopt(out, source)).values()) == {"new"}
    before = {path: path.read_bytes() for path in out.rglob("*.*")}
    again = adopt(out, source)
    assert set(states(again).values()) == {"same"}
    assert (again.added, again.removed) == ([], [])
    assert {path: path.read_bytes() for path in out.rglob("*.*")} == before


def test_a_changed_list_shows_what_it_changes_and_brings_it_in(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "bank"
    adopt(out, source)
    source.write_text(QUESTIONS.replace("When does a deadlock arise?", "How is a deadlock avoided?"), "utf8")
    again = adopt(out, source)
    assert (again.added, again.removed) == (["How is a deadlock avoided?"], ["When does a deadlock arise?"])
    assert states(again)["outline.md"] == "updated"
    assert [text for text, _, _ in asked(out)] == ["What is a mutex for?", "How is a deadlock avoided?"]


def test_a_file_that_was_edited_by_hand_is_left_however_often_the_list_changes(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "bank"
    adopt(out, source)
    (note,) = (out / "notes").iterdir()
    mine = note.read_text("utf8").replace("It guards", "One thread at a time: it guards")
    note.write_text(mine, "utf8")
    for answer in ("It protects a section.", "It serialises a section."):
        source.write_text(QUESTIONS.replace("It guards a critical section.", answer), "utf8")
        assert adopt(out, source).kept == [f"notes/{note.name}"]
        assert note.read_text("utf8") == mine
    assert asked(out)[0][2] == "One thread at a time: it guards a critical section."


def test_a_note_whose_question_is_gone_stays_and_is_named(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "bank"
    first = adopt(out, source)
    (note,) = (name for name in states(first) if name.startswith("notes/"))
    source.write_text("# Locks\n\n1. When does a deadlock arise?\n2. What is a futex?\n", "utf8")
    again = adopt(out, source)
    assert states(again)[note] == "gone"
    assert (out / note).is_file()


def test_planning_writes_nothing(source: Path, tmp_path: Path) -> None:
    plan(gather([source]), tmp_path / "bank")
    assert not (tmp_path / "bank").exists()


@pytest.mark.parametrize("there", ["a file", "a folder of other things", "a record of something else"])
def test_a_place_that_is_in_use_for_something_else_is_refused(there: str, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "bank"
    if there == "a file":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / ("outline.md" if there == "a folder of other things" else "provenance.json")).write_text("{}")
    with pytest.raises(BankError) as caught:
        adopt(out, source)
    assert "--out" in caught.value.fix
    assert out.is_file() or sum(1 for _ in out.iterdir()) == 1


def test_every_question_says_which_file_and_lines_it_came_from(source: Path, tmp_path: Path) -> None:
    adopt(tmp_path / "bank", source)
    record = json.loads((tmp_path / "bank/provenance.json").read_text("utf8"))
    first, second = record["questions"]
    assert (first["text"], first["file"], first["first"], first["last"]) == (
        "What is a mutex for?",
        "questions.md",
        3,
        3,
    )
    assert first["came_with"] == [{"file": "questions.md", "first": 5, "last": 5}]
    assert (second["first"], "came_with" in second) == (7, False)
    assert [one["file"] for one in record["sources"]] == ["questions.md"]


def test_what_was_not_taken_in_is_written_down_with_its_lines(tmp_path: Path) -> None:
    source = tmp_path / "list.md"
    source.write_text("# Locks\n\n1. What is a mutex for?\n2. ~~What is a futex?~~\n3. What is a lease?\n", "utf8")
    adopt(tmp_path / "bank", source)
    left = (tmp_path / "bank/left-out.md").read_text("utf8")
    assert "list.md:4-4" in left
    assert "futex" in left


def test_a_folder_with_several_lists_becomes_one_bank(tmp_path: Path) -> None:
    (tmp_path / "lists/deep").mkdir(parents=True)
    (tmp_path / "lists/locks.md").write_text(QUESTIONS, "utf8")
    (tmp_path / "lists/deep/net.txt").write_bytes(
        "网络\n\n1、三次握手为什么不是两次？\n2、什么是拥塞窗口？\n".encode("gb18030")
    )
    (tmp_path / "lists/nothing.md").write_text("# About\n\nWritten by the team.\n", "utf8")
    (tmp_path / "lists/.hidden.md").write_text("1. Hidden?\n2. Not read?\n", "utf8")
    found = gather([tmp_path / "lists"])
    assert [chapter.title for chapter in found.reading.chapters] == ["Locks", "网络"]
    assert found.empty == ["nothing.md"]
    adopt(tmp_path / "bank", tmp_path / "lists")
    assert len(asked(tmp_path / "bank")) == 4


def test_two_files_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "list.md").write_text(f"1. What is {name}?\n2. Why {name}?\n", "utf8")
    found = gather([tmp_path / "a/list.md", tmp_path / "b/list.md", tmp_path / "a/list.md"])
    assert [file.name for file in found.reading.files] == ["list.md", "b/list.md"]


def test_the_banks_own_folder_is_no_source_of_it(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "bank"
    adopt(out, tmp_path)
    assert set(states(adopt(out, tmp_path)).values()) == {"same"}
    with pytest.raises(BankError, match="own folder"):
        adopt(out, out)


def test_notes_that_a_list_links_to_come_along_as_they_are(tmp_path: Path) -> None:
    shutil.copytree(CASES / "40-bank-links", tmp_path / "list")
    shutil.copytree(CASES / "40-shared", tmp_path / "40-shared")
    secret = tmp_path / "40-shared/outside.md"
    secret.write_text(secret.read_text("utf8") + "\nnot for the bank\n", "utf8")
    out = tmp_path / "bank"
    adopt(out, tmp_path / "list/outline.md")
    written = {path.read_text("utf8") for path in (out / "notes").iterdir()}
    assert (CASES / "40-bank-links/notes/死锁.md").read_text("utf8") in written
    assert not any("not for the bank" in text for text in written)


def test_a_note_and_an_answer_beside_the_question_are_both_kept(tmp_path: Path) -> None:
    (tmp_path / "list/notes").mkdir(parents=True)
    (tmp_path / "list/notes/mutex.md").write_text("## Reference answer\n\nIt has an owner.\n", "utf8")
    (tmp_path / "list/list.md").write_text(
        "1. [What is a mutex for?](notes/mutex.md)\n\n   It guards a critical section.\n\n2. What is a futex?\n", "utf8"
    )
    adopt(tmp_path / "bank", tmp_path / "list")
    for place in ("list", "bank"):
        assert asked(tmp_path / place)[0][2] == "It has an owner.\n\nIt guards a critical section."


def test_an_index_of_lists_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# All\n\n- [Locks](locks.md)\n- [Nets](nets.md)\n", "utf8")
    (tmp_path / "locks.md").write_text(QUESTIONS, "utf8")
    (tmp_path / "nets.md").write_text("1. What is a window?\n2. What is a port?\n", "utf8")
    found = gather([tmp_path])
    assert len(list(found.reading.questions)) == 4
    assert found.empty == ["README.md"]


def test_pictures_of_questions_come_along_and_none_from_outside(tmp_path: Path) -> None:
    (tmp_path / "list/img").mkdir(parents=True)
    dot = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000")
    (tmp_path / "list/img/graph.png").write_bytes(dot)
    (tmp_path / "secret.png").write_bytes(dot)
    (tmp_path / "list/list.md").write_text(
        "1. What does this show?\n\n   ![](img/graph.png)\n\n2. And this?\n\n   ![](../secret.png)\n", "utf8"
    )
    out = tmp_path / "bank"
    adopt(out, tmp_path / "list/list.md")
    assert (out / "img/graph.png").read_bytes() == dot
    assert [path.name for path in out.rglob("*.png")] == ["graph.png"]
    assert [picture_data(out, target) != "" for target in ("img/graph.png", "../secret.png")] == [True, False]


def test_a_link_in_the_banks_folder_is_never_written_through(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "bank"
    adopt(out, source)
    outside = tmp_path / "outside.md"
    outside.write_text("mine", "utf8")
    (out / "outline.md").unlink()
    (out / "outline.md").symlink_to(outside)
    adopt(out, source)
    assert outside.read_text("utf8") == "mine"
