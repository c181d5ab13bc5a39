"""Blocks that do only the work an event asks for.

Gradio makes every output of an event anew, changed or not: component, configuration and schema, about a millisecond each.
A page's events may change any of twenty parts and mostly change two, at every piece of a streamed reply. And it shows a
handler's last screen twice, when it comes and when the handler ends: the second time it would undo what happened between.

And it compares what a page sends with the choices that this very process has shown in that very tab: after a restart, or on
another process, an open page could do nothing any more. Types are checked at the door, choices by the handlers, in words.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.state_holder import SessionState

_AS_IT_WAS = {"__type__": "update"}
"""What Gradio sends for an output that does not change."""


class LeanBlocks(gr.Blocks):
    """Blocks in which a part that a handler's answer does not name costs nothing; what is sent is the same."""

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], state: SessionState | None, explicit_call: bool = False
    ) -> list[Any]:
        """The values as the page sent them; a text box or a group that was never shown sends nothing: no text, no choice."""
        self.validate_inputs(block_fn, inputs)
        sent = zip(block_fn.inputs, inputs, strict=True)
        return [_nothing(part) if value is None else value for part, value in sent]

    async def postprocess_data(
        self, block_fn: BlockFunction, predictions: list[Any] | dict[Any, Any], state: SessionState | None
    ) -> list[Any]:
        outputs = list(block_fn.outputs)
        named = [one for one in outputs if one in predictions] if isinstance(predictions, dict) else []
        if not isinstance(predictions, dict) or len(named) != len(predictions) or not named or len(outputs) < 2:
            return await super().postprocess_data(block_fn, predictions, state)  # Gradio's own errors stay its own
        fewer = copy(block_fn)
        fewer.outputs = named
        values: Any = [predictions[one] for one in named]
        changed = await super().postprocess_data(fewer, values if len(named) > 1 else values[0], state)
        by_id = {one._id: value for one, value in zip(named, changed, strict=True)}
        return [by_id.get(one._id, dict(_AS_IT_WAS)) for one in outputs]

    def handle_streaming_diffs(
        self,
        block_fn: BlockFunction,
        data: list[Any],
        session_hash: str | None,
        run: str | None,
        final: bool,
        simple_format: bool = False,
    ) -> list[Any]:
        """Gradio sends a handler's last screen once more when the handler ends; by then the visitor may be further."""
        sent = super().handle_streaming_diffs(block_fn, data, session_hash, run, final, simple_format)
        return [dict(_AS_IT_WAS) for _ in sent] if final else sent


def _nothing(part: object) -> str | list[str] | None:
    return "" if isinstance(part, gr.Textbox) else [] if isinstance(part, gr.CheckboxGroup) else None
