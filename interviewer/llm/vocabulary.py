"""Encodings of tiktoken: of the served model's own vocabulary, or o200k_base where its file is already on this machine.

A tokenizer.json of byte-level BPE (Qwen, Llama 3, SmolLM, …), a .tiktoken file and the head of a .gguf are read. One rule: nothing is fetched;
a vocabulary that is not there, or that is of another kind, is said so and never half used. Counters for passages take
every tokenizer.json.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.errors import SettingsError
from interviewer.llm import gguf

if TYPE_CHECKING:
    from tiktoken import Encoding

O200K = "o200k_base"
_O200K_URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
GPT2_SPLIT = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""What a .tiktoken file of Qwen is cut by; the file itself does not say."""
_ONE_DIGIT = GPT2_SPLIT.replace(r" ?\p{N}+", r"\p{N}")
_SPLITS_OF_GGUF = {
    **dict.fromkeys(("gpt-2", "gpt2", "mpt", "olmo", "jais"), GPT2_SPLIT),
    **dict.fromkeys(("smollm", "starcoder", "refact", "command-r", "codeshell"), _ONE_DIGIT),
    **dict.fromkeys(("qwen2", "deepseek-r1-qwen", "megrez"), QWEN_SPLIT),
    **dict.fromkeys(("llama-bpe", "llama3", "llama-v3", "dbrx"), QWEN_SPLIT.replace(r"|\p{N}|", r"|\p{N}{1,3}|")),
}
"""What a .gguf calls the way in which texts are cut, as llama.cpp knows them."""


@dataclass(frozen=True)
class Counter:
    """`tokens` of a text by a vocabulary; `digest` is the same for the same vocabulary, wherever its file lies."""

    tokens: Callable[[str], int]
    digest: str


def counter_of(path: str, setting: str) -> Counter:
    """The counter of a vocabulary file, of any kind that a tokenizer.json may hold: many embedding models are not
    byte-level BPE. Raises SettingsError."""
    try:
        encoding = encoding_of(path, setting)
    except SettingsError as error:
        if Path(path).suffix != ".json" or (counter := _any_kind(path)) is None:
            raise _unusable(path, setting, error.details["why"], "tokenizer.json") from error
        return counter
    pairs = b"".join(b"%d:%s " % (rank, token) for token, rank in sorted(encoding._mergeable_ranks.items()))  # pyright: ignore[reportPrivateUsage] -- no other way
    digest = hashlib.sha256(encoding._pat_str.encode() + pairs).hexdigest()[:12]  # pyright: ignore[reportPrivateUsage] -- no other way
    return Counter(lambda text: len(encoding.encode_ordinary(_whole(text))), digest)


def _any_kind(path: str) -> Counter | None:
    """By the library that writes tokenizer.json files; None where it cannot read this one."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(path)
    except Exception:  # noqa: BLE001 - it raises nothing more particular
        return None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    digest = hashlib.sha256(tokenizer.to_str().encode()).hexdigest()[:12]
    return Counter(lambda text: len(tokenizer.encode(_whole(text), add_special_tokens=False)), digest)


def _whole(text: str) -> str:
    """`text` without halves of characters, which no vocabulary takes."""
    return text.encode("utf8", "replace").decode("utf8")


def _unusable(path: str, setting: str, why: object, kind: str) -> SettingsError:
    return SettingsError(
        f"The vocabulary {Path(path).name!r} ({setting}) cannot be used: {why}.",
        f"Give the model's {kind}, .tiktoken or .gguf file.",
        setting=setting, why=str(why),
    )  # fmt: skip


@lru_cache(maxsize=4)
def encoding_of(path: str, setting: str = "model.tokenizer") -> Encoding:
    """The encoding of a vocabulary file. Raises SettingsError, with what to do, where it cannot be read as one."""
    file = Path(path)
    try:
        if file.suffix == ".tiktoken":
            return _encoding(file.name, QWEN_SPLIT, _ranks_of_tiktoken(file.read_bytes()))
        if file.suffix == ".gguf":
            return _encoding(file.name, *_of_gguf(file))
        whole = json.loads(file.read_text("utf8"))
        return _encoding(file.name, split_of(whole), _ranks_of_json(whole))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        kind = "tokenizer.json (byte-level BPE, as of Qwen, Llama 3 or SmolLM)"
        raise _unusable(path, setting, why, kind) from error


def o200k() -> Encoding | None:
    """o200k_base where its file is in tiktoken's cache on this machine; None elsewhere, without asking the network."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    place = (
        Path(folder or Path(tempfile.gettempdir()) / "data-gym-cache") / hashlib.sha1(_O200K_URL.encode()).hexdigest()
    )
    if not place.is_file():
        return None
    import tiktoken

    try:
        return tiktoken.get_encoding(O200K)
    except Exception:  # noqa: BLE001 - a broken cache file makes tiktoken ask the network, which may raise anything
        return None


