"""From a file to recordings: decoded, recognised by what is in it, read by the reader of its shape.

The one rule: a file's ending decides nothing; what is not recognised is answered with what was seen and what could be read.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from interviewer.errors import RecordingRefused, TranscriptError
from interviewer.models import RecordingFormat, Transcript
from interviewer.recordings.decode import text_of
from interviewer.recordings.formats import dialogue, headed, messages, own, questions, speech, table, timed
from interviewer.recordings.formats.docx import text_of_docx
from interviewer.recordings.model import Notice, Recording

LARGEST_MB = 64
"""An hour of talk is about 0.1 MB of text; a larger file is an archive of many, or no transcript."""
MOST_LINES = 400_000

FORMATS: Mapping[RecordingFormat, tuple[str, ...]] = MappingProxyType(
    {
        "webvtt": ("vtt", "zoom-vtt", "teams-vtt"),
        "srt": ("subrip",),
        "sbv": ("youtube", "meet-sbv"),
        "names_with_times": (
            "tencent",
            "feishu",
            "lark",
            "iflytek",
            "tingwu",
            "otter",
            "teams",
            "zoom",
            "fathom",
            "rev",
        ),
        "dialogue": ("text", "txt", "meet", "interviewer-candidate"),
        "questions_and_answers": ("markdown", "md", "qa"),
        "table": ("csv", "tsv"),
        "speech_json": ("whisper", "whisperx", "json"),
        "messages": ("openai", "anthropic", "langchain", "jsonl"),
        "sharegpt": (),
        "chatgpt": (),
    }
)
"""Every format with the other names that `--format` takes for it."""


@dataclass(frozen=True)
class Refused:
    """One part of a file that is no recording: its number in the file, and why."""

    number: int
    error: TranscriptError


@dataclass(frozen=True)
class FileRead:
    """What one file holds: recordings, sessions exported by this program, and parts that are neither."""

    recordings: tuple[Recording, ...] = ()
    exports: tuple[Transcript, ...] = ()
    refused: tuple[Refused, ...] = ()


def format_named(name: str) -> RecordingFormat:
    """The format that `--format` means. Raises RecordingRefused with the list."""
    plain = name.strip().casefold().replace("_", "-").lstrip(".")
    for format, others in FORMATS.items():
        if plain == format.replace("_", "-") or plain in others:
            return format
    raise RecordingRefused(
        f"There is no format {name!r}.",
        f"Choose one of: {_listed()}.",
        reason="no_format",
        seen=name,
        formats=_listed(),
    )


def read_file(path: Path, format: RecordingFormat | None = None) -> FileRead:
    """What is in the file at `path`. Raises RecordingRefused, TranscriptError."""
    try:
        seen = path.stat()
        if not stat.S_ISREG(seen.st_mode):  # a folder, or a device that never ends
            raise TranscriptError(f"{str(path)[:200]!r} is no file.", "Name a file.")
        size = seen.st_size
        if size > LARGEST_MB * 1024 * 1024:
            raise RecordingRefused(
                f"The file has {size / 1024 / 1024:.0f} MB; a transcript may have {LARGEST_MB} MB.",
                "Split it, one interview or one month a file.",
                reason="too_large",
                mb=round(size / 1024 / 1024),
                limit=LARGEST_MB,
            )
        raw = path.read_bytes()
    except OSError as error:
        raise TranscriptError(
            f"The file {str(path)[:200]!r} cannot be read: {error.strerror}.", "Check its path and rights."
        ) from error
    return read(raw, path.name, format)


def read(raw: bytes, name: str, format: RecordingFormat | None = None) -> FileRead:
    """What is in a file's bytes; `name` is for messages only."""
    if not raw.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise RecordingRefused("The file is empty.", "Export the transcript again.", reason="empty")
    if len(raw) > LARGEST_MB * 1024 * 1024:
        raise RecordingRefused(
            f"The file has more than {LARGEST_MB} MB.",
            "Split it.",
            reason="too_large",
            mb=len(raw) >> 20,
            limit=LARGEST_MB,
        )
    text, notices = text_of_docx(raw) if raw.startswith(b"PK") else text_of(raw)
    if text.count("\n") > MOST_LINES:
        raise RecordingRefused(
            f"The file has more than {MOST_LINES} lines.",
            "Split it, one interview a file.",
            reason="too_long",
            limit=MOST_LINES,
        )
    found = _read_text(text, name, format)
    recordings = tuple(replace(one, notices=(*notices, *one.notices)) for one in found.recordings if one.cues)
    silent = tuple(Refused(one.number, _no_speech()) for one in found.recordings if not one.cues)
    if not recordings and not found.exports:
        raise next((one.error for one in (*found.refused, *silent)), _unknown(text))
    return FileRead(recordings, found.exports, (*found.refused, *silent))


def _read_text(text: str, name: str, format: RecordingFormat | None) -> FileRead:
    if format in (None, "speech_json", "messages", "sharegpt", "chatgpt", "questions_and_answers"):
        value, broken = _json(text)
        if value is not None:
            return _read_json(value, broken, name, format)
        if format not in (None, "questions_and_answers"):
            raise broken[0].error if broken else _unknown(text)
        if broken and format is None:
            raise broken[0].error
    if format is not None:
        readers: Mapping[RecordingFormat, Callable[[str], Recording]] = {
            "webvtt": timed.read_vtt, "srt": timed.read_srt, "sbv": timed.read_sbv, "dialogue": dialogue.read,
            "questions_and_answers": questions.read,
        }  # fmt: skip
        if format == "table":
            return FileRead(tuple(table.read(text)))
        if format == "names_with_times":
            if not headed.sees(text):
                raise _unknown(text)
            return FileRead((headed.read(text),))
        return FileRead((readers[format](text),))
    arrows, commas = timed.timings(text)
    if text.lstrip().startswith("WEBVTT"):
        return FileRead((timed.read_vtt(text.lstrip()),))
    if arrows:
        return FileRead((timed.read_srt(text),))
    if commas:
        return FileRead((timed.read_sbv(text),))
    return _by_likeness(text)


