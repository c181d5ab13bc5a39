"""Interviews typed in a real terminal: pasted blocks stay one answer, nothing is cut, leaving leaves the terminal as it was."""

from __future__ import annotations

import pytest

from interviewer.store import Store
from tests.flow.terminal import ALT_ENTER, CTRL_C, CTRL_D, ENTER, at_terminal

LONG = "提示词在预填充阶段并行计算并写入缓存，解码阶段逐个生成，" * 108
assert len(LONG) > 3000
FOUR = "第一行：prefill 并行\n第二行：  decode 逐个\n\n第四行：缓存 K 和 V"
HELD = ("chat", "--chapters", "1", "--questions", "3", "--seed", "3", "--mode", "exam", "--lang", "zh")
PROMPT = "你>"


def answers(folder):
    """What the one stored interview holds of the candidate's answers, in order."""
    store = Store.open(f"sqlite:///{folder / 'data' / 'interviews.db'}")
    try:
        transcript = store.transcript(store.sessions(limit=1)[0].session.id)
    finally:
        store.close()
    return [message.text for message in transcript.messages if message.kind == "answer"]


def test_a_pasted_block_of_any_length_is_one_answer(tmp_path):
    with at_terminal(tmp_path, *HELD) as terminal:
        terminal.wait_for(PROMPT)
        terminal.paste(LONG)
        terminal.send(ENTER)
        terminal.paste(FOUR)
        terminal.send(ENTER)
        terminal.send("/end" + ENTER)
        terminal.wait_for("interviewer report")
        assert terminal.wait() == 0
    assert answers(tmp_path) == [LONG, FOUR]


def test_a_block_is_one_answer_also_where_the_terminal_does_not_mark_pastes(tmp_path):
    with at_terminal(tmp_path, *HELD) as terminal:
        terminal.wait_for(PROMPT)
        terminal.send(FOUR.replace("\n", "\r") + ENTER + "/end" + ENTER)
        terminal.wait_for("interviewer report")
        assert terminal.wait() == 0
    assert answers(tmp_path) == [FOUR]


def test_a_line_goes_on_after_alt_enter_or_a_backslash(tmp_path):
    with at_terminal(tmp_path, *HELD) as terminal:
        terminal.wait_for(PROMPT)
        terminal.send("one" + ALT_ENTER + "two\\" + ENTER)
        terminal.wait_for("two")
        terminal.send("three" + ENTER)
        terminal.wait_for(PROMPT)
        terminal.send(CTRL_D)
        terminal.wait_for("--resume")
        assert terminal.wait() == 0
    assert answers(tmp_path) == ["one\ntwo\nthree"]


def test_ctrl_c_clears_then_leaves_and_the_terminal_is_as_before(tmp_path):
    with at_terminal(tmp_path, *HELD) as terminal:
        before = terminal.settings()
        terminal.wait_for(PROMPT)
        terminal.send("half an answer")
        terminal.wait_for("half an answer")
        terminal.send(CTRL_C)
        terminal.send(CTRL_C)
        terminal.wait_for("--resume")
        assert terminal.wait() == 130
        assert terminal.settings() == before
        assert "Traceback" not in terminal.shown
    assert answers(tmp_path) == []


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_a_console_of_another_encoding_holds_an_interview(tmp_path, encoding):
    with at_terminal(tmp_path, *HELD, encoding=encoding) as terminal:
        terminal.wait_for(">")
        terminal.send(("块表" if encoding == "gbk" else "block table") + ENTER)
        terminal.send("/end" + ENTER)
        terminal.wait_for("interviewer report")
        assert terminal.wait() == 0
        assert "Traceback" not in terminal.shown
    assert answers(tmp_path) == ["块表" if encoding == "gbk" else "block table"]


def test_offline_one_marks_with_a_key_each_between_questions(tmp_path):
    held = ("chat", "--chapters", "1", "--questions", "2", "--seed", "3", "--lang", "en")
    with at_terminal(tmp_path, *held) as terminal:
        terminal.wait_for("you>")
        terminal.send("Prefill runs over all tokens of the prompt in parallel." + ENTER)
        terminal.send("/skip" + ENTER)
        terminal.wait_for("1 said")
        terminal.send("1")
        terminal.wait_for("1 said", 2)
        terminal.send("0")
        terminal.wait_for("marked by yourself")
        terminal.send("/end" + ENTER)
        terminal.wait_for("Total")
        assert terminal.wait() == 0
        assert "**" not in terminal.shown.split("you>", 1)[1], "Markdown is shown as it is meant"
