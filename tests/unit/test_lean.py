"""Parts that an event does not change cost nothing, and the browser is sent exactly what Gradio would send."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from ui.web.lean import LeanBlocks


class Counted(gr.Textbox):
    """A text box that counts how often it is made."""

    made = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Counted.made += 1
        super().__init__(*args, **kwargs)


def sent(kind: type[gr.Blocks], answer: Any) -> tuple[list[Any], int]:
    """What is sent to the browser for a handler's answer over three outputs, and how many components were made for it."""
    with kind() as blocks:
        parts = [Counted(label=name) for name in "abc"]
        button = gr.Button()
        button.click(lambda: None, None, parts)
    answer = deepcopy(answer)  # Gradio changes what it is given
    named = isinstance(answer, dict) and "__type__" not in answer
    given = {parts[at]: value for at, value in answer.items()} if named else answer
    before = Counted.made
    out = asyncio.run(blocks.postprocess_data(blocks.fns[0], given, SessionState(blocks)))
    return out, Counted.made - before


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
    assert sent(LeanBlocks, answer)[0] == sent(gr.Blocks, answer)[0]


def test_only_what_changes_is_made_anew() -> None:
    assert sent(gr.Blocks, {1: gr.update(visible=False)})[1] == 3
    assert sent(LeanBlocks, {1: gr.update(visible=False)})[1] == 1
    assert sent(LeanBlocks, {1: "text"})[1] == 0


def test_a_part_that_is_no_output_is_gradios_error() -> None:
    with LeanBlocks() as blocks:
        one, two, other = (gr.Textbox() for _ in range(3))
        gr.Button().click(lambda: None, None, [one, two])
    with pytest.raises(ValueError, match="not specified as output"):
        asyncio.run(blocks.postprocess_data(blocks.fns[0], {one: "x", other: "y"}, SessionState(blocks)))
