"""The light pages of the small region, asked in this process."""

from __future__ import annotations

import asyncio
import html
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from sempre_geo.light.routes import light_routes
from sempre_geo.pipeline.community.desk import close_community, partition
from sempre_geo.settings import Settings, read_settings
from sempre_geo.ui.middleware import AccessLog, SecurityHeaders
from tests.ui.asgi_client import Answer, Client
from tests.ui.small_region import NAME, small_settings, write_small_region

HERE = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Visitor:
    """Somebody without scripts: opens pages and sends forms with the hidden fields that stand in them."""

    def __init__(self, settings: Settings, runner: asyncio.Runner) -> None:
        routes = light_routes(settings, NAME)
        self._client = Client(
            Starlette(routes=routes, middleware=[Middleware(AccessLog), Middleware(SecurityHeaders)]),
            run=runner.run,
        )
        self.seen: list[str] = []

    def opens(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._noted(self._client.get(f"/light/{path}", headers=headers))

    def sends(self, path: str, data: Mapping[str, str | list[str]], headers: Mapping[str, str] = HERE) -> Answer:
        return self._noted(self._client.post(f"/light/{path}", data=data, headers=headers))

    def fills(
        self, path: str, page: Answer, data: Mapping[str, str | list[str]], headers: Mapping[str, str] = HERE
    ) -> Answer:
        return self.sends(path, {**hidden(page), **data}, headers)

    def _noted(self, answer: Answer) -> Answer:
        self.seen.append(f"{answer.headers} {answer.content.decode(errors='replace')}")
        return answer


def code_on(page: Answer) -> str:
    """The code that a page shows, once."""
    return re.search(r"data-code[^>]*>([^<]+)<", page.text)[1]


def hidden(page: Answer) -> dict[str, str]:
    """The hidden fields of a page, by name."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}


@pytest.fixture(scope="session")
def light_layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("light")
    write_small_region(folder / "layers")
    settings = small_settings(folder)
    partition(settings, NAME)  # the zones are drawn once for all tests
    close_community(settings)
    return folder


@pytest.fixture
def small(light_layers: Path, tmp_path: Path) -> Iterator[Settings]:
    """The settings of the small region with an empty store of this test's own."""
    shutil.copytree(light_layers / "data", tmp_path / "data")
    # the layers stay where they are, so that what is read of them once serves all tests
    settings = read_settings({"SEMPRE_DATA": str(tmp_path / "data"), "SEMPRE_LAYERS": str(light_layers / "layers")})
    yield settings
    close_community(settings)


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as kept:
        yield kept


@pytest.fixture
def visitor(small: Settings, runner: asyncio.Runner) -> Visitor:
    return Visitor(small, runner)
