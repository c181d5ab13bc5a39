"""What a page may send with an event: checked before Gradio sees it, so that nothing odd ends in a traceback.

The one rule: an event is one of the mounted pages' own, and each value has the JSON type that its component sends. Whether a
choice is still offered is for the page's handler to say, in words: that is not one process's memory but what the page is about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction

Accepts = Callable[[Any], bool]
MOST_CHOSEN = 500
"""Boxes that may be ticked in one group."""
MOST = 1e15
"""The largest number that is taken; an integer of hundreds of digits is no float at all."""


class Refused(Exception):
    """The status and the reason with which an event is sent back."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def event(blocks: gr.Blocks, body: bytes) -> bytes:
    """The body of an event as Gradio may have it: only what pages send. Raises Refused."""
    try:
        sent = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "this is no JSON") from error
    if not isinstance(sent, dict):
        raise Refused(422, "an object was expected")
    number, values = sent.get("fn_index"), sent.get("data")
    function = blocks.fns.get(number) if type(number) is int else None
    if function is None or function.fn is None or not function.queue:
        raise Refused(404, "the page has no such event; reload it")
    session, source = sent.get("session_hash"), sent.get("trigger_id")
    if not isinstance(session, str) or not re.fullmatch(r"\w{1,64}", session, re.ASCII):
        raise Refused(422, "session_hash is missing")
    if source is not None and (type(source) is not int or source not in (blocks._id, *blocks.blocks)):
        raise Refused(422, "trigger_id names no part of the page")
    about = sent.get("event_data") if function.collects_event_data else None
    if not (about is None or isinstance(about, dict)):
        raise Refused(422, "event_data cannot be read")
    _check_values(function, values)
    kept = {"data": values, "event_data": about, "fn_index": number, "trigger_id": source, "session_hash": session}
    return json.dumps(kept).encode()


def _check_values(function: BlockFunction, values: Any) -> None:
    if not isinstance(values, list) or len(values) != len(function.inputs):
        raise Refused(422, f"{len(function.inputs)} values were expected")
    for part, value in zip(function.inputs, values, strict=True):
        if not ACCEPTED.get(type(part), _nothing)(value):
            raise Refused(422, f"a value for {type(part).__name__} {part.elem_id or ''} was expected")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _nothing(value: Any) -> bool:
    return value is None


def _text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST


def _true_or_false(value: Any) -> bool:
    return isinstance(value, bool)


def _texts(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and len(value) <= MOST_CHOSEN and all(isinstance(one, str) for one in value)
    )


ACCEPTED: dict[type, Accepts] = {
    gr.Textbox: _text,
    gr.Dropdown: _text,
    gr.Radio: _text,
    gr.Button: _text,
    gr.Number: _number,
    gr.Slider: _number,
    gr.Checkbox: _true_or_false,
    gr.CheckboxGroup: _texts,
}
"""What each kind of part sends. A kind that is not named sends nothing: a page that uses a new one names it here."""
