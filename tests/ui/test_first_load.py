"""Streamlit's own files: packed for whoever can unpack them, announced early, and nothing else handed out."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from sempre_geo.ui.first_load import SOON_NEEDED, EarlyHints, PackedFiles, soon_needed
from tests.ui.asgi_client import Client

STATIC = Path(streamlit.__file__).parent / "static"
PACKING = {"accept-encoding": "gzip, br"}


async def _behind(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"from behind: {request.url.path}")


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<!doctype html>")


@pytest.fixture
def client() -> Client:
    routes = [Route("/", _page), Route("/light", _page), Route("/component/x/index.html", _page)]
    middleware = [Middleware(EarlyHints), Middleware(PackedFiles)]
    return Client(Starlette(routes=[*routes, Route("/{path:path}", _behind)], middleware=middleware))


def test_a_script_comes_packed_whole_and_to_be_kept(client: Client) -> None:
    script = max((STATIC / "static" / "js").glob("*.js"), key=lambda path: path.stat().st_size)
    answer = client.get(f"/static/js/{script.name}", headers=PACKING)
    assert gzip.decompress(answer.content) == script.read_bytes()
    assert len(answer.content) < script.stat().st_size / 2
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("application/javascript")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/js/index.js", {}), ("/static/js/index.js", {**PACKING, "range": "bytes=0-9"}),
        ("/static/js/none.js", PACKING), ("/static/../index.html", PACKING), ("/static/../../__init__.js", PACKING),
        ("/static/media/font.woff2", PACKING), ("/assets/leaflet.js", PACKING),
    ],
)  # fmt: skip
def test_anything_else_is_left_to_whoever_stands_behind(client: Client, path: str, headers: dict[str, str]) -> None:
    assert client.get(path, headers=headers).text.startswith("from behind")


def test_a_page_announces_scripts_that_exist_and_a_frame_or_light_page_none(client: Client) -> None:
    announced = client.get("/").headers["link"]
    assert announced.count("modulepreload") == len(soon_needed()) >= len(SOON_NEEDED)
    assert all((STATIC / address.removeprefix("/")).is_file() for address in soon_needed())
    assert "link" not in client.get("/component/x/index.html").headers
    assert "link" not in client.get("/light").headers
