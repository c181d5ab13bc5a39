"""Subtitles: WebVTT (also of Zoom and Teams), SRT and SBV, line by line. The one rule: every line that is not blank
becomes speech or is named as something else; what the letter of a format would drop (a second paragraph, a time with a
comma, a missing number) is kept.

W3C WebVTT of 2019 sections 4 and 6; Teams writes `<v Name>` and GUID identifiers, Zoom `Name: text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from interviewer.models import RecordingFormat
from interviewer.recordings.formats.clock import seconds
from interviewer.recordings.formats.labels import label_of, speakers_among, tidy_name
from interviewer.recordings.model import Aside, Cue, Notice, Recording

_TIME = r"(?:\d{1,10}[:：])?\d{1,3}[:：]\d{1,2}(?:[.,，:]\d{1,9})?"
_ARROW = re.compile(rf"^[ \t]*({_TIME})[ \t]*[-–—]+[ \t]?>[ \t]*({_TIME})(?:[ \t].*)?$")
_COMMA = re.compile(
    r"^[ \t]*(\d{1,3}:\d{2}:\d{2}(?:\.\d{1,6})?)[ \t]*,[ \t]*(\d{1,3}:\d{2}:\d{2}(?:\.\d{1,6})?)[ \t]*$"
)
_NUMBER = re.compile(r"^[ \t]*#?-?\d{1,9}[.)]?[ \t]*$")
_GUID = re.compile(r"^[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,}(?:/\S*)?$")
_ZOOM_ID = re.compile(r'^\d+[ \t]+"([^"\n]{1,80})"[ \t]+\(\d+\)$')
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,100})*(?:[ \t\n]+([^<>\n]{0,200}))?>")
_MARKUP = re.compile(
    r"</?(?:c|b|i|u|ruby|rt)(?:\.[^\s<>]*)*>|<lang(?:\.[^\s<>]*)*[ \t]+[\w-]{1,20}>|</lang>|</v>|<(?:\d+:)?\d{2}:\d{2}\.\d{3}>"
)
_FONTS = re.compile(r"</?(?:b|i|u|s|font)>|<font(?:[ \t]+\w+[ \t]*=[^<>]*)>|\{\\[^{}]*\}")
_PAIRED = re.compile(r"</?(b|i|u|s|ruby|rt|font)\b")
_ENTITY = re.compile(r"&(?:amp|lt|gt|nbsp|lrm|rlm|quot|apos|#\d{1,6}|#x[0-9a-fA-F]{1,5});")


@dataclass
class _Block:
    """One cue as it stands in the file, its text still in lines."""

    start_s: float | None
    end_s: float | None
    line: int
    lines: list[str] = field(default_factory=list)
    named: str = ""


def read_vtt(text: str) -> Recording:
    """A WebVTT file; voices, classes and unclosed tags read, comments and styles apart."""
    return _read("webvtt", text)


def read_srt(text: str) -> Recording:
    """SubRip: with or without numbers, comma or dot; `<T>` and `{…}` of a technical sentence are text."""
    return _read("srt", text)


def read_sbv(text: str) -> Recording:
    """SubViewer as YouTube and Google Meet recordings give it: `0:00:03.000,0:00:07.000` above each cue."""
    return _read("sbv", text)


def timings(text: str, limit: int = 400) -> tuple[int, int]:
    """How many of the first lines are timings with an arrow, and how many with a comma."""
    lines = text.split("\n", limit)[:limit]
    return sum(bool(_ARROW.match(line)) for line in lines), sum(bool(_COMMA.match(line)) for line in lines)


def _read(format: RecordingFormat, text: str) -> Recording:
    blocks, asides, title = _blocks(format, text.split("\n"))
    pieces = [list(_pieces(format, block)) for block in blocks]
    firsts = [label_of(own[0][1]) for own in pieces if own and not own[0][0]]
    known = speakers_among(firsts, every=all(firsts))
    cues = [cue for block, own in zip(blocks, pieces, strict=True) for cue in _cues(block, own, known)]
    silent = sum(not own for own in pieces)
    notices = (Notice("silent_cues", {"n": silent}),) if silent else ()
    return Recording(format, tuple(cues), tuple(asides), title=title, notices=notices)


def _cues(block: _Block, pieces: Sequence[tuple[str, str]], known: frozenset[str]) -> list[Cue]:
    """The cue as one for each speaker in it; a line without a name goes on with the line before."""
    spoken: list[tuple[str, list[str]]] = []
    for name, words in pieces:
        label = label_of(words) if known and not name else None
        if label and label.name in known:
            spoken.append((label.name, [label.text]))
        elif name or not spoken:
            spoken.append((name, [words]))
        else:
            spoken[-1][1].append(words)
    said = [(name, " ".join(one for one in words if one)) for name, words in spoken]
    return [Cue(words, name, block.start_s, block.end_s, block.line) for name, words in said if words]


def _blocks(format: RecordingFormat, lines: Sequence[str]) -> tuple[list[_Block], list[Aside], str]:
    """Cues and asides in the order of the file. A cue lasts to the next timing, over blank lines too."""
    timing = _COMMA if format == "sbv" else _ARROW
    at = [n for n, line in enumerate(lines) if ("," if format == "sbv" else ">") in line and timing.match(line)]
    owned = {n - 1 for n in at if n and _is_id(format, lines, n - 1)}
    asides: list[Aside] = []
    title, begin = _header(format, lines, min([*at, *owned], default=len(lines)), asides)
    blocks: list[_Block] = []
    places = set(at)
    n = begin
    while n < len(lines):
        line = lines[n]
        if n in places:
            found = timing.match(line)
            assert found is not None
            block = _Block(seconds(found[1]), seconds(found[2]), n + 1)
            if n - 1 in owned and (zoom := _ZOOM_ID.match(lines[n - 1].strip())):
                block.named = zoom[1]
            blocks.append(block)
            asides.append(Aside(line.strip(), "marker", n + 1))
        elif n in owned:
            asides.append(Aside(line.strip(), "marker", n + 1))
        elif format == "webvtt" and (end := _comment(lines, n, places)):
            asides.extend(Aside(one.strip(), "note", k + 1) for k, one in enumerate(lines[n:end], n) if one.strip())
            n = end
            continue
        elif line.strip():
            if blocks:
                blocks[-1].lines.append(line.strip())
            else:
                asides.append(Aside(line.strip(), "heading", n + 1))
        n += 1
    return blocks, asides, title


def _header(format: RecordingFormat, lines: Sequence[str], first: int, asides: list[Aside]) -> tuple[str, int]:
    """What stands above the first cue of a WebVTT file: its title, and where reading goes on."""
    if format != "webvtt" or not lines or not lines[0].lstrip("\ufeff").startswith("WEBVTT"):
        return "", 0
    asides.append(Aside(lines[0].strip(), "heading", 1))
    n = 1
    while n < first and lines[n].strip():
        asides.append(Aside(lines[n].strip(), "heading", n + 1))
        n += 1
    return lines[0].strip()[len("WEBVTT") :].strip(" \t-–—:"), n


def _is_id(format: RecordingFormat, lines: Sequence[str], n: int) -> bool:
    """Whether line `n`, right above a timing, is the cue's number or name and not speech of the cue before."""
    line = lines[n].strip()
    if not line or format == "sbv":
        return False
    if _NUMBER.match(line) or _GUID.match(line):
        return True
    opens = n == 0 or not lines[n - 1].strip()
    return format == "webvtt" and opens and not line.startswith(("WEBVTT", "NOTE"))


