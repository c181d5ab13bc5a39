"""A long talk within a small context: the newest stays, what goes is said, and no fence is left open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

import prompts
from interviewer.debrief.chat_model import Spoken
from interviewer.debrief.room import fit, shorten
from interviewer.debrief.wording import Words

WORDS = Words("en")
ZH = Words("zh")


def talk(rounds: int) -> list:
    said = [
        m
        for n in range(rounds)
        for m in (HumanMessage(f"question {n} " + "x" * 90), AIMessage(f"reply {n} " + "y" * 90))
    ]
    return [*said, HumanMessage("the last question")]


def test_what_fits_is_left_alone():
    said = talk(3)
    fitted = fit(said, 10_000, len, WORDS)
    assert fitted.messages == said
    assert (fitted.left_out, fitted.cut) == (0, False)


def test_the_newest_messages_stay_and_the_rest_is_said_to_be_left_out():
    said = talk(10)
    fitted = fit(said, 600, len, WORDS)
    assert 0 < fitted.left_out < len(said) - 1
    assert fitted.messages[:-1] == said[fitted.left_out : -1]
    assert isinstance(fitted.messages[0], HumanMessage)
    assert f"{fitted.left_out} earlier messages" in fitted.messages[-1].text
    assert "the last question" in fitted.messages[-1].text


def test_looked_up_material_is_cut_with_a_note():
    passage = "\n\n".join(f"[{n}] part\n{prompts.untrusted('z' * 300, 'note')}" for n in range(9))
    call = AIMessage("", tool_calls=[{"name": "search", "args": {}, "id": "1"}])
    fitted = fit([HumanMessage("why?"), call, ToolMessage(passage, tool_call_id="1")], 1500, len, ZH)
    assert fitted.cut
    kept = fitted.messages[-1].text
    assert len(kept) < 1500
    assert "没有带给模型" in kept
    assert "[0] part" in kept


@given(st.lists(st.text(alphabet="ab \n⟦⟧/-", max_size=60), min_size=1, max_size=8), st.integers(10, 600))
def test_a_cut_never_leaves_a_fence_open(bodies: list[str], room: int):
    text = "\n\n".join(f"- line\n{prompts.untrusted(body, 'note')}\nafter" for body in bodies)
    kept = shorten(text, room, len, WORDS)
    assert kept.count("⟦note⟧") == kept.count("⟦/note⟧")


@given(st.lists(st.sampled_from(["<tool", "_call>", "{}", "fine ", "<", "[TOOL", "_CALLS]", "x[1]"]), max_size=12))
def test_nothing_from_a_written_call_on_is_ever_shown(pieces: list[str]):
    spoken = Spoken()
    shown = "".join([*(spoken.feed(piece) for piece in pieces), spoken.finish()])
    whole = "".join(pieces)
    ends = [whole.find(mark) for mark in ("<tool_call", "[TOOL_CALLS]") if mark in whole]
    assert shown == (whole[: min(ends)] if ends else whole)
