"""The street ways of a region as a scenario would have them: roads mended, closed or new, ferries that run or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import cKDTree

from sempre_geo.gaps.scenario_changes import Point
from sempre_geo.gaps.scenarios import Scenario, check_possible
from sempre_geo.gaps.street_changes import AddRoad, ChangeFerry, CloseRoad, MendRoad
from sempre_geo.i18n import gettext as _
from sempre_geo.region.ways import StreetWays

FARTHEST_M = 300.0
"""From an end of a new road to the street it joins."""
_TRACKS = ("track", "path", "service", "footway", "bridleway", "cycleway")
_CLOSING = (
    "access", "vehicle", "motor_vehicle", "motorcar", "bicycle", "foot", "access:conditional",
    "vehicle:conditional", "motor_vehicle:conditional", "motorcar:conditional", "bicycle:conditional",
    "foot:conditional", "smoothness", "tracktype", "seasonal", "construction",
)  # fmt: skip
_MADE_GOOD = {"surface": "asphalt"}
_NEW_ROAD = "unclassified"
_METRIC = "EPSG:3035"


def changed_ways(ways: StreetWays, scenario: Scenario) -> StreetWays:
    """The ways after a scenario; ``ways`` itself where it changes none.

    A mended road is open to everybody and paved; where a limit is given, what was a track becomes a road, as no
    track has a limit worth mending.

    Raises
    ------
    InputError
        Ways that do not exist, ferries that are none, or a new road that ends farther than 300 m from any street:
        all of them in one sentence.
    """
    mended, closed = scenario.of(MendRoad), scenario.of(CloseRoad)
    ferries, added = scenario.of(ChangeFerry), scenario.of(AddRoad)
    if not (mended or closed or ferries or added):
        return ways
    joints = _joints(ways, added)
    _check(ways, scenario, joints)
    tags = _Tags.of(ways)
    for road in mended:
        _mend(tags, road)
    for road_to_close in closed:
        tags.put(
            road_to_close.way_id, dict.fromkeys(("access", "foot", "bicycle", "motor_vehicle", "wheelchair"), "no")
        )
    for ferry in ferries:
        tags.put(ferry.way_id, _ferry_tags(ferry))
    changed = replace(ways, ways=tags.frame())
    for road_to_build, ends in zip(added, joints, strict=True):
        changed = _with_road(changed, road_to_build, cast("tuple[int, int]", ends))
    return changed


@dataclass(frozen=True, eq=False)
class _Tags:
    """The tags of ways as texts that can be changed, by columns."""

    ways: pd.DataFrame
    columns: dict[str, pd.Series]

    @classmethod
    def of(cls, ways: StreetWays) -> _Tags:
        return cls(ways.ways, {})

    def get(self, way_id: int, tag: str) -> str | None:
        value = self.columns.get(tag, self.ways[tag]).loc[way_id]
        return value if isinstance(value, str) else None

    def put(self, way_id: int, tags: dict[str, str | None]) -> None:
        for tag, value in tags.items():
            column = self.columns.setdefault(tag, self.ways[tag].astype(object))
            self.columns[tag] = column.where(column.index != way_id, value)

    def frame(self) -> pd.DataFrame:
        return self.ways.assign(**{tag: column.astype("category") for tag, column in self.columns.items()})


def _mend(tags: _Tags, road: MendRoad) -> None:
    put: dict[str, str | None] = dict.fromkeys(_CLOSING) | dict(_MADE_GOOD)
    if road.kmh is not None:
        put["maxspeed"] = f"{road.kmh:g}"
        put["service"] = None
        if tags.get(road.way_id, "highway") in _TRACKS:
            put["highway"] = _NEW_ROAD
    tags.put(road.way_id, put)


def _ferry_tags(ferry: ChangeFerry) -> dict[str, str | None]:
    if not ferry.runs:
        return {"route": None}
    opened: dict[str, str | None] = dict.fromkeys(_CLOSING)
    if ferry.duration_min is not None:
        hours, minutes = divmod(ferry.duration_min, 60)
        opened["duration"] = f"{int(hours):02d}:{int(minutes):02d}:{round(minutes % 1 * 60):02d}"
    return opened


def _check(ways: StreetWays, scenario: Scenario, joints: Sequence[tuple[int | None, int | None]]) -> None:
    existing: list[MendRoad | CloseRoad] = [*scenario.of(MendRoad), *scenario.of(CloseRoad)]
    roads = [change.way_id for change in existing]
    ferries = [change.way_id for change in scenario.of(ChangeFerry)]
    known = ways.ways.index
    problems: dict[str, list[object]] = {
        _("there is no road {items}"): [way for way in roads if way not in known],
        _("there is no ferry {items}"): [way for way in ferries if way not in known],
        _("{items} is no ferry"): [way for way in ferries if way in known and ways.ways["route"].loc[way] != "ferry"],
        _("a new road ends too far from any street, at {items}"): [
            f"{place[0]}, {place[1]}"
            for road, ends in zip(scenario.of(AddRoad), joints, strict=True)
            for place, node in zip((road.start, road.end), ends, strict=True)
            if node is None
        ],
    }
    check_possible(scenario, problems)


def _joints(ways: StreetWays, roads: Sequence[AddRoad]) -> list[tuple[int | None, int | None]]:
    """The nodes of existing streets that each new road joins; None where none is near."""
    if not roads:
        return []
    to_metres = Transformer.from_crs("EPSG:4326", _METRIC, always_xy=True)
    is_road = ways.ways["highway"].notna().to_numpy()
    nodes = np.unique(ways.nodes[np.repeat(is_road, np.diff(ways.offsets))])
    tree = cKDTree(np.column_stack(to_metres.transform(ways.lon[nodes], ways.lat[nodes])))

    def nearest(place: Point) -> int | None:
        away, at = tree.query(to_metres.transform(*place), distance_upper_bound=FARTHEST_M)
        return int(nodes[at]) if np.isfinite(away) else None

    return [(nearest(road.start), nearest(road.end)) for road in roads]


def _with_road(ways: StreetWays, road: AddRoad, ends: tuple[int, int]) -> StreetWays:
    """One more way at the end of the arrays: its ids are the largest, so that all stays sorted."""
    places = np.array(road.via, dtype=np.float64).reshape(-1, 2)
    first_id = int(ways.node_id.max(initial=0)) + 1
    inner = np.arange(len(ways.lon), len(ways.lon) + len(places), dtype=np.int32)
    nodes: NDArray[np.int32] = np.concatenate([[ends[0]], inner, [ends[1]]]).astype(np.int32)
    way_id = max(int(ways.ways.index.max()), 0) + 1
    row = {"highway": _NEW_ROAD, "maxspeed": f"{road.kmh:g}", "name": road.name or None, **_MADE_GOOD}
    table = pd.DataFrame([row], index=pd.Index([way_id], name=ways.ways.index.name, dtype=ways.ways.index.dtype))
    table = table.reindex(columns=ways.ways.columns).assign(built_up=False)
    kinds = {name: kind for name, kind in ways.ways.dtypes.items() if not isinstance(kind, pd.CategoricalDtype)}
    objects = {name: object for name in ways.ways.columns if name not in kinds}
    both = pd.concat([ways.ways.astype(objects), table.astype(objects | kinds)])
    return replace(
        ways,
        ways=both.astype(dict.fromkeys(objects, "category")),
        offsets=np.append(ways.offsets, ways.offsets[-1] + len(nodes)),
        nodes=np.concatenate([ways.nodes, nodes]),
        node_id=np.append(ways.node_id, np.arange(first_id, first_id + len(places))),
        lon=np.append(ways.lon, places[:, 0]),
        lat=np.append(ways.lat, places[:, 1]),
    )
