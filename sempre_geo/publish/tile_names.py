"""Which names a base map shows at each zoom, and where: chosen once for the whole region, so that tiles agree."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from PIL import ImageFont

from sempre_geo.publish.mercator import TILE_PX, geometry_to_world

_SIZE_PX = {
    "city": (15, 22), "town": (13, 19), "village": (11, 14), "hamlet": (10, 12), "island": (11, 14), "suburb": (10, 13),
    "quarter": (10, 12), "neighbourhood": (10, 12), "locality": (10, 11), "islet": (10, 11),
    "isolated_dwelling": (9, 11), "farm": (9, 11), "water": (10, 13),
}  # fmt: skip
_FROM_ZOOM = {
    "city": 7, "town": 7, "village": 10, "island": 9, "hamlet": 12, "suburb": 12, "quarter": 13, "neighbourhood": 13,
    "locality": 13, "islet": 12, "isolated_dwelling": 13, "farm": 14, "water": 10,
}  # fmt: skip
_RANK = tuple(_FROM_ZOOM)
_BIG_VILLAGE, _BIG_VILLAGE_ZOOM = 250, 9
_LAKE_PX2 = 2500.0
_GAP_PX = 5
_NO_DOTS_FROM = 13


@dataclass(frozen=True)
class Name:
    """A name at its place: world shares, kind, and importance (people living there, or the lake's area)."""

    text: str
    x: float
    y: float
    kind: str
    weight: float


@dataclass(frozen=True)
class PlacedName:
    """A name with its middle and extent in pixels of one zoom's whole world; a settlement's dot lies below it."""

    name: Name
    x_px: float
    y_px: float
    box: tuple[float, float, float, float]
    size_px: int
    dot_px: float
    drop_px: float


def region_names(settlements: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> tuple[Name, ...]:
    """Settlements and larger lakes by name, the most important first."""
    places = settlements[settlements["name"].notna() & settlements["kind"].isin(_RANK)]
    lakes = land[(land["kind"] == "water") & land["name"].notna()]
    names = [*_names(places, places["kind"], places["population"].fillna(0.0))]
    if len(lakes):
        middles = lakes.assign(geometry=lakes.geometry.representative_point())
        areas = shapely.area(geometry_to_world(np.asarray(lakes.geometry, dtype=object)))
        names += _names(middles, pd.Series("water", index=lakes.index), pd.Series(areas, index=lakes.index))
    return tuple(sorted(names, key=lambda name: (_RANK.index(name.kind), -name.weight, name.text)))


def _names(frame: gpd.GeoDataFrame, kinds: pd.Series, weights: pd.Series) -> list[Name]:
    places = geometry_to_world(np.asarray(frame.geometry, dtype=object))
    return [
        Name(str(text), float(shapely.get_x(place)), float(shapely.get_y(place)), str(kind), float(weight))
        for text, place, kind, weight in zip(frame["name"], places, kinds, weights, strict=True)
    ]


class NameStore:
    """The names of a region; each zoom's choice is made when it is first asked for, and then kept."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._names = tuple(names)
        self._zooms: dict[int, tuple[tuple[PlacedName, ...], shapely.STRtree]] = {}

    def near(self, z: int, box_px: tuple[float, float, float, float]) -> list[PlacedName]:
        """The names of zoom ``z`` that reach into a box of pixels, the least important first."""
        if z not in self._zooms:
            placed = placed_names(self._names, z)
            self._zooms[z] = placed, shapely.STRtree([shapely.box(*name.box) for name in placed])
        placed, tree = self._zooms[z]
        return [placed[at] for at in sorted(tree.query(shapely.box(*box_px)), reverse=True)]


def placed_names(names: Sequence[Name], z: int) -> tuple[PlacedName, ...]:
    """The names shown at zoom ``z``: in order of importance, each where it covers no name before it."""
    world_px = TILE_PX * 2**z
    shown: list[PlacedName] = []
    taken: dict[tuple[int, int], list[PlacedName]] = {}
    for name in names:
        if z < _first_zoom(name) or (name.kind == "water" and name.weight * world_px**2 < _LAKE_PX2):
            continue
        placed = _placed(name, z, world_px)
        squares = _squares(placed.box)
        if any(_overlap(placed.box, other.box) for square in squares for other in taken.get(square, ())):
            continue
        shown.append(placed)
        for square in squares:
            taken.setdefault(square, []).append(placed)
    return tuple(shown)


def _first_zoom(name: Name) -> int:
    is_big = name.kind == "village" and name.weight >= _BIG_VILLAGE
    return _BIG_VILLAGE_ZOOM if is_big else _FROM_ZOOM[name.kind]


def _placed(name: Name, z: int, world_px: int) -> PlacedName:
    small, large = _SIZE_PX[name.kind]
    size = round(small + (large - small) * min(max(z - 8, 0) / 6, 1.0))
    left, top, right, bottom = font(size, name.kind).getbbox(name.text, anchor="mm")
    dot = 0.0 if name.kind == "water" or z >= _NO_DOTS_FROM else 3.5 if name.kind in {"city", "town"} else 2.2
    drop = 0.0 if name.kind == "water" else dot + 2 + size * 0.55
    x, y = name.x * world_px, name.y * world_px - drop
    box = (x + left - _GAP_PX, y + top - _GAP_PX, x + right + _GAP_PX, y + max(bottom, drop + dot) + _GAP_PX)
    return PlacedName(name, x, y, box, size, dot, drop)


def _squares(box: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    west, north, east, south = (math.floor(side / TILE_PX) for side in box)
    return [(x, y) for x in range(west, east + 1) for y in range(north, south + 1)]


def _overlap(first: tuple[float, float, float, float], second: tuple[float, float, float, float]) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


@lru_cache(maxsize=64)
def font(size_px: int, kind: str) -> ImageFont.FreeTypeFont:
    """A free font with all Baltic letters: bold for towns, oblique for water."""
    style = {"city": "-Bold", "town": "-Bold", "water": "-Oblique"}.get(kind, "")
    return ImageFont.truetype(str(_font_folder() / f"DejaVuSans{style}.ttf"), size_px)


@lru_cache(maxsize=1)
def _font_folder() -> Path:
    """The folder of DejaVu Sans that comes with matplotlib, found without importing matplotlib."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("matplotlib")
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
