"""Collects the ways people travel on from a stream of OpenStreetMap objects."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sempre_geo.i18n import gettext as _
from sempre_geo.region.ways import NODE_TAGS, WAY_TAGS, StreetWays

STREET_KEYS = frozenset({"highway", "route", "barrier", "kerb", "restriction", "railway"})
ROAD_KINDS = {
    "motorway": "motorway", "motorway_link": "motorway", "trunk": "trunk", "trunk_link": "trunk",
    "primary": "primary", "primary_link": "primary", "secondary": "secondary", "secondary_link": "secondary",
    "tertiary": "tertiary", "tertiary_link": "tertiary", "unclassified": "minor", "residential": "minor",
    "living_street": "minor", "road": "minor", "service": "service", "track": "track", "pedestrian": "path",
    "path": "path", "footway": "path", "cycleway": "path", "bridleway": "path", "steps": "path",
}  # fmt: skip
_NOT_BUILT = {
    "proposed",
    "construction",
    "planned",
    "abandoned",
    "razed",
    "disused",
    "platform",
    "bus_stop",
    "rest_area",
    "services",
    "elevator",
}
_FEWEST_NODES = 2
_HALF = 0.5


class StreetCollector:
    """Takes objects one by one; afterwards gives the street ways and the roads to draw."""

    def __init__(self, clip: shapely.Geometry | None) -> None:
        self._clip = clip
        self._tags: dict[int, tuple[str | None, ...]] = {}
        self._nodes: dict[int, NDArray[np.int64]] = {}
        self._places: dict[int, NDArray[np.float64]] = {}
        self._node_tags: dict[int, tuple[str | None, ...]] = {}
        self._restrictions: dict[int, tuple[int, int, int, int, str, str]] = {}
        self._rails: list[NDArray[np.float64]] = []
        self._cut_short = 0
        if clip is not None:
            shapely.prepare(clip)

    @property
    def found_any(self) -> bool:
        """Whether there was a street at all."""
        return any(tags[0] for tags in self._tags.values())

    def take(self, entry: Any) -> None:
        """Keep an object if it is a street, a ferry, a barrier, a kerb or a turn restriction."""
        if entry.is_way():
            self._take_way(entry)
        elif entry.is_node():
            self._take_node(entry)
        elif entry.is_relation():
            self._take_restriction(entry)

    def _take_way(self, way: Any) -> None:
        tags = way.tags
        highway, ferry, rail = (
            tags.get("highway"),
            tags.get("route") == "ferry",
            tags.get("railway") in {"rail", "narrow_gauge"},
        )
        if (
            not ((highway and highway not in _NOT_BUILT) or ferry or rail)
            or tags.get("area") == "yes"
            or way.id in self._tags
        ):
            return
        refs, places = _line(way)
        if len(refs) < len(way.nodes):
            self._cut_short += 1
        if len(refs) < _FEWEST_NODES or not self._inside(places):
            return
        if not (highway or ferry):
            self._rails.append(places)
            return
        values = dict(tags)
        self._tags[way.id] = tuple(values.get(key) for key in WAY_TAGS)
        self._nodes[way.id], self._places[way.id] = refs, places

    def _take_node(self, node: Any) -> None:
        tags = node.tags
        if "barrier" in tags or "kerb" in tags or tags.get("highway") in {"crossing", "gate"}:
            values = dict(tags)
            self._node_tags[node.id] = tuple(values.get(key) for key in NODE_TAGS)

    def _take_restriction(self, relation: Any) -> None:
        tags = relation.tags
        if tags.get("type") != "restriction" or not tags.get("restriction"):
            return
        members = {(member.role, member.type): member.ref for member in relation.members}
        self._restrictions[relation.id] = (
            members.get(("from", "w"), -1), members.get(("via", "n"), -1), members.get(("via", "w"), -1),
            members.get(("to", "w"), -1), tags["restriction"], tags.get("except", ""),
        )  # fmt: skip

    def _inside(self, places: NDArray[np.float64]) -> bool:
        return self._clip is None or bool(shapely.intersects(self._clip, shapely.linestrings(places)))

    def ways(self, *, built_up: gpd.GeoDataFrame) -> StreetWays:
        """Everything taken, sorted by id; ``built_up`` are polygons that make speed limits urban."""
        ids = np.array(sorted(self._tags), dtype=np.int64)
        refs = np.concatenate([self._nodes[way] for way in ids.tolist()])
        places = np.concatenate([self._places[way] for way in ids.tolist()])
        lengths = np.array([len(self._nodes[way]) for way in ids.tolist()])
        node_id, first, position = np.unique(refs, return_index=True, return_inverse=True)
        table = pd.DataFrame.from_records([self._tags[way] for way in ids.tolist()], columns=list(WAY_TAGS))
        table = table.astype(dict.fromkeys(table.columns, "category"))
        table.index = pd.Index(ids, name="way_id")
        middle = np.concatenate([[0], np.cumsum(lengths)])[:-1] + lengths // 2
        table["built_up"] = _within(places[middle], built_up)
        return StreetWays(
            ways=table,
            offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            nodes=position.astype(np.int32),
            node_id=node_id,
            lon=places[first, 0],
            lat=places[first, 1],
            node_tags=self._tagged_nodes(node_id),
            restrictions=pd.DataFrame(
                [self._restrictions[key] for key in sorted(self._restrictions)],
                columns=["from_way", "via_node", "via_way", "to_way", "restriction", "except"],
            ),
        )

    def roads(self) -> gpd.GeoDataFrame:
        """Lines for drawing, with ``kind``, ``name`` and ``ref``."""
        highway, route, name, ref = (WAY_TAGS.index(key) for key in ("highway", "route", "name", "ref"))
        rows, lines = [], []
        for way in sorted(self._tags):
            tags = self._tags[way]
            kind = "ferry" if tags[route] == "ferry" else ROAD_KINDS.get(tags[highway] or "", "path")
            rows.append((kind, tags[name], tags[ref]))
            lines.append(shapely.linestrings(self._places[way]))
        rows += [("rail", None, None)] * len(self._rails)
        lines += [shapely.linestrings(places) for places in self._rails]
        return gpd.GeoDataFrame(pd.DataFrame(rows, columns=["kind", "name", "ref"]), geometry=lines, crs="EPSG:4326")

    def notes(self) -> list[str]:
        """What was left out."""
        if not self._cut_short:
            return []
        return [_("{n} ways lose nodes that are not in the extract; they were cut there.").format(n=self._cut_short)]

    def _tagged_nodes(self, node_id: NDArray[np.int64]) -> pd.DataFrame:
        found = [(int(np.searchsorted(node_id, node)), tags) for node, tags in sorted(self._node_tags.items())]
        used = [
            (at, tags)
            for (at, tags), node in zip(found, sorted(self._node_tags), strict=True)
            if at < len(node_id) and node_id[at] == node
        ]
        return pd.DataFrame(
            [tags for _at, tags in used],
            columns=list(NODE_TAGS),
            index=pd.Index([at for at, _tags in used], dtype=np.int64),
        )


def _line(way: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Node ids and positions of the longest run of nodes that the extract knows."""
    known = [(node.ref, node.lon, node.lat) if node.location.valid() else None for node in way.nodes]
    best: list[tuple[int, float, float]] = []
    run: list[tuple[int, float, float]] = []
    for node in known:
        if node is None:
            run = []
            continue
        run.append(node)
        if len(run) > len(best):
            best = run
    return np.array([ref for ref, _lon, _lat in best], dtype=np.int64), np.array(
        [(lon, lat) for _ref, lon, lat in best], dtype=np.float64
    )


def _within(places: NDArray[np.float64], areas: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    inside = np.zeros(len(places), dtype=bool)
    if len(areas):
        tree = shapely.STRtree(areas.geometry.to_numpy())
        hits, _areas = tree.query(shapely.points(places), predicate="intersects")
        inside[hits] = True
    return inside
