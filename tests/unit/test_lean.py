"""Parts that an event does not change cost nothing, and the browser is sent exactly what Gradio would send."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from ui.web.lean import LeanBlocks


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The labels of text boxes in the order they were made; a class of our own would have Gradio write a file beside it."""
    labels: list[str] = []
    make = gr.Textbox.__init__

    def counting(self: gr.Textbox, *args: Any, **kwargs: Any) -> None:
        labels.append(str(kwargs.get("label")))
        make(self, *args, **kwargs)

    monkeypatch.setattr(gr.Textbox, "__init__", counting)
    return labels


def sent(kind: type[gr.Blocks], answer: Any) -> list[Any]:
    """What is sent to the browser for a handler's answer over three outputs."""
    blocks, given = prepared(kind, answer)
    return asyncio.run(blocks.postprocess_data(blocks.fns[0], given, SessionState(blocks)))


def count(kind: type[gr.Blocks], answer: Any, made: list[str]) -> int:
    """How many components are made for a handler's answer over three outputs."""
    blocks, given = prepared(kind, answer)
    made.clear()
    asyncio.run(blocks.postprocess_data(blocks.fns[0], given, SessionState(blocks)))
    return len(made)


def prepared(kind: type[gr.Blocks], answer: Any) -> tuple[gr.Blocks, Any]:
    with kind() as blocks:
        parts = [gr.Textbox(label=name) for name in "abc"]
        button = gr.Button()
        button.click(lambda: None, None, parts)
    answer = deepcopy(answer)  # Gradio changes what it is given
    named = isinstance(answer, dict) and "__type__" not in answer
    return blocks, {parts[at]: value for at, value in answer.items()} if named else answer


ANSWERS = [
    {1: "text"},
    {0: gr.update(value="x", interactive=False)},
    {0: "x", 2: gr.update(visible=False)},
    {2: "z", 1: "y", 0: "x"},
    ["x", "y", gr.update(visible=True)],
    gr.skip(),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_the_browser_is_sent_what_gradio_would_send(answer: Any) -> None:
    assert sent(LeanBlocks, answer) == sent(gr.Blocks, answer)


def test_only_what_changes_is_made_anew(made: list[str]) -> None:
    assert count(gr.Blocks, {1: gr.update(visible=False)}, made) == 3
    assert count(LeanBlocks, {1: gr.update(visible=False)}, made) == 1
    assert count(LeanBlocks, {1: "text"}, made) == 0


def test_a_part_that_is_no_output_is_gradios_error() -> None:
    with LeanBlocks() as blocks:
        one, two, other = (gr.Textbox() for _ in range(3))
        gr.Button().click(lambda: None, None, [one, two])
    with pytest.raises(ValueError, match="not specified as output"):
        asyncio.run(blocks.postprocess_data(blocks.fns[0], {one: "x", other: "y"}, SessionState(blocks)))


def run(kind: type[gr.Blocks]) -> list[list[Any]]:
    """What is sent for a handler that yields two screens: one list of values for each message, the last at its end."""

    def speak():
        yield ["once", "upon"]
        yield ["once more", gr.skip()]

    with kind() as blocks:
        parts = [gr.Textbox(), gr.Textbox()]
        gr.Button().click(speak, None, parts)
    state, messages, iterator = SessionState(blocks), [], None
    for _ in range(3):
        call = blocks.process_api(
            blocks.fns[0], [], state=state, iterator=iterator, session_hash="s", event_id="e", simple_format=True
        )
        output = asyncio.run(call)
        iterator = output["iterator"]
        messages.append(output["data"])
    return messages


def test_the_end_of_a_handler_changes_nothing_a_second_time() -> None:
    skipped = {"__type__": "update"}
    plain, lean = run(gr.Blocks), run(LeanBlocks)
    assert plain == [["once", "upon"], ["once more", skipped], ["once more", skipped]]
    assert lean == [["once", "upon"], ["once more", skipped], [skipped, skipped]]
