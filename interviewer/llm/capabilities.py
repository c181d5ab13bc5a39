"""What the server behind an endpoint can do and in which form it wants to be asked, found out once by asking it.

One rule: a capability counts only when its effect was seen. A server that accepts `response_format` with 200 and
ignores it (unknown fields are ignored) is one without structured output.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from interviewer.errors import EndpointError
from interviewer.llm import chances, vocabulary, wording
from interviewer.llm.dialect import Dialect, begin_with, kept_to
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.reading import RawReply
from interviewer.llm.reasoning import opens_in_prompt, strip_thinking
from interviewer.llm.server import ONE_AT_A_TIME, Kind, meet
from interviewer.llm.tokens import Ruler, calibrate
from interviewer.llm.transport import Json, Transport
from knowledge.models import Frozen

ReplyFormat = Literal["json_schema", "json_object", "prompt"]
"""How a structured reply is asked for, best first: constrained by schema, constrained to JSON, or by words alone."""
LINE_PROBE = "q[47]z=[cpx][0-9]"
"""A line that no server says by itself."""
REFUSALS = frozenset({"rejected", "server_error", "not_implemented"})
"""Reasons of an EndpointError that say the server cannot do what was asked, not that it is away: what a grammar cannot
take is a 400 on some servers and a 500 on others."""

CHAT = "/chat/completions"
_SHORT_TOKENS = 24
"""Room for the plain reply: one word is asked for, and a weak model that runs on is stopped soon."""
_LONG_TOKENS = 256
"""Room for a reply with thinking before it."""
_PROBE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"probe": {"type": "string", "enum": ["k7q"]}},
    "required": ["probe"],
    "additionalProperties": False,
}
_PROBE_VALUE = '{"probe":"k7q"}'
_FORMS_TRIED = 8


class Capabilities(Frozen):
    """`max_model_len` in tokens; empty or None where the server does not say."""

    model: str
    kind: Kind = ""
    served: tuple[str, ...] = ()
    max_model_len: int | None = None
    server_version: str = ""
    slots: int = 0
    one_at_a_time: bool = False
    """A short call waits there for a long one that was sent before it."""
    dialect: Dialect = Dialect()
    reply_format: ReplyFormat = "prompt"
    takes_regex: bool = False
    """`structured_outputs.regex` holds replies to one line (vLLM 0.12 and newer)."""
    gives_logprobs: bool = False
    """Replies come with the log probabilities of their tokens where these are asked for."""
    thinking_opens_in_prompt: bool = False
    """Replies begin inside thinking that they only close."""
    counts_tokens: bool = False
    """Whether it answers /tokenize."""
    ruler: Ruler = Ruler()

    @property
    def thinking_off(self) -> bool:
        """The switch that turns thinking off is accepted, and the answer still arrives as content."""
        return bool(self.dialect.thinking_off)


async def probe(transport: Transport, endpoint: EndpointSettings) -> Capabilities:
    """Asks the server: three small chat calls on vLLM, a few more on others. Raises EndpointError when it cannot be used."""
    import jsonschema  # noqa: F401 - takes 0.1 s, which the first structured reply should not wait for

    server = await meet(transport)
    transport.server = server.kind
    ruler = asyncio.create_task(fit_ruler(transport, server.model, endpoint.tokenizer))
    try:
        plain, dialect = await _find_form(transport, server.model)
        auto = endpoint.wire.stream_data == "auto" and server.kind == "llamacpp"
        dialect = dialect.model_copy(update={"stream_data": True}) if auto else dialect
        takes_regex, gives_logprobs = await _try_line(transport, server.model, dialect, endpoint.logprobs)
        reply_format = await _try_formats(transport, server.model, dialect)
    finally:
        found = await ruler
    return Capabilities(
        model=server.model,
        kind=server.kind,
        served=server.served,
        max_model_len=server.context or None,
        server_version=server.version,
        slots=server.slots,
        one_at_a_time=_one_at_a_time(endpoint, server.kind, server.slots),
        dialect=dialect,
        reply_format=reply_format,
        takes_regex=takes_regex,
        gives_logprobs=gives_logprobs,
        thinking_opens_in_prompt=opens_in_prompt(plain.content),
        counts_tokens=found.calibrated,
        ruler=found,
    )


def line_fields(regex: str) -> dict[str, object]:
    """The request fields that hold a reply to one line."""
    return {"structured_outputs": {"regex": regex}}


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


async def count_tokens(transport: Transport, model: str, text: str) -> int | None:
    """The server's own count of `text`, in vLLM's or llama.cpp's way; None where it has neither."""
    body = {"model": model, "prompt": text, "content": text, "add_special_tokens": False, "add_special": False}
    answer = await transport.peek("/tokenize", body) or {}
    counted, tokens = answer.get("count"), answer.get("tokens")
    if isinstance(counted, int) and counted > 0:
        return counted
    return len(tokens) if isinstance(tokens, list) and tokens else None


