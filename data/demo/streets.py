"""Streets of towns and villages, ways to farms, and the joints that make one network of all lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from names import FARMS_NORTH, FARMS_SOUTH, STREETS_NORTH, STREETS_SOUTH
from plane import Floats, X, Y, noise, rounded, sample
from roads import Road
from settlements import BORDER_Y, Settlement
from terrain import ISLAND, Terrain

FARMS = 1050
_BLOCK_M = 118.0


@dataclass(frozen=True)
class Farm:
    """A house outside the villages, at the end of its own way; few have a name on the map, no two the same."""

    name: str
    x: float
    y: float
    north: bool


def town_radius_m(place: Settlement) -> float:
    """How far a town's streets reach from its middle."""
    return 175.0 + 11.2 * math.sqrt(place.people)


def make_streets(rng: np.random.Generator, terrain: Terrain, places: list[Settlement], roads: list[Road]) -> list[Road]:
    """The streets of every settlement, not yet joined with the roads they leave from."""
    main = shapely.STRtree([shapely.linestrings(road.line) for road in roads if road.highway != "track"])
    streets: list[Road] = []
    for place in places:
        if place.kind == "town":
            streets += _town(rng, terrain, place, main)
        elif place.kind in {"village", "hamlet"}:
            streets += _village(rng, terrain, place, main)
    return streets


def _town(rng: np.random.Generator, terrain: Terrain, place: Settlement, main: shapely.STRtree) -> list[Road]:
    """A crooked net of streets inside a rounded outline; every sixth piece is missing."""
    radius = town_radius_m(place)
    count = int(radius / _BLOCK_M) + 2
    turn = rng.uniform(0, np.pi / 2)
    steps = np.arange(-count, count + 1)
    u, v = np.meshgrid(steps * _BLOCK_M, steps * _BLOCK_M * 1.25)
    bend = 46 * np.sin(v / rng.uniform(210, 330) + rng.uniform(0, 6)), 42 * np.sin(u / rng.uniform(200, 320))
    u, v = u + bend[0] + rng.normal(0, 12, u.shape), v + bend[1] + rng.normal(0, 12, u.shape)
    grid = np.stack([place.x + u * np.cos(turn) - v * np.sin(turn), place.y + u * np.sin(turn) + v * np.cos(turn)], -1)
    angle = np.arctan2(grid[..., 1] - place.y, grid[..., 0] - place.x)
    reach = radius * (1 + 0.16 * np.sin(2 * angle + turn) + 0.12 * np.sin(3 * angle - 2 * turn))
    inside = np.hypot(grid[..., 0] - place.x, grid[..., 1] - place.y) < reach
    inside &= shapely.contains_xy(terrain.dry, grid[..., 0], grid[..., 1])
    names = list(rng.permutation(STREETS_NORTH if place.north else STREETS_SOUTH))
    found = []
    for across in (False, True):
        points, ok = (grid.transpose(1, 0, 2), inside.T) if across else (grid, inside)
        for row, good in zip(points, ok, strict=True):
            keep = good[:-1] & good[1:] & (rng.random(len(good) - 1) > 0.18) & ~_hugs(row, main)
            name = names.pop() if names else ""
            word = f"{name} tänav" if place.north else f"{name} iela"
            found += [_street(row[run], {"name": word} if name else {}) for run in _runs(keep)]
    return found


def _street(line: Floats, tags: dict[str, str]) -> Road:
    return Road("residential", np.round(line, 3), {"surface": "asphalt", "maxspeed": "50", "lit": "yes", **tags})


def _hugs(row: Floats, main: shapely.STRtree) -> np.ndarray:
    """Pieces that would run beside a main road instead of meeting it."""
    pieces = shapely.linestrings(np.stack([row[:-1], row[1:]], axis=1))
    middles = shapely.points((row[:-1] + row[1:]) / 2)
    near = np.zeros(len(pieces), dtype=bool)
    near[main.query(middles, predicate="dwithin", distance=38)[0]] = True
    crossing = np.zeros(len(pieces), dtype=bool)
    crossing[main.query(pieces, predicate="crosses")[0]] = True
    return near & ~crossing


