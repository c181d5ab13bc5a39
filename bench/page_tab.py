"""A browser's tab without the browser: opens a page, fires its events as Gradio's own script does, keeps what they change.

One rule: it knows the page only by what the page says of itself (the config in its HTML), so it breaks where a browser would.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp

_CONFIG = re.compile(r"window\.gradio_config = (?=\{)")
Config = dict[str, Any]


class EventFailed(Exception):
    """The server refused an event or answered it with an error."""


class Tab:
    """One visitor's tab at `address` (ends with a slash). `values` are the components' by id."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self._http = http
        self._address = address
        self._query = ""
        self._hash = ""
        self.config: Config = {}
        self.values: dict[int, Any] = {}

    async def open(self, path: str = "", **query: str) -> float:
        """Load a page and everything it asks for at once; seconds until that is there."""
        started = time.perf_counter()
        self._query = urlencode(query)
        self._hash = uuid.uuid4().hex[:12]
        async with self._http.get(f"{self._address}{path}?{self._query}") as answer:
            if answer.status != 200:
                raise EventFailed(f"/{path} answered {answer.status}")
            page = await answer.text()
            found = _CONFIG.search(page)
        if found is None:
            raise EventFailed(f"/{path} is no page of Gradio's")
        self.config = json.JSONDecoder().raw_decode(page, found.end())[0]
        self.values = {one["id"]: _first_value(one) for one in self.config["components"]}
        for event in self.config["dependencies"]:
            if any(name == "load" for _, name in event["targets"]):
                await self._fire(event)
        return time.perf_counter() - started

    def value(self, elem_id: str) -> Any:
        return self.values[self._id(elem_id)]

    def put(self, elem_id: str, value: object) -> None:
        self.values[self._id(elem_id)] = value

    async def fire(self, elem_id: str, name: str, seen: Callable[[], object] = lambda: None) -> None:
        """Fire the event `name` of a component and what follows from it; `seen` is called at each change that arrives."""
        target = self._id(elem_id)
        for event in self.config["dependencies"]:
            if [target, name] in [list(one) for one in event["targets"]]:
                await self._fire(event, seen)

    def _id(self, elem_id: str) -> int:
        return next(one["id"] for one in self.config["components"] if one["props"].get("elem_id") == elem_id)

    async def _fire(self, event: Mapping[str, Any], seen: Callable[[], object] = lambda: None) -> None:
        if event["backend_fn"]:
            await self._ask(event, seen)
        for after in self.config["dependencies"]:
            if after.get("trigger_after") == event["id"]:
                await self._fire(after, seen)

    async def _ask(self, event: Mapping[str, Any], seen: Callable[[], object]) -> None:
        """Join the queue, read the stream of changes until the event is complete, as the browser does."""
        base = f"{self._address}gradio_api/queue"
        # a script of the page may fill inputs in from the browser's own storage, which is empty here
        data = ["[]" for _ in event["inputs"]] if event.get("js") else [self.values[one] for one in event["inputs"]]
        body = {
            "data": data,
            "fn_index": event["id"],
            "session_hash": self._hash,
            "trigger_id": None,
            "event_data": None,
        }
        async with self._http.post(f"{base}/join?{self._query}", json=body) as joined:
            if joined.status != 200:
                raise EventFailed(f"joining the queue: {joined.status} {(await joined.text())[:200]}")
            event_id = (await joined.json())["event_id"]
        last: list[Any] = []
        async with self._http.get(f"{base}/data?session_hash={self._hash}") as stream:
            async for line in stream.content:
                if not line.startswith(b"data:"):
                    continue
                message = json.loads(line[5:])
                if message.get("event_id") not in (None, event_id):
                    continue
                if message["msg"] in ("process_generating", "process_completed"):
                    if not message.get("success", True):
                        raise EventFailed(str(message.get("output"))[:300])
                    last = self._changed(event["outputs"], message, last)
                    seen()
                if message["msg"] == "process_completed":
                    return
        raise EventFailed("the stream ended before the event was complete")

    def _changed(self, outputs: list[int], message: Mapping[str, Any], last: list[Any]) -> list[Any]:
        data = message["output"].get("data")
        if not data:
            return last
        if message["msg"] == "process_generating" and last:
            data = [patched(old, edits) for old, edits in zip(last, data, strict=True)]
        for component, value in zip(outputs, data, strict=False):
            if isinstance(value, dict) and value.get("__type__") == "update":
                if "value" in value:
                    self.values[component] = value["value"]
            else:
                self.values[component] = value
        return data


def _first_value(component: Mapping[str, Any]) -> Any:
    value = component["props"].get("value")
    return "" if value is None and component["type"] == "textbox" else value


def patched(value: Any, edits: list[list[Any]]) -> Any:
    """`value` after Gradio's edits, each ["replace" | "append" | "add" | "delete", path, new]."""
    for action, path, new in edits:
        value = _edit(value, action, path, new)
    return value


def _edit(value: Any, action: str, path: list[Any], new: Any) -> Any:
    if not path:
        return value + new if action == "append" else new
    copy = list(value) if isinstance(value, list) else dict(value)
    key, rest = path[0], path[1:]
    if rest or action in ("append", "replace"):
        copy[key] = _edit(copy[key], action, rest, new)
    elif action == "delete":
        del copy[key]
    elif isinstance(copy, list):
        copy.insert(key, new)
    else:
        copy[key] = new
    return copy
