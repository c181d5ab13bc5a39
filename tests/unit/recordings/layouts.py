"""One talk written as many programs write it: what each reader must give back, word for word.

A layout is a function from a talk to the text of a file. `timed` layouts keep when each cue begins, `named` ones who speaks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Said = tuple[str, str, float]
"""Speaker, words, second it begins."""
Talk = Sequence[Said]


@dataclass(frozen=True)
class Layout:
    write: Callable[[Talk], str]
    format: str
    named: bool = True
    timed: bool = True
    whole_seconds: bool = False


def clock(second: float, *, hours: bool = True, millis: str = "") -> str:
    whole = int(second)
    rest = f"{millis}{round((second - whole) * 1000):03}" if millis else ""
    head = f"{whole // 3600:02}:" if hours else ""
    return f"{head}{whole // 60 % 60 if hours else whole // 60:02}:{whole % 60:02}{rest}"


def _ends(talk: Talk) -> list[tuple[str, str, float, float]]:
    return [
        (who, words, at, talk[n + 1][2] if n + 1 < len(talk) else at + 2.0) for n, (who, words, at) in enumerate(talk)
    ]


def vtt_zoom(talk: Talk) -> str:
    cues = [
        f"{n}\n{clock(a, millis='.')} --> {clock(b, millis='.')}\n{who}: {words}\n"
        for n, (who, words, a, b) in enumerate(_ends(talk), 1)
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


def _markup(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def vtt_teams(talk: Talk) -> str:
    guid = "3d1e9a52-0c4e-4f64-9a8e-2f0f3a6f7f{:02}/{}-0"
    cues = [
        f"{guid.format(n % 100, n)}\n{clock(a, millis='.')} --> {clock(b, millis='.')}\n<v {_markup(who)}>{_markup(words)}</v>\n"
        for n, (who, words, a, b) in enumerate(_ends(talk))
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


def vtt_spec(talk: Talk) -> str:
    """No hours, settings, a class, unclosed voices, a note and a style between."""
    cues = [
        f"{clock(a, hours=False, millis='.')} --> {clock(b, hours=False, millis='.')} align:start position:10%\n<v.loud {_markup(who)}>{_markup(words)}\n"
        for who, words, a, b in _ends(talk)
    ]
    return (
        "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE made up\nover two lines\n\n"
        + "\n".join(cues)
    )


def srt(talk: Talk) -> str:
    return "\n".join(
        f"{n}\n{clock(a, millis=',')} --> {clock(b, millis=',')}\n{who}: {words}\n"
        for n, (who, words, a, b) in enumerate(_ends(talk), 1)
    )


def srt_loose(talk: Talk) -> str:
    """Dots, every third number missing, carriage returns."""
    rows = [
        ("" if n % 3 == 0 else f"{n}\r\n")
        + f"{clock(a, millis='.')} --> {clock(b, millis='.')}\r\n[{who}]: {words}\r\n"
        for n, (who, words, a, b) in enumerate(_ends(talk), 1)
    ]
    return "\r\n".join(rows)


def sbv(talk: Talk) -> str:
    return "\n".join(
        f"{clock(a, millis='.')},{clock(b, millis='.')}\n{who}: {words}\n" for who, words, a, b in _ends(talk)
    )


def tencent(talk: Talk) -> str:
    return "\n\n".join(f"{who}({clock(at)}): {words}" for who, words, at in talk)


def tencent_two_lines(talk: Talk) -> str:
    return "会议主题：后端面试\n录制时间：2026-03-02 10:00\n\n" + "\n\n".join(
        f"{who}({clock(at)})\n{words}" for who, words, at in talk
    )


def feishu(talk: Talk) -> str:
    head = "后端面试\n2026年3月2日 上午 10:00|42分钟 5秒\n\n关键词:\n缓存、队列、限流\n\n文字记录:\n"
    return head + "\n\n".join(f"{who} {clock(at, millis='.')}\n{words}" for who, words, at in talk)


def iflytek(talk: Talk) -> str:
    return "\n".join(f"{who} {clock(at, hours=False)}\n{words}\n" for who, words, at in talk)


def otter(talk: Talk) -> str:
    return (
        "\n\n".join(
            f"{who}  {clock(at, hours=False).lstrip('0') if at >= 600 else clock(at, hours=False)[1:]}  \n{words}"
            for who, words, at in talk
        )
        + "\n\nTranscribed by https://otter.ai\n"
    )


def zoom_captions(talk: Talk) -> str:
    return "\n\n".join(f"[{who}] {clock(at)}\n{words}" for who, words, at in talk)


def teams_docx_text(talk: Talk) -> str:
    head = "Interview-20260302_100000-Meeting Recording\nMarch 2, 2026, 10:00AM\n42m 5s\n\n"
    return (
        head
        + f"{talk[0][0]} started transcription\n\n"
        + "\n\n".join(f"{who}   {clock(at, hours=False)}\n{words}" for who, words, at in talk)
        + f"\n\n{talk[0][0]} stopped transcription\n"
    )


def bracketed_times(talk: Talk) -> str:
    return "\n".join(f"[{clock(at)}] {who}: {words}" for who, words, at in talk)


def fathom(talk: Talk) -> str:
    return "\n\n".join(f"{clock(at, hours=False)} - {who}\n  {words}" for who, words, at in talk)


def ranges(talk: Talk) -> str:
    return "\n\n".join(f"[{clock(a)} - {clock(b)}] {who}\n{words}" for who, words, a, b in _ends(talk))


def plain(talk: Talk) -> str:
    return "\n".join(f"{who}: {words}" for who, words, _ in talk)


def plain_wide(talk: Talk) -> str:
    return "\n\n".join(f"{who}：{words}" for who, words, _ in talk)


def bold(talk: Talk) -> str:
    return "# Interview\n\n" + "\n\n".join(f"**{who}:** {words}" for who, words, _ in talk)


def square(talk: Talk) -> str:
    return "\n".join(f"【{who}】：{words}" for who, words, _ in talk)


def meet(talk: Talk) -> str:
    """Google Meet's document: a time every so often, names before the words, a footer."""
    lines = ["Mar 2, 2026", "Backend interview - Transcript", "00:00:00", ""]
    for n, (who, words, at) in enumerate(talk):
        lines += [clock(at), ""] if n and n % 4 == 0 else []
        lines.append(f"{who}: {words}")
    return "\n".join(
        [
            *lines,
            "",
            "Transcription ended after 00:42:05",
            "",
            "This editable transcript was computer generated and might contain errors.",
        ]
    )


