"""What the app does before its first answer, and what it leaves for later."""

from __future__ import annotations

import subprocess
import sys

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route

from sempre_geo.settings import Settings
from sempre_geo.ui.later import Later
from tests.ui.asgi_client import Client
from tests.ui.small_region import small_environment

SLOW_TO_IMPORT = ("numba", "scipy", "sqlalchemy", "alembic", "folium", "streamlit_folium", "spopt", "osmnx", "docx")


def test_the_first_answer_waits_for_no_slow_library(served: Settings) -> None:
    script = (
        "import sys; from sempre_geo.site.app import parts; parts(); "
        f"print([name for name in {SLOW_TO_IMPORT} if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=small_environment(served.data.parent),
        timeout=60,
    )
    assert told.stdout.strip() == "[]"


async def _answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.url.path)


@pytest.fixture
def made() -> list[str]:
    return []


@pytest.fixture
def client(made: list[str]) -> Client:
    def make() -> list[BaseRoute]:
        made.append("made")
        return [Route("/late", _answer), Route("/late/{name}", _answer)]

    return Client(Starlette(routes=[Later("/late", make), Route("/later", _answer)]))


def test_routes_are_made_once_and_only_when_asked_for(client: Client, made: list[str]) -> None:
    assert client.get("/later").text == "/later"
    assert made == []
    assert [client.get(path).text for path in ("/late", "/late/a", "/late/b")] == ["/late", "/late/a", "/late/b"]
    assert made == ["made"]


def test_what_the_made_routes_do_not_know_is_not_found(client: Client) -> None:
    assert client.get("/late/a/b").status_code == 404
