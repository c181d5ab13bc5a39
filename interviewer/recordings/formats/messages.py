"""Chats: OpenAI messages (JSON, JSONL, requests and replies), ShareGPT, Anthropic, LangChain and Gemini dumps, and the
ChatGPT export, a tree. The one rule: the assistant asks and the user answers, as in the tools that make such files; a
person may say otherwise. Orders to the model and calls of tools are no speech.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from interviewer.models import RecordingFormat, Role
from interviewer.recordings.decode import clean
from interviewer.recordings.formats.clock import epoch
from interviewer.recordings.formats.labels import side_of
from interviewer.recordings.model import Aside, Cue, Notice, Recording

_SIDES: Mapping[str, str] = MappingProxyType(
    {
        name: side
        for side, names in (
            (
                "assistant",
                "assistant ai gpt model bot chatgpt aimessage aimessagechunk interviewer bing claude chatbot",
            ),
            ("user", "user human humanmessage candidate interviewee prompter"),
            ("system", "system developer systemmessage"),
            ("tool", "tool function toolmessage functionmessage observation function_call tool_call ipython"),
        )
        for name in names.split()
    }
)
ROLES: Mapping[str, Role] = MappingProxyType({"assistant": "interviewer", "user": "candidate"})
_LISTS = (
    "messages",
    "conversations",
    "conversation",
    "chat_messages",
    "contents",
    "dialogue",
    "dialog",
    "turns",
    "history",
    "chat",
    "items",
    "input",
)
_WHO = ("role", "from", "sender", "author", "speaker", "type")
_SAID = ("content", "value", "text", "parts", "message", "data", "kwargs")
_NOT_SAID = (
    "thinking",
    "reasoning",
    "redacted_thinking",
    "tool_use",
    "tool_result",
    "function_call",
    "tool_call",
    "thoughts",
    "reasoning_recap",
)


def chats_in(value: Any) -> list[Recording | None]:
    """Each conversation in parsed JSON (or in the lines of a JSONL file, as a list); None for one that is none."""
    found = [_chat(one) for one in _conversations(value)]
    return [replace(chat, number=n) if chat else None for n, chat in enumerate(found, 1)]


def _conversations(value: Any) -> Iterable[Any]:
    """One message list, or a list of conversations."""
    if not isinstance(value, list):
        return [value]
    if value and all(isinstance(one, dict) and _side(one) is not None for one in value):
        return [value]
    return value


def _chat(value: Any) -> Recording | None:
    if isinstance(value, Mapping) and isinstance(value.get("mapping"), Mapping):
        return _tree(value)
    messages = _messages(value)
    if messages is None:
        return None
    sharegpt = any("from" in one and "value" in one for one in messages)
    return _recording(messages, "sharegpt" if sharegpt else "messages", value if isinstance(value, Mapping) else {})


def _messages(value: Any, depth: int = 0) -> list[Mapping[str, Any]] | None:
    """The list of messages in a conversation, also inside a request or a row of a batch."""
    if isinstance(value, list):
        if value and all(isinstance(one, Mapping) for one in value):
            known = sum(_side(one) is not None for one in value)
            return value if known and known * 2 >= len(value) else None
        if value and all(
            isinstance(one, list | tuple) and len(one) == 2 and all(isinstance(s, str) for s in one) for one in value
        ):
            return [
                {"role": who, "content": words}
                for pair in value
                for who, words in zip(("assistant", "user"), pair, strict=True)
            ]
        return None
    if not isinstance(value, Mapping) or depth > 3:
        return None
    for key in _LISTS:
        if isinstance(value.get(key), list) and (found := _messages(value[key], depth + 1)) is not None:
            return [*found, *_replies(value)]
    for key in ("body", "request", "data", "inputs", "chat_history", "response"):
        if isinstance(value.get(key), Mapping) and (found := _messages(value[key], depth + 1)) is not None:
            return [*found, *_replies(value)]
    return None


def _replies(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The assistant's reply that a log keeps beside the request: `choices[0].message`."""
    holder = value.get("response") if isinstance(value.get("response"), Mapping) else value
    assert isinstance(holder, Mapping)
    holder = holder.get("body") if isinstance(holder.get("body"), Mapping) else holder
    assert isinstance(holder, Mapping)
    choices = holder.get("choices")
    if (
        isinstance(choices, list)
        and choices
        and isinstance(choices[0], Mapping)
        and isinstance(choices[0].get("message"), Mapping)
    ):
        return [choices[0]["message"]]
    return []


