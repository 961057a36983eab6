"""Ways on foot between doors and stops, and from stop to stop: on the streets, or straight where none are known."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from sempre_geo.region.ferries import without_ferries
from sempre_geo.region.gtfs import Feed
from sempre_geo.region.ways import StreetWays
from sempre_geo.travel.footpaths import DETOUR, near_pairs, straight_footpaths, straight_seconds
from sempre_geo.travel.nearest import Streets, reach
from sempre_geo.travel.speeds import WALK_KMH
from sempre_geo.travel.timetable import MIN_CHANGE_S, served_stops

FERRY_TYPES = {4, *range(1000, 1100), *range(1200, 1300)}
_QUAY_M = 1_500.0


@dataclass(frozen=True)
class WalkingRules:
    """How far people walk to a bus; the planner's choices.

    Attributes
    ----------
    access_limit_s
        The longest walk from a door to a stop, or from a stop to a door.
    change_limit_s
        The longest walk from one stop to another.
    all_the_way_limit_s
        The longest walk instead of any bus.
    min_change_s
        The least time for a change.
    kmh
        How fast they walk; the streets' own speeds are scaled by it.
    """

    access_limit_s: float = 30 * 60
    change_limit_s: float = 10 * 60
    all_the_way_limit_s: float = 2 * 60 * 60
    min_change_s: int = MIN_CHANGE_S
    kmh: float = WALK_KMH


def walks(
    streets: Streets | None, origins: gpd.GeoSeries, targets: gpd.GeoSeries, *, limit_s: float, rules: WalkingRules
) -> pd.DataFrame:
    """Walks from each origin to the targets within a limit: ``origin, target`` (positions), ``seconds`` (whole, int32).

    Without streets they are straight lines, taken as 1.3 times as long. Streets are taken to be walked as
    quickly one way as the other, so the same table serves the way back.
    """
    if streets is None:
        found = near_pairs(origins, targets, limit_m=limit_s * rules.kmh / 3.6 / DETOUR)
        found["seconds"] = straight_seconds(found["metres"].to_numpy(), kmh=rules.kmh)
    else:
        slower = WALK_KMH / rules.kmh if streets.network.mode == "walk" else 1.0
        found = reach(streets, origins, targets, limit_s=limit_s / slower)
        found["seconds"] = found["seconds"] * slower
    return pd.DataFrame(
        {
            "origin": found["origin"].to_numpy(np.int32),
            "target": found["target"].to_numpy(np.int32),
            "seconds": np.ceil(found["seconds"].to_numpy() - 1e-6).astype(np.int32),
        }
    )


def stop_footpaths(streets: Streets | None, stops: gpd.GeoDataFrame, *, rules: WalkingRules) -> pd.DataFrame:
    """Walks from stop to stop for :func:`~sempre_geo.travel.timetable.service_day`: ``from_stop, to_stop, seconds``."""
    if streets is None:
        return straight_footpaths(stops)
    found = walks(streets, stops.geometry, stops.geometry, limit_s=rules.change_limit_s, rules=rules)
    found = found[found["origin"] != found["target"]]
    ids = stops.index.to_numpy()
    return pd.DataFrame(
        {"from_stop": ids[found["origin"]], "to_stop": ids[found["target"]], "seconds": found["seconds"].to_numpy()}
    )


def without_scheduled_ferries(ways: StreetWays, feed: Feed) -> StreetWays:
    """The ways without the ferries that the timetable runs; ``ways`` itself where it runs none of them.

    On the streets a ferry leaves whenever somebody comes. Where the timetable knows when it really leaves, nobody
    may walk over its free-running line.
    """
    return without_ferries(ways, scheduled_ferries(ways, feed))


def scheduled_ferries(ways: StreetWays, feed: Feed) -> list[int]:
    """Ids of the ferry ways that the timetable runs.

    A ferry is taken to be the timetable's where at least two of its quays lie within 1.5 km of two different stops
    of scheduled ferries.
    """
    ferry = np.flatnonzero((ways.ways["route"] == "ferry").to_numpy(dtype=bool, na_value=False))
    quays = _ferry_stops(feed)
    if not len(ferry) or quays.empty:
        return []
    lines = _ferry_lines(ways, ferry)
    ends = gpd.GeoSeries(gpd.points_from_xy(lines["lon"], lines["lat"]), crs="EPSG:4326")
    near = near_pairs(ends, quays, limit_m=_QUAY_M)
    met = near.groupby(lines["line"].to_numpy()[near["origin"]])[["origin", "target"]].nunique().min(axis=1)
    mine = np.isin(lines["line"].to_numpy()[: len(ferry)], met.index[met >= 2])  # noqa: PLR2004 - ends
    return [int(way) for way in ways.ways.index[ferry[mine]]]


def _ferry_stops(feed: Feed) -> gpd.GeoSeries:
    """Stops that scheduled ferries serve."""
    kind = feed.routes["route_type"].reindex(feed.trips["route_id"]).isin(FERRY_TYPES).to_numpy()
    served = feed.stops.index[np.unique(feed.stop_times["stop"].to_numpy()[kind[feed.stop_times["trip"].to_numpy()]])]
    stops = served_stops(feed)
    return stops.geometry[stops.index.isin(served)]


def _ferry_lines(ways: StreetWays, ferry: NDArray[np.intp]) -> pd.DataFrame:
    """Both ends of each ferry way, starts first, and the line its ways are joined to: ``lon, lat, line``."""
    first, last = ways.nodes[ways.offsets[ferry]], ways.nodes[ways.offsets[ferry + 1] - 1]
    joined = coo_matrix((np.ones(len(ferry)), (first, last)), shape=(len(ways.lon), len(ways.lon)))
    _count, line = connected_components(joined, directed=False)
    node = np.concatenate([first, last])
    return pd.DataFrame({"lon": ways.lon[node], "lat": ways.lat[node], "line": line[node]})
