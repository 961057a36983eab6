"""Answers that are the same for everybody are made once; whatever depends on somebody is made each time."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sempre_geo.ui import kept_answers
from sempre_geo.ui.kept_answers import KeptAnswers
from tests.ui.asgi_client import Client

PACKING = {"accept-encoding": "gzip"}


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def stamp() -> list[int]:
    return [1]


@pytest.fixture
def client(asked: list[str], stamp: list[int]) -> Client:
    async def answer(request: Request) -> Response:
        asked.append(request.url.path)
        status = 404 if "none" in request.url.path else 200
        headers = {"set-cookie": "who=me"} if "login" in request.url.path else {"x-from": "inside"}
        return Response(b"%d" % len(asked), status_code=status, headers=headers)

    middleware = [Middleware(KeptAnswers, stamp=lambda: stamp[0])]
    return Client(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])], middleware=middleware))


def test_the_second_asking_is_answered_as_the_first_with_its_headers(client: Client, asked: list[str]) -> None:
    first, second = client.get("/tiles/a/1.png"), client.get("/tiles/a/1.png")
    assert (first.content, first.headers) == (second.content, second.headers)
    assert second.headers["x-from"] == "inside"
    assert asked == ["/tiles/a/1.png"]


def test_packed_and_unpacked_are_kept_apart(client: Client) -> None:
    assert client.get("/static/a.js").text != client.get("/static/a.js", headers=PACKING).text


@pytest.mark.parametrize("path", ["/health", "/tiles/none.png", "/static/login", "/grid/a.png", "/"])
def test_pages_failures_and_what_sets_a_cookie_are_made_each_time(client: Client, path: str) -> None:
    assert client.get(path).text != client.get(path).text


@pytest.mark.parametrize("name", ["origin", "range", "if-none-match", "if-modified-since"])
def test_a_question_about_a_part_or_a_change_goes_inside(client: Client, name: str) -> None:
    assert client.get("/tiles/1.png").text == "1"
    assert client.get("/tiles/1.png", headers={name: "x"}).text == "2"


def test_nothing_old_is_shown_when_the_region_is_built_again(client: Client, stamp: list[int]) -> None:
    assert client.get("/tiles/1.png").text == "1"
    stamp[0] = 2
    assert client.get("/tiles/1.png").text == "2"


def test_the_longest_unused_goes_when_there_is_too_much(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "_MOST_BYTES", 2)
    kept = [client.get(f"/tiles/{number}.png").text for number in range(3)]
    assert client.get("/tiles/2.png").text == kept[2]
    assert client.get("/tiles/0.png").text not in kept


def test_neither_many_small_answers_nor_long_addresses_fill_the_memory(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_answers, "_MOST_ANSWERS", 2)
    first = [client.get(f"/tiles/{number}.png").text for number in range(3)]
    assert client.get("/tiles/2.png").text == first[2]
    assert client.get("/tiles/0.png").text != first[0]
    long = f"/tiles/{'0' * 300}1.png"
    assert client.get(long).text != client.get(long).text


def test_what_was_drawn_while_the_region_was_built_again_is_not_kept() -> None:
    stamp, texts = [1], ["old", "new", "newer"]
    inside: list[Client] = []

    async def answer(_request: Request) -> Response:
        text = texts.pop(0)
        if text == "old":  # meanwhile the build ends, and somebody else asks
            stamp[0] = 2
            await run_in_threadpool(inside[0].get, "/tiles/2.png")
        return Response(text)

    middleware = [Middleware(KeptAnswers, stamp=lambda: stamp[0])]
    inside.append(Client(Starlette(routes=[Route("/{path:path}", answer)], middleware=middleware)))
    assert inside[0].get("/tiles/1.png").text == "old"
    assert inside[0].get("/tiles/1.png").text == "newer"
