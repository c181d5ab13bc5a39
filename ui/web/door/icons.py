"""The site's own icon, and what robots are told."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

A_DAY = {"cache-control": "public, max-age=86400"}


def icon_routes() -> APIRouter:
    routes = APIRouter()
    picture = (files("ui.web") / "door" / "icon.png").read_bytes()
    drawing = (files("ui.web") / "door" / "icon.svg").read_bytes()

    @routes.get("/icon.svg")
    async def svg() -> Response:
        return Response(drawing, media_type="image/svg+xml", headers=A_DAY)

    @routes.get("/icon.png")
    @routes.get("/favicon.ico")
    async def png() -> Response:
        return Response(picture, media_type="image/png", headers=A_DAY)

    @routes.get("/robots.txt")
    async def robots() -> Response:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")

    return routes
