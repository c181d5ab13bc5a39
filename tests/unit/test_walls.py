"""A bank stays in its folder: whatever a link, a note or a settings file points to, only regular files inside are read."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.bank import load_bank
from knowledge.chunking import chunk_bank
from knowledge.errors import BankError
from knowledge.lint import check_path
from knowledge.models import Bank, FileLimits, Finding
from tests.unit.bank_samples import ENGLISH_NOTE, ENGLISH_OUTLINE, write_bank

SECRET = "SECRET-4711"
LINK = "notes/snapshot-isolation.md"
OUTSIDE_NOTE = ENGLISH_NOTE.replace("Every transaction reads", f"{SECRET} transaction reads")
Build = Callable[[Path, Path], None]


def linking(target: str) -> Build:
    """The outline's first question links to `target`, `OUT` standing for the folder outside, `ROOT` for the bank's."""

    def build(root: Path, out: Path) -> None:
        link = target.replace("OUT", str(out)).replace("ROOT", str(root))
        write_bank(root, ENGLISH_OUTLINE.replace(LINK, link))

    return build


def pointing(name: str, target: str) -> Build:
    """`name` in the bank is a symbolic link to `target` in the folder outside."""

    def build(root: Path, out: Path) -> None:
        write_bank(root)
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).unlink(missing_ok=True)
        (root / name).symlink_to(out / target)

    return build


def notes_outside(root: Path, out: Path) -> None:
    write_bank(root)
    (root / "notes").rmdir()
    (root / "notes").symlink_to(out)


def through_a_folder(root: Path, out: Path) -> None:
    write_bank(root, ENGLISH_OUTLINE.replace(LINK, "more/secret.md"))
    (root / "more").symlink_to(out)


def link_to_a_link(root: Path, out: Path) -> None:
    write_bank(root)
    (root / "second.md").symlink_to(out / "secret.md")
    (root / LINK).symlink_to("../second.md")


OUTSIDE: dict[str, tuple[Build, str, str]] = {
    "relative link": (linking("../out/secret.md"), "link_outside", "outline.md"),
    "absolute link": (linking("OUT/secret.md"), "link_outside", "outline.md"),
    "percent-encoded dots": (linking("notes/%2e%2e/%2e%2e/out/secret.md"), "link_outside", "outline.md"),
    "encoded slashes": (linking("..%2fout%2fsecret.md"), "link_outside", "outline.md"),
    "a name that begins alike": (linking("../bank-2/secret.md"), "link_outside", "outline.md"),
    "other marks": (linking("../out/Secret!.md"), "link_outside", "outline.md"),
    "no note at all": (linking("../out/secret.txt"), "link_outside", "outline.md"),
    "nothing there": (linking("../out/nothing.md"), "link_outside", "outline.md"),
    "link through a linked folder": (through_a_folder, "link_outside", "outline.md"),
    "note that is a link": (pointing(LINK, "secret.md"), "file_outside", LINK),
    "note that is a link to a link": (link_to_a_link, "file_outside", LINK),
    "folder of notes that is a link": (notes_outside, "file_outside", "notes"),
    "folder inside notes": (pointing("notes/more", "."), "file_outside", "notes/more"),
    "device": (pointing("notes/zero.md", "../../../../../../../../dev/zero"), "file_outside", "notes/zero.md"),
    "bank.toml": (pointing("bank.toml", "bank.toml"), "file_outside", "bank.toml"),
    "terms.toml": (pointing("terms.toml", "terms.toml"), "file_outside", "terms.toml"),
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder beside the bank's with a note, a bank.toml and a terms.toml that nobody gave to the bank."""
    for name in ("out", "bank-2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret.md").write_text(OUTSIDE_NOTE, "utf8")
    (tmp_path / "out" / "secret.txt").write_text(SECRET, "utf8")
    (tmp_path / "out" / "bank.toml").write_text(f'name_en = "{SECRET}"\n[titles_en]\n"{SECRET}" = "x"\n', "utf8")
    (tmp_path / "out" / "terms.toml").write_text(f'groups = [["{SECRET}", "x"], ["{SECRET}"]]\n', "utf8")
    return tmp_path / "out"