def _side(message: Mapping[str, Any]) -> str | None:
    for key in _WHO:
        who = message.get(key)
        if isinstance(who, Mapping):
            who = who.get("role", who.get("name"))
        if isinstance(who, str) and (side := _SIDES.get(who.strip().casefold())):
            return side
        if isinstance(who, str) and key != "type" and (told := side_of(who)):
            return "assistant" if told == "interviewer" else "user"
    ids = message.get("id")
    if message.get("type") == "constructor" and isinstance(ids, list) and ids:  # LangChain's own serialisation
        return _SIDES.get(str(ids[-1]).casefold())
    return None


def _recording(messages: Sequence[Mapping[str, Any]], format: RecordingFormat, whole: Mapping[str, Any]) -> Recording:
    cues: list[Cue] = []
    asides: list[Aside] = []
    first: datetime | None = None
    for n, message in enumerate(messages, 1):
        side = _side(message)
        at = next(
            (
                t
                for key in ("create_time", "created_at", "timestamp", "time", "created")
                if (t := epoch(message.get(key)))
            ),
            None,
        )
        first = first or at
        said, beside = _words(next((message[key] for key in _SAID if message.get(key) is not None), None))
        calls = [message[key] for key in ("tool_calls", "function_call") if message.get(key)]
        asides.extend(Aside(_short(one), "tool", n) for one in (*beside, *calls))
        reasoning = message.get("reasoning_content") or message.get("reasoning")
        if isinstance(reasoning, str) and reasoning.strip():
            asides.append(Aside(_short(reasoning), "tool", n))
        if side in ("assistant", "user") and said:
            start = (at - first).total_seconds() if at and first and at >= first else None
            cues.append(Cue(said, side, start, None, n))
        elif said:
            asides.append(Aside(said, "system" if side == "system" else "tool", n))
    title = next((str(whole[key]) for key in ("title", "name", "topic") if isinstance(whole.get(key), str)), "")
    began = first or next((t for key in ("create_time", "created_at", "created") if (t := epoch(whole.get(key)))), None)
    return Recording(
        format, tuple(cues), tuple(asides), title=clean(title), started_at=began, roles=ROLES, wrapped=False
    )


def _words(content: Any, depth: int = 0) -> tuple[str, list[Any]]:
    """(what a message says, what it holds beside that): content as a string, a list of parts, an object, or null."""
    if isinstance(content, str):
        return clean(content).strip(), []
    if isinstance(content, list) and depth < 4:
        said, beside = [], []
        for part in content:
            words, more = _words(part, depth + 1)
            said += [words] if words else []
            beside += more
        return "\n".join(said), beside
    if isinstance(content, Mapping) and depth < 4:
        kind = content.get("type", content.get("content_type"))
        if kind in _NOT_SAID:
            return "", [content]
        for key in ("text", "content", "parts", "input_text", "output_text", "value", "transcript"):
            if content.get(key) is not None:
                return _words(content[key], depth + 1)
        return "", [content] if content else []
    return "", [] if content is None else [content]


def _tree(whole: Mapping[str, Any]) -> Recording:
    """ChatGPT keeps every branch; the talk is the way from the root to `current_node`, the rest was taken back."""
    nodes: Mapping[str, Any] = whole["mapping"]
    at = whole.get("current_node") or _last_leaf(nodes)
    path: dict[str, None] = {}
    while isinstance(at, str) and at in nodes and at not in path:  # a file edited by hand may go in a circle
        path[at] = None
        at = nodes[at].get("parent") if isinstance(nodes[at], Mapping) else None
    spoken = [m for one in reversed(path) if (m := _message_of(nodes[one])) is not None]
    visible = [m for m in spoken if not _hidden(m)]
    chat = _recording(visible, "chatgpt", whole)
    left = [
        _words(m.get("content"))[0]
        for key, node in nodes.items()
        if key not in path and (m := _message_of(node)) is not None
    ]
    asides = [Aside(words, "note") for words in left if words]
    asides += [Aside(words, "system") for m in spoken if _hidden(m) and (words := _words(m.get("content"))[0])]
    notices = (Notice("other_branches", {"n": len([words for words in left if words])}),) if any(left) else ()
    return replace(chat, asides=(*chat.asides, *asides), notices=notices)


def _message_of(node: Any) -> Mapping[str, Any] | None:
    message = node.get("message") if isinstance(node, Mapping) else None
    return message if isinstance(message, Mapping) else None


def _hidden(message: Mapping[str, Any]) -> bool:
    metadata = message.get("metadata")
    hidden = isinstance(metadata, Mapping) and metadata.get("is_visually_hidden_from_conversation") is True
    return hidden or message.get("recipient") not in (None, "all")


def _last_leaf(nodes: Mapping[str, Any]) -> str | None:
    leaves = [key for key, node in nodes.items() if isinstance(node, Mapping) and not node.get("children")]
    return leaves[-1] if leaves else None


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 400 else f"{text[:397]}..."