def whisperx(talk: Talk) -> str:
    segments = [
        {"start": a, "end": b, "text": f" {words}", "speaker": who, "words": [{"word": one} for one in words.split()]}
        for who, words, a, b in _ends(talk)
    ]
    return json.dumps({"segments": segments, "word_segments": [], "language": "en"}, ensure_ascii=False)


def whisper(talk: Talk) -> str:
    segments = [
        {"id": n, "seek": 0, "start": a, "end": b, "text": f" {words}", "tokens": [1], "no_speech_prob": 0.1}
        for n, (_, words, a, b) in enumerate(_ends(talk))
    ]
    return json.dumps(
        {"text": " ".join(words for _, words, _ in talk), "segments": segments, "language": "en"}, ensure_ascii=False
    )


def whisper_cpp(talk: Talk) -> str:
    rows = [
        {
            "timestamps": {"from": clock(a, millis=","), "to": clock(b, millis=",")},
            "offsets": {"from": int(a * 1000), "to": int(b * 1000)},
            "text": f" {words}",
        }
        for _, words, a, b in _ends(talk)
    ]
    return json.dumps({"systeminfo": "x", "transcription": rows}, ensure_ascii=False)


def assembly(talk: Talk) -> str:
    rows = [
        {"speaker": who, "text": words, "start": int(a * 1000), "end": int(b * 1000), "confidence": 0.9}
        for who, words, a, b in _ends(talk)
    ]
    return json.dumps({"id": "x", "status": "completed", "text": "all of it", "utterances": rows}, ensure_ascii=False)


def fireflies(talk: Talk) -> str:
    rows = [
        {"index": n, "speaker_name": who, "text": words, "start_time": a, "end_time": b}
        for n, (who, words, a, b) in enumerate(_ends(talk))
    ]
    return json.dumps({"data": {"transcript": {"title": "Interview", "sentences": rows}}}, ensure_ascii=False)


def table_spoken(talk: Talk) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["start", "speaker", "text"])
    writer.writerows([clock(at, millis="."), who, words] for who, words, at in talk)
    return out.getvalue()


def table_zh(talk: Talk) -> str:
    return "发言人\t开始时间\t内容\n" + "\n".join(f"{who}\t{clock(at)}\t{words}" for who, words, at in talk)


LAYOUTS: dict[str, Layout] = {
    "vtt_zoom": Layout(vtt_zoom, "webvtt"),
    "vtt_teams": Layout(vtt_teams, "webvtt"),
    "vtt_spec": Layout(vtt_spec, "webvtt"),
    "srt": Layout(srt, "srt"),
    "srt_loose": Layout(srt_loose, "srt"),
    "sbv": Layout(sbv, "sbv"),
    "tencent": Layout(tencent, "names_with_times", whole_seconds=True),
    "tencent_two_lines": Layout(tencent_two_lines, "names_with_times", whole_seconds=True),
    "feishu": Layout(feishu, "names_with_times"),
    "iflytek": Layout(iflytek, "names_with_times", whole_seconds=True),
    "otter": Layout(otter, "names_with_times", whole_seconds=True),
    "zoom_captions": Layout(zoom_captions, "names_with_times", whole_seconds=True),
    "teams_docx_text": Layout(teams_docx_text, "names_with_times", whole_seconds=True),
    "bracketed_times": Layout(bracketed_times, "names_with_times", whole_seconds=True),
    "fathom": Layout(fathom, "names_with_times", whole_seconds=True),
    "ranges": Layout(ranges, "names_with_times", whole_seconds=True),
    "plain": Layout(plain, "dialogue", timed=False),
    "plain_wide": Layout(plain_wide, "dialogue", timed=False),
    "bold": Layout(bold, "dialogue", timed=False),
    "square": Layout(square, "dialogue", timed=False),
    "meet": Layout(meet, "dialogue", timed=False),
    "whisperx": Layout(whisperx, "speech_json"),
    "whisper": Layout(whisper, "speech_json", named=False),
    "whisper_cpp": Layout(whisper_cpp, "speech_json", named=False),
    "assembly": Layout(assembly, "speech_json"),
    "fireflies": Layout(fireflies, "speech_json"),
    "table_spoken": Layout(table_spoken, "table"),
    "table_zh": Layout(table_zh, "table", whole_seconds=True),
}


def as_messages(talk: Talk, asker: str) -> list[dict[str, Any]]:
    """The talk as chat messages: the asker is the assistant."""
    return [{"role": "assistant" if who == asker else "user", "content": words} for who, words, _ in talk]
