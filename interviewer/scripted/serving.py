"""The scripted server's web application: plain ASGI, one function a path, nothing between it and the wire.

One rule: what a client sees is what vLLM would send, byte shapes included; the script decides only what is said.
"""

from __future__ import annotations

import array
import base64
import json
import math
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from interviewer.llm import wording
from interviewer.scripted import kinds, patterns, tools
from interviewer.scripted.cache import Counters
from interviewer.scripted.replies import (
    THOUGHT,
    Brain,
    ChatRequest,
    Fault,
    Reply,
    Said,
    ScriptError,
    default_brain,
    spoil,
)
from interviewer.scripted.rules import (
    Behaviour,
    Refusal,
    bad_request,
    check_matches,
    check_possible,
    count_tokens,
    read_request,
)
from interviewer.scripted.speech import HANG_S, Recording, heard, read_recording
from interviewer.scripted.wire import BrokenOff, Gone, Receive, Scope, Send, Wire, event

_NOT_FOUND = Refusal(404, "NotFoundError", "Not Found")
_KEPT = 10_000


class ScriptedApp:
    """One scripted server's state: what it was asked, what it will do wrong next, what it counted."""

    def __init__(self, brain: Brain, behaviour: Behaviour) -> None:
        self.brain = brain
        self.behaviour = behaviour
        self.faults: deque[Fault] = deque()
        self.requests: deque[ChatRequest] = deque(maxlen=_KEPT)
        self.probes: deque[ChatRequest] = deque(maxlen=_KEPT)
        self.refusals: deque[Refusal] = deque(maxlen=_KEPT)
        self.recordings: deque[Recording] = deque(maxlen=100)
        self.mistakes: list[Exception] = []
        self.counters = Counters()
        self.disconnects = 0
        self._routes: dict[tuple[str, str], Callable[[Wire], Awaitable[None]]] = {
            ("GET", "/health"): lambda wire: wire.send_body(200, b""),
            **{("GET", path): self._fact for path in ("/version", "/props", "/api/version", "/api/ps", "/info")},
            ("GET", "/metrics"): self._metrics,
            ("GET", "/v1/models"): self._models,
            ("POST", "/tokenize"): self._tokenize,
            ("POST", "/v1/embeddings"): self._embeddings,
            ("POST", "/v1/audio/transcriptions"): self._transcribe,
            ("POST", "/v1/chat/completions"): self._chat,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire = Wire(scope, receive, send)
        if self.behaviour.silent:
            with suppress(Gone):
                await wire.pause(HANG_S)
            return
        route = self._routes.get((scope["method"], scope["path"]))
        key = self.behaviour.api_key
        if key and scope["path"].startswith("/v1") and wire.header(b"authorization") != f"Bearer {key}".encode():
            await wire.send_body(401, b'{"error":"Unauthorized"}')
        elif route is None:
            await wire.send_body(404, b'{"detail":"Not Found"}')
        else:
            try:
                await route(wire)
            except Gone:
                self.disconnects += 1
            finally:
                wire.close()

    async def _fact(self, wire: Wire) -> None:
        said = kinds.facts(wire.path, self.behaviour)
        await (wire.refuse(_NOT_FOUND) if said is None else wire.send_json(said))

    async def _metrics(self, wire: Wire) -> None:
        await wire.send_body(200, self.counters.exposition(self.behaviour.models[0]), b"text/plain; version=0.0.4")

    async def _models(self, wire: Wire) -> None:
        await wire.send_json(kinds.listing(self.behaviour))

    async def _tokenize(self, wire: Wire) -> None:
        body = await wire.read_json()
        if not self.behaviour.tokenize:
            await wire.refuse(_NOT_FOUND)
        elif self.behaviour.kind == "llamacpp":
            text = body.get("content") if isinstance(body, dict) else None
            await wire.send_json(
                {"tokens": list(range(count_tokens(text)))} if isinstance(text, str) else {"tokens": []}
            )
        elif not isinstance(body, dict) or not isinstance(body.get("prompt"), str):
            await wire.refuse(bad_request("Field required: prompt"))
        else:
            count = count_tokens(body["prompt"])
            await wire.send_json(
                {"count": count, "max_model_len": self.behaviour.max_model_len, "tokens": list(range(count))}
            )

    async def _embeddings(self, wire: Wire) -> None:
        body, dimensions = await wire.read_json(), self.behaviour.embedding_dimensions
        if dimensions is None:
            await wire.refuse(_NOT_FOUND)
            return
        body = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
        texts = body.get("input")
        texts = [texts] if isinstance(texts, str) else texts
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            await wire.refuse(bad_request("Field required: input", "input"))
            return
        length, longest = self.behaviour.max_model_len, max(map(count_tokens, texts))
        if length and longest > length:
            told = f"This model's maximum context length is {length} tokens. However, you requested {longest} tokens in the input."
            await wire.refuse(bad_request(told, "input"))
            return
        vectors = [hashed_vector(text, dimensions) for text in texts]
        packed = body.get("encoding_format") == "base64"
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": base64.b64encode(vector.tobytes()).decode() if packed else list(vector),
            }
            for index, vector in enumerate(vectors)
        ]
        tokens = sum(map(count_tokens, texts))
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        await wire.send_json({"object": "list", "model": self.behaviour.models[0], "data": data, "usage": usage})

    async def _transcribe(self, wire: Wire) -> None:
        if not self.behaviour.transcribes:
            await wire.send_body(404, b'{"detail":"Not Found"}')
            return
        form = await wire.read_form()
        recording = read_recording(form or {}, self.behaviour)
        if isinstance(recording, Refusal):
            self.refusals.append(recording)
            await wire.refuse(recording)
            return
        self.recordings.append(recording)
        fault = self.faults.popleft() if self.faults else None
        if fault and fault.kind == "status":
            await wire.refuse(Refusal(fault.status, "InternalServerError", "scripted failure"), fault.retry_after)
        elif fault and fault.kind == "html":
            await wire.send_body(200, b"<html><body>Welcome to the proxy</body></html>", b"text/html")
        else:
            await wire.pause(HANG_S if fault and fault.kind == "hang" else fault.seconds if fault else 0.0)
            await wire.send_json(heard(recording, self.behaviour, fault))

    async def _chat(self, wire: Wire) -> None:
        request = read_request(await wire.read_json(), self.behaviour)
        if isinstance(request, Refusal):
            self.refusals.append(request)
            await wire.refuse(request)
            return
        probing = request.user.endswith((wording.say("probe"), wording.say("probe_tools")))
        (self.probes if probing else self.requests).append(request)
        fault = self.faults.popleft() if self.faults and not probing else None
        if fault and (refused := _refused(fault, request)):
            await wire.refuse(refused, fault.retry_after)
            return
        if fault and fault.kind == "html":
            await wire.send_body(200, b"<html><body>Welcome to the proxy</body></html>", b"text/html")
            return
        if fault and fault.kind == "body":
            await wire.send_body(fault.status, fault.body, fault.content_type.encode())
            return
        try:
            said = self._say(request, default_brain if probing else self.brain)
        except Exception as mistake:  # noqa: BLE001 - the script's own mistakes surface when the server is closed
            self.mistakes.append(mistake)
            await wire.refuse(bad_request(f"the script made a mistake: {mistake!r}"))
            return
        await self._answer(wire, request, spoil(said, fault, request) if fault else said)

    def _say(self, request: ChatRequest, brain: Brain) -> Said:
        """What a server of this behaviour makes of the brain's reply."""
        answer = brain(request)
        reply = answer if isinstance(answer, Reply) else Reply(answer)
        content = reply.content if isinstance(reply.content, str) else json.dumps(reply.content, ensure_ascii=False)
        if request.constrained == "regex":
            check_matches(content, request.regex)
        elif request.constrained != "no":
            try:
                value = json.loads(content) if isinstance(reply.content, str) else reply.content
            except ValueError as error:
                raise ScriptError(f"the brain said prose where the server enforces JSON: {content[:80]!r}") from error
            if request.constrained == "schema" and request.schema is not None:
                check_possible(value, request.schema)
        if reply.calls and not request.tools:
            raise ScriptError(f"the brain called tools where none was offered: {[name for name, _ in reply.calls]}")
        said = Said(
            _stopped(content, request.stop),
            reasoning=reply.reasoning,
            calls=reply.calls,
            finish_reason="tool_calls" if reply.calls else "stop",
            first_token_s=reply.first_token_s or self.behaviour.first_token_s,
            chunk_s=reply.chunk_s or self.behaviour.chunk_s,
            sure=reply.sure,
        )
        return _within(self._thought(said, request), request.max_tokens)

    def _thought(self, said: Said, request: ChatRequest) -> Said:
        behaviour = self.behaviour
        if not request.thinking and behaviour.thinking_switch == "misfiled":
            return replace(said, content="", reasoning=said.content)
        if not request.thinking and behaviour.thinking_switch == "works":
            return said
        match behaviour.thinks:
            case "never":
                return said
            case "field":
                return replace(said, reasoning=THOUGHT)
            case _ if request.constrained != "no":  # without a parser the grammar holds from the first token on
                return said
            case "text":
                return replace(said, content=f"<think>\n{THOUGHT}\n</think>\n\n{said.content}")
            case "prefilled":
                return replace(said, content=f"{THOUGHT}\n</think>\n\n{said.content}")

    async def _answer(self, wire: Wire, request: ChatRequest, said: Said) -> None:
        self.counters.running += 1
        try:
            prompt = "".join(f"{m['role']}\n{m['content']}\n" for m in request.messages)
            prompt_tokens = self.counters.admit(prompt + tools.prompt_text(request.body))
            tokens = count_tokens(said.content) + count_tokens(said.reasoning)
            self.counters.generation_tokens += tokens
            usage = {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": tokens,
                "total_tokens": prompt_tokens + tokens,
            }
            if said.first_token_s:
                await wire.pause(said.first_token_s)
            await (self._stream if request.stream else self._complete)(wire, request, said, usage)
        finally:
            self.counters.running -= 1

    async def _complete(self, wire: Wire, request: ChatRequest, said: Said, usage: Mapping[str, int]) -> None:
        if said.chunk_s:
            await wire.pause(said.chunk_s * math.ceil(len(said.content) / self.behaviour.piece_chars))
        message = {"role": "assistant", "content": said.content or None, "tool_calls": tools.whole(said.calls)}
        if said.reasoning:
            message[said.reasoning_key] = said.reasoning
        wanted = request.body.get("logprobs") and self.behaviour.logprobs == "works"
        logprobs = {"content": patterns.logprobs(said.content, request.regex, said.sure)} if wanted else None
        choice = {"index": 0, "message": message, "logprobs": logprobs, "finish_reason": said.finish_reason}
        body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": request.model,
                "choices": [choice], "usage": usage}  # fmt: skip
        raw = json.dumps(body, ensure_ascii=False).encode("utf8", "surrogatepass")
        if said.breaks_after is not None:
            await wire.start(200, length=len(raw))
            await wire.send_part(raw[: len(raw) // 2])
            raise BrokenOff
        await wire.send_body(200, raw)

    async def _stream(self, wire: Wire, request: ChatRequest, said: Said, usage: Mapping[str, int]) -> None:
        await wire.start(200, b"text/event-stream; charset=utf-8")
        head = f'"id":"chatcmpl-1","object":"chat.completion.chunk","created":0,"model":{json.dumps(request.model)}'
        size = self.behaviour.piece_chars
        pieces = [(said.reasoning_key, said.reasoning[at : at + size]) for at in range(0, len(said.reasoning), size)]
        pieces += [("content", said.content[at : at + size]) for at in range(0, len(said.content), size)]
        await wire.send_part(event(head, '{"role":"assistant","content":""}'))
        for index, (key, piece) in enumerate(pieces):
            if said.breaks_after == index:
                if said.error_event:
                    await wire.send_part(
                        b'data: {"error":{"message":"engine died","type":"InternalServerError","code":500}}\n\n'
                    )
                raise BrokenOff
            if said.chunk_s:
                await wire.pause(said.chunk_s)
            await wire.send_part(event(head, f'{{"{key}":{json.dumps(piece)}}}'))
        for delta in tools.deltas(said.calls, size):
            await wire.send_part(event(head, delta))
        ends = self.behaviour.stream_ends
        if ends in ("both", "reason"):
            await wire.send_part(event(head, "{}", said.finish_reason))
        if (request.body.get("stream_options") or {}).get("include_usage"):
            await wire.send_part(f'data: {{{head},"choices":[],"usage":{json.dumps(usage)}}}\n\n'.encode())
        await wire.send_part(b"data: [DONE]\n\n" if ends in ("both", "done") else b"", last=True)


def hashed_vector(text: str, dimensions: int) -> array.array[float]:
    """A unit vector of the text's character pairs: the same on every machine, near for texts that share words."""
    vector = [0.0] * dimensions
    for first, second in zip(f" {text}", f"{text} ", strict=True):
        vector[(ord(first) * 1_000_003 + ord(second) * 8_191) % dimensions] += 1.0
    norm = math.sqrt(sum(value * value for value in vector)) or 1.0
    return array.array("f", (value / norm for value in vector))


def _refused(fault: Fault, request: ChatRequest) -> Refusal | None:
    if fault.kind == "status":
        kind = "InternalServerError" if fault.status >= 500 else "RateLimitError"
        return Refusal(fault.status, kind, "scripted failure")
    if fault.kind == "refuse_format" and "response_format" in request.body:
        return bad_request("The provided JSON schema contains features not supported by xgrammar.", "response_format")
    return None


def _stopped(content: str, stop: tuple[str, ...]) -> str:
    ends = [content.index(mark) for mark in stop if mark in content]
    return content[: min(ends)] if ends else content


def _within(said: Said, max_tokens: int) -> Said:
    """`said` within `max_tokens`, thinking counted first, as an engine counts."""
    if count_tokens(said.reasoning) + count_tokens(said.content) <= max_tokens:
        return said
    reasoning = said.reasoning.encode()[: 3 * max_tokens].decode("utf8", "ignore")
    left = max(0, max_tokens - count_tokens(reasoning))
    content = said.content.encode("utf8", "surrogatepass")[: 3 * left].decode("utf8", "ignore")
    return replace(said, reasoning=reasoning, content=content, finish_reason="length")
