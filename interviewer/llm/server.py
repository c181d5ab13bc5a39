"""What kind of server stands behind an endpoint and what it says about itself: models, context length, slots.

One rule: everything here is asked for, nothing is guessed from a name; what a server does not say stays empty.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal, TypeGuard, cast

from interviewer.errors import EndpointError
from interviewer.llm import failures
from interviewer.llm.transport import Json, Transport
from knowledge.models import Frozen

Kind = Literal["vllm", "sglang", "llamacpp", "ollama", "tgi", "lmdeploy", ""]
ONE_AT_A_TIME: frozenset[Kind] = frozenset({"llamacpp", "ollama"})
"""Servers that, as they are started by default or by their way of reading prompts, keep a short call waiting for a long one."""
_OWNERS: dict[str, Kind] = {"vllm": "vllm", "sglang": "sglang", "llamacpp": "llamacpp", "library": "ollama", "lmdeploy": "lmdeploy"}  # fmt: skip


class Card(Frozen):
    """One model of a listing. `parent` is the base model of an adapter; `context` in tokens, 0 where it is not said."""

    id: str
    parent: str = ""
    context: int = 0
    owner: str = ""
    aliases: tuple[str, ...] = ()


class Server(Frozen):
    """`context` in tokens for one request, 0 where the server does not say; `slots` are the requests it works on at once."""

    model: str
    kind: Kind = ""
    version: str = ""
    context: int = 0
    slots: int = 0
    served: tuple[str, ...] = ()


async def meet(transport: Transport) -> Server:
    """The model to ask for, and what the server says about itself. Raises EndpointError when it cannot be used."""
    endpoint = transport.endpoint
    cards = await models(transport)
    card = choose(cards, transport) if cards is not None else Card(id=endpoint.model)
    kind = _OWNERS.get(card.owner, "")
    found = await _facts(transport, kind, card)
    found = found.model_copy(update={"served": tuple(one.id for one in cards or ())})
    return found.model_copy(update={"context": endpoint.context_tokens}) if endpoint.context_tokens else found


async def models(transport: Transport) -> tuple[Card, ...] | None:
    """The models that are listed; None where the server has no list and a model is set, so that the chat call decides."""
    try:
        listing = await transport.get("/models")
    except EndpointError as error:
        if error.details["reason"] in ("not_found", "rejected", "not_implemented") and transport.endpoint.model:
            return None
        raise
    listed = listing.get("data")
    rows = cast("list[Any]", listed) if isinstance(listed, list) else []
    return tuple(_card(row) for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str))


def choose(cards: tuple[Card, ...], transport: Transport) -> Card:
    """The model that is set, by its id or another of its names, else the only one served that is no adapter."""
    endpoint = transport.endpoint
    served = tuple(card.id for card in cards)
    if endpoint.model:
        names = (endpoint.model, f"{endpoint.model}:latest")  # Ollama's way to leave out the newest
        named = next((card for card in cards if card.id in names or endpoint.model in card.aliases), None)
        if named is None:
            raise failures.unknown_model(endpoint, endpoint.model, served)
        return named
    if not cards:
        raise failures.failure("no_model", endpoint)
    bases = tuple(card for card in cards if not card.parent)
    if len(bases) == 1 or len(cards) == 1:
        return bases[0] if bases else cards[0]
    raise failures.failure("several_models", endpoint, served=tuple(card.id for card in bases) or served)


async def _facts(transport: Transport, kind: Kind, card: Card) -> Server:
    """What the paths of each kind of server say; for an unknown kind all of them are asked at once."""
    base = Server(model=card.id, kind=kind, context=card.context)
    peek = transport.peek
    match kind:
        case "vllm" | "sglang" | "lmdeploy":
            return base.model_copy(update={"version": _version(await peek("/version"))})
        case "llamacpp":
            return _llamacpp(base, await peek("/props"))
        case "ollama":
            return _ollama(base, *await asyncio.gather(peek("/api/version"), peek("/api/ps")))
        case _:
            version, props, ollama, loaded, info = await asyncio.gather(
                peek("/version"), peek("/props"), peek("/api/version"), peek("/api/ps"), peek("/info")
            )
            if props and ("total_slots" in props or "default_generation_settings" in props):
                return _llamacpp(base, props)
            if ollama and "version" in ollama:
                return _ollama(base, ollama, loaded)
            if info and isinstance(info.get("max_total_tokens"), int):
                context = base.context or info["max_total_tokens"]
                return base.model_copy(update={"kind": "tgi", "context": context, "version": _version(info)})
            return base.model_copy(update={"version": _version(version)})


def _card(row: Json) -> Card:
    meta = row.get("meta")
    lengths = (row.get("max_model_len"), cast("Json", meta).get("n_ctx") if isinstance(meta, dict) else None)
    aliases = row.get("aliases")
    return Card(
        id=row["id"],
        parent=row["parent"] if isinstance(row.get("parent"), str) else "",
        context=next((length for length in lengths if _is_count(length)), 0),
        owner=str(row.get("owned_by") or ""),
        aliases=tuple(str(one) for one in cast("list[Any]", aliases)) if isinstance(aliases, list) else (),
    )


def _llamacpp(base: Server, props: Json | None) -> Server:
    """A slot's own context, which is what one request has: the listing of some versions gives the sum or the training length."""
    props = props or {}
    settings = props.get("default_generation_settings")
    own = settings.get("n_ctx") if isinstance(settings, dict) else None
    build = props.get("build_info")
    return base.model_copy(
        update={
            "kind": "llamacpp",
            "context": own if _is_count(own) else base.context,
            "slots": props["total_slots"] if _is_count(props.get("total_slots")) else 0,
            "version": build if isinstance(build, str) else "",
        }
    )


def _ollama(base: Server, version: Json | None, loaded: Json | None) -> Server:
    """Ollama's own list of loaded models has the context they were loaded with, which it cuts longer prompts to in silence."""
    rows = (loaded or {}).get("models")
    ours = (
        [row for row in rows if isinstance(row, dict) and row.get("name") == base.model]
        if isinstance(rows, list)
        else []
    )
    context = ours[0].get("context_length") if ours else None
    return base.model_copy(
        update={
            "kind": "ollama",
            "version": _version(version),
            "context": context if _is_count(context) else base.context,
        }
    )


def _version(said: Json | None) -> str:
    version = (said or {}).get("version")
    return version if isinstance(version, str) else ""


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
