"""A village that tests write themselves as ``.osm.pbf``: a street grid, houses, services, a shelter, a border."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import osmium

WEST, SOUTH, STEP, SIDE = 25.30, 57.60, 0.005, 5
EAST, NORTH = WEST + STEP * (SIDE - 1), SOUTH + STEP * (SIDE - 1)
MIDDLE = (WEST + STEP * 2, SOUTH + STEP * 2)
SERVICES: tuple[tuple[float, float, Mapping[str, str]], ...] = (
    (WEST + 0.001, SOUTH, {"amenity": "pharmacy", "name": "Aptieka", "opening_hours": "Mo-Fr 09:00-17:00"}),
    (EAST, NORTH, {"amenity": "doctors", "name": "Dr. Ozols", "wheelchair": "yes"}),
    (*MIDDLE, {"amenity": "library", "name": "=HYPERLINK(1)", "opening_hours": "sometimes, ask Anna"}),
    (EAST, SOUTH, {"social_facility": "shelter", "amenity": "social_facility", "name": "Secret House"}),
)


class _Writer:
    def __init__(self, path: Path) -> None:
        self._out = osmium.SimpleWriter(str(path), overwrite=True)
        self._node = 0
        self._way = 0

    def node(self, lon: float, lat: float, tags: Mapping[str, str] | None = None) -> int:
        self._node += 1
        self._out.add_node(osmium.osm.mutable.Node(id=self._node, location=(lon, lat), tags=dict(tags or {})))
        return self._node

    def way(self, nodes: list[int], tags: Mapping[str, str]) -> int:
        self._way += 1
        self._out.add_way(osmium.osm.mutable.Way(id=self._way, nodes=nodes, tags=dict(tags)))
        return self._way

    def relation(self, members: list[tuple[str, int, str]], tags: Mapping[str, str]) -> None:
        self._out.add_relation(osmium.osm.mutable.Relation(id=1, members=members, tags=dict(tags)))

    def close(self) -> None:
        self._out.close()


def write_village(path: Path, *, streets: bool = True, houses: bool = True, people: str | None = "120") -> Path:
    """Write the village and return ``path``; all nodes before all ways, as extracts have them."""
    out = _Writer(path)
    grid = [[out.node(WEST + STEP * x, SOUTH + STEP * y) for x in range(SIDE)] for y in range(SIDE)]
    corners = [out.node(*corner) for corner in _box(WEST - 0.02, SOUTH - 0.02, MIDDLE[0], NORTH + 0.02)]
    homes = [_house(out, x, y) for x in range(SIDE) for y in range(2)] if houses else []
    for lon, lat, tags in SERVICES:
        out.node(lon, lat, tags)
    out.node(*MIDDLE, {"place": "village", "name": "Ciems"} | ({"population": people} if people else {}))
    if streets:
        for row in grid:
            out.way(row, {"highway": "residential"})
        for column in zip(*grid, strict=True):
            out.way(list(column), {"highway": "tertiary"})
    for home in homes:
        out.way([*home, home[0]], {"building": "house"})
    edge = out.way([*corners, corners[0]], {"boundary": "administrative"})
    out.relation([("w", edge, "outer")], {"type": "boundary", "boundary": "administrative", "admin_level": "5",
                                          "name": "Rietumu novads"})  # fmt: skip
    out.close()
    return path


def _house(out: _Writer, x: int, y: int) -> list[int]:
    lon, lat = WEST + STEP * x + 0.0006, SOUTH + STEP * y + 0.0006
    return [out.node(*corner) for corner in _box(lon, lat, lon + 0.0002, lat + 0.0001)]


def _box(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    return [(west, south), (east, south), (east, north), (west, north)]
