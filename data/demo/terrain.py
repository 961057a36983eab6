"""The land: coast, island, islets, lakes, rivers, forests, bogs and open ground."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from plane import AXIS, CELL_M, Floats, X, Y, noise, polygons_above, ragged, rounded, rounded_polygon, soft
from scipy import ndimage

ISLAND = (24_600.0, -11_500.0)
LIGHTHOUSE = (-28_300.0, 9_900.0)
PENINSULA = ((-11_000.0, 12_500.0), (-17_500.0, 20_500.0), (-20_800.0, 24_200.0))
BAYS = (  # x, y, radius, depth
    (-25_000.0, 13_500.0, 6_000.0, 0.9), (18_500.0, 15_500.0, 5_200.0, 0.8), (3_500.0, -26_500.0, 4_500.0, 0.8),
    (16_500.0, -8_500.0, 2_600.0, 0.55), (-23_500.0, -9_500.0, 4_200.0, 0.6), (-4_500.0, 25_500.0, 4_000.0, 0.7),
    (19_500.0, -22_000.0, 5_000.0, 0.7),
)  # fmt: skip
RIVER_STEP = 2  # grid cells
_RIVER, _STREAM = 260, 70  # grid cells of 250 m that drain through a point


@dataclass(frozen=True)
class Terrain:
    """Polygons in metres of the plane; ``water_mask`` and ``forest_mask`` on the grid."""

    height: Floats
    land: list[shapely.Polygon]
    lakes: list[shapely.Polygon]
    rivers: list[tuple[str, Floats]]
    forests: list[shapely.Polygon]
    bogs: list[shapely.Polygon]
    beaches: list[shapely.Polygon]
    water_mask: Floats
    forest_mask: Floats
    fertile: Floats
    dry: shapely.Geometry


def make_terrain(rng: np.random.Generator) -> Terrain:
    """The whole land, from one random generator."""
    height = _height(rng)
    coast, waters, covers, streams = rng.spawn(4)
    land = _land(coast, height)
    mask = (height > 0).astype(float)
    inland = np.round(ndimage.distance_transform_edt(mask) * CELL_M, 3)
    lakes = _lakes(waters, height, inland)
    ground = np.where(_raster(lakes, mask), 0.0, mask)
    wet, trees = noise(covers, wave_m=5000, rough=2.6), noise(covers, wave_m=4200, rough=2.4)
    fertile = np.round(noise(covers, wave_m=9000, rough=2.6) - 0.3 * trees, 6)
    wood = np.round(np.minimum(trees - 0.45 * fertile + 0.1, (inland - 60) / 250), 6)
    bog = np.round(np.minimum(wet - 0.8 * np.abs(height - 0.45), (inland - 900) / 500), 6)
    water = [shapely.MultiPolygon(lakes)] if lakes else []
    bogs = _without(polygons_above(bog, 1.25, smallest_m2=120_000, tolerance_m=30), water)
    forests = _without(
        polygons_above(wood, 0.05, smallest_m2=60_000, tolerance_m=32), [*water, shapely.union_all(bogs)]
    )
    sandy = noise(covers, wave_m=3500)
    return Terrain(
        height=height,
        land=land,
        lakes=lakes,
        rivers=_rivers(streams, height, ground, lakes=shapely.MultiPolygon(lakes)),
        forests=forests,
        bogs=bogs,
        beaches=_on_shore(polygons_above(sandy, 0.75, smallest_m2=30_000, tolerance_m=25), land),
        water_mask=1.0 - ground,
        forest_mask=(wood > 0.05).astype(float),
        fertile=fertile,
        dry=_dry(land, lakes),
    )


def _height(rng: np.random.Generator) -> Floats:
    """Above zero is land: one broad body with bays, a peninsula, an island and islets."""
    broad, fine = noise(rng, wave_m=16_000, rough=3.0), noise(rng, wave_m=3000, rough=2.0)
    grain = noise(rng, wave_m=700, rough=1.9)
    bend = 2500 * noise(rng, wave_m=14_000, rough=3.2)
    x, y = X + bend + 1500, Y - bend
    body = 1 - (np.abs(x / 22_500) ** 2.4 + np.abs(y / 26_000) ** 2.6)
    for bay_x, bay_y, radius, depth in BAYS:
        body -= depth * np.exp(-((X - bay_x) ** 2 + (Y - bay_y) ** 2) / (2 * (radius / 2) ** 2))
    arm = shapely.LineString(PENINSULA)
    far = shapely.distance(arm, shapely.points(X, Y))
    body = np.maximum(body, 0.42 * (1 - (far / 3200) ** 2))
    rough = 0.16 * broad + 0.11 * fine * (0.7 + 0.5 * np.tanh(broad)) + 0.02 * grain
    main = body + rough
    guard = np.hypot(X - ISLAND[0], Y - ISLAND[1])
    main = np.where(guard < 6500, np.minimum(main, (guard - 5600) / 3000), main)
    island = (
        0.36
        - np.hypot((X - ISLAND[0]) / 2900, (Y - ISLAND[1]) / 4000) ** 2 * 0.75
        + 0.1 * broad
        + 0.14 * fine
        + 0.03 * grain
    )
    islet = 0.15 - np.hypot(X - LIGHTHOUSE[0], Y - LIGHTHOUSE[1]) / 2600 + 0.03 * fine
    rim = np.maximum(np.abs(X), np.abs(Y))
    return np.asarray(np.round(np.where(rim > 29_600, -1.0, np.maximum.reduce([main, island, islet])), 6), dtype=float)


def _land(rng: np.random.Generator, height: Floats) -> list[shapely.Polygon]:
    """The county, its island, and the islets worth drawing."""
    found = polygons_above(height, 0.0, smallest_m2=12_000, tolerance_m=18)
    return [_ragged_polygon(rng, shape) for shape in found[:26]]


def _ragged_polygon(rng: np.random.Generator, shape: shapely.Polygon) -> shapely.Polygon:
    """The outline with finer bays; where they cut one another, the larger part stays."""
    ring = rounded(shapely.get_coordinates(shape.exterior), closed=True)
    finer = shapely.make_valid(shapely.Polygon(rounded(ragged(rng, ring), closed=True)))
    largest = max(
        (part for part in shapely.get_parts(finer) if part.geom_type == "Polygon"), key=lambda part: part.area
    )
    return shapely.Polygon(largest.exterior)


def _lakes(rng: np.random.Generator, height: Floats, inland: Floats) -> list[shapely.Polygon]:
    """Lakes long drawn from north-west to south-east, as the ice left them; one large lake."""
    hollow = ndimage.gaussian_filter(noise(rng, wave_m=2600, rough=2.0), (3.0, 1.2)) + 0.25 * noise(rng, wave_m=9000)
    hollow = np.round(hollow / hollow.std(), 6)
    big = 2.9 - np.hypot((X + Y + 1500) / 5200, (X - Y - 9500) / 2500) ** 2 + 0.75 * hollow
    deep = np.minimum(np.maximum(hollow - 1.85 - 0.2 * height, big - 2.2), (inland - 900) / 600)
    return [
        rounded_polygon(
            shapely.Polygon(lake.exterior, [hole for hole in lake.interiors if shapely.Polygon(hole).area > 20_000])
        )
        for lake in polygons_above(np.round(deep, 6), 0.0, smallest_m2=25_000, tolerance_m=15)[:80]
    ]


def _raster(shapes: list[shapely.Polygon], like: Floats) -> np.ndarray:
    """Which grid cells lie in any of the shapes."""
    inside = np.zeros(like.shape, dtype=bool)
    for shape in shapes:
        west, south, east, north = shape.bounds
        columns = slice(int(np.searchsorted(AXIS, west)), int(np.searchsorted(AXIS, east)) + 1)
        rows = slice(int(np.searchsorted(AXIS, south)), int(np.searchsorted(AXIS, north)) + 1)
        inside[rows, columns] |= shapely.contains_xy(shape, X[rows, columns], Y[rows, columns])
    return inside


def _without(shapes: list[shapely.Polygon], taken: list[shapely.Geometry]) -> list[shapely.Polygon]:
    away = shapely.union_all(taken)
    parts = shapely.get_parts(shapely.difference(shapely.buffer(np.array(shapes, dtype=object), 0), away))
    return [rounded_polygon(part) for part in parts if part.geom_type == "Polygon" and part.area > 40_000]


def _dry(land: list[shapely.Polygon], lakes: list[shapely.Polygon]) -> shapely.Geometry:
    """Ground a house can stand on: 22 m from the sea, 15 m from a lake."""
    dry = shapely.union_all(shapely.buffer(np.array(land, dtype=object), -22, quad_segs=2))
    dry = dry.difference(shapely.union_all(shapely.buffer(np.array(lakes, dtype=object), 15, quad_segs=2)))
    shapely.prepare(dry)
    return dry


def _on_shore(strips: list[shapely.Polygon], land: list[shapely.Polygon]) -> list[shapely.Polygon]:
    shore = shapely.MultiPolygon(land).buffer(0)
    band = shore.difference(shore.buffer(-130))
    parts = shapely.get_parts(shapely.intersection(np.array(strips, dtype=object), band))
    return [part for part in parts if part.geom_type == "Polygon" and part.area > 15_000]


def _rivers(
    rng: np.random.Generator, height: Floats, ground: Floats, *, lakes: shapely.MultiPolygon
) -> list[tuple[str, Floats]]:
    """Streams and rivers: every cell drains to the sea by the lowest way, and where much gathers there is a line."""
    step = RIVER_STEP
    level = (height + 0.10 * noise(rng, wave_m=1800))[::step, ::step]
    land, lake = height[::step, ::step] > 0, (ground[::step, ::step] == 0) & (height[::step, ::step] > 0)
    level = np.where(lake, level - 0.25, level)
    order, parent = _drain(level, land)
    gathered = np.ones(level.size)
    for cell in reversed(order):
        if parent[cell] >= 0:
            gathered[parent[cell]] += gathered[cell]
    lines = _lines(order, parent, gathered)
    shore = lakes.buffer(-60)
    return [
        (kind, rounded(rounded(shapely.get_coordinates(part), closed=False), closed=False))
        for kind, line in lines
        for part in shapely.get_parts(shapely.difference(shapely.linestrings(line), shore))
        if part.geom_type == "LineString" and part.length > 300
    ]


def _drain(level: Floats, land: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Land cells in the order in which rising water reaches them, and the cell each drains into."""
    rows, columns = level.shape
    flat, dry = level.ravel(), land.ravel()
    parent = np.full(flat.size, -2)
    shore = ndimage.binary_dilation(land) & ~land
    heap = [(0.0, int(cell)) for cell in np.flatnonzero(shore.ravel())]
    parent[[cell for _level, cell in heap]] = -1
    order = []
    while heap:
        water, cell = heapq.heappop(heap)
        order.append(cell)
        row, column = divmod(cell, columns)
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)):
            r, c = row + down, column + right
            near = r * columns + c
            if 0 <= r < rows and 0 <= c < columns and dry[near] and parent[near] == -2:
                parent[near] = cell
                slope = flat[near] + (0.01 if down and right else 0.0)
                heapq.heappush(heap, (max(water, slope), near))
    return order, parent


