"""Joints: where two lines meet or cross, both get the same point there, so that travellers can turn."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely
from plane import Floats
from roads import Road
from scipy import sparse
from scipy.sparse import csgraph

_TOUCH_M = 0.8


def with_bridges(roads: list[Road], rivers: list[tuple[str, Floats]]) -> list[Road]:
    """Roads cut where they cross a river; the short piece over the water is a bridge."""
    water = [shapely.linestrings(line) for kind, line in rivers if kind == "river"]
    tree = shapely.STRtree(water)
    found: list[Road] = []
    for road in roads:
        line = shapely.linestrings(road.line)
        hits = [shapely.intersection(line, water[at]) for at in tree.query(line, predicate="intersects")]
        places = sorted(line.project(point) for hit in hits for point in shapely.get_parts(hit))
        found += _cut(road, line, [place for place in places if 30 < place < line.length - 30])
    return found


def _cut(road: Road, line: shapely.LineString, places: list[float]) -> list[Road]:
    from shapely.ops import substring

    pieces, start = [], 0.0
    for place in places:
        if place - 16 <= start + 5:
            continue
        pieces += [(start, place - 16, False), (place - 16, min(place + 16, line.length), True)]
        start = place + 16
    if not pieces:
        return [road]
    pieces.append((start, line.length, False))
    return [
        Road(
            road.highway,
            np.round(shapely.get_coordinates(substring(line, a, b)), 3),
            {**road.tags, **({"bridge": "yes", "layer": "1"} if bridge else {})},
        )
        for a, b, bridge in pieces
        if b - a > 1
    ]


def joined(roads: list[Road]) -> list[Road]:
    """The same roads with a shared point wherever two of them cross, or one ends on another."""
    lines = np.array([shapely.linestrings(road.line) for road in roads], dtype=object)
    tree = shapely.STRtree(lines)
    extra: dict[int, list[Floats]] = defaultdict(list)
    for a, b in zip(*tree.query(lines, predicate="intersects"), strict=True):
        if a < b and "bridge" not in roads[a].tags and "bridge" not in roads[b].tags:
            for point in _meetings(lines[a], lines[b]):
                extra[int(a)].append(point)
                extra[int(b)].append(point)
    ends = [(at, road.line[side]) for at, road in enumerate(roads) for side in (0, -1)]
    near = tree.query(shapely.points([end for _at, end in ends]), predicate="dwithin", distance=_TOUCH_M)
    for number, other in zip(*near, strict=True):
        at, end = ends[number]
        if at != other:
            extra[int(other)].append(end)
    return [
        Road(road.highway, _with_points(lines[at], extra[at]) if at in extra else road.line, road.tags)
        for at, road in enumerate(roads)
    ]


def _meetings(first: shapely.LineString, second: shapely.LineString) -> list[Floats]:
    hit = shapely.get_parts(shapely.intersection(first, second))
    return [np.round(np.array(point.coords[0]), 3) for point in hit if point.geom_type == "Point"]


def _with_points(line: shapely.LineString, points: list[Floats]) -> Floats:
    """The line with further points in it; its own points that lie on them give way, its ends do not move."""
    own = shapely.get_coordinates(line)
    own_at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(own, axis=0).T))])
    new = np.unique(np.array(points), axis=0)
    new_at = shapely.line_locate_point(line, shapely.points(new))
    inner = (new_at > _TOUCH_M) & (new_at < own_at[-1] - _TOUCH_M)
    new, new_at = new[inner], new_at[inner]
    keep = np.ones(len(own), dtype=bool)
    if len(new):
        keep[1:-1] = np.abs(own_at[1:-1, None] - new_at[None]).min(axis=1) > _TOUCH_M
    # An own point that others meet exactly stays, by being among the new ones.
    every = np.vstack([own[keep], new])
    order = np.argsort(np.concatenate([own_at[keep], new_at]), kind="stable")
    return np.asarray(every[order])


def connected(roads: list[Road]) -> list[Road]:
    """The roads that hang together with a village road, on the mainland or the island; other pieces are dropped."""
    number: dict[tuple[float, float], int] = {}
    ids = [[number.setdefault((float(x), float(y)), len(number)) for x, y in road.line] for road in roads]
    tails = [at for line in ids for at in line[:-1]]
    heads = [at for line in ids for at in line[1:]]
    graph = sparse.coo_matrix((np.ones(len(tails)), (tails, heads)), shape=(len(number), len(number)))
    _count, part = csgraph.connected_components(graph, directed=False)
    wanted = {
        int(part[line[0]]) for line, road in zip(ids, roads, strict=True) if road.highway in {"primary", "tertiary"}
    }
    return [road for line, road in zip(ids, roads, strict=True) if int(part[line[0]]) in wanted]


def split_by_roads(shapes: list[shapely.Polygon], roads: list[Road]) -> list[shapely.Polygon]:
    """Large areas cut along the larger roads, as mappers draw them; no hole of a whole county remains."""
    lines = [shapely.linestrings(road.line) for road in roads if road.highway not in {"track", "service", "footway"}]
    borders = shapely.union_all([*lines, *(shape.boundary for shape in shapes)], grid_size=0.01)
    faces = shapely.get_parts(shapely.polygonize([borders]))
    tree = shapely.STRtree(shapes)
    inside = np.unique(tree.query(shapely.point_on_surface(faces), predicate="within")[0])
    return [face for face in faces[inside] if face.area > 1500]
