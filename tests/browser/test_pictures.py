"""The pictures of the README, taken from the fictional region; kept where SEMPRE_PICTURES names a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from sempre_geo.errors import MissingFileError
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.prepare.demo import build_demo
from sempre_geo.settings import Settings, read_settings
from tests.browser.conftest import Server, Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
KEPT = os.environ.get("SEMPRE_PICTURES")
LARGEST_BYTES = 400_000


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Settings]]:
    """The app on the fictional region, built once, unless SEMPRE_LAYERS holds it already."""
    folder = tmp_path_factory.mktemp("demo")
    layers = os.environ.get("SEMPRE_LAYERS") or str(folder / "layers")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": layers})
    try:
        build_demo(settings)
    except MissingFileError as missing:
        pytest.skip(str(missing))
    close_community(settings)
    running = Server(folder, {"SEMPRE_DATA": str(settings.data), "SEMPRE_LAYERS": layers, "SEMPRE_REGION": "demo"})
    running.start()
    yield running, settings
    running.stop()


def _village(settings: Settings) -> str:
    from sempre_geo.pipeline.explore.views import open_region

    places = open_region(settings, "demo").settlements
    return str(places[places["kind"] == "village"].index[0])


@pytest.mark.parametrize(
    ("name", "path", "width", "scheme"),
    [
        ("explore", "/?service=gp&by=car&place={village}", 1280, "light"),
        ("explore_dark", "/?service=pharmacy&by=walk&place={village}", 1280, "dark"),
        ("explore_phone", "/?service=gp&by=car&place={village}", 390, "light"),
    ],
)
def test_a_picture_shows_the_map_and_an_answer(
    visit: Visit, demo: tuple[Server, Settings], tmp_path: Path, name: str, path: str, width: int, scheme: str
) -> None:
    server, settings = demo
    page = visit(path.format(village=_village(settings)), width=width, scheme=scheme, address=server.address)
    page.locator(".answer h2").wait_for()
    frame = page.frame_locator("iframe[title*=folium]").first
    frame.locator(".leaflet-tile-loaded").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2500)
    file = Path(KEPT or tmp_path) / f"{name}.png"
    page.screenshot(path=file)
    with Image.open(file) as taken:
        taken.convert("RGB").save(file, optimize=True)
    assert file.stat().st_size < LARGEST_BYTES
    assert "fictional" in page.locator(".where").inner_text()
