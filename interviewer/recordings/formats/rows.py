"""Rows of a table or objects of a list that each hold a stretch of speech: who, when, what, under whatever names.

The one rule: a number of seconds is never guessed from one row; whether times are in milliseconds is read off all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from interviewer.models import RecordingFormat
from interviewer.recordings.decode import clean
from interviewer.recordings.formats.clock import epoch, seconds
from interviewer.recordings.formats.labels import label_of, speakers_among, tidy_name
from interviewer.recordings.model import Aside, Cue, Notice, Recording
from interviewer.recordings.words import folded

TEXT_KEYS = (
    "text", "transcript", "utterance", "sentence", "content", "caption", "display", "display_text", "displaytext", "message", "words_text", "speech", "value", "body", "line",
    "发言内容", "内容", "文本", "转写内容", "转写文本", "原文", "话", "onebest",
)  # fmt: skip
SPEAKER_KEYS = (
    "speaker_name", "speakername", "speaker", "speaker_label", "speakerlabel", "spoken_by", "participant", "participant_name", "display_name", "displayname", "who", "speaker_id", "speakerid", "spk", "speakertag", "user_name", "username",
    "author", "sender", "name", "user", "role", "from", "channel", "发言人", "说话人", "讲话人", "说话者", "角色", "姓名", "身份",
)  # fmt: skip
START_KEYS = (
    "start", "start_time", "starttime", "start_s", "begin", "begin_time", "begintime", "start_ms", "startms", "begin_ms", "bg", "offset", "start_offset", "startoffset", "ts", "timestamp", "timestamps", "time", "offsets", "at", "created_at",
    "开始时间", "开始", "起始时间", "时间", "时间戳",
)  # fmt: skip
END_KEYS = (
    "end",
    "end_time",
    "endtime",
    "end_s",
    "stop",
    "end_ms",
    "endms",
    "ed",
    "end_offset",
    "endoffset",
    "end_ts",
    "结束时间",
    "结束",
    "终止时间",
)
_NESTED = ("words", "tokens", "segments", "monologues", "elements")
_SLOWEST = 0.4
"""Characters a second below which nobody talks for long: then the numbers are milliseconds."""


def is_row(row: Mapping[str, Any], *, header: bool = False) -> bool:
    """Whether a row holds speech: a text, and a speaker or a time beside it."""
    keys = {folded(str(key)).replace(" ", "_"): key for key in row}
    text = next((keys[key] for key in TEXT_KEYS if key in keys), None)
    beside = any(key in keys for key in (*SPEAKER_KEYS, *START_KEYS))
    return text is not None and beside and (header or isinstance(row[text], str))


def from_rows(
    rows: Sequence[Mapping[str, Any]], *, format: RecordingFormat, asides: Sequence[Aside] = (), number: int = 1
) -> Recording:
    """The recording in `rows`; values that are neither speech, speaker nor time stand aside."""
    keys = [_Keys(row) for row in rows]
    per_second, notices = _unit(keys)
    cues: list[Cue] = []
    beside: list[Aside] = list(asides)
    at = None
    for n, one in enumerate(keys, 1):
        start, dated = _time(one.start, per_second)
        end, _ = _time(one.end, per_second)
        at = at or dated
        if dated is not None and at is not None and start is None:
            start = (dated - at).total_seconds()
        words = clean(one.text).strip()
        if words:
            cues.append(Cue(words, tidy_name(one.speaker), start, end, n))
        beside.extend(Aside(f"{key}: {value}", "marker", n) for key, value in one.rest)
    spoken = _named_in_text(cues)
    return Recording(format, tuple(spoken), tuple(beside), started_at=at, notices=notices, number=number)


class _Keys:
    """What each key of a row holds."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        keys = {folded(str(key)).replace(" ", "_"): key for key in row}

        def first(names: Sequence[str]) -> Any:
            return next((row[keys[name]] for name in names if name in keys and row[keys[name]] not in (None, "")), None)

        text = next((row[keys[name]] for name in TEXT_KEYS if name in keys and isinstance(row[keys[name]], str)), "")
        self.text: str = text
        self.speaker = _speaker(first(SPEAKER_KEYS))
        self.start, self.end = first(START_KEYS), first(END_KEYS)
        if isinstance(self.start, Mapping):  # whisper.cpp: {"from": 3120, "to": 7480}
            self.start, self.end = self.start.get("from"), self.start.get("to")
        elif isinstance(self.start, list) and self.start:  # transformers: "timestamp": [3.12, 7.48]
            self.start, self.end = self.start[0], self.start[-1] if len(self.start) > 1 else None
        known = {*TEXT_KEYS, *SPEAKER_KEYS, *START_KEYS, *END_KEYS, *_NESTED}
        self.rest = [
            (
                key,
                json.dumps(row[key], ensure_ascii=False, default=str)[:200]
                if not isinstance(row[key], str)
                else row[key],
            )
            for plain, key in keys.items()
            if plain not in known and row[key] not in (None, "")
        ]


def _speaker(value: Any) -> str:
    if isinstance(value, Mapping):
        named = next(
            (value[key] for key in ("name", "display_name", "displayName", "label", "id") if value.get(key)), ""
        )
        return str(named)
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return f"Speaker {value}"
    return "" if str(value).strip().casefold() in ("none", "null", "unknown", "n/a", "nan") else str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e15 and value == value else None
    text = str(value).strip()
    if text.startswith("PT") and text.endswith("S"):  # ISO 8601 as Azure writes it, seconds only
        text = text[2:]
    try:
        return float(text.rstrip("sS"))
    except ValueError:
        return None


def _unit(keys: Sequence[_Keys]) -> tuple[float, tuple[Notice, ...]]:
    """How many of the file's units make a second: 1, or 1000 where as seconds they would be far too slow a talk."""
    starts = [number for one in keys if (number := _number(one.start)) is not None and number < 1e9]
    ends = [number for one in keys if (number := _number(one.end)) is not None and number < 1e9]
    if not starts or any(number != int(number) for number in (*starts, *ends)):
        return 1.0, ()
    last = max((*starts, *ends))
    said = sum(len(one.text) for one in keys)
    if last > 1000 and said / (last - min(starts) or 1.0) < _SLOWEST:
        return 1000.0, (Notice("milliseconds"),)
    return 1.0, ()


def _time(value: Any, per_second: float) -> tuple[float | None, Any]:
    """(seconds into the recording, time of day) as far as the value is one of them."""
    number = _number(value)
    if number is not None and number < 1e9:
        return number / per_second, None
    if isinstance(value, str) and (found := seconds(value)) is not None:
        return found, None
    return None, epoch(value)


def _named_in_text(cues: Sequence[Cue]) -> list[Cue]:
    """Cues whose rows name nobody, with the names that stand before their words."""
    if any(cue.speaker for cue in cues):
        return list(cues)
    labels = [label_of(cue.text.split("\n", 1)[0]) for cue in cues]
    known = speakers_among(labels, every=all(labels))
    return [
        Cue(
            cue.text.split(":", 1)[1].strip() if ":" in cue.text.split("\n", 1)[0] else label.text,
            label.name,
            cue.start_s,
            cue.end_s,
            cue.line,
        )
        if label and label.name in known
        else cue
        for cue, label in zip(cues, labels, strict=True)
    ]