def _runs(keep: np.ndarray) -> list[slice]:
    edges = np.diff(np.concatenate([[0], keep.astype(int), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [slice(int(a), int(b) + 1) for a, b in zip(starts, ends, strict=True)]


def _village(rng: np.random.Generator, terrain: Terrain, place: Settlement, main: shapely.STRtree) -> list[Road]:
    """A few lanes that leave the village's road and end among houses."""
    found: list[Road] = []
    close = [main.geometries[at] for at in main.query(shapely.Point(place.at).buffer(330))]
    for _lane in range(int(np.clip(place.people / 34, 1, 8))):
        if not close:
            break
        road = close[int(rng.integers(len(close)))]
        along = road.project(shapely.Point(place.at)) + rng.normal(0, 190)
        start, ahead = (np.array(road.interpolate(np.clip(d, 0, road.length)).coords[0]) for d in (along, along + 8))
        if np.hypot(*(start - place.at)) > 420 or (start == ahead).all():
            continue
        way = np.arctan2(*(ahead - start)[::-1]) + rng.choice([-1, 1]) * (np.pi / 2 + rng.normal(0, 0.3))
        line = _bent(rng, start, way, length=rng.uniform(90, 290))
        if not shapely.contains_xy(terrain.dry, *line.T).all():
            continue
        paved = rng.random() < 0.3
        tags = {"surface": "asphalt" if paved else "gravel", "maxspeed": "50" if paved else "30"}
        found.append(Road("residential" if place.people >= 60 else "unclassified", line, tags))
    return found


def _bent(rng: np.random.Generator, start: Floats, way: float, *, length: float) -> Floats:
    turns = way + np.cumsum(rng.normal(0, 0.16, 5))
    steps = np.column_stack([np.cos(turns), np.sin(turns)]) * length / 5
    return np.asarray(np.round(np.vstack([start, start + np.cumsum(steps, axis=0)]), 3))


def make_farms(
    rng: np.random.Generator, terrain: Terrain, places: list[Settlement], roads: list[Road]
) -> tuple[list[Farm], list[Road]]:
    """Farms on open ground off the roads, each with its lane or track."""
    lines = np.array([shapely.linestrings(road.line) for road in roads if road.highway != "residential"], dtype=object)
    tree = shapely.STRtree(lines)
    worth = terrain.fertile + noise(rng, wave_m=2500) - 2.2 * terrain.forest_mask
    rows, columns = np.nonzero((terrain.water_mask == 0) & (worth > -1.6))
    points = np.column_stack([X[rows, columns], Y[rows, columns]]) + rng.uniform(-60, 60, (len(rows), 2))
    order = np.argsort(-(worth[rows, columns] + rng.gumbel(0, 0.9, len(rows))), kind="stable")[:14_000]
    points = np.round(points[order], 3)
    at, far = tree.query_nearest(shapely.points(points), return_distance=True, all_matches=False)
    nearest = lines[at[1]]
    middles = np.array([place.at for place in places])
    room = np.array([1.4 * town_radius_m(place) if place.kind == "town" else 420.0 for place in places])
    names = {True: list(rng.permutation(FARMS_NORTH)), False: list(rng.permutation(FARMS_SOUTH))}
    farms: list[Farm] = []
    ways: list[Road] = []
    taken = np.empty((0, 2))
    for point, away, road in zip(points, far, nearest, strict=True):
        if not 70 < away < 760 or (np.hypot(*(middles - point).T) < room).any() or _close(taken, point):
            continue
        way = _lane(rng, point, road, away)
        if sample(terrain.water_mask, way.line).any():
            continue
        taken = np.vstack([taken, point])
        north = bool(point[1] > BORDER_Y)
        name = str(names[north].pop()) if len(farms) % 6 == 0 and names[north] else ""
        farms.append(Farm(name, float(point[0]), float(point[1]), north))
        ways.append(way)
        if len(farms) == FARMS:
            break
    return farms, ways


def _close(taken: Floats, point: Floats) -> bool:
    return bool(len(taken)) and float(np.hypot(*(taken - point).T).min()) < 230


def _lane(rng: np.random.Generator, point: Floats, road: shapely.LineString, away: float) -> Road:
    """From the road to the farmyard, bending once or twice."""
    start = np.array(road.interpolate(road.project(shapely.Point(point))).coords[0])
    share = np.array([0.0, 0.3, 0.65, 1.0])[:, None]
    side = np.array([point[1] - start[1], start[0] - point[0]])
    sway = np.array([0.0, *rng.normal(0, 0.12, 2), 0.0])[:, None]
    line = np.round(rounded(start + share * (point - start) + sway * side, closed=False), 3)
    if away < 260:
        return Road("service", line, {"surface": "gravel"})
    kind = {"tracktype": "grade2", "surface": "gravel"} if away < 520 else {"tracktype": "grade3", "surface": "ground"}
    return Road("track", line, kind)


def ice_road(places: list[Settlement]) -> Road:
    """In hard winters the island is reached over the ice; nobody may count on it."""
    harbour, island = (next(place for place in places if place.name == name) for name in ("Linnuranna", "Pikksaare"))
    share = np.linspace(0, 1, 9)[:, None]
    start, end = np.array(harbour.at), np.array(island.at)
    side = np.array([end[1] - start[1], start[0] - end[0]]) / np.hypot(*(end - start))
    line = np.round(start + share * (end - start) + np.sin(share * np.pi) * side * 260, 3)
    tags = {"ice_road": "yes", "seasonal": "winter", "surface": "ice", "maxspeed": "25", "note": "fictional"}
    return Road("unclassified", line, tags)


def is_on_island(x: float, y: float) -> bool:
    """Whether a point lies on the inhabited island."""
    return bool(np.hypot(x - ISLAND[0], y - ISLAND[1]) < 5600)
