"""Houses along streets, barns at farms, and the built-up land they make."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from plane import Floats
from roads import Road
from settlements import Settlement
from streets import Farm, town_radius_m
from terrain import Terrain


@dataclass(frozen=True)
class Building:
    """A rectangle at a place, turned by an angle; ``home`` is the settlement whose people live there."""

    x: float
    y: float
    angle: float
    length_m: float
    width_m: float
    kind: str
    levels: int
    home: str

    def outline(self) -> Floats:
        """Its four corners, against the clock."""
        half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (self.length_m / 2, self.width_m / 2)
        turn = np.array([[np.cos(self.angle), np.sin(self.angle)], [-np.sin(self.angle), np.cos(self.angle)]])
        return np.asarray(np.round(half @ turn + (self.x, self.y), 2))


class _Room:
    """Keeps buildings apart: a coarse grid of what stands where."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[float, float, float]]] = defaultdict(list)

    def take(self, x: float, y: float, radius: float) -> bool:
        """Take the place if it is free."""
        column, row = int(x // 50), int(y // 50)
        near = (one for c in (-1, 0, 1) for r in (-1, 0, 1) for one in self._cells.get((column + c, row + r), ()))
        if any((x - a) ** 2 + (y - b) ** 2 < (radius + other) ** 2 for a, b, other in near):
            return False
        self._cells[column, row].append((x, y, radius))
        return True


def make_buildings(
    rng: np.random.Generator,
    terrain: Terrain,
    places: list[Settlement],
    *,
    farms: list[Farm],
    roads: list[Road],
) -> list[Building]:
    """Homes for everybody, the nearer to the middle the denser; towns get blocks of flats round their middle."""
    room = _Room()
    lines = np.array([shapely.linestrings(road.line) for road in roads], dtype=object)
    lived = np.array([road.highway != "track" for road in roads])
    tree, clear = shapely.STRtree(lines[lived]), shapely.STRtree(lines)
    found: list[Building] = []
    for place in places:
        if place.kind == "isolated_dwelling":
            found.append(Building(place.x, place.y, 0.4, 14, 10, "house", 2, place.name))
            continue
        found += _settlement(rng, terrain, place, tree=tree, clear=clear, room=room)
    for farm in farms:
        found += _farmyard(rng, farm, room)
    return found


def _settlement(
    rng: np.random.Generator,
    terrain: Terrain,
    place: Settlement,
    *,
    tree: shapely.STRtree,
    clear: shapely.STRtree,
    room: _Room,
) -> list[Building]:
    town = place.kind == "town"
    radius = town_radius_m(place) * 1.25 if town else 200 + 24 * place.people**0.5
    wanted = int(place.people / (3.6 if town else 2.0)) + 3
    spots = _beside(rng, place, radius=radius, tree=tree)
    away = np.hypot(spots[:, 0] - place.x, spots[:, 1] - place.y)
    spots = spots[np.argsort(away * rng.uniform(0.55, 1.5, len(away)), kind="stable")]
    spots = spots[shapely.contains_xy(terrain.dry, spots[:, 0], spots[:, 1])]
    _at, gap = clear.query_nearest(shapely.points(spots[:, :2]), return_distance=True, all_matches=False)
    found: list[Building] = []
    for (x, y, angle), free in zip(spots, gap, strict=True):
        core = np.hypot(x - place.x, y - place.y) < 0.45 * radius
        building = _house(rng, (x, y, angle), flats=town and core and rng.random() < 0.3, home=place.name)
        if free > building.width_m / 2 + 3.5 and room.take(x, y, building.length_m / 2 + 2.5):
            found.append(building)
        if len(found) == wanted:
            break
    return found


def _beside(rng: np.random.Generator, place: Settlement, *, radius: float, tree: shapely.STRtree) -> Floats:
    """Places on both sides of the streets, with the street's direction: x, y, angle."""
    found = [np.empty((0, 3))]
    disc = shapely.Point(place.at).buffer(radius)
    for at in np.sort(tree.query(disc, predicate="intersects")):
        line = tree.geometries[at]
        along = np.arange(rng.uniform(6, 20), line.length, 17.0)
        if not len(along):
            continue
        along = along + rng.uniform(-4, 4, len(along))
        here = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 3))
        step = ahead - here
        size = np.hypot(*step.T)
        ok = size > 0.5
        here, step = here[ok], step[ok] / size[ok, None]
        for side in (-1, 1):
            off = side * rng.uniform(13, 27, len(here))[:, None]
            spot = here + off * np.column_stack([-step[:, 1], step[:, 0]])
            near = np.hypot(spot[:, 0] - place.x, spot[:, 1] - place.y) < radius
            angle = np.arctan2(step[:, 1], step[:, 0]) + rng.normal(0, 0.07, len(here))
            found.append(np.column_stack([spot, angle])[near])
    return np.asarray(np.round(np.vstack(found), 3), dtype=float)


def _house(rng: np.random.Generator, at: tuple[float, float, float], *, flats: bool, home: str) -> Building:
    x, y, angle = at
    if flats:
        size = round(float(rng.uniform(24, 42)), 1)
        return Building(x, y, angle, size, 12.0, "apartments", int(rng.integers(2, 5)), home)
    length, width = (round(float(rng.uniform(a, b)), 1) for a, b in ((9, 14), (7.5, 10.5)))
    return Building(x, y, angle, length, width, "house", 1 if rng.random() < 0.7 else 2, home)


def _farmyard(rng: np.random.Generator, farm: Farm, room: _Room) -> list[Building]:
    """A house and one to three barns round a yard."""
    turn = float(rng.uniform(0, np.pi))
    yard = []
    for number in range(int(rng.integers(2, 5))):
        way, off = turn + number * np.pi / 2, 0.0 if number == 0 else float(rng.uniform(22, 32))
        x, y = round(farm.x + off * np.cos(way), 2), round(farm.y + off * np.sin(way), 2)
        size = (
            (12.0, 9.0) if number == 0 else (round(float(rng.uniform(12, 26)), 1), round(float(rng.uniform(8, 12)), 1))
        )
        if room.take(x, y, size[0] / 2):
            yard.append(Building(x, y, way, *size, "house" if number == 0 else "barn", 1, ""))
    return yard


def built_up(buildings: list[Building], places: list[Settlement]) -> list[tuple[str, shapely.Polygon]]:
    """The land each settlement covers: its houses with their gardens, grown together."""
    found = []
    for place in places:
        spots = [(one.x, one.y) for one in buildings if one.home == place.name]
        if len(spots) < 3:
            continue
        grown = shapely.union_all(shapely.buffer(shapely.points(spots), 62, quad_segs=3))
        shape = shapely.buffer(shapely.buffer(grown, 30, quad_segs=2), -48, quad_segs=2)
        shape = shapely.simplify(shape, 7)
        found += [
            (place.name, shapely.Polygon(part.exterior))
            for part in shapely.get_parts(shape)
            if part.geom_type == "Polygon" and part.area > 6000
        ]
    return found
