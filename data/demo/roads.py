"""The county's roads: cheapest ways over the ground, built in the order of their importance, each using the last."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from plane import CELLS, Floats, X, Y, noise, soft
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from scipy.spatial import Delaunay
from settlements import TOWNS, Settlement
from terrain import Terrain

CLASSES = ("primary", "secondary", "tertiary", "unclassified", "track")
STEP = 2
SIDE = CELLS // STEP
_REUSE = (0.30, 0.34, 0.40, 0.5, 0.75)
_MOVES = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))


@dataclass
class Road:
    """One stretch between two junctions; ``tags`` beside ``highway`` are added as it is detailed."""

    highway: str
    line: Floats
    tags: dict[str, str] = field(default_factory=dict)


class _Ground:
    """The routing graph: grid points on dry ground, its edges cheaper where a road already lies."""

    def __init__(self, rng: np.random.Generator, terrain: Terrain) -> None:
        dry = terrain.water_mask == 0
        shore = ndimage.distance_transform_edt(dry) * 125.0
        hard = 1 + 0.28 * np.clip(noise(rng, wave_m=1500), -1.5, 2.5) + 0.2 * terrain.forest_mask + (shore < 300) * 1.5
        slope = np.hypot(*np.gradient(terrain.height)) * 8
        cost = np.where(shore > 130, np.maximum(hard, 0.3) + slope, np.inf)[::STEP, ::STEP]
        sway = [110 * noise(rng, wave_m=1300, rough=2.8)[::STEP, ::STEP] for _ in "xy"]
        self.points = np.column_stack([(X[::STEP, ::STEP] + sway[0]).ravel(), (Y[::STEP, ::STEP] + sway[1]).ravel()])
        self._tails, self._heads, self._base = self._edges(cost)
        self.cost = self._base.copy()
        self.road: dict[tuple[int, int], int] = {}
        self.ref: dict[tuple[int, int], str] = {}
        self._edge = {(int(a), int(b)): at for at, (a, b) in enumerate(zip(self._tails, self._heads, strict=True))}
        self.passable = np.isfinite(cost).ravel()

    @staticmethod
    def _edges(cost: Floats) -> tuple[np.ndarray, np.ndarray, Floats]:
        rows, columns = np.indices(cost.shape)[0], np.indices(cost.shape)[1]
        tails, heads, prices = [], [], []
        for down, right in _MOVES:
            r, c = rows + down, columns + right
            inside = (r < cost.shape[0]) & (c >= 0) & (c < cost.shape[1])
            a = (rows * cost.shape[1] + columns)[inside]
            b = r[inside] * cost.shape[1] + c[inside]
            price = (cost.ravel()[a] + cost.ravel()[b]) / 2 * np.hypot(down, right)
            middle = (rows[inside] + down // 2) * cost.shape[1] + columns[inside] + int(right / 2)
            ok = np.isfinite(price) & np.isfinite(cost.ravel()[middle])
            tails.append(a[ok])
            heads.append(b[ok])
            prices.append(price[ok])
        return np.concatenate(tails), np.concatenate(heads), np.round(np.concatenate(prices), 6)

    def at(self, place: Settlement) -> int:
        """The grid point nearest to a place on dry ground."""
        far = np.hypot(self.points[:, 0] - place.x, self.points[:, 1] - place.y)
        return int(np.argmin(np.where(self.passable, far, np.inf)))

    def ways(
        self, sources: list[int], targets: list[int], *, limit: float = np.inf, thrift: float = 1.0
    ) -> list[list[int]]:
        """The cheapest way from each target to any of the sources; targets out of reach are left out.

        ``thrift`` 1 takes existing roads at their price, 0 as if they were open ground.
        """
        price = thrift * self.cost + (1 - thrift) * self._base
        graph = sparse.csr_matrix((price, (self._tails, self._heads)), shape=(len(self.points), len(self.points)))
        cost, before, _source = csgraph.dijkstra(
            graph, directed=False, indices=sources, min_only=True, return_predecessors=True, limit=limit
        )
        return [_trace(before, target) for target in targets if np.isfinite(cost[target])]

    def by_road(self, sources: list[int]) -> Floats:
        """Metres along roads from each source to every grid point, shape (sources, points)."""
        a, b = np.array(sorted(self.road)).T
        metres = np.hypot(*(self.points[a] - self.points[b]).T)
        graph = sparse.csr_matrix((metres, (a, b)), shape=(len(self.points), len(self.points)))
        return np.asarray(csgraph.dijkstra(graph, directed=False, indices=sources))

    def build(self, path: list[int], rank: int, *, ref: str = "") -> None:
        """Make a way a road of a class; a better class and an earlier number stay."""
        for a, b in pairwise(path):
            key = (min(a, b), max(a, b))
            self.road[key] = min(rank, self.road.get(key, rank))
            if ref:
                self.ref.setdefault(key, ref)
            at = self._edge[key]
            self.cost[at] = round(float(self._base[at]) * _REUSE[self.road[key]], 6)

    @property
    def built(self) -> list[int]:
        return sorted({point for key in self.road for point in key})


def _trace(before: np.ndarray, target: int) -> list[int]:
    path = [target]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path


def make_roads(rng: np.random.Generator, terrain: Terrain, places: list[Settlement]) -> list[Road]:
    """Main roads between towns, then roads to villages by size, short cuts, and forest tracks that end somewhere."""
    ground = _Ground(rng, terrain)
    spot = {place.name: ground.at(place) for place in places if place.kind != "isolated_dwelling"}
    towns = [name for name, *_rest in TOWNS]
    _between_towns(ground, spot, towns)
    villages = [place for place in places if place.kind in {"village", "hamlet"}]
    _to_island(ground, spot)
    for start in range(0, len(villages), 9):
        batch = villages[start : start + 9]
        ways = ground.ways(ground.built, [spot[one.name] for one in batch])
        for place, way in zip(batch, ways, strict=True):
            ground.build(way, 2 if place.people >= 75 else 3)
    _short_cuts(ground, spot, villages, rng)
    _tracks(ground, rng, terrain, away_from=[spot[name] for name in towns])
    stops = {spot[place.name] for place in places if place.name in spot}
    return [Road(CLASSES[rank], line, {"ref": ref} if ref else {}) for (rank, ref), line in _chains(ground, stops)]


def _between_towns(ground: _Ground, spot: dict[str, int], towns: list[str]) -> None:
    points = ground.points[[spot[name] for name in towns]]
    far = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    tree = csgraph.minimum_spanning_tree(far).tocoo()
    first = sorted((float(far[a, b]), int(a), int(b)) for a, b in zip(tree.row, tree.col, strict=True))
    pairs = {
        (min(a, b), max(a, b))
        for t in Delaunay(points).simplices
        for a, b in ((t[0], t[1]), (t[1], t[2]), (t[0], t[2]))
    }
    other = sorted((float(far[a, b]), int(a), int(b)) for a, b in pairs if far[a, b] < 27_000)
    for rank, edges in ((0, first), (1, other)):
        for number, (_far, a, b) in enumerate(edges, start=1):
            for way in ground.ways([spot[towns[a]]], [spot[towns[b]]], thrift=0.45 if rank else 1.0):
                ground.build(way, rank, ref=f"{number}" if rank == 0 else f"{20 + number}")
    for way in ground.ways([spot["Kuuranna"]], [spot["Linnuranna"]]):
        ground.build(way, 1, ref="40")


def _to_island(ground: _Ground, spot: dict[str, int]) -> None:
    for way in ground.ways([spot["Pikksaare"]], [spot["Lõunasaare"]]):
        ground.build(way, 2)


def _short_cuts(ground: _Ground, spot: dict[str, int], villages: list[Settlement], rng: np.random.Generator) -> None:
    """Neighbours get a road of their own where the way round is long; some stay without."""
    points = ground.points[[spot[place.name] for place in villages]]
    pairs = {
        (int(min(a, b)), int(max(a, b)))
        for t in Delaunay(points).simplices
        for a, b in ((t[0], t[1]), (t[1], t[2]), (t[0], t[2]))
    }
    for a, b in sorted(pairs):
        start, end = spot[villages[a].name], spot[villages[b].name]
        far = np.hypot(*(points[a] - points[b]))
        if far > 7500 or rng.random() < 0.25 or ground.by_road([start])[0, end] < 2.1 * far:
            continue
        for way in ground.ways([start], [end], limit=70, thrift=0.6):
            ground.build(way, 3)


def _tracks(ground: _Ground, rng: np.random.Generator, terrain: Terrain, *, away_from: list[int]) -> None:
    """Tracks into the forest, none from the middle of a town."""
    wood = (terrain.forest_mask[::STEP, ::STEP].ravel() > 0) & ground.passable
    far = [np.hypot(*(ground.points - ground.points[town]).T) for town in away_from]
    wood &= np.min(far, axis=0) > 2600
    for _round in range(4):
        ends = rng.choice(np.flatnonzero(wood), 70, replace=False)
        for way in ground.ways(ground.built, [int(end) for end in ends], limit=14):
            if len(way) > 3:
                ground.build(way, 4)


def _chains(ground: _Ground, stops: set[int]) -> list[tuple[tuple[int, str], Floats]]:
    """Roads between junctions, in a fixed order, their corners rounded."""
    near: dict[int, list[int]] = defaultdict(list)
    for a, b in sorted(ground.road):
        near[a].append(b)
        near[b].append(a)

    def kind(a: int, b: int) -> tuple[int, str]:
        key = (min(a, b), max(a, b))
        return ground.road[key], ground.ref.get(key, "")

    ends = {
        point
        for point, others in near.items()
        if len(others) != 2 or point in stops or kind(point, others[0]) != kind(point, others[1])
    }
    done: set[tuple[int, int]] = set()
    chains = []
    for start in sorted(ends):
        for other in near[start]:
            path = [start, other]
            if (start, other) in done:
                continue
            while path[-1] not in ends:
                before, here = path[-2], path[-1]
                path.append(next(point for point in near[here] if point != before))
            done |= {(path[0], path[1]), (path[-1], path[-2])}
            chains.append((kind(start, other), _curved(ground.points[path])))
    return chains


def _curved(points: Floats) -> Floats:
    middles = (points[:-1] + points[1:]) / 2
    fine = np.insert(points, range(1, len(points)), middles, axis=0)
    line = soft(fine, spread=1.7)
    return np.asarray(shapely.get_coordinates(shapely.simplify(shapely.linestrings(line), 3.5)))