def _by_likeness(text: str) -> FileRead:
    """Text without timings of subtitles, by the reader that recognises the most of it."""
    sure = {
        "table": table.sees(text), "names_with_times": headed.sees(text), "dialogue": dialogue.sees(text),
        "questions_and_answers": questions.sees(text),
    }  # fmt: skip
    best = max(sure, key=lambda name: sure[name])
    if sure[best] < 0.25:
        raise _unknown(text)
    match best:
        case "table":
            return FileRead(tuple(table.read(text)))
        case "names_with_times":
            return FileRead((headed.read(text),))
        case "dialogue":
            return FileRead((dialogue.read(text),))
        case _:
            return FileRead((questions.read(text),))


def _json(text: str) -> tuple[Any, list[Refused]]:
    """The file as JSON, or its lines as a list of JSON, with the lines that are none; None where it is no JSON at all."""
    plain = text.strip()
    if plain[:1] not in ("{", "["):
        return None, []
    try:
        return json.loads(plain), []
    except RecursionError:
        raise _broken_json("it is nested too deeply") from None
    except ValueError as error:
        if plain[:1] == "[" and not plain[1:2].strip(' \n"{['):  # a caption such as [Music], a name in brackets
            return None, []
        return _json_lines(plain, error)


def _json_lines(text: str, whole: ValueError) -> tuple[Any, list[Refused]]:
    values: list[Any] = []
    broken: list[Refused] = []
    for number, line in enumerate((line for line in text.split("\n") if line.strip()), 1):
        try:
            values.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            if number == 1:
                return None, [Refused(1, _broken_json(str(whole)))] if text[:1] == "{" or text[1:].lstrip()[:1] in (
                    "{",
                    "[",
                    '"',
                ) else []
            values.append(None)
            broken.append(Refused(number, _broken_json(f"line {number}: {error}")))
    return values, broken


def _read_json(value: Any, broken: Sequence[Refused], name: str, format: RecordingFormat | None) -> FileRead:
    lines = {one.number for one in broken}
    if own.sees(value):
        return FileRead(exports=(own.read(value, name),))
    if isinstance(value, list) and any(map(own.sees, value)):
        exports, refused = [], list(broken)
        for number, one in enumerate(value, 1):
            try:
                exports.append(own.read(one if isinstance(one, Mapping) else {}, f"{name} ({number})"))
            except TranscriptError as error:
                refused += [] if number in lines else [Refused(number, error)]
        return FileRead(exports=tuple(exports), refused=tuple(refused))
    if format in (None, "questions_and_answers") and (records := _records(value)):
        return FileRead(tuple(questions.from_records(records)), refused=tuple(broken))
    if format in (None, "messages", "sharegpt", "chatgpt"):
        chats = messages.chats_in(value)
        if any(chats):
            refused = [
                Refused(n, _unknown_json(value)) for n, chat in enumerate(chats, 1) if chat is None and n not in lines
            ]
            return FileRead(tuple(chat for chat in chats if chat), refused=(*broken, *refused))
    if format in (None, "speech_json") and speech.sees(value):
        return FileRead((replace(speech.read(value), notices=_lost(broken)),))
    raise _unknown_json(value)


def _lost(broken: Sequence[Refused]) -> tuple[Notice, ...]:
    return (Notice("broken_lines", {"n": len(broken), "line": broken[0].number}),) if broken else ()


def _records(value: Any) -> list[Mapping[str, Any]]:
    """Records of a question and an answer: the list itself, its only list, or one record."""
    if isinstance(value, Mapping):
        lists = [
            one for one in value.values() if isinstance(one, list) and one and all(isinstance(row, dict) for row in one)
        ]
        value = lists[0] if len(lists) == 1 else [value]
    rows = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
    paired = [row for row in rows if questions.pair_keys(row)]
    return paired if paired and len(paired) == len(rows) else []


def _listed() -> str:
    return "; ".join(f"{name} ({', '.join(others)})" if others else name for name, others in FORMATS.items())


def _no_speech() -> RecordingRefused:
    return RecordingRefused(
        "Nobody says anything in it.", "Export the transcript again, with its text.", reason="no_speech"
    )


def _broken_json(why: str) -> RecordingRefused:
    return RecordingRefused(
        f"The JSON is broken: {why}.", "It may be cut short; export it again.", reason="broken_json", seen=why
    )


def _unknown(text: str) -> RecordingRefused:
    shown = [line.strip()[:80] for line in islice((line for line in text.split("\n") if line.strip()), 3)]
    seen = " / ".join(shown)
    return RecordingRefused(
        f"No transcript was recognised. It begins: {seen}",
        f"Name speakers before what they say (Interviewer: …, Candidate: …), or choose --format: {_listed()}.",
        reason="not_recognised",
        seen=seen,
        formats=_listed(),
    )


def _unknown_json(value: Any) -> RecordingRefused:
    first = value[0] if isinstance(value, list) and value else value
    seen = ", ".join(map(str, list(first)[:12])) if isinstance(first, Mapping) else type(first).__name__
    where = f"a list of {len(value)}, each with" if isinstance(value, list) else "an object with"
    return RecordingRefused(
        f"The JSON is none that is known: {where} {seen[:300] or 'nothing'}.",
        "It needs a list of messages (role, content), of segments (start, text, speaker), or of question and answer.",
        reason="unknown_json",
        seen=seen[:300],
    )