def loaded(path: Path, limits: FileLimits | None = None) -> Bank:
    """The bank at `path`; fails where reading it waits for something that never comes."""
    found: list[Bank | BaseException] = []

    def load() -> None:
        try:
            found.append(load_bank(path, limits))
        except BankError as error:
            found.append(error)

    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    thread.join(60)
    assert found, "reading the bank does not end"
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def errors(bank: Bank) -> list[tuple[str, str]]:
    return [(one.code, one.place.file) for one in bank.findings if one.severity == "error"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_lies_outside_the_folder_is_an_error_and_is_not_read(tmp_path: Path, out: Path, name: str) -> None:
    build, code, file = OUTSIDE[name]
    build(tmp_path / "bank", out)
    bank = loaded(tmp_path / "bank")
    assert (code, file) in errors(bank)
    everything = bank.model_dump_json() + "".join(chunk.content for chunk in chunk_bank(bank))
    assert SECRET not in everything
    assert len(bank.questions) == 6
    assert bank.notes == ()


@pytest.mark.parametrize("name", [name for name, (_, code, _) in OUTSIDE.items() if code == "link_outside"])
def test_a_link_out_of_the_folder_is_named_with_its_line(tmp_path: Path, out: Path, name: str) -> None:
    OUTSIDE[name][0](tmp_path / "bank", out)
    found = [one for one in check_path(tmp_path / "bank").findings if one.code == "link_outside"]
    line = (tmp_path / "bank" / "outline.md").read_text("utf8").splitlines()[found[0].place.line - 1]
    assert "What does snapshot isolation promise?" in line
    assert "leads out of the bank's folder" in found[0].what


def test_an_outline_that_leads_out_of_the_folder_is_refused(tmp_path: Path, out: Path) -> None:
    write_bank(tmp_path / "bank")
    (out / "outline.md").write_text(ENGLISH_OUTLINE.replace("Databases", SECRET), "utf8")
    (tmp_path / "bank" / "outline.md").unlink()
    (tmp_path / "bank" / "outline.md").symlink_to(out / "outline.md")
    for given in (tmp_path / "bank", tmp_path / "bank" / "outline.md"):
        with pytest.raises(BankError, match="leads out") as caught:
            loaded(given)
        assert SECRET not in str(caught.value)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(path.parent, os.O_RDONLY)
        try:
            listening.bind(f"/proc/self/fd/{here}/{path.name}")
        finally:
            os.close(here)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_circle(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("make", [a_pipe, a_socket, a_folder, a_circle])
@pytest.mark.parametrize("name", ["bank.toml", "terms.toml", LINK, "notes/other.md"])
def test_only_regular_files_are_opened(tmp_path: Path, make: Callable[[Path], None], name: str) -> None:
    root = write_bank(tmp_path / "bank")
    make(root / name)
    bank = loaded(root)
    expected = [] if make is a_folder and name == "notes/other.md" else [("not_a_file", name)]
    assert errors(bank) == expected
    assert bank.notes == ()


def test_links_that_stay_inside_are_followed_and_one_file_is_one_note(tmp_path: Path) -> None:
    root = write_bank(tmp_path / "real", ENGLISH_OUTLINE.replace(LINK, "alias/isolation.md"))
    (root / "texts").mkdir()
    (root / "texts" / "isolation.md").write_text(ENGLISH_NOTE, "utf8")
    (root / "alias").symlink_to("texts")
    (root / "notes" / "again").symlink_to("../texts")
    (root / "notes" / "round").symlink_to(".")
    (tmp_path / "given").symlink_to("real")
    for given in (root, tmp_path / "given", tmp_path / "given" / "outline.md"):
        bank = load_bank(given)
        assert [note.file for note in bank.notes] == ["texts/isolation.md"]
        assert bank.questions[0].note is bank.notes[0]
        assert bank.findings == ()


def test_an_outline_given_by_a_link_of_its_own_reads_the_notes_beside_the_file(tmp_path: Path) -> None:
    root = write_bank(tmp_path / "real", notes__snapshot_isolation_md=ENGLISH_NOTE)
    (root / "outline.md").rename(root / "mine.md")
    (tmp_path / "current.md").symlink_to("real/mine.md")
    assert [note.id for note in load_bank(tmp_path / "current.md").notes] == ["snapshot-isolation"]


def test_a_link_with_dots_that_comes_back_is_fine(tmp_path: Path) -> None:
    outline = ENGLISH_OUTLINE.replace(LINK, "notes/../../bank/notes/./snapshot-isolation.md")
    bank = load_bank(write_bank(tmp_path / "bank", outline, notes__snapshot_isolation_md=ENGLISH_NOTE))
    assert bank.questions[0].note is not None
    assert bank.findings == ()


@pytest.mark.parametrize(
    "target", ["notes/%00.md", f"notes/{'a' * 300}.md", f"notes/{'b/' * 3000}x.md", "notes/%ff%fe.md", "%2f/x%00y.md"]
)
def test_a_target_that_no_system_can_hold_is_a_dead_link(tmp_path: Path, target: str) -> None:
    bank = load_bank(write_bank(tmp_path / "bank", ENGLISH_OUTLINE.replace(LINK, target)))
    assert {one.code for one in bank.findings} <= {"dead_link", "link_outside"}
    assert bank.findings


@pytest.mark.parametrize("name", [LINK, "bank.toml", "terms.toml"])
def test_a_file_that_is_too_large_is_a_finding(tmp_path: Path, name: str) -> None:
    root = write_bank(tmp_path / "bank")
    (root / name).write_text(f"# {'a' * 1247}\n" * 2000, "utf8")
    found = [one for one in load_bank(root).findings if one.code == "too_large"]
    assert [(one.severity, one.place.file) for one in found] == [("error", name)]
    assert "2.5 MB" in found[0].what
    assert errors(load_bank(root, FileLimits(note_mb=3))) == []


def test_an_outline_that_is_too_large_is_refused(tmp_path: Path) -> None:
    root = write_bank(tmp_path / "bank")
    with pytest.raises(BankError, match=r"more than the 0\.001"):
        load_bank(root, FileLimits(outline_mb=0.001))


def test_a_name_that_is_no_text_is_named_all_the_same(tmp_path: Path) -> None:
    root = write_bank(tmp_path / "bank")
    (root / "notes" / os.fsdecode(b"\xff\xfe.md")).write_text(ENGLISH_NOTE, "utf8")
    bank = load_bank(root)
    names = [one.place.file for one in bank.findings if one.code == "unlinked_note"]
    assert [note.file for note in bank.notes] == ["notes/\\udcff\\udcfe.md"]
    assert names in ([], ["notes/\\udcff\\udcfe.md"])
    assert bank.model_dump_json()


def test_of_a_kind_found_very_often_the_first_are_kept_and_the_others_counted(tmp_path: Path) -> None:
    links = "\n".join(f"{n}. [Question {n}?](../{n}.md)" for n in range(1, 1001))
    report = check_path(
        write_bank(tmp_path / "bank", ENGLISH_OUTLINE.replace("#### Locks", f"#### Many\n{links}\n\n#### Locks"))
    )
    outside: list[Finding] = [one for one in report.findings if one.code == "link_outside"]
    assert len(outside) == 200
    assert [one.more for one in outside] == [0] * 199 + [800]
    assert report.errors == 1000
