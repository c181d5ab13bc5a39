"""What machines ask: is this process alive, and may it be sent visitors? The answers name no path, no address, no person."""

from __future__ import annotations

import asyncio
import logging

from fastapi import APIRouter
from starlette.responses import JSONResponse

from interviewer.app import App
from interviewer.errors import StoreError

PATIENCE_S = 3.0
"""How long the store may take to answer before this process is called not ready."""
log = logging.getLogger("interviewer.health")


def health_routes(app: App) -> APIRouter:
    routes = APIRouter()

    @routes.get("/healthz")
    def alive() -> JSONResponse:
        """200 while the process can answer at all: restart it when it does not."""
        return JSONResponse({"status": "alive"})

    @routes.get("/readyz")
    async def ready() -> JSONResponse:
        """200 while banks are read and the store answers, else 503: send visitors elsewhere until it is 200 again.

        The model endpoint is not asked: interviews go on without it, and are graded when it is back.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.to_thread(app.store.sessions, 1)
        except (StoreError, TimeoutError) as error:
            log.warning("not ready: %s", error or "the store does not answer")
            return JSONResponse({"status": "not ready", "waits_for": "store"}, 503)
        return JSONResponse({"status": "ready", "banks": len(app.banks)})

    return routes
