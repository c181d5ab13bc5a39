"""One candidate's talk without the browser: the interview's page, and its moves over the talk's own channel."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aiohttp

from bench.page_tab import EventFailed, Tab


class Talk:
    """The interview `session_id` at `address` (ends with a slash). `turn` is the number of the next message."""

    def __init__(self, http: aiohttp.ClientSession, address: str, session_id: str) -> None:
        self._http, self._address, self._session_id = http, address, session_id
        self.turn = 0

    async def open(self) -> float:
        """Load the page and how the interview stands; seconds until that is there."""
        took = await Tab(self._http, self._address).open("interview", session=self._session_id)
        await self._move("open", {}, lambda kind: None)
        return took

    async def answer(self, text: str, seen: Callable[[str], None]) -> None:
        """One turn; `seen` is called with the kind of each change as it arrives ("heard", "delta", …)."""
        await self._move("answer", {"text": text, "turn": self.turn}, seen)

    async def _move(self, name: str, body: dict[str, object], seen: Callable[[str], None]) -> None:
        last: dict[str, Any] = {}
        async with self._http.post(f"{self._address}talk/{self._session_id}/{name}", json=body) as stream:
            if stream.status != 200:
                raise EventFailed(f"{name}: {stream.status} {(await stream.text())[:200]}")
            async for line in stream.content:
                if line.startswith(b"data:"):
                    last = json.loads(line[5:])
                    seen(last["kind"])
        if last.get("kind") != "standing":
            raise EventFailed(f"{name} ended with {last.get('kind')}: {last.get('message')}")
        self.turn = last["turn"]
