"""What the server behind an endpoint can do, found out once by asking it, not by its name or version.

One rule: a capability counts only when its effect was seen. A server that accepts `response_format` with 200 and
ignores it (unknown fields are ignored) is one without structured output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from interviewer.errors import EndpointError
from interviewer.llm import chances, failures, wording
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.reasoning import opens_in_prompt, strip_thinking
from interviewer.llm.structured import RawReply
from interviewer.llm.tokens import Ruler, calibrate
from interviewer.llm.transport import Json, Transport
from knowledge.models import Frozen

ReplyFormat = Literal["json_schema", "json_object", "prompt"]
"""How a structured reply is asked for, best first: constrained by schema, constrained to JSON, or by words alone."""
LINE_PROBE = "q[47]z=[cpx][0-9]"
"""A line that no server says by itself."""

CHAT = "/chat/completions"
THINKING_OFF: Json = {"chat_template_kwargs": {"enable_thinking": False}}
_PROBE_TOKENS = 256
_PROBE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"probe": {"type": "string", "enum": ["k7q"]}},
    "required": ["probe"],
    "additionalProperties": False,
}
_PROBE_VALUE = '{"probe":"k7q"}'


class Capabilities(Frozen):
    """`max_model_len` in tokens; empty or None where the server does not say."""

    model: str
    max_model_len: int | None = None
    server_version: str = ""
    reply_format: ReplyFormat = "prompt"
    takes_regex: bool = False
    """`structured_outputs.regex` holds replies to one line (vLLM 0.12 and newer)."""
    gives_logprobs: bool = False
    """Replies come with the log probabilities of their tokens where these are asked for."""
    thinking_off: bool = False
    """The switch that turns thinking off is accepted, and the answer still arrives as content."""
    thinking_opens_in_prompt: bool = False
    """Replies begin inside thinking that they only close."""
    ruler: Ruler = Ruler()


async def probe(transport: Transport, endpoint: EndpointSettings) -> Capabilities:
    """Asks the server: three small chat calls on vLLM, up to eight on others. Raises EndpointError when it cannot be used."""
    import jsonschema  # noqa: F401 - takes 0.1 s, which the first structured reply should not wait for

    model, max_model_len = await pick_model(transport, endpoint)
    version = await transport.peek("/version")
    plain, thinking_off = await _try_thinking_off(transport, model)
    takes_regex, gives_logprobs = await _try_line(transport, model, thinking_off)
    return Capabilities(
        model=model,
        max_model_len=max_model_len,
        server_version=str((version or {}).get("version", "")),
        reply_format=await _try_formats(transport, model, thinking_off),
        takes_regex=takes_regex,
        gives_logprobs=gives_logprobs,
        thinking_off=thinking_off,
        thinking_opens_in_prompt=opens_in_prompt(plain.content),
        ruler=await _fit_ruler(transport, model),
    )


def raw_reply(body: Json, endpoint: EndpointSettings) -> RawReply:
    """A chat completion's body as a RawReply. Raises EndpointError when it is none."""
    try:
        choice = body["choices"][0]
        message = choice["message"]
        usage = body.get("usage") or {}
        return RawReply(
            content=message.get("content") or "",
            reasoning=message.get("reasoning") or message.get("reasoning_content") or "",
            finish_reason=choice.get("finish_reason") or "",
            model=body.get("model") or "",
            prompt_tokens=usage.get("prompt_tokens") or 0,
            completion_tokens=usage.get("completion_tokens") or 0,
            tokens=chances.tokens_of(choice),
        )
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise failures.not_an_endpoint(endpoint) from error


