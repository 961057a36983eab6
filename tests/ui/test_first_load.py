"""Streamlit's own files: packed for whoever can unpack them, announced early, and nothing else handed out."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from sempre_geo.ui.first_load import MAP_FRAME, SOON_NEEDED, EarlyHints, PackedFiles, soon_needed
from tests.ui.asgi_client import Client

STATIC = Path(streamlit.__file__).parent / "static"
PACKING = {"accept-encoding": "gzip, br"}


async def _behind(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"from behind: {request.url.path}")


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<!doctype html>")


@pytest.fixture
def client() -> Client:
    routes = [Route("/", _page), Route("/light", _page), Route("/component/{name}/index.html", _page)]
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
        ("/assets/leaflet/../../../../streamlit/static/static/js/index.js", PACKING),
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


def test_the_page_and_the_frame_of_the_map_name_what_the_frame_loads_one_after_the_other(client: Client) -> None:
    page, frame = (client.get(path).headers["link"] for path in ("/", f"{MAP_FRAME}index.html"))
    for link in (page, frame):
        assert {part.partition(">")[0].strip(" <") for part in link.split(",")} >= {
            "/assets/leaflet/leaflet.js", "/assets/jquery/jquery.min.js", "/assets/leaflet/leaflet.css"
        }  # fmt: skip
    script = next(part.partition(">")[0].strip(" <") for part in page.split(",") if MAP_FRAME in part)
    for address in (script, "/assets/leaflet/leaflet.js"):
        assert len(gzip.decompress(client.get(address, headers=PACKING).content)) > 50_000


def test_what_an_announced_script_imports_is_announced_with_it() -> None:
    js = STATIC / "static" / "js"
    announced = {Path(address).name for address in soon_needed()}
    first = (STATIC / "index.html").read_text()
    imported = {name for script in announced for name in re.findall(r'"\./([^"]+\.js)"', (js / script).read_text())}
    assert {name for name in imported - announced if name not in first and f'from"./{name}"' in "".join(
        (js / script).read_text() for script in announced)} == set()  # fmt: skip
