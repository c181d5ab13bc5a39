"""The facts at the head of a GGUF file, the format of llama.cpp's models (its specification, version 3).

One rule: only the head is read, the weights never are; what does not follow the format is a ValueError.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

Value = bool | int | float | str | list[bool | int | float | str]
_NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_MOST = 2**24
"""Entries and bytes beyond which a head is taken for broken: the largest vocabularies have some 2**18 entries."""


def facts(path: Path) -> dict[str, Value]:
    """Every key of the head with its value. Raises ValueError, and OSError where the file cannot be read."""
    with path.open("rb") as file:
        if file.read(4) != b"GGUF" or _number(file, "<I") < 2:
            raise ValueError("it is no GGUF file of version 2 or newer")
        _number(file, "<Q")  # tensors
        return {_text(file): _value(file, int(_number(file, "<I"))) for _ in range(_count(file))}


def _value(file: BinaryIO, kind: int) -> Value:
    if kind != _ARRAY:
        return _single(file, kind)
    inner = int(_number(file, "<I"))
    return [_single(file, inner) for _ in range(_count(file))]


def _single(file: BinaryIO, kind: int) -> bool | int | float | str:
    if kind == _STRING:
        return _text(file)
    if kind not in _NUMBERS:
        raise ValueError(f"it holds a value of the unknown kind {kind}")
    return _number(file, _NUMBERS[kind])


def _text(file: BinaryIO) -> str:
    return _exactly(file, _count(file)).decode("utf8", "replace")


def _count(file: BinaryIO) -> int:
    count = int(_number(file, "<Q"))
    if count > _MOST:
        raise ValueError("its head is broken")
    return count


def _number(file: BinaryIO, form: str) -> bool | int | float:
    return struct.unpack(form, _exactly(file, struct.calcsize(form)))[0]


def _exactly(file: BinaryIO, length: int) -> bytes:
    read = file.read(length)
    if len(read) < length:
        raise ValueError("it ends in its head")
    return read