async def pick_model(transport: Transport, endpoint: EndpointSettings) -> tuple[str, int | None]:
    """(the model to ask for, its context length where the server says): the one that is set, else the only one served."""
    try:
        listing = await transport.get("/models")
    except EndpointError as error:
        if (
            error.details["reason"] == "not_found" and endpoint.model
        ):  # some gateways list nothing; the chat call decides
            return endpoint.model, None
        raise
    cards = {str(card.get("id", "")): card for card in listing.get("data") or [] if isinstance(card, dict)}
    served: tuple[str, ...] = tuple(cards)
    if endpoint.model and endpoint.model not in cards:
        raise failures.unknown_model(endpoint, endpoint.model, served)
    if not served:
        raise failures.failure("no_model", f"{endpoint.shown_url} lists no model.",
                               f"Serve a model there, or set {endpoint.section}.name.", endpoint)  # fmt: skip
    if not endpoint.model and len(served) > 1:
        raise failures.failure("several_models", f"{endpoint.shown_url} serves several models: {', '.join(served)}.",
                               f"Set {endpoint.section}.name to one of them.", endpoint, served=served)  # fmt: skip
    model = endpoint.model or next(iter(cards))
    length = cards[model].get("max_model_len")
    return model, length if isinstance(length, int) else None


async def _try_thinking_off(transport: Transport, model: str) -> tuple[RawReply, bool]:
    """A plain reply, and whether it came with thinking turned off and as content."""
    try:
        reply = await _ask(transport, model, THINKING_OFF)
    except EndpointError as error:
        if error.details["reason"] != "rejected":
            raise
    else:
        if reply.content.strip() or not reply.reasoning:  # else the answer was filed under reasoning
            return reply, True
    return await _ask(transport, model, {}), False


async def _try_formats(transport: Transport, model: str, thinking_off: bool) -> ReplyFormat:
    switch = THINKING_OFF if thinking_off else {}
    formats: tuple[ReplyFormat, ...] = ("json_schema", "json_object")
    for wanted in formats:
        try:
            reply = await _ask(transport, model, {**switch, **format_fields(wanted, "probe", _PROBE_SCHEMA)}, wanted)
        except EndpointError as error:
            if error.details["reason"] not in ("rejected", "server_error"):
                raise
            continue
        text = "".join(reply.content.split())
        if (text == _PROBE_VALUE) or (reply.cut_off and text and _PROBE_VALUE.startswith(text)):
            return wanted
    return "prompt"


def line_fields(regex: str) -> dict[str, object]:
    """The request fields that hold a reply to one line."""
    return {"structured_outputs": {"regex": regex}}


async def _try_line(transport: Transport, model: str, thinking_off: bool) -> tuple[bool, bool]:
    """Whether a regex binds the reply, and whether log probabilities come with it; each alone where both are refused."""
    switch = THINKING_OFF if thinking_off else {}
    regex, logprobs = line_fields(LINE_PROBE), chances.fields()
    takes = gives = False
    for fields in (regex | logprobs, regex, logprobs):
        try:
            reply = await _ask(transport, model, {**switch, **fields})
        except EndpointError as error:
            if error.details["reason"] not in ("rejected", "server_error"):
                raise
            continue
        takes = takes or bool(re.fullmatch(LINE_PROBE, strip_thinking(reply.content)))
        gives = gives or bool(reply.tokens)
        if fields == regex | logprobs:
            break
    return takes, gives


def format_fields(wanted: ReplyFormat, name: str, schema: Mapping[str, Any]) -> dict[str, object]:
    """The request fields that ask for a reply in the format `wanted`."""
    match wanted:
        case "json_schema":
            spec = {"name": name, "schema": schema, "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": spec}}
        case "json_object":
            return {"response_format": {"type": "json_object"}}
        case "prompt":
            return {}


async def _ask(
    transport: Transport, model: str, fields: Mapping[str, object], wanted: ReplyFormat = "json_schema"
) -> RawReply:
    messages = [{"role": "user", "content": wording.say("probe")}]
    if wanted == "json_object":
        messages.insert(0, {"role": "system", "content": wording.say("schema", schema=json.dumps(_PROBE_SCHEMA))})
    body = {"model": model, "messages": messages, "max_tokens": _PROBE_TOKENS, "temperature": 0.0, **fields}
    return raw_reply(await transport.post(CHAT, body), transport.endpoint)


async def _fit_ruler(transport: Transport, model: str) -> Ruler:
    async def count(text: str) -> int:
        answer = await transport.peek("/tokenize", {"model": model, "prompt": text, "add_special_tokens": False})
        counted = (answer or {}).get("count")
        if not isinstance(counted, int) or counted <= 0:
            raise LookupError("no /tokenize")
        return counted

    try:
        return await calibrate(count)
    except LookupError:
        return Ruler()
