"""The ways in: remembered by a cookie, a short navigation each, and links that keep their view."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.settings import Settings
from sempre_geo.ui.ways import COOKIE, WAYS, way_routes
from tests.ui.asgi_client import Client

SCREENS = Path(sempre_geo.ui.__file__).parent / "screens"


@pytest.fixture
def client() -> Client:
    return Client(Starlette(routes=way_routes()))


@pytest.mark.parametrize("way", WAYS)
def test_a_way_leads_to_its_first_page_and_is_remembered(client: Client, way: str) -> None:
    answer = client.get(f"/way/{way}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/{WAYS[way].first}"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={way};")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie, "a hall's own network has no https"


def test_all_pages_come_back_and_an_unknown_way_is_not_found(client: Client) -> None:
    back = client.get("/way/all")
    assert back.headers["location"] == "/"
    assert f'{COOKIE}=""' in back.headers["set-cookie"]
    for hostile in ("nowhere", "//evil.example", "tell%0d%0aSet-Cookie:x=1"):
        assert client.get(f"/way/{hostile}").status_code == 404


@pytest.mark.parametrize("way", WAYS)
def test_every_page_of_a_way_exists_and_it_can_begin_there(way: str) -> None:
    scripts = {path.stem for path in SCREENS.glob("*.py")} | {"sources"}
    assert set(WAYS[way].pages) <= scripts
    assert WAYS[way].first in WAYS[way].pages


def test_the_first_screen_asks_what_one_came_for_and_a_link_to_a_view_does_not(served: Settings) -> None:
    assert served
    for query, asked in ({}, True), ({"place": "s1"}, False):
        script = AppTest.from_file(str(SCREENS / "explore.py"), default_timeout=30)
        for name, value in query.items():
            script.query_params[name] = value
        script.run()
        told = " ".join(str(element.value) for element in script.get("html"))
        assert ("/way/tell" in told) is asked
        assert ("I offer a service" in told) is asked


def test_the_first_page_is_found_by_its_name_too_and_the_view_is_kept(client: Client) -> None:
    assert client.get("/explore").headers["location"] == "/"
    assert client.get("/explore?service=gp&by=car").headers["location"] == "/?service=gp&by=car"