async def fit_ruler(transport: Transport, model: str, tokenizer: str = "") -> Ruler:
    """A ruler that agrees with the server's count, or the careful one; by the vocabulary `tokenizer` where one is given, else by
    o200k_base where its file is on this machine.

    Raises SettingsError where that file cannot be used.
    """

    async def count(text: str) -> int:
        counted = await count_tokens(transport, model, text)
        if counted is None:
            raise LookupError("no /tokenize")
        return counted

    unasked = await asyncio.to_thread(unasked_ruler, tokenizer)
    try:
        return await calibrate(count, unasked.vocabulary, own=unasked.own)
    except LookupError:
        return unasked


def unasked_ruler(tokenizer: str = "") -> Ruler:
    """The ruler of whoever cannot ask a server: by `tokenizer`, by o200k_base where its file is there, else the careful one.

    Raises SettingsError where the file `tokenizer` cannot be used.
    """
    if tokenizer:
        vocabulary.encoding_of(tokenizer)
        return Ruler(vocabulary=tokenizer, own=True)
    return Ruler(vocabulary=vocabulary.O200K if vocabulary.o200k() else "")


async def _find_form(transport: Transport, model: str) -> tuple[RawReply, Dialect]:
    """A plain reply and the form of request that brought it: what a refusal asks for is tried, then likely forms in turn."""
    wire = transport.endpoint.wire
    form = begin_with(wire)
    tried: list[Dialect] = []
    while True:
        tried.append(form)
        try:
            reply = await _ask_plainly(transport, model, form)
        except EndpointError as error:
            following = form.after(error)
            if following is None and error.details["reason"] in ("rejected", "server_error"):
                following = next((one for one in tried[0].guesses() if kept_to(wire, one) not in tried), None)
            following = kept_to(wire, following) if following is not None else None
            if following is None or following in tried or len(tried) == _FORMS_TRIED:
                raise
            form = following
            continue
        misfiled = form.thinking_off and not reply.content.strip() and reply.reasoning
        if misfiled and wire.thinking_off == "auto":  # with thinking off the answer was filed under reasoning
            form = form.model_copy(update={"thinking_off": ""})
            return await _ask_plainly(transport, model, form), form
        return reply, form


async def _ask_plainly(transport: Transport, model: str, form: Dialect) -> RawReply:
    """One word, in few tokens; with more of them where the reply may be thinking that was cut off."""
    reply = await _ask(transport, model, form, {}, _SHORT_TOKENS)
    thinks = not form.thinking_off or bool(reply.reasoning)
    if reply.cut_off and thinks and "ready" not in reply.content.lower():
        return await _ask(transport, model, form, {}, _LONG_TOKENS)
    return reply


async def _try_line(transport: Transport, model: str, form: Dialect, sure: bool) -> tuple[bool, bool]:
    """Whether a regex binds the reply, and whether log probabilities come with it; each alone where both are refused.

    These are not asked for unless `sure`.
    """
    regex, logprobs = line_fields(LINE_PROBE), chances.fields()
    room = _LONG_TOKENS if not form.thinking_off else _SHORT_TOKENS
    takes = gives = False
    for fields in (regex | logprobs, regex, logprobs) if sure else (regex,):
        try:
            reply = await _ask(transport, model, form, fields, room)
        except EndpointError as error:
            if error.details["reason"] not in REFUSALS:
                raise
            continue
        takes = takes or bool(re.fullmatch(LINE_PROBE, strip_thinking(reply.content)))
        gives = gives or bool(reply.tokens)
        if fields == regex | logprobs:
            break
    return takes, gives


async def _try_formats(transport: Transport, model: str, form: Dialect) -> ReplyFormat:
    formats: tuple[ReplyFormat, ...] = ("json_schema", "json_object")
    room = _LONG_TOKENS if not form.thinking_off else 2 * _SHORT_TOKENS
    for wanted in formats:
        fields = format_fields(wanted, "probe", _PROBE_SCHEMA)
        try:
            reply = await _ask(transport, model, form, fields, room, wanted)
        except EndpointError as error:
            if error.details["reason"] not in REFUSALS:
                raise
            continue
        text = "".join(reply.content.split())
        if (text == _PROBE_VALUE) or (reply.cut_off and text and _PROBE_VALUE.startswith(text)):
            return wanted
    return "prompt"


async def _ask(
    transport: Transport,
    model: str,
    form: Dialect,
    fields: Mapping[str, object],
    max_tokens: int,
    wanted: ReplyFormat = "json_schema",
) -> RawReply:
    rules = wording.say("probe_rules")
    if wanted == "json_object":
        rules = f"{rules}\n\n{wording.say('schema', schema=json.dumps(_PROBE_SCHEMA))}"
    body: Json = {
        "model": model,
        "messages": [{"role": "system", "content": rules}, {"role": "user", "content": wording.say("probe")}],
        "max_tokens": max_tokens,
        "temperature": 0.0,
        "stream": form.stream_data,
        **fields,
    }
    return await transport.reply(CHAT, form.write(body))


def _one_at_a_time(endpoint: EndpointSettings, kind: Kind, slots: int) -> bool:
    if endpoint.wire.one_at_a_time != "auto":
        return endpoint.wire.one_at_a_time == "yes"
    return endpoint.concurrency == 1 or slots == 1 or kind in ONE_AT_A_TIME
