"""What the scripted server refuses, as vLLM does: the same statuses, the same shape of error, words of the same meaning.

One rule: strict where vLLM is strict and silent where it is silent (unknown fields such as `guided_json` are ignored).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from interviewer.scripted import kinds, patterns, tools
from interviewer.scripted.replies import ChatRequest, ScriptError

Formats = Literal["json_schema", "json_object", "ignored", "refused", "broken"]
"""Structured output the server has: by schema, of JSON only (a schema is refused), accepted but ignored, refused (400),
refused as a failure (500)."""
Regexes = Literal["works", "ignored", "refused", "broken"]
"""What `structured_outputs` does: binds the reply, is an unknown field, is refused (400), breaks the engine (500)."""
Thinks = Literal["never", "field", "text", "prefilled"]
"""How a reasoning model's thinking arrives when it is not turned off: own field, tags, or closed but never opened."""


@dataclass(frozen=True)
class Behaviour:
    """What kind of server is played. Waits in seconds; None leaves an optional path out (404)."""

    models: tuple[str, ...] = ("scripted",)
    kind: kinds.Kind = "vllm"
    adapters: tuple[str, ...] = ()
    """LoRA adapters that are listed beside the models, with the first of these as their parent."""
    slots: int = 1
    system_role: Literal["works", "refused", "broken"] = "works"
    """Whether the chat template has one; without it such a request is a 400 on vLLM and a 500 on others."""
    limit_field: Literal["either", "max_completion_tokens"] = "either"
    takes_temperature: bool = True
    only_streams: bool = False
    stream_options: bool = True
    stream_ends: Literal["both", "reason", "done", "neither"] = "both"
    """What a stream ends with: its reason to end, `[DONE]`, both or neither."""
    silent: bool = False
    """Takes connections and never answers, as a stopped process does."""
    max_model_len: int | None = 32_768
    version: str | None = "0.24.0"
    api_key: str = ""
    formats: Formats = "json_schema"
    regexes: Regexes = "works"
    logprobs: Literal["works", "ignored", "refused"] = "works"
    thinks: Thinks = "never"
    thinking_switch: Literal["works", "ignored", "refused", "misfiled"] = "works"
    """`misfiled`: with thinking off the whole answer arrives in the reasoning field (vLLM #19222)."""
    tool_parser: bool = True
    """Whether the server was started with `--enable-auto-tool-choice --tool-call-parser`."""
    tokenize: bool = True
    embedding_dimensions: int | None = None
    transcribes: bool = False
    """Whether it serves a speech model: /v1/audio/transcriptions is a 404 otherwise."""
    heard: str = ""
    """What it makes of any recording."""
    piece_chars: int = 4
    first_token_s: float = 0.0
    chunk_s: float = 0.0


@dataclass(frozen=True)
class Refusal:
    status: int
    kind: str
    message: str
    param: str | None = None

    def body(self) -> bytes:
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.status}
        return json.dumps({"error": error}).encode()


def bad_request(message: str, param: str | None = None) -> Refusal:
    return Refusal(400, "BadRequestError", message, param)


def count_tokens(text: str) -> int:
    """The scripted tokeniser: three UTF-8 bytes a token, so one for a Chinese character."""
    return (len(text.encode("utf8", "surrogatepass")) + 2) // 3


def read_request(body: object, behaviour: Behaviour) -> ChatRequest | Refusal:
    """The request in `body`, or why vLLM would refuse it."""
    if not isinstance(body, dict):
        return bad_request("Input should be a valid dictionary", "body")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return bad_request("Field required: messages", "messages")
    if fault := next(filter(None, map(tools.fault_of_message, messages)), None):
        return bad_request(fault, "messages")
    model = body.get("model") or behaviour.models[0]
    if model not in behaviour.models:
        return Refusal(404, "NotFoundError", f"The model `{model}` does not exist.", "model")
    if odd := kinds.fault_of_form(body, behaviour):
        return Refusal(odd[0], "BadRequestError" if odd[0] < 500 else "InternalServerError", odd[1], odd[2])
    if fault := tools.fault_of_tools(body, parser=behaviour.tool_parser):
        return bad_request(fault)
    schema = _schema(body.get("response_format"), behaviour)
    if isinstance(schema, Refusal):
        return schema
    regex = _regex(body, behaviour)
    if isinstance(regex, Refusal):
        return regex
    if fault := _fault_of_logprobs(body, behaviour):
        return bad_request(fault, "logprobs")
    enforced: Literal["schema", "json", "regex", "no"] = (
        "regex" if regex else "schema" if schema is not None else _json_only(body, behaviour)
    )
    temperature = body.get("temperature")
    if temperature is not None and (not isinstance(temperature, int | float) or temperature < 0):
        return bad_request(f"temperature must be non-negative, got {temperature}.", "temperature")
    switch = body.get("chat_template_kwargs")
    if switch is not None and behaviour.thinking_switch == "refused":
        return bad_request("chat_template_kwargs is not supported for this tokenizer.", "chat_template_kwargs")
    max_tokens = _max_tokens(body, messages, behaviour)
    if isinstance(max_tokens, Refusal):
        return max_tokens
    stop = body.get("stop") or ()
    return ChatRequest(
        model=model,
        messages=tuple(messages),
        max_tokens=max_tokens,
        temperature=temperature,
        seed=body.get("seed"),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        stream=bool(body.get("stream")),
        schema=None if regex else schema if schema is not None else _written_schema(messages),
        constrained=enforced,
        schema_name=((body.get("response_format") or {}).get("json_schema") or {}).get("name", ""),
        thinking=(switch or {}).get("enable_thinking", True) is not False,
        body=body,
        tools=tools.names(body),
        regex=regex,
    )


