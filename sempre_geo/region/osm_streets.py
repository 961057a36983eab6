"""Collects the ways people travel on from a stream of OpenStreetMap objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sempre_geo.i18n import sentence
from sempre_geo.region.conditions import conditions
from sempre_geo.region.osm_ferries import Ferry, FerryRelations
from sempre_geo.region.ways import NODE_TAGS, NONE, RESTRICTIONS, WAY_TAGS, StreetWays

# Restrictions of some vehicles only, and which of ours they do not bind; those of lorries, buses ... bind none of ours.
_OWN_RESTRICTIONS = {
    "restriction:motorcar": "bicycle", "restriction:motor_vehicle": "bicycle", "restriction:vehicle": "",
    "restriction:bicycle": "motorcar;motor_vehicle",
}  # fmt: skip
_ALL_RESTRICTIONS = {"restriction": "", **_OWN_RESTRICTIONS}
STREET_KEYS = frozenset({
    "highway", "route", "barrier", "kerb", "railway", *_ALL_RESTRICTIONS,
    *(f"{key}:conditional" for key in _ALL_RESTRICTIONS),
})  # fmt: skip
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
_SQUARES = {"pedestrian", "footway", "path"}
_RAILS = {"rail", "narrow_gauge"}
_FEWEST_NODES = 2
_MOST_RUNS = 1000  # an OSM way has at most 2,000 nodes
_WKB_HEAD_BYTES = 9  # byte order, kind, number of points
Run = tuple[NDArray[np.int64], NDArray[np.float64]]
Restriction = tuple[int, int, int, int, str, str, str, str]


class StreetCollector:
    """Takes objects one by one; afterwards gives the street ways and the roads to draw."""

    def __init__(self, clip: shapely.Geometry | None) -> None:
        import osmium

        self._clip = clip
        self._shapes = osmium.geom.WKBFactory()
        self._every_node = osmium.geom.use_nodes.ALL
        self._no_line = (osmium.InvalidLocationError, RuntimeError)
        self._tags: dict[int, Mapping[str, str]] = {}
        self._nodes: dict[int, NDArray[np.int64]] = {}
        self._places: dict[int, NDArray[np.float64]] = {}
        self._node_tags: dict[int, Mapping[str, str]] = {}
        self._restrictions: dict[int, list[Restriction]] = {}
        self._rails: dict[int, list[NDArray[np.float64]]] = {}
        self._ferries = FerryRelations()
        self._seen: set[int] = set()
        self._cut: dict[int, dict[int, tuple[float, float]]] = {}
        if clip is not None:
            shapely.prepare(clip)

    @property
    def found_any(self) -> bool:
        """Whether there was a street at all: ferries alone are no streets."""
        return any("highway" in tags for tags in self._tags.values())

    def take(self, entry: Any, tags: Mapping[str, str]) -> None:
        """Keep an object with these tags if it is a street, a ferry, a barrier, a kerb or a turn restriction."""
        if entry.is_way():
            self._take_way(entry, tags)
        elif entry.is_node():
            if "barrier" in tags or "kerb" in tags or tags.get("highway") in {"crossing", "gate"}:
                self._node_tags[entry.id] = tags
        elif entry.is_relation():
            self._take_restriction(entry, tags)
            self._ferries.take(entry, tags)

    @property
    def ferries_to_read(self) -> set[int]:
        """Member ways of ferry routes that were not among the objects with tags of their own."""
        return self._ferries.members - self._seen

    def take_ferries(self, ferries: Iterable[Ferry]) -> None:
        """Keep ways that only their relation calls a ferry."""
        for way, tags, nodes, places in ferries:
            if way not in self._seen and self._inside(places):
                self._seen.add(way)
                self._tags[way], self._nodes[way], self._places[way] = tags, nodes, places

    def _take_way(self, way: Any, tags: Mapping[str, str]) -> None:
        street = _is_street(tags)
        if not (street or tags.get("railway") in _RAILS):
            return
        name = way.id
        if name in self._seen and name not in self._cut:
            return
        self._seen.add(name)
        runs = self._runs(way)
        if not runs or not any(self._inside(places) for _refs, places in runs):
            return
        if not street:
            self._rails[name] = [places for _refs, places in runs]
            return
        for number, (refs, places) in enumerate(runs):
            piece = name if number == 0 else _piece(name, number)
            self._tags[piece], self._nodes[piece], self._places[piece] = tags, refs, places

    def _runs(self, way: Any) -> list[Run]:
        """The stretches of a way whose nodes the extracts know, the longest first."""
        refs = [node.ref for node in way.nodes]
        if len(refs) < _FEWEST_NODES:
            return []
        try:
            line = bytes.fromhex(self._shapes.create_linestring(way, self._every_node))
        except self._no_line:
            return self._known_runs(way)
        if way.id in self._cut:
            self._forget_pieces(way.id)
        places = np.frombuffer(line, dtype="<f8", offset=_WKB_HEAD_BYTES).reshape(-1, 2)
        return [(np.array(refs, dtype=np.int64), places)]

    def _known_runs(self, way: Any) -> list[Run]:
        """As above, for a way that misses nodes; of neighbouring extracts each may know some."""
        places = self._cut.get(way.id, {})
        self._forget_pieces(way.id)
        places |= {node.ref: (node.lon, node.lat) for node in way.nodes if node.location.valid()}
        refs = np.array([node.ref for node in way.nodes], dtype=np.int64)
        known = np.array([ref in places for ref in refs.tolist()])
        if not known.all():
            self._cut[way.id] = places
        edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]])))
        runs = [slice(start, end) for start, end in edges.reshape(-1, 2).tolist() if end - start >= _FEWEST_NODES]
        runs.sort(key=lambda run: run.start - run.stop)
        return [(refs[run], np.array([places[ref] for ref in refs[run].tolist()])) for run in runs[:_MOST_RUNS]]

    def _forget_pieces(self, way: int) -> None:
        self._cut.pop(way, None)
        for number in range(1, _MOST_RUNS):
            if self._tags.pop(_piece(way, number), None) is None:
                return

    def _take_restriction(self, relation: Any, tags: Mapping[str, str]) -> None:
        if tags.get("type") != "restriction":
            return
        kinds = _kinds_of(tags)
        members: dict[tuple[str, str], list[int]] = {}
        for member in relation.members:
            members.setdefault((member.role, member.type), []).append(member.ref)
        nodes, ways = members.get(("via", "n"), []), members.get(("via", "w"), [])
        if not kinds or len(nodes) + bool(ways) != 1:
            return  # a relation that is not finished
        further = ";".join(map(str, ways[1:]))
        self._restrictions[relation.id] = [
            (start, nodes[0] if nodes else NONE, ways[0] if ways else NONE, end, kind, free, further, condition)
            for kind, free, condition in kinds
            for start in members.get(("from", "w"), [])
            for end in members.get(("to", "w"), [])
        ]

    def _inside(self, places: NDArray[np.float64]) -> bool:
        return self._clip is None or bool(shapely.intersects(self._clip, shapely.linestrings(places)))

    def ways(self, *, built_up: gpd.GeoDataFrame) -> StreetWays:
        """Everything taken, sorted by id; ``built_up`` are polygons that make speed limits urban."""
        ids = np.array(sorted(self._tags), dtype=np.int64)
        refs = np.concatenate([self._nodes[way] for way in ids.tolist()])
        places = np.concatenate([self._places[way] for way in ids.tolist()])
        lengths = np.array([len(self._nodes[way]) for way in ids.tolist()])
        node_id, first, position = np.unique(refs, return_index=True, return_inverse=True)
        inherited = self._ferries.inherited(self._tags, self._nodes, self._places)
        table = _tag_table(
            [inherited[way] | dict(self._tags[way]) if way in inherited else self._tags[way] for way in ids.tolist()],
            ids,
        )
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
            restrictions=self._known_restrictions(),
        )

    def roads(self) -> gpd.GeoDataFrame:
        """Lines for drawing, with ``kind``, ``name`` and ``ref``."""
        rows, lines = [], []
        for way in sorted(self._tags):
            tags = self._tags[way]
            kind = "ferry" if tags.get("route") == "ferry" else ROAD_KINDS.get(tags["highway"], "path")
            rows.append((kind, tags.get("name"), tags.get("ref")))
            lines.append(self._places[way])
        rails = [places for _way, runs in sorted(self._rails.items()) for places in runs]
        table = pd.DataFrame([*rows, *[("rail", None, None)] * len(rails)], columns=["kind", "name", "ref"])
        return gpd.GeoDataFrame(table, geometry=_lines([*lines, *rails]), crs="EPSG:4326")

    def notes(self) -> list[str]:
        """What was left out."""
        cut = sum(way in self._tags for way in self._cut)
        if not cut:
            return []
        return [sentence("{n} ways lose nodes that are not in the extract; they were cut there.", n=cut)]

    def _known_restrictions(self) -> pd.DataFrame:
        """Restrictions between ways that are here, in the order of their ids."""
        rows = [row for _key, found in sorted(self._restrictions.items()) for row in found]
        table = pd.DataFrame(rows, columns=list(RESTRICTIONS))
        table = table.astype(dict.fromkeys(["from_way", "via_node", "via_way", "to_way"], np.int64))
        known = {*self._tags}
        here = table["from_way"].isin(known) & table["to_way"].isin(known)
        here &= table["further_ways"].map(lambda ways: known.issuperset(map(int, filter(None, ways.split(";")))))
        return table[here & (table["via_way"].isin(known) | (table["via_way"] == NONE))].reset_index(drop=True)

    def _tagged_nodes(self, node_id: NDArray[np.int64]) -> pd.DataFrame:
        tagged = np.array(sorted(self._node_tags), dtype=np.int64)
        used = tagged[np.isin(tagged, node_id)]
        return pd.DataFrame(
            [[self._node_tags[node].get(key) for key in NODE_TAGS] for node in used.tolist()],
            columns=list(NODE_TAGS),
            index=pd.Index(np.searchsorted(node_id, used), dtype=np.int64),
            dtype=object,
        )


def _tag_table(tags: Sequence[Mapping[str, str]], ids: NDArray[np.int64]) -> pd.DataFrame:
    """`WAY_TAGS` of each way as categoricals; most tags are missing, so only those that are there are walked."""
    rows: dict[str, list[int]] = {key: [] for key in WAY_TAGS}
    values: dict[str, list[str]] = {key: [] for key in WAY_TAGS}
    for row, of_way in enumerate(tags):
        for key, value in of_way.items():
            if key in rows:
                rows[key].append(row)
                values[key].append(value)
    columns = {}
    for key in WAY_TAGS:
        there = pd.Categorical(values[key])
        codes = np.full(len(tags), -1)
        codes[rows[key]] = there.codes
        columns[key] = pd.Categorical.from_codes(codes, there.categories)
    return pd.DataFrame(columns, index=pd.Index(ids, name="way_id"))


def _kinds_of(tags: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What a restriction forbids or orders, the vehicles it leaves free, and its condition; empty for always."""
    found = []
    for key, free in _ALL_RESTRICTIONS.items():
        excepted = tags.get("except", "") if key == "restriction" else free
        if tags.get(key):
            found.append((tags[key], excepted, ""))
        found += [(kind, excepted, at) for kind, at in conditions(tags.get(f"{key}:conditional", ""))]
    return found


def _is_street(tags: Mapping[str, str]) -> bool:
    """Whether people travel here: a street that is built, or a ferry. Of areas, only squares: along their edge."""
    if tags.get("route") == "ferry":
        return True
    highway = tags.get("highway")
    return bool(highway) and highway not in _NOT_BUILT and (tags.get("area") != "yes" or highway in _SQUARES)


def _piece(way: int, number: int) -> int:
    """The id of a further stretch of a way."""
    return -(way * _MOST_RUNS + number)


def _lines(parts: list[NDArray[np.float64]]) -> NDArray[np.object_]:
    if not parts:
        return np.array([], dtype=object)
    whose = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return np.asarray(shapely.linestrings(np.concatenate(parts), indices=whose))


def _within(places: NDArray[np.float64], areas: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    inside = np.zeros(len(places), dtype=bool)
    if len(areas):
        tree = shapely.STRtree(areas.geometry.to_numpy())
        hits, _areas = tree.query(shapely.points(places), predicate="intersects")
        inside[hits] = True
    return inside
