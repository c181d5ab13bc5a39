"""Whatever a model says, reading it gives a value that satisfies the schema, or a reason; never an exception."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from interviewer.llm.structured import Flaw, RawReply, read

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"enum": ["k1", "k2"]}, "inner": {"type": "object"}},
    "required": ["id"],
    "additionalProperties": False,
}


def raw(content: str, finish_reason: str = "stop", reasoning: str = "") -> RawReply:
    return RawReply(content, reasoning, finish_reason, "m", 1, 1)


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(st.sampled_from(["{", "}", '"id"', ":", '"k1"', "```json\n", "```", "<think>", "</think>", " "])).map(
            "".join
        ),
    ),
    st.sampled_from(["stop", "length"]),
)
def test_any_text_is_a_sound_value_or_a_flaw(text: str, finish_reason: str) -> None:
    value = read(raw(text, finish_reason), SCHEMA, None)
    if not isinstance(value, Flaw):
        Draft202012Validator(SCHEMA).validate(value)


@given(st.sampled_from(["k1", "k2"]), st.text(st.characters(codec="utf8", exclude_characters="{}`<>[]"), max_size=40))
def test_a_sound_value_is_found_behind_and_before_any_prose(chosen: str, prose: str) -> None:
    assert read(raw(f"{prose}{json.dumps({'id': chosen})}{prose}"), SCHEMA, None) == {"id": chosen}


@pytest.mark.parametrize(
    "text", ['{"a":' * 20_000, "[" * 20_000, '{"id": NaN}', '{"id": ' + "9" * 10_000 + "}", "{" * 500]
)
def test_hostile_json_is_a_flaw(text: str) -> None:
    assert isinstance(read(raw(text), SCHEMA, None), Flaw)


def test_a_piece_of_a_cut_off_value_is_not_taken_for_the_value() -> None:
    cut = '{"id": "k1", "inner": {"id": "k2"}, "more'
    flaw = read(raw(cut, "length"), SCHEMA, None)
    assert isinstance(flaw, Flaw)
    assert flaw.category == "reply_cut_off"


def test_a_draft_inside_thinking_is_not_taken_for_the_answer() -> None:
    assert read(raw('<think>maybe {"id": "k1"}</think> {"id": "k2"}'), SCHEMA, None) == {"id": "k2"}
    assert isinstance(read(raw("", reasoning='maybe {"id": "k1"}, or not'), SCHEMA, None), Flaw)


def test_all_tokens_spent_on_thinking_is_a_cut_and_says_so() -> None:
    flaw = read(raw("<think>and so on", "length"), SCHEMA, None)
    assert isinstance(flaw, Flaw)
    assert flaw.category == "reply_cut_off"
    assert "thinking" in flaw.reason


def test_the_place_of_a_violation_is_named() -> None:
    flaw = read(raw('{"id": "k9"}'), SCHEMA, None)
    assert isinstance(flaw, Flaw)
    assert "$.id" in flaw.reason


def test_characters_no_store_can_hold_are_a_flaw_but_writing_about_them_is_not() -> None:
    free = {"type": "object"}
    assert isinstance(read(raw(json.dumps({"quote": "a\x00b"})), free, None), Flaw)
    assert isinstance(read(raw(json.dumps({"quote": "a\ud800b"})), free, None), Flaw)
    assert read(raw(json.dumps({"quote": r"C strings end in \u0000"})), free, None) == {
        "quote": r"C strings end in \u0000"
    }