def check_matches(text: str, regex: str) -> None:
    """Raises ScriptError when a server that constrains its output to `regex` could not have said `text`."""
    if re.fullmatch(regex, text) is None:
        raise ScriptError(f"the brain's reply does not match {regex!r}: {text[:120]!r}")


def check_possible(value: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Raises ScriptError when a server that constrains its output to `schema` could not have said `value`."""
    error = next(_validator(json.dumps(schema, sort_keys=True)).iter_errors(value), None)
    if error is not None:
        raise ScriptError(f"the brain's reply does not satisfy the schema at {error.json_path}: {error.message}")


@lru_cache(maxsize=64)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    parsed = json.loads(schema)
    Draft202012Validator.check_schema(parsed)
    return Draft202012Validator(parsed)


def _schema(wanted: object, behaviour: Behaviour) -> Mapping[str, Any] | Refusal | None:
    if wanted is None:
        return None
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if not isinstance(wanted, dict) or kind not in ("text", "json_object", "json_schema", "structural_tag"):
        return bad_request(f"Input should be 'text', 'json_object', 'json_schema': got {kind!r}", "response_format")
    if behaviour.formats == "broken":
        return Refusal(500, "InternalServerError", "The provided JSON schema contains features not supported.")
    if behaviour.formats == "refused" or (behaviour.formats == "json_object" and kind == "json_schema"):
        return bad_request(f"response_format {kind} is not supported by this server.", "response_format")
    if kind != "json_schema":
        return None
    spec = wanted.get("json_schema")
    if not isinstance(spec, dict) or not spec.get("name") or not isinstance(spec.get("schema"), dict):
        return bad_request(
            "response_format json_schema needs json_schema.name and json_schema.schema", "response_format"
        )
    return spec["schema"] if behaviour.formats == "json_schema" else None


_KINDS_OF_OUTPUT = frozenset({"json", "regex", "choice", "grammar", "json_object", "structural_tag"})


def _regex(body: Mapping[str, Any], behaviour: Behaviour) -> str | Refusal:
    """The regular expression that binds the reply; empty where there is none, or where this server does not know the field."""
    wanted = body.get("structured_outputs")
    if wanted is None or behaviour.regexes == "ignored" or behaviour.formats != "json_schema":
        return ""
    if behaviour.regexes == "refused":
        return bad_request("structured_outputs is not supported by this server.", "structured_outputs")
    if behaviour.regexes == "broken":
        return Refusal(500, "InternalServerError", "EngineCore encountered an issue.")
    given = [key for key in wanted if key in _KINDS_OF_OUTPUT and wanted[key]] if isinstance(wanted, dict) else []
    if len(given) != 1 or (body.get("response_format") or {}).get("type", "text") != "text":
        return bad_request("You must use exactly one kind of structured outputs constraint.", "structured_outputs")
    regex = wanted["regex"] if given == ["regex"] else None
    if not isinstance(regex, str):
        return bad_request("the scripted server knows structured_outputs.regex alone", "structured_outputs")
    if fault := patterns.fault_of(regex):
        return bad_request(f"Failed to transform json schema into a grammar: {fault}", "structured_outputs")
    return regex


def _fault_of_logprobs(body: Mapping[str, Any], behaviour: Behaviour) -> str | None:
    top = body.get("top_logprobs")
    if behaviour.logprobs == "refused" and body.get("logprobs"):
        return "logprobs is not supported by this server."
    if top is not None and (not isinstance(top, int) or not 0 <= top <= 20):
        return f"Requested sample logprobs of {top}, which is greater than max allowed: 20"
    return "when using `top_logprobs`, `logprobs` must be set to true." if top and not body.get("logprobs") else None


def _json_only(body: Mapping[str, Any], behaviour: Behaviour) -> Literal["json", "no"]:
    asked = (body.get("response_format") or {}).get("type") == "json_object"
    return "json" if asked and behaviour.formats in ("json_schema", "json_object") else "no"


def _written_schema(messages: list[Any]) -> Mapping[str, Any] | None:
    last_line = next((m["content"] for m in messages if m["role"] == "system"), "").rpartition("\n")[2]
    if not last_line.startswith("{"):
        return None
    try:
        schema = json.loads(last_line)
    except ValueError:
        return None
    return schema if isinstance(schema, dict) and "type" in schema else None


def _max_tokens(body: Mapping[str, Any], messages: list[Any], behaviour: Behaviour) -> int | Refusal:
    asked = body.get("max_completion_tokens", body.get("max_tokens"))
    if asked is not None and (not isinstance(asked, int) or asked < 1):
        return bad_request(f"max_tokens must be at least 1, got {asked}.", "max_tokens")
    length = behaviour.max_model_len
    if length is None:
        return asked or 16_384
    prompt = sum(count_tokens(message.get("content") or "") for message in messages)
    prompt += count_tokens(tools.prompt_text(body))
    if behaviour.kind == "llamacpp" and prompt < length:  # it cuts the reply where the context ends
        return min(asked or length, length - prompt)
    if prompt + (asked or 1) > length:
        status, said = kinds.overflow(behaviour, prompt, asked or 1)
        return Refusal(status, "BadRequestError", said, "input_tokens")
    return asked or length - prompt
