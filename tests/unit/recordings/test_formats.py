"""Traits of single formats: each row is a small file, and who says what in it."""

from __future__ import annotations

import json

import pytest

from interviewer.errors import RecordingRefused
from interviewer.models import RecordingFormat
from interviewer.recordings.recognise import FORMATS, format_named, read
from tests.unit.recordings.test_layouts import one_recording

CUES: dict[str, tuple[RecordingFormat, str, list[tuple[str, str]]]] = {
    "two voices in one cue": (
        "webvtt",
        "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<v Ann>Why?</v> <v Bo>Because a &lt; b &amp;&amp; c.</v>\n",
        [("Ann", "Why?"), ("Bo", "Because a < b && c.")],
    ),
    "voices with classes, unclosed, and words before any": (
        "webvtt",
        "WEBVTT\n\n00:01.000 --> 00:04.000\nhm <v.loud.first Ann Lee>Why <i>two</i>?\n<v Bo>One <c.x>would</c> <00:02.000>do.\n",
        [("", "hm"), ("Ann Lee", "Why two?"), ("Bo", "One would do.")],
    ),
    "a voice that is named like a question": (
        "webvtt",
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v What is a lock?>What is a mutex?</v>\n\n00:03.000 --> 00:04.000\n<v Bo>It guards a section.</v>\n",
        [("What is a lock?", "What is a mutex?"), ("Bo", "It guards a section.")],
    ),
    "a second paragraph of a cue, comma times, no milliseconds": (
        "webvtt",
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nAnn: first\n\nsecond paragraph\n\n00:00:03,000 --> 00:00:04,000\nBo: with commas\n\n00:00:05 --> 00:00:06\nAnn: whole seconds\n\n00:00:07.000 --> 00:00:08.000\nBo: yes\n",
        [("Ann", "first second paragraph"), ("Bo", "with commas"), ("Ann", "whole seconds"), ("Bo", "yes")],
    ),
    "generics and braces of code": (
        "srt",
        '1\n00:00:01,000 --> 00:00:02,000\nAnn: queue<limit and wait>slo and {"temperature": 0}?\n\n2\n00:00:03,000 --> 00:00:04,000\nBo: List<b> but <i>not</i> {\\an8}std::vector<int>\n\n3\n00:00:05,000 --> 00:00:06,000\nAnn: ok\n\n4\n00:00:07,000 --> 00:00:08,000\nBo: ok\n',
        [("Ann", 'queue<limit and wait>slo and {"temperature": 0}?'), ("Bo", "List<b> but not std::vector<int>"), ("Ann", "ok"), ("Bo", "ok")],
    ),
    "times without hours": (
        "srt", "1\n00:03,120 --> 00:07,480\nAnn: Why?\n\n2\n00:08,000 --> 00:09,000\nBo: So.\n", [("Ann", "Why?"), ("Bo", "So.")]
    ),
    "two speakers in the lines of a cue, and a line that goes on": (
        "srt",
        "1\n00:00:01,000 --> 00:00:02,000\nAnn: Why?\nBo: Because\nof that.\n\n2\n00:00:03,000 --> 00:00:04,000\nAnn: Good.\n\n3\n00:00:05,000 --> 00:00:06,000\nBo: Yes.\n",
        [("Ann", "Why?"), ("Bo", "Because of that."), ("Ann", "Good."), ("Bo", "Yes.")],
    ),
    "times and notes with a colon are no speakers": (
        "webvtt",
        "WEBVTT\n\n00:01.000 --> 00:02.000\nAnn: When do you meet?\n\n00:03.000 --> 00:04.000\n10:30 Meeting: that is the time.\n\n00:05.000 --> 00:06.000\nNote: it moves.\n\n00:07.000 --> 00:08.000\nBo: I see.\n\n00:09.000 --> 00:10.000\nAnn: Good.\n\n00:11.000 --> 00:12.000\nBo: Good.\n",
        [("Ann", "When do you meet?"), ("", "10:30 Meeting: that is the time."), ("", "Note: it moves."), ("Bo", "I see."), ("Ann", "Good."), ("Bo", "Good.")],
    ),
    "a header that says who is who is no speech": (
        "dialogue",
        "面试官：李四\n候选人：王五\n时间：2026年3月2日 10:00\n\n李四：什么是死锁？\n王五：互相等待。\n李四：怎么避免？\n王五：按顺序加锁。\n",
        [("李四", "什么是死锁？"), ("王五", "互相等待。"), ("李四", "怎么避免？"), ("王五", "按顺序加锁。")],
    ),
    "Q and A with numbers": ("dialogue", "Q1: What is a lock?\nA1: It guards.\nB: not a speaker\n\nQ2: And a semaphore?\nA2: It counts.\n", [("Q", "What is a lock?"), ("A", "It guards.\nB: not a speaker"), ("Q", "And a semaphore?"), ("A", "It counts.")]),
    "questions as headings": (
        "questions_and_answers",
        "# Interview of Bo\n\n## 1. What is a lock?\n\nIt guards a section.\n\n```\nlock()\n```\n\n## 2. When do two threads deadlock?\n\nWhen each waits for the other.\n\n参考答案：四个条件。\n",
        [("Q", "What is a lock?"), ("A", "It guards a section.\n\n```\nlock()\n```"), ("Q", "When do two threads deadlock?"), ("A", "When each waits for the other.")],
    ),
    "a name with a time inside a sentence opens nothing": (
        "names_with_times",
        "张三 00:03\n我们约在 10:30\n\n李四 00:10\n好的，12:00 之前\n\n张三 00:20\n行\n",
        [("张三", "我们约在 10:30"), ("李四", "好的，12:00 之前"), ("张三", "行")],
    ),
    "an outlook name": ("names_with_times", "Lee, Ann (HR)   0:03\nHello.\n\nSilva, M.   0:08\nHi.\n\nLee, Ann (HR)   0:09\nWell.\n", [("Lee, Ann (HR)", "Hello."), ("Silva, M.", "Hi."), ("Lee, Ann (HR)", "Well.")]),
    "a semicolon table with a preamble": ("table", "Interview of 2 March\nQuestion;Candidate answer;Score\nWhat is a lock?;It guards;4\n", [("Q", "What is a lock?"), ("A", "It guards")]),
}  # fmt: skip