def _comment(lines: Sequence[str], n: int, timings: set[int]) -> int:
    """The line behind a NOTE, STYLE or REGION block that begins at `n`; 0 where none does."""
    line = lines[n].rstrip()
    if n and lines[n - 1].strip():
        return 0
    if not (line in ("NOTE", "STYLE", "REGION") or line.startswith(("NOTE ", "NOTE\t", "STYLE ", "REGION "))):
        return 0
    end = n + 1
    while end < len(lines) and lines[end].strip() and end not in timings:
        end += 1
    return end


def _pieces(format: RecordingFormat, block: _Block) -> Iterator[tuple[str, str]]:
    """(speaker, text) for each voice of a cue; without a voice the speaker is empty and each line stands alone."""
    if format == "webvtt":
        joined = "\n".join(block.lines)
        if "<v" in joined and _VOICE.search(joined):
            yield from _voices(joined)
            return
        plain = [_text(line, joined) for line in block.lines]
    else:
        whole = "\n".join(block.lines)
        plain = [_unescaped(_bare(_FONTS, line, whole)).strip() for line in block.lines]
    spoken = [line for line in plain if line]
    if block.named and spoken and not any(map(label_of, spoken)):
        yield block.named, " ".join(spoken)
    else:
        yield from (("", line) for line in spoken)


def _voices(payload: str) -> Iterator[tuple[str, str]]:
    """Each voice of a cue with its words; words outside of all voices go on with the voice before."""
    parts = _VOICE.split(payload)
    before = _text(parts[0], payload)
    for n in range(1, len(parts), 2):
        name, words = tidy_name(_unescaped(parts[n] or "")), _text(parts[n + 1], payload)
        if before:
            yield "", before
            before = ""
        if words:
            yield name, words


def _text(payload: str, cue: str) -> str:
    return " ".join(_unescaped(_bare(_MARKUP, payload, cue)).split())


def _bare(markup: re.Pattern[str], text: str, cue: str) -> str:
    """`text` without tags; `<b>` and the like only where the cue closes them too, else somebody said `vector<b>`."""
    if "<" not in text and "{" not in text:
        return text

    def tag(found: re.Match[str]) -> str:
        name = _PAIRED.match(found[0])
        return found[0] if name and f"</{name[1]}" not in cue else ""

    return markup.sub(tag, text)


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda found: unescape(found[0]), text) if "&" in text else text
