"""The vector index equals the bank after every `sync`, in a folder and on a real server, also after kills and damage."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.chunking import chunk_bank
from knowledge.cutting import LEAST_CONTEXT, SPECIAL_TOKENS, Cut, length
from knowledge.embedder import HashingEmbedder, Vectors
from knowledge.errors import EmbeddingError, VectorIndexError
from knowledge.index import VectorIndex
from knowledge.models import Bank
from tests.passages import bank_of, many, rewritten, without

ROOT = Path(__file__).parents[2]
CHROMA = Path(sys.executable).parent / "chroma"


class Counting:
    """The hashing embedder, counting what it is asked for; fails from text number `fails_at` on."""

    semantic = True

    def __init__(self, name: str = "counting", fails_at: int | None = None, context: int = 0) -> None:
        self.context = context
        self._plain = HashingEmbedder(dimension=64)
        self.name, self.dimension, self.fails_at = name, 64, fails_at
        self.asked = 0
        self.longest = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        self.longest = max(self.longest, *map(length, texts))
        if self.fails_at is not None and self.asked > self.fails_at:
            raise EmbeddingError("The endpoint is down.", "Start it.")
        return self._plain.embed(texts)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not CHROMA.exists():
        pytest.skip("the chroma command is not installed beside this Python")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    running = subprocess.Popen(
        [CHROMA, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait(10)


@pytest.fixture(params=["folder", "server"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "index") if request.param == "folder" else request.getfixturevalue("server")


@pytest.fixture
def bank(request: pytest.FixtureRequest) -> Bank:
    """A bank of its own id for each test, as tests share the server."""
    return many(6).model_copy(update={"id": request.node.name})


def ids(bank: Bank) -> set[str]:
    return {chunk.id for chunk in chunk_bank(bank)}


def test_from_nothing_every_passage_is_embedded_once_and_then_kept(where: str, bank: Bank) -> None:
    embedder = Counting()
    index = VectorIndex.open(where, embedder)
    seen: list[tuple[int, int]] = []
    report = index.sync(bank, progress=lambda done, total: seen.append((done, total)))
    size = len(ids(bank))
    assert (report.added, report.updated, report.removed, report.kept, report.rebuilt) == (size, 0, 0, 0, "")
    assert seen[-1] == (size, size)
    assert index.ids() == ids(bank)
    index.close()
    embedder.asked = 0
    again = VectorIndex.open(where, embedder)
    report = again.sync(bank)
    assert (report.added, report.kept, embedder.asked) == (0, size, 0)
    assert again.ids() == ids(bank)
    again.close()


def test_a_query_finds_its_passage_first_with_its_cosine(where: str, bank: Bank) -> None:
    index = VectorIndex.open(where, HashingEmbedder())
    index.sync(bank)
    wanted = chunk_bank(bank)[9]
    hits = index.query(wanted.content, 3)
    assert hits[0].chunk == wanted
    assert hits[0].score == pytest.approx(1, abs=1e-4)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert index.query("x", 0) == ()
    index.close()


def test_an_edited_bank_costs_only_what_changed(where: str, bank: Bank) -> None:
    embedder = Counting()
    index = VectorIndex.open(where, embedder)
    index.sync(bank)
    embedder.asked = 0
    edited = without(rewritten(bank, "topic-1", "## 参考答案\n\n全新。\n"), "topic-4")
    report = index.sync(edited)
    assert embedder.asked == report.added == 1
    assert (report.removed, report.kept) == (3 + 4, len(ids(bank)) - 7)
    assert index.ids() == ids(edited)
    index.close()


def test_passages_that_only_moved_are_not_embedded_again(where: str, bank: Bank) -> None:
    embedder = Counting()
    index = VectorIndex.open(where, embedder)
    index.sync(bank)
    embedder.asked = 0
    body = next(note.body for note in bank.notes if note.id == "topic-0")
    report = index.sync(rewritten(bank, "topic-0", "New first.\n\n" + body))
    assert (report.added, report.updated, embedder.asked) == (1, 3, 1)
    index.close()


def test_an_endpoint_that_fails_in_the_middle_keeps_what_was_embedded(where: str, bank: Bank) -> None:
    big = many(120).model_copy(update={"id": bank.id})
    embedder = Counting(fails_at=300)
    index = VectorIndex.open(where, embedder)
    with pytest.raises(EmbeddingError, match="down"):
        index.sync(big)
    embedder.fails_at = None
    report = index.sync(big)
    assert (report.kept, report.rebuilt) == (256, "")
    assert index.ids() == ids(big)
    index.close()


def test_banks_do_not_mix(where: str, bank: Bank) -> None:
    index = VectorIndex.open(where, Counting())
    index.sync(bank)
    other = bank_of({"alone": "一段"}).model_copy(update={"id": bank.id + "/ 其他"})
    index.sync(other)
    assert index.ids() == ids(other)
    assert index.sync(bank).added == 0
    assert index.ids() == ids(bank)
    index.close()


def test_vectors_of_two_embedders_never_mix(where: str, bank: Bank) -> None:
    first = VectorIndex.open(where, Counting("one"))
    first.sync(bank)
    first.close()
    second = VectorIndex.open(where, HashingEmbedder(dimension=32))
    report = second.sync(bank)
    assert report.added == len(ids(bank))
    assert report.replaced == (() if where.startswith("http") else ("one",))
    assert second.ids() == ids(bank)
    second.close()


def test_another_way_to_cut_makes_the_index_anew_and_the_same_one_elsewhere_does_not(where: str, bank: Bank) -> None:
    for cut, added in (
        (Cut(), len(ids(bank))),
        (Cut(measure=len, name="cut by abc"), len(ids(bank))),
        (Cut(measure=lambda text: len(text), name="cut by abc"), 0),
    ):
        index = VectorIndex.open(where, Counting(), cut)
        assert index.sync(bank).added == added
        assert index.query("topic1", 1)
        index.close()
    if not where.startswith("http"):  # in a folder what was there before gave way
        index = VectorIndex.open(where, Counting())
        assert index.attach(bank) == 0
        index.close()


def test_a_passage_longer_than_the_embedder_reads_is_embedded_in_parts_and_found_as_itself(
    where: str, bank: Bank
) -> None:
    end = "斑马在草原上奔跑时黑白条纹互相遮掩难以分辨。"
    long = rewritten(bank, "topic-1", f"## 参考答案\n\n{'每一步都要读取全部权重。' * 20}{end}\n")
    plain = VectorIndex.open(where, Counting())
    plain.sync(long)
    plain.close()
    embedder = Counting(context=LEAST_CONTEXT)
    index = VectorIndex.open(where, embedder)
    report = index.sync(long)
    assert report.added > len(ids(long))
    assert embedder.longest <= LEAST_CONTEXT - SPECIAL_TOKENS
    hits = index.query(end, 5)
    assert hits[0].chunk in chunk_bank(long)
    assert end in hits[0].chunk.text
    assert len({hit.chunk.id for hit in hits}) == len(hits)
    index.query(end * 40, 5)
    assert embedder.longest <= LEAST_CONTEXT - SPECIAL_TOKENS
    index.close()
    again = VectorIndex.open(where, Counting(context=LEAST_CONTEXT))
    assert again.attach(long) == report.added
    again.close()


def test_a_context_in_which_every_passage_fits_changes_nothing(where: str, bank: Bank) -> None:
    for context, added in ((0, len(ids(bank))), (512, 0)):
        index = VectorIndex.open(where, Counting(context=context))
        assert index.sync(bank).added == added
        index.close()


def test_a_query_before_the_first_sync_is_refused(where: str) -> None:
    index = VectorIndex.open(where, Counting())
    with pytest.raises(VectorIndexError, match="not synchronised"):
        index.query("x", 3)
    index.close()


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(VectorIndexError, match=r"http://127\.0\.0\.1:9.*cannot be reached"):
        VectorIndex.open("http://127.0.0.1:9", Counting())


def test_a_second_opener_is_told_and_may_come_after_the_first(tmp_path: Path, bank: Bank) -> None:
    first = VectorIndex.open(tmp_path, Counting())
    first.sync(bank)
    code = (
        "import sys\nfrom knowledge.index import VectorIndex\nfrom knowledge.embedder import HashingEmbedder\n"
        "from knowledge.errors import VectorIndexError\n"
        "try:\n    VectorIndex.open(sys.argv[1], HashingEmbedder())\nexcept VectorIndexError as error:\n    print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "in use by another process" in ran.stdout
    with pytest.raises(VectorIndexError, match="in use"):
        VectorIndex.open(tmp_path, Counting())
    assert first.ids() == ids(bank)
    first.close()
    second = VectorIndex.open(tmp_path, Counting())
    assert second.sync(bank).added == 0
    second.close()


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(VectorIndexError, match="cannot be written"):
        VectorIndex.open(tmp_path / "file" / "index", Counting())


def _overwrite(file: Path) -> None:
    file.write_bytes(np.random.default_rng(1).bytes(20_000))


def _remove_vectors(file: Path) -> None:
    for one in file.parent.glob("*/*"):
        one.unlink()


def _cut_vectors(file: Path) -> None:
    for one in file.parent.glob("*/*.pickle"):
        os.truncate(one, 20)


@pytest.mark.parametrize("damage", [_overwrite, _remove_vectors, _cut_vectors])
def test_an_index_that_cannot_be_read_is_made_anew_and_says_so(
    tmp_path: Path, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(damage)
    big = many(300)
    index = VectorIndex.open(tmp_path, Counting())
    index.sync(big)
    index.close()
    (database,) = tmp_path.glob("*/chroma.sqlite3")
    damage(database)
    again = VectorIndex.open(tmp_path, Counting())
    report = again.sync(big)
    assert "could not be read" in report.rebuilt
    assert "made anew" in caplog.text
    assert report.added == len(ids(big))
    assert again.ids() == ids(big)
    assert again.query(chunk_bank(big)[700].content, 1)[0].score == pytest.approx(1, abs=1e-4)
    assert len(list(tmp_path.glob("chroma-*"))) == 1
    again.close()


_SYNCS = """
import sys
from knowledge.embedder import HashingEmbedder
from knowledge.index import VectorIndex
from tests.passages import many
VectorIndex.open(sys.argv[1], HashingEmbedder()).sync(many(800), progress=lambda *done: print(*done, flush=True))
"""


@pytest.mark.parametrize("batches", [1, 5])
def test_a_sync_that_was_killed_is_repeated_and_equals_the_bank(tmp_path: Path, batches: int) -> None:
    running = subprocess.Popen([sys.executable, "-c", _SYNCS, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    for _ in range(batches):
        running.stdout.readline()
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    bank = many(40)
    index = VectorIndex.open(tmp_path, HashingEmbedder())
    report = index.sync(bank)
    assert "killed in the middle" in report.rebuilt
    assert index.ids() == ids(bank)
    assert index.sync(bank).rebuilt == ""
    index.close()
