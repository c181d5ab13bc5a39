"""Looking for model servers on this machine. The one rule: loopback only, and over in a second, whatever answers.

Ports are those that the servers listen on when nobody says otherwise; what a server is, it says itself (`owned_by` of its
models). Nothing is sent but a question for the list of models.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

from knowledge.models import Frozen

HOST = "127.0.0.1"
USUAL_PORTS: dict[int, str] = {
    8000: "vLLM", 11434: "Ollama", 8080: "llama.cpp", 1234: "LM Studio", 30000: "SGLang", 23333: "LMDeploy",
    9997: "Xinference", 1337: "Jan", 5000: "text-generation-webui",
}  # fmt: skip
_OWNERS = {
    "vllm": "vLLM",
    "library": "Ollama",
    "llamacpp": "llama.cpp",
    "organization_owner": "LM Studio",
    "sglang": "SGLang",
}
_NO_TALKER = ("embed", "rerank", "bge-", "whisper", "tts", "clip-")
"""Parts of the names of models that cannot hold a talk."""
LONGEST_S = 1.0
MOST_BYTES = 2**20


class FoundServer(Frozen):
    """A server that lists models as OpenAI's does. `models` are those that may be able to talk, as it lists them."""

    base_url: str
    product: str
    models: tuple[str, ...] = ()
    wants_key: bool = False


async def find_servers(ports: dict[int, str] | None = None, *, longest_s: float = LONGEST_S) -> tuple[FoundServer, ...]:
    """The servers found on this machine, in the order of USUAL_PORTS; asks all at once."""
    asked = USUAL_PORTS if ports is None else ports
    found = await asyncio.gather(*(_look(port, product, longest_s) for port, product in asked.items()))
    return tuple(one for one in found if one is not None)


async def _look(port: int, product: str, longest_s: float) -> FoundServer | None:
    try:
        async with asyncio.timeout(longest_s):
            status, body = await _ask(port)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):  # nobody there, too slow, or not HTTP
        return None
    base_url = f"http://{HOST}:{port}/v1"
    if status in (401, 403):
        return FoundServer(base_url=base_url, product=product, wants_key=True)
    listed = _listed(body) if status == 200 else None
    if listed is None:
        return None
    owners = [_OWNERS.get(str(card.get("owned_by", "")).lower(), "") for card in listed]
    names = [str(card.get("id", "")) for card in listed]
    talkers = tuple(name for name in names if name and not any(part in name.lower() for part in _NO_TALKER))
    return FoundServer(base_url=base_url, product=next(filter(None, owners), product), models=talkers)


async def _ask(port: int) -> tuple[int, bytes]:
    """(status, body) of /v1/models. HTTP/1.0, so that the body comes as it is and the connection ends with it."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"GET /v1/models HTTP/1.0\r\nHost: {HOST}:{port}\r\nAccept: application/json\r\n\r\n".encode())
        await writer.drain()
        answer = bytearray()
        while len(answer) < MOST_BYTES and (piece := await reader.read(65536)):
            answer += piece
    finally:
        writer.close()
    head, _, body = bytes(answer).partition(b"\r\n\r\n")
    protocol, status, *_ = head.split(maxsplit=2)
    if not protocol.startswith(b"HTTP/"):
        raise ValueError("not HTTP")
    return int(status), body


def _listed(body: bytes) -> list[dict[str, Any]] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    cards = cast("dict[str, Any]", value).get("data") if isinstance(value, dict) else None
    if not isinstance(cards, list):
        return None
    return [cast("dict[str, Any]", card) for card in cast("list[Any]", cards) if isinstance(card, dict)]
