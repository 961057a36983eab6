"""How fast the app is on the fictional county; by hand: python tests/benchmarks/app.py [FOLDER] [--only map,tiles].

Targets (of the issue): from start to the first answer under 3 s, the first map in a browser under 4 s, a tap on
the map answered under 0.5 s, a tile drawn under 50 ms. FOLDER keeps the built county from one run to the
next. Every figure is the least and the middle of several, as other programs may use the machine; its load is said.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from playwright.sync_api import Browser, Page, sync_playwright

from sempre_geo.pipeline.prepare.demo import NAME, build_demo
from sempre_geo.publish.mercator import tile_of
from sempre_geo.publish.tile_shapes import FIRST_ZOOM, LAST_ZOOM
from sempre_geo.settings import Settings, read_settings
from sempre_geo.ui.installation import Installation
from tests.browser.conftest import CHROMIUM, Server

STARTS, LATER_VISITORS, TAPS, TILES_A_ZOOM = 5, 4, 24, 40
SEED = 7


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--only", default="start,map,tiles", show_default=True, help="Which of the three to measure.")
def main(folder: Path | None, only: str) -> None:
    """Build the fictional county if needed and print one line a measure."""
    measures: dict[str, Callable[[Settings], None]] = {"start": _starts, "map": _maps_and_taps, "tiles": _tiles}
    with TemporaryDirectory() as temporary:
        settings = read_settings(_environment(folder or Path(temporary)))
        build_demo(settings)
        for name in only.split(","):
            measures[name](settings)
            click.echo(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _environment(folder: Path) -> dict[str, str]:
    return {"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers"), "SEMPRE_REGION": NAME}


@contextmanager
def _running(settings: Settings) -> Iterator[Server]:
    server = Server(settings.data.parent, _environment(settings.data.parent))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )


def _starts(settings: Settings) -> None:
    """From the command to the first answer of /health, and the processor time that the process had used by then."""
    took, used = [], []
    for _again in range(STARTS):
        server = Server(settings.data.parent, _environment(settings.data.parent))
        took.append(server.start())
        used.append(_processor_s(server))
        server.stop()
    _say("start until /health answers", took, "s", target=3)
    _say("  processor time by then", used, "s")


def _processor_s(server: Server) -> float:
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _maps_and_taps(settings: Settings) -> None:
    """The first visitor after a start, later ones with empty caches, and taps on the map."""
    first, later, taps, used = [], [], [], []
    with _chromium() as browser:
        for _again in range(3):
            with _running(settings) as server:
                first.append(_first_map(browser, server)[0])
                used.append(_processor_s(server))
                later += [_first_map(browser, server)[0] for _visitor in range(LATER_VISITORS)]
                page = _first_map(browser, server, keep=True)[1]
                taps += _taps(page, TAPS // 3)
                page.context.close()
    _say("first map, first visitor after a start", first, "s", target=4)
    _say("  processor time of the server by then", used, "s")
    _say("first map, later visitors", later, "s", target=4)
    _say("a tap answered", taps, "s", target=0.5)
    click.echo(f"  95 of 100 taps within {statistics.quantiles(taps, n=20)[-1]:.2f} s")


def _first_map(browser: Browser, server: Server, *, keep: bool = False) -> tuple[float, Page]:
    """Seconds until a new visitor sees the first drawn tile; the visitor's page."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    begin = time.perf_counter()
    page.goto(server.address)
    page.frame_locator("iframe[title*=folium]").first.locator(".leaflet-tile-loaded").first.wait_for(timeout=60_000)
    took = time.perf_counter() - begin
    if not keep:
        page.context.close()
    return took, page


def _taps(page: Page, count: int) -> list[float]:
    """Seconds from a tap until the answer on the page is another one."""
    page.locator("footer").wait_for()
    page.wait_for_timeout(2000)
    frame = page.locator("iframe[title*=folium]").first.bounding_box()
    assert frame is not None
    took = []
    for number in range(count):
        across, down = 0.3 + 0.4 * (number % 4) / 3, 0.3 + 0.4 * (number % 7) / 6
        page.evaluate(_WATCH_FOR_ANOTHER_ANSWER)
        page.mouse.click(frame["x"] + across * frame["width"], frame["y"] + down * frame["height"])
        took.append(page.evaluate("() => window.answered") / 1000)
        page.wait_for_timeout(700)
    return took


_WATCH_FOR_ANOTHER_ANSWER = """() => {
    const said = () => document.querySelector('.answer')?.innerText;
    const before = said(), begin = performance.now();
    window.answered = new Promise(resolve => {
        const look = () => said() === before ? requestAnimationFrame(look) : resolve(performance.now() - begin);
        requestAnimationFrame(look);
    });
}"""


def _tiles(settings: Settings) -> None:
    """Tiles where people live, each drawn uncached, twice, and the better kept: processor milliseconds a zoom."""
    here = Installation(settings, NAME)
    west, south, east, north = here.region.cells.total_bounds
    here.tiles.warm(here.themes["light"], (west, south, east, north))
    worst = 0.0
    for scale in (1, 2):
        for z in range(FIRST_ZOOM, LAST_ZOOM + 1):
            (left, top), (right, bottom) = tile_of(west, north, z=z), tile_of(east, south, z=z)
            step = max(1, round(((right - left + 1) * (bottom - top + 1) / TILES_A_ZOOM) ** 0.5))
            took = [
                min(_drawing_ms(here, (z, x, y), scale=scale) for _again in range(2))
                for x in range(left, right + 1, step)
                for y in range(top, bottom + 1, step)
            ]
            worst = max(worst, *took)
            click.echo(f"tile z{z} {scale}x: middle {statistics.median(took):.0f} ms, longest {max(took):.0f} ms")
    click.echo(f"longest tile {worst:.0f} ms (asked: < 50)")


def _drawing_ms(here: Installation, tile: tuple[int, int, int], *, scale: int) -> float:
    begin = time.process_time()
    here.tiles.drawn(*tile, theme=here.themes["light"], scale=scale)
    return 1000 * (time.process_time() - begin)


def _say(what: str, values: list[float], unit: str, *, target: float | None = None) -> None:
    asked = f" (asked: < {target:g})" if target else ""
    click.echo(
        f"{what}: least {min(values):.2f}, middle {statistics.median(values):.2f}, "
        f"most {max(values):.2f} {unit} of {len(values)}{asked}"
    )


if __name__ == "__main__":
    sys.exit(main())
