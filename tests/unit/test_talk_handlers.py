"""What the interview's page does beside an event: nothing there holds up the candidate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ui.web.frame import Visitor
from ui.web.talk import handlers
from ui.web.talk.handlers import Change, Handlers

VISITOR = Visitor(language="zh", query={"session": "s"})


class Spoken(Handlers):
    """Handlers whose turn is over at once, so that only what comes after it is looked at."""

    async def _stream(self, *_: Any, **__: Any) -> AsyncIterator[Change]:
        yield {"kind": "standing"}


def test_grading_what_a_model_missed_holds_up_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "was_down", lambda state: True)

    async def scene() -> None:
        begun, free = asyncio.Event(), asyncio.Event()

        async def look(session_id: str) -> str:
            return "as stored"

        async def grade_pending(session_id: str) -> list[object]:
            begun.set()
            await free.wait()
            return []

        app = SimpleNamespace(interviews=SimpleNamespace(look=look, grade_pending=grade_pending, skip=lambda *_: None))
        page = Spoken(cast(Any, app))
        async with asyncio.timeout(10):
            changes = [change async for change in page.skip(VISITOR, 3)]
            await begun.wait()
        assert [change["kind"] for change in changes] == ["standing", "notice"]
        assert len(page._behind) == 1
        free.set()
        await asyncio.gather(*page._behind)
        await asyncio.sleep(0)
        assert not page._behind

    asyncio.run(scene())
