"""Every layout gives back the talk it was written from: who, what, when; and every line of it is accounted for."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interviewer.recordings.formats.clock import TIME
from interviewer.recordings.model import Recording
from interviewer.recordings.recognise import read
from tests.unit.recordings.layouts import LAYOUTS, Layout, Talk

TALKS: dict[str, Talk] = {
    "en": [
        ("Ann Lee", "Let's start. What does the prefill phase of a request do?", 3.12),
        ("Bo Chen", "It reads the whole prompt at once, at 10:30 as it were: compute bound.", 8.01),
        ("Bo Chen", "Note: the KV cache is filled there, and a < b && c > d stays as it is.", 14.9),
        ("Ann Lee", "And decode?", 31.5),
        ("Bo Chen", "One token at a time, vector<int> {\"temperature\": 0}, 3/4 of the time.", 34.25),
        ("Ann Lee", "Thank you.", 3671.0),
    ],
    "zh": [
        ("面试官甲", "我们开始吧，先讲一下一次推理请求的预填充阶段。", 3.12),
        ("候选人乙", "一次读完整个提示词。注意：它受算力限制。", 11.48),
        ("面试官甲", "嗯。", 20.0),
        ("候选人乙", "还会写好 KV 缓存，比如 10:30 这样的时间不是说话人。", 22.5),
        ("面试官甲", "解码呢？", 40.75),
        ("候选人乙", "一次一个词元，受显存带宽限制。", 44.0),
    ],
    "numbered": [(f"说话人{n}", f"第{n}句话，说的是{n * 7}。", float(n * 5)) for n in (1, 10, 1, 11, 10, 1)],
    "sides": [("Interviewer A", "Why two queues?", 1.0), ("Candidate 1", "To keep them apart.", 4.0), ("Interviewer B", "And the cost?", 9.0), ("Candidate 1", "One more hop.", 12.0)],
}  # fmt: skip


def one_recording(text: str, name: str = "x") -> Recording:
    found = read(text.encode(), name)
    assert len(found.recordings) == 1
    assert not found.refused
    return found.recordings[0]


def expected(talk: Talk, layout: Layout) -> list[tuple[str, str, float | None]]:
    return [
        (who if layout.named else "", words, (float(int(at)) if layout.whole_seconds else at) if layout.timed else None)
        for who, words, at in talk
    ]


def found_in(recording: Recording, layout: Layout) -> list[tuple[str, str, float | None]]:
    return [
        (cue.speaker, cue.text, round(cue.start_s, 3) if layout.timed and cue.start_s is not None else None)
        for cue in recording.cues
    ]


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("talk", TALKS)
def test_a_layout_gives_back_who_said_what_and_when(name, talk):
    layout = LAYOUTS[name]
    recording = one_recording(layout.write(TALKS[talk]))
    assert recording.format == layout.format
    assert found_in(recording, layout) == expected(TALKS[talk], layout)


def letters(text: str) -> str:
    """Letters and digits alone, times taken out."""
    return "".join(c for c in re.sub(TIME, "", text) if c.isalnum())


@pytest.mark.parametrize(
    "name", [name for name, layout in LAYOUTS.items() if layout.format not in ("speech_json", "table")]
)
@pytest.mark.parametrize("talk", TALKS)
def test_every_line_of_a_text_is_speech_or_named_as_something_else(name, talk):
    text = LAYOUTS[name].write(TALKS[talk])
    recording = one_recording(text)
    held = "\n".join(
        [
            *(letters(f"{cue.speaker}{cue.text}") for cue in recording.cues),
            *(letters(aside.text) for aside in recording.asides),
        ]
    )
    for line in text.splitlines():
        plain = letters(re.sub(r"&(lt|gt|amp);|</?v[^ >]*|align:start position:10%", "", line))
        assert plain in held, line


WORDS = (
    st.text("abcdefgh 一二三四五六。，:;<>&-", min_size=1, max_size=60)
    .map(str.strip)
    .filter(lambda text: any(c.isalnum() for c in text))
)
SPEAKERS = st.sampled_from(
    [
        ("Ann Lee", "Bo Chen"),
        ("张三", "李四"),
        ("Speaker 1", "Speaker 10"),
        ("面试官", "候选人"),
        ("Dr. Maria Silva", "o'Neil-Park"),
    ]
)


@st.composite
def talks(draw) -> Talk:
    names = draw(SPEAKERS)
    turns = draw(st.lists(st.tuples(st.sampled_from(names), WORDS), min_size=4, max_size=12))
    turns = [(names[0], "What is a b?"), (names[1], "It is c."), (names[0], "And d?"), (names[1], "That too."), *turns]
    return [(who, " ".join(words.split()), 3.0 + 7 * n) for n, (who, words) in enumerate(turns)]


@pytest.mark.parametrize(
    "name",
    [
        "vtt_zoom",
        "vtt_teams",
        "srt",
        "tencent",
        "feishu",
        "otter",
        "bracketed_times",
        "plain",
        "whisperx",
        "table_spoken",
    ],
)
@given(talk=talks())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_talk_comes_back_word_for_word(name, talk):
    layout = LAYOUTS[name]
    talk = [
        (who, words, at)
        for who, words, at in talk
        if not re.match(r"^[\w' .-]{1,64}:", words) and not words.startswith(("-", ">", "#", "*"))
    ]
    recording = one_recording(layout.write(talk))
    assert [(cue.speaker, cue.text) for cue in recording.cues] == [(who, words) for who, words, _ in talk]