def _lines(order: list[int], parent: np.ndarray, gathered: Floats) -> list[tuple[str, Floats]]:
    columns = len(AXIS[::RIVER_STEP])
    wet = gathered >= _STREAM
    fed = {int(parent[cell]) for cell in order if wet[cell] and parent[cell] >= 0}
    drawn: set[int] = set()
    lines = []
    for source in sorted((cell for cell in order if wet[cell] and cell not in fed), key=lambda cell: -gathered[cell]):
        path, cell = [source], source
        while parent[cell] >= 0 and cell not in drawn:
            drawn.add(cell)
            cell = int(parent[cell])
            path.append(cell)
        if len(path) > 4:
            lines += _reaches(np.array(path), gathered, columns)
    return lines


def _reaches(path: np.ndarray, gathered: Floats, columns: int) -> list[tuple[str, Floats]]:
    """One way down as a stream and, where enough has gathered, a river; not drawn across lakes twice."""
    axis = AXIS[::RIVER_STEP]
    points = np.column_stack([axis[path % columns], axis[path // columns]])
    points = soft(np.repeat(points, 2, axis=0), spread=3.0)[::2]
    turn = int(np.searchsorted(gathered[path], _RIVER))
    parts = [("stream", points[: turn + 1]), ("river", points[turn:])]
    return [(kind, part) for kind, part in parts if len(part) > 2]
