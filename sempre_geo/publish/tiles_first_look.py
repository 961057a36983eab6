"""The tiles that the first look at a region shows, drawn when it is built and kept beside its layers in one file."""

from __future__ import annotations

import hashlib
import math
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np

from sempre_geo import __version__
from sempre_geo.publish.mercator import TILE_PX, to_world
from sempre_geo.publish.palette import Theme
from sempre_geo.publish.tile_shapes import FIRST_ZOOM, LAST_ZOOM

FIRST_LOOK = "first_look.zip"
SCREENS_PX = ((808, 630), (360, 439))
_AHEAD_PX = 60
_DRAWING = 1  # raise it when tiles are drawn otherwise, so that those kept by earlier builds are not shown
_NO_CLOCK = (1980, 1, 1, 0, 0, 0)

Tile = tuple[int, int, int]


def fitting_zoom(bbox: tuple[float, float, float, float], *, screen_px: tuple[int, int] = SCREENS_PX[0]) -> float:
    """The largest zoom, in half steps, at which a box of degrees fits a map of that many pixels.

    >>> fitting_zoom((19.3, 56.6, 20.3, 57.15)), fitting_zoom((-180, -80, 180, 80)), fitting_zoom((20, 57, 20, 57))
    (9.5, 7.0, 16.0)
    """
    west, south, east, north = bbox
    size = np.abs(np.diff(to_world(np.array([[west, north], [east, south]])), axis=0)[0])
    room = [screen / (TILE_PX * side) for screen, side in zip(screen_px, size.tolist(), strict=True) if side > 0]
    return min(max(math.floor(2 * math.log2(min(room, default=2**LAST_ZOOM))) / 2, float(FIRST_ZOOM)), float(LAST_ZOOM))


def first_tiles(bbox: tuple[float, float, float, float]) -> list[Tile]:
    """The tiles (z, x, y) round a box of degrees that a wide and a narrow screen show, and a little beyond.

    Leaflet shows a half step with the tiles of the whole zoom above it, made smaller.

    >>> sorted({z for z, _x, _y in first_tiles((19.3, 56.6, 20.3, 57.15))})
    [9, 10]
    """
    return sorted({tile for screen in SCREENS_PX for tile in _shown_on(bbox, screen)})


def _shown_on(bbox: tuple[float, float, float, float], screen_px: tuple[int, int]) -> Iterator[Tile]:
    west, south, east, north = bbox
    zoom = fitting_zoom(bbox, screen_px=screen_px)
    z = math.floor(zoom + 0.5)
    middle = to_world(np.array([[west, north], [east, south]])).mean(axis=0)
    reach = (np.array(screen_px) / 2 + _AHEAD_PX) / (TILE_PX * 2**zoom)
    first, last = (np.clip(edge, 0, 1 - 1e-12) * 2**z for edge in (middle - reach, middle + reach))
    for x, y in product(range(int(first[0]), int(last[0]) + 1), range(int(first[1]), int(last[1]) + 1)):
        yield z, x, y


def first_look_name(tile: Tile, *, theme: Theme, part: str, scale: int) -> str:
    """What a tile is called in the file; another where colours or drawing have changed since."""
    z, x, y = tile
    return f"{theme.name}-{_look_of(theme)}/{part}/{z}/{x}/{y}@{scale}x.png"


@lru_cache(maxsize=8)
def _look_of_values(theme: str) -> str:
    return hashlib.sha256(f"{_DRAWING} {__version__} {theme}".encode()).hexdigest()[:12]


def _look_of(theme: Theme) -> str:
    return _look_of_values(repr(sorted(theme.land.items())))


def write_first_look(tiles: Iterable[tuple[str, bytes]], path: Path) -> None:
    """Write named tiles into one file, the same tiles as the same bytes."""
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_STORED) as file:
        for name, content in tiles:
            file.writestr(zipfile.ZipInfo(name, date_time=_NO_CLOCK), content)


def read_first_look(path: Path) -> Mapping[str, bytes]:
    """The tiles by name; none where there is no such file or it is damaged, as every tile can be drawn."""
    try:
        with zipfile.ZipFile(path) as file:
            return {name: file.read(name) for name in file.namelist()}
    except (OSError, zipfile.BadZipFile):
        return {}
