"""What a balancer is told: alive while it can answer, ready while its store does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx2 as httpx

from interviewer.app import App
from interviewer.errors import StoreError
from ui.web.health.routes import health_routes


def ask(app: App, path: str) -> httpx.Response:
    from fastapi import FastAPI

    site = FastAPI()
    site.include_router(health_routes(app))

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url="http://page") as client:
            return await client.get(path)

    return asyncio.run(get())


def test_a_page_whose_store_answers_is_ready_and_says_nothing_of_where_it_is(make_app: Callable[..., App]):
    app = make_app()
    answer = ask(app, "/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert str(app.settings.data_dir) not in answer.text


def test_a_page_whose_store_is_away_is_alive_but_not_ready(make_app: Callable[..., App], monkeypatch):
    app = make_app()

    def away(*_: object) -> None:
        raise StoreError("The store '/secret/place.db' cannot be opened.", "")

    monkeypatch.setattr(app.store, "sessions", away)
    answer = ask(app, "/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "waits_for": "store"})
    assert ask(app, "/healthz").status_code == 200
