"""What speech recognisers write as JSON: Whisper and WhisperX, faster-whisper, whisper.cpp, transformers, FunASR, OpenAI's
diarised transcripts, AssemblyAI, Deepgram, AWS, Azure, Rev, Fireflies. The one rule: the list whose objects hold speech is
looked for by what they hold; a text that only repeats them is an aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interviewer.recordings.formats.rows import TEXT_KEYS, from_rows, is_row
from interviewer.recordings.model import Aside, Recording

_PREFERRED = (
    "segments", "utterances", "monologues", "sentences", "sentence_info", "audio_segments", "recognizedPhrases", "transcription", "chunks", "cues", "entries", "paragraphs", "captions", "subtitles", "body", "transcript", "results",
)  # fmt: skip
_WORDS = ("words", "tokens", "items", "word_segments", "elements")
_PAUSE_S = 1.5
_DEEPEST = 8


def sees(value: Any) -> bool:
    """Whether `value` holds a list of stretches of speech."""
    return _rows(value) is not None


def read(value: Any) -> Recording:
    """The recording in a recogniser's JSON."""
    found = _rows(value)
    assert found is not None
    rows, asides = found
    return from_rows(rows, format="speech_json", asides=asides)


def _rows(value: Any) -> tuple[list[dict[str, Any]], list[Aside]] | None:
    lists = list(_lists(value, 0))
    spoken = [
        (path, rows)
        for path, rows in lists
        if path.rsplit(".", 1)[-1] not in _WORDS and sum(map(is_row, rows)) * 2 > len(rows)
    ]
    special = next((made for path, rows in lists if (made := _special(path, rows))), None)
    if special:
        return special, _repeated(value)
    if spoken:
        _, rows = min(spoken, key=lambda one: (_rank(one[0]), one[0].count("."), -len(one[1])))
        return [piece for row in rows for piece in _by_word_speaker(row)], _repeated(value)
    words = next(
        (rows for path, rows in lists if path.rsplit(".", 1)[-1] in _WORDS and any(_word(row) for row in rows)), None
    )
    return (_from_words(words), _repeated(value)) if words else None


def _rank(path: str) -> int:
    name = path.rsplit(".", 1)[-1]
    return _PREFERRED.index(name) if name in _PREFERRED else len(_PREFERRED)


def _lists(value: Any, depth: int, path: str = "") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every list of objects in `value` with its path, the outer ones first."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        if value and all(isinstance(one, dict) for one in value):
            yield path, value
        for one in value[:1]:  # the shape of one is the shape of all
            yield from _lists(one, depth + 1, path)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if isinstance(one, list | dict):
                yield from _lists(one, depth + 1, f"{path}.{key}")


def _special(path: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """Rows of the few shapes whose words stand one level deeper."""
    first = rows[0]
    if isinstance(first.get("elements"), list):  # Rev: monologues of elements
        return [
            {"speaker": row.get("speaker"), "text": "".join(str(e.get("value", "")) for e in row.get("elements", ())), "start": next((e["ts"] for e in row.get("elements", ()) if "ts" in e), None)}
            for row in rows
        ]  # fmt: skip
    if isinstance(first.get("nBest"), list):  # Azure: the best of several readings, times in 100 ns
        return [
            {"speaker": row.get("speaker", row.get("channel")), "text": row["nBest"][0].get("display", ""), "start": float(row.get("offsetInTicks", 0)) / 1e7}
            for row in rows
            if row.get("nBest")
        ]  # fmt: skip
    if isinstance(first.get("sentences"), list) and path.endswith("paragraphs"):  # Deepgram: paragraphs of sentences
        return [{"speaker": row.get("speaker"), **sentence} for row in rows for sentence in row.get("sentences", ())]
    return None


def _by_word_speaker(row: dict[str, Any]) -> list[dict[str, Any]]:
    """A segment that names nobody while its words do, as one row for each run of a speaker (WhisperX)."""
    words = row.get("words")
    if (
        row.get("speaker")
        or not isinstance(words, list)
        or not any(isinstance(w, dict) and w.get("speaker") for w in words)
    ):
        return [row]
    runs: list[dict[str, Any]] = []
    for word in words:
        if not isinstance(word, dict):
            return [row]
        who = word.get("speaker") or (
            runs[-1]["speaker"]
            if runs
            else next(w["speaker"] for w in words if isinstance(w, dict) and w.get("speaker"))
        )
        if not runs or runs[-1]["speaker"] != who:
            runs.append(
                {"speaker": who, "text": "", "start": word.get("start", row.get("start")), "end": word.get("end")}
            )
        runs[-1]["text"] = _joined(runs[-1]["text"], _word(word))
        runs[-1]["end"] = word.get("end") or runs[-1]["end"]
    whole, pieces = "".join(str(row.get("text", "")).split()), "".join("".join(run["text"].split()) for run in runs)
    return runs if whole == pieces else [row]  # the words must say all that the segment says


def _from_words(words: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows out of single words, cut where the speaker changes or after a pause."""
    rows: list[dict[str, Any]] = []
    for word in words:
        text = _word(word)
        who = word.get("speaker", word.get("speaker_label", word.get("speaker_id", word.get("speakerTag"))))
        start, end = (
            word.get("start", word.get("start_time", word.get("startTime"))),
            word.get("end", word.get("end_time", word.get("endTime"))),
        )
        gap = (
            rows
            and isinstance(start, int | float)
            and isinstance(rows[-1]["end"], int | float)
            and start - rows[-1]["end"] > _PAUSE_S
        )
        if text and (not rows or (who is not None and rows[-1]["speaker"] != who) or gap):
            rows.append({"speaker": who, "text": "", "start": start, "end": end})
        if text:
            rows[-1]["text"] = _joined(rows[-1]["text"], text)
            rows[-1]["end"] = end if end is not None else rows[-1]["end"]
    return rows


def _word(word: Mapping[str, Any]) -> str:
    for key in ("punctuated_word", "word", *TEXT_KEYS):
        if isinstance(word.get(key), str):
            return str(word[key])
    alternatives = word.get("alternatives")
    return (
        str(alternatives[0].get("content", ""))
        if isinstance(alternatives, list) and alternatives and isinstance(alternatives[0], dict)
        else ""
    )


def _joined(before: str, word: str) -> str:
    wide = before[-1:] > "\u2e80" and word[:1] > "\u2e80"
    return before + word if not before or wide or word[:1] in " ,.!?;:，。！？" else f"{before} {word}"


def _repeated(value: Any) -> list[Aside]:
    """What stands at the top beside the list: the whole text once more, the language, the model."""
    if not isinstance(value, Mapping):
        return []
    return [
        Aside(f"{key}: {str(one)[:200]}", "summary" if key in TEXT_KEYS else "marker")
        for key, one in value.items()
        if isinstance(one, str | int | float) and one not in ("", None)
    ]