def split_of(whole: dict[str, Any]) -> str:
    """The regular expression by which a tokenizer.json cuts a text before it looks up pieces."""
    steps = _steps(whole.get("pre_tokenizer"))
    patterns = [
        step["pattern"]["Regex"] for step in steps if step.get("type") == "Split" and "Regex" in step["pattern"]
    ]
    uses_own = any(step.get("type") == "ByteLevel" and step.get("use_regex", True) for step in steps)
    if not any(step.get("type") == "ByteLevel" for step in steps):
        raise ValueError("it is not byte-level BPE")
    if any(step.get("type") == "Digits" and step.get("individual_digits") for step in steps):
        return _ONE_DIGIT
    if len(patterns) > 1 or (patterns and uses_own):
        raise ValueError("it cuts texts in more than one step")
    return patterns[0] if patterns else GPT2_SPLIT


def _steps(found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, dict):
        return []
    return [one for part in found["pretokenizers"] for one in _steps(part)] if "pretokenizers" in found else [found]


def _encoding(name: str, split: str, ranks: dict[bytes, int]) -> Encoding:
    from tiktoken import Encoding

    missing = [byte for byte in range(256) if bytes([byte]) not in ranks]
    if missing:
        raise ValueError(f"{len(missing)} of the 256 single bytes are not in it")
    return Encoding(name, pat_str=split, mergeable_ranks=ranks, special_tokens={})


def _ranks_of_tiktoken(raw: bytes) -> dict[bytes, int]:
    rows = [line.split() for line in raw.splitlines() if line.strip()]
    return {base64.b64decode(token): int(rank) for token, rank in rows}


def _ranks_of_json(whole: dict[str, Any]) -> dict[bytes, int]:
    """Single bytes first, then what each merge makes, in the order of the merges: that order is what BPE goes by."""
    model = whole["model"]
    if model.get("type", "BPE") != "BPE" or not model.get("merges"):
        raise ValueError("it is no BPE vocabulary")
    return _ranks_of_merges(model["merges"])


def _of_gguf(file: Path) -> tuple[str, dict[bytes, int]]:
    """(what texts are cut by, ranks) of a model file of llama.cpp."""
    known = gguf.facts(file)
    merges, way = known.get("tokenizer.ggml.merges"), str(known.get("tokenizer.ggml.pre", "gpt-2"))
    if known.get("tokenizer.ggml.model") != "gpt2" or not isinstance(merges, list) or not merges:
        raise ValueError("it is not byte-level BPE")
    if way not in _SPLITS_OF_GGUF:
        raise ValueError(f"its way to cut texts ({way}) is not known")
    return _SPLITS_OF_GGUF[way], _ranks_of_merges([str(merge) for merge in merges])


def _ranks_of_merges(merges: Sequence[str | Sequence[str]]) -> dict[bytes, int]:
    back = {shown: byte for byte, shown in _shown_bytes().items()}
    ranks = {bytes([byte]): byte for byte in range(256)}
    for merge in merges:
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        ranks.setdefault(bytes(back[one] for one in left + right), len(ranks))
    return ranks


def _shown_bytes() -> dict[int, str]:
    """How byte-level BPE writes bytes as characters: printable ones as they are, the others from 256 on (GPT-2, 2019)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = (byte for byte in range(256) if byte not in plain)
    return {byte: chr(byte) for byte in plain} | {byte: chr(256 + n) for n, byte in enumerate(others)}
