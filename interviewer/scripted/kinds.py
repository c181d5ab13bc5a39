"""What servers other than vLLM say about themselves and refuse, so that the scripted server can play them.

One rule: shapes and words are those of the named server, as its public threads show them (docs/endpoints.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from interviewer.scripted.rules import Behaviour

Kind = Literal["vllm", "llamacpp", "ollama", "tgi", "plain"]
_OWNERS: Mapping[Kind, str] = {"vllm": "vllm", "llamacpp": "llamacpp", "ollama": "library", "tgi": "org", "plain": "me"}
SYSTEM_ROLE = "System role not supported"
MAX_TOKENS = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
)
TEMPERATURE = (
    "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) value is supported."
)
ONLY_STREAMS = "This model only support stream mode, please enable the stream parameter to access the model."
STREAM_OPTIONS = "stream_options is not permitted."


def listing(behaviour: Behaviour) -> dict[str, object]:
    """What /v1/models answers."""
    length, owner = behaviour.max_model_len, _OWNERS[behaviour.kind]
    cards: list[dict[str, object]] = []
    for name in behaviour.models:
        card: dict[str, object] = {"id": name, "object": "model", "created": 0, "owned_by": owner}
        if behaviour.kind == "vllm":
            card |= {"max_model_len": length, "root": name, "parent": None}
        if behaviour.kind == "llamacpp":
            card |= {"meta": {"n_ctx": length, "n_ctx_train": 131_072, "vocab_type": 2}}
        cards.append(card)
    base = behaviour.models[0] if behaviour.models else ""
    for name in behaviour.adapters:
        cards.append({"id": name, "object": "model", "owned_by": owner, "root": name, "parent": base})
    return {"object": "list", "data": cards}


def facts(path: str, behaviour: Behaviour) -> dict[str, object] | None:
    """What a path under the root says; None where this kind of server has no such path."""
    length = behaviour.max_model_len
    match behaviour.kind, path:
        case "vllm", "/version":
            return None if behaviour.version is None else {"version": behaviour.version}
        case "llamacpp", "/props":
            return {
                "default_generation_settings": {"n_ctx": length},
                "total_slots": behaviour.slots,
                "build_info": "b1-x",
            }
        case "ollama", "/api/version":
            return {"version": "0.32.1"}
        case "ollama", "/api/ps":
            return {"models": [{"name": name, "context_length": length} for name in behaviour.models]}
        case "tgi", "/info":
            return {"model_id": behaviour.models[0], "max_total_tokens": length, "version": "3.3.4"}
        case _:
            return None


def fault_of_form(body: Mapping[str, Any], behaviour: Behaviour) -> tuple[int, str, str] | None:
    """(status, words, parameter) of why this server does not take the form of a request; None where it does."""
    if behaviour.system_role != "works" and any(one.get("role") == "system" for one in body["messages"]):
        return (400 if behaviour.system_role == "refused" else 500), SYSTEM_ROLE, "messages"
    if behaviour.limit_field == "max_completion_tokens" and "max_tokens" in body:
        return 400, MAX_TOKENS, "max_tokens"
    if not behaviour.takes_temperature and body.get("temperature", 1) != 1:
        return 400, TEMPERATURE, "temperature"
    if behaviour.only_streams and not body.get("stream"):
        return 400, ONLY_STREAMS, "stream"
    if not behaviour.stream_options and "stream_options" in body:
        return 400, STREAM_OPTIONS, "stream_options"
    return None


def overflow(behaviour: Behaviour, prompt: int, asked: int) -> tuple[int, str]:
    """(status, words) in which a prompt that does not fit is refused."""
    length = behaviour.max_model_len
    match behaviour.kind:
        case "llamacpp":
            return (
                400,
                f"request ({prompt} tokens) exceeds the available context size ({length} tokens), try increasing it",
            )
        case "ollama":
            return 400, f"prompt too long; exceeded max context length by {prompt} tokens"
        case "tgi":
            said = f"`inputs` tokens + `max_new_tokens` must be <= {length}. Given: {prompt} `inputs` tokens and {asked} `max_new_tokens`"
            return 422, f"Input validation error: {said}"
        case _:
            return 400, (
                f"This model's maximum context length is {length} tokens. However, you requested {asked} output tokens and "
                f"your prompt contains at least {prompt} input tokens. Please reduce the length of the input prompt."
            )
