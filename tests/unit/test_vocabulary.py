"""Counting tokens by tiktoken: vocabularies of byte-level BPE as they are published, and budgets that are never too small."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from tiktoken import Encoding
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from interviewer.errors import SettingsError
from interviewer.llm import vocabulary
from interviewer.llm.capabilities import fit_ruler
from interviewer.llm.tokens import Ruler, calibrate
from interviewer.llm.vocabulary import encoding_of, o200k

TEXTS = (
    "The scheduler admits new requests between decode steps; KV cache grows with each token.",
    "请解释预填充和解码两个阶段各做什么，为什么前者受算力限制？",
    "[00:01:02.345] 2026-12-01 4096 + 512 = 4608",
    "  spaces\n\nand\ttabs  ",
    "半个表情 🙂 and 'quotes' don't matter",
)


def trained(folder: Path, *steps: Any) -> Tokenizer:
    """A small byte-level BPE vocabulary, trained on the texts and written as tokenizer.json."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = (
        pre_tokenizers.Sequence([*steps, pre_tokenizers.ByteLevel(add_prefix_space=False)])
        if steps
        else pre_tokenizers.ByteLevel(add_prefix_space=False)
    )
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        TEXTS * 20, trainers.BpeTrainer(vocab_size=500, initial_alphabet=alphabet, show_progress=False)
    )
    made.save(str(folder / "tokenizer.json"))
    return made


@pytest.mark.parametrize("digits", [False, True])
def test_a_published_vocabulary_counts_as_its_own_library_does(tmp_path: Path, digits: bool) -> None:
    real = trained(tmp_path, *([pre_tokenizers.Digits(individual_digits=True)] if digits else []))
    encoding = encoding_of(str(tmp_path / "tokenizer.json"))
    for text in TEXTS:
        assert abs(len(encoding.encode_ordinary(text)) - len(real.encode(text).ids)) <= 2


def test_a_tiktoken_file_is_read(tmp_path: Path) -> None:
    rows = [f"{base64.b64encode(bytes([byte])).decode()} {byte}" for byte in range(256)]
    (tmp_path / "qwen.tiktoken").write_text("\n".join([*rows, f"{base64.b64encode(b'ab').decode()} 256"]), "utf8")
    assert len(encoding_of(str(tmp_path / "qwen.tiktoken")).encode_ordinary("abc")) == 2


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        '{"model": {"type": "WordPiece"}}',
        '{"model": {"type": "BPE", "merges": ["a b"]}, "pre_tokenizer": null}',
    ],
)
def test_a_file_that_is_none_is_refused_with_what_to_give(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.json").write_text(content, "utf8")
    with pytest.raises(SettingsError) as caught:
        encoding_of(str(tmp_path / "t.json"))
    assert "tokenizer.json" in caught.value.fix
    assert caught.value.details["setting"] == "model.tokenizer"
    assert str(tmp_path) not in caught.value.what


def test_nothing_is_fetched_where_no_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert o200k() is None


def test_the_models_own_vocabulary_is_exact_and_another_stays_above(tmp_path: Path) -> None:
    real = trained(tmp_path)
    path = str(tmp_path / "tokenizer.json")

    async def count(text: str) -> int:
        return len(real.encode(text).ids)

    own = asyncio.run(calibrate(count, path, own=True))
    assert own.own
    for text in TEXTS:
        assert 0 <= own.tokens(text) - len(real.encode(text).ids) <= 0.15 * len(text)

    async def four_times(text: str) -> int:
        return 4 * len(real.encode(text).ids)

    other = asyncio.run(calibrate(four_times, path, own=True))
    assert not other.own


def test_digits_and_times_count_one_token_a_character() -> None:
    for text in ("00:01:02.345", "1234567890", "2026-12-01 12:34:56"):
        assert Ruler(narrow=0.2, calibrated=True).tokens(text) >= sum(one.isdigit() for one in text)


def test_numbers_inside_a_sentence_are_counted_too() -> None:
    plain, numbered = Ruler().tokens("about  tokens"), Ruler().tokens("about 123456 tokens")
    assert numbered >= plain + 6


def test_o200k_is_counted_by_where_its_file_is_there_and_numbers_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vocabulary that joins three digits would say a third of what others need."""
    ranks = {bytes([byte]): byte for byte in range(256)} | {b"12": 256, b"123": 257}
    joins = Encoding("joins", pat_str=r"\d{1,3}|[^\d]+", mergeable_ranks=ranks, special_tokens={})
    monkeypatch.setattr(vocabulary, "o200k", lambda: joins)

    class NoTokenize:
        async def peek(self, *_: Any) -> None:
            return None

    ruler = asyncio.run(fit_ruler(NoTokenize(), "m"))  # type: ignore[arg-type]
    assert ruler.vocabulary == vocabulary.O200K
    assert ruler.tokens("123" * 10) == 30
    assert ruler.tokens("word") == 4
