"""What a base map draws, by zoom: a region's land, water and roads, simplified to what the eye can tell apart."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sempre_geo.publish.coast import is_island, sea_from_coastline
from sempre_geo.publish.mercator import TILE_PX, geometry_to_world

FIRST_ZOOM, LAST_ZOOM = 7, 16
ROAD_CLASSES = ("path", "track", "service", "minor", "tertiary", "secondary", "primary", "trunk", "motorway")
_AREAS = ("sea", "farmland", "meadow", "beach", "wetland", "forest", "park", "built_up", "water")
_LINES = ("stream", "river", "municipality", "rail", "ferry")
_DRAWN_FROM = {
    "stream": 12, "river": 8, "municipality": 8, "rail": 9, "ferry": 8, "path": 14, "track": 13, "service": 13,
    "minor": 11, "tertiary": 10, "secondary": 8, "primary": 7, "trunk": 7, "motorway": 7, "building": 14,
}  # fmt: skip
_TOLERANCE_PX = 0.6
_SMALLEST_PX2 = 12.0
_FRAME_MARGIN_DEG, _OPEN_SEA_DEG = 0.02, 8.0


@dataclass(frozen=True)
class Shapes:
    """Geometries of one kind at one zoom, as shares of the square world, with an index to find them by."""

    geometry: NDArray[np.object_]
    tree: shapely.STRtree

    def inside(self, box: tuple[float, float, float, float]) -> NDArray[np.object_]:
        """The geometries that touch a box, cut at its edges."""
        found = self.geometry[np.sort(self.tree.query(shapely.box(*box)))]
        return np.asarray(shapely.clip_by_rect(found, *box), dtype=object) if len(found) else found


class ShapeStore:
    """A region's drawable shapes; each zoom is prepared when it is first asked for, and then kept."""

    def __init__(self, layers: Mapping[str, NDArray[np.object_]]) -> None:
        self._world = {kind: geometry_to_world(shapes) for kind, shapes in layers.items() if len(shapes)}
        self._zooms: dict[int, Mapping[str, Shapes]] = {}
        self._lock = threading.Lock()

    def at(self, z: int) -> Mapping[str, Shapes]:
        """Every kind drawn at zoom ``z``, simplified; kinds not drawn there are absent."""
        with self._lock:
            if z not in self._zooms:
                self._zooms[z] = dict(self._prepared(z))
            return self._zooms[z]

    def _prepared(self, z: int) -> Iterator[tuple[str, Shapes]]:
        pixel = 1 / (TILE_PX * 2**z)
        for kind, shapes in self._world.items():
            if z < _DRAWN_FROM.get(kind, FIRST_ZOOM):
                continue
            kept = shapes if kind == "building" else _simplified(shapes, pixel, is_area=kind in _AREAS)
            if len(kept):
                yield kind, Shapes(kept, shapely.STRtree(kept))


def region_shapes(
    *,
    land: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    buildings: NDArray[np.float64],
    bbox: tuple[float, float, float, float],
) -> ShapeStore:
    """The shapes of a region's layers, all in EPSG:4326; ``buildings`` are (lon, lat), shape (n, 2)."""
    by_kind = {kind: np.asarray(part, dtype=object) for kind, part in land.geometry.groupby(land["kind"])}
    coast = by_kind.pop("coastline", np.array([], dtype=object))
    margin = _OPEN_SEA_DEG if is_island(coast) else _FRAME_MARGIN_DEG
    frame = (bbox[0] - margin, bbox[1] - margin, bbox[2] + margin, bbox[3] + margin)
    sea = [*sea_from_coastline(coast, frame), *by_kind.pop("sea", [])]
    layers = {
        "sea": np.array(sea, dtype=object),
        **{kind: by_kind[kind] for kind in (*_AREAS, *_LINES) if kind in by_kind},
        "municipality": np.asarray(municipalities.boundary, dtype=object),
        "building": shapely.points(buildings) if len(buildings) else np.array([], dtype=object),
        **{kind: _joined(part) for kind, part in roads.geometry.groupby(roads["kind"])},
    }
    return ShapeStore(layers)


def _joined(lines: gpd.GeoSeries) -> NDArray[np.object_]:
    """Ways of one class joined where one goes on as the next, so that no notch shows in between."""
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(_only_lines(lines)))), dtype=object)


def _only_lines(lines: gpd.GeoSeries) -> NDArray[np.object_]:
    parts = shapely.get_parts(np.asarray(lines, dtype=object))
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING], dtype=object)


def _simplified(shapes: NDArray[np.object_], pixel: float, *, is_area: bool) -> NDArray[np.object_]:
    parts = shapely.get_parts(shapes)
    if is_area:
        parts = parts[shapely.area(parts) >= _SMALLEST_PX2 * pixel**2]
    simple = shapely.simplify(parts, _TOLERANCE_PX * pixel, preserve_topology=False)
    return np.asarray(shapely.get_parts(simple[~shapely.is_empty(simple)]), dtype=object)