@pytest.mark.parametrize("trait", CUES)
def test_traits_of_text_formats(trait):
    format, text, cues = CUES[trait]
    recording = one_recording(text)
    assert recording.format == format
    assert [(cue.speaker, cue.text) for cue in recording.cues] == cues


CHATS: dict[str, tuple[object, list[tuple[str, str]]]] = {
    "content of all kinds": (
        {"messages": [
            {"role": "system", "content": "Be strict."}, {"role": "assistant", "content": "Why?"},
            {"role": "user", "content": [{"type": "text", "text": "So."}, {"type": "image_url", "image_url": {"url": "x"}}]},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}, {"role": "tool", "content": "ok"},
        ]},
        [("assistant", "Why?"), ("user", "So.")],
    ),
    "a request with its reply": (
        {"request": {"messages": [{"role": "user", "content": "Ready."}]}, "response": {"choices": [{"message": {"role": "assistant", "content": "Why?"}}]}},
        [("user", "Ready."), ("assistant", "Why?")],
    ),
    "ShareGPT": ({"conversations": [{"from": "gpt", "value": "Why?"}, {"from": "human", "value": "So."}]}, [("assistant", "Why?"), ("user", "So.")]),
    "LangChain": (
        [{"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "AIMessage"], "kwargs": {"content": "Why?"}},
         {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "HumanMessage"], "kwargs": {"content": "So."}}],
        [("assistant", "Why?"), ("user", "So.")],
    ),
    "LangChain, plain": ([{"type": "ai", "data": {"content": "Why?"}}, {"type": "human", "data": {"content": "So."}}], [("assistant", "Why?"), ("user", "So.")]),
    "thinking is no speech": (
        {"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Why?"}]}, {"role": "user", "content": "So."}]},
        [("assistant", "Why?"), ("user", "So.")],
    ),
    "Gemini": ({"contents": [{"role": "model", "parts": [{"text": "Why?"}]}, {"role": "user", "parts": [{"text": "So."}]}]}, [("assistant", "Why?"), ("user", "So.")]),
    "a tree: the branch that was kept": (
        {"title": "t", "create_time": 1772445600.5, "current_node": "d", "mapping": {
            "r": {"id": "r", "parent": None, "children": ["a"], "message": None},
            "a": {"id": "a", "parent": "r", "children": ["b", "x"], "message": {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["Why?"]}}},
            "x": {"id": "x", "parent": "a", "children": [], "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["taken back"]}}},
            "b": {"id": "b", "parent": "a", "children": ["d"], "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["So.", {"asset": 1}]}}},
            "d": {"id": "d", "parent": "b", "children": [], "message": {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["Good."]}}},
        }},
        [("assistant", "Why?"), ("user", "So."), ("assistant", "Good.")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("trait", CHATS)
def test_traits_of_chats(trait):
    value, cues = CHATS[trait]
    recording = one_recording(json.dumps(value))
    assert [(cue.speaker, cue.text) for cue in recording.cues] == cues
    assert dict(recording.roles) == {"assistant": "interviewer", "user": "candidate"}


def test_what_was_taken_back_in_a_chat_stands_aside_and_is_said():
    recording = one_recording(json.dumps(CHATS["a tree: the branch that was kept"][0]))
    assert "taken back" in [aside.text for aside in recording.asides]
    assert [notice.code for notice in recording.notices] == ["other_branches"]
    assert recording.started_at is not None


def test_a_tree_that_runs_in_a_circle_ends():
    node = {"parent": "b", "children": ["b"], "message": {"author": {"role": "user"}, "content": {"parts": ["one"]}}}
    tree = {"current_node": "a", "mapping": {"a": node, "b": {**node, "parent": "a"}}}
    assert len(one_recording(json.dumps(tree)).cues) == 2


def test_each_line_of_a_file_of_chats_is_a_talk_and_a_broken_one_is_named():
    chat = json.dumps({"messages": [{"role": "assistant", "content": "Why?"}, {"role": "user", "content": "So."}]})
    found = read(f'{chat}\n{{"messages": [\n{chat}\n{{"other": 1}}\n'.encode(), "x.jsonl")
    assert [one.number for one in found.recordings] == [1, 3]
    assert [one.number for one in found.refused] == [2, 4]


SPEECH: dict[str, tuple[object, list[tuple[str, str, float | None]]]] = {
    "words alone, with speakers": (
        {"words": [{"word": "Why", "start": 0.5, "end": 0.7, "speaker": "A"}, {"word": "two?", "start": 0.7, "end": 1.0, "speaker": "A"}, {"word": "So.", "start": 1.5, "end": 1.8, "speaker": "B"}]},
        [("A", "Why two?", 0.5), ("B", "So.", 1.5)],
    ),
    "a segment whose words name the speakers": (
        {"segments": [{"start": 0.0, "end": 2.0, "text": " Why? So it is.", "words": [{"word": "Why?", "start": 0.1, "end": 0.4, "speaker": "S0"}, {"word": "So", "speaker": "S1"}, {"word": "it", "speaker": "S1"}, {"word": "is.", "start": 1.5, "end": 2.0, "speaker": "S1"}]}]},
        [("S0", "Why?", 0.1), ("S1", "So it is.", 0.0)],
    ),
    "segments without a speaker among others": (
        {"segments": [{"start": 0.0, "end": 1.0, "text": "Why?", "speaker": "S0"}, {"start": 1.0, "end": 2.0, "text": "So."}, {"start": 2.0, "end": 3.0, "text": "Yes.", "speaker": "S1"}]},
        [("S0", "Why?", 0.0), ("", "So.", 1.0), ("S1", "Yes.", 2.0)],
    ),
    "transformers": ({"text": "Why? So.", "chunks": [{"timestamp": [0.0, 1.0], "text": " Why?"}, {"timestamp": [1.0, None], "text": " So."}]}, [("", "Why?", 0.0), ("", "So.", 1.0)]),
    "FunASR": ([{"key": "x", "text": "为什么？因为。", "sentence_info": [{"text": "为什么？", "start": 430, "end": 90430, "spk": 0}, {"text": "因为。", "start": 95000, "end": 181000, "spk": 1}]}], [("Speaker 0", "为什么？", 0.43), ("Speaker 1", "因为。", 95.0)]),
    "Rev": ({"monologues": [{"speaker": 0, "elements": [{"type": "text", "value": "Why", "ts": 0.5, "end_ts": 0.7}, {"type": "punct", "value": "?"}]}, {"speaker": 1, "elements": [{"type": "text", "value": "So", "ts": 1.5, "end_ts": 1.7}, {"type": "punct", "value": "."}]}]}, [("Speaker 0", "Why?", 0.5), ("Speaker 1", "So.", 1.5)]),
    "Azure": ({"recognizedPhrases": [{"speaker": 1, "offsetInTicks": 31200000.0, "nBest": [{"display": "Why?"}, {"display": "Wye?"}]}, {"speaker": 2, "offsetInTicks": 81200000.0, "nBest": [{"display": "So."}]}]}, [("Speaker 1", "Why?", 3.12), ("Speaker 2", "So.", 8.12)]),
    "AWS": ({"results": {"transcripts": [{"transcript": "Why? So."}], "audio_segments": [{"transcript": "Why?", "start_time": "0.5", "end_time": "1.0", "speaker_label": "spk_0"}, {"transcript": "So.", "start_time": "1.5", "end_time": "2.0", "speaker_label": "spk_1"}], "items": []}}, [("spk_0", "Why?", 0.5), ("spk_1", "So.", 1.5)]),
    "Deepgram": ({"results": {"channels": [{"alternatives": [{"transcript": "Why? So.", "words": [], "paragraphs": {"paragraphs": [{"speaker": 0, "sentences": [{"text": "Why?", "start": 0.5, "end": 1.0}]}, {"speaker": 1, "sentences": [{"text": "So.", "start": 1.5, "end": 2.0}]}]}}]}]}}, [("Speaker 0", "Why?", 0.5), ("Speaker 1", "So.", 1.5)]),
}  # fmt: skip


@pytest.mark.parametrize("trait", SPEECH)
def test_traits_of_speech_recognisers(trait):
    value, cues = SPEECH[trait]
    recording = one_recording(json.dumps(value, ensure_ascii=False))
    assert recording.format == "speech_json"
    assert [
        (cue.speaker, cue.text, None if cue.start_s is None else round(cue.start_s, 2)) for cue in recording.cues
    ] == cues


def test_records_of_several_candidates_are_a_talk_each_and_references_are_no_speech():
    rows = [
        {"candidate": who, "question": "Why?", "reference": "Because.", "answer": f"{who} says so."}
        for who in ("Li", "Wu", "Li")
    ]
    found = read(json.dumps(rows).encode(), "x.json")
    assert [one.candidate for one in found.recordings] == ["Li", "Wu"]
    assert [len(one.cues) for one in found.recordings] == [4, 2]
    assert "reference: Because." in [aside.text for aside in found.recordings[1].asides]


@pytest.mark.parametrize(("format", "others"), FORMATS.items())
def test_a_format_may_be_named_in_several_ways(format, others):
    for name in (format, format.upper().replace("_", "-"), *others):
        assert format_named(name) == format


def test_a_format_that_is_unknown_is_answered_with_all():
    with pytest.raises(RecordingRefused, match="webvtt"):
        format_named("betamax")


def test_a_format_that_is_named_overrides_what_it_looks_like():
    text = "Ann: Why?\nBo: So.\n"
    assert read(text.encode(), "x", format_named("text")).recordings[0].format == "dialogue"
    with pytest.raises(RecordingRefused):
        read(text.encode(), "x", format_named("whisper"))
